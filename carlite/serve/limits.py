"""The limits of a server: what one command line sets for the wire and for the world."""

from __future__ import annotations

import argparse
import contextlib
import logging
from dataclasses import dataclass, field

from carlite.wire.limits import WireLimits
from carlite.world.limits import WorldLimits

_log = logging.getLogger(__name__)
_FILES_OF_ITS_OWN = 96  # maps, caches, logs, libraries, and clients that are told that there is no room
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Everything that clients cannot go beyond.

    Attributes:
        wire: sizes, times and numbers of connections.
        world: numbers of actors and sensors, and sizes of sensors.
    """

    wire: WireLimits = field(default_factory=WireLimits)
    world: WorldLimits = field(default_factory=WorldLimits)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that ``from_options`` reads."""
    wire, world = WireLimits(), WorldLimits()
    group = parser.add_argument_group("limits", "a client that goes beyond one gets an error that names the option")
    for name, default, what in (
        ("connections", wire.rpc_clients, "connections for calls, and as many for sensor data"),
        ("message", wire.request_bytes // _MEGABYTE, "megabytes of one call"),
        ("actors", world.actors, "actors at a time"),
        ("sensors", world.sensors, "sensors at a time"),
        ("pixels", world.image_pixels, "pixels of one camera"),
    ):
        group.add_argument(f"--max-{name}", type=_positive, default=default, metavar="N", help=f"{what} (%(default)s)")


def from_options(options: argparse.Namespace) -> Limits:
    """The limits of a command line; fewer connections where the system grants too few open files."""
    connections = min(options.max_connections, max((_open_files() - _FILES_OF_ITS_OWN) // 2, 1))
    if connections < options.max_connections:
        _log.info("%d connections for calls and as many for data: the system grants no more open files", connections)
    request_bytes = options.max_message * _MEGABYTE
    return Limits(
        wire=WireLimits(
            request_bytes=request_bytes,
            all_requests_bytes=max(4 * request_bytes, WireLimits().all_requests_bytes),
            rpc_clients=connections,
            stream_clients=connections,
        ),
        world=WorldLimits(actors=options.max_actors, sensors=options.max_sensors, image_pixels=options.max_pixels),
    )


def _open_files() -> int:
    """How many files this process may have open, after asking for as many as it can get."""
    try:
        import resource
    except ImportError:
        return 1 << 14  # Windows has no such limit of sockets
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1 << 16 if most == resource.RLIM_INFINITY else most
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else soft


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {number}, expected at least 1")
    return number
