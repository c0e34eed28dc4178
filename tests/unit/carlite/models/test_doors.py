"""Doors that open: cut out of the body along the door lines, turned about the hinge, the same object for the same doors."""

from __future__ import annotations

import numpy as np
import pytest

from carlite.library import find
from carlite.mesh import ActorModel, Material
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
    """Of paint and glass, square metres."""
    mesh = model.parts[0].mesh
    skin = mesh.triangles[np.isin(mesh.materials, (Material.PAINT, Material.GLASS))]
    a, b, c = (mesh.vertices[skin[:, k]].astype(np.float64) for k in range(3))
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


@pytest.mark.parametrize("type_id", _WITH_DOORS)
def test_nothing_of_the_skin_is_lost(type_id: str) -> None:
    """What was cut out is there again; linings and the inside are of other materials."""
    shut = _model(type_id)
    assert _area(with_open_doors(type_id, shut, _ALL)) == pytest.approx(_area(shut), rel=1e-4)


def test_a_door_swings_by_62_degrees_about_its_front_edge() -> None:
    """Seen from above its lower half is nearly a straight line."""
    shut = _model(_SEDAN)
    opened = with_open_doors(_SEDAN, shut, 0b10).parts[0].mesh.vertices.astype(np.float64)
    reach = float(shut.parts[0].mesh.vertices[:, 1].max())
    out = opened[(opened[:, 1] > reach + 0.05) & (opened[:, 2] < 0.8)]
    assert len(out) > 50
    direction = np.linalg.svd(out[:, :2] - out[:, :2].mean(0), full_matrices=False)[2][0]
    assert np.degrees(np.arctan(abs(direction[1] / direction[0]))) == pytest.approx(62.0, abs=3.0)
    assert direction[0] * direction[1] < 0.0  # its hinge is in front


def test_a_car_without_a_door_stays_as_it_is() -> None:
    truck = _model("vehicle.carlamotors.firetruck")
    assert with_open_doors("vehicle.carlamotors.firetruck", truck, 0b111100) is truck
    assert with_open_doors("carlite.unknown", truck, _ALL) is truck


def test_the_same_doors_give_the_same_model() -> None:
    shut = _model(_SEDAN)
    assert with_open_doors(_SEDAN, shut, 5) is with_open_doors(_SEDAN, shut, 5)
    assert with_open_doors(_SEDAN, shut, 1 << 4) is not with_open_doors(_SEDAN, shut, 5)
