"""``python -m carlite``: starts the server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from carlite.errors import MapError
from carlite.serve import limits
from carlite.serve.parent import ParentWatch
from carlite.store import user_folder
from carlite.world.maps import EMPTY_STREET, MapShelf, MapSource, read_opendrive

EXIT_USAGE = 2  # argparse's own
EXIT_PORT = 3
EXIT_MAP_MISSING = 4
EXIT_MAP_INVALID = 5
_PORT_PAIRS_TRIED = 64
_COMPILING_S = 40
_COMPILING_LIMIT_S = 240.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the server until SIGTERM or SIGINT; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO if options.verbose else logging.WARNING, format="carlite: %(message)s"
    )
    watch = ParentWatch(options.parent) if options.exit_with_parent or options.parent else None
    if watch is not None and watch.is_orphan():  # it ended before this process could ask to be told
        return 0
    shelf, source = _map(options)
    if source is None:
        known = ", ".join(shelf.names()) or "none"
        return _complain(f"map {options.map!r} not found: it is neither a file nor one of: {known}", EXIT_MAP_MISSING)
    try:
        sockets = bind_pair(options.host, options.port)
    except OSError as error:
        wanted = f"{options.host}:{options.port} and {options.port + 1}" if options.port else options.host
        return _complain(f"cannot listen on {wanted}: {error.strerror or error}", EXIT_PORT)
    try:
        return _serve(options, shelf, source, sockets, watch)
    except MapError as error:
        return _complain(f"map {source.name}: {error}", EXIT_MAP_INVALID)
    finally:
        for sock in sockets:
            sock.close()


def bind_pair(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Binds ``port`` and the one after it; port 0 finds a free pair. Raises OSError when that cannot be."""
    for _ in range(_PORT_PAIRS_TRIED if port == 0 else 1):
        first = _bound(host, port)
        try:
            return first, _bound(host, first.getsockname()[1] + 1)
        except (OSError, OverflowError):
            first.close()
            if port:
                raise
    raise OSError(f"no two free ports in a row after {_PORT_PAIRS_TRIED} tries")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)  # a second server fails here at the latest
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="carlite", description="A headless CARLA 0.9.16 server.")
    parser.add_argument("--port", type=_port, default=2000, help="RPC port; streams use the next one; 0 takes free ones")
    parser.add_argument("--map", help="OpenDRIVE file, or name of one in --maps; an empty street by default")
    parser.add_argument("--maps", type=Path, help="folder of .xodr files that load_world can load")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--seed", type=int, default=0, help="of the scenery along the roads")
    parser.add_argument("--threads", type=_positive, help="threads for rays and cameras; all cores by default")
    parser.add_argument("--ready-file", type=Path, help="written with HOST:PORT once clients can connect")
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="folder for built maps and compiled kernels; ~/.cache/carlite by default"
    )
    parser.add_argument(
        "--recordings", type=Path, metavar="DIR", help="folder of the recorder's logs; ~/.local/share/carlite by default"
    )
    limits.add_options(parser)
    parser.add_argument("--exit-with-parent", action="store_true", help="end when the process that started this one ends")
    parser.add_argument(
        "--parent", type=_positive, metavar="PID", help="process that starts this one: end when it does, or has"
    )
    parser.add_argument("--verbose", action="store_true", help="log refused calls and map loads")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65534:
        raise argparse.ArgumentTypeError(f"got {port}, expected 0..65534")
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {number}, expected at least 1")
    return number


@contextlib.contextmanager
def _compiling(done: bool, cache_dir: Path | None) -> Iterator[None]:
    """On a new machine: says so, and compiles the camera's kernels in a process beside the body, which compiles the rest."""
    if done:
        yield
        return
    print(f"carlite: compiling its kernels for this machine, once; about {_COMPILING_S} s", file=sys.stderr, flush=True)
    folder = [] if cache_dir is None else [str(cache_dir)]
    command = [sys.executable, "-m", "carlite.serve.warm_up", str(os.getpid()), *folder]
    beside = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
        # A failure or a lack of time costs nothing but waiting: the first picture would compile what is missing.
        with contextlib.suppress(subprocess.TimeoutExpired):
            beside.wait(_COMPILING_LIMIT_S)
    finally:
        beside.kill()
        beside.wait()


def _map(options: argparse.Namespace) -> tuple[MapShelf, MapSource | None]:
    if options.map is None:
        return MapShelf(options.maps), MapSource(name="Street", opendrive=EMPTY_STREET)
    path = Path(options.map)
    if path.is_file():
        return MapShelf(options.maps, (path,)), MapSource(name=path.stem, opendrive=read_opendrive(path))
    shelf = MapShelf(options.maps)
    return shelf, shelf.get(options.map)


def _serve(
    options: argparse.Namespace,
    shelf: MapShelf,
    source: MapSource,
    sockets: tuple[socket.socket, socket.socket],
    watch: ParentWatch | None,
) -> int:
    # Imported late: complaints about ports and maps come at once, without waiting for the compiled kernels.
    from carlite.jit import keep_kernels_in
    from carlite.models import keep_models_in
    from carlite.serve.server import serve
    from carlite.serve.warm_up import compile_world, is_compiled
    from carlite.world.level import build_level
    from carlite.world.world import World

    cache_dir = options.cache or user_folder("XDG_CACHE_HOME", ".cache")
    keep_kernels_in(cache_dir)
    keep_models_in(cache_dir)
    granted = limits.from_options(options)
    done = is_compiled()
    with _compiling(done, cache_dir):
        if not done:
            compile_world()
        level = build_level(source, seed=options.seed, threads=options.threads, cache_dir=cache_dir)
        world = World(level, limits=granted.world)
    # Clients wait a second or two for a picture, and the first one would take longer.
    world.episode.level.rays.prepare_camera()
    address = f"{options.host}:{sockets[0].getsockname()[1]}"

    def ready() -> None:
        print(f"carlite ready on {address}", flush=True)
        if options.ready_file is not None:
            partial = options.ready_file.with_name(options.ready_file.name + ".part")
            partial.write_text(address + "\n")
            partial.replace(options.ready_file)

    server = serve(
        world,
        shelf,
        sockets,
        seed=options.seed,
        threads=options.threads,
        cache_dir=cache_dir,
        log_dir=options.recordings or user_folder("XDG_DATA_HOME", ".local/share"),
        ready=ready,
        watch=watch,
        limits=granted.wire,
    )
    asyncio.run(server)
    sys.stdout.flush()
    os._exit(0)  # a measurement that still runs in the worker thread must not hold up the end


def _complain(message: str, code: int) -> int:
    print(f"carlite: error: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
