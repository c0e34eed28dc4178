from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carlite.errors import CallError
from carlite.recording import packets, reports
from carlite.recording.folder import LogFolder
from carlite.recording.log import Log, LogWriter, read_log
from carlite.recording.packets import RECORDS, AddEvent, Packet, packed_records


class _Kept(io.BytesIO):
    """A file whose content stays when it is closed."""

    content = b""

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


def _added(actor_id: int, type_id: str, code: int = 1, role: str = "autopilot") -> bytes:
    event = AddEvent(
        id=actor_id,
        type=code,
        location_cm=(100.0, -50.5, 30.0),
        rotation=(0.0, 0.0, 90.0),
        uid=1,
        type_id=type_id,
        attributes=((4, "role_name", role),),
    )
    return packets.add_event_bytes(event)


def _positions(**places: tuple[float, float, float]) -> bytes:
    rows = [(int(name[1:]), place, (0, 0, 0)) for name, place in places.items()]
    return packed_records(Packet.POSITION, np.array(rows, RECORDS[Packet.POSITION]))


def _touch(number: int, one: int, other: int) -> bytes:
    return packed_records(Packet.COLLISION, np.array([(number, one, other, True, False)], RECORDS[Packet.COLLISION]))


def _written(frames: list[bytes], delta_s: float = 0.5) -> bytes:
    file = _Kept()
    writer = LogWriter(file, "Town05", 1_550_000_000)
    for frame in frames:
        writer.write(delta_s, frame)
    writer.close()
    return file.content


@pytest.fixture(scope="module")
def log() -> Log:
    """A hero that stands for two seconds, is hit twice, and drives away; a car that is destroyed."""
    added = packed_records(Packet.EVENT_ADD, [_added(7, "vehicle.a", role="hero"), _added(8, "vehicle.b")])
    gone = packed_records(Packet.EVENT_DEL, np.array([(8,)], RECORDS[Packet.EVENT_DEL]))
    here, there = {"a7": (500.0, 0.0, 0.0)}, {"a7": (900.0, 0.0, 0.0)}
    return Log(
        _written(
            [
                added + _positions(**here, a8=(0.0, 3000.0, 0.0)),
                _positions(**here, a8=(0.0, 3000.0, 0.0)) + _touch(0, 7, 8),
                _positions(**here, a8=(0.0, 3000.0, 0.0)) + _touch(1, 7, 8),
                _positions(**here, a8=(0.0, 3000.0, 0.0)),
                _positions(**here, a8=(0.0, 3000.0, 0.0)) + _touch(2, 7, packets.NOBODY),
                gone + _positions(**there),
            ]
        )
    )


def test_the_header_is_carlas() -> None:
    assert _written([])[:26] == b"\x01\x00" + b"\x0e\x00CARLA_RECORDER" + (1_550_000_000).to_bytes(8, "little")


def test_frames_have_their_times(log: Log) -> None:
    assert [frame.number for frame in log] == [1, 2, 3, 4, 5, 6]
    assert [frame.elapsed_s for frame in log] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert [frame.duration_s for frame in log] == [0.5] * 5 + [-1.0]
    assert log.total_s == 2.5
    assert log.header.map_name == "Town05"


@given(st.data())
def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(data: st.DataObject) -> None:
    whole = _written([packed_records(Packet.EVENT_ADD, [_added(n, "vehicle.a")]) for n in range(3)])
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        part = Log(cut)
    except CallError:
        return  # not even the header is whole
    assert len(part) <= 3
    reports.file_info(part, everything=True)


@given(st.binary(max_size=200))
def test_what_is_no_log_is_refused(content: bytes) -> None:
    with pytest.raises(CallError, match="not a CARLA recorder"):
        Log(content)


def test_the_report_reads_like_carlas(log: Log) -> None:
    text = reports.file_info(log, everything=False)
    assert re.match(r"Version: 1\nMap: Town05\nDate: \d\d/\d\d/19 \d\d:\d\d:\d\d\n\n", text)
    assert text.split("\n\n", 1)[1] == (
        "Frame 1 at 0 seconds\n"
        " Create 7: vehicle.a (1) at (100, -50.5, 30)\n"
        "  role_name = hero\n"
        " Create 8: vehicle.b (1) at (100, -50.5, 30)\n"
        "  role_name = autopilot\n"
        "Frame 2 at 0.5 seconds\n"
        " Collision id 0 between 7 (hero)  with 8\n"
        "Frame 3 at 1 seconds\n"
        " Collision id 1 between 7 (hero)  with 8\n"
        "Frame 5 at 2 seconds\n"
        f" Collision id 2 between 7 (hero)  with {2**32 - 1}\n"
        "Frame 6 at 2.5 seconds\n"
        " Destroy 8\n"
        "\nFrames: 6\nDuration: 2.5 seconds\n"
    )


def test_collisions_are_listed_when_they_begin(log: Log) -> None:
    rows = reports.collisions(log, "v", "a").splitlines()[4:]
    assert rows[0] == "    Time  Types     Id Actor 1                                 Id Actor 2" + " " * 28
    assert [row.split() for row in rows[1:3]] == [
        ["0", "v", "v", "7", "vehicle.a", "8", "vehicle.b"],
        ["2", "v", "o", "7", "vehicle.a", str(2**32 - 1)],
    ]
    assert rows[-1] == "Duration: 2 seconds"
    assert [row for row in reports.collisions(log, "h", "v").splitlines() if " v v " in row]
    assert not [row for row in reports.collisions(log, "w", "a").splitlines() if "vehicle" in row]


def test_blocked_actors_are_listed_longest_first(log: Log) -> None:
    rows = [row.split() for row in reports.blocked(log, 1.0, 10.0).splitlines() if "vehicle" in row]
    assert rows == [["0", "7", "vehicle.a", "2"]]  # the other one is destroyed before it moves
    assert "vehicle" not in reports.blocked(log, 3.0, 10.0)


def test_damaged_packets_are_shown_as_such() -> None:
    kinds = (Packet.EVENT_ADD, Packet.COLLISION, Packet.POSITION, Packet.EVENT_DEL)
    log = Log(_written([packets.packed(kind, b"\x05\x00") for kind in kinds]))
    assert reports.file_info(log, everything=True).count(" (damaged packet)") == len(kinds)
    assert "Frames: 4" in reports.collisions(log, "a", "a")
    assert "Frames: 4" in reports.blocked(log, 0.0, 1.0)


@pytest.mark.parametrize("name", ["", "/", "..", "../x.log", "a/../../x.log", "a\\..\\..\\x", "a\0b", ".", "C:\\..\\x"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CallError, match="recorder file"):
        LogFolder(tmp_path).path(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.log", "a.log"), ("/home/me/a.log", "home/me/a.log"), ("./b/a.log", "b/a.log"), ("C:\\logs\\a.log", "C/logs/a.log")],
)
def test_names_lie_below_the_folder(tmp_path: Path, name: str, expected: str) -> None:
    folder = LogFolder(tmp_path)
    assert folder.path(name) == tmp_path / expected
    assert folder.path(str(folder.path(name))) == folder.path(name)


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    inside = tmp_path / "logs"
    inside.mkdir()
    (inside / "out").symlink_to(tmp_path)
    with pytest.raises(CallError, match="link"):
        LogFolder(inside).path("out/x.log")


def test_logs_that_are_too_large_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.log"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(CallError, match="expected at most"):
        read_log(path)
