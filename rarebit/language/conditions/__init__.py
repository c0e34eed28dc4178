"""Conditions: what a rule waits for; one a file."""
