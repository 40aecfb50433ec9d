"""One function per product: wires the sources to the pure core."""
