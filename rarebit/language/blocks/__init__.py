"""Blocks: what a spec consists of; one a file."""
