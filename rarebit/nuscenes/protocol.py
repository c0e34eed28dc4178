"""The seam between the pipeline and dataset formats: every writer passes the contract suite of ``tests/contract``.

with writer.scene(scenario, rig, lane_map, events=history.events) as scene:
    annotations = None
    for snapshot in record(...):
        if snapshot.is_key_frame:
            annotations = annotate(snapshot, rig, annotations)
        scene.add(snapshot, annotations if snapshot.is_key_frame else None)
writer.finish([writer.key(scenario, rig), ...])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from rarebit.history import Event
from rarebit.labels.annotations import Annotations
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario
from rarebit.snapshot import Snapshot


class SceneWriter(Protocol):
    """Takes one scene, tick by tick."""

    def add(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        """Takes the next kept tick.

        Args:
            snapshot: times must increase; the arrays are not touched after the scene's context has ended.
            annotations: for key frames, else None.

        Raises:
            ValueError: out of order, a channel missing at a key frame, annotations missing or too many.
            OutputError: the disk is full or the folder cannot be written.
        """


class DatasetWriter(Protocol):
    """Takes scenes in any order, from any number of processes, and assembles a dataset from those that are done."""

    def key(self, scenario: ConcreteScenario, rig: Rig) -> str:
        """Name of the scene's folder: a hash of all that determines its content."""

    def is_done(self, key: str) -> bool:
        """Whether the scene is whole on disk: its manifest is there and every file has its recorded size."""

    def scene(
        self,
        scenario: ConcreteScenario,
        rig: Rig,
        lane_map: LaneMap,
        *,
        events: Sequence[Event] = (),
        measures: Mapping[str, float] | None = None,
        staging: Mapping[str, Any] | None = None,
    ) -> AbstractContextManager[SceneWriter]:
        """Opens a scene. Leaving the context normally makes it done; leaving by an exception leaves nothing behind.

        Args:
            events: of the rehearsal, times on the clock of the recorded scene; kept in a sidecar.
            measures: of the verdict ("min_ttc_s", ...); kept in a sidecar.
            staging: how the scenario was put on its map (``Layout.record``): plain data, kept in a sidecar.
        """

    def finish(self, keys: Sequence[str]) -> Path:
        """Assembles the dataset of the done scenes ``keys`` in this order; the same keys give the same bytes.

        Returns:
            The folder to give to readers (nuScenes: dataroot).

        Raises:
            OutputError: a scene is not done, or the folder cannot be written.
        """
