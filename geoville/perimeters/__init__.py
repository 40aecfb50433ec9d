"""Candidates, score, description of perimeters. Pure: values in, values out."""
