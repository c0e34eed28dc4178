"""The devkit's verdict on a dataset, as a fixture."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
JUDGE_TIMEOUT_S = 600.0


@pytest.fixture(scope="session")
def judge_nuscenes() -> Callable[[Path, str], dict[str, Any]]:
    """Runs ``judge_nuscenes.py`` in the judges' environment and returns its JSON."""
    spec = importlib.util.spec_from_file_location("rarebit_judge_environment", HERE / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    environment = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(environment)
    try:
        python = environment.judge_python()
    except environment.CannotBuildError as error:
        pytest.skip(f"no devkit: {error}")

    def judge(dataroot: Path, version: str) -> dict[str, Any]:
        command = [str(python), str(HERE / "judge_nuscenes.py"), str(dataroot), version]
        done = subprocess.run(command, capture_output=True, text=True, timeout=JUDGE_TIMEOUT_S, check=False)
        assert done.stdout, f"the judge broke: {done.stderr[-3000:]}"
        verdict: dict[str, Any] = json.loads(done.stdout)
        return verdict

    return judge
