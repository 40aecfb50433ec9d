"""The one place that opens the law's own YAML files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_law(name: str) -> Any:
    """Content of one YAML file of `geoville/law`, by its path inside that folder."""
    import yaml

    return yaml.safe_load((files("geoville.law") / name).read_text(encoding="utf-8"))
