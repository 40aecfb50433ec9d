"""What a person decides of the rows left to be checked: a page of them, and the decisions taken back into the file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from geoville.crs import WGS84, transform_point
from geoville.eligibility.street_region import street_region
from geoville.errors import InvalidInputError, Location
from geoville.model import VerdictCode
from geoville.rendering.review import ReviewMap, ReviewRow, render_review
from geoville.sources.files import replacing, sha256_of
from geoville.sources.provenance import InputFile, name_decisions
from geoville.sources.rows.row import AddedCells, AddedColumn, harmless
from geoville.sources.stores import LocalFile
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, columns_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Answer, Position
    from geoville.sources.pack import Pack
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.job import FileJob
    from geoville.workflows.lookup_file.questions import FileColumns

DECISION_COLUMNS = (
    AddedColumn("qpv_decision", str),
    AddedColumn("qpv_decision_par", str),
    AddedColumn("qpv_decision_le", str),
)
"""Added after the answers where decisions are given: the verdict itself is never written over."""

_FORMAT, _VERSION = "geoville-decisions", 1
_WORDS = {"inside": "dedans", "outside": "dehors"}
_KEY_DIGITS = 16
_AROUND_M = 200.0


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """What a person decided of a question.

    Parameters
    ----------
    decision : "inside" or "outside".
    by, at : who, and when (ISO 8601).
    """

    decision: str
    by: str
    at: str


def key_of(cells: tuple[str, ...], day: str) -> str:
    """Key of a question: no address can be read from it, and the same question has the same one in any file.

    Parameters
    ----------
    cells : of the columns that ask.
    day : asked about, ISO 8601.
    """
    asked = json.dumps([day, *(" ".join(cell.split()).casefold() for cell in cells)], ensure_ascii=False)
    return hashlib.sha256(asked.encode("utf-8")).hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What a person decides of the rows left to be checked: decisions to take back, and the page of the others.

    Parameters
    ----------
    page : file name of the page to be written; None for none.
    given : file of decisions; None for none.
    decisions : that it holds, by the key of their question.
    """

    page: str | None
    given: Path | None
    decisions: Mapping[str, ReviewDecision]

    @classmethod
    def checked(cls, job: FileJob, page: str | None, given: Path | None) -> Reviewing | None:
        """What is asked, once it is seen to be possible; None where nothing is.

        Raises
        ------
        InvalidInputError
            The page is no .html, the decisions cannot be taken back, or the output is not written from this machine.
        """
        if page is None and given is None:
            return None
        if page is not None and not page.lower().endswith((".html", ".htm")):
            raise InvalidInputError("Une page à relire s'écrit au format .html", advice="la nommer relire.html")
        if not isinstance(job.out, LocalFile):
            raise InvalidInputError(
                "La relecture se fait sur un fichier de cette machine", advice="écrire la sortie ici, ou ne rien relire"
            )
        return cls(page, given, read_decisions(given, job.desk.data_version) if given else {})

    def done(self, job: FileJob, columns: FileColumns, page: Path | None) -> tuple[int, int]:
        """Draw the page and take the decisions back: how many rows it asks, and how many rows are decided.

        Parameters
        ----------
        columns : what is said of the input.
        page : where to write the page; None for none.
        """
        assert isinstance(job.out, LocalFile)  # `checked` saw to it
        out = job.out.path
        asked = write_review(job, out, columns, page, self.decisions) if page else 0
        return asked, apply_decisions(job, out, columns, self.decisions, self.given) if self.given else 0


# --- Decisions that a page saved


def read_decisions(path: Path, data_version: str) -> dict[str, ReviewDecision]:
    """Decisions of a file that the page of a review saved, by the key of their question.

    Parameters
    ----------
    data_version : of the data that answer: a limit that has moved since is not what was looked at.

    Raises
    ------
    InvalidInputError
        The file is none, is damaged, decides one question in two ways, or was made on other data.
    """
    document = _document(path)
    if document.get("data_version") != data_version:
        raise InvalidInputError(
            "Ces décisions ont été prises sur d'autres données (contours ou territoire)",
            where=Location(path.name),
            advice="refaire la page avec --review, et décider de nouveau",
        )
    found: dict[str, ReviewDecision] = {}
    for rank, one in enumerate(document["decisions"], start=1):
        decision = _decision(one, path, rank)
        known = found.setdefault(one["key"], decision)
        if known.decision != decision.decision:
            raise InvalidInputError(
                "Une même question est décidée de deux façons",
                where=Location(path.name, rank),
                advice="garder la bonne des deux décisions dans le fichier",
            )
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            "Le fichier de décisions est illisible", where=Location(path.name), advice="reprendre celui de la page"
        ) from error
    is_one = isinstance(document, dict) and (document.get("format"), document.get("version")) == (_FORMAT, _VERSION)
    if not is_one or not isinstance(document.get("decisions"), list):
        raise InvalidInputError(
            "Ce n'est pas un fichier de décisions",
            where=Location(path.name),
            advice="donner celui que la page enregistre",
        )
    return dict(document)


def _decision(one: Any, path: Path, rank: int) -> ReviewDecision:
    """One of the decisions of a file."""
    fields = ("key", "decision", "by", "at")
    if not isinstance(one, dict) or not all(isinstance(one.get(name), str) and one[name].strip() for name in fields):
        fault = "Décision sans clé, sans auteur ou sans date"
    elif one["decision"] not in _WORDS:
        fault = "Décision qui n'est ni dedans ni dehors"
    elif not _is_moment(one["at"]):
        fault = "Date de décision illisible"
    else:
        return ReviewDecision(one["decision"], one["by"].strip(), one["at"])
    raise InvalidInputError(
        fault, where=Location(path.name, rank), advice="reprendre le fichier que la page enregistre"
    )


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that an answer left to be checked.

    Parameters
    ----------
    line : of the file.
    cells : of the columns that ask.
    day : asked about, ISO 8601.
    """

    line: int
    cells: tuple[str, ...]
    day: str

    @classmethod
    def of(cls, line: int, cells: Sequence[str], verdict: object, day: object) -> OpenRow | None:
        """A row as it was answered; None where it is settled, or was not answered."""
        return cls(line, tuple(cells), str(day)) if verdict == VerdictCode.UNCERTAIN else None

    @property
    def key(self) -> str:
        """Of its question."""
        return key_of(self.cells, self.day)


def decision_cells(
    row: OpenRow | None, decisions: Mapping[str, ReviewDecision]
) -> tuple[str | None, str | None, str | None]:
    """Cells of `DECISION_COLUMNS` of a row; blank where it is settled, or nobody decided it."""
    decision = decisions.get(row.key) if row else None
    return (_WORDS[decision.decision], harmless(decision.by), decision.at) if decision else (None, None, None)


def apply_decisions(
    job: FileJob, out: Path, columns: FileColumns, decisions: Mapping[str, ReviewDecision], given: Path
) -> int:
    """Add decisions to an answered file, on the rows left to be checked alone; how many rows have one.

    Parameters
    ----------
    out : the file that the job wrote; its provenance names the file of decisions.
    columns : what is said of the input.
    given : the file of decisions.
    """
    rows = columns.open(out)
    asked = [rows.columns.index(name) for name in job.asking.questions.columns]
    verdict = _place(job, rows.columns, "qpv_verdict")
    day = _place(job, rows.columns, "qpv_date")
    taken = 0

    def added() -> Iterator[AddedCells]:
        nonlocal taken
        for row in rows.rows([*asked, verdict, day]):
            *cells, said, on = row.cells
            told = decision_cells(OpenRow.of(row.line, cells, said, on), decisions)
            taken += told[0] is not None
            yield AddedCells(row.line, told)

    with replacing(out, personal=True) as beside:
        rows.write(beside, columns_beside(rows.columns, DECISION_COLUMNS), added())
    name_decisions(out, InputFile("decisions", given.name, sha256_of(given)), taken)
    return taken


def _place(job: FileJob, known: tuple[str, ...] | list[str], name: str) -> int:
    """Place, in an answered file, of a column that was added to it."""
    usual = [column.name for column in ADDED_COLUMNS]
    return known.index(columns_beside(job.rows.columns)[usual.index(name)].name)


# --- The page of what is left to be checked


def write_review(
    job: FileJob, out: Path, columns: FileColumns, page: Path, decisions: Mapping[str, ReviewDecision] | None = None
) -> int:
    """Draw the page of the rows of an answered file that are to be checked; how many they are.

    Parameters
    ----------
    out : the file that the job wrote.
    page : .html; it holds addresses, and is readable by whoever may read the output alone.
    decisions : taken before: what they decide is not asked again.
    """
    from geoville.sources.pack import open_pack

    desk = job.desk.open()
    streets = streets_around(open_pack(job.desk.territory), desk)
    opened = list(_open_rows(job, out, columns, desk, streets, decisions or {}))
    html = review_page(opened, desk, name=str(job.source).rpartition("/")[2], on=job.asking.on)
    with replacing(page, personal=True) as beside:
        beside.write_text(html, encoding="utf-8")
        beside.chmod(out.stat().st_mode)
    return len(opened)


def review_page(rows: Sequence[ReviewRow], desk: LookupDesk, *, name: str, on: date) -> str:
    """Text of the page of some rows that a desk answered.

    Parameters
    ----------
    name : of their file.
    """
    named = dict.fromkeys(item.source.citation for item in desk.index.perimeters if item.source)
    return render_review(rows, name=name, on=on.isoformat(), data_version=desk.index.version, sources=tuple(named))


def _open_rows(
    job: FileJob,
    out: Path,
    columns: FileColumns,
    desk: LookupDesk,
    streets: Mapping[int, list[BaseGeometry]],
    decisions: Mapping[str, ReviewDecision],
) -> Iterator[ReviewRow]:
    rows, questions = columns.open(out), job.asking.questions
    asked = [rows.columns.index(name) for name in questions.columns]
    verdict, day = _place(job, rows.columns, "qpv_verdict"), _place(job, rows.columns, "qpv_date")
    for row in rows.rows([*asked, verdict, day]):
        *cells, said, on = row.cells
        left = OpenRow.of(row.line, cells, said, on)
        if left is None or left.key in decisions:
            continue
        shown = review_row(left, questions.ask(left.cells, desk, job.asking.on).answer, streets)
        if shown is not None:
            yield shown


def review_row(row: OpenRow, answer: Answer | None, streets: Mapping[int, list[BaseGeometry]]) -> ReviewRow | None:
    """A row as the page shows it; None where its place was not found.

    Parameters
    ----------
    answer : to its question.
    """
    if answer is None or answer.position is None:
        return None
    text = ", ".join(" ".join(cell.split()) for cell in row.cells if cell.strip())
    shown = _map_of(answer, answer.position, streets)
    return ReviewRow(row.key, row.line, text, answer.position.label, answer.probability_inside, answer.reasons, shown)


def streets_around(pack: Pack, desk: LookupDesk) -> dict[int, list[BaseGeometry]]:
    """Streets of the territory, by the projected CRS of the perimeters; none where it has no such layer."""
    from geoville.sources.layers import read_streets

    if not pack.has("streets"):
        return {}
    epsgs = {item.epsg for item in desk.index.perimeters}
    return {epsg: list(read_streets(pack.file("streets").path, epsg).lines) for epsg in epsgs & {pack.epsg}}


def _map_of(answer: Answer, position: Position, streets: Mapping[int, list[BaseGeometry]]) -> ReviewMap | None:
    """What the map of an answer shows; None where no perimeter is near."""
    import shapely

    if not answer.hits:
        return None
    epsg = answer.hits[0].perimeter.epsg
    here = transform_point(position.lon, position.lat, WGS84, epsg)
    region, numbers = _region(position, here, epsg)
    around = shapely.box(*shapely.buffer(region, _AROUND_M).bounds)
    quarters = [
        hit.perimeter.geometry
        for hit in answer.hits
        if hit.perimeter.in_force(answer.on) and shapely.intersects(hit.perimeter.geometry, around)
    ]
    lines = streets.get(epsg, [])
    near = [lines[place] for place in shapely.STRtree(lines).query(around)] if lines else []
    return ReviewMap(here, region, quarters, near, numbers)


def _region(
    position: Position, here: tuple[float, float], epsg: int
) -> tuple[BaseGeometry, list[tuple[float, float, str]]]:
    """All that may be the place, and the house numbers of its side of the street."""
    import shapely

    from geoville.crs import transform_geometry

    side = position.side
    known = street_region(side, epsg) if side else None
    placed = [] if side is None else [transform_point(lon, lat, WGS84, epsg) for lon, lat in side.points]
    numbers = [(x, y, text) for (x, y), text in zip(placed, side.numbers if side else (), strict=True)]
    if known is not None:
        return known.shape, numbers
    if position.whole is not None and not position.firm:
        whole = transform_geometry(position.whole, WGS84, epsg)
        return shapely.buffer(whole, max(position.accuracy_m, 1.0)), numbers
    return shapely.buffer(shapely.points(here), max(position.accuracy_m, 1.0)), numbers
