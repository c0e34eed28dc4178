"""A small world of boxes on flat ground, with exact images, lidar hits and radar detections: snapshots without a simulator.

Everything is computed by intersecting rays with boxes and the plane z = 0, so that labels and writers can be tested on data
whose truth is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import apply, inverse, rotation_from_rpy, transform
from rarebit.core.rng import stream
from rarebit.language.places.in_lane import InLane
from rarebit.packs import builtin
from rarebit.rig.load import load_rig
from rarebit.rig.modality import Capture
from rarebit.rig.request import RawMessage
from rarebit.rig.rig import Mount, Rig
from rarebit.roads.lane_map import Lane, LaneKey, LaneMap, Signal
from rarebit.scenario import ActorPlan, ConcreteScenario, TemplateRoad, Weather
from rarebit.snapshot import ActorState, EgoBody, EgoMotion, LabelImages, Picture, SensorData, Snapshot

camera, lidar, radar = (builtin().module("sensors", name) for name in ("camera", "lidar", "radar"))
ROOT = Path(__file__).resolve().parents[1]
TICK_S = 0.05
CARLA_FROM_WORLD = np.diag([1.0, -1.0, 1.0])


def smoke_rig() -> Rig:
    """The small rig of the repository."""
    return load_rig(ROOT / "hydra_conf" / "rig" / "smoke.yaml")


@dataclass(frozen=True)
class Thing:
    """A box that moves straight: start, heading and speed, and what the server would say of it."""

    actor_id: int
    type_id: str
    tag: int
    start_m: tuple[float, float]
    heading_rad: float
    speed_mps: float
    size_lwh_m: tuple[float, float, float]
    base_type: str = ""
    special_type: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    is_parked: bool = False
    is_map: bool = False
    has_rider: bool = False
    is_ego: bool = False

    def state(self, time_s: float) -> ActorState:
        direction = np.array([np.cos(self.heading_rad), np.sin(self.heading_rad), 0.0])
        centre = np.array([*self.start_m, self.size_lwh_m[2] / 2.0]) + direction * self.speed_mps * time_s
        return ActorState(
            actor_id=self.actor_id,
            instance_id=None if self.is_map else self.actor_id & 0xFFFF,
            name="ego" if self.is_ego else f"thing_{self.actor_id}",
            type_id=self.type_id,
            base_type=self.base_type,
            special_type=self.special_type,
            tag=self.tag,
            world_from_box=transform(centre, rotation_from_rpy(0.0, 0.0, self.heading_rad)),
            size_lwh_m=np.array(self.size_lwh_m),
            velocity_mps=direction * self.speed_mps,
            angular_velocity_radps=np.zeros(3),
            has_rider=self.has_rider,
            is_ego=self.is_ego,
            is_parked=self.is_parked,
            attributes=dict(self.attributes),
        )


HEADING = 0.15
REAR_AXLE_TO_CENTRE_M = 1.4


def _placed(ahead_m: float, left_m: float) -> tuple[float, float]:
    """A place relative to the ego's start, which is at (-40, 25) and heads 0.15 rad to the left of x."""
    c, s = np.cos(HEADING), np.sin(HEADING)
    return (-40.0 + c * ahead_m - s * left_m, 25.0 + s * ahead_m + c * left_m)


CHILD = (("age", "child"),)

THINGS = (
    Thing(1, "vehicle.lincoln.mkz_2020", 14, _placed(0, 0), HEADING, 6.0, (4.9, 1.84, 1.49), "car", is_ego=True),
    Thing(2, "vehicle.tesla.model3", 14, _placed(22, 0), HEADING, 5.0, (4.8, 2.16, 1.49), "car", "electric"),
    Thing(3, "vehicle.mercedes.sprinter", 14, _placed(16, -3.4), HEADING, 0.0, (5.9, 2.0, 2.56), "van", is_parked=True),
    Thing(
        4, "walker.pedestrian.0009", 12, _placed(19.6, -4.5), HEADING + 1.5, 2.4, (0.5, 0.5, 1.1), attributes=CHILD
    ),
    Thing(
        5, "vehicle.gazelle.omafiets", 19, _placed(30, 3.4), HEADING + 3.14, 4.0, (1.66, 0.6, 1.62), "bicycle", has_rider=True
    ),
    Thing(6, "vehicle.kawasaki.ninja", 18, _placed(12, 3.3), HEADING, 7.0, (2.04, 0.8, 1.52), "motorcycle", has_rider=True),
    Thing(7, "vehicle.carlamotors.carlacola", 15, _placed(-14, 3.5), HEADING, 6.0, (5.2, 2.63, 2.47), "truck"),
    Thing(8, "vehicle.mitsubishi.fusorosa", 16, _placed(34, -4.5), HEADING, 0.0, (10.3, 3.9, 4.2), "bus"),
    Thing(9, "static.prop.trafficcone01", 21, _placed(9, -3.0), 0.0, 0.0, (0.88, 0.88, 1.13)),
    Thing(10, "static.prop.streetbarrier", 21, _placed(11, -6.0), 0.4, 0.0, (1.21, 0.37, 1.07)),
    Thing(11, "carlite.vehicle.trailer", 15, _placed(-9, -4.0), HEADING, 0.0, (5.0, 2.2, 2.2)),
    Thing(12, "carlite.vehicle.excavator", 15, _placed(20, 8.0), 0.9, 0.0, (6.0, 2.6, 3.0)),
    Thing(13, "carlite.prop.wheel", 21, _placed(14, 1.5), HEADING - 1.4, 3.0, (0.65, 0.22, 0.65)),
    # Hidden from every sensor behind the bus, and a car of the map that instance images do not know.
    Thing(14, "static.prop.briefcase", 21, _placed(41, -5.0), HEADING, 0.0, (0.5, 0.2, 0.4)),
    Thing(2**40 + 7, "Vh_Car_Parked_5", 14, _placed(4, 7.0), HEADING, 0.0, (4.4, 1.8, 1.5), is_parked=True, is_map=True),
)  # fmt: skip
HIDDEN_ID = 14
MAP_CAR_ID = 2**40 + 7


def scenario(index: int = 0) -> ConcreteScenario:
    ego = ActorPlan(name="ego", model="vehicle.lincoln.mkz_2020", place=InLane(ahead_m=0.0), speed_mps=6.0, role="ego")
    return ConcreteScenario(
        scenario="synthetic",
        summary="Boxes on a plane.",
        tags=("test.boxes",),
        spec_hash="0" * 32,
        seed=0,
        index=index,
        attempt=0,
        values={"speed_mps": 6.0, "kind": "boxes"},
        road=TemplateRoad(template="none", parameters={}, opendrive=""),
        weather=Weather(),
        ego=ego,
        actors=(),
        story=(),
        accept=(),
        duration_s=2.0,
        hazards=("thing_4",),
    )


def lane_map() -> LaneMap:
    """Two lanes and a sidewalk along the ego's way, the middle part in a junction that bends by the same heading."""
    lanes: dict[LaneKey, Lane] = {}
    direction, left = np.array([np.cos(HEADING), np.sin(HEADING)]), np.array([-np.sin(HEADING), np.cos(HEADING)])
    start = np.array(_placed(0, 0))
    spans = ((1, -60.0, 40.0, None), (2, 40.0, 60.0, 7), (3, 60.0, 130.0, None))
    for number, (road, low, high, junction) in enumerate(spans):
        along = np.arange(low, high + 0.5, 1.0)
        for lane, kind, offset, width in ((-1, "driving", 0.0, 3.5), (1, "driving", 3.5, 3.5), (-2, "sidewalk", -3.0, 2.5)):
            points = start + along[:, None] * direction + offset * left
            centre = np.column_stack([points, np.zeros(len(points))])
            key = LaneKey(road, 0, lane)
            after = (LaneKey(spans[number + 1][0], 0, lane),) if number < 2 else ()
            before = (LaneKey(spans[number - 1][0], 0, lane),) if number > 0 else ()
            backwards = lane > 0
            lanes[key] = Lane(
                key=key,
                kind=kind,
                centre=centre[::-1].copy() if backwards else centre,
                width_m=np.full(len(centre), width),
                left=LaneKey(road, 0, 1) if lane == -1 else LaneKey(road, 0, -1),
                right=LaneKey(road, 0, -2) if lane == -1 else None,
                left_same_way=False,
                right_same_way=lane == -1,
                successors=before if backwards else after,
                predecessors=after if backwards else before,
                junction=junction,
                left_marking="broken",
                right_marking="solid",
                speed_limit_mps=13.9,
            )
    corner = start + 58.0 * direction - 1.75 * left
    across = np.array([corner, corner + 3 * direction, corner + 3 * direction + 7 * left, corner + 7 * left])
    light = Signal(
        opendrive_id="1",
        kind="traffic_light",
        position_m=np.array([*(start + 39.0 * direction - 4.0 * left), 5.0]),
        yaw_rad=HEADING + np.pi,
        lanes=(LaneKey(1, 0, -1),),
    )
    return LaneMap(
        name="Boxes",
        content="0123456789abcdef" * 2,
        lanes=lanes,
        crossings=(np.column_stack([across, np.zeros(4)]),),
        signals=(light,),
    )


def snapshots(rig: Rig, *, seconds: float = 2.0, things: tuple[Thing, ...] = THINGS) -> Iterator[Snapshot]:
    """The ticks of a scene: lidar every tick, cameras and radars every second one, key frames every tenth."""
    for tick in range(round(seconds / TICK_S) + 1):
        yield snapshot(rig, tick, things)


def snapshot(rig: Rig, tick: int, things: tuple[Thing, ...] = THINGS) -> Snapshot:
    """One tick."""
    actors = tuple(thing.state(tick * TICK_S) for thing in things)
    ego = next(actor for actor in actors if actor.is_ego)
    world_from_ego = ego.world_from_box @ transform([-REAR_AXLE_TO_CENTRE_M, 0.0, -ego.size_lwh_m[2] / 2.0])
    others = tuple(actor for actor in actors if not actor.is_ego)
    is_key = tick % round(1.0 / rig.key_rate_hz / TICK_S) == 0
    data: dict[str, SensorData] = {}
    labels: dict[str, LabelImages] = {}
    for mount in rig.mounts:
        if tick % round(1.0 / mount.rate_hz / TICK_S):
            continue
        if mount.modality.sensor == "camera":
            if is_key:
                labels[mount.channel] = look(mount, world_from_ego, others)
                data[mount.channel] = Picture(bgra=paint(labels[mount.channel]))
            else:
                # Sweeps have no labels: a plain picture is enough.
                data[mount.channel] = Picture(bgra=np.full((mount.lens.height_px, mount.lens.width_px, 4), tick, np.uint8))
        elif mount.modality.sensor == "lidar":
            data[mount.channel] = sweep(mount, world_from_ego, others, tick)
        else:
            data[mount.channel] = scan(mount, world_from_ego, actors, tick)
    motion = EgoMotion(
        time_us=tick * 50_000,
        world_from_ego=world_from_ego,
        velocity_mps=ego.velocity_mps,
        angular_velocity_radps=np.zeros(3),
        throttle=0.2,
        gear=3,
    )
    return Snapshot(
        is_key_frame=is_key,
        ego=(motion,),
        ego_body=EgoBody(wheelbase_m=2.86, track_m=1.58, wheel_radius_m=0.33),
        actors=actors,
        data=data,
        labels=labels,
    )


def cast(
    origin_m: NDArray[np.float64], directions: NDArray[np.float64], actors: tuple[ActorState, ...], reach_m: float = 1000.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Range along unit rays to the first box or the ground, and the row of the actor (-1 ground, -2 nothing)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(directions[:, 2] < -1e-9, -origin_m[2] / directions[:, 2], np.inf)
        hit = np.where(np.isfinite(best), -1, -2)
        for row, actor in enumerate(actors):
            box_from_world = inverse(actor.world_from_box)
            local, start = directions @ box_from_world[:3, :3].T, apply(box_from_world, origin_m[None])[0]
            half = actor.size_lwh_m / 2.0
            one, other = (-half - start) / local, (half - start) / local
            entry, leave = np.minimum(one, other).max(axis=1), np.maximum(one, other).min(axis=1)
            nearer = (entry < leave) & (entry > 0.0) & (entry < best)
            best[nearer], hit[nearer] = entry[nearer], row
    far = best > reach_m
    return np.where(far, reach_m, best), np.where(far, -2, hit)


def look(mount: Mount, world_from_ego: NDArray[np.float64], actors: tuple[ActorState, ...]) -> LabelImages:
    """Exact label images of a camera; where its lens shows nothing they show the sky."""
    h, w = mount.lens.height_px, mount.lens.width_px
    v, u = np.mgrid[0:h, 0:w] + 0.5
    rays = mount.lens.rays(u, v).reshape(-1, 3)
    dark = np.isnan(rays[:, 0])
    rays[dark] = [0.0, 0.0, 1.0]
    length = np.linalg.norm(rays, axis=1)
    world_from_camera = world_from_ego @ mount.ego_from_sensor
    range_m, hit = cast(world_from_camera[:3, 3], rays @ world_from_camera[:3, :3].T / length[:, None], actors)
    hit[dark] = -2
    tags = np.array([actor.tag for actor in actors] + [11, 1], np.uint8)
    ids = np.array([actor.instance_id or 0 for actor in actors] + [0, 0], np.uint16)
    return LabelImages(
        tag=tags[hit].reshape(h, w),
        instance=ids[hit].reshape(h, w),
        depth_m=np.where(hit == -2, 1000.0, range_m / length).astype(np.float32).reshape(h, w),
    )


def paint(images: LabelImages) -> NDArray[np.uint8]:
    """Something to look at."""
    shade = (255.0 / (1.0 + images.depth_m / 20.0)).astype(np.uint8)
    return np.dstack([shade, images.tag * 9, (images.instance * 37 % 251).astype(np.uint8), np.full_like(shade, 255)])


def lidar_raw(mount: Mount, world_from_ego: NDArray[np.float64], actors: tuple[ActorState, ...]) -> tuple[bytes, list[int]]:
    """What CARLA's semantic lidar would send: points of the highest channel first, and how many each channel has."""
    channels, per_turn = mount.settings.channels, mount.settings.points_per_turn
    elevation = np.linspace(mount.settings.upper_rad, mount.settings.lower_rad, channels)
    azimuth = np.arange(per_turn) / per_turn * 2.0 * np.pi
    e, a = (grid.ravel() for grid in np.meshgrid(elevation, azimuth, indexing="ij"))
    carla = np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], axis=1)
    world_from_body = world_from_ego @ mount.ego_from_body
    body = carla @ CARLA_FROM_WORLD
    range_m, hit = cast(world_from_body[:3, 3], body @ world_from_body[:3, :3].T, actors, mount.settings.range_m)
    kept = hit != -2
    rows = np.zeros(int(kept.sum()), lidar.HIT)
    rows["x"], rows["y"], rows["z"] = (carla[kept] * range_m[kept, None]).T
    rows["cos_incidence"] = 0.7
    # Objects of the map have no actor id.
    ids = [0 if actor.actor_id >= 2**32 else actor.actor_id for actor in actors]
    rows["object_id"] = np.array([*ids, 0, 0])[hit[kept]]
    rows["tag"] = np.array([*(actor.tag for actor in actors), 0, 1])[hit[kept]]
    return rows.tobytes(), kept.reshape(channels, per_turn).sum(axis=1).tolist()


def sweep(mount: Mount, world_from_ego: NDArray[np.float64], actors: tuple[ActorState, ...], tick: int) -> SensorData:
    raw, counts = lidar_raw(mount, world_from_ego, actors)
    return lidar.model_sweep(raw, counts, mount.settings, weather=Weather(), rng=stream(0, "scene", mount.channel, tick))


def radar_raw(
    mount: Mount, world_from_ego: NDArray[np.float64], actors: tuple[ActorState, ...], ego: ActorState, tick: int
) -> bytes:
    """What a CARLA radar of 120 by 12 degrees would send."""
    rng = stream(0, "radar rays", mount.channel, tick)
    azimuth, altitude = rng.uniform(-1.047, 1.047, 600), rng.uniform(-0.105, 0.105, 600)
    carla = np.stack([np.cos(altitude) * np.cos(azimuth), np.cos(altitude) * np.sin(azimuth), np.sin(altitude)], axis=1)
    world_from_body = world_from_ego @ mount.ego_from_body
    directions = carla @ CARLA_FROM_WORLD @ world_from_body[:3, :3].T
    range_m, hit = cast(world_from_body[:3, 3], directions, actors, 70.0)
    kept = hit != -2
    velocities = np.array([*(actor.velocity_mps for actor in actors), np.zeros(3), np.zeros(3)])
    rows = np.zeros(int(kept.sum()), radar.DETECTION)
    rows["velocity_mps"] = np.sum((velocities[hit[kept]] - ego.velocity_mps) * directions[kept], axis=1)
    rows["azimuth_rad"], rows["altitude_rad"], rows["depth_m"] = azimuth[kept], altitude[kept], range_m[kept]
    return rows.tobytes()


def scan(mount: Mount, world_from_ego: NDArray[np.float64], actors: tuple[ActorState, ...], tick: int) -> SensorData:
    ego = next(actor for actor in actors if actor.is_ego)
    others = tuple(actor for actor in actors if not actor.is_ego)
    back = transform(-ego.velocity_mps * TICK_S)
    capture = Capture(
        mount=mount,
        raw={
            "radar_near": RawMessage(frame=tick, data=radar_raw(mount, world_from_ego, others, ego, tick)),
            "radar_far": RawMessage(frame=tick, data=b""),
        },
        is_key_frame=False,
        world_from_ego=world_from_ego,
        before_from_ego=back @ world_from_ego,
        tick_s=TICK_S,
        ego_velocity_mps=ego.velocity_mps,
        ego_angular_velocity_radps=np.zeros(3),
        actors=actors,
        weather=Weather(),
        rng=stream(0, "scene", mount.channel, tick),
    )
    return radar.decode(capture).data


def small_rig(width_px: int = 64, points_per_turn: int = 90) -> Rig:
    """The smoke rig with thumbnails and few rays, for speed."""
    rig = smoke_rig()
    mounts = tuple(
        replace(mount, settings=replace(mount.settings, width_px=width_px, height_px=width_px * 9 // 16))
        if mount.modality.name == "camera"
        else replace(mount, settings=replace(mount.settings, points_per_turn=points_per_turn))
        if mount.modality.name == "lidar"
        else mount
        for mount in rig.mounts
    )
    return replace(rig, name="small", mounts=mounts)
