"""What the world is made of: triangle meshes, articulated models, placed objects.

Shared by the builders (scenery, models) and the readers (rays, physics). Local frames are CARLA's: x forward, y right,
z up, metres. Triangles may have any winding: shading uses the vertex normals, turned towards the viewer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from carlite.tags import Tag


class Material(IntEnum):
    """How a triangle looks; ``carlite.models.materials`` gives texture, gloss and emission of each."""

    MATTE = 0  # vertex colour alone
    PAINT = 1  # vertex colour times the instance's tint, clear coat
    GLASS = 2
    RUBBER = 3
    METAL = 4
    PLASTIC = 5
    CLOTH = 6
    SKIN = 7
    ASPHALT = 8
    CONCRETE = 9
    MARKING = 10
    GRASS = 11
    SOIL = 12
    FACADE = 13  # rows of windows, lit at night
    BRICK = 14
    ROOF = 15
    BARK = 16
    LEAVES = 17
    LAMP_HEAD = 18  # emits while its vehicle's low or high beam bit is set
    LAMP_REAR = 19  # position lamps; brighter while the brake bit is set
    LAMP_LEFT = 20
    LAMP_RIGHT = 21
    LAMP_REVERSE = 22
    LAMP_BEACON = 23  # blue light of emergency vehicles (special bits)
    LAMP_STREET = 24  # emits at night
    SIGNAL_RED = 25  # lamp of a traffic light, emits in that state
    SIGNAL_YELLOW = 26
    SIGNAL_GREEN = 27
    FUR = 28
    WATER = 29


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """Triangles with shading attributes.

    Attributes:
        vertices: (n, 3) float32, metres, local frame.
        triangles: (m, 3) uint32 vertex indices.
        normals: (n, 3) float32, unit.
        uvs: (n, 2) float32, in repeats of the material's texture.
        colours: (n, 3) float32, linear albedo 0..1.
        materials: (m,) uint8 Material.
        tags: (m,) uint8 Tag.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    normals: NDArray[np.float32]
    uvs: NDArray[np.float32]
    colours: NDArray[np.float32]
    materials: NDArray[np.uint8]
    tags: NDArray[np.uint8]

    def __post_init__(self) -> None:
        n, m = len(self.vertices), len(self.triangles)
        wanted = {
            "vertices": ((n, 3), np.float32),
            "triangles": ((m, 3), np.uint32),
            "normals": ((n, 3), np.float32),
            "uvs": ((n, 2), np.float32),
            "colours": ((n, 3), np.float32),
            "materials": ((m,), np.uint8),
            "tags": ((m,), np.uint8),
        }
        for name, (shape, dtype) in wanted.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise ValueError(f"Mesh.{name}: got {array.dtype} {array.shape}, expected {np.dtype(dtype)} {shape}")
        if m and int(self.triangles.max()) >= n:
            raise ValueError(f"Mesh.triangles: index {int(self.triangles.max())} is past the last of {n} vertices")


def merged(meshes: list[Mesh]) -> Mesh:
    """One mesh that holds all of ``meshes``, in order."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        triangles=np.concatenate(
            [mesh.triangles + np.uint32(start) for mesh, start in zip(meshes, starts, strict=True)]
        ).astype(np.uint32),
        normals=np.concatenate([mesh.normals for mesh in meshes]),
        uvs=np.concatenate([mesh.uvs for mesh in meshes]),
        colours=np.concatenate([mesh.colours for mesh in meshes]),
        materials=np.concatenate([mesh.materials for mesh in meshes]),
        tags=np.concatenate([mesh.tags for mesh in meshes]),
    )


class Joint(IntEnum):
    """How a part of a model moves; ``carlite.models.pose`` turns joints and motion into transforms."""

    FIXED = 0
    WHEEL = 1  # spins about y; front ones also steer about z
    LEFT_HIP = 2
    RIGHT_HIP = 3
    LEFT_KNEE = 4
    RIGHT_KNEE = 5
    LEFT_SHOULDER = 6
    RIGHT_SHOULDER = 7
    LEFT_ELBOW = 8
    RIGHT_ELBOW = 9
    FRONT_LEGS = 10  # animals: the pair in phase
    BACK_LEGS = 11
    CHEST = 12  # of walkers in a pose of their own; the gait leaves chest and head where they are
    HEAD = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rigid piece of a model.

    Attributes:
        mesh: geometry in the part's own frame, the joint at its origin.
        pivot: (x, y, z) of the joint in the parent part's frame (the actor's frame for parent -1), metres.
        joint: what moves it.
        index: wheel number where the joint needs one (FL 0, FR 1, RL 2, RR 3).
        parent: index of the parent part in the model, -1 for the actor itself; a parent comes before its children.
    """

    mesh: Mesh
    pivot: tuple[float, float, float] = (0.0, 0.0, 0.0)
    joint: Joint = Joint.FIXED
    index: int = 0
    parent: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """Where a wheel touches: centre in the actor's frame and radius, metres."""

    centre: tuple[float, float, float]
    radius_m: float
    steers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorModel:
    """The looks of one blueprint.

    Attributes:
        parts: rigid pieces, parents first.
        wheels: FL, FR, RL, RR (front, back for two-wheelers); empty for all else.
        head_lamps: (x, y, z) of lamps that throw light forward, actor frame.
    """

    parts: tuple[Part, ...]
    wheels: tuple[Wheel, ...] = ()
    head_lamps: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An oriented box: centre and half extent in metres, rotation (pitch, yaw, roll) in degrees."""

    centre: tuple[float, float, float]
    half_extent: tuple[float, float, float]
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedObject:
    """One static thing of the world: a building, a tree, a parked car, a pole.

    Attributes:
        object_id: unique within the map, from 32768 on; the low 16 bits are its id in instance images.
        name: for instance "Building_012" or "vehicle.audi.tt_parked_3".
        tag: its class for environment-object queries.
        model: its looks; equal model objects are stored once.
        world_from_local: (3, 4) float64.
        box: in the object's local frame.
        tint: linear paint colour 0..1.
    """

    object_id: int
    name: str
    tag: Tag
    model: ActorModel
    world_from_local: NDArray[np.float64]
    box: Box
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    solid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetLamp:
    """A light that the light manager lists.

    Attributes:
        position: world, metres.
        colour: linear 0..1.
        intensity_lm: lumens.
    """

    position: tuple[float, float, float]
    colour: tuple[float, float, float] = (1.0, 0.86, 0.66)
    intensity_lm: float = 8000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticWorld:
    """Everything of a map that does not move.

    Attributes:
        ground: meshes in world coordinates that wheels and feet stand on: road, markings, kerbs, sidewalks, terrain.
        objects: placed things.
        lamps: street lights.
        spawn_points: (n, 2, 3): location in metres and (pitch, yaw, roll) in degrees.
        roads_visible: whether sensors see roads, markings and sidewalks; wheels stand on them in any case.
    """

    ground: tuple[Mesh, ...]
    objects: tuple[PlacedObject, ...]
    lamps: tuple[StreetLamp, ...] = ()
    spawn_points: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2, 3)))
    roads_visible: bool = True
