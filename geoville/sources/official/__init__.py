"""Official files as they are published: recognised by their content, cut to an area, written as files of a pack."""
