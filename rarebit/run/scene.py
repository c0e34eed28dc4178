"""One draw of a scenario from layout to verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rarebit.core.errors import SceneError
from rarebit.history import History, Verdict
from rarebit.layout import Layout, resolve
from rarebit.run.judge import judge
from rarebit.run.rehearse import FRONT_CAMERA_M, rehearse
from rarebit.scenario import ConcreteScenario
from rarebit.session.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of one draw.

    Attributes:
        verdict: accepted or why not.
        layout, history: None when the draw could not even be laid out or rehearsed.
    """

    verdict: Verdict
    layout: Layout | None
    history: History | None


def attempt(session: Session, scenario: ConcreteScenario, eye_m: Sequence[float] = FRONT_CAMERA_M) -> Attempt:
    """Lays out, rehearses and judges ``scenario``; a draw that cannot be staged is a rejected one.

    Args:
        session: with the scenario's road loaded.
        scenario: one draw.
        eye_m: the front camera in the ego frame.

    Raises:
        ServerError: the server failed, or lacks a blueprint; another draw would not help.
    """
    layout: Layout | None = None
    try:
        layout = resolve(scenario, session.lane_map, session.sizes(session.models(scenario)))
        history = rehearse(session, scenario, layout, eye_m)
    except SceneError as error:
        verdict = Verdict(accepted=False, reasons=(str(error),), measures={}, first_event_us=None)
        return Attempt(verdict=verdict, layout=layout, history=None)
    return Attempt(verdict=judge(scenario, history), layout=layout, history=history)
