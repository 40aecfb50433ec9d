"""Questions about addresses, places, footprints and actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.territory.opened import Opened

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.model import Answer, FootprintAnswer, Rule
    from geoville.territory.files import FilePath
    from geoville.workflows.action_table import CheckedTable
    from geoville.workflows.actions import ActionDesk

    Place = str | tuple[float, float]


class Asking(Opened):
    """What can be asked about a place. The law depends on the day: `on` is always to be said."""

    def decide(
        self, place: Place, *, on: date, accuracy_m: float = 0.0, postcode: str = "", citycode: str = ""
    ) -> Answer:
        """Say whether a place is in a perimeter, how far from its limit, and why.

        Parameters
        ----------
        place : an address, the name of a place, or (longitude, latitude) in degrees, WGS84.
        on : day asked about.
        accuracy_m : of the coordinates, metres; they are exact at 0.
        postcode, citycode : of the town where the address is, where the question does not say it.

        Returns
        -------
        Verdict, basis (official or estimated), signed distance in metres (negative inside), reasons in French, rules.

        Raises
        ------
        InvalidInputError
            The question is empty or too long, or its coordinates are out of range.

        Examples
        --------
        >>> from datetime import date
        >>> from geoville import Territory
        >>> answer = Territory.open("calais").decide((1.8867, 50.956), on=date(2026, 1, 15))
        >>> str(answer.verdict), round(answer.distance_m)
        ('outside', 129)
        """
        if isinstance(place, str):
            if accuracy_m:
                raise InvalidInputError("La précision est celle de coordonnées", advice="retirer accuracy_m")
            return self.desk.answer(place, on, postcode=postcode, citycode=citycode)
        if postcode or citycode:
            raise InvalidInputError("Une commune limite la recherche d'une adresse", advice="la retirer")
        return self.desk.answer_at(*place, on, accuracy_m)

    def decide_footprint(self, geometry: FilePath, *, on: date) -> FootprintAnswer:
        """Say whether a plot, a building, a street or a whole catchment lies in a perimeter.

        Parameters
        ----------
        geometry : GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.
        """
        from geoville.workflows.footprints import answer_about_file

        return answer_about_file(Path(geometry), self.desk.index, on, territory=self.choice.territory)

    def attest(self, place: Place, out: FilePath, *, on: date, issued: date, accuracy_m: float = 0.0) -> Path:
        """Write the answer about a place on one sheet, to keep with a file.

        Parameters
        ----------
        place, on, accuracy_m : as in `decide`.
        out : .html or .pdf.
        issued : day printed as that of the statement.
        """
        from geoville.workflows.attest import state, write_statement

        asked = place if isinstance(place, str) else f"{place[0]}, {place[1]}"
        answer = self.decide(place, on=on, accuracy_m=accuracy_m)
        path = Path(out)
        write_statement(state(self.desk, answer, asked, issued=issued, landmarks=self.pack.places()), path)
        return path

    def check_action(self, source: FilePath, *, today: date, on: date | None = None) -> ActionFinding:
        """Say what an action may rest on, and which evidence is missing.

        Parameters
        ----------
        source : description of the action, TOML or JSON.
        today : day judged where the action gives no period.
        on : day judged instead of the action's period.
        """
        from geoville.sources.actions.files import read_action

        return self._actions.check(read_action(Path(source)), on=on, today=today)

    def check_actions(
        self, source: FilePath, out: FilePath, *, today: date, on: date | None = None, map_file: FilePath | None = None
    ) -> CheckedTable:
        """Copy a table of actions (CSV or XLSX) with an answer in each row.

        Parameters
        ----------
        today, on : as in `check_action`.
        map_file : page that shows the actions, to be written too.
        """
        from geoville.workflows.action_map import draw_actions
        from geoville.workflows.action_table import check_table

        table = check_table(self._actions, Path(source), Path(out), on=on, today=today)
        if map_file is not None:
            title = f"Actions du tableau « {Path(source).name} »"
            draw_actions(self._actions, table.findings, title, Path(map_file), on or today)
        table.write(Path(out))
        return table

    def rules(self, on: date) -> tuple[Rule, ...]:
        """Rules that a place in a perimeter opens, those in force on a day, with their references.

        >>> from datetime import date
        >>> from geoville import Territory
        >>> [rule.id for rule in Territory.open("calais").rules(date(2026, 1, 15))][:2]
        ['tva-accession', 'tfpb-logement-social']
        """
        from geoville.eligibility.rules import rules_at

        return rules_at(on)

    @property
    def _actions(self) -> ActionDesk:
        from geoville.workflows.actions import ActionDesk

        return ActionDesk(self.desk, self.choice.territory)
