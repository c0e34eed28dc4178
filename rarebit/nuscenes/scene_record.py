"""A scenario and a rig as plain values: what names a scene, and what its tables say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rarebit.history import Event
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario, Road, TemplateRoad

Json = dict[str, Any]


def scenario_story(
    scenario: ConcreteScenario, lane_map: LaneMap, events: Sequence[Event], measures: Mapping[str, float]
) -> Json:
    """The columns of ``rarebit_scene`` that do not depend on the dataset."""
    return {
        "map": {"name": lane_map.name, "content": lane_map.content},
        "scenario": scenario.scenario,
        "summary": scenario.summary,
        "tags": tuple(scenario.tags),
        "spec_hash": scenario.spec_hash,
        "seed": scenario.seed,
        "index": scenario.index,
        "attempt": scenario.attempt,
        "values": dict(scenario.values),
        "road": _road_record(scenario.road),
        "weather": {name: getattr(scenario.weather, name) for name in scenario.weather.__slots__},
        "hazards": tuple(scenario.hazards),
        "events": tuple({"time_us": int(event.time_us), "kind": event.kind, "name": event.name} for event in events),
        "measures": {name: float(value) for name, value in sorted(measures.items())},
    }


def _road_record(road: Road) -> Json:
    """Where it happens, without the text of a generated road."""
    if isinstance(road, TemplateRoad):
        return {"template": road.template, "parameters": dict(road.parameters)}
    return {"town": road.town, "query": dict(road.query), "draw": road.draw, "site": dict(road.site)}


def rig_record(rig: Rig) -> Json:
    """What a rig's file says, whatever ego it stands on."""
    return {
        "name": rig.name,
        "key_rate_hz": rig.key_rate_hz,
        "mounts": [
            {
                "channel": mount.channel,
                "kind": mount.modality.name,
                "ego_from_body": (mount.ego_from_body if mount.asked is None else mount.asked).tolist(),
                "rate_hz": mount.rate_hz,
                "settings": asdict(mount.settings),
                "attributes": dict(mount.attributes),
            }
            for mount in rig.mounts
        ],
    }
