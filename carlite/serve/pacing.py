"""How soon ticks may follow each other while a Traffic Manager runs."""

from __future__ import annotations

REST_S = 0.002


class TickPacing:
    """Leaves the client's Traffic Manager time to fall asleep before it is woken for the next tick.

    In synchronous mode the client wakes the manager's thread after each tick without holding the lock that guards the wake-up
    (TrafficManagerLocal::SynchronousTick in CARLA 0.9.16): a thread that has looked whether there is work and is not yet
    asleep misses it, and both wait for ever. CARLA's ticks take long enough for that never to show. The manager ends its share
    of a tick with a batch, so the rest is counted from the last batch or tick, whichever was later.
    """

    def __init__(self) -> None:
        self._last_s = float("-inf")

    def served(self, now_s: float) -> None:
        """Notes that a batch or a tick was answered, ``now_s`` by a monotonic clock."""
        self._last_s = now_s

    def rest_s(self, now_s: float) -> float:
        """How long the next tick has to wait yet, seconds; 0 when it need not."""
        return max(0.0, self._last_s + REST_S - now_s)
