"""Settings of an episode."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSettings:
    """CARLA's WorldSettings, in wire order; the defaults are those of a fresh world.

    Attributes:
        synchronous: time stands still between the ticks that clients ask for.
        no_rendering: cameras deliver nothing.
        fixed_delta_s: length of a tick; None or 0 takes the wall clock.
        substepping: stored.
        max_substep_s: stored.
        max_substeps: stored.
        max_culling_distance_m: stored.
        deterministic_ragdolls: stored.
        tile_stream_distance_m: stored.
        actor_active_distance_m: stored.
        spectator_as_ego: stored.
    """

    synchronous: bool = False
    no_rendering: bool = False
    fixed_delta_s: float | None = None
    substepping: bool = True
    max_substep_s: float = 0.01
    max_substeps: int = 10
    max_culling_distance_m: float = 0.0
    deterministic_ragdolls: bool = True
    tile_stream_distance_m: float = 3000.0
    actor_active_distance_m: float = 2000.0
    spectator_as_ego: bool = True

    def __post_init__(self) -> None:
        if self.fixed_delta_s is not None and not 0.0 <= self.fixed_delta_s <= 10.0:
            raise ValueError(f"fixed_delta_seconds: got {self.fixed_delta_s:g}, expected at most 10 s, or none")
