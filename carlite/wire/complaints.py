"""Warnings about peers, few enough that no peer can fill a log."""

from __future__ import annotations

import logging
from time import monotonic

_WINDOW_S = 10.0


class Complaints:
    """Logs warnings, at most some in ten seconds; those left out are counted and the number is told later.

    Args:
        log: where to.
        most: in ten seconds.
    """

    def __init__(self, log: logging.Logger, most: int = 20) -> None:
        self._log = log
        self._most = most
        self._window_ends_s = 0.0
        self._told = 0
        self._left_out = 0

    def warn(self, text: str, *values: object) -> None:
        """One warning, with ``%`` arguments."""
        now_s = monotonic()
        if now_s >= self._window_ends_s:
            self._window_ends_s = now_s + _WINDOW_S
            left_out, self._told, self._left_out = self._left_out, 0, 0
            if left_out:
                self._log.warning("%d warnings like the last ones were left out", left_out)
        if self._told < self._most:
            self._told += 1
            self._log.warning(text, *values)
        else:
            self._left_out += 1
