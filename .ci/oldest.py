"""Print the oldest dependencies that pyproject.toml allows, as a file of constraints for pip."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

FOR_USE = ("serve", "paper", "fetch", "raster", "cluster", "postgis", "s3")
"""Extras that users install; those for tests and linters may be as new as they like."""

BOUND = re.compile(r"(?P<name>[\w.-]+)(\[[^]]*\])?>=(?P<version>[\d.]+)(,<[\d.]+)?")


def oldest(project: dict[str, Any]) -> list[str]:
    """Return `name==version` for each lower bound.

    Raises
    ------
    SystemExit
        A dependency has none.
    """
    wanted = [
        *project["dependencies"],
        *(line for extra in FOR_USE for line in project["optional-dependencies"].get(extra, [])),
    ]
    bounds = {line: BOUND.fullmatch(line) for line in wanted}
    if without := [line for line, bound in bounds.items() if bound is None]:
        sys.exit(f"No lower bound: {', '.join(without)}")
    return sorted(f"{bound['name']}=={bound['version']}" for bound in bounds.values() if bound)


if __name__ == "__main__":
    pyproject = Path(__file__).resolve().parents[1] / "pyproject.toml"
    sys.stdout.write(
        "".join(f"{line}\n" for line in oldest(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]))
    )
