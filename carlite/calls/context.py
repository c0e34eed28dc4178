"""What calls work on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from carlite.recording import RecordingDesk
from carlite.wire.streams import StreamServer
from carlite.world.maps import MapShelf
from carlite.world.traffic_managers import TrafficManagers
from carlite.world.world import World

WORLD_STREAM = 1


@dataclass(slots=True, kw_only=True)
class Context:
    """The server as calls see it.

    Attributes:
        world: the simulated world.
        streams: where sensor data go out.
        stream_port: TCP port of ``streams``.
        shelf: maps that can be loaded.
        seed: of the scenery of maps.
        threads: for rays of maps that are loaded later; None takes all.
        cache_dir: where built maps are kept; None keeps none.
        recording: the recorder and the replayer; None where the server has no folder for logs.
        traffic_managers: those that clients told of.
        caller: the connection of the call that is being served.
        tick_cued: set by a call that wants a tick; the server then ticks before it serves the next call.
        failure: why the last tick failed; handed to the next client that asks for a tick.
    """

    world: World
    streams: StreamServer
    stream_port: int
    shelf: MapShelf
    seed: int = 0
    threads: int | None = None
    cache_dir: Path | None = None
    recording: RecordingDesk | None = None
    traffic_managers: TrafficManagers = field(default_factory=TrafficManagers)
    caller: object = None
    tick_cued: bool = False
    failure: str | None = None
