"""The running server: order of calls and ticks, sensors, limits, the watched parent, and what a new machine compiles."""
