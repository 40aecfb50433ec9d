"""Tables of many urban units: which unit each commune is in, and the reference incomes of each unit."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.errors import InvalidInputError, Location
from geoville.law import IncomeReference
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from pathlib import Path

_COMMUNE_COLUMNS = ("codeinsee", "codgeo", "insee_com", "code_insee", "commune", "code")
_UNIT_COLUMNS = ("codeuu07", "uu2010", "uu2020", "codeuu", "unite_urbaine", "uu")
_INCOME_COLUMNS = ("uu", "rmuc_eur", "population")
_SMALL_SINCE = "small_since"


@dataclass(frozen=True, slots=True)
class UnitTables:
    """Files that say which urban unit a cell belongs to, and the figures of each unit.

    Parameters
    ----------
    communes : polygons with the INSEE code.
    urban_units : CSV, commune and urban unit.
    rmuc : CSV with columns uu, rmuc_eur, population and, where a unit is in the decree's delay, small_since: the day
        on which it fell under the minimum population (AAAA-MM-JJ), empty elsewhere.
    national_eur : national median declared income per UC of the same year.
    """

    communes: Path
    urban_units: Path
    rmuc: Path
    national_eur: float


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a CSV file, read once: it may be a pipe, which cannot be read again for its checksum."""

    rows: list[dict[str, str]]
    columns: list[str]
    file: InputFile

    def column(self, *known: str) -> str:
        """First column that has a known name, as it is written."""
        found = self.column_if_any(*known)
        if found is None:
            raise InvalidInputError(
                "Colonne absente", where=Location(self.file.name), advice=f"attendu : {', '.join(known)}"
            )
        return found

    def column_if_any(self, *known: str) -> str | None:
        """First column that has a known name, None where there is none."""
        return next((column for column in self.columns if column.strip().lower() in known), None)


def read_unit_tables(
    tables: UnitTables,
) -> tuple[dict[str, str], dict[str, IncomeReference], tuple[InputFile, InputFile]]:
    """Urban unit of each commune, figures of each unit, and the two files that say so.

    Raises
    ------
    InvalidInputError
        A table is no CSV, lacks a column, or holds a figure that is not a number or a day that is not one.
    """
    units, incomes = _read(tables.urban_units, "urban_units"), _read(tables.rmuc, "rmuc")
    return _units_by_commune(units), _references(incomes, tables.national_eur), (units.file, incomes.file)


def _units_by_commune(table: _Table) -> dict[str, str]:
    commune, unit = table.column(*_COMMUNE_COLUMNS), table.column(*_UNIT_COLUMNS)
    return {commune_of(row[commune].strip()): row[unit].strip() for row in table.rows}


def _references(table: _Table, national_eur: float) -> dict[str, IncomeReference]:
    unit, income, population = (table.column(name) for name in _INCOME_COLUMNS)
    small_since = table.column_if_any(_SMALL_SINCE)
    found = {}
    for line, row in enumerate(table.rows, start=2):
        try:
            figures = float(row[income].replace(",", ".")), round(float(row[population]))
        except (ValueError, OverflowError):
            raise InvalidInputError(
                "Revenu ou population qui n'est pas un nombre",
                where=Location(table.file.name, line, f"{income} ou {population}"),
            ) from None
        found[row[unit].strip()] = IncomeReference(
            national_eur,
            *figures,
            verified=False,
            source=table.file.name,
            too_small_since=_day(row, small_since, Location(table.file.name, line, small_since)),
        )
    return found


def _day(row: dict[str, str], column: str | None, where: Location) -> date | None:
    text = row[column].strip() if column else ""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(f"« {text} » n'est pas une date", where=where, advice="l'écrire AAAA-MM-JJ") from None


def _read(path: Path, role: str) -> _Table:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "Table illisible", where=Location(path.name), advice="donner un CSV en UTF-8"
        ) from error
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, restval="")
    columns = list(reader.fieldnames or ())
    return _Table(list(reader), columns, InputFile(role, path.name, hashlib.sha256(content).hexdigest()))
