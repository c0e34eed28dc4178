"""How the physics' loops are compiled: light, since a new machine compiles them all before its first tick."""

from __future__ import annotations

import numba

# The numpy error model divides without a check and a branch for zero, which is a fifth of the code of these loops.
kernel = numba.njit(cache=True, error_model="numpy")
"""For what Python calls: kept on disk, the functions that it calls within."""

inner = numba.njit(error_model="numpy", no_cpython_wrapper=True)
"""For what only kernels call."""
