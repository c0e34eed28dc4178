"""The running server: calls in order of arrival, ticks between them, snapshots and sensor data out.

One event loop serves the network. Calls run in it one after the other. What takes long (building a map, measuring sensors)
runs in one worker thread while the loop goes on sending; other calls wait until it is done, so the world never changes under
a sensor.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from carlite.calls import WORLD_STREAM, Call, Context, all_calls
from carlite.errors import CallError
from carlite.sensors import Sensor
from carlite.serve.memory import give_back
from carlite.serve.pacing import TickPacing
from carlite.serve.sensing import SensorBank, StreamMessage
from carlite.wire import values
from carlite.wire.rpc import Connection, Request
from carlite.wire.streams import Buffer
from carlite.wire.values import ReplyForm

SlowWork: TypeAlias = Coroutine[None, None, None]
_log = logging.getLogger(__name__)
_FREE_RUN_PERIOD_S = 1.0 / 30.0
_SHORTEST_STEP_S = 1e-4
_LONGEST_FREE_STEP_S = 1.0
# The client that loads a map leaves the world stream when it has the reply and subscribes anew; it can crash when the first
# snapshot of the new episode reaches it on the old subscription. New subscribers get that snapshot at once.
_QUIET_AFTER_LOAD_S = 0.2
_CALLS_SHARE = 0.1  # of the time that sensors took, kept free for calls before the next tick of an asynchronous world
_FIRST_DATA_S = 1.0  # longest that the answer of a tick waits for the first data of a sensor


class Simulator:
    """Serves calls and ticks the world.

    Args:
        context: the world and its surroundings.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._calls = all_calls()
        self._sensors = SensorBank(context)
        self._waiting: deque[Request | None] = deque()  # None: a tick of an asynchronous world
        self._busy = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="carlite")
        self._tasks: set[asyncio.Task[None]] = set()
        self._work: asyncio.Task[None] | None = None  # what calls wait for, or the last of it
        self._told: set[int] = set()  # streams of sensors that have had data to send
        self._episode_id = context.world.episode.number
        self._snapshot: list[bytes] = []
        self._warned: set[str] = set()
        self._pacing = TickPacing()
        self._quiet_until_s = 0.0
        self._runs_free = asyncio.Event()
        self._free_tick_waits = False
        self._last_free_s = time.monotonic()
        self._publish_snapshot()

    def on_request(self, request: Request) -> None:
        """Takes a call of a client; serves it now or when those before it are done."""
        if self._busy:
            call = self._calls.get(request.name)
            if call is not None and call.any_time:
                self._answer(request, call)
            else:
                self._waiting.append(request)
            return
        self._waiting.append(request)
        self._serve_waiting()

    def on_close(self, connection: Connection) -> None:
        """Forgets what a client that has gone had registered."""
        self._context.traffic_managers.drop_owner(connection)
        self._context.streams.forget_asker(connection)

    def greeting(self, stream_id: int) -> list[bytes] | None:
        """The latest snapshot, for a new subscriber of the world stream."""
        return self._snapshot if stream_id == WORLD_STREAM else None

    async def run_free(self) -> None:
        """Ticks without being asked while the world is asynchronous; runs until it is cancelled."""
        due_s = time.monotonic()
        while True:
            if self._context.world.settings.synchronous:
                self._runs_free.clear()
                await self._runs_free.wait()
                due_s = self._last_free_s = time.monotonic()
            due_s = max(due_s + _FREE_RUN_PERIOD_S, time.monotonic())
            await asyncio.sleep(due_s - time.monotonic())
            if self._busy:
                await self._leave_room_for_calls()
            if not self._free_tick_waits:
                self._free_tick_waits = True
                self._waiting.append(None)
                self._serve_waiting()

    async def _leave_room_for_calls(self) -> None:
        """Waits until sensors are measured, and then a share of that time.

        Who calls after each reply gets more than one call a tick.
        """
        began_s = time.monotonic()
        while self._busy and self._work is not None:
            await asyncio.wait([self._work])
        await asyncio.sleep(_CALLS_SHARE * (time.monotonic() - began_s))

    async def close(self) -> None:
        """Ends what runs beside the loop."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _serve_waiting(self) -> None:
        """Serves calls until none waits or one of them takes long."""
        context = self._context
        while self._waiting and not self._busy:
            request = self._waiting.popleft()
            if request is None:
                self._free_tick_waits = False
                self._tick_freely()
                continue
            call = self._calls.get(request.name)
            if call is None:
                request.connection.send(request.request_id, None, f"function {request.name!r} is not part of CARLA 0.9.16")
            elif call.slow:
                self._start(self._serve_slowly(request, call))
            else:
                self._answer(request, call)
                if context.world.has_closed_streams:
                    self._close_streams()
                if not context.world.settings.synchronous:
                    self._runs_free.set()

    def _answer(self, request: Request, call: Call) -> None:
        """Serves a call; one that wants a tick has its answer before the tick, as in CARLA.

        Not so in the tick that brings the first data of a sensor: these may take longer than later ones, and clients wait
        for them for a second or two from the answer on.
        """
        self._context.caller = request.connection
        result, error = self._result(request, call)
        ticks = self._context.tick_cued and self._context.world.settings.synchronous
        self._context.tick_cued = False
        rest_s = self._pacing.rest_s(time.monotonic()) if ticks and self._context.traffic_managers else 0.0
        if not ticks:  # an asynchronous world goes on by itself
            self._send(request, call, result, error)
        elif rest_s > 0.0:
            self._start(self._rest_then_tick(rest_s, request, call, result, error))
        else:
            self._start_if_slow(self._answer_and_tick(request, call, result, error))
        if call.name == "apply_batch":
            self._pacing.served(time.monotonic())

    async def _rest_then_tick(self, rest_s: float, request: Request, call: Call, result: object, error: str | None) -> None:
        await asyncio.sleep(rest_s)
        work = self._answer_and_tick(request, call, result, error)
        if work is not None:
            await work

    def _answer_and_tick(self, request: Request, call: Call, result: object, error: str | None) -> SlowWork | None:
        """Sends the answer and ticks; what is left to do where that takes long."""
        late = self._expects_first_data()
        if not late:
            self._send(request, call, result, error)
        work = self._tick(_FREE_RUN_PERIOD_S)
        if late:
            self._keep(self._send_late(request, call, result, error))
        self._pacing.served(time.monotonic())
        return work

    def _expects_first_data(self) -> bool:
        """Whether a subscriber of a sensor has not had any data of it yet."""
        streams, sensors = self._context.streams, self._context.world.episode.sensors_by_stream
        if not streams.is_settled():
            return True
        return any(stream not in self._told and streams.has_listeners(stream) for stream in sensors)

    async def _send_late(self, request: Request, call: Call, result: object, error: str | None) -> None:
        if self._work is not None:
            await asyncio.wait([self._work], timeout=_FIRST_DATA_S)
        self._send(request, call, result, error)

    def _result(self, request: Request, call: Call) -> tuple[object, str | None]:
        """The wrapped result and, where the form of the reply has no room for one, an error."""
        try:
            return values.reply(call.form, call.run(self._context, request.arguments)), None
        except CallError as error:
            message = str(error)
        except Exception as error:
            _log.exception("call %s failed", call.name)
            message = f"carlite failed in {call.name}: {type(error).__name__}: {error}"
        if call.name not in self._warned:
            self._warned.add(call.name)
            _log.info("%s refused for %s: %s", call.name, request.connection.peer, message)
        if call.form is ReplyForm.BARE:
            return None, message
        return values.error_reply(call.form, message), None

    def _send(self, request: Request, call: Call, result: object, error: str | None) -> None:
        try:
            request.connection.send(request.request_id, result, error)
        except (TypeError, ValueError, OverflowError) as problem:
            _log.exception("the reply of %s cannot be encoded", call.name)
            request.connection.send(request.request_id, None, f"carlite failed to encode the reply of {call.name}: {problem}")

    async def _serve_slowly(self, request: Request, call: Call) -> None:
        loop = asyncio.get_running_loop()
        self._context.caller = request.connection
        result, error = await loop.run_in_executor(self._worker, self._result, request, call)
        self._close_streams()
        is_new = self._context.world.episode.number != self._episode_id
        if is_new:
            self._episode_id = self._context.world.episode.number
            self._snapshot = self._context.world.snapshot(time.monotonic(), keep_changes=True)
            self._quiet_until_s = time.monotonic() + _QUIET_AFTER_LOAD_S
        self._send(request, call, result, error)
        if is_new:
            await loop.run_in_executor(self._worker, give_back)
        if not self._context.world.settings.synchronous:
            self._runs_free.set()

    def _tick_freely(self) -> None:
        """A tick of the asynchronous world; its length is the time that has passed since the last one."""
        now_s = time.monotonic()
        passed_s, self._last_free_s = now_s - self._last_free_s, now_s
        if not self._context.world.settings.synchronous and now_s >= self._quiet_until_s:
            self._start_if_slow(self._tick(min(max(passed_s, _SHORTEST_STEP_S), _LONGEST_FREE_STEP_S)))

    def _tick(self, passed_s: float) -> SlowWork | None:
        """One tick; what is left to do when sensors that take long are due, or when a subscriber lags behind."""
        if not self._context.streams.is_settled():
            return self._settle_then_tick(passed_s)
        due = self._step(passed_s)
        if not self._sensors.is_quick(due):
            return self._measure(due)
        self._measure_now(due)
        return None

    async def _settle_then_tick(self, passed_s: float) -> None:
        await self._context.streams.settled()
        await self._measure(self._step(passed_s))

    def _step(self, passed_s: float) -> list[Sensor]:
        """Physics and the snapshot; the sensors that have something to say in this frame."""
        world = self._context.world
        fixed_s = world.settings.fixed_delta_s
        try:
            world.step(passed_s if fixed_s is None else fixed_s)
        except Exception as error:
            self._fail(error)
        self._publish_snapshot()
        try:
            due = self._sensors.due()
        except Exception as error:
            self._fail(error)
            return []
        self._told.update(sensor.actor.stream_id for sensor in due)
        return due

    def _publish_snapshot(self) -> None:
        world = self._context.world
        self._snapshot = world.snapshot(time.monotonic())
        self._publish(WORLD_STREAM, self._snapshot)

    def _publish(self, stream_id: int, message: Sequence[Buffer]) -> None:
        self._context.streams.send(stream_id, message, lossless=self._context.world.settings.synchronous)

    def _measure_now(self, due: list[Sensor]) -> None:
        try:
            for message in self._sensors.measure(due):
                self._send_data(message)
        except Exception as error:
            self._fail(error)

    async def _measure(self, due: list[Sensor]) -> None:
        """Measures in the worker thread; each message goes out as soon as it is there."""
        loop = asyncio.get_running_loop()

        def work() -> None:
            for message in self._sensors.measure(due):
                loop.call_soon_threadsafe(self._send_data, message)

        try:
            await loop.run_in_executor(self._worker, work)
        except Exception as error:
            self._fail(error)

    def _send_data(self, message: StreamMessage) -> None:
        self._publish(message.stream_id, message.buffers)

    def _fail(self, error: Exception) -> None:
        """Keeps the reason for the next client that asks for a tick."""
        frame = self._context.world.frame
        _log.error("tick %d failed", frame, exc_info=error)
        self._context.failure = f"carlite failed in tick {frame}: {type(error).__name__}: {error}"

    def _close_streams(self) -> None:
        for stream_id in self._context.world.take_closed_streams():
            self._told.discard(stream_id)
            self._context.streams.close_stream(stream_id)

    def _start_if_slow(self, work: SlowWork | None) -> None:
        if work is not None:
            self._start(work)

    def _start(self, work: SlowWork) -> None:
        """Runs a coroutine while calls wait, then goes on with the calls."""
        self._busy = True
        self._work = self._keep(self._run(work))

    def _keep(self, work: SlowWork) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, work: SlowWork) -> None:
        try:
            await work
        except Exception as error:
            self._fail(error)
        finally:
            self._busy = False
        self._serve_waiting()
