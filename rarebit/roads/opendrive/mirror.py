"""Left-hand traffic: on the mirror image of a network, left and right exchanged, traffic keeps to the other side."""

from __future__ import annotations

import dataclasses

from rarebit.roads.opendrive.records import (
    Bend,
    Connection,
    Cubic,
    JunctionText,
    LaneText,
    NetworkText,
    ObjectText,
    RoadText,
    Section,
    SignalText,
    Start,
)


def mirrored(network: NetworkText) -> NetworkText:
    """The network mirrored at the x axis; roads run the same way as before, with the rule of the other side."""
    return dataclasses.replace(
        network,
        traffic="left" if network.traffic == "right" else "right",
        roads=[_road(road) for road in network.roads],
        junctions=[_junction(junction) for junction in network.junctions],
    )


def _road(road: RoadText) -> RoadText:
    start = road.start
    return dataclasses.replace(
        road,
        start=Start(start.x_m, -start.y_m, -start.heading_rad),
        bends=[Bend(bend.length_m, -bend.curvature) for bend in road.bends],
        lane_offset=[Cubic(p.s_m, -p.a, -p.b, -p.c, -p.d) for p in road.lane_offset],
        sections=[_section(section) for section in road.sections],
        objects=[_object(item) for item in road.objects],
        signals=[_signal(signal) for signal in road.signals],
    )


def _section(section: Section) -> Section:
    return dataclasses.replace(section, left=[_lane(e) for e in section.right], right=[_lane(e) for e in section.left])


def _lane(lane: LaneText) -> LaneText:
    before, after = (None if link is None else -link for link in (lane.predecessor, lane.successor))
    return dataclasses.replace(lane, predecessor=before, successor=after)


def _object(item: ObjectText) -> ObjectText:
    return dataclasses.replace(item, t_m=-item.t_m, outline=[(u, -v) for u, v in item.outline])


def _signal(signal: SignalText) -> SignalText:
    low, high = signal.lanes
    return dataclasses.replace(signal, t_m=-signal.t_m, lanes=(-high, -low))


def _junction(junction: JunctionText) -> JunctionText:
    turned = [
        Connection(
            incoming=way.incoming, connecting=way.connecting, lane_links=[(-first, -last) for first, last in way.lane_links]
        )
        for way in junction.connections
    ]
    return dataclasses.replace(junction, connections=turned)
