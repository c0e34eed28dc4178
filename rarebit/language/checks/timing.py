"""Rules that can never fire."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rarebit.core.errors import Fault
from rarebit.language.checks.names import block
from rarebit.language.logical import LogicalScenario
from rarebit.language.spec import Spec
from rarebit.reading.records import Draft


def check_timing(logical: LogicalScenario, specs: Sequence[Spec]) -> Iterator[Fault]:
    """A fault for each rule that fires in no draw before the scene ends, however soon everything else happens."""
    earliest = [earliest_s(spec) for spec in specs]
    for name, draft in block(logical.draft, "story").items():
        assert isinstance(draft, Draft)
        late = [times[name] for times in earliest]
        if all(math.isinf(time) for time in late):
            yield draft.entry.fault("waits for itself", "break the circle of rules, or let another condition start it")
        elif all(time > spec.duration_s for time, spec in zip(late, specs, strict=True)):
            longest = max(spec.duration_s for spec in specs)
            problem = f"can never fire: not before {min(late):.4g} s, and the scene ends at {longest:.4g} s"
            yield draft.entry.fault(problem, "let it happen sooner, or raise duration_s")


def earliest_s(spec: Spec) -> Mapping[str, float]:
    """The earliest time at which each rule can fire; inf for one that waits for itself."""
    times = dict.fromkeys(spec.story, math.inf)
    for _ in times:
        before = dict(times)
        for name, rule in spec.story.items():
            times[name] = rule.when.earliest_s(times)
        if times == before:
            break
    return times
