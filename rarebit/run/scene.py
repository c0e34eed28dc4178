"""One draw of a scenario from layout to verdict."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rarebit.core.errors import SpecError
from rarebit.history import History, Verdict
from rarebit.layout import Layout, resolve
from rarebit.rig.eyes import FRONT_EYE, eyes_of
from rarebit.rig.plan import LEAST_LEAD_TICKS, faults_of_rates, lead_ticks
from rarebit.rig.rig import Rig
from rarebit.run.company import without_troubled
from rarebit.run.judge import judge
from rarebit.run.rehearse import rehearse
from rarebit.run.solo import solo
from rarebit.scenario import ConcreteScenario
from rarebit.session.obstacles import obstacles
from rarebit.session.session import Session

_log = logging.getLogger(__name__)
_CALMED_TIMES = 4  # those who drove behind somebody who was taken out may be next


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of one draw: where everything stood, what happened, and whether it counts."""

    layout: Layout
    history: History
    verdict: Verdict


def attempt(session: Session, scenario: ConcreteScenario, rig: Rig | None = None) -> Attempt:
    """Lays out, rehearses and judges ``scenario``.

    Company that could not go its way believably is left out, which the layout tells, and the rest is rehearsed again.

    Args:
        session: with the scenario's road loaded.
        scenario: one draw.
        rig: that will record it: its cameras are what must see or not see, its slowest sensor says how long the run-up is. None
            for a wide front camera.

    Raises:
        SpecError: rates of the rig do not fit the session's step.
        SceneError: this draw cannot be staged (no place on the map, no room, an impossible maneuver); another may.
        ServerError: the server failed, or lacks a blueprint; another draw would not help.
    """
    if rig is not None and (faults := faults_of_rates(rig, session.config.step_s)):
        raise SpecError(faults)
    layout = resolve(scenario, session.lane_map, session.sizes(scenario), obstacles(session, scenario))
    for name, reason in layout.dropped:
        _log.info("left out: %s: %s", name, reason)
    for note in layout.notes:
        _log.info("%s", note)
    casting = session.cast(scenario)
    alone = solo(scenario, layout, {p.name: casting.size_lwh_m(p.model) for p in (scenario.ego, *scenario.actors)})
    if alone is not None:
        history = rehearse(session, *alone)
        verdict = judge(alone[0], history)
        if not verdict.accepted:
            return Attempt(layout=layout, history=history, verdict=verdict)
    eyes = eyes_of(rig) if rig is not None else (FRONT_EYE,)
    lead = lead_ticks(rig, session.config.step_s) if rig is not None else LEAST_LEAD_TICKS
    for left in range(_CALMED_TIMES, 0, -1):
        history = rehearse(session, scenario, layout, eyes, lead)
        verdict = judge(scenario, history)
        calmer = without_troubled(scenario, layout, history) if left > 1 and not verdict.accepted else None
        if calmer is None:
            break
        layout = calmer
    return Attempt(layout=layout, history=history, verdict=verdict)
