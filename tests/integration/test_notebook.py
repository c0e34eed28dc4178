"""The notebook in ``docs/`` does what it says, cell after cell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "rarebit.ipynb"


def cells() -> list[str]:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["metadata"]["language_info"]["name"]) == (4, "python")
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_it_is_kept_without_outputs() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook["cells"])


def test_every_cell_runs(tmp_path: Path) -> None:
    program = "\n".join(cells())
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "accepted: True" in done.stdout
    assert "smoke[0] 6 samples" in done.stdout
    assert "smoke[1] 6 samples" in done.stdout
    assert "scene-9001 6 samples; in the last one" in done.stdout
    assert "vehicle.car" in done.stdout
    assert len(list((tmp_path / "outputs" / "notebook" / "scenes").iterdir())) == 2
