"""What a call is: its name, the form of its reply and the function that serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carlite.calls.context import Context
from carlite.errors import CallError
from carlite.wire.values import ReplyForm, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One function of the server.

    Attributes:
        name: on the wire.
        serve: takes the context and the arguments; raises CallError for what cannot be done.
        arguments: how many it needs; clients of other versions may send more.
        form: how its result is wrapped.
        slow: takes so long that it runs beside the network; other calls wait meanwhile.
        any_time: touches nothing that a tick changes, so it is answered even while sensors measure.
    """

    name: str
    serve: Callable[..., Value]
    arguments: int = 0
    form: ReplyForm = ReplyForm.VALUE
    slow: bool = False
    any_time: bool = False

    def run(self, context: Context, arguments: list[Any]) -> Value:
        """The wrapped reply; raises CallError."""
        if len(arguments) < self.arguments:
            raise CallError(f"function {self.name}: got {len(arguments)} arguments, expected {self.arguments}")
        return self.serve(context, *arguments[: self.arguments])


def value_call(
    name: str, serve: Callable[..., Value], arguments: int = 0, *, slow: bool = False, any_time: bool = False
) -> Call:
    """A call that returns a value."""
    return Call(name=name, serve=serve, arguments=arguments, slow=slow, any_time=any_time)


def void_call(name: str, serve: Callable[..., Value], arguments: int = 0, *, slow: bool = False) -> Call:
    """A call that returns nothing."""
    return Call(name=name, serve=serve, arguments=arguments, form=ReplyForm.VOID, slow=slow)


def refused_call(name: str, why: str, form: ReplyForm = ReplyForm.VOID) -> Call:
    """A call of the protocol that cannot mean anything here: the client gets an error that says why."""

    def serve(_: Context) -> Value:
        raise CallError(f"{name}: {why}")

    return Call(name=name, serve=serve, form=form)
