"""Rarebit: declarative specs of rare driving situations become labelled nuScenes data through CARLA runs."""

__version__ = "0.1.0"
