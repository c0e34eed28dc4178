"""How much of a radio message arrives: the path loss models of CARLA's V2X sensors, on our rays.

Sources: ETSI TR 103 257-1 V1.1.1 (WINNER+ path loss and shadow fading between vehicles), ITU-R P.526 (knife edge), the two-ray
ground reflection with CARLA's permittivity of 1.02 and its heights above the lower antenna. Of two antennas one is therefore
always at height zero, and the model "geometric" loses everything between antennas of exactly equal height.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.rays import RayScene

Array = NDArray[np.float64]
_LIGHT_MPS = 299_792_458.0
_PERMITTIVITY = 1.02
_PAST_A_HIT_M = 0.05
_MOST_HITS = 256
_ROOF_MARGIN_M = 0.02


class Path(Enum):
    """What stands between two antennas."""

    FREE = "free"
    VEHICLES = "vehicles"
    SCENERY = "scenery"


# dB, by surroundings: ETSI knows none for country roads, CARLA takes the middle
_FADING_DB = {
    "highway": {Path.FREE: 3.3, Path.VEHICLES: 3.8, Path.SCENERY: 6.8},
    "urban": {Path.FREE: 5.2, Path.VEHICLES: 5.3, Path.SCENERY: 6.8},
    "rural": {Path.FREE: 4.25, Path.VEHICLES: 4.55, Path.SCENERY: 6.8},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """The radio of one sensor: its attributes of the same names."""

    transmit_power_dbm: float
    receiver_sensitivity_dbm: float
    frequency_ghz: float
    antenna_gain_db: float
    scenario: str
    path_loss_model: str
    path_loss_exponent: float
    reference_distance_m: float
    filter_distance_m: float
    etsi_fading: bool
    fading_stddev_db: float

    def received_dbm(
        self,
        power_dbm: float,
        here: Array,
        there: Array,
        path: Path,
        obstacles: Sequence[tuple[float, float, float]],
        rng: np.random.Generator,
    ) -> float | None:
        """Power with which a message of ``power_dbm`` arrives; None when it is too weak.

        Args:
            power_dbm: of the sender.
            here: (3,) this antenna, metres; there: the sender's.
            path: what stands between.
            obstacles: vehicles between: x, y and height of the roof over the lower antenna, metres.
            rng: for fading.
        """
        fading = _FADING_DB[self.scenario][path] if self.etsi_fading else self.fading_stddev_db
        faded = rng.normal(0.0, fading) if fading > 0.0 else 0.0
        power = power_dbm + self.antenna_gain_db - self._loss_db(here, there, path, obstacles) - faded
        return power if power >= self.receiver_sensitivity_dbm else None

    def _loss_db(self, here: Array, there: Array, path: Path, obstacles: Sequence[tuple[float, float, float]]) -> float:
        distance = max(float(np.linalg.norm(there - here)), 1e-3)
        wave_m = _LIGHT_MPS / (self.frequency_ghz * 1e9)
        edges = max((_knife_edge_db(here, there, obstacle, wave_m) for obstacle in obstacles), default=0.0)
        if self.path_loss_model == "winner":
            loss = self._winner_db(distance, path)
            return loss + edges if path is Path.VEHICLES else loss
        if path is Path.FREE:
            low = min(float(here[2]), float(there[2]))
            return _two_ray_db(distance, float(here[2]) - low, float(there[2]) - low, wave_m)
        if path is Path.VEHICLES:
            return _free_space_db(distance, wave_m) + edges
        start = _free_space_db(self.reference_distance_m, wave_m)
        return start + 10.0 * self.path_loss_exponent * math.log10(distance / self.reference_distance_m)

    def _winner_db(self, distance_m: float, path: Path) -> float:
        far, high = math.log10(distance_m), math.log10(self.frequency_ghz)
        if path is Path.SCENERY:
            return 36.85 + 30.0 * far + 18.9 * high
        if self.scenario == "highway":
            return 32.4 + 20.0 * far + 20.0 * high
        return 38.77 + 16.7 * far + 18.2 * high


def _free_space_db(distance_m: float, wave_m: float) -> float:
    return 20.0 * math.log10(4.0 * math.pi * distance_m / wave_m)


def _two_ray_db(distance_m: float, height_m: float, other_height_m: float, wave_m: float) -> float:
    """Direct ray and the one that the ground reflects."""
    flat = math.sqrt(max(distance_m**2 - (height_m - other_height_m) ** 2, 1e-12))
    reflected = math.sqrt(distance_m**2 + 4.0 * height_m * other_height_m)
    sine, cosine = (height_m + other_height_m) / reflected, flat / reflected
    root = math.sqrt(_PERMITTIVITY - cosine**2)
    gamma = (sine - root) / (sine + root)
    phase = 2.0 * math.pi / wave_m * (distance_m - reflected)
    strength = math.hypot(1.0 + gamma * math.cos(phase), gamma * math.sin(phase))
    return math.inf if strength < 1e-12 else 20.0 * math.log10(4.0 * math.pi * flat / (wave_m * strength))


def _knife_edge_db(here: Array, there: Array, obstacle: tuple[float, float, float], wave_m: float) -> float:
    """Loss at the roof of one vehicle."""
    x, y, height = obstacle
    before = max(math.hypot(x - here[0], y - here[1]), 1e-3)
    behind = max(math.hypot(there[0] - x, there[1] - y), 1e-3)
    v = height * math.sqrt(2.0 * (before + behind) / (wave_m * before * behind))
    return 6.9 + 20.0 * math.log10(math.sqrt((v - 0.1) ** 2 + 1.0) + v - 0.1) if v >= -0.78 else 0.0


def between(
    scene: RayScene, states: ActorStates, actors: Mapping[int, Actor], here: Array, there: Array, own: Collection[int]
) -> tuple[Path, list[tuple[float, float, float]]]:
    """What stands between two antennas, and the vehicles of it as ``Radio.received_dbm`` wants them.

    Walkers let waves pass, as in CARLA. The vehicles that carry the antennas do too; in CARLA an antenna inside a vehicle's
    own hull receives nothing at all.

    Args:
        scene: rays.
        states, actors: who stands where.
        here, there: (3,) metres.
        own: ids of what the antennas are fixed to.
    """
    way = there - here
    length = float(np.linalg.norm(way))
    low = min(float(here[2]), float(there[2]))
    found: dict[int, tuple[float, float, float]] = {}
    done = 0.0
    for _ in range(_MOST_HITS):
        if length - done <= 1e-3:
            break
        hit = scene.cast(here + way / length * done, (way / length)[None], length - done)
        if not math.isfinite(hit.distance_m[0]):
            break
        done += float(hit.distance_m[0]) + _PAST_A_HIT_M
        actor = actors.get(int(hit.actor_id[0]))
        if actor is None or actor.kind not in {Kind.VEHICLE, Kind.WALKER}:
            return Path.SCENERY, list(found.values())
        if actor.kind is Kind.VEHICLE and actor.id not in own and actor.id not in found:
            x, y, z = (float(value) for value in states.location[actor.row])
            found[actor.id] = (x, y, z - low + 2.0 * actor.box.half_extent[2] + _ROOF_MARGIN_M)
    return (Path.VEHICLES if found else Path.FREE), list(found.values())
