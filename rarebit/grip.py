"""How slippery a road is: the friction coefficient between tyres and road in a scenario's weather."""

from __future__ import annotations

from rarebit.scenario import Weather

# parameter_sources section 12, "friction defaults": dry 0.8 to 0.9, wet 0.5 to 0.7.
DRY = 0.9
_WET, _FLOODED = 0.6, 0.5
_WET_DEPOSITS_PERCENT = 50.0  # puddles on half of the road have wetted all of it; what comes on top is standing water


def grip_of(weather: Weather) -> float:
    """The friction coefficient: 0.9 on a dry road, 0.6 once it is wet all over, 0.5 when water stands on it.

    Wetness counts as what is largest of the film on the road (``wetness``), the rain that falls (``precipitation``) and the
    puddles (``precipitation_deposits``, of which half the scale wets the whole road and the other half floods it).
    """
    deposits = weather.precipitation_deposits
    wet = max(weather.wetness / 100.0, weather.precipitation / 100.0, deposits / _WET_DEPOSITS_PERCENT)
    flooded = max(0.0, (deposits - _WET_DEPOSITS_PERCENT) / (100.0 - _WET_DEPOSITS_PERCENT))
    return DRY - (DRY - _WET) * min(wet, 1.0) - (_WET - _FLOODED) * min(flooded, 1.0)
