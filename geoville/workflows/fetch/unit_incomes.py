"""Reference incomes of the urban units of a pack, estimated from whole publications: no open file gives them.

An average of the medians of IRIS, in the country and in each urban unit, stands in for the RMUC of the decree, and the
people of the cells for the population of the unit: never verified, and every result that rests on them says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.errors import InvalidInputError, LawError
from geoville.law import parameter
from geoville.sources.official import Area, Converted
from geoville.sources.official.grid import people_by_commune
from geoville.sources.official.iris_contours import commune_of_iris
from geoville.sources.official.iris_income import convert_iris_income
from geoville.sources.official.pack_files import write_table
from geoville.sources.territory import UNIT_INCOMES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geoville.sources.official import Recognised

FILE = "unit_incomes.parquet"
_A_COUNTRY = 10_000
"""IRIS in a table beyond which its average stands for the country: France has about 49 000, a région 5 000."""

_SOURCE = "moyenne des médianes déclarées des IRIS en {year} et habitants des carreaux, calculés par geoville"


@dataclass(slots=True)
class WholePublications:
    """What publications say beyond the territory that they are cut to.

    Parameters
    ----------
    medians : of every IRIS: columns code, year, median_declared_eur; None until incomes have come.
    people : by commune, in the latest grid that says the communes of its cells; `vintage` is its year.
    """

    medians: pd.DataFrame | None = None
    people: dict[str, float] = field(default_factory=dict)
    vintage: int = 0

    def look_at_incomes(self, found: Recognised, epsg: int, scratch: Path) -> None:
        """Keep the medians of all IRIS, those of the latest year; `scratch` is a folder to write in on the way."""
        import pandas as pd

        scratch.mkdir(exist_ok=True)
        try:
            whole = convert_iris_income(found, Area(epsg, None), scratch)
        except InvalidInputError:  # a fault far from the territory is not a reason to refuse the file
            return
        frame = pd.read_parquet(whole.path).dropna(subset=["median_declared_eur"])
        self.medians = frame[frame["year"] == frame["year"].max()]

    def look_at_grid(self, found: Recognised, epsg: int, vintage: int) -> None:
        """Keep the people of all communes."""
        if vintage > self.vintage and (people := people_by_commune(found, epsg, vintage)):
            self.people, self.vintage = people, vintage

    def write_unit_incomes(self, folder: Path) -> Converted | None:
        """Write the reference incomes of each urban unit whose people and incomes are known.

        Parameters
        ----------
        folder : of the pack, with its `urban_units_<year>.parquet`.

        Returns
        -------
        None where nothing can be estimated.
        """
        import pandas as pd
        import pyarrow as pa

        tables = sorted(folder.glob("urban_units_*.parquet"))
        national = self._national_eur()
        if not tables or national is None or self.medians is None:
            return None
        units = pd.read_parquet(tables[-1])
        unit_of = dict(zip(units["commune"], units["uu"], strict=True))
        communes = self.medians["code"].map(commune_of_iris).map(commune_of)
        averages = self.medians["median_declared_eur"].groupby(communes.map(unit_of)).mean()
        people = units["commune"].map(self.people).groupby(units["uu"]).sum()
        known = [unit for unit in averages.index if people[unit] > 0]
        if not known:
            return None
        year = int(self.medians["year"].iloc[0])
        columns = {
            "uu": known,
            "national_eur": [national] * len(known),
            "rmuc_eur": [float(averages[unit]) for unit in known],
            "population": [round(people[unit]) for unit in known],
            "year": [year] * len(known),
            "source": [_SOURCE.format(year=year)] * len(known),
        }
        write_table(pa.table(columns), folder / FILE)
        missing = units["uu"].nunique() - len(known)
        notes = (f"Unités urbaines dont le revenu ou les habitants ne sont pas connus : {missing}.",) if missing else ()
        return Converted(folder / FILE, UNIT_INCOMES, len(known), missing, notes)

    def _national_eur(self) -> float | None:
        """National average: of the IRIS where they are the country's, else the law's figure of that very year."""
        if self.medians is None or self.medians.empty:
            return None
        if len(self.medians) >= _A_COUNTRY:
            return float(self.medians["median_declared_eur"].mean())
        try:
            return parameter("median_declared_income_eur").of_year(int(self.medians["year"].iloc[0])).value
        except LawError:
            return None
