"""Whether the road of a spec exists, as far as that can be known without a server."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from rarebit.reading.advice import nearest

LAYERED = "_Opt"
"""CARLA's towns with this ending are the same maps, with layers that can be taken out."""


def file_of(town: str, maps: Path | None, *, embedded: bool) -> Path | None:
    """The OpenDRIVE file of a town; None where only a server of the user's own knows.

    Args:
        town: name of a town, or path of an ``.xodr`` file.
        maps: folder of the embedded server's maps.
        embedded: whether carlite is the server.

    Raises:
        ValueError: there is none, or it is not OpenDRIVE: "problem; remedy".
    """
    path = Path(town)
    if path.suffix == ".xodr":
        return _checked(path)
    if not embedded:
        return None
    known = {} if maps is None else {file.stem: file for file in sorted(maps.glob("*.xodr"))}
    found = known.get(town) or known.get(town.removesuffix(LAYERED))
    if found is not None:
        return _checked(found)
    if maps is None:
        raise ValueError(
            "is no town that carlite has; give carla.maps the folder that holds its .xodr file, or the path of such a file"
        )
    raise ValueError(f"is none of the towns in {maps}; {nearest(town, known)}")


def _checked(path: Path) -> Path:
    try:
        root = ElementTree.parse(path).getroot().tag
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}; give the path of an OpenDRIVE file") from error
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is not XML: {error}; give an OpenDRIVE file") from error
    if root.rpartition("}")[2] != "OpenDRIVE":
        raise ValueError(f"{path} is not OpenDRIVE (its root is <{root}>); give an OpenDRIVE file")
    return path
