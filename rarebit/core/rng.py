"""Random streams by name: adding a consumer never changes what another one draws."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator for the stream called ``names`` under ``seed``.

    The same arguments give the same numbers on every machine, Python version and worker count. Seed 0 is a seed.
    """
    if seed < 0:
        raise ValueError(f"seed: got {seed}, expected 0 or more")
    digest = hashlib.sha256("\x1f".join(str(name) for name in names).encode()).digest()
    key = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
