"""Lights of a vehicle: those of its plan and its rules, and those that its driving switches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rarebit.motions import SetLights
from rarebit.session.state import LightsCommand


class Lights:
    """Which lights are on; says so once a change."""

    def __init__(self, name: str, on: Iterable[str]) -> None:
        self._name, self._on = name, set(on)
        self._said = tuple(sorted(self._on))

    def switch(self, motion: SetLights) -> None:
        """Takes over what a rule wants."""
        self._on |= set(motion.on)
        self._on -= set(motion.off)

    def commands(self, also: Iterable[str] = ()) -> Sequence[LightsCommand]:
        """The command that lights those and ``also``; none while nothing changes."""
        wanted = tuple(sorted({*self._on, *also}))
        if wanted == self._said:
            return ()
        self._said = wanted
        return (LightsCommand(name=self._name, on=wanted),)
