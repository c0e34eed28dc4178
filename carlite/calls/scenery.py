"""Calls about what stands and lies in the world: boxes, objects, ray casts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, Kind
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.decode import Vector
from carlite.calls.table import CallTable
from carlite.errors import CallError
from carlite.mesh import PlacedObject
from carlite.tags import ANY_TAG
from carlite.wire import values
from carlite.wire.values import Value
from carlite.world.boxes import world_box

TABLE = CallTable()
_LONGEST_M = 20.0  # no actor reaches further from its origin
_NO_LABEL = [[0.0, 0.0, 0.0], 0]


def _tag(value: Any, what: str) -> int:
    wanted = decode.integer(value, what)
    if not 0 <= wanted <= ANY_TAG:
        raise CallError(f"{what}: got {wanted}, expected 0..{ANY_TAG}")
    return wanted


def _objects(context: Context, tag: int) -> list[PlacedObject]:
    return [thing for thing in context.world.episode.shown_objects.loaded() if tag in (ANY_TAG, thing.tag)]


@TABLE.value("get_all_level_BBs", _tag)
def _level_boxes(context: Context, tag: int) -> Value:
    """Boxes of scenery and of actors with that tag, in the world."""
    ids = context.world.episode.signal_ids()
    boxes = [values.bounding_box(world_box(o.world_from_local, o.box), ids.get(o.name, 0)) for o in _objects(context, tag)]
    for actor in context.world.episode.actors:
        if actor.tags and (tag == ANY_TAG or tag in actor.tags):
            boxes.append(values.bounding_box(world_box(context.world.episode.world_from_actor(actor), actor.box), actor.id))
    return boxes


@TABLE.value("get_environment_objects", _tag)
def _environment_objects(context: Context, tag: int) -> Value:
    return [
        [
            values.transform(thing.world_from_local[:, 3], geometry.rotations_deg(thing.world_from_local[:, :3])),
            values.bounding_box(world_box(thing.world_from_local, thing.box), 0),
            thing.object_id,
            thing.name,
            int(thing.tag),
        ]
        for thing in _objects(context, tag)
    ]


@TABLE.void("enable_environment_objects", decode.integers, decode.flag, slow=True)
def _enable_objects(context: Context, object_ids: list[int], enable: bool) -> None:
    """Objects that are not enabled are neither seen nor hit; they stay in the lists."""
    context.world.episode.shown_objects.enable(object_ids, enable)


@TABLE.value("get_names_of_all_objects")
def _names(context: Context) -> Value:
    return [
        *(thing.name for thing in context.world.episode.shown_objects.loaded()),
        *map(actor_name, context.world.episode.actors),
    ]


def actor_name(actor: Actor) -> str:
    """What an actor is called among the objects of the world."""
    return f"{actor.type_id}_{actor.id}"


@TABLE.value("project_point", decode.vector, decode.vector, decode.number)
def _project_point(context: Context, location: Vector, direction: Vector, distance: float) -> Value:
    start, towards = np.array(location), np.array(direction)
    length = float(np.linalg.norm(towards))
    if length == 0.0 or distance <= 0.0:
        return [False, _NO_LABEL]
    context.world.refresh_rays()
    hit = context.world.episode.level.rays.cast(start[None], towards[None] / length, distance, ignore=_around(context, start))
    if not np.isfinite(hit.distance_m[0]):
        return [False, _NO_LABEL]
    return [True, [values.numbers(start + towards / length * float(hit.distance_m[0])), int(hit.tag[0])]]


def _around(context: Context, point: NDArray[np.float64]) -> tuple[int, ...]:
    """The vehicles and walkers that a point lies in: a projection from an actor's own place is not to hit the actor."""
    world = context.world
    found = []
    for actor in world.episode.actors:
        near = (
            actor.kind in (Kind.VEHICLE, Kind.WALKER)
            and abs(world.episode.states.location[actor.row] - point).max() < _LONGEST_M
        )
        if near:
            local = geometry.apply(geometry.inverse(world.episode.world_from_actor(actor)), point[None])[0] - actor.box.centre
            if (np.abs(local) <= actor.box.half_extent).all():
                found.append(actor.id)
    return tuple(found)


@TABLE.value("cast_ray", decode.vector, decode.vector)
def _cast_ray(context: Context, start: Vector, end: Vector) -> Value:
    context.world.refresh_rays()
    hits = context.world.episode.level.rays.cast_segment(start, end)
    return [[values.numbers(point), int(tag)] for point, tag in zip(hits.points, hits.tags, strict=True)]
