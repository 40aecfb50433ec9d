"""Two geographies side by side, as a map and as a page."""
