"""Interactive maps, one self-contained page each."""
