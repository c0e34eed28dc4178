"""Traffic lights change in the tick that their time falls into, each once."""

from __future__ import annotations

from rarebit.layout.placed import ArmPhases
from rarebit.run.phases import at_start, due

NEAR = ArmPhases(arm="near", signals=("1", "2"), changes=((0.0, "green"), (0.1, "yellow"), (0.31, "red")))
RIGHT = ArmPhases(arm="right", signals=("3",), changes=((0.0, "red"),))


def test_each_change_comes_once_and_not_before_its_time() -> None:
    assert list(at_start([NEAR, RIGHT])) == [(("1", "2"), "green"), (("3",), "red")]
    shown = {tick: found for tick in range(1, 12) if (found := list(due([NEAR, RIGHT], tick, 0.05)))}
    assert shown == {2: [(("1", "2"), "yellow")], 7: [(("1", "2"), "red")]}
