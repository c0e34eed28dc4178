"""Maneuvers: what a rule has an actor do; one a file."""
