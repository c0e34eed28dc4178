"""The judges' own virtual environment: built once, kept in the user's cache, used through subprocesses.

The official devkit pins NumPy below 2 and needs a package that Shapely 2 breaks; it works without its pins, but an extra of our
own package cannot say so. ``python tests/judges/environment.py`` builds it and prints the path of its interpreter.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

WITHOUT_DEPENDENCIES = ("nuscenes-devkit==1.2.0", "descartes==1.1.0")
NEEDS = (
    "cachetools>=5,<9",
    "fire>=0.5,<1",
    "matplotlib>=3.8,<4",
    "motmetrics==1.4.0",
    "numpy>=1.26,<2.4",
    "opencv-python-headless>=4.8,<6",
    "pandas>=2,<4",
    "parameterized>=0.9,<1",
    "pillow>=10",
    "pycocotools>=2.0.7,<3",
    "pyquaternion==0.9.9",
    "scikit-learn>=1.3,<2",
    "scipy>=1.11,<2",
    "shapely>=2,<3",
    "tqdm>=4.60,<5",
)
INSTALL_TIMEOUT_S = 900.0


class CannotBuildError(Exception):
    """The environment could not be built; the message has what pip said."""


def judge_python() -> Path:
    """The interpreter of the judges' environment, built now if need be.

    The place is ``$RAREBIT_JUDGE_VENV``, or a folder of the user's cache that is named by what is installed in it.

    Raises:
        CannotBuildError: a package cannot be had.
    """
    content = "\n".join([sys.version, *WITHOUT_DEPENDENCIES, *NEEDS])
    name = f"judge-{hashlib.sha256(content.encode()).hexdigest()[:12]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rarebit" / name
    folder = Path(os.environ.get("RAREBIT_JUDGE_VENV") or cache)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    marker = folder / f"{name}.complete"
    if not marker.exists():
        try:
            venv.create(folder, clear=False, with_pip=True)
            _install(python, "--no-deps", *WITHOUT_DEPENDENCIES)
            _install(python, *NEEDS)
            marker.touch()
        except (OSError, subprocess.SubprocessError) as error:
            output = getattr(error, "stderr", None) or str(error)
            raise CannotBuildError(f"{folder}: cannot build the judges' environment: {output.strip()[-500:]}") from error
    return python


def _install(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)


if __name__ == "__main__":
    print(judge_python())
