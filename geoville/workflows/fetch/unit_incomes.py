"""Reference incomes of the urban units of a pack, estimated from declared incomes by IRIS: no open file gives them.

They stand in for the RMUC of the decree as an average of the medians of IRIS, in the country and in each urban unit:
never verified, and every result that rests on them says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.law import parameter
from geoville.sources.official.area import Area, Converted
from geoville.sources.official.iris_contours import commune_of_iris
from geoville.sources.official.iris_income import convert_iris_income
from geoville.sources.official.pack_files import write_table
from geoville.sources.territory import UNIT_INCOMES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geoville.sources.official.area import Recognised

FILE = "unit_incomes.parquet"
_A_COUNTRY = 10_000
"""IRIS in a table beyond which its average stands for the country: France has about 49 000, a région 5 000."""

_SOURCE = "Moyenne des médianes déclarées des IRIS ({year}), calculée par geoville"


@dataclass(frozen=True, eq=False, slots=True)
class NationalIncomes:
    """Declared medians of every IRIS of a publication, before it is cut to a territory.

    Parameters
    ----------
    medians : columns code, year, median_declared_eur.
    """

    medians: pd.DataFrame

    @property
    def latest_year(self) -> int:
        """Latest year of the incomes."""
        return int(self.medians["year"].max())

    def average(self, year: int) -> float | None:
        """National average, euros: of the IRIS where they are the country's, else the law's figure of that year."""
        of_year = self.medians[self.medians["year"] == year]
        if len(of_year) >= _A_COUNTRY:
            return float(of_year["median_declared_eur"].mean())
        known = (value for value in parameter("median_declared_income_eur").values if value.valid_from.year == year)
        return next((value.value for value in known), None)


def read_national_incomes(found: Recognised, epsg: int, scratch: Path) -> NationalIncomes:
    """Read the incomes of a publication uncut.

    Parameters
    ----------
    scratch : folder for what is written on the way.
    """
    import pandas as pd

    scratch.mkdir(exist_ok=True)
    whole = convert_iris_income(found, Area(epsg, None), scratch)
    frame = pd.read_parquet(whole.path).dropna(subset=["median_declared_eur"])
    return NationalIncomes(frame)


def write_unit_incomes(folder: Path, national: NationalIncomes) -> Converted | None:
    """Write the reference incomes of each urban unit whose population is known, for the latest year of incomes.

    Parameters
    ----------
    folder : of the pack, with its `urban_units_<year>.parquet`, `communes.parquet` and cells.

    Returns
    -------
    None where nothing can be estimated: no urban unit, or no national figure of that year.
    """
    import pandas as pd
    import pyarrow as pa

    tables = sorted(folder.glob("urban_units_*.parquet"))
    year = national.latest_year
    reference = national.average(year)
    if not tables or reference is None:
        return None
    units = pd.read_parquet(tables[-1])
    medians = national.medians[national.medians["year"] == year]
    unit_of = dict(zip(units["commune"], units["uu"], strict=True))
    communes = medians["code"].map(commune_of_iris).map(commune_of)
    averages = medians["median_declared_eur"].groupby(communes.map(unit_of)).mean()
    people = _populations(folder, units)
    rows = [
        (unit, reference, float(averages[unit]), people[unit], year, _SOURCE.format(year=year))
        for unit in sorted(set(averages.index) & set(people))
    ]
    if not rows:
        return None
    names = ("uu", "national_eur", "rmuc_eur", "population", "year", "source")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    write_table(pa.table(columns), folder / FILE)
    missing = len(set(units["uu"])) - len(rows)
    notes = (f"Unités urbaines sans revenu ou sans population connus : {missing}.",) if missing else ()
    return Converted(folder / FILE, UNIT_INCOMES, len(rows), missing, notes)


def _populations(folder: Path, units: pd.DataFrame) -> dict[str, int]:
    """Population of each urban unit all of whose communes are known; of the others nothing is said."""
    import pandas as pd

    path = folder / "communes.parquet"
    if not path.is_file():
        return {}
    communes = pd.read_parquet(path, columns=["code", "municipal_population", "total_population"])
    people = communes["total_population"].fillna(communes["municipal_population"])
    known = dict(zip(communes["code"], people, strict=True))
    of_commune = units["commune"].map(known)
    sums = of_commune.groupby(units["uu"]).agg(["sum", "size", "count"])
    whole = sums[sums["size"] == sums["count"]]
    return {str(unit): int(total) for unit, total in whole["sum"].items()}
