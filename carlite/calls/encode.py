"""Replies that hold actors, blueprints and control structures."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from carlite import geometry
from carlite.actors import Actor
from carlite.calls.context import Context
from carlite.library import Attribute, AttributeType, Blueprint, find
from carlite.mesh import Box
from carlite.wire import values
from carlite.wire.binary import token
from carlite.wire.values import Value


def actor(context: Context, which: Actor) -> Value:
    """An ``Actor`` with its description, bounding box, tags and the token of its stream."""
    return [
        which.id,
        which.parent_id,
        description(which),
        values.bounding_box(which.box, which.id),
        which.tags,
        token(which.stream_id, context.stream_port) if which.stream_id else b"",
    ]


def description(which: Actor) -> Value:
    """The ``ActorDescription`` of an actor: uid, id and every attribute."""
    blueprint = find(which.type_id)
    types = {a.id: a.type for a in blueprint.attributes} if blueprint is not None else {}
    attributes = [[key, types.get(key, AttributeType.STRING), text] for key, text in which.attributes.items()]
    return [blueprint.uid if blueprint is not None else 0, which.type_id, attributes]


def scenery_actor(type_id: str) -> Value:
    """The stand-in for scenery in events: id 0."""
    return [0, 0, [0, type_id, []], values.bounding_box(Box(centre=(0, 0, 0), half_extent=(0, 0, 0))), b"", b""]


def definition(blueprint: Blueprint) -> Value:
    """An ``ActorDefinition``."""
    return [blueprint.uid, blueprint.id, blueprint.tags, [_attribute(attribute) for attribute in blueprint.attributes]]


def pose(matrices: geometry.Array) -> list[Value]:
    """(n, 3, 4) matrices as ``Transform`` each."""
    rotations = geometry.rotations_deg(matrices[:, :, :3])
    return [values.transform(matrix[:, 3], rotation) for matrix, rotation in zip(matrices, rotations, strict=True)]


def structure(value: object) -> Value:
    """A dataclass as the list of its fields in order; its tuples become lists, its optional fields ``optional``."""
    if is_dataclass(value) and not isinstance(value, type):
        return [_field(getattr(value, field.name), str(field.type)) for field in fields(value)]
    if isinstance(value, (tuple, list)):
        return [structure(item) for item in value]
    return value


def _attribute(attribute: Attribute) -> Value:
    return [
        attribute.id,
        attribute.type,
        attribute.value,
        list(attribute.recommended),
        attribute.modifiable,
        attribute.restricted,
    ]


def _field(value: object, annotation: str) -> Value:
    encoded = None if value is None else structure(value)
    return values.optional(encoded) if annotation.endswith("| None") else encoded
