"""A level's navigation mesh as a file: its name for clients, and its content, built when somebody first asks."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from carlite import store
from carlite.navigation.faces import has_sidewalks
from carlite.navigation.mesh import GroundHeights, build
from carlite.opendrive import RoadNetwork

_LOG = logging.getLogger(__name__)
_FOLDER = "Carla/Maps/Nav"


class NavigationFile:
    """The mesh of one level.

    Args:
        map_name: short name of the map.
        text: its OpenDRIVE, for the key of the cache.
        network: the map.
        ground_heights: as ``build`` takes it.
        cache_dir: where built meshes are kept; None keeps none.
        wanted: whether there is a mesh at all.
    """

    def __init__(
        self,
        map_name: str,
        text: str,
        network: RoadNetwork,
        ground_heights: GroundHeights,
        cache_dir: Path | None = None,
        *,
        wanted: bool = True,
    ) -> None:
        self._wanted = wanted
        self._network = network
        self._ground_heights = ground_heights
        self._key = store.key(("navigation", "opendrive", "scenery"), text)
        self._kept = None if cache_dir is None else Path(cache_dir) / f"nav-{self._key}.bin"
        self._name = map_name
        self._content: bytes | None = None

    @property
    def paths(self) -> list[str]:
        """What clients are told to ask for: nothing for a map without sidewalks.

        Clients keep files for ever and look at the path alone, so the path changes with the content.
        """
        return [f"{_FOLDER}/{self._name}-{self._key}.bin"] if self._wanted and has_sidewalks(self._network) else []

    def content(self) -> bytes:
        """The file; empty for a map without sidewalks. Building takes up to some seconds for a town."""
        if self._content is None:
            self._content = self._read() if self.paths else b""
        return self._content

    def _read(self) -> bytes:
        if self._kept is not None and self._kept.is_file():
            store.touch(self._kept)
            return self._kept.read_bytes()
        started_s = time.monotonic()
        content = build(self._network, self._ground_heights)
        _LOG.info("navigation mesh of %s: %d bytes, %.1f s", self._name, len(content), time.monotonic() - started_s)
        if self._kept is not None:
            store.write(self._kept, lambda file: file.write(content))
        return content
