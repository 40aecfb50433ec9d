"""The actions of a call for projects on a map, and what a table of them comes to on one page of PDF."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from html import escape
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.eligibility.actions.summary import REACH_NAMES, Reach
from geoville.french import UNIT_SPACE
from geoville.rendering.cells import Popup, cell_layer, geojson, inhabited_area
from geoville.rendering.layers import ground_in, perimeter_layers
from geoville.rendering.look import MapStyle, PlaceStyle, tile_source
from geoville.rendering.map_spec import MapSpec, PanelSection, PerimeterLayer, PlaceLayer, PlacePoint, Shape
from geoville.rendering.maps import ESTIMATE_WARNING, date_line, view_around
from geoville.rendering.statement.map import StatementDrawing
from geoville.rendering.statement.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.eligibility.actions.summary import Summary, Total
    from geoville.model import Perimeter, Source
    from geoville.rendering.cells import CellFigures
    from geoville.rendering.map_spec import GroundLayer


GROUND_COLOURS = {
    ActionGround.IN_QPV: "#12355b",
    ActionGround.IN_VECU: "#5b3f8c",
    ActionGround.IN_VEILLE: "#00695c",
    ActionGround.ELSEWHERE_WITH_EVIDENCE: "#a63603",
    ActionGround.OUTSIDE_QPV: "#6d4c1f",
    ActionGround.NONE: "#5b6673",
    ActionGround.UNKNOWN: "#c2185b",
}
"""Borders of the marks: those of the perimeters where an action stands in one."""

FILTERS = ("Thème", "Porteur")
"""Rows of the popups by which the reader may choose which actions are shown."""

_LABEL_LENGTH = 32
_MOST_LABELS = 15
"""Beyond so many actions their names are written only where one is aimed at: they would cover each other."""

_LEAST_VIEW_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class ActionMark:
    """An action as drawn.

    Parameters
    ----------
    points : lon and lat of its places that are known, degrees (WGS84).
    zone : area where it takes place, WGS84; None where there is none.
    """

    title: str
    ground: ActionGround
    popup: Popup
    points: tuple[tuple[float, float], ...]
    zone: BaseGeometry | None = None

    @property
    def is_placed(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.points) or self.zone is not None


def action_map(
    title: str,
    marks: Sequence[ActionMark],
    *,
    grid: Grid | None,
    perimeters: Sequence[Perimeter],
    sources: Iterable[Source],
    on: date,
    figures: CellFigures | None = None,
    ground: Sequence[GroundLayer] = (),
    ground_credits: Sequence[str] = (),
) -> MapSpec:
    """Map of actions among the perimeters of a territory.

    Parameters
    ----------
    title : of the map.
    marks : the actions; those without a known place are listed in the panel.
    grid : all cells of the territory; None where none is known.
    sources : of everything drawn.
    on : date of the map.
    figures : estimates of the cells, coloured around the threshold; None leaves what INSEE publishes.
    ground, ground_credits : streets, railways and water, and what their licences ask to be written.
    """
    bounds = _bounds(marks, perimeters)
    cited = (*(source.citation for source in sources), *(f"Fond : {credit}" for credit in ground_credits))
    grounds = [ground for ground in ActionGround if any(mark.ground is ground for mark in marks)]
    zones = tuple(Shape(geojson(mark.zone), mark.popup) for mark in marks if mark.zone is not None)
    return MapSpec(
        title=title,
        subtitle="Actions, et ce sur quoi chacune peut se fonder",
        bounds=bounds,
        ground=ground_in(ground, bounds),
        backdrop=inhabited_area(grid) if grid is not None else None,
        cells=cell_layer(grid, figures) if grid is not None else None,
        perimeters=(
            *perimeter_layers(perimeters, on),
            *([PerimeterLayer("Zones d'action", "action", zones)] if zones else []),
        ),
        outline=None,
        places=tuple(_layer(ground, marks) for ground in grounds),
        panel=_panel(grounds, marks),
        sources=tuple(dict.fromkeys(cited)),
        date_line=date_line(on),
        filters=tuple(label for label in FILTERS if len(_said(label, marks)) > 1),
        tiles=tile_source(""),
        style=MapStyle(places={ground: PlaceStyle(GROUND_NAMES[ground], GROUND_COLOURS[ground]) for ground in grounds}),
    )


def _said(label: str, marks: Sequence[ActionMark]) -> set[str]:
    return {value for mark in marks for name, value in mark.popup.rows if name == label}


def _layer(ground: ActionGround, marks: Sequence[ActionMark]) -> PlaceLayer:
    points = tuple(
        PlacePoint(lon, lat, _short(mark.title), mark.popup)
        for mark in marks
        if mark.ground is ground
        for lon, lat in mark.points
    )
    labelled = len(marks) <= _MOST_LABELS
    return PlaceLayer(f"Actions : {GROUND_NAMES[ground]}", labelled, shown=True, places=points, category=ground)


def _panel(grounds: Sequence[ActionGround], marks: Sequence[ActionMark]) -> tuple[PanelSection, ...]:
    counts = tuple((str(sum(mark.ground is ground for mark in marks)), GROUND_NAMES[ground]) for ground in grounds)
    unplaced = tuple(mark.title for mark in marks if not mark.is_placed)
    missing = PanelSection(
        "Non situées",
        text=f"Aucun lieu de ces actions n'a été trouvé{UNIT_SPACE}: elles sont citées, pas dessinées.",
        items=unplaced,
    )
    return (
        PanelSection("Les actions", figures=counts),
        *([missing] if unplaced else []),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    )


def _bounds(marks: Sequence[ActionMark], perimeters: Sequence[Perimeter]) -> tuple[float, float, float, float]:
    """View of the actions; of the perimeters where no action is placed."""
    import shapely

    drawn: list[BaseGeometry] = [shapely.MultiPoint(mark.points) for mark in marks if mark.points]
    drawn += [mark.zone for mark in marks if mark.zone is not None]
    if not drawn:
        drawn = [transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters]
    subject = shapely.box(*shapely.total_bounds(drawn))
    width, height = subject.bounds[2] - subject.bounds[0], subject.bounds[3] - subject.bounds[1]
    return view_around(subject if max(width, height) > _LEAST_VIEW_DEGREES else subject.buffer(_LEAST_VIEW_DEGREES))


def _short(title: str) -> str:
    return title if len(title) <= _LABEL_LENGTH else f"{title[: _LABEL_LENGTH - 1].rstrip()}…"


# --- What a table of actions comes to, on one page of PDF: figures, bars, quarters, themes, sources


@dataclass(frozen=True, slots=True)
class ActionReport:
    """A report as data.

    Parameters
    ----------
    remarks : French sentences about rows that were not counted.
    issued : day of issue, printed: the same report gives the same bytes.
    """

    title: str
    summary: Summary
    remarks: tuple[str, ...]
    sources: tuple[str, ...]
    issued: date


_COLOURS = {Reach.CERTAIN: "#12355b", Reach.POSSIBLE: "#6a8fb5", Reach.UNKNOWN: "#c9a227", Reach.NOT_SHOWN: "#b8bec6"}
_WIDTH_MM, _ROW_MM, _BAR_MM, _LABEL_MM = 180.0, 11.0, 4.2, 4.6
_MOST_ROWS = 12
_NO_NAME = "(nom inconnu)"


def report_pdf(report: ActionReport) -> bytes:
    """Write a report as one A4 page; the same report always gives the same bytes."""
    with closing(Sheet(1.0)) as sheet:
        whole = report.summary.whole
        sheet.text(report.title, 16, bold=True, accent=True)
        sheet.aside(f"Établi le {french.long_date(report.issued)}", 9)
        sheet.text(f"{french.counted(whole.actions, 'action')}, {french.euros(whole.euros)}{_unpriced(whole)}", 11)
        sheet.rule(0.6)
        sheet.text("Ce qui va aux quartiers prioritaires (QPV)", 12, bold=True, accent=True)
        sheet.gap(1)
        sheet.picture(_bars(report.summary.by_reach, whole), sheet.y_mm, alternative=_in_words(report.summary.by_reach))
        sheet.gap(2)
        _list(sheet, "Par quartier", report.summary.by_quarter, whole, "Aucune action n'a son lieu dans un QPV.")
        _list(sheet, "Par thème", report.summary.by_theme, whole, "Aucun thème n'est dit.")
        for remark in report.remarks:
            sheet.text(remark, 8.5, soft=True)
        sheet.foot(_SCOPE + " ".join(f"Source : {text}." for text in report.sources), 7)
        made = datetime.combine(report.issued, time(), tzinfo=UTC)
        return sheet.to_bytes(title=report.title, created=made)


_SCOPE = (
    "Un lieu hors des QPV n'est pas un refus : une action peut bénéficier à leurs habitants, ce qui reste à montrer. "
    "Une action dans deux quartiers compte dans chacun. "
)


def _list(sheet: Sheet, title: str, totals: Sequence[Total], whole: Total, none: str) -> None:
    sheet.gap(2)
    sheet.text(title, 11, bold=True, accent=True)
    if not any(total.actions for total in totals):
        sheet.text(none, 9)
        return
    for total in totals[:_MOST_ROWS]:
        name = " ".join(filter(None, (total.key if total.key != total.label else "", total.label or _NO_NAME)))
        sheet.item(f"{name} : {_figures(total, whole)}", 9)
    rest = totals[_MOST_ROWS:]
    if rest:
        euros = french.euros(sum(total.euros for total in rest))
        sheet.text(f"et {french.counted(len(rest), 'autre')}, {euros} en tout.", 9, soft=True)


def _figures(total: Total, whole: Total) -> str:
    share = f" ({french.percent(total.euros / whole.euros)})" if whole.euros else ""
    return f"{french.counted(total.actions, 'action')}, {french.euros(total.euros)}{share}"


def _unpriced(total: Total) -> str:
    return f" ; {french.number(total.without_amount)} sans montant lisible" if total.without_amount else ""


def _in_words(totals: Sequence[Total]) -> str:
    return " ; ".join(f"{total.label} : {french.euros(total.euros)}" for total in totals)


def _bars(totals: Sequence[Total], whole: Total) -> StatementDrawing:
    """One bar for each reach: as long as its part of the euros, or of the actions where there are no euros."""
    parts = []
    for rank, total in enumerate(totals):
        top = rank * _ROW_MM
        part = total.euros / whole.euros if whole.euros else total.actions / max(whole.actions, 1)
        label = escape(f"{REACH_NAMES[Reach(total.key)]} : {_figures(total, whole)}")
        colour = _COLOURS[Reach(total.key)]
        parts.append(
            f'<text x="0" y="{top + 3.4:.2f}" font-size="3.2" fill="#1d2733">{label}</text>'
            f'<rect x="0" y="{top + _LABEL_MM:.2f}" width="{_WIDTH_MM:.2f}" height="{_BAR_MM}" fill="#eef1f4"/>'
            f'<rect x="0" y="{top + _LABEL_MM:.2f}" width="{_WIDTH_MM * part:.2f}" height="{_BAR_MM}" fill="{colour}"/>'
        )
    return StatementDrawing("".join(parts), _WIDTH_MM, _ROW_MM * len(totals))
