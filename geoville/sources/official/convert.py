"""From a recognised publication to files of a pack: which converter reads which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.official.area import Area, Converted, Recognised
    from geoville.sources.official.layers import CommuneOutlines
    from geoville.sources.official.tables import IndexAddresses
    from geoville.sources.registry import DataSet


def convert(
    found: Recognised,
    data_set: DataSet,
    area: Area,
    folder: Path,
    outlines: CommuneOutlines | None,
    *,
    index_addresses: IndexAddresses,
) -> tuple[Converted, ...]:
    """Read a publication, check it, cut it to an area and write it in the layout of a pack.

    Parameters
    ----------
    data_set : what to cite; it also says the vintage of a grid.
    folder : where the files go. `commune_contours` come before `communes`, which adds names to them.
    outlines : commune polygons of the area; None until `commune_contours` are converted.
    index_addresses : builder of the index of addresses.

    Returns
    -------
    One for each file; none where the area has nothing of that kind (no QPV).

    Raises
    ------
    InvalidInputError
        The publication is not that of the data set, is at fault (all faults at once), or has nothing of the area.
    """
    if found.kind != data_set.kind:
        raise InvalidInputError(
            f"Le fichier n'est pas celui qui est attendu ({data_set.title})",
            where=Location(found.files[0].name),
            advice="le télécharger de nouveau, ou donner l'autre fichier",
        )
    if found.kind in {"qpv", "zfu", "zus"}:
        from geoville.sources.official.layers import convert_perimeters

        return convert_perimeters(found, data_set, area, folder, outlines)
    made = _converted(found, data_set, area, folder, outlines, index_addresses)
    if found.kind == "iris_contours":
        from geoville.sources.official.tables import convert_incomes_of_contours

        return (made, *convert_incomes_of_contours(found, area, folder))
    return (made,)


def _converted(
    found: Recognised,
    data_set: DataSet,
    area: Area,
    folder: Path,
    outlines: CommuneOutlines | None,
    index_addresses: IndexAddresses,
) -> Converted:
    from geoville.sources.official.layers import (
        convert_contours,
        convert_iris_contours,
        convert_names,
        convert_parcels,
        convert_streets,
    )
    from geoville.sources.official.tables import (
        convert_addresses,
        convert_buildings,
        convert_equipment,
        convert_grid,
        convert_iris_income,
        convert_quarter_population,
        convert_schools,
        convert_unit_incomes,
        convert_urban_units,
        read_published_grid,
    )

    converters = {
        "grid": lambda: convert_grid(
            read_published_grid(found, area.epsg, data_set.grid_vintage), area, folder, outlines
        ),
        "commune_contours": lambda: convert_contours(found, data_set, area, folder),
        "communes": lambda: convert_names(found, data_set, area, folder),
        "iris_contours": lambda: convert_iris_contours(found, area, folder),
        "iris_income": lambda: convert_iris_income(found, area, folder),
        "urban_units": lambda: convert_urban_units(found, area, folder),
        "unit_income": lambda: convert_unit_incomes(found, data_set, folder),
        "equipment": lambda: convert_equipment(found, data_set, area, folder),
        "addresses": lambda: convert_addresses(found, area, folder, index_addresses),
        "streets": lambda: convert_streets(found, area, folder, outlines),
        "quarter_population": lambda: convert_quarter_population(found, data_set, area, folder),
        "schools": lambda: convert_schools(found, data_set, area, folder),
        "buildings": lambda: convert_buildings(found, area, folder, outlines),
        "parcels": lambda: convert_parcels(found, area, folder),
    }
    return converters[found.kind]()
