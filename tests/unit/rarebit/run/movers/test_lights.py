"""Lights say themselves once a change."""

from __future__ import annotations

from rarebit.motions import SetLights
from rarebit.run.movers.lights import Lights
from rarebit.session.state import LightsCommand


def said(lights: Lights, *also: str) -> list[tuple[str, ...]]:
    commands = lights.commands(also)
    assert all(isinstance(command, LightsCommand) and command.name == "van" for command in commands)
    return [command.on for command in commands]


def test_what_is_on_from_the_start_needs_no_command() -> None:
    assert said(Lights("van", ("LowBeam", "Position"))) == []


def test_each_change_is_said_once_sorted_and_without_doubles() -> None:
    lights = Lights("van", ("Position", "LowBeam"))
    assert said(lights, "Brake") == [("Brake", "LowBeam", "Position")]
    assert said(lights, "Brake", "LowBeam") == []
    assert said(lights) == [("LowBeam", "Position")]
    assert said(lights) == []


def test_a_rule_switches_on_and_off_and_the_pedal_stays_apart() -> None:
    lights = Lights("van", ("Brake",))
    lights.switch(SetLights(on=("HighBeam",), off=("Brake", "Fog")))
    assert said(lights) == [("HighBeam",)]
    assert said(lights, "Brake") == [("Brake", "HighBeam")]
    lights.switch(SetLights(off=("HighBeam",)))
    assert said(lights, "Brake") == [("Brake",)]
    lights.switch(SetLights(on=("Reverse",), off=("Reverse",)))  # off wins
    assert said(lights) == [()]
