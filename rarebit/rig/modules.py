"""The sensor modules of the built-in pack, by modality."""

from __future__ import annotations

from rarebit.packs import builtin

camera = builtin().module("sensors", "camera")
lidar = builtin().module("sensors", "lidar")
radar = builtin().module("sensors", "radar")
