"""Whole files of addresses or coordinates, answered row by row as `lookup` answers one."""
