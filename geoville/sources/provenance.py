"""What a result was made from, written beside it."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.errors import InvalidInputError
from geoville.law.parameters import parameter
from geoville.net import without_secrets
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from geoville.law.parameters import DatedValue
    from geoville.model import Source

    JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]

_LIBRARIES = ("geopandas", "numpy", "pyarrow", "pyogrio", "pyproj", "rasterio", "scipy", "shapely")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read.

    Parameters
    ----------
    role : what it was read as ("grid", "official"…).
    name : without its folder, which says nothing of its content.
    vintage : year of the data, None where it has none.
    """

    role: str
    name: str
    sha256: str
    vintage: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that decides the content of a result.

    Parameters
    ----------
    command : of geoville, without its arguments ("perimeters candidates").
    law : legal values used, with their dates.
    parameters : other choices, by name.
    """

    command: str
    inputs: tuple[InputFile, ...]
    law: tuple[DatedValue, ...]
    parameters: Mapping[str, JsonValue]
    sources: tuple[Source, ...]


def write_provenance(provenance: Provenance, beside: Path, *, is_copy: bool = False) -> Path:
    """Write ``<file>.provenance.json`` beside a result.

    Two runs on the same inputs write the same document but for its "execution" block: versions and the name of the
    result are there and nowhere else. There is no time of day. "unverified" lists the legal values whose text was not
    read.

    Parameters
    ----------
    is_copy : whether the result is a workbook of the user's with columns added, which keeps its sheets and its bytes;
        another one is given a sheet of its sources.

    Returns
    -------
    Path of the file written.

    Raises
    ------
    InvalidInputError
        The folder is missing or not writable.
    """
    path = provenance_path(beside)
    if beside.suffix.lower() == ".xlsx" and not is_copy:
        _add_sheet_of_sources(provenance, beside)
    try:
        with replacing(path) as written:
            written.write_text(provenance_text(provenance, str(beside)), encoding="utf-8", newline="\n")
    except InvalidInputError:
        with suppress(OSError):
            path.unlink()  # that of an older result would lie about this one
        raise
    return path


_SHEET = "sources"
_SHEET_TITLES = ("Rôle", "Fichier ou texte", "Année ou valeur", "Producteur ou référence", "Licence", "Empreinte")
_ROLES = {
    "actions": "tableau d'actions",
    "addresses": "liste d'adresses",
    "bearers": "porteurs des actions",
    "blocks": "îlots",
    "bridge": "passage du revenu disponible au revenu déclaré",
    "candidates": "périmètres comparés",
    "communes": "contours des communes",
    "decisions": "décisions prises à la main",
    "former": "anciens périmètres",
    "given": "périmètres donnés",
    "grid": "carreaux de 200 m",
    "iris": "contours des IRIS",
    "iris_incomes": "revenus par IRIS",
    "official": "contours officiels",
    "perimeters": "périmètres",
    "places": "lieux",
    "polygons": "polygones à vérifier",
    "qpv": "quartiers prioritaires",
    "raster": "image de carreaux",
    "rmuc": "revenus médians de référence",
    "rows": "lignes du fichier",
    "streets": "rues",
    "urban_units": "unité urbaine des communes",
}
_CHOICES = {
    "asked_iris_weight": "poids des IRIS demandé",
    "by": "habitants comptés par",
    "code_column": "colonne des codes",
    "contiguity": "carreaux qui se touchent",
    "crs": "système de coordonnées",
    "distance": "distance mesurée",
    "doubt": "erreurs types au-dessus du seuil, encore admises",
    "dropped": "morceaux écartés",
    "gap_m": "vide franchi (m)",
    "generation": "génération",
    "hole_cells": "carreaux au plus dans un trou comblé",
    "index": "réglages de l'indice",
    "iris_weight": "poids des IRIS",
    "layer": "couche",
    "link_share": "part commune qui relie deux périmètres",
    "method": "méthode",
    "min_area_m2": "surface minimale (m²)",
    "min_population": "habitants au moins",
    "min_width_m": "largeur minimale (m)",
    "minutes": "minutes de marche",
    "name_column": "colonne des noms",
    "on": "au jour du",
    "outline": "tracé du contour",
    "places": "lieux retenus",
    "places_left": "lieux écartés",
    "poor_cell_share": "part sous le seuil d'un carreau pauvre",
    "radius_m": "rayon autour d'un lieu (m)",
    "speed_kmh": "vitesse de marche (km/h)",
    "territory": "territoire",
    "tolerance": "part qui peut bouger sans changer un périmètre",
    "urban_units": "unités urbaines",
    "vintages": "millésimes",
    "way_width_m": "largeur des voies (m)",
}
_VALUES = {
    "by": {"perimeter": "périmètre", "commune": "commune", "iris": "IRIS"},
    "contiguity": {"queen": "par un côté ou un coin", "rook": "par un côté"},
    "method": {"index": "indice du voisinage", "cells": "carreau par carreau"},
    "outline": {"smoothed cells": "carreaux lissés", "cells": "carreaux"},
}
"""What a person reads in that sheet, for the words of the provenance that programs read."""


def _choice(name: str, value: Any) -> tuple[str, str, str]:
    """Row of a choice; the details of one that has several stay as programs read them."""
    said = {None: "sans", True: "oui", False: "non"}.get(value) if value is None or isinstance(value, bool) else None
    if said is None and isinstance(value, str):
        said = _VALUES.get(name, {}).get(value, value)
    if said is None and isinstance(value, int | float):
        said = french.as_given(value)
    return "choix", _CHOICES.get(name, name), json.dumps(value, ensure_ascii=False) if said is None else said


def _add_sheet_of_sources(provenance: Provenance, workbook: Path) -> None:
    """Add to a workbook the sheet of what it rests on: sources to cite, files read, legal values, choices."""
    from openpyxl import load_workbook

    from geoville.sources.writers import fill_sheet, save_workbook

    document = _harmless(_document(provenance))
    rows = [
        *(
            ("source à citer", item["title"], item["vintage"], item["producer"], item["licence"], item["sha256"])
            for item in document["sources"]
        ),
        *(
            ("fichier lu", item["name"], item["vintage"], _ROLES.get(item["role"], item["role"]), None, item["sha256"])
            for item in document["inputs"]
        ),
        *(
            (
                "valeur de droit" if item["verified"] else "valeur non vérifiée",
                parameter(item["parameter"]).label,
                *(item[key] for key in ("value", "reference")),
            )
            for item in document["law"]
        ),
        *(_choice(name, value) for name, value in sorted(document["parameters"].items())),
    ]
    with replacing(workbook) as written:
        book = load_workbook(workbook)
        fill_sheet(book.create_sheet(_SHEET), _SHEET_TITLES, rows)
        save_workbook(book, written)


def differences(document: Mapping[str, Any], provenance: Provenance) -> tuple[str, ...]:
    """What a computation rests on that is not what a provenance says, in French words; none where all is the same.

    Parameters
    ----------
    document : a provenance as it was written.
    """
    made = json.loads(json.dumps(_harmless(_document(provenance))))
    return (
        *_different_files(document.get("inputs", []), made["inputs"]),
        *(["les valeurs de droit"] if document.get("law") != made["law"] else []),
        *_different_names(document.get("parameters", {}), made["parameters"]),
    )


def _different_files(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    told, read = ({(item["role"], item["sha256"]): item["name"] for item in items} for items in (before, after))
    for key in sorted(told.keys() ^ read.keys()):
        yield f"le fichier « {(told | read)[key]} »"


def _different_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"le choix « {name} »"


def rests_on(result: Path, provenance: Provenance) -> bool:
    """Whether a result was made from this and by this version, as the provenance beside it says; no where none is."""
    try:
        document = json.loads(provenance_path(result).read_text(encoding="utf-8"))
        execution = document.pop("execution")
        made_by = execution["geoville"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(made_by == version("geoville") and document == json.loads(json.dumps(_harmless(_document(provenance)))))


def provenance_path(result: Path) -> Path:
    """Where the provenance of a result is."""
    return result.with_name(f"{result.name}.provenance.json")


def provenance_text(provenance: Provenance, output: str) -> str:
    """What `write_provenance` writes.

    Parameters
    ----------
    output : where the result is, as it may be shown: of a path of this machine, which would say whose it is and go with
        the file to others, only the name is kept.
    """
    output = PurePath(output).name if PurePath(output).is_absolute() else output
    document = _harmless(_document(provenance) | {"execution": _execution(output)})
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def name_decisions(beside: Path, decisions: InputFile, rows: int) -> None:
    """Say in the provenance beside a result which file of decisions of a person went into it, and into how many rows.

    Who decided what, and when, stays in that file.
    """
    path = provenance_path(beside)
    document = json.loads(path.read_text(encoding="utf-8"))
    named = {"role": decisions.role, "name": decisions.name, "sha256": decisions.sha256, "vintage": decisions.vintage}
    document["inputs"].append(_harmless(named))
    document["parameters"]["decisions"] = rows
    with replacing(path) as written:
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"
        written.write_text(text, encoding="utf-8", newline="\n")


def _harmless(value: Any) -> Any:
    """The same values, without the secrets of the addresses that their texts hold."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _harmless(one) for key, one in value.items()}
    return [_harmless(one) for one in value] if isinstance(value, list | tuple) else value


def _document(provenance: Provenance) -> dict[str, Any]:
    return {
        "command": provenance.command,
        "inputs": [
            {"role": item.role, "name": item.name, "sha256": item.sha256, "vintage": item.vintage}
            for item in provenance.inputs
        ],
        "law": [
            {
                "parameter": item.parameter,
                "value": item.value,
                "valid_from": item.valid_from.isoformat(),
                "reference": item.reference,
                "reading": item.reading.value,
                "verified": item.verified,
            }
            for item in provenance.law
        ],
        "parameters": dict(provenance.parameters),
        "sources": [
            {
                "title": item.title,
                "producer": item.producer,
                "vintage": item.vintage,
                "licence": item.licence,
                "sha256": item.sha256,
            }
            for item in provenance.sources
        ],
        "unverified": sorted({item.parameter for item in provenance.law if not item.verified}),
    }


def _execution(output: str) -> dict[str, Any]:
    return {
        "geoville": version("geoville"),
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "output": output,
    }


def _version(name: str) -> str | None:
    """Version of a library; None for one of an extra that is not installed, which computed nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
