"""Numbers of sensor streams; they run on over episodes."""

from __future__ import annotations

_FIRST = 2  # after the world's own


class StreamNumbers:
    """Gives every stream a number of its own.

    Attributes:
        closed: streams whose sensors have gone and that the server has not closed yet.
    """

    def __init__(self) -> None:
        self._next = _FIRST
        self.closed: list[int] = []

    def next(self) -> int:
        """The number of a new stream."""
        number = self._next
        self._next += 1
        return number
