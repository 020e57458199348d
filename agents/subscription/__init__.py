"""How a subscriber reads a topic: from a place on, or as a group that goes on where it stopped."""
