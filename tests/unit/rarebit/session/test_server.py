"""What goes wrong with a server becomes one error that says what to do; no server is started here."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from rarebit.core.errors import MapError, ServerError
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer

CONFIG = CarlaConfig(host="there", port=2000, timeout_s=7.0)


def test_a_refusal_is_told_with_its_words_and_kind_and_the_server_stays_well() -> None:
    server = CarlaServer(CONFIG)
    words = r"^carla at there:2000: refused \(spawning\): no such blueprint$"
    with pytest.raises(ServerError, match=words) as told, server.asking("spawning"):
        raise RuntimeError("no such blueprint")
    assert isinstance(told.value.__cause__, RuntimeError)
    assert told.type is ServerError
    assert not server.is_lost
    with pytest.raises(MapError), server.asking("loading", refusal=MapError):
        raise RuntimeError("map not found")


@pytest.mark.parametrize(("limit_s", "told"), [(None, "7"), (2.5, r"2\.5")])
def test_a_timeout_means_that_it_hangs_and_is_not_asked_again(limit_s: float | None, told: str) -> None:
    server = CarlaServer(CONFIG)
    words = rf"no answer within {told} s \(ticking\); .* raise carla\.timeout_s"
    with pytest.raises(ServerError, match=words), server.asking("ticking", limit_s, refusal=MapError):
        raise RuntimeError("time-out of 7000ms while waiting for the simulator")
    assert server.is_lost
    words = r"has not answered before and is not asked again \(reading\)"
    with pytest.raises(ServerError, match=words), server.asking("reading"):
        pytest.fail("it was asked")


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), CarlaServer(CONFIG).asking("anything"):
        raise KeyError("x")


def test_a_process_that_ended_is_told_with_its_code_and_last_words() -> None:
    server = CarlaServer(CarlaConfig())
    words = "import sys; [print(f'line {i}', file=sys.stderr) for i in range(20)]; sys.exit(9)"
    with subprocess.Popen([sys.executable, "-c", words], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read()
    server._process = process  # type: ignore[assignment]
    assert server.has_ended
    with pytest.raises(ServerError, match=r"the server ended with code 9 \(ticking\)$"):
        server.check_alive("ticking")
    server._stderr = io.BytesIO(said)
    with pytest.raises(ServerError) as told, server.asking("ticking"):
        pytest.fail("it was asked")
    assert str(told.value).splitlines()[1:] == [f"  line {i}" for i in range(8, 20)]
    server._stderr = io.BytesIO(b"")
    with pytest.raises(ServerError, match="it left no message"):
        server.check_alive("ticking")


def test_names_tell_the_embedded_from_a_users_own() -> None:
    assert CarlaServer(CONFIG).name == "carla at there:2000"
    assert not CarlaServer(CONFIG).is_embedded
    assert CarlaServer(CarlaConfig()).name.startswith("carlite at 127.0.0.1:")
    assert CarlaServer(CarlaConfig()).is_embedded
