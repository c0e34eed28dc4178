"""Which objects of a scene a prediction can be asked for, as ``maps/prediction/prediction_scenes.json`` lists them."""

from __future__ import annotations

from collections.abc import Sequence

from rarebit.nuscenes.scene_rows import Frame, SceneFacts

# The prediction challenge asks for six seconds at two samples a second.
FUTURE_SAMPLES = 12


def prediction_list(facts: SceneFacts, samples: Sequence[Frame]) -> list[str]:
    """Texts "<instance>_<sample>" for every vehicle not parked whose next six seconds are annotated, in time order."""
    present = [{box.actor_id: box for box in frame.boxes} for frame in samples]
    return [
        f"{facts.token('instance', actor_id)}_{facts.token('sample', samples[i].time_us)}"
        for i in range(len(samples) - FUTURE_SAMPLES)
        for actor_id, box in sorted(present[i].items())
        if box.category.startswith("vehicle.")
        and box.attribute not in ("vehicle.parked", "cycle.without_rider")
        and all(actor_id in later for later in present[i + 1 : i + 1 + FUTURE_SAMPLES])
    ]
