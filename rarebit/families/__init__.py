"""What families of company share: the vehicles and people they are made of, and what they know of a scenario."""
