"""Why somebody has no place."""

from __future__ import annotations


class NoRoomError(Exception):
    """Somebody has no place on a stretch of road; the message says why. Another stretch may have room."""
