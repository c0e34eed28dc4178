"""Distributions: how a parameter is drawn; one a file."""
