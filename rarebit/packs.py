"""Packs: folders that hold any of ``scenarios/``, ``generators/``, ``sensors/`` and ``hydra_conf/``.

The repository's own four folders are the built-in pack; a wheel carries them inside ``rarebit``. A distribution brings one
by an entry point of the group ``rarebit.packs``: it names a package, whose folder is the pack. A user names folders
(``packs=[./mine]``). Modules of a pack import ``rarebit`` and nothing imports them: they are found here. Several modules of one
pack may import each other relatively. Whoever looks something up asks for the packs in use; two things of one name are an
error, never a choice.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from rarebit.core.errors import Fault, SpecError

GROUP = "rarebit.packs"
KINDS = ("scenarios", "generators", "sensors", "hydra_conf")
_HERE = Path(__file__).resolve().parent
_ROOT_MODULE = "rarebit_packs"
T = TypeVar("T")


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
        """The modules of its folder ``kind`` ("generators", "sensors", "sensors/faults"), in alphabetical order.

        Raises:
            SpecError: one cannot be imported.
        """
        for path in sorted((self.folder / kind).glob("*.py")):
            if not path.stem.startswith("_"):
                yield self.module(kind, path.stem)

    def module(self, kind: str, stem: str) -> ModuleType:
        """One module of it.

        Raises:
            SpecError: there is none of that name, or it cannot be imported.
        """
        _expose(self)
        try:
            return importlib.import_module(f"{_ROOT_MODULE}.{self.name}.{kind.replace('/', '.')}.{stem}")
        except Exception as error:
            place, reason = self.folder / kind / f"{stem}.py", f"{type(error).__name__}: {error}"
            raise SpecError([_fault(place, stem, f"cannot be imported: {reason}", "correct the module")]) from error

    def content(self) -> str:
        """32 hex digits that name the contents of its files."""
        digest = hashlib.sha256()
        for kind in KINDS:
            for path in sorted((self.folder / kind).rglob("*")):
                if path.suffix in (".py", ".yaml", ".yml") and path.is_file():
                    data = path.read_bytes()
                    digest.update(f"{path.relative_to(self.folder)}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()[:32]


def builtin() -> Pack:
    """The pack that comes with Rarebit: inside the installed package, or the repository that this file lies in."""
    inside = _HERE / "builtin"
    return Pack(name="builtin", folder=inside if inside.is_dir() else _HERE.parent)


def pack_of(folder: Path | str) -> Pack:
    """A user's pack.

    Raises:
        SpecError: there is no such folder, or it holds none of a pack's folders.
    """
    path = Path(folder).expanduser().resolve()
    if not any((path / kind).is_dir() for kind in KINDS):
        problem = "is not a folder" if not path.is_dir() else f"holds none of {', '.join(f'{kind}/' for kind in KINDS)}"
        raise SpecError([_fault(folder, str(folder), problem, "give the folder that holds them: packs=[./mine]", path="packs")])
    tail = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    return Pack(name=f"{path.name if path.name.isidentifier() else 'pack'}_{tail}", folder=path)


@cache
def installed() -> tuple[Pack, ...]:
    """The built-in pack and those of installed distributions, by name of their entry points.

    Raises:
        SpecError: an entry point names no package, or one without a pack's folders.
    """
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return (builtin(), *(_pack_of_entry_point(point) for point in found))


def packs_with(folders: Iterable[Path | str]) -> tuple[Pack, ...]:
    """The installed packs and the user's, each folder once.

    Raises:
        SpecError: see ``pack_of`` and ``installed``.
    """
    return tuple(dict.fromkeys([*installed(), *(pack_of(folder) for folder in folders)]))


# -------------------------------------------------------------------------------------------- the packs in use

_in_use: tuple[Pack, ...] | None = None


def in_use() -> tuple[Pack, ...]:
    """The packs in which this process looks things up: the installed ones until ``use`` says otherwise."""
    return installed() if _in_use is None else _in_use


def use(packs: Sequence[Pack] | None) -> None:
    """Has this process look things up in ``packs``; None stands for the installed ones."""
    global _in_use
    _in_use = None if packs is None else tuple(packs)


@contextmanager
def using(packs: Sequence[Pack]) -> Iterator[None]:
    """``use`` for as long as the context lasts."""
    before = _in_use
    use(packs)
    try:
        yield
    finally:
        use(before)


def collect(kind: str, things_of: Callable[[ModuleType], Iterable[tuple[str, T]]], packs: Sequence[Pack]) -> dict[str, T]:
    """What the modules of a kind of folder hold, by name, in alphabetical order.

    Args:
        kind: "generators" or "sensors".
        things_of: the named things of one module; empty for a module that only helps others.
        packs: where to look.

    Raises:
        SpecError: a name stands in two modules, or a module cannot be imported.
    """
    found = [
        (name, Path(str(module.__file__)), thing)
        for pack in packs
        for module in pack.modules(kind)
        for name, thing in things_of(module)
    ]
    unique((name, path) for name, path, _ in found)
    return {name: thing for name, _, thing in sorted(found, key=lambda one: one[0])}


def files(kind: str, pattern: str, packs: Sequence[Pack]) -> dict[str, Path]:
    """The files of a kind of folder, by their path in it without the suffix ("rig/nuscenes").

    Raises:
        SpecError: two packs have a file of one name.
    """
    roots = [pack.folder / kind for pack in packs]
    return unique(
        (path.relative_to(root).with_suffix("").as_posix(), path) for root in roots for path in sorted(root.glob(pattern))
    )


def unique(named: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """The place of every name.

    Raises:
        SpecError: a name has two; says both.
    """
    places: dict[str, Path] = {}
    faults = []
    for name, path in named:
        first = places.setdefault(name, path)
        if first is not path:
            faults.append(_fault(path, name, f"stands in {first} too", "rename one of the two, or use one of the packs alone"))
    if faults:
        raise SpecError(faults)
    return places


# -------------------------------------------------------------------------------------------- inside


def _pack_of_entry_point(point: EntryPoint) -> Pack:
    try:
        spec = importlib.util.find_spec(point.module)
    except ImportError:
        spec = None
    roots = list(spec.submodule_search_locations or ()) if spec is not None else []
    folder = Path(roots[0]) if roots else None
    if folder is None or not any((folder / kind).is_dir() for kind in KINDS):
        problem = f"entry point {point.name} of {GROUP} names no package that holds any of {', '.join(KINDS)}"
        raise SpecError([_fault(point.value, point.name, problem, "correct or uninstall the distribution that brings it")])
    return Pack(name=f"{point.name if point.name.isidentifier() else 'pack'}_installed", folder=folder.resolve())


def _fault(file: Path | str, value: str, problem: str, remedy: str, path: str = "pack") -> Fault:
    return Fault(file=str(file), path=path, value=value, problem=problem, remedy=remedy)


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
