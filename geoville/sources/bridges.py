"""The shipped bridge from disposable to declared income: a JSON file with its coefficients, fit and provenance."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from geoville.carroyage.bridge import Bridge
from geoville.carroyage.probit_bridge import ProbitBridge
from geoville.errors import DataUnavailableError, Location
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path


_DECIMALS = 6


def read_bridge(path: Path) -> Bridge:
    """Read fitted coefficients of the line.

    Raises
    ------
    DataUnavailableError
        The file is missing or is not one that `write_bridge` wrote.
    """
    coefficients = _read(path, Bridge)
    return Bridge(**coefficients)


def read_probit_bridge(path: Path) -> ProbitBridge:
    """Read fitted coefficients of the two-figure bridge; errors as `read_bridge`."""
    coefficients = _read(path, ProbitBridge)
    as_tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in coefficients.items()
    }
    return ProbitBridge(**as_tuples)


def _read(path: Path, kind: type[Bridge | ProbitBridge]) -> dict[str, Any]:
    try:
        coefficients = json.loads(path.read_text(encoding="utf-8"))
        return {field.name: coefficients[field.name] for field in fields(kind)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataUnavailableError(
            "Les coefficients de passage au revenu déclaré sont illisibles",
            where=Location(file=path.name),
            advice="réinstaller geoville ou refaire le fichier avec « geoville perimeters fit-bridge »",
        ) from error


def write_bridge(bridge: Bridge | ProbitBridge, path: Path) -> None:
    """Write fitted coefficients as sorted JSON.

    They are rounded beyond what the fit can tell, so that any machine writes the same. Provenance goes beside.
    """
    rounded = {name: _rounded(value) for name, value in asdict(bridge).items()}
    with replacing(path) as beside:
        beside.write_text(json.dumps(rounded, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n")


def _rounded(value: float | tuple[float, ...]) -> float | list[float]:
    return [round(item, _DECIMALS) for item in value] if isinstance(value, tuple) else round(value, _DECIMALS)
