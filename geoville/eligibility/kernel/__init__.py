"""The bulk kernel: many points at once, by trees, or by compiled loops over cells where they are more."""
