"""Cells: identifiers, grids, secrecy, income estimation, contiguity. Pure: values in, values out."""
