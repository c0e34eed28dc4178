"""Places: where an actor starts; one a file."""
