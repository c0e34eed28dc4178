"""Cubic polynomials that follow each other along s, as OpenDRIVE stores elevation, widths and offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cubics:
    """``a + b ds + c ds^2 + d ds^3`` with ``ds = s - start`` of the last record that starts at or before s.

    Attributes:
        starts: (k,) ascending, metres.
        coefficients: (k, 4) a, b, c, d.
    """

    starts: Array
    coefficients: Array

    def __post_init__(self) -> None:
        if self.coefficients.shape != (len(self.starts), 4) or not len(self.starts):
            raise ValueError(
                f"Cubics: got {self.starts.shape} starts and {self.coefficients.shape} coefficients, expected k and (k, 4)"
            )

    def __call__(self, s: ArrayLike) -> Array:
        """Values at ``s``, same shape."""
        a, b, c, d, ds = self._pick(s)
        result: Array = a + ds * (b + ds * (c + ds * d))
        return result

    def slope(self, s: ArrayLike) -> Array:
        """First derivatives at ``s``, same shape."""
        _, b, c, d, ds = self._pick(s)
        result: Array = b + ds * (2.0 * c + ds * 3.0 * d)
        return result

    @property
    def is_zero(self) -> bool:
        """True if every value is 0."""
        return not np.any(self.coefficients)

    def _pick(self, s: ArrayLike) -> tuple[Array, Array, Array, Array, Array]:
        at = np.asarray(s, np.float64)
        row = np.clip(np.searchsorted(self.starts, at + 1e-9, side="right") - 1, 0, None)
        a, b, c, d = np.moveaxis(self.coefficients[row], -1, 0)
        return a, b, c, d, at - self.starts[row]


def cubics(records: Sequence[tuple[float, float, float, float, float]]) -> Cubics:
    """Cubics from (start, a, b, c, d) records in any order; no record means 0 everywhere.

    Of several records with one start the last wins, as readers of OpenDRIVE do.
    """
    if not records:
        return ZERO
    ordered = sorted(records, key=lambda record: record[0])
    table = np.array(ordered, np.float64)
    keep = np.append(np.diff(table[:, 0]) > 1e-9, True)
    return Cubics(starts=table[keep, 0], coefficients=table[keep, 1:])


ZERO = Cubics(starts=np.zeros(1), coefficients=np.zeros((1, 4)))
