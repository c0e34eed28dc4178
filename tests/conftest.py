"""Fixtures that several folders of tests share."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

JUDGES = Path(__file__).parent / "judges"
JUDGE_TIMEOUT_S = 600.0
COMMAND_TIMEOUT_S = 600.0
settings.register_profile("rarebit", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("rarebit")
SERVER_FOLDERS = ("conformance", "golden", "hardness", "integration")
SLOW_FOLDERS = ("judges",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks whole folders: tests that start a server or the command, and those that need an environment of their own."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in SERVER_FOLDERS:
            item.add_marker(pytest.mark.server)
        if folder in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Carlite:
    """A running server.

    Attributes:
        process: its process.
        port: of its calls.
        errors: what it has said on standard error.
    """

    process: subprocess.Popen[str]
    port: int
    errors: Path


@pytest.fixture(scope="session")
def run_carlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """``with run_carlite(*options, before=CODE) as carlite``: a server on a free port; ``CODE`` runs in it before it starts.

    At the end it has to be alive still, and must not have failed in anything: nobody else hears of a failed call that no
    client waits for.
    """

    @contextmanager
    def run(*options: str, before: str = "") -> Iterator[Carlite]:
        path = tmp_path_factory.mktemp("carlite") / "errors"
        code = f"import sys\n{before}\nfrom carlite.__main__ import main\nsys.exit(main())"
        command = [sys.executable, "-c", code, "--port", "0", "--parent", str(os.getpid()), "--verbose", *options]
        with path.open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("carlite ready on 127.0.0.1:"), path.read_text()
            yield Carlite(process, int(line.rsplit(":", 1)[1]), path)
            said = path.read_text()
            assert process.poll() is None, f"the server died: {said[-3000:]}"
            assert "Traceback" not in said, said[-6000:]
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            finally:
                process.kill()
                process.stdout.close()

    return run


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module ``tests/synthetic.py``: snapshots of a world of boxes, without a simulator."""
    path = Path(__file__).with_name("synthetic.py")
    spec = importlib.util.spec_from_file_location("rarebit_synthetic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def judge_nuscenes() -> Callable[[Path, str], dict[str, Any]]:
    """Runs ``judge_nuscenes.py`` in the judges' environment and returns its JSON."""
    spec = importlib.util.spec_from_file_location("rarebit_judge_environment", JUDGES / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    environment = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(environment)
    try:
        python = environment.judge_python()
    except environment.CannotBuildError as error:
        pytest.skip(f"no devkit: {error}")

    def judge(dataroot: Path, version: str) -> dict[str, Any]:
        command = [str(python), str(JUDGES / "judge_nuscenes.py"), str(dataroot), version]
        done = subprocess.run(command, capture_output=True, text=True, timeout=JUDGE_TIMEOUT_S, check=False)
        assert done.stdout, f"the judge broke: {done.stderr[-3000:]}"
        verdict: dict[str, Any] = json.loads(done.stdout)
        return verdict

    return judge


@pytest.fixture(scope="session")
def rarebit() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``rarebit(folder, *overrides)``: the command in ``folder``, as a process of its own."""

    def run(cwd: Path, *overrides: str, preexec: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rarebit", *overrides]
        return subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False, preexec_fn=preexec
        )

    return run


@pytest.fixture(scope="session")
def first(
    rarebit: Callable[..., subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The smoke scenario recorded once for all tests with the small rig: the dataset's root, and what the command said."""
    folder = tmp_path_factory.mktemp("first")
    done = rarebit(folder, "scenarios=smoke", "rig=smoke", "name=smoke")
    return folder / "outputs" / "smoke", done
