"""Packs: folders that hold any of ``scenarios/``, ``generators/``, ``sensors/`` and ``hydra_conf/``.

The repository's own four folders are the built-in pack; a wheel carries them inside ``rarebit``. Modules of a pack import
``rarebit`` and nothing imports them: they are found here. Several modules of one pack may import each other relatively.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent
_ROOT_MODULE = "rarebit_packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A folder of extensions.

    Attributes:
        name: of the Python package that its modules live in: a word, unlike that of any other pack in use.
        folder: absolute.
    """

    name: str
    folder: Path

    def modules(self, kind: str) -> Iterator[ModuleType]:
        """The modules of its folder ``kind`` ("generators", "sensors"), in alphabetical order."""
        for path in sorted((self.folder / kind).glob("*.py")):
            if not path.stem.startswith("_"):
                yield self.module(kind, path.stem)

    def module(self, kind: str, stem: str) -> ModuleType:
        """One module of it.

        Raises:
            ImportError: there is none of that name, or it cannot be imported.
        """
        _expose(self)
        return importlib.import_module(f"{_ROOT_MODULE}.{self.name}.{kind}.{stem}")


def builtin() -> Pack:
    """The pack that comes with Rarebit: inside the installed package, or the repository that this file lies in."""
    inside = _HERE / "builtin"
    return Pack(name="builtin", folder=inside if inside.is_dir() else _HERE.parent)


def pack_of(folder: Path | str) -> Pack:
    """A user's pack."""
    path = Path(folder).resolve()
    tail = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    return Pack(name=f"{path.name if path.name.isidentifier() else 'pack'}_{tail}", folder=path)


def _expose(pack: Pack) -> None:
    """Makes ``rarebit_packs.<name>`` a package whose path is the pack's folder."""
    _package(_ROOT_MODULE, [])
    _package(f"{_ROOT_MODULE}.{pack.name}", [str(pack.folder)])


def _package(name: str, path: list[str]) -> None:
    if name not in sys.modules:
        spec = importlib.util.spec_from_loader(name, loader=None, is_package=True)
        assert spec is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
    sys.modules[name].__path__ = path
