"""Gives the memory of a map that has gone back to the system."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Frees what only cycles hold, and the pages that the allocator keeps for later: maps are large and differ in size."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # not the GNU C library
