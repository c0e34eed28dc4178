"""Doors that open: cut out of the body along the door lines, turned about the hinge, the same object for the same doors."""

from __future__ import annotations

import numpy as np
import pytest

from carlite.library import find
from carlite.mesh import ActorModel
from carlite.models import actor_model
from carlite.models.doors import with_open_doors

_ALL = 63
_SEDAN = "vehicle.lincoln.mkz_2020"
_WITH_DOORS = (_SEDAN, "vehicle.mini.cooper_s_2021", "vehicle.ford.ambulance", "vehicle.carlamotors.firetruck")


def _model(type_id: str) -> ActorModel:
    blueprint = find(type_id)
    assert blueprint is not None
    return actor_model(type_id, blueprint.defaults(), blueprint.half_extent, blueprint.centre)


def _area(model: ActorModel) -> float:
    mesh = model.parts[0].mesh
    a, b, c = (mesh.vertices[mesh.triangles[:, k]].astype(np.float64) for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0)


@pytest.mark.parametrize("type_id", _WITH_DOORS)
def test_open_doors_stick_out_to_both_sides(type_id: str) -> None:
    shut = _model(type_id)
    opened = with_open_doors(type_id, shut, 0b11)
    low, high = shut.parts[0].mesh.vertices, opened.parts[0].mesh.vertices
    assert high[:, 1].max() > low[:, 1].max() + 0.3
    assert high[:, 1].min() < low[:, 1].min() - 0.3
    assert opened.parts[1:] == shut.parts[1:]


def test_left_is_left_and_each_door_is_its_own() -> None:
    shut = _model(_SEDAN)
    reach = shut.parts[0].mesh.vertices[:, 1].max()
    for door, side in enumerate((-1.0, 1.0, -1.0, 1.0)):
        y = with_open_doors(_SEDAN, shut, 1 << door).parts[0].mesh.vertices[:, 1] * side
        assert y.max() > reach + 0.2
        assert -y.min() < reach + 0.01
    tall = shut.parts[0].mesh.vertices[:, 2].max()
    assert with_open_doors(_SEDAN, shut, 1 << 5).parts[0].mesh.vertices[:, 2].max() > tall + 0.2


def test_nothing_of_the_skin_is_lost() -> None:
    """What was cut out is there again; only the inside is more."""
    shut = _model(_SEDAN)
    inside = _area(with_open_doors(_SEDAN, shut, 1)) - _area(shut)
    assert inside > 0.0
    assert _area(with_open_doors(_SEDAN, shut, _ALL)) == pytest.approx(_area(shut) + inside, rel=1e-4)


def test_the_same_doors_give_the_same_model() -> None:
    shut = _model(_SEDAN)
    assert with_open_doors(_SEDAN, shut, 5) is with_open_doors(_SEDAN, shut, 5)
    assert with_open_doors(_SEDAN, shut, 1 << 4) is not with_open_doors(_SEDAN, shut, 5)
