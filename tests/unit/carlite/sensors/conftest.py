"""A small world to measure: a level plane, a wall, and boxes as actors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import ActorModel, Box, Material, Mesh, Part, StaticWorld
from carlite.physics import Contact
from carlite.rays import RayScene
from carlite.sensors import GeoReference, Sensor, View, make_sensor
from carlite.tags import Tag


def _mesh(vertices: ArrayLike, triangles: ArrayLike, tag: Tag) -> Mesh:
    points, faces = np.asarray(vertices, np.float32), np.asarray(triangles, np.uint32)
    a, b, c = (points[faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, faces[:, k], flat)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    return Mesh(
        vertices=points,
        triangles=faces,
        normals=normals.astype(np.float32),
        uvs=np.zeros((len(points), 2), np.float32),
        colours=np.full((len(points), 3), 0.5, np.float32),
        materials=np.full(len(faces), int(Material.MATTE), np.uint8),
        tags=np.full(len(faces), int(tag), np.uint8),
    )


def plane(size_m: float = 500.0) -> Mesh:
    """A level square at z = 0."""
    s = size_m
    return _mesh([[-s, -s, 0], [s, -s, 0], [s, s, 0], [-s, s, 0]], [[0, 1, 2], [0, 2, 3]], Tag.ROADS)


def cube(half: Sequence[float], tag: Tag) -> Mesh:
    """A box about the origin."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * np.asarray(half)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for q in quads for face in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))]
    return _mesh(corners, faces, tag)


class Bench:
    """A scene with actors and sensors; one call measures one sensor in one tick."""

    def __init__(self) -> None:
        self.states = ActorStates()
        self.actors: dict[int, Actor] = {}
        self.scene = RayScene(StaticWorld(ground=(plane(),), objects=()), threads=1)
        self.frame = 0
        self.elapsed_s = 0.0
        self.contacts: list[Contact] = []
        self.geo = GeoReference(latitude_deg=48.9, longitude_deg=9.1)

    def add_box(self, location: ArrayLike, half: Sequence[float], tag: Tag = Tag.CAR, yaw_deg: float = 0.0) -> Actor:
        actor_id = len(self.actors) + 1
        actor = Actor(
            id=actor_id,
            kind=Kind.VEHICLE,
            type_id="vehicle.tesla.model3",
            attributes={},
            row=self.states.allocate(actor_id),
            box=Box(centre=(0.0, 0.0, 0.0), half_extent=(half[0], half[1], half[2])),
            tags=bytes([tag]),
            model=ActorModel(parts=(Part(mesh=cube(half, tag)),)),
        )
        self.actors[actor_id] = actor
        self.states.location[actor.row] = location
        self.states.rotation_deg[actor.row] = (0.0, yaw_deg, 0.0)
        return actor

    def add_sensor(
        self,
        type_id: str,
        location: ArrayLike = (0.0, 0.0, 0.0),
        rotation_deg: ArrayLike = (0.0, 0.0, 0.0),
        parent: Actor | None = None,
        **attributes: object,
    ) -> Sensor:
        actor_id = len(self.actors) + 1
        texts = {name: str(value) for name, value in attributes.items()}
        actor = Actor(
            id=actor_id,
            kind=Kind.SENSOR,
            type_id=type_id,
            attributes=texts,
            row=self.states.allocate(actor_id),
            box=Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0)),
            parent=parent,
        )
        self.actors[actor_id] = actor
        self.states.location[actor.row], self.states.rotation_deg[actor.row] = location, rotation_deg
        sensor = make_sensor(actor)
        assert sensor is not None
        return sensor

    def view(self, dt_s: float) -> View:
        self.frame += 1
        self.elapsed_s += dt_s
        self.scene.update(self.actors.values(), self.states, self.frame)
        return View(
            frame=self.frame,
            elapsed_s=self.elapsed_s,
            dt_s=dt_s,
            states=self.states,
            actors=self.actors,
            scene=self.scene,
            contacts=self.contacts,
            geo=self.geo,
            gravity_mps2=9.81,
            encode_actor=lambda actor: ["actor", actor.id],
            encode_scenery=lambda tag: ["scenery", tag],
        )

    def measure(self, sensor: Sensor, dt_s: float = 0.05) -> list[bytes]:
        view = self.view(dt_s)
        assert sensor.is_due(dt_s)
        sensor.prepare(view)
        return [bytes(payload) for payload in sensor.measure(view)]


@pytest.fixture
def bench() -> Bench:
    """A level plane without actors."""
    return Bench()


@pytest.fixture
def read_lidar():
    """Splits a lidar payload into angle, counts per channel and (n, width) float32 points."""

    def read(payload: bytes, width: int = 4) -> tuple[float, NDArray[np.uint32], NDArray[np.float32]]:
        channels = int(np.frombuffer(payload, "<u4", 1, 4)[0])
        counts = np.frombuffer(payload, "<u4", channels, 8)
        points = np.frombuffer(payload, "<f4", offset=8 + 4 * channels).reshape(-1, width)
        assert len(points) == counts.sum()
        return float(np.frombuffer(payload, "<f4", 1)[0]), counts, points

    return read
