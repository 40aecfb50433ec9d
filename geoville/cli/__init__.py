"""The command line: parse, call a workflow, print. In French."""

from geoville.cli.main import main

__all__ = ["main"]
