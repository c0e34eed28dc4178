"""carlite never outlives the process that started it, whenever that is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

_TIME_OUT_S = 30.0
# Starts carlite, which inherits its pipes, and waits to be killed.
_STARTS = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "carlite", "--port", "0", "--parent", str(os.getpid()), *sys.argv[1:]])
print("started", flush=True)
time.sleep(600)
"""
# Starts a process that becomes carlite only when its parent is dead.
_STARTS_LATE = """
import os, subprocess, sys, time
late = (
    "import os, sys, time\\n"
    f"while os.getppid() == {os.getpid()}: time.sleep(0.01)\\n"
    "from carlite.__main__ import main\\n"
    "sys.exit(main(sys.argv[1:]))\\n"
)
subprocess.Popen([sys.executable, "-c", late, "--port", "0", "--parent", str(os.getpid()), *sys.argv[1:]])
print("started", flush=True)
time.sleep(600)
"""


def _said_after_kill(code: str, delay_s: float, *options: str) -> str:
    """What carlite says when its parent is killed so long after the start; its pipe closes when nobody is left."""
    command = [sys.executable, "-c", code, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        time.sleep(delay_s)
        parent.kill()
        try:
            return parent.communicate(timeout=_TIME_OUT_S)[0]
        except subprocess.TimeoutExpired:
            pytest.fail(f"a process was left behind {_TIME_OUT_S} s after its parent was killed")


def test_a_parent_that_is_dead_before_carlite_looks_is_not_outlived() -> None:
    assert _said_after_kill(_STARTS_LATE, 0.0) == ""


@pytest.mark.parametrize("delay_s", [0.0, 0.3, 1.0])
def test_a_parent_killed_while_carlite_starts_is_not_outlived(delay_s: float) -> None:
    _said_after_kill(_STARTS, delay_s)


def test_nothing_that_compiles_beside_the_start_is_left(tmp_path: Path) -> None:
    assert "compiling" in _said_after_kill(_STARTS, 6.0, "--cache", str(tmp_path))
