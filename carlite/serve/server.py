"""Puts the parts of a server together and runs them until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from carlite.calls import Context
from carlite.recording import LogFolder, RecordingDesk
from carlite.serve.parent import ParentWatch
from carlite.serve.simulator import Simulator
from carlite.wire.limits import WireLimits
from carlite.wire.rpc import RpcServer
from carlite.wire.streams import StreamServer
from carlite.world.maps import MapShelf
from carlite.world.world import World


async def serve(
    world: World,
    shelf: MapShelf,
    sockets: tuple[socket.socket, socket.socket],
    *,
    seed: int = 0,
    threads: int | None = None,
    cache_dir: Path | None = None,
    log_dir: Path | None = None,
    ready: Callable[[], None],
    watch: ParentWatch | None = None,
    limits: WireLimits | None = None,
) -> None:
    """Serves a world until SIGTERM or SIGINT, or until the watched parent ends.

    Args:
        world: with its first level loaded.
        shelf: maps that clients can load.
        sockets: bound sockets for calls and for streams.
        seed: of the scenery of further maps.
        threads: for rays.
        cache_dir: where built maps are kept.
        log_dir: where the recorder writes; None records nothing.
        ready: called once clients can connect.
        watch: ends the server with its parent.
        limits: of the wire.
    """
    limits = limits or WireLimits()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    streams = StreamServer(lambda stream_id: simulator.greeting(stream_id), limits)
    context = Context(
        world=world,
        streams=streams,
        stream_port=sockets[1].getsockname()[1],
        shelf=shelf,
        seed=seed,
        threads=threads,
        cache_dir=cache_dir,
        recording=RecordingDesk(world, LogFolder(log_dir)) if log_dir is not None else None,
    )
    simulator = Simulator(context)
    rpc = RpcServer(simulator.on_request, simulator.on_close, limits)
    streams.listen(sockets[1])
    await rpc.listen(sockets[0])
    free = loop.create_task(simulator.run_free())
    ends = {loop.create_task(stop.wait()), free}
    if watch is not None:
        ends.add(loop.create_task(watch.parent_gone()))
    ready()
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
        await simulator.close()
        await rpc.close()
        await streams.close()
        if context.recording is not None:
            context.recording.close()
