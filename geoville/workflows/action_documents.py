"""A table of actions with its answers, as a JSON document: what it comes to, and each row in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.eligibility.actions.declared import Agreement
from geoville.eligibility.actions.summary import Reach, reach_of
from geoville.eligibility.documents import BasisText, DayText, GroundText, Said, to_the_millimetre
from geoville.model import Position
from geoville.sources.action_tables import RowKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.eligibility.actions.declared import DeclaredFinding
    from geoville.eligibility.actions.summary import Summary, Total, TotalChange
    from geoville.model import PerimeterHit
    from geoville.workflows.action_tables import CheckedRow, CheckedTable


class TotalDocument(TypedDict):
    """Des actions comptées ensemble."""

    key: Annotated[str, Said("Code ou nom qui les rassemble")]
    label: str
    actions: int
    euros: float
    without_amount: Annotated[int, Said("Combien n'ont pas de montant lisible")]


class SummaryDocument(TypedDict):
    """Ce à quoi un tableau d'actions revient."""

    whole: TotalDocument
    by_ground: list[TotalDocument]
    by_reach: Annotated[list[TotalDocument], Said("Ce qui va aux QPV, pour sûr ou peut-être")]
    by_quarter: Annotated[list[TotalDocument], Said("Une action dans deux quartiers compte dans chacun")]
    by_theme: list[TotalDocument]


class ChangeDocument(TypedDict):
    """Les mêmes actions dans le tableau d'avant et dans celui-ci."""

    group: str
    label: str
    before: TotalDocument | None
    after: TotalDocument | None


class QuarterDocument(TypedDict):
    """Un QPV."""

    code: str
    name: str
    distance_m: Annotated[float | None, Said("Mètres jusqu'à lui ; vide s'il contient un lieu de l'action")]


class DeclaredDocument(TypedDict):
    """Ce que valent les quartiers que le porteur déclare."""

    agreement: Annotated[str, Agreement]
    reasons: list[str]


class DecisionDocument(TypedDict):
    """Ce que quelqu'un a décidé d'une action."""

    text: str
    by: str
    on: Annotated[str, Said("Comme cela est écrit dans le tableau")]


class ActionPlaceDocument(TypedDict):
    """Un lieu trouvé."""

    label: str
    lon: float
    lat: float


class ActionRowDocument(TypedDict):
    """Une ligne d'un tableau d'actions."""

    line: Annotated[int, Said("Comme un tableur la numérote")]
    kind: Annotated[str, RowKind, Said("Seules les actions ont une réponse")]
    reason: Annotated[str, Said("La réponse en mots, ou pourquoi il n'y en a pas")]
    ground: Annotated[GroundText | None, Said("Vide : la ligne n'est pas une action, ou elle est en erreur")]
    ground_name: Annotated[str | None, Said("Le même, en français")]
    basis: BasisText | None
    reach: Annotated[str | None, Reach]
    title: str | None
    bearer: str | None
    start: DayText | None
    end: DayText | None
    amount: Annotated[float | None, Said("Euros")]
    theme: str | None
    quarters: Annotated[list[QuarterDocument], Said("Les QPV où l'action a lieu pour sûr")]
    nearest: Annotated[QuarterDocument | None, Said("Le QPV le plus proche, d'une action qui n'est dans aucun")]
    share_least: Annotated[float | None, Said("Part des bénéficiaires en QPV, au moins", 0, 1)]
    share_most: Annotated[float | None, Said("Au plus", 0, 1)]
    missing: Annotated[list[str], Said("Ce qu'il reste à donner")]
    to_check: list[str]
    declared: DeclaredDocument | None
    seat: Annotated[str | None, Said("Ce que l'on sait du siège du porteur, qui n'est pas le lieu de l'action")]
    catchment_share: Annotated[float | None, Said("Part des habitants alentour qui vivent en QPV", 0, 1)]
    remarks: list[str]
    places: list[ActionPlaceDocument]
    decision: DecisionDocument | None


class ReadColumnDocument(TypedDict):
    """Une colonne lue."""

    says: Annotated[str, Said("Ce qu'elle dit : titre, porteur, lieu…")]
    column: str


class ActionTableDocument(TypedDict):
    """Ce à quoi un tableau d'actions revient, et chaque ligne."""

    layout: Annotated[str, Said("Ce qui est reconnu du fichier")]
    columns: list[ReadColumnDocument]
    summary: SummaryDocument
    changes: Annotated[list[ChangeDocument], Said("Ce qui change depuis le tableau d'avant ; vide sans lui")]
    faults: Annotated[int, Said("Actions sans réponse")]
    skipped: Annotated[int, Said("Lignes vides, en-têtes répétés, totaux")]
    seats: Annotated[str | None, Said("Combien de sièges de porteurs sont trouvés, et comment ; vide sans leur liste")]
    sources: list[str]
    rows: list[ActionRowDocument]


def table_document(
    table: CheckedTable, changes: Sequence[TotalChange] = (), *, with_rows: bool = True
) -> ActionTableDocument:
    """A table as a document.

    Parameters
    ----------
    changes : from the table of the year before.
    with_rows : whether the rows are there; else their list is empty, for who was told them one by one.
    """
    return {
        "layout": table.rows.description,
        "columns": [{"says": key.value, "column": name} for key, name in table.columns.items()],
        "summary": summary_document(table.summary()),
        "changes": [_change(change) for change in changes],
        "faults": len(table.faults),
        "skipped": len(table.skipped),
        "seats": table.seats_in_words or None,
        "sources": list(table.citations),
        "rows": [row_document(row) for row in table.checked] if with_rows else [],
    }


def summary_document(summary: Summary) -> SummaryDocument:
    """Totals as a document."""
    return {
        "whole": _total(summary.whole),
        "by_ground": _totals(summary.by_ground),
        "by_reach": _totals(summary.by_reach),
        "by_quarter": _totals(summary.by_quarter),
        "by_theme": _totals(summary.by_theme),
    }


def _totals(totals: Iterable[Total]) -> list[TotalDocument]:
    return [_total(total) for total in totals]


def _total(total: Total) -> TotalDocument:
    return {
        "key": total.key,
        "label": total.label,
        "actions": total.actions,
        "euros": round(total.euros, 2),
        "without_amount": total.without_amount,
    }


def _change(change: TotalChange) -> ChangeDocument:
    return {
        "group": change.group,
        "label": change.label,
        "before": _total(change.before) if change.before else None,
        "after": _total(change.after) if change.after else None,
    }


def row_document(row: CheckedRow) -> ActionRowDocument:
    """A row in short: the whole answer about one action is that of `action_document`."""
    finding, nearest = row.finding, row.nearest
    first = finding.stages[0] if finding else None
    return {
        "line": row.line,
        "kind": row.kind.value,
        "reason": row.reason,
        "ground": first.ground.value if first else None,
        "ground_name": GROUND_NAMES[first.ground] if first else None,
        "basis": first.basis.value if first and first.basis else None,
        "reach": reach_of(first).value if first else None,
        **_described(finding),
        "amount": row.amount,
        "theme": row.theme or None,
        "quarters": [{"code": code, "name": name, "distance_m": None} for code, name in row.quarters],
        "nearest": _neighbour(nearest) if nearest else None,
        "declared": _declared(row.declared) if row.declared else None,
        "seat": row.seat.words if row.seat else None,
        "catchment_share": row.catchment_share,
        "remarks": list(row.remarks),
        "decision": {"text": row.decision.text, "by": row.decision.by, "on": row.decision.on} if row.decision else None,
    }


class _Described(TypedDict):
    """What a row says of its action, and what its answer lacks."""

    title: str | None
    bearer: str | None
    start: str | None
    end: str | None
    share_least: float | None
    share_most: float | None
    missing: list[str]
    to_check: list[str]
    places: list[ActionPlaceDocument]


def _described(finding: ActionFinding | None) -> _Described:
    action = finding.action if finding else None
    least, most = (finding.beneficiaries.share if finding and finding.beneficiaries else None) or (None, None)
    return {
        "title": action.title if action else None,
        "bearer": action.bearer or None if action else None,
        "start": action.start.isoformat() if action else None,
        "end": action.end.isoformat() if action else None,
        "share_least": least,
        "share_most": most,
        "missing": list(finding.evidence_missing) if finding else [],
        "to_check": list(finding.to_check) if finding else [],
        "places": [
            {"label": place.label, "lon": place.lon, "lat": place.lat}
            for place in (action.places if action else ())
            if isinstance(place, Position)
        ],
    }


def _neighbour(hit: PerimeterHit) -> QuarterDocument:
    return {"code": hit.perimeter.code, "name": hit.perimeter.name, "distance_m": to_the_millimetre(hit.distance_m)}


def _declared(found: DeclaredFinding) -> DeclaredDocument:
    return {"agreement": found.agreement.value, "reasons": list(found.reasons)}
