"""What an OpenDRIVE text says, said so that every reader understands it alike: a chain of small rewrites of its XML."""

from carlite.opendrive.normal.chain import normalise

__all__ = ["normalise"]
