"""The errors of carlite.

CarliteError
├── CallError          a client's call that cannot be served; its text becomes the client's RuntimeError
│   └── ActorCallError the same about one actor, in CARLA's wording
├── MapError           an OpenDRIVE text that cannot be read or built
└── WireError          a peer that breaks the protocol; its connection is cut
"""

from __future__ import annotations


class CarliteError(Exception):
    """Base of every error that carlite raises on purpose."""


class CallError(CarliteError):
    """A call that cannot be served; the message reaches the client."""


class ActorCallError(CallError):
    """A call about one actor that failed, worded as CARLA words it.

    Args:
        function: the RPC name.
        reason: for instance "Actor could not be found in the registry".
        actor_id: the actor that the client named.
    """

    def __init__(self, function: str, reason: str, actor_id: int) -> None:
        super().__init__(f"Responding error from function {function}: {reason}.  Actor Id: {actor_id}")


class MapError(CarliteError):
    """An OpenDRIVE text that cannot be read or built; the message says what and where."""


class WireError(CarliteError):
    """Bytes that are not the protocol."""
