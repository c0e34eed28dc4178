"""Fixtures that several folders of tests share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module ``tests/synthetic.py``: snapshots of a world of boxes, without a simulator."""
    path = Path(__file__).with_name("synthetic.py")
    spec = importlib.util.spec_from_file_location("rarebit_synthetic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
