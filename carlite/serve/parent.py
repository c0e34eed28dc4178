"""Ends the server when the process that started it has ended, so that no orphan stays."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_CHECK_PERIOD_S = 0.5


class ParentWatch:
    """Remembers the parent.

    Args:
        parent: id of the process that started this one; None takes the present parent, which need not be the one any more.

    Linux sends SIGUSR1 at once when the parent dies, which ends the process even while it still builds its map. The kernel
    means the parent's thread by that, so once the server runs, the signal only makes it look whether the process is really
    gone; it also looks twice a second, which works on every system.
    """

    def __init__(self, parent: int | None = None) -> None:
        self._parent = os.getppid() if parent is None else parent
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
        except (AttributeError, OSError):
            return  # not Linux: looking has to do

    def is_orphan(self) -> bool:
        """Whether the parent has ended."""
        return os.getppid() != self._parent

    async def parent_gone(self) -> None:
        """Returns when the parent has ended."""
        woken = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, woken.set)
        while not self.is_orphan():
            woken.clear()
            try:
                await asyncio.wait_for(woken.wait(), _CHECK_PERIOD_S)
            except asyncio.TimeoutError:
                continue
