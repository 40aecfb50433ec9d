"""Where data come from and go to: readers, writers, territory packs, provenance. The room that touches the disk."""
