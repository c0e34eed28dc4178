"""How to reach a CARLA server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CarlaConfig:
    """Where the server is and how it steps.

    Attributes:
        host: None starts the embedded server; a name or address uses a running CARLA 0.9.16 server.
        port: RPC port of a running server; 0 or more. The embedded server picks a free one.
        timeout_s: longest wait for any answer of the server.
        start_timeout_s: longest wait for the embedded server to say that it is ready.
        load_timeout_s: longest wait for a world to load (scenery is built then).
        step_s: length of a tick.
        seed: of the embedded server's scenery.
        threads: worker threads of the embedded server; 0 takes all cores.
        maps: folder with ``.xodr`` files for the embedded server; None leaves it its own default.
    """

    host: str | None = None
    port: int = 2000
    timeout_s: float = 20.0
    start_timeout_s: float = 60.0
    load_timeout_s: float = 120.0
    step_s: float = 0.05
    seed: int = 0
    threads: int = 0
    maps: Path | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"carla.port: got {self.port}, expected 0 to 65535")
        for name in ("timeout_s", "start_timeout_s", "load_timeout_s", "step_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"carla.{name}: got {getattr(self, name)}, expected a positive number of seconds")
        if self.step_s > 0.1:
            raise ValueError(f"carla.step_s: got {self.step_s}, expected at most 0.1; CARLA's physics needs 0.1 s or less")

    @property
    def step_us(self) -> int:
        """Length of a tick in integer microseconds; simulation time is ``tick * step_us``."""
        return round(self.step_s * 1_000_000)
