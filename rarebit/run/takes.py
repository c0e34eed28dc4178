"""One run of a scene feeds several takes: the clean one, and twins of it whose sensors have faults.

The moments of a recording are clean. A take puts its faults on them and hands them to its writer, so a twin costs no rendering,
and what its faults do not touch is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.core.rng import stream
from rarebit.labels.annotate import annotate
from rarebit.labels.annotations import Annotations
from rarebit.labels.first_sight import sensors_that_see
from rarebit.rig.faults import SensorFault, touched
from rarebit.rig.rig import Rig
from rarebit.run.record import record
from rarebit.run.scene import Attempt
from rarebit.scenario import ConcreteScenario
from rarebit.session.session import Session
from rarebit.snapshot import Picture, SensorData, Snapshot


class SceneSink(Protocol):
    """What takes a scene moment by moment: a format's scene writer."""

    def add(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        """Takes the next moment; annotations go with key frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A way of keeping a run.

    Attributes:
        name: "" for the clean one.
        faults: that its sensors have, in the order in which they act on one channel.
        open: from the rig as it stands on the scene's ego a context with the scene's writer; leaving it by an exception must
            leave nothing behind.
    """

    name: str
    open: Callable[[Rig], AbstractContextManager[SceneSink]]
    faults: tuple[SensorFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a recording showed.

    Attributes:
        samples: key frames.
        pictures: moments with at least one picture.
        first_seen: channel that saw a hazard first, and seconds after the event; None where nobody looks for one.
    """

    samples: int
    pictures: int
    first_seen: tuple[str, float] | None


def record_takes(
    session: Session,
    scenario: ConcreteScenario,
    trial: Attempt,
    rig: Rig,
    takes: Sequence[Take],
    tell: Callable[[int], None] = lambda time_us: None,
) -> Recorded:
    """Records an accepted draw once, into all of ``takes``.

    Args:
        session, scenario, trial, rig: see ``rarebit.run.record.record``.
        takes: at least one.
        tell: told the time of each moment that is kept, microseconds.

    Raises:
        SpecError: a sensor sees next to nothing but the ego.
        SceneError: the recording is not the rehearsed run, or no sensor saw a hazard.
        ServerError: the server failed.
        OutputError: a writer's folder cannot take the result.
    """
    event_us = trial.verdict.first_event_us or 0
    samples = pictures = 0
    seen: tuple[str, float] | None = None
    with record(session, scenario, trial, rig) as recording, ExitStack() as stack:
        feeds = [_Feed(take, stack.enter_context(take.open(recording.rig)), scenario) for take in takes]
        labels: Annotations | None = None
        for snapshot in recording.moments:
            before = labels
            if snapshot.is_key_frame:
                labels = annotate(snapshot, recording.rig, before)
                samples += 1
                if seen is None and snapshot.time_us >= event_us and (eyes := sensors_that_see(snapshot, scenario.hazards)):
                    seen = eyes[0][0], (snapshot.time_us - event_us) * 1e-6
            for feed in feeds:
                feed.add(snapshot, recording.rig, before, labels)
            pictures += any(isinstance(data, Picture) for data in snapshot.data.values())
            tell(snapshot.time_us)
        if scenario.hazards and seen is None and any(mount.modality.sensor != "radar" for mount in rig.mounts):
            raise SceneError(f"no sensor saw {' or '.join(scenario.hazards)} after the event")
    return Recorded(samples=samples, pictures=pictures, first_seen=seen)


@dataclass(slots=True)
class _Feed:
    """A take that is being written."""

    take: Take
    sink: SceneSink
    scenario: ConcreteScenario
    lasts: dict[str, dict[int, SensorData]] = field(default_factory=dict)
    own: Annotations | None = None

    def add(self, clean: Snapshot, rig: Rig, before: Annotations | None, labels: Annotations | None) -> None:
        """Takes a moment.

        Args:
            before, labels: the clean twin's annotations of the last key frame and, at a key frame, of this one.
        """
        snapshot = self._with_faults(clean)
        if not snapshot.is_key_frame:
            self.sink.add(snapshot, None)
            return
        # Pictures are no part of what annotations are made from; all else gives the clean twin's as long as nothing differs.
        differs = any(not isinstance(snapshot.data[channel], Picture) for channel in snapshot.touched)
        self.own = annotate(snapshot, rig, self.own) if differs or self.own is not before else labels
        self.sink.add(snapshot, self.own)

    def _with_faults(self, clean: Snapshot) -> Snapshot:
        if not self.take.faults:
            return clean
        time_s, tick = clean.time_us * 1e-6, clean.time_us
        data: dict[str, SensorData] = {}
        masks: dict[str, dict[str, NDArray[np.bool_]]] = {}
        for channel, one in clean.data.items():

            def rng_of(number: int, fault: SensorFault, channel: str = channel) -> np.random.Generator:
                scenario = self.scenario
                return stream(scenario.seed, scenario.scenario, scenario.index, "fault", fault.kind.name, number, channel, tick)

            data[channel], found = touched(self.take.faults, channel, one, time_s, self.lasts.setdefault(channel, {}), rng_of)
            if found:
                masks[channel] = found
        return replace(clean, data=data, touched=masks)
