"""OpenDRIVE maps: from their text to roads, lanes, signals and objects with geometry in CARLA's frame."""

from carlite.opendrive.generation import LEVEL, Generation
from carlite.opendrive.governed import GovernedLane, governed_lanes
from carlite.opendrive.network import Controller, Junction, Lane, LaneSection, Link, Road, RoadMark, RoadNetwork, is_roadrunner
from carlite.opendrive.objects import MapObject, Signal, SignalReference
from carlite.opendrive.parse import Reading, parse, read
from carlite.opendrive.poses import facing_yaw_deg, object_outline, signal_pose
from carlite.opendrive.spawn import entry_points, spawn_points

__all__ = [
    "LEVEL",
    "Controller",
    "Generation",
    "GovernedLane",
    "Junction",
    "Lane",
    "LaneSection",
    "Link",
    "MapObject",
    "Reading",
    "Road",
    "RoadMark",
    "RoadNetwork",
    "Signal",
    "SignalReference",
    "entry_points",
    "facing_yaw_deg",
    "governed_lanes",
    "is_roadrunner",
    "object_outline",
    "parse",
    "read",
    "signal_pose",
    "spawn_points",
]
