"""Two touch whom the spec does not let touch."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.history import History
from rarebit.run.artefacts.meetings import meetings, permitted
from rarebit.scenario import ConcreteScenario


def contacts(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Everybody else's contacts than the ego's, whose are judged by the spec's ``collision``.

    What follows from an allowed collision of the ego is allowed, too.
    """
    since = permitted(scenario, history)
    for meeting in meetings(scenario, history):
        pair = (meeting.first, meeting.second)
        if "ego" in pair or any(since.get(name, meeting.tick + 1) <= meeting.tick for name in pair):
            continue
        yield f"{meeting.first} and {meeting.second} touched at {history.time_us[meeting.tick] * 1e-6:.1f} s"
