"""What a table of actions comes to, on one page of PDF: figures, bars, quarters, themes, sources."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from html import escape
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.actions.summary import REACH_NAMES, Reach
from geoville.rendering.statement.map import StatementDrawing
from geoville.rendering.statement.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.eligibility.actions.summary import Summary, Total


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
        sheet.text(f"{french.number(whole.actions)} actions, {french.euros(whole.euros)}{_unpriced(whole)}", 11)
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
        sheet.text(f"et {len(rest)} autres, {euros} en tout.", 9, soft=True)


def _figures(total: Total, whole: Total) -> str:
    share = f" ({french.percent(total.euros / whole.euros)})" if whole.euros else ""
    return (
        f"{french.number(total.actions)} action{'s' if total.actions > 1 else ''}, {french.euros(total.euros)}{share}"
    )


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
