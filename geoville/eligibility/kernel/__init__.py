"""The bulk kernel: compiled loops over many points."""
