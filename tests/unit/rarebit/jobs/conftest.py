"""Jobs for tests without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.config import AppConfig, SamplingConfig
from rarebit.jobs import Job
from rarebit.jobs.plan import plan

RIG = {
    "name": "one lidar",
    "key_rate_hz": 2,
    "sensors": {"LIDAR_TOP": {"lidar": {"points_per_turn": 360}, "at": {"x_m": 0.9, "y_m": 0, "z_m": 1.8}, "rate_hz": 20}},
}


@pytest.fixture
def config(tmp_path: Path) -> AppConfig:
    return AppConfig(name="x", out=tmp_path / "out", specs=("smoke",), rig=RIG, sampling=SamplingConfig(scenes=2, attempts=5))


@pytest.fixture
def job(config: AppConfig) -> Job:
    return plan(config).jobs[0]
