"""Checks that go across the blocks of a spec."""
