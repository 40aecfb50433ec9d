"""From an address as people write it to a position, or an honest "not found"."""
