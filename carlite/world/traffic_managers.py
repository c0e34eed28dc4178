"""Which Traffic Managers run in which clients; the server only keeps the list."""

from __future__ import annotations


class TrafficManagers:
    """Port to host of every Traffic Manager, each owned by the connection that entered it."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[str, object]] = {}

    def __bool__(self) -> bool:
        """Whether any is running."""
        return bool(self._entries)

    def enter(self, port: int, host: str, owner: object) -> bool:
        """Enters a Traffic Manager; False when the port has one."""
        if port in self._entries:
            return False
        self._entries[port] = (host, owner)
        return True

    def host(self, port: int) -> str | None:
        """The host of a port's Traffic Manager, None when there is none."""
        entry = self._entries.get(port)
        return None if entry is None else entry[0]

    def leave(self, port: int) -> bool:
        """Strikes a port off; whether it was on the list."""
        return self._entries.pop(port, None) is not None

    def drop_owner(self, owner: object) -> None:
        """Strikes off what a connection had entered, for nobody answers there any more."""
        self._entries = {port: entry for port, entry in self._entries.items() if entry[1] is not owner}
