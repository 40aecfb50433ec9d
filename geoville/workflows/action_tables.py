"""A table of actions, the year's call for projects: the same table with an answer in each row, and what it comes to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.crs import WGS84, epsg_at_point, transform_geometry
from geoville.eligibility.actions.action import NO_PLACE, ActionGround, SpotStanding
from geoville.eligibility.actions.check import BOP_147, GROUND_NAMES, REGION
from geoville.eligibility.actions.declared import (
    AGREEMENT_NAMES,
    NEIGHBOUR_M,
    QuartersByName,
    compare_declared,
)
from geoville.eligibility.actions.summary import REACH_NAMES, CountedAction, Reach, reach_of, summarise
from geoville.eligibility.documents import action_document
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.secrecy import PublishedLists, secrecy_law, secrecy_threshold
from geoville.eligibility.sentences import BASIS_NAMES, STATUS_NAMES
from geoville.errors import InvalidInputError, Location
from geoville.french import fold
from geoville.model import NotFound, Position
from geoville.sources.action_tables import (
    COLUMN_OPTION,
    KIND_REASONS,
    Meaning,
    RowKind,
    amount_in,
    names_columns,
    quarters_in,
    recognised_columns,
    row_kind,
    stated_period,
)
from geoville.sources.actions import AskedAction, area_of, public_of
from geoville.sources.files import replacing, sha256_of
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import INSEE_CODE, AddedCells, AddedColumn, code_of
from geoville.workflows.bearers import JOINED_BY, Seat, read_bearers
from geoville.workflows.footprints import read_footprint
from geoville.workflows.lookup import typed_position
from geoville.workflows.lookup_file.output import check_output
from geoville.workflows.lookup_file.questions import AddressQuestions, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.eligibility.actions.declared import DeclaredFinding
    from geoville.eligibility.actions.summary import Summary
    from geoville.model import PerimeterHit
    from geoville.sources.actions import Area, AskedPublic
    from geoville.sources.rows.files import RowFile
    from geoville.sources.rows.row import Cell
    from geoville.workflows.actions import ActionDesk
    from geoville.workflows.bearers import BearerList

COMMAND = "action check-file"

OK, ERROR, SKIPPED = "ok", "error", "skipped"

PLACE_SEPARATOR = "|"
"""Between the places of one cell of a table."""

_KEY, _DECISION, _DECIDED_BY, _DECIDED_ON = (
    "action_cle",
    "action_decision",
    "action_decision_par",
    "action_decision_le",
)

ADDED_COLUMNS = (
    AddedColumn("action_statut", str),
    AddedColumn("action_ligne", int),
    AddedColumn("action_fondement", str),
    AddedColumn("action_reponse", str),
    AddedColumn("action_base", str),
    AddedColumn("action_base_en_clair", str),
    AddedColumn("action_raison", str),
    AddedColumn("action_part_min", float),
    AddedColumn("action_part_max", float),
    AddedColumn("action_bop_147", str),
    AddedColumn("action_bop_147_en_clair", str),
    AddedColumn("action_region", str),
    AddedColumn("action_region_en_clair", str),
    AddedColumn("action_preuves_manquantes", str),
    AddedColumn("action_a_verifier", str),
    AddedColumn("action_nom", str),
    AddedColumn("action_debut", str),
    AddedColumn("action_fin", str),
    AddedColumn("action_montant", float),
    AddedColumn("action_portee_qpv", str),
    AddedColumn("action_portee_en_clair", str),
    AddedColumn("action_qpv", str),
    AddedColumn("action_qpv_nom", str),
    AddedColumn("action_qpv_proche", str),
    AddedColumn("action_qpv_distance_m", float),
    AddedColumn("action_qpv_declares", str),
    AddedColumn("action_qpv_declares_raison", str),
    AddedColumn("action_siege", str),
    AddedColumn("action_secteur_part_qpv", float),
    AddedColumn("action_remarques", str),
    AddedColumn(_KEY, str),
    AddedColumn(_DECISION, str),
    AddedColumn(_DECIDED_BY, str),
    AddedColumn(_DECIDED_ON, str),
)

_HOME_SEPARATORS = re.compile(r"[|\n]")
"""Between the homes of one cell of a table."""
_HOMES_ELSEWHERE = (
    "Les domiciles sont dans un autre fichier, qui n'est pas lu ici : les écrire dans la cellule, séparés par « | »."
)

_SEAT_LABEL = "siège du porteur, pris pour lieu comme demandé"
_STANDING_WORDS = {
    SpotStanding.INSIDE: "dans",
    SpotStanding.PARTLY: "en partie dans",
    SpotStanding.OUTSIDE: "hors QPV",
    SpotStanding.UNCERTAIN: "trop près d'une limite, ou mal situé",
    SpotStanding.NOT_FOUND: "adresse non trouvée",
    SpotStanding.UNKNOWN: "aucun contour en vigueur n'est connu",
}


# --- What a user may ask of a table, beside its answers


@dataclass(frozen=True, slots=True)
class TableNaming:
    """How a door lets its users say how a table is read, for the advice that errors give."""

    column: str = COLUMN_OPTION
    bearers: str = "--bearers"
    decisions: str = "--decisions"
    default_citycode: str = "--default-citycode"


COMMAND_LINE = TableNaming()


@dataclass(frozen=True, slots=True)
class TableChoices:
    """How a table is read, and what is looked for beside its places.

    Parameters
    ----------
    columns : that the user named; the others are recognised.
    sheet : of a workbook.
    bearers : list of associations, where the seat of each bearer is looked for.
    seat_as_place : whether a seat stands for a place that is not given.
    catchment_m : radius around a place within which the share of the people who live in a QPV is estimated.
    decisions : table answered before, in which somebody has decided.
    default_citycode : INSEE code of the town of the places that name none.
    encoding, separator : of a CSV table; recognised where None.
    may_name_files : whether a cell may name a file (homes, a zone, a catchment), which stands beside the table; a
        service reads none.
    naming : how this user can say all this.
    """

    columns: Mapping[Meaning, str] = field(default_factory=dict)
    sheet: str | None = None
    bearers: Path | None = None
    seat_as_place: bool = False
    catchment_m: float | None = None
    decisions: Path | None = None
    default_citycode: str = ""
    encoding: str | None = None
    separator: str | None = None
    may_name_files: bool = True
    naming: TableNaming = COMMAND_LINE

    def __post_init__(self) -> None:
        if self.seat_as_place and self.bearers is None:
            raise InvalidInputError(
                "Le siège du porteur est demandé pour lieu, sans la liste qui le donne",
                advice=f"donner {self.naming.bearers} aussi",
            )
        if self.default_citycode and not INSEE_CODE.fullmatch(code_of(self.default_citycode)):
            where = Location(column=self.naming.default_citycode)
            raise InvalidInputError("Code de commune mal formé", where=where, advice="écrire 34172")
        if self.catchment_m is not None and not 0 < self.catchment_m <= _MOST_CATCHMENT_M:
            raise InvalidInputError(
                "Le rayon du secteur n'en est pas un",
                advice=f"donner des mètres, {french.distance(_MOST_CATCHMENT_M)} au plus",
            )

    def open(self, path: Path) -> RowFile:
        """Open a table.

        Raises
        ------
        InvalidInputError
            It cannot be read, or is of a format that has no such layout.
        """
        return open_row_file(
            path,
            encoding=self.encoding,
            separator=self.separator,
            sheet=self.sheet,
            is_header=partial(names_columns, said=self.columns),  # told to other processes: no lambda
        )


_MOST_CATCHMENT_M = 5_000.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of an action, who and when; nothing computed ever replaces it."""

    text: str
    by: str
    on: str


def read_decisions(path: Path) -> dict[str, Decision]:
    """Decisions written in a table answered before, by the key of the action.

    Raises
    ------
    InvalidInputError
        The table has no column of keys or of decisions, or decides one action in two ways.
    """
    rows = open_row_file(path)
    wanted = (_KEY, _DECISION, _DECIDED_BY, _DECIDED_ON)
    for name in wanted:
        if name not in rows.columns:
            raise InvalidInputError(
                "Ce n'est pas un tableau de décisions",
                where=Location(path.name, 1, name),
                advice="donner un tableau écrit par geoville, dont la colonne action_decision est remplie",
            )
    decided: dict[str, Decision] = {}
    for row in rows.rows([rows.columns.index(name) for name in wanted]):
        key, *words = (text.strip().lstrip("'") for text in row.cells)
        if row.fault or not words[0]:
            continue
        decision = Decision(*words)
        if decided.setdefault(key, decision) != decision:
            raise InvalidInputError(
                "Une action est décidée de deux façons",
                where=Location(path.name, row.line, _DECISION),
                advice="garder l'une des deux",
            )
    return decided


def read_answered(path: Path) -> tuple[CountedAction, ...]:
    """What the totals keep of the actions of a table answered before.

    Raises
    ------
    InvalidInputError
        The table has not the columns that geoville writes.
    """
    rows = open_row_file(path)
    absent = next((name for name in _ANSWERED if name not in rows.columns), None)
    if absent:
        raise InvalidInputError(
            "Ce n'est pas un tableau déjà répondu",
            where=Location(path.name, 1, absent),
            advice="donner celui que « geoville action check-file » a écrit",
        )
    columns = recognised_columns(rows.columns, path.name)
    own = [key for key in (Meaning.THEME, Meaning.BEARER) if key in columns]
    places = [*(rows.columns.index(name) for name in _ANSWERED), *(columns[key] for key in own)]
    counted = []
    for row in rows.rows(places):
        ground, reach, amount, codes, names, title, nearest = row.cells[: len(_ANSWERED)]
        if not ground:
            continue
        said = dict(zip(own, (text.strip() for text in row.cells[len(_ANSWERED) :]), strict=True))
        counted.append(
            CountedAction(
                ActionGround(ground),
                Reach(reach),
                amount_in(amount),
                tuple(zip(filter(None, codes.split(" ; ")), names.split(" ; "), strict=False)),
                said.get(Meaning.THEME, ""),
                title,
                said.get(Meaning.BEARER, ""),
                nearest,
            )
        )
    return tuple(counted)


_ANSWERED = (
    "action_fondement",
    "action_portee_qpv",
    "action_montant",
    "action_qpv",
    "action_qpv_nom",
    "action_nom",
    "action_qpv_proche",
)


# --- One row


@dataclass(frozen=True, slots=True)
class SeatFinding:
    """What is told of the seat of a bearer, which is not the place of its action.

    Parameters
    ----------
    words : French sentence; why none is told, where none is.
    joined_by : what the action and the list of associations have in common; None where no seat is known.
    standing : with the QPV; None where no seat is known.
    position : None where it was not found.
    """

    words: str
    joined_by: Meaning | None = None
    standing: SpotStanding | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row of a table of actions.

    Parameters
    ----------
    kind : what the row is; only actions are answered.
    finding : None where the row has a fault, or is no action.
    fault : French sentence, empty where there is none.
    amount : euros; None where none is written.
    declared : what the quarters that the bearer declares are worth; None where none is declared.
    seat : of the bearer; None where no list was given.
    catchment_share : in [0, 1], of the people around who live in a QPV; None where it was not asked or is not known.
    remarks : French sentences about what was written and could not be used.
    key : by which a decision finds its action again; empty where the row is no action.
    """

    line: int
    kind: RowKind = RowKind.ACTION
    finding: ActionFinding | None = None
    fault: str = ""
    amount: float | None = None
    theme: str = ""
    declared: DeclaredFinding | None = None
    seat: SeatFinding | None = None
    catchment_share: float | None = None
    remarks: tuple[str, ...] = ()
    key: str = ""
    decision: Decision | None = None

    @property
    def status(self) -> str:
        """`ok`, `error`, or `skipped` for what is no action."""
        if self.kind is not RowKind.ACTION:
            return SKIPPED
        return OK if self.finding else ERROR

    @property
    def quarters(self) -> tuple[tuple[str, str], ...]:
        """Codes and names of the QPV that the places are in for sure."""
        if self.finding is None or self.finding.ground is not ActionGround.IN_QPV:
            return ()
        met = [hit.perimeter for spot in self.finding.stages[0].spots for hit in spot.quarters.met]
        return tuple(dict.fromkeys((item.code, item.name) for item in met))

    def counted(self) -> CountedAction:
        """What the totals keep of the row; it must have an answer."""
        if self.finding is None:
            raise ValueError("a row without an answer is not counted")
        stage = self.finding.stages[0]
        return CountedAction(stage.ground, reach_of(stage), self.amount, self.quarters, self.theme)

    def cells(self) -> tuple[Cell, ...]:
        """What is added to the row, in the order of `ADDED_COLUMNS`."""
        told: dict[str, Cell] = {"action_statut": self.status, "action_ligne": self.line}
        if self.finding is None:
            told |= {"action_reponse": _NO_ANSWER[self.status], "action_raison": self.reason}
        else:
            told |= _answer_cells(self.finding) | self._table_cells()
        return tuple(told.get(column.name) for column in ADDED_COLUMNS)

    @property
    def reason(self) -> str:
        """The answer as French sentences; why there is none."""
        if self.finding is None:
            return self.fault or KIND_REASONS[self.kind]
        return " ".join((self.finding.stages[0].reason, *self.finding.notes))

    @property
    def nearest(self) -> PerimeterHit | None:
        """QPV nearest to a place that is in none; None where it is too far to be a neighbour."""
        if self.finding is None or self.quarters:
            return None
        spots = self.finding.stages[0].spots
        near = [spot.quarters.nearest for spot in spots if spot.quarters.nearest is not None]
        found = min(near, key=lambda hit: hit.distance_m, default=None)
        return found if found is not None and found.distance_m <= NEIGHBOUR_M else None

    def _table_cells(self) -> dict[str, Cell]:
        """What the row says beside the answer of its action."""
        nearest, decision = self.nearest, self.decision
        return {
            "action_montant": self.amount,
            "action_qpv": " ; ".join(code for code, _ in self.quarters) or None,
            "action_qpv_nom": " ; ".join(name for _, name in self.quarters) or None,
            "action_qpv_proche": nearest.perimeter.code if nearest else None,
            "action_qpv_distance_m": round(nearest.distance_m, 1) if nearest else None,
            "action_qpv_declares": AGREEMENT_NAMES[self.declared.agreement] if self.declared else None,
            "action_qpv_declares_raison": " ".join(self.declared.reasons) if self.declared else None,
            "action_siege": self.seat.words if self.seat else None,
            "action_secteur_part_qpv": self.catchment_share,
            "action_remarques": " ".join(self.remarks) or None,
            _KEY: self.key or None,
            _DECISION: decision.text if decision else None,
            _DECIDED_BY: decision.by if decision else None,
            _DECIDED_ON: decision.on if decision else None,
        }


_NO_ANSWER = {ERROR: "Ligne en erreur", SKIPPED: "Pas une action"}


def _answer_cells(finding: ActionFinding) -> dict[str, Cell]:
    """The answer about an action as cells: codes for programs, and beside them the same in French."""
    first, reach = finding.stages[0], reach_of(finding.stages[0])
    least, most = (finding.beneficiaries.share if finding.beneficiaries else None) or (None, None)
    statuses = {reading.rule.id: reading.status for reading in finding.readings}
    read = {"action_bop_147": statuses.get(BOP_147), "action_region": statuses.get(REGION)}
    return {
        "action_fondement": first.ground.value,
        "action_reponse": GROUND_NAMES[first.ground],
        "action_base": first.basis.value if first.basis else None,
        "action_base_en_clair": BASIS_NAMES[first.basis] if first.basis else None,
        "action_raison": " ".join((first.reason, *finding.notes)),
        "action_part_min": least,
        "action_part_max": most,
        **{name: status.value if status else None for name, status in read.items()},
        **{f"{name}_en_clair": STATUS_NAMES[status] if status else None for name, status in read.items()},
        "action_preuves_manquantes": " ".join(finding.evidence_missing),
        "action_a_verifier": " ".join(finding.to_check),
        "action_nom": finding.action.title,
        "action_debut": finding.action.start.isoformat(),
        "action_fin": finding.action.end.isoformat(),
        "action_portee_qpv": reach.value,
        "action_portee_en_clair": REACH_NAMES[reach],
    }


class _Checking:
    """Answers to the rows of one table.

    Parameters
    ----------
    columns : places of the columns that describe the actions.
    """

    def __init__(
        self,
        desk: ActionDesk,
        source: Path,
        known: Sequence[str],
        columns: Mapping[Meaning, int],
        choices: TableChoices,
    ) -> None:
        self._desk, self._source, self._known, self._columns = desk, source, known, columns
        self._choices = choices
        self._folder = source.parent if choices.may_name_files else None
        self._bearers: BearerList | None = read_bearers(choices.bearers) if choices.bearers else None
        self._decisions = read_decisions(choices.decisions) if choices.decisions else {}
        self._quarters = QuartersByName(desk.layers.perimeters)
        self._keys: Counter[str] = Counter()
        self._lists = PublishedLists(secrecy_threshold())
        parts = [known[columns[key]] for key in (Meaning.PLACE, Meaning.POSTCODE, Meaning.TOWN) if key in columns]
        citycode = known[columns[Meaning.CITYCODE]] if Meaning.CITYCODE in columns else ""
        default = code_of(choices.default_citycode)
        self._questions = AddressQuestions(tuple(parts), citycode=citycode, default_citycode=default)
        if choices.catchment_m is not None:
            _ = desk.population  # it is refused before the first row where nothing is known

    def row(self, line: int, cells: Sequence[str], *, on: date | None, today: date) -> CheckedRow:
        """Answer to a row."""
        kind = row_kind(cells, self._known, self._columns)
        if kind is not RowKind.ACTION:
            return CheckedRow(line, kind)
        said = {key: cells[place].strip() for key, place in self._columns.items() if cells[place].strip()}
        try:
            return self._action(line, said, on=on, today=today)
        except InvalidInputError as error:
            return CheckedRow(line, fault=self._in_table(error))

    def _action(self, line: int, said: Mapping[Meaning, str], *, on: date | None, today: date) -> CheckedRow:
        period = stated_period(said)
        remarks = [period.remark] if period.remark else []
        start = on or period.start or today
        if on is None and period.start is None:
            remarks.append(f"Aucune date n'est donnée : jugée le {french.long_date(today)}.")
        amount = amount_in(said[Meaning.AMOUNT]) if Meaning.AMOUNT in said else None
        if amount is None and Meaning.AMOUNT in said:
            remarks.append(f"Le montant « {said[Meaning.AMOUNT]} » n'est pas un nombre.")
        places = self._places(said, start)
        seat = self._seat(said, start)
        if self._choices.seat_as_place and seat and seat.position and places == (NO_PLACE,):
            places = (seat.position,)
            remarks.append(f"Lieu : {_SEAT_LABEL}.")
        zone = self._zone(said, remarks, has_place=places != (NO_PLACE,))
        if zone is not None and places == (NO_PLACE,):
            places = ()
        asked = AskedAction(
            file=self._source.name,
            title=_name(said, line),
            bearer=" ".join(said.get(Meaning.BEARER, "").split()),
            places=(),
            zone=zone,
            start=period.start,
            end=period.end,
            public=self._public(said, remarks, start),
        )
        finding = self._desk.check(asked, on=on, today=today, places=places)
        key = self._key(said)
        return CheckedRow(
            line,
            finding=finding,
            amount=amount,
            theme=" ".join(said.get(Meaning.THEME, "").split()),
            declared=self._declared(said, finding),
            seat=seat,
            catchment_share=self._catchment_share(places, start),
            remarks=tuple(remarks),
            key=key,
            decision=self._decisions.get(key),
        )

    def _places(self, said: Mapping[Meaning, str], on: date) -> tuple[Position | NotFound, ...]:
        """What is found of the places of a row, asked as `lookup-file` asks; coordinates where no address is."""
        found = [
            self._place(part, said, on) for part in said.get(Meaning.PLACE, "").split(PLACE_SEPARATOR) if part.strip()
        ]
        if Meaning.LON in said and Meaning.LAT in said and not any(isinstance(item, Position) for item in found):
            return (typed_position(number_of(said[Meaning.LON]), number_of(said[Meaning.LAT])),)
        return tuple(found) or (NO_PLACE,)

    def _place(self, text: str, said: Mapping[Meaning, str], on: date) -> Position | NotFound:
        town = [said.get(key, "") for key in (Meaning.POSTCODE, Meaning.TOWN) if key in self._columns]
        cells = (text, *town, *([said.get(Meaning.CITYCODE, "")] if self._questions.citycode else []))
        answer = self._questions.ask(cells, self._desk.finder, on).answer
        return NO_PLACE if answer is None else answer.position or NotFound(answer.reasons[0])

    def _seat(self, said: Mapping[Meaning, str], on: date) -> SeatFinding | None:
        """Where the seat of the bearer is; None where no list was given."""
        if self._bearers is None:
            return None
        seat = self._bearers.seat(said)
        if not isinstance(seat, Seat):
            return SeatFinding(seat)
        try:
            answer = self._bearers.questions.ask(seat.cells, self._desk.finder, on).answer
        except InvalidInputError:
            answer = None
        joined = f"Siège du porteur (par {JOINED_BY[seat.joined_by]}), pas le lieu de l'action"
        if answer is None or answer.position is None:
            lost = SpotStanding.NOT_FOUND
            return SeatFinding(f"{joined} : {_STANDING_WORDS[lost]}.", seat.joined_by, lost)
        found = self._desk.layers.place(1, answer.position, on).quarters
        codes = ", ".join(hit.perimeter.code for hit in found.met)
        there = found.standing in (SpotStanding.INSIDE, SpotStanding.PARTLY)
        words = f"{joined} : {_STANDING_WORDS[found.standing]}{f' {codes}' if there else ''}."
        return SeatFinding(words, seat.joined_by, found.standing, answer.position)

    def _zone(self, said: Mapping[Meaning, str], remarks: list[str], *, has_place: bool) -> Area | None:
        """Area of an action; one that cannot be read is told, and takes nothing from an answer that has a place."""
        if Meaning.ZONE not in said:
            return None
        try:
            area = area_of(said[Meaning.ZONE], _at(Meaning.ZONE), self._folder)
            return read_footprint(area) if isinstance(area, Path) else area
        except InvalidInputError as error:
            if not has_place:
                raise
            remarks.append(self._in_table(error))
            return None

    def _public(self, said: Mapping[Meaning, str], remarks: list[str], on: date) -> AskedPublic | None:
        """What is said of the beneficiaries; a share that is none is told, and takes nothing from the answer."""
        keys = {Meaning.SHARE: "share_in_qpv", Meaning.HOMES: "addresses", Meaning.CATCHMENT: "catchment"}
        public: dict[str, Any] = {name: said[key] for key, name in keys.items() if key in said}
        homes = _HOME_SEPARATORS.split(public.get("addresses", ""))
        if len(homes) > 1:
            public["addresses"] = [text for text in homes if text.strip()]
        elif homes[0] and self._folder is None:
            remarks.append(_HOMES_ELSEWHERE)
            del public["addresses"]
        if not public:
            return None
        try:
            asked = public_of(public, self._source.name, self._folder)
        except InvalidInputError as error:
            if set(public) != {"share_in_qpv"}:
                raise
            remarks.append(self._in_table(error))
            return None
        if asked.addresses is not None and not self._lists.may_add(_people_in(asked.addresses), on):
            remarks.append(
                "Les domiciles ne sont pas comptés : une liste presque pareille, ou la même à un autre jour, l'est "
                "déjà dans ce tableau, et la différence désignerait quelques personnes."
            )
            return None
        return asked

    def _declared(self, said: Mapping[Meaning, str], finding: ActionFinding) -> DeclaredFinding | None:
        if Meaning.QUARTERS not in said:
            return None
        layers = self._desk.layers
        hits = [hit for place in finding.action.places for hit in layers.quarters_near(place, NEIGHBOUR_M)]
        near = {hit.perimeter.code: hit for hit in sorted(hits, key=lambda hit: -hit.distance_m)}
        return compare_declared(quarters_in(said[Meaning.QUARTERS]), finding.stages[0], self._quarters, near)

    def _catchment_share(self, places: Sequence[Position | NotFound], on: date) -> float | None:
        """Share of the people within the radius asked for, around the first place found, who live in a QPV."""
        place = next((item for item in places if isinstance(item, Position)), None)
        if self._choices.catchment_m is None or place is None:
            return None
        import shapely

        epsg = epsg_at_point(place.lon, place.lat)
        point = transform_geometry(shapely.points(place.lon, place.lat), WGS84, epsg)
        disc = transform_geometry(shapely.buffer(point, self._choices.catchment_m), epsg, WGS84)
        share = decide_footprint(disc, self._desk.layers.quarters, on, self._desk.population).share_of_people
        return None if share is None else round(share, 3)

    def _key(self, said: Mapping[Meaning, str]) -> str:
        """By which a decision finds its action again, in a table whose lines or amounts may have moved."""
        told = (Meaning.TITLE, Meaning.BEARER, Meaning.SIRET, Meaning.PLACE, Meaning.START, Meaning.YEAR)
        digest = sha256("\n".join(fold(said.get(key, "")) for key in told).encode()).hexdigest()[:12]
        self._keys[digest] += 1
        return f"{digest}-{self._keys[digest]}"

    def _in_table(self, error: InvalidInputError) -> str:
        """Sentence of an error about an entry, which names the column of the table instead."""
        entry = (error.where.column if error.where else None) or ""
        named = {"start": Meaning.START, "end": Meaning.END, "zone": Meaning.ZONE} | {
            "share_in_qpv": Meaning.SHARE,
            "addresses": Meaning.HOMES,
            "catchment": Meaning.CATCHMENT,
            "public": Meaning.HOMES,
        }
        key = named.get(entry.removeprefix("public."), entry)
        if key not in self._columns:
            return error.sentence
        column = self._known[self._columns[Meaning(key)]]
        return InvalidInputError(error.message, where=Location(column=column), advice=error.advice).sentence


def _people_in(homes: Path | tuple[str, ...]) -> Counter[str]:
    """How many homes of a list are alike; none where it cannot be read, which its answer will tell."""
    if not isinstance(homes, Path):
        return Counter(map(fold, homes))
    try:
        rows = open_row_file(homes)
        return Counter(fold(" ".join(row.cells)) for row in rows.rows(range(len(rows.columns))))
    except InvalidInputError:
        return Counter()


def _at(meaning: Meaning) -> Location:
    return Location(column=meaning)


def _name(said: Mapping[Meaning, str], line: int) -> str:
    """An action is named by its title, else by its bearer, else by its line."""
    named = said.get(Meaning.TITLE) or said.get(Meaning.BEARER) or f"ligne {line}"
    return " ".join(named.split())


# --- The whole table


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table of actions with its answers, not yet written.

    Parameters
    ----------
    columns : columns that were read, by what they say.
    called : its name where that of the file is not the user's.
    """

    source: Path
    rows: RowFile
    columns: Mapping[Meaning, str]
    checked: tuple[CheckedRow, ...]
    on: date | None
    territory: str
    choices: TableChoices = field(default_factory=TableChoices)
    called: str = ""

    @property
    def name(self) -> str:
        """What the table is called in what is written of it."""
        return self.called or self.source.name

    @property
    def answered(self) -> tuple[CheckedRow, ...]:
        """Rows that have an answer."""
        return tuple(row for row in self.checked if row.finding is not None)

    @property
    def findings(self) -> tuple[ActionFinding, ...]:
        """Answers, in the order of the rows that have one."""
        return tuple(row.finding for row in self.checked if row.finding is not None)

    @property
    def themes(self) -> tuple[str, ...]:
        """Themes of the answers, in their order; empty where none is said."""
        return tuple(row.theme for row in self.answered)

    @property
    def faults(self) -> tuple[CheckedRow, ...]:
        """Actions without an answer."""
        return tuple(row for row in self.checked if row.status == ERROR)

    @property
    def skipped(self) -> tuple[CheckedRow, ...]:
        """Rows that are no action: blank, repeated header, total."""
        return tuple(row for row in self.checked if row.status == SKIPPED)

    @property
    def seats_in_words(self) -> str:
        """How many seats of bearers were found, by what, and where they stand; empty where no list was given."""
        seats = [row.seat for row in self.checked if row.seat is not None]
        if not seats:
            return ""
        by = Counter(JOINED_BY[seat.joined_by] for seat in seats if seat.joined_by)
        where = Counter(_STANDING_WORDS[seat.standing] for seat in seats if seat.standing)
        found = " ; ".join(f"{french.number(count)} par {name}" for name, count in by.most_common())
        stand = ", ".join(f"{french.number(count)} {name}" for name, count in where.most_common())
        told = f"{found} ({stand}) ; " if found else ""
        rest = f"{french.number(len(seats) - by.total())} sans siège sûr"
        return f"Sièges des porteurs, qui ne sont pas les lieux des actions : {told}{rest}."

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the answers, as they are to be cited."""
        return tuple(dict.fromkeys(source.citation for finding in self.findings for source in finding.sources))

    def summary(self) -> Summary:
        """Actions and euros by ground, by quarter and by theme."""
        return summarise([row.counted() for row in self.answered])

    def document(self) -> dict[str, Any]:
        """The answers as plain values, row by row."""
        return {
            "columns": {key.value: name for key, name in self.columns.items()},
            "rows": [_document(row) for row in self.checked],
        }

    def write_rows(self, out: Path) -> None:
        """Write the table, each row with its answer."""
        added = (AddedCells(row.line, row.cells()) for row in self.checked)
        with replacing(out, personal=True) as beside:
            self.rows.write(beside, ADDED_COLUMNS, added)

    def write(self, out: Path) -> None:
        """Write the table, each row with its answer, and its provenance beside."""
        self.write_rows(out)
        sources = dict.fromkeys(source for finding in self.findings for source in finding.sources)
        parameters: dict[str, Any] = {
            "on": self.on.isoformat() if self.on else None,
            "columns": {key.value: name for key, name in self.columns.items()},
            "layout": self.rows.description,
            "territory": self.territory,
            "seat_as_place": self.choices.seat_as_place,
            "default_citycode": self.choices.default_citycode or None,
            "catchment_m": self.choices.catchment_m,
        }
        write_provenance(
            Provenance(COMMAND, self.files(), (secrecy_law(),), parameters, tuple(sources)), out, is_copy=True
        )

    def files(self) -> tuple[InputFile, ...]:
        """Files that the answers were made of, by what each is, with their checksums."""
        given = {"actions": self.source, "bearers": self.choices.bearers, "decisions": self.choices.decisions}
        return tuple(InputFile(role, path.name, sha256_of(path)) for role, path in given.items() if path is not None)


def _document(row: CheckedRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "status": row.status,
        "kind": row.kind.value,
        "fault": row.fault or None,
        "amount": row.amount,
        "quarters": [code for code, _ in row.quarters],
        "declared": row.declared.agreement.value if row.declared else None,
        "seat": row.seat.words if row.seat else None,
        "remarks": list(row.remarks),
        "answer": action_document(row.finding) if row.finding else None,
    }


def check_table(
    desk: ActionDesk,
    source: Path,
    out: Path,
    *,
    on: date | None,
    today: date,
    choices: TableChoices | None = None,
    seen: Callable[[CheckedRow], None] | None = None,
) -> CheckedTable:
    """Answer about every action of a table; a row that cannot be read has a fault instead of an answer.

    Parameters
    ----------
    source, out : CSV or XLSX, both of the same format.
    on : day judged instead of the actions' periods.
    today : day judged where a row gives no period.
    choices : how the table is read; recognised where None.
    seen : called with each row as soon as it is answered; what it raises stops the work.

    Raises
    ------
    InvalidInputError
        The table cannot be read, or no column says what an action is.
    """
    check_output(source, out)
    asked = choices or TableChoices()
    rows = asked.open(source)
    taken = {column.name for column in ADDED_COLUMNS} & set(rows.columns)
    if taken:
        raise InvalidInputError(
            "Le tableau a déjà des colonnes de réponse",
            where=Location(source.name, 1, sorted(taken)[0]),
            advice=f"donner le tableau d'origine (et celui-ci par {asked.naming.decisions}, pour ce qui y est décidé)",
        )
    columns = recognised_columns(rows.columns, source.name, asked.columns, asked.naming.column)
    checking = _Checking(desk, source, rows.columns, columns, asked)
    checked = []
    for row in _checked(rows, checking, on=on, today=today):
        checked.append(row)
        if seen is not None:
            seen(row)
    named = {key: rows.columns[place] for key, place in columns.items()}
    return CheckedTable(source, rows, named, tuple(checked), on, desk.territory, asked)


def _checked(rows: RowFile, checking: _Checking, *, on: date | None, today: date) -> Iterator[CheckedRow]:
    for row in rows.rows(range(len(rows.columns))):
        if row.fault:
            yield CheckedRow(row.line, fault=f"Ligne illisible : {row.fault}.")
        else:
            yield checking.row(row.line, row.cells, on=on, today=today)
