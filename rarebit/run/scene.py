"""One draw of a scenario from layout to verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rarebit.history import History, Verdict
from rarebit.layout import Layout, resolve
from rarebit.run.judge import judge
from rarebit.run.rehearse import FRONT_CAMERA_M, rehearse
from rarebit.scenario import ConcreteScenario
from rarebit.session.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of one draw: where everything stood, what happened, and whether it counts."""

    layout: Layout
    history: History
    verdict: Verdict


def attempt(session: Session, scenario: ConcreteScenario, eye_m: Sequence[float] = FRONT_CAMERA_M) -> Attempt:
    """Lays out, rehearses and judges ``scenario``.

    Args:
        session: with the scenario's road loaded.
        scenario: one draw.
        eye_m: the front camera in the ego frame.

    Raises:
        SceneError: this draw cannot be staged (no place on the map, no room, an impossible maneuver); another may.
        ServerError: the server failed, or lacks a blueprint; another draw would not help.
    """
    layout = resolve(scenario, session.lane_map, session.sizes(session.models(scenario)))
    history = rehearse(session, scenario, layout, eye_m)
    return Attempt(layout=layout, history=history, verdict=judge(scenario, history))
