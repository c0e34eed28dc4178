"""What a call is, and the decorators that enter functions into a module's table of calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from carlite.actors import Actor, Kind
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.errors import ActorCallError, CallError
from carlite.wire.values import ReplyForm, Value
from carlite.world.registry import MISMATCH

Reader = Callable[[Any, str], Any]
"""Decodes an argument, whose name is the second parameter; raises CallError."""

_NOT_SUPPORTED = "unknown error"  # CARLA has no better words for it
_BODILESS = frozenset({Kind.TRAFFIC_LIGHT, Kind.TRAFFIC_SIGN, Kind.OTHER})
_Serve = TypeVar("_Serve", bound=Callable[..., Value])


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorOf:
    """Decodes the id of an actor that exists and is what the call is about.

    Attributes:
        kind: that it has to be; None for any.
        family: that its blueprint's id has to begin with.
        bodily: whether it needs a body that physics could move.
        function: that the errors name, where that is not the call itself.
    """

    kind: Kind | None = None
    family: str = ""
    bodily: bool = False
    function: str = ""

    def find(self, context: Context, function: str, value: object) -> Actor:
        """The actor; raises CallError in CARLA's words."""
        function = self.function or function
        actor = context.world.episode.actors.get(decode.integer(value, "actor id"), function, self.kind)
        if not actor.type_id.startswith(self.family):
            raise ActorCallError(function, MISMATCH, actor.id)
        if self.bodily and actor.kind in _BODILESS:
            raise ActorCallError(function, _NOT_SUPPORTED, actor.id)
        return actor


ACTOR, BODY = ActorOf(), ActorOf(bodily=True)
VEHICLE, WALKER = ActorOf(kind=Kind.VEHICLE), ActorOf(kind=Kind.WALKER)
TRAFFIC_LIGHT = ActorOf(kind=Kind.TRAFFIC_LIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One function of the server.

    Attributes:
        name: on the wire.
        serve: takes the context and the decoded arguments; raises CallError for what cannot be done.
        readers: one for each argument; clients of other versions may send more.
        names: of the arguments, for errors.
        form: how its result is wrapped.
        slow: takes so long that it runs beside the network; other calls wait meanwhile.
        any_time: touches nothing that a tick changes, so it is answered even while sensors measure.
    """

    name: str
    serve: Callable[..., Value]
    readers: tuple[Reader | ActorOf, ...] = ()
    names: tuple[str, ...] = ()
    form: ReplyForm = ReplyForm.VALUE
    slow: bool = False
    any_time: bool = False

    @property
    def arguments(self) -> int:
        """How many it needs."""
        return len(self.readers)

    def run(self, context: Context, arguments: list[Any]) -> Value:
        """Its result; raises CallError."""
        if len(arguments) < len(self.readers):
            raise CallError(f"function {self.name}: got {len(arguments)} arguments, expected {len(self.readers)}")
        given = [
            reader.find(context, self.name, value) if isinstance(reader, ActorOf) else reader(value, name)
            for reader, name, value in zip(self.readers, self.names, arguments, strict=False)
        ]
        return self.serve(context, *given)


@dataclass(frozen=True, slots=True)
class CallTable:
    """The calls of a module.

    Each decorator takes the call's name and what decodes its arguments; the decorated function takes the context and the
    decoded arguments, whose names errors tell.
    """

    calls: dict[str, Call] = field(default_factory=dict)

    def value(
        self, name: str, *readers: Reader | ActorOf, slow: bool = False, any_time: bool = False
    ) -> Callable[[_Serve], _Serve]:
        """Enters a function that returns a value."""
        return self._enter(name, readers, form=ReplyForm.VALUE, slow=slow, any_time=any_time)

    def void(self, name: str, *readers: Reader | ActorOf, slow: bool = False) -> Callable[[_Serve], _Serve]:
        """Enters a function that returns nothing."""
        return self._enter(name, readers, form=ReplyForm.VOID, slow=slow, any_time=False)

    def bare(self, name: str, *readers: Reader | ActorOf) -> Callable[[_Serve], _Serve]:
        """Enters a function whose result is the reply as it is."""
        return self._enter(name, readers, form=ReplyForm.BARE, slow=False, any_time=False)

    def refuse(self, name: str, why: str) -> None:
        """Enters a call that cannot mean anything here: the client gets an error that says why."""

        def serve(_: Context) -> Value:
            raise CallError(f"{name}: {why}")

        self.calls[name] = Call(name=name, serve=serve, form=ReplyForm.VOID)

    def _enter(
        self, name: str, readers: tuple[Reader | ActorOf, ...], *, form: ReplyForm, slow: bool, any_time: bool
    ) -> Callable[[_Serve], _Serve]:
        def enter(serve: _Serve) -> _Serve:
            names = tuple(inspect.signature(serve).parameters)[1:]
            if len(names) != len(readers):
                raise TypeError(f"{name}: {len(readers)} readers for the arguments {names}")
            self.calls[name] = Call(
                name=name, serve=serve, readers=readers, names=names, form=form, slow=slow, any_time=any_time
            )
            return serve

        return enter
