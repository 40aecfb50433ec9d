"""Whole files answered."""
