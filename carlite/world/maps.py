"""Maps: where OpenDRIVE files lie and what they are called on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from carlite.errors import MapError
from carlite.opendrive.generation import Generation

GENERATED = "OpenDriveMap"
LAYERED = "_Opt"
_LAYERED_TOWNS = frozenset({"Town01", "Town02", "Town03", "Town04", "Town05", "Town10HD"})
_PREFIX = "Carla/Maps/"
_LANE = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
EMPTY_STREET = f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="Street"/>
<road name="street" length="40" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="40"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{_LANE.format(1)}</left><center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1)}</right></laneSection></lanes></road></OpenDRIVE>"""
"""What a server that is told of no map starts with: 40 m of road along x, one lane for each direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSource:
    """A map that can be loaded.

    Attributes:
        name: short name such as "Town01".
        opendrive: the whole OpenDRIVE text.
        generation: what a client asked for that had the world generated; None for a map of the server's own.
    """

    name: str
    opendrive: str
    generation: Generation | None = None

    @property
    def wire_name(self) -> str:
        """The name as ``get_map_info`` gives it."""
        return _PREFIX + self.name


class MapShelf:
    """All maps a server can load: the files it was told of, a folder of ``.xodr`` files, and the client's own map.

    Args:
        folder: looked through at each request, so files may come later.
        files: further single files.
    """

    def __init__(self, folder: Path | None, files: tuple[Path, ...] = ()) -> None:
        self._folder = folder
        self._files = files
        self._kept: dict[str, MapSource] = {}

    def keep(self, source: MapSource) -> None:
        """Puts a map on the shelf, in place of what had its name."""
        self._kept[source.name] = source

    def names(self) -> list[str]:
        """Short names, sorted, of CARLA's towns both; the client's generated map is not listed, as in CARLA."""
        names = (set(self._paths()) | set(self._kept)) - {GENERATED}
        return sorted(names | {name + LAYERED for name in names & _LAYERED_TOWNS})

    def get(self, name: str) -> MapSource | None:
        """The map of a short or full name, None when there is none; raises MapError for a file that cannot be read.

        "Town04_Opt" is the map of "Town04" with layers that can be taken out, as in CARLA.
        """
        short = name.removeprefix("/Game/").removeprefix(_PREFIX)
        if short in self._kept:
            return self._kept[short]
        paths = self._paths()
        path = paths.get(short) or paths.get(short.removesuffix(LAYERED))
        return None if path is None else MapSource(name=short, opendrive=read_opendrive(path))

    def _paths(self) -> dict[str, Path]:
        folder = sorted(self._folder.glob("*.xodr")) if self._folder is not None else []
        return {path.stem: path for path in [*folder, *self._files]}


def read_opendrive(path: Path) -> str:
    """The text of a file; raises MapError when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise MapError(f"{path}: cannot be read: {error.strerror or error}") from error
