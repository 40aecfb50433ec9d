"""Print the oldest dependencies that pyproject.toml allows, as a file of constraints."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

BOUND = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?>=(?P<version>[0-9.]+)")
UNBOUND = {"lint"}
"""Extras that nobody installs to use or test geoville."""


def oldest(pyproject: dict[str, object]) -> list[str]:
    """Return `name==version` for each lower bound, in alphabetical order."""
    project = pyproject["project"]
    wanted = [*project["dependencies"]]
    for extra, requirements in project["optional-dependencies"].items():
        if extra not in UNBOUND:
            wanted += [line for line in requirements if not line.startswith("geoville[")]
    found = [BOUND.match(line) for line in wanted]
    if None in found:
        sys.exit(f"Sans borne inférieure : {wanted[found.index(None)]}")
    return sorted({f"{bound['name']}=={bound['version']}" for bound in found})


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    print("\n".join(oldest(tomllib.loads((here / "pyproject.toml").read_text(encoding="utf-8")))))
