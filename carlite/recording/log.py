"""A log file as a whole: its header and its frames."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from carlite.errors import CallError
from carlite.recording.packets import (
    FRAME,
    MAGIC,
    PACKET,
    UNKNOWN_DURATION_S,
    VERSION,
    Cursor,
    Packet,
    ShortLogError,
    packed,
    text_bytes,
)

LARGEST_LOG_BYTES = 1 << 30
NOT_A_LOG = "File is not a CARLA recorder\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands in front of the frames; ``date_s`` are seconds since 1970."""

    version: int
    map_name: str
    date_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One recorded tick.

    Attributes:
        number: counts from 1.
        duration_s: until the next frame; UNKNOWN_DURATION_S for the last.
        elapsed_s: since the first frame.
        packets: kind and payload, in order, without the frame's own two.
    """

    number: int
    duration_s: float
    elapsed_s: float
    packets: tuple[tuple[int, memoryview], ...]


class LogWriter:
    """Writes a log. A frame goes to the file when its duration is known, with the next one.

    Args:
        file: open for writing; closed with the writer.
        map_name: of the world.
        date_s: seconds since 1970.
    """

    def __init__(self, file: BinaryIO, map_name: str, date_s: int) -> None:
        self._file = file
        self._number = 0
        self._elapsed_s = 0.0
        self._held: tuple[int, float, bytes] | None = None
        file.write(struct.pack("<H", VERSION) + text_bytes(MAGIC) + struct.pack("<q", date_s) + text_bytes(map_name))

    def write(self, delta_s: float, packets: bytes) -> None:
        """Adds the frame of a tick of ``delta_s``, the first of which counts as time 0."""
        if self._number:
            self._elapsed_s += delta_s
        self._flush(delta_s)
        self._number += 1
        self._held = (self._number, self._elapsed_s, packets)

    def close(self) -> None:
        """Writes what is held and closes the file."""
        try:
            self._flush(UNKNOWN_DURATION_S)
        finally:
            self._file.close()

    def _flush(self, duration_s: float) -> None:
        if self._held is not None:
            number, elapsed_s, packets = self._held
            self._held = None
            self._file.write(packed(Packet.FRAME_START, FRAME.pack(number, duration_s, elapsed_s)))
            self._file.write(packets)
            self._file.write(packed(Packet.FRAME_END))


class Log:
    """A log in memory.

    Args:
        content: of the file. One that was cut off is read as far as its packets are whole.

    Raises:
        CallError: for what is no log.
    """

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        cursor = Cursor(self._content)
        try:
            version = int(cursor.take("H")[0])
            magic = cursor.text()
            if magic != MAGIC:
                raise CallError(NOT_A_LOG)
            date_s = int(cursor.take("q")[0])
            self.header = Header(version=version, map_name=cursor.text(), date_s=date_s)
        except ShortLogError as error:
            raise CallError(NOT_A_LOG) from error
        lengths = len(magic.encode()) + len(self.header.map_name.encode())
        self._starts = list(self._find_frames(2 + 2 + 8 + 2 + lengths))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> Frame:
        if not 0 <= index < len(self._starts):
            raise IndexError(index)
        start, end = self._starts[index]
        number, duration_s, elapsed_s = FRAME.unpack_from(self._content, start + PACKET.size)
        inside = []
        for kind, payload in self._packets(start + PACKET.size + FRAME.size, end):
            if kind == Packet.FRAME_END:
                break
            inside.append((kind, payload))
        return Frame(number=number, duration_s=duration_s, elapsed_s=elapsed_s, packets=tuple(inside))

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(len(self)))

    @property
    def total_s(self) -> float:
        """When the last frame begins."""
        return self[len(self) - 1].elapsed_s if len(self) else 0.0

    def _find_frames(self, at: int) -> Iterator[tuple[int, int]]:
        """Where each frame starts and ends, (offset of its FRAME_START, end)."""
        start = -1
        while at + PACKET.size <= len(self._content):
            kind, size = PACKET.unpack_from(self._content, at)
            end = at + PACKET.size + size
            if end > len(self._content):
                break
            if kind == Packet.FRAME_START:
                if start >= 0:
                    yield start, at
                if size < FRAME.size:
                    return
                start = at
            at = end
        if start >= 0:
            yield start, at

    def _packets(self, at: int, end: int) -> Iterator[tuple[int, memoryview]]:
        while at + PACKET.size <= end:
            kind, size = PACKET.unpack_from(self._content, at)
            at += PACKET.size
            yield kind, self._content[at : at + size]
            at += size


def read_log(path: Path) -> Log:
    """Reads a log file; raises CallError for one that is too large or no log, OSError for one that cannot be read."""
    size = path.stat().st_size
    if size > LARGEST_LOG_BYTES:
        raise CallError(f"{path}: got {size} bytes, expected at most {LARGEST_LOG_BYTES}; record shorter stretches")
    return Log(path.read_bytes())
