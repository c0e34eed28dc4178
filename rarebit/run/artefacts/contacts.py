"""Two touch whom the spec does not let touch."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.run.artefacts.case import Case


def contacts(case: Case) -> Iterator[str]:
    """Everybody else's contacts than the ego's, whose are judged by the spec's ``collision``.

    What follows from an allowed collision of the ego is allowed, too.
    """
    for meeting in case.meetings:
        pair = (meeting.first, meeting.second)
        if "ego" in pair or any(case.end(name) <= meeting.tick for name in pair):
            continue
        yield f"{meeting.first} and {meeting.second} touched at {case.time_s(meeting.tick):.1f} s"
