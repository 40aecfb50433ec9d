"""The shipped bridge from disposable to declared income: a JSON file with its coefficients, fit and provenance."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from geoville.carroyage.bridge import Bridge
from geoville.errors import DataUnavailableError, Location
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path


_DECIMALS = 6


def read_bridge(path: Path) -> Bridge:
    """Read fitted coefficients.

    Raises
    ------
    DataUnavailableError
        The file is missing or is not one that `write_bridge` wrote.
    """
    try:
        coefficients = json.loads(path.read_text(encoding="utf-8"))
        return Bridge(**{field.name: coefficients[field.name] for field in fields(Bridge)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataUnavailableError(
            "Les coefficients de passage au revenu déclaré sont illisibles",
            where=Location(file=path.name),
            advice="réinstaller geoville ou refaire le fichier avec « geoville perimeters fit-bridge »",
        ) from error


def write_bridge(bridge: Bridge, path: Path) -> None:
    """Write fitted coefficients as sorted JSON.

    They are rounded beyond what the fit can tell, so that any machine writes the same. Provenance goes beside.
    """
    rounded = {name: round(value, _DECIMALS) for name, value in asdict(bridge).items()}
    with replacing(path) as beside:
        beside.write_text(json.dumps(rounded, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
