"""Urban units of INSEE, from the table that says in which one each commune is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.errors import InvalidInputError, Location
from geoville.sources.official import columns as known
from geoville.sources.official.area import Converted
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.table_kinds import kind_of_table, matching, zoning_of
from geoville.sources.official.tables import only_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.tables import Table

ROLE = "urban_units"
_NO_UNIT = "000"
"""End of the code that stands for the communes of a département that are in no unit ("01000")."""


@dataclass(frozen=True, slots=True)
class OfficialUrbanUnit:
    """An urban unit.

    Parameters
    ----------
    zoning : year of the zoning (2010, 2020).
    communes : INSEE codes of all its communes, in or out of the area.
    """

    code: str
    name: str
    zoning: int
    communes: tuple[str, ...]


def urban_units_of(found: Recognised, area: Area) -> tuple[OfficialUrbanUnit, ...]:
    """Urban units that have a commune in the area, that with the most communes in it first.

    Raises
    ------
    InvalidInputError
        The table cannot be read or lacks a column.
    """
    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "urban_units")
    unit_column = matching(table.known, known.UNIT_CODE)
    zoning = zoning_of(unit_column or "")
    units: dict[str, OfficialUrbanUnit] = {}
    for commune, code, name in _memberships(table, unit_column or ""):
        before = units.get(code)
        communes = (*before.communes, commune) if before else (commune,)
        units[code] = OfficialUrbanUnit(code, before.name if before else name, zoning, tuple(dict.fromkeys(communes)))
    inside = [unit for unit in units.values() if any(area.holds(commune) for commune in unit.communes)]
    return tuple(sorted(inside, key=lambda unit: (-sum(map(area.holds, unit.communes)), unit.code)))


def convert_urban_units(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the communes of the urban units that have one in the area: commune, urban unit, its name, zoning."""
    import pyarrow as pa

    units = urban_units_of(found, area)
    if not units:
        raise InvalidInputError(
            "Aucune commune du territoire n'est dans une unité urbaine",
            where=Location(found.files[0].name),
            advice="vérifier les codes des communes : un QPV est dans une unité urbaine",
        )
    rows = [(commune, unit.code, unit.name, unit.zoning) for unit in units for commune in unit.communes]
    commune, code, name, zoning = zip(*sorted(rows), strict=True)
    path = folder / f"urban_units_{units[0].zoning}.parquet"
    write_table(pa.table({"commune": commune, "uu": code, "name": name, "zoning": zoning}), path)
    return Converted(path, ROLE, len(rows), 0)


def _memberships(table: Table, unit_column: str) -> Iterable[tuple[str, str, str]]:
    """Commune, code and name of the urban unit of each commune that is in one."""
    name = matching(table.known, known.UNIT_NAME) or unit_column
    status = matching(table.known, known.UNIT_STATUS) or unit_column
    columns = [table.column(*known.UNIT_COMMUNES), *(table.column(column) for column in (unit_column, name, status))]
    for commune, code, label, standing in zip(*table.read(columns), strict=True):
        if commune and code and standing != known.OUTSIDE_UNITS and not code.endswith(_NO_UNIT):
            yield commune_of(commune), code, label
