"""Ids of actors."""

from __future__ import annotations

from carlite.actors import Actor, Kind
from carlite.mesh import Box
from carlite.world.registry import ActorRegistry

_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0))


def _enter(registry: ActorRegistry, wanted: int = 0) -> int:
    claimed = registry.next_id(wanted)
    registry.add(Actor(id=claimed, type_id="spectator", kind=Kind.SPECTATOR, attributes={}, box=_BOX, row=0))
    return claimed


def test_ids_go_on_in_the_next_episode() -> None:
    first = ActorRegistry()
    assert [_enter(first) for _ in range(3)] == [1, 2, 3]
    second = ActorRegistry(first)
    assert [_enter(second) for _ in range(2)] == [4, 5]


def test_a_wanted_id_is_given_if_it_is_free() -> None:
    registry = ActorRegistry()
    assert [_enter(registry), _enter(registry, 7), _enter(registry), _enter(registry, 7)] == [1, 7, 8, 9]


def test_ids_are_never_given_again_but_images_show_them_in_15_bits() -> None:
    registry = ActorRegistry()
    claimed = [registry.next_id() for _ in range(70_000)]
    assert claimed == list(range(1, 70_001))
    shown = [Actor(id=key, type_id="", kind=Kind.PROP, attributes={}, box=_BOX, row=0).shown_id for key in claimed]
    assert shown[:32767] == claimed[:32767]
    assert (min(shown), max(shown), shown[32767]) == (1, 32767, 1)
