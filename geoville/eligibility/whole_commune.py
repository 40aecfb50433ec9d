"""The answer where a law makes a whole commune count as a priority quarter: no contour is needed, nor any distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import projected_epsg
from geoville.eligibility.rules import RuleGround, Standing, rule_findings
from geoville.model import Answer, Basis, Kind, Perimeter, Quality, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Position, WholeCommune


NO_CONTOUR = "La commune entière tient lieu de contour : aucune distance à une limite n'est donnée."


def answer_by_law(position: Position, commune: WholeCommune, on: date) -> Answer:
    """Say that a position is inside, by the law that makes its commune count as a quarter.

    Returns
    -------
    An official answer without perimeters nor distance: the commune is named by `whole_commune`. Rules are read as for
    any quarter; what was not read of the law is among the reasons.
    """
    named = f"{commune.name} ({commune.code})"
    days = french.period(commune.valid_from, commune.valid_to)
    doubt = () if commune.verified else (f"À vérifier : {commune.reference}.",)
    return Answer(
        on=on,
        verdict=VerdictCode.INSIDE,
        basis=Basis.OFFICIAL,
        perimeters=(),
        distance_m=None,
        accuracy_m=position.accuracy_m,
        position=position,
        reasons=(f"Dedans : toute commune y compte comme QPV par la loi, {days} : {named}.", NO_CONTOUR, *doubt),
        references=(commune.reference,),
        sources=(),
        quality=Quality.SURE,
        rules=rule_findings(_ground(position, commune, on)),
        whole_commune=commune,
    )


def _ground(position: Position, commune: WholeCommune, on: date) -> RuleGround:
    """Ground for the rules: the position is in the commune, at an unknown distance from its limit."""
    import shapely

    quarter = Perimeter(
        code=commune.code,
        name=commune.name,
        kind=Kind.QPV,
        geometry=shapely.Polygon(),  # not known, and never shown
        epsg=projected_epsg(commune.code),
        estimated=False,
        valid_from=commune.valid_from,
        valid_to=commune.valid_to,
        reference=commune.reference,
        communes=(commune.code,),
    )
    standings = {Kind.QPV: Standing(quarter, VerdictCode.INSIDE, 0.0)}
    communes = frozenset({position.citycode or commune.code})
    return RuleGround(on, standings, estimated=False, communes=communes, accuracy_m=position.accuracy_m)
