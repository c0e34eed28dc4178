"""Procedural looks of every blueprint and of the scenery; materials, textures, poses."""

from __future__ import annotations

from functools import cache

from carlite.actors import Kind
from carlite.library import Blueprint, find
from carlite.mesh import ActorModel
from carlite.models.animals import animal_model
from carlite.models.cars import car_model
from carlite.models.people import figure, walker_model, wheelchair_model
from carlite.models.props import prop_model
from carlite.models.scenery import SCENERY_KINDS, scenery_box, scenery_model
from carlite.models.store import keep_models_in, kept
from carlite.models.trucks import truck_model
from carlite.models.twowheelers import two_wheeler_model
from carlite.tags import Tag

__all__ = ["SCENERY_KINDS", "actor_model", "keep_models_in", "scenery_box", "scenery_model"]

_Triple = tuple[float, float, float]
_TRUCKS = ("cola", "hgv", "firetruck", "ambulance")
_TWO_WHEELERS = ("bicycle", "motorcycle", "scooter")


def actor_model(type_id: str, attributes: dict[str, str], half_extent: _Triple, centre: _Triple) -> ActorModel:
    """The looks of an actor, built on first use and shared by all actors that look the same but for their paint.

    Args:
        type_id: blueprint id.
        attributes: of the actor; "use_wheelchair" and "driver_id" change the model, "color" does not (it is the tint).
        half_extent: of the bounding box, metres, actor frame.
        centre: of the bounding box.

    Raises:
        ValueError: the id is no blueprint with a body.
    """
    wheelchair = attributes.get("use_wheelchair", "false") == "true"
    driver = attributes.get("driver_id", "1")
    number = int(driver) if driver.isdigit() else 1
    return _actor_model(type_id, wheelchair, number, tuple(half_extent), tuple(centre))


@cache
def _actor_model(type_id: str, wheelchair: bool, driver: int, half: _Triple, centre: _Triple) -> ActorModel:
    return kept(repr((type_id, wheelchair, driver, half, centre)), lambda: _built(type_id, wheelchair, driver, half, centre))


def _built(type_id: str, wheelchair: bool, driver: int, half: _Triple, centre: _Triple) -> ActorModel:
    blueprint = find(type_id)
    if blueprint is None:
        raise ValueError(
            f"actor_model: got {type_id!r}, expected the id of a blueprint; carlite.library.blueprints() lists them"
        )
    if blueprint.kind == Kind.VEHICLE and blueprint.preset is not None:
        if blueprint.preset.body in _TWO_WHEELERS:
            return two_wheeler_model(blueprint, half, centre, driver)
        return (truck_model if blueprint.preset.body in _TRUCKS else car_model)(blueprint, half, centre)
    if blueprint.kind == Kind.WALKER:
        return _person(blueprint, half, wheelchair=wheelchair)
    if blueprint.motion == "animal":
        return animal_model(type_id.rpartition(".")[2], half)
    if blueprint.kind == Kind.PROP:
        return prop_model(type_id, Tag(blueprint.semantic_tags[0]) if blueprint.semantic_tags else Tag.DYNAMIC, half, centre)
    raise ValueError(f"actor_model: got {type_id!r} of kind {blueprint.kind.name}, expected a vehicle, walker or prop")


def _person(blueprint: Blueprint, half: _Triple, *, wheelchair: bool) -> ActorModel:
    values = blueprint.defaults()
    child, elderly = values["age"] in ("child", "teenager"), values["age"] == "elderly"
    clothed = figure(blueprint.id, 2.0 * half[2], child=child, female=values["gender"] == "female", elderly=elderly)
    return wheelchair_model(clothed, half) if wheelchair else walker_model(clothed, half)
