"""Criteria: what a draw must show to be recorded; one a file."""
