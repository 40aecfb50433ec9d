"""The one place that opens the YAML files of the law and of the rules."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_law(name: str, package: str = "geoville.law") -> Any:
    """Content of one YAML file of a package, by its path inside that package."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times faster, where PyYAML was built with libyaml
    return yaml.load((files(package) / name).read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe loaders


def law_names(start: str, package: str) -> tuple[str, ...]:
    """Names of the YAML files of a package that start so, in alphabetical order."""
    names = (item.name for item in files(package).iterdir())
    return tuple(sorted(name for name in names if name.startswith(start) and name.endswith(".yaml")))
