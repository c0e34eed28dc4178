"""What the benchmarks share: a server of their own, a street, a median."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

_ENDING_S = 20.0
_LANE = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Runs a Python program or module (``-m NAME``) that says "... ready on HOST:PORT"; gives the process and the port."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "ready on" not in line:
            raise SystemExit(f"{' '.join(command)} ended with {process.wait(_ENDING_S)} before it was ready")
        yield process, int(line.rsplit(":", 1)[1])
    finally:
        process.terminate()
        try:
            process.wait(_ENDING_S)
        finally:
            process.kill()


@contextmanager
def carlite(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A carlite on a free port."""
    with started("-m", "carlite", "--port", "0", "--parent", str(os.getpid()), *options) as running:
        yield running


def street(length_m: float, left: int, right: int) -> str:
    """OpenDRIVE of a straight street along x with so many driving lanes of 3.5 m on each side of its middle."""
    sides = "".join(_LANE.format(number) for number in range(left, 0, -1)), "".join(_LANE.format(-k - 1) for k in range(right))
    return f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="street"/>
<road name="street" length="{length_m}" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="{length_m}"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{sides[0]}</left><center><lane id="0" type="none" level="false"/></center>
<right>{sides[1]}</right></laneSection></lanes></road></OpenDRIVE>"""


def median_s(call: Callable[[], object], times: int) -> float:
    """Median seconds of a call."""
    passed = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        passed.append(time.perf_counter() - start)
    return float(np.median(passed))
