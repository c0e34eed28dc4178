"""Where logs lie: one folder, which no name that a client gives leaves."""

from __future__ import annotations

import re
from pathlib import Path

from carlite.errors import CallError

_SEPARATORS = re.compile(r"[/\\:]+")


class LogFolder:
    """The folder of a server's logs.

    A client's path is one below the folder, as if that were the root of the disk: "/home/me/a.log" is "home/me/a.log" in it.
    So the paths that clients know work, and none of them leads out.

    Args:
        folder: made when the first log is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def path(self, name: str) -> Path:
        """The file that a client means.

        Raises:
            CallError: for a name that is empty, leads upwards or out through a link.
        """
        own = str(self._folder) + "/"
        parts = [part for part in _SEPARATORS.split(name.removeprefix(own)) if part not in ("", ".")]
        if not parts or ".." in parts or any("\0" in part for part in parts):
            raise CallError(f"recorder file {name[:200]!r}: expected a name below the server's folder of logs, without '..'")
        path = self._folder.joinpath(*parts)
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise CallError(f"recorder file {name[:200]!r}: a link leads out of the server's folder of logs")
        return path
