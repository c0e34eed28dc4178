"""Runs a concrete scenario in a session: drives its actors, evaluates its story, rehearses, judges and records it.

``attempt(session, scenario)`` lays out, rehearses and judges; ``record(session, scenario, attempt, rig)`` gives the snapshots.
"""

from __future__ import annotations

from rarebit.run.record import record
from rarebit.run.scene import Attempt, attempt

__all__ = ["Attempt", "attempt", "record"]
