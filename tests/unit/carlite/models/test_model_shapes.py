"""Models fill the boxes of their blueprints, keep to shared conventions, and stay the same from build to build."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from carlite.actors import Kind
from carlite.library import Blueprint, blueprints, find
from carlite.mesh import ActorModel, Joint, Material, Mesh
from carlite.models import SCENERY_KINDS, actor_model, scenery_box, scenery_model
from carlite.models.cars import car_model
from carlite.models.pose import part_transforms
from carlite.tags import Tag

_TOLERANCE_M = 0.02
_VEHICLES = [b for b in blueprints() if b.kind == Kind.VEHICLE]
_PROPS = [b for b in blueprints() if b.kind == Kind.PROP and b.half_extent[0] > 0.0]
_WALKERS = [b for b in blueprints() if b.kind == Kind.WALKER][::5]


def _model(blueprint: Blueprint) -> ActorModel:
    return actor_model(blueprint.id, blueprint.defaults(), blueprint.half_extent, blueprint.centre)


def _bounds(model: ActorModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    transforms = part_transforms(model, np.zeros(4), np.zeros(4), 0.0, 0.0)
    points = np.concatenate(
        [part.mesh.vertices @ t[:, :3].T + t[:, 3] for part, t in zip(model.parts, transforms, strict=True)]
    )
    return points.min(0), points.max(0)


def _check_mesh(mesh: Mesh) -> None:
    assert np.isfinite(mesh.vertices).all()
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)
    assert mesh.colours.min() >= 0.0
    assert mesh.colours.max() <= 1.3
    assert mesh.materials.max() < len(Material)


@pytest.mark.parametrize("blueprint", _VEHICLES, ids=lambda b: b.id)
def test_vehicle_fills_its_box(blueprint: Blueprint) -> None:
    model = _model(blueprint)
    low, high = _bounds(model)
    centre, half = np.asarray(blueprint.centre), np.asarray(blueprint.half_extent)
    wanted_low, wanted_high = centre - half, centre + half
    # the wheels stand on the road even where CARLA's box begins under or over it
    wanted_low[2] = 0.0
    assert np.abs(low - wanted_low).max() <= _TOLERANCE_M, low - wanted_low
    assert np.abs(high - wanted_high).max() <= _TOLERANCE_M, high - wanted_high
    assert model.wheels == blueprint.wheels
    assert [p.index for p in model.parts if p.joint == Joint.WHEEL] == list(range(len(model.wheels)))
    materials = set(np.concatenate([p.mesh.materials for p in model.parts]).tolist())
    assert {Material.LAMP_HEAD, Material.LAMP_REAR} <= materials
    for part in model.parts:
        _check_mesh(part.mesh)
    assert set(np.concatenate([p.mesh.tags for p in model.parts]).tolist()) == set(blueprint.semantic_tags)


@pytest.mark.parametrize("blueprint", _PROPS, ids=lambda b: b.id)
def test_prop_fills_its_box(blueprint: Blueprint) -> None:
    low, high = _bounds(_model(blueprint))
    centre, half = np.asarray(blueprint.centre), np.asarray(blueprint.half_extent)
    assert np.abs(low - (centre - half)).max() <= _TOLERANCE_M
    assert np.abs(high - (centre + half)).max() <= _TOLERANCE_M


@pytest.mark.parametrize("blueprint", _WALKERS, ids=lambda b: b.id)
def test_walker_stands_in_its_capsule(blueprint: Blueprint) -> None:
    low, high = _bounds(_model(blueprint))
    assert low[2] == pytest.approx(-blueprint.half_extent[2], abs=_TOLERANCE_M)
    assert high[2] == pytest.approx(blueprint.half_extent[2], abs=_TOLERANCE_M)
    assert np.abs([low[1], high[1]]).max() <= blueprint.half_extent[1] + _TOLERANCE_M


def test_models_are_shared_and_builds_repeat() -> None:
    blueprint = find("vehicle.audi.a2")
    assert blueprint is not None
    red = {**blueprint.defaults(), "color": "255,0,0"}
    assert actor_model(blueprint.id, red, blueprint.half_extent, blueprint.centre) is _model(blueprint)
    first, second = (car_model(blueprint, blueprint.half_extent, blueprint.centre).parts[0].mesh for _ in range(2))
    assert first.vertices.tobytes() == second.vertices.tobytes()
    assert first.triangles.tobytes() == second.triangles.tobytes()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"vehicle\.no\.such"):
        actor_model("vehicle.no.such", {}, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match=r"no look|expected a vehicle"):
        actor_model("sensor.camera.rgb", {}, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="expected one of building"):
        scenery_model("castle", 0)


@pytest.mark.parametrize("kind", SCENERY_KINDS)
def test_scenery_stands_on_the_ground(kind: str) -> None:
    for variant in (0, 1, 50):
        mesh = scenery_model(kind, variant).parts[0].mesh
        _check_mesh(mesh)
        box = scenery_box(kind, variant)
        assert -0.9 <= box.centre[2] - box.half_extent[2] <= 0.2
        assert box.half_extent[2] > (0.05 if kind in ("tunnel_lamp", "wall_panel") else 0.2)


def test_traffic_light_has_lamps_and_tags() -> None:
    mesh = scenery_model("traffic_light", 0).parts[0].mesh
    assert {Material.SIGNAL_RED, Material.SIGNAL_YELLOW, Material.SIGNAL_GREEN} <= set(mesh.materials.tolist())
    assert set(mesh.tags.tolist()) == {Tag.POLE, Tag.TRAFFIC_LIGHT}
