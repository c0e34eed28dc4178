"""The static world of a map: surfaces, markings, terrain, and the things that stand along its roads."""

from carlite.scenery.world import build, load

__all__ = ["build", "load"]
