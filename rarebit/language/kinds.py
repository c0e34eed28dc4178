"""The kinds of constructs: what each can be asked, and the decorators that register them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol, TypeVar

import numpy as np

from rarebit.history import RunView
from rarebit.language.construct import Construct, register
from rarebit.motions import MeetAt, Motion
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import ActorRef, Within
from rarebit.world_view import WorldView

C = TypeVar("C", bound=Construct)


# ------------------------------------------------------------------------------------------------ distributions


class Distribution(Construct):
    """How a parameter is drawn."""

    __slots__ = ()
    kind = "distribution"

    def quantile(self, u: float) -> Scalar:
        """The value at ``u`` in [0, 1): whoever samples uniformly in ``u`` draws from the distribution."""
        raise NotImplementedError

    def draw(self, rng: np.random.Generator) -> Scalar:
        """One value; takes one number from ``rng``."""
        return self.quantile(float(rng.random()))

    @property
    def varies(self) -> bool:
        """Whether two draws can differ."""
        return True

    def ends(self) -> tuple[Scalar, ...]:
        """The outermost values, or all of a choice; () where there is no end."""
        return ()


def distribution(name: str, *, example: str) -> Callable[[type[C]], type[C]]:
    """Registers a distribution; the field ``name`` holds what stands under that key."""
    return register(Distribution, name, example)


# ------------------------------------------------------------------------------------------------ places


class Standing(Protocol):
    """Where somebody stands, seen from ego's way."""

    @property
    def station_m(self) -> float:
        """Along ego's way from ego's start, negative behind."""
        ...

    @property
    def offset_m(self) -> float:
        """Beside it, left positive."""
        ...

    @property
    def forward(self) -> bool:
        """Whether it faces ego's way."""
        ...


S = TypeVar("S", bound=Standing)


class Ground(Protocol[S]):
    """What a place may ask of the layout that looks for it, on behalf of one actor."""

    def stand_of(self, actor: str) -> S:
        """Where another actor stands."""
        ...

    def length_m(self, actor: str) -> float:
        """Of another actor's box."""
        ...

    def own_extent_m(self, heading_rad: float) -> float:
        """Length along the road that the actor's own box takes when it is turned."""
        ...

    def in_lane(self, lane: str, station_m: float, reference: S) -> S:
        """The actor abreast of a station of the reference's way, in the lane that ``lane`` means seen from ``reference``."""
        ...

    def beside_lanes(self, station_m: float, offset_m: float, reference: S) -> S:
        """A place in no lane, beside the reference's way and facing along it."""
        ...

    def on_arm(self) -> S:
        """Where the actor's ``arm``, ``before_m`` and route lead at the junction that ego comes to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Construct):
    """Where an actor starts.

    Attributes:
        lateral_m: from the lane's centre, positive to the left.
        heading_rad: turned to the left, relative to the direction of travel of the lane it stands on (ego's beside the road and
            on sidewalks).
        height_m: above the ground, for things that fall.
    """

    kind: ClassVar[str] = "place"

    lateral_m: Annotated[float, Within(-50, 50)] = 0.0
    heading_rad: Annotated[float, Within(-2 * math.pi, 2 * math.pi)] = 0.0
    height_m: Annotated[float, Within(0, 100)] = 0.0

    def stand(self, ground: Ground[S]) -> S:
        """Where that is on the road."""
        raise NotImplementedError

    @property
    def reference(self) -> str:
        """The actor that it is counted from."""
        return "ego"

    @property
    def lane(self) -> str:
        """The lane that it asks of the road, seen from the reference; "same" where it asks for none."""
        return "same"

    @property
    def ahead_m(self) -> float:
        """How far ahead of the reference along the road, where it says so."""
        return 0.0

    @property
    def arm(self) -> str | None:
        """The arm of the junction that it lies on, None where it asks for none."""
        return None

    @property
    def before_m(self) -> float | None:
        """How far before the junction on its arm; None: as far as a meeting asks for."""
        return None

    def roughly_ahead_m(self, reference_m: float) -> float:
        """How far ahead of ego, for a reference that is ``reference_m`` ahead: a guess before there is a road."""
        return reference_m + self.ahead_m


def place(name: str, *, example: str) -> Callable[[type[C]], type[C]]:
    """Registers a place; the key ``name`` tells it from other places."""
    return register(Place, name, example)


# ------------------------------------------------------------------------------------------------ conditions


class Condition(Construct):
    """What a rule waits for."""

    __slots__ = ()
    kind = "condition"

    def holds(self, world: WorldView) -> bool:
        """Whether it is true now."""
        raise NotImplementedError

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """The earliest time at which it can be true, given that of every rule; inf for never. 0 where nothing is known."""
        return 0.0

    def parts(self) -> tuple[Condition, ...]:
        """The conditions that it is made of."""
        return ()

    def timed(self) -> tuple[Condition, ...]:
        """The conditions of which it has to know since when they hold (``WorldView.since_s``)."""
        return ()


def condition(name: str, *, example: str) -> Callable[[type[C]], type[C]]:
    """Registers a condition; the key ``name`` tells it from other conditions."""
    return register(Condition, name, example)


# ------------------------------------------------------------------------------------------------ maneuvers


class Maneuver(Construct):
    """What a rule has an actor do.

    Attributes:
        by: the kinds of actors that can do it: "vehicle", "walker", "animal", "prop".
        across: whether it leads across the road.
        going: whether who stands goes somewhere by it.
    """

    __slots__ = ()
    kind = "maneuver"
    by: ClassVar[tuple[str, ...]] = ()
    across: ClassVar[bool] = False
    going: ClassVar[bool] = False

    def motion(self, world: WorldView, actor: str) -> Motion | tuple[Motion, ...]:
        """What the actor's mover is told when the rule fires."""
        raise NotImplementedError

    def meeting(self) -> MeetAt | None:
        """The meeting that it leads to, for who starts as far back as that asks for; None if it leads to none."""
        return None

    @property
    def crosses(self) -> bool:
        """Whether the actor needs the way across the road to be free."""
        return self.across

    @property
    def moves(self) -> bool:
        """Whether the actor has to be elsewhere a moment later."""
        return self.going


def maneuver(
    name: str, *, example: str, by: tuple[str, ...], crosses: bool = False, moves: bool = False
) -> Callable[[type[C]], type[C]]:
    """Registers a maneuver.

    Args:
        name: the key that tells it from other maneuvers.
        example: YAML text of one.
        by: the kinds of actors that can do it: "vehicle", "walker", "animal", "prop".
        crosses: whether it leads across the road; a maneuver of which it depends on more overrides ``crosses`` of Maneuver.
        moves: whether who stands goes somewhere by it; likewise.
    """
    return register(Maneuver, name, example, by=by, across=crosses, going=moves)


# ------------------------------------------------------------------------------------------------ measures and criteria


class Measure(Construct):
    """A number that says how critical a run was.

    Attributes:
        worse: whether the "low" or the "high" end is the critical one.
    """

    __slots__ = ()
    kind = "measure"
    worse: ClassVar[str] = "low"

    def value(self, run: RunView) -> float:
        """In the unit that the name says, over the ticks from the first event on; inf where nothing came of it."""
        raise NotImplementedError

    def actors(self) -> tuple[str, ...]:
        """Whom it is about."""
        raise NotImplementedError

    @classmethod
    def of_hazards(cls, hazards: Sequence[str]) -> tuple[Measure, ...]:
        """Those of which a report gives the most critical value, in a scene with these hazards."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMeasure(Measure):
    """A measure of two actors.

    Attributes:
        between: ego and the actor.
    """

    kind: ClassVar[str] = "measure"

    between: tuple[ActorRef, ActorRef]

    def actors(self) -> tuple[str, ...]:
        """See Measure."""
        return self.between

    @classmethod
    def of_hazards(cls, hazards: Sequence[str]) -> tuple[Measure, ...]:
        """See Measure."""
        return tuple(cls(between=("ego", hazard)) for hazard in hazards)


def measure(name: str, *, example: str, worse: str) -> Callable[[type[C]], type[C]]:
    """Registers a measure under its name with its unit; ``worse`` says which end is critical, "low" or "high"."""
    return register(Measure, name, example, worse=worse)


class Criterion(Construct):
    """What a draw must show to be recorded."""

    __slots__ = ()
    kind = "criterion"

    def judge(self, run: RunView) -> Iterator[str]:
        """A line of reason for each thing that fails."""
        raise NotImplementedError

    def watched(self) -> tuple[str, ...]:
        """Actors whose visibility it needs to know."""
        return ()

    def looks(self, time_s: float, fired_s: Mapping[str, float], shown: Mapping[str, Mapping[float, float]]) -> bool:
        """Whether it needs to know it at ``time_s``: a look costs ticks.

        Args:
            time_s: now, from the start of the scene.
            fired_s: when rules have fired.
            shown: what earlier looks have found: of each watched actor the visible share by time in seconds.
        """
        return True


def criterion(name: str, *, example: str) -> Callable[[type[C]], type[C]]:
    """Registers a criterion under the key that ``accept`` has for it."""
    return register(Criterion, name, example)
