"""The map of a table of actions, as one page that opens with no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.actions.ground import GROUND_NAMES
from geoville.model import Basis, Position
from geoville.rendering import render_page
from geoville.rendering.action_map import ActionMark, action_map
from geoville.rendering.map_spec import Popup
from geoville.sources.files import replacing
from geoville.sources.territory import open_territory
from geoville.workflows.maps import map_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.workflows.actions import ActionDesk

_BASES = {
    Basis.OFFICIAL: "contour officiel",
    Basis.ESTIMATED: "périmètre estimé, sans valeur réglementaire",
    None: "aucun périmètre : ce qui est déclaré, ou rien de sûr",
}


def draw_actions(desk: ActionDesk, findings: Sequence[ActionFinding], title: str, out: Path, on: date) -> None:
    """Draw actions among the perimeters that answered about them.

    Parameters
    ----------
    on : date of the map: perimeters that are not in force that day are drawn apart.
    """
    data = map_data(open_territory(desk.territory), on)
    perimeters = desk.desk.index.perimeters
    grid_sources = (data.grid_source,) if data.grid_source else ()
    sources = (*grid_sources, *(item.source for item in perimeters if item.source))
    spec = action_map(
        title,
        [_mark(finding) for finding in findings],
        grid=data.grid,
        perimeters=perimeters,
        sources=sources,
        on=on,
    )
    with replacing(out) as beside:
        beside.write_text(render_page(spec), encoding="utf-8", newline="\n")


def _mark(finding: ActionFinding) -> ActionMark:
    action, first = finding.action, finding.stages[0]
    rows = (
        ("Porteur", action.bearer),
        ("Période", french.period(action.start, action.end)),
        ("Fondement", GROUND_NAMES[first.ground]),
        ("Repose sur", _BASES[first.basis]),
        ("Lieux", " ; ".join(spot.label for spot in first.spots)),
    )
    return ActionMark(
        title=action.title,
        ground=first.ground,
        popup=Popup(action.title, tuple(row for row in rows if row[1]), " ".join((first.reason, *finding.notes))),
        points=tuple((place.lon, place.lat) for place in action.places if isinstance(place, Position)),
        zone=action.zone,
    )
