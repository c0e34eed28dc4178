"""Measures: how critical a run was; one a file."""
