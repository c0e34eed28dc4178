"""Road families: kinds of generated roads that specs name under ``road: {template: ...}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar

from rarebit.language.construct import Construct, register
from rarebit.roads.profile import RoadProfile

R = TypeVar("R", bound="RoadFamily")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFamily(Construct):
    """A kind of generated road; its fields are what specs may say of one. Ego starts on road 1 and drives along its stations.

    Attributes:
        traffic: side of the road that traffic keeps to.
    """

    kind: ClassVar[str] = "road"

    traffic: Literal["right", "left"] = "right"

    def opendrive(self) -> str:
        """The complete OpenDRIVE text."""
        raise NotImplementedError

    def profile(self) -> RoadProfile:
        """What the road offers."""
        raise NotImplementedError


def road_family(name: str, *, example: str) -> Callable[[type[R]], type[R]]:
    """Registers a road family; ``example`` is a whole block ``road``."""
    return register(RoadFamily, name, example)
