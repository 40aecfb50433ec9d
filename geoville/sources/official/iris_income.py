"""Median declared income of the IRIS of the area (RFL, Filosofi DEC), as the `iris_income.parquet` of a pack."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.official import columns as known
from geoville.sources.official.area import Converted
from geoville.sources.official.faults import Faults
from geoville.sources.official.iris_contours import commune_of_iris
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.table_kinds import kind_of_table
from geoville.sources.official.tables import only_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.tables import Table

FILE, ROLE = "iris_income.parquet", "iris_income"
NOT_PUBLISHED = frozenset({"", "s", "ns", "nd", "so", "na", "nan"})
"""What INSEE writes where secrecy or quality forbids a figure, in lower case."""

_CODE_LENGTH = 9


def convert_iris_income(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the medians of the area; those of other years that the pack already has are kept.

    Raises
    ------
    InvalidInputError
        The table holds disposable incomes only, no IRIS of the area, or faults: codes that are not those of an IRIS,
        medians that are not numbers; all of them are looked at first.
    """
    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "iris_income")
    code_column = table.column(*known.INCOME_CODES)
    median_column, year = _median_column(table)
    name_column, year_column = table.named(*known.IRIS_NAMES), table.named("year")
    wanted = [code_column, median_column, name_column or code_column]
    codes, medians, names, *years = table.read([*wanted, *([year_column] if year is None and year_column else [])])
    every_year = [str(year)] * len(codes) if year is not None else years[0]
    faults = Faults(table.path.name)
    rows: list[tuple[str, str, int, float | None]] = []
    for row, (code, name, median, of_year) in enumerate(zip(codes, names, medians, every_year, strict=True)):
        if not code or (_is_iris(code) and not area.holds(commune_of_iris(code))):
            continue
        value = _value(table, faults, row, (code_column, code), (median_column, median))
        if value is not None:
            rows.append((code, name, int(of_year), None if math.isnan(value) else value))
    faults.refuse()
    if not rows:
        raise InvalidInputError(
            "Aucun IRIS du territoire n'a de revenu dans ce fichier",
            where=Location(table.path.name, column=code_column),
            advice="vérifier les codes des communes demandées : Insee ne publie que celles de 5 000 habitants et plus",
        )
    _write(rows, folder / FILE)
    secret = sum(median is None for *_, median in rows)
    notes = (f"IRIS dont le revenu médian n'est pas publié : {secret}.",) if secret else ()
    return Converted(folder / FILE, ROLE, len(rows), sum(map(bool, codes)) - len(rows), notes)


def _is_iris(code: str) -> bool:
    return len(code) == _CODE_LENGTH and code[2:].isdigit()


def _median_column(table: Table) -> tuple[str, int | None]:
    """Column of the declared medians, and their year where its name tells it."""
    dated = [
        (known.year_of(match[1]), name)
        for name in table.names
        if (match := known.DECLARED_MEDIAN.fullmatch(name.strip().lower()))
    ]
    if dated:
        year, name = max(dated)
        return name, year
    yearly = table.named(*known.YEARLY_MEDIANS)
    if yearly is None:
        raise InvalidInputError(
            "Ce fichier donne des revenus disponibles, et non les revenus déclarés dont parle le décret",
            where=Location(table.path.name),
            advice="donner celui des revenus déclarés (DEC_MED…, ou RFUCQ2… avant 2012)",
        )
    return yearly, None


def _value(table: Table, faults: Faults, row: int, code: tuple[str, str], median: tuple[str, str]) -> float | None:
    """Median of a row, NaN where it is not published; None, and a fault noted, where something is wrong."""
    if not _is_iris(code[1]):
        advice = "donner les neuf caractères du code de l'IRIS"
        faults.add("Code d'IRIS mal formé", advice, line=table.line_of(row), column=code[0], value=code[1])
        return None
    text = median[1].replace(",", ".")
    if text.lower() in NOT_PUBLISHED:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (math.isfinite(value) and value >= 0):
        message, advice = "Revenu médian qui n'est pas un nombre positif", "télécharger de nouveau le fichier"
        faults.add(message, advice, line=table.line_of(row), column=median[0], value=median[1])
        return None
    return value


def _write(rows: Sequence[tuple[str, str, int, float | None]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    years = {row[2] for row in rows}
    before = pq.read_table(path).to_pylist() if path.is_file() else []
    kept = [tuple(row.values()) for row in before if row["year"] not in years]
    code, name, year, median = zip(*sorted([*kept, *rows], key=lambda row: (row[0], row[2])), strict=True)
    columns = {
        "code": pa.array(code, pa.string()),
        "name": pa.array(name, pa.string()),
        "year": pa.array(year, pa.int64()),
        "median_declared_eur": pa.array(median, pa.float64()),
    }
    write_table(pa.table(columns), path)
