"""Writing the manifest of a territory pack: the text that `read_manifest` reads back as the same values."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geoville.law import IncomeReference
    from geoville.sources.territory.manifest import Manifest
    from geoville.sources.territory.pack_file import PackFile

_NOT_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of control characters, lone surrogates and ends of lines."""


def manifest_text(manifest: Manifest) -> str:
    """The manifest of a pack as TOML.

    Raises
    ------
    InvalidInputError
        A text holds an end of line or another control character, or a file lies outside the folder of the others.
    """
    unit, incomes, extent = manifest.urban_unit, manifest.income_reference, manifest.extent
    head = {
        "name": manifest.name,
        "title": manifest.title,
        "epsg": manifest.epsg,
        "default_vintage": manifest.default_vintage,
        "computed_on": manifest.computed_on,
        "scope": manifest.scope,
        "communes": manifest.communes,
    }
    tables = [
        *([_table("[extent]", dict(zip(("west", "south", "east", "north"), extent, strict=True)))] if extent else []),
        *([_table("[urban_unit]", _fields(unit))] if unit else []),
        *([_table("[income_reference]", _incomes(incomes))] if incomes else []),
        *(_table("[[neighbourhoods]]", item) for item in _neighbourhoods(manifest.neighbourhoods)),
        *(_table("[[qpv]]", _fields(item)) for item in manifest.quarters),
        *(_table("[[populations]]", _fields(item)) for item in manifest.populations),
        *(_table("[[former]]", _fields(item)) for item in manifest.former),
        *(_table("[[files]]", _file(item)) for item in manifest.files),
    ]
    return "\n".join([_lines(head), *tables])


def _fields(item: Any) -> dict[str, Any]:
    """Values of a flat dataclass by name."""
    return {name: getattr(item, name) for name in item.__slots__}


def _incomes(reference: IncomeReference) -> dict[str, Any]:
    fields = _fields(reference)
    return fields | {"population": fields.pop("urban_unit_population")}


def _neighbourhoods(names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys(names.values()):
        yield {"name": name, "iris": tuple(iris for iris, used in names.items() if used == name)}


def _file(file: PackFile) -> dict[str, Any]:
    source = file.source
    return {
        "path": file.path.name,
        "role": file.role,
        "grid_vintage": file.grid_vintage,
        "complete": file.complete or None,
        "title": source.title,
        "producer": source.producer,
        "vintage": source.vintage,
        "licence": source.licence,
        "sha256": source.sha256,
        "size_bytes": file.size_bytes,
    }


def _table(header: str, values: Mapping[str, Any]) -> str:
    return f"{header}\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    """One line for each value that is known."""
    return "".join(f"{key} = {_written(value, key)}\n" for key, value in values.items() if value is not None)


def _written(value: Any, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, date):
        return value.isoformat()
    return _quoted(value, key) if isinstance(value, str) else _listed(value, key)


def _listed(values: Iterable[Any], key: str) -> str:
    return f"[{', '.join(_written(value, key) for value in values)}]"


def _quoted(text: str, key: str) -> str:
    """A text as a basic string of TOML, where only the quote and the backslash need a mark before them."""
    if any(unicodedata.category(character) in _NOT_TEXT for character in text):
        raise InvalidInputError(
            "Retour à la ligne ou caractère de contrôle dans la description d'un territoire",
            where=Location(column=key),
            advice="écrire ce texte sur une seule ligne",
        )
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
