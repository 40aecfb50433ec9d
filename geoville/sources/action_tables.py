"""Tables of actions as towns and bearers hold them: which column says what, which rows are actions, what cells mean.

Names of columns are those of calls for projects, of subsidy lists and of the national schema of open subsidies
(SCDL « subventions » 2.1), whatever their case and accents.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.french import fold, unaccented
from geoville.sources.rows.row import columns_said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# --- Columns: what each may be called


class Meaning(StrEnum):
    """What a column of a table of actions says; its value is the French name that a user gives to correct it."""

    TITLE = "titre"
    BEARER = "porteur"
    SIRET = "siret"
    RNA = "rna"
    PLACE = "lieu"
    POSTCODE = "code-postal"
    TOWN = "commune"
    CITYCODE = "code-insee"
    LON = "longitude"
    LAT = "latitude"
    ZONE = "zone"
    QUARTERS = "quartiers"
    START = "debut"
    END = "fin"
    PERIOD = "periode"
    YEAR = "annee"
    AMOUNT = "montant"
    THEME = "theme"
    SHARE = "part-qpv"
    HOMES = "domiciles"
    CATCHMENT = "secteur"


NAMES: dict[Meaning, tuple[str, ...]] = {
    Meaning.TITLE: (
        "title",
        "titre",
        "titre de l action",
        "titre du projet",
        "intitule",
        "intitule de l action",
        "intitule du projet",
        "nom de l action",
        "nom du projet",
        "libelle de l action",
        "libelle du projet",
        "action",
        "projet",
        "objet",
        "objet de la subvention",
        "libelle",
    ),
    Meaning.BEARER: (
        "bearer",
        "porteur",
        "nom du porteur",
        "porteur du projet",
        "porteur de projet",
        "porteur de l action",
        "structure",
        "nom de la structure",
        "structure porteuse",
        "association",
        "nom de l association",
        "nombeneficiaire",
        "nom beneficiaire",
        "nom du beneficiaire",
        "raison sociale",
        "organisme",
        "operateur",
        "demandeur",
        "beneficiaire",
    ),
    Meaning.SIRET: ("siret", "n siret", "numero siret", "numero de siret", "idbeneficiaire", "id beneficiaire"),
    Meaning.RNA: ("rna", "n rna", "numero rna", "rnabeneficiaire", "rna beneficiaire"),
    Meaning.PLACE: (
        "places",
        "place",
        "lieu",
        "lieux",
        "lieu de l action",
        "lieux de l action",
        "lieu du projet",
        "lieu de realisation",
        "lieu d intervention",
        "lieux d intervention",
        "adresse du lieu",
        "adresse de l action",
        "adresse du projet",
        "adresse",
        "adresse postale",
        "adresse complete",
        "libelle adresse",
        "address",
    ),
    Meaning.POSTCODE: ("code postal", "codepostal", "cp", "postcode", "code post"),
    Meaning.TOWN: ("commune", "ville", "nom commune", "nom de la commune", "libelle commune", "city"),
    Meaning.CITYCODE: ("code insee", "codeinsee", "code commune", "insee", "citycode"),
    Meaning.LON: ("lon", "longitude", "lng", "long"),
    Meaning.LAT: ("lat", "latitude"),
    Meaning.ZONE: ("zone", "zone de l action", "perimetre de l action"),
    Meaning.QUARTERS: (
        "quartiers concernes",
        "quartiers prioritaires concernes",
        "qpv concernes",
        "qpv concerne",
        "quartier concerne",
        "quartiers prioritaires",
        "quartier prioritaire",
        "code qpv",
        "codes qpv",
        "quartiers",
        "quartier",
        "qpv",
        "territoires concernes",
        "territoire concerne",
    ),
    Meaning.START: ("start", "debut", "date de debut", "date debut", "debut de l action", "date de debut de l action"),
    Meaning.END: ("end", "fin", "date de fin", "date fin", "fin de l action", "date de fin de l action"),
    Meaning.PERIOD: (
        "periode",
        "periode de realisation",
        "dates",
        "date",
        "calendrier",
        "date de realisation",
        "dates de realisation",
        "date de realisation du projet",
        "date de l action",
        "datesperiodeversement",
        "dates periode versement",
    ),
    Meaning.YEAR: ("annee", "exercice", "annee de l action", "annee budgetaire", "millesime"),
    Meaning.AMOUNT: (
        "montant",
        "montant attribue",
        "montant accorde",
        "montant vote",
        "montant de la subvention",
        "montant subvention",
        "subvention",
        "subvention accordee",
        "montant propose",
        "montant demande",
        "subvention demandee",
        "amount",
    ),
    Meaning.THEME: ("thematique", "theme", "pilier", "axe", "domaine", "politique publique", "theme de l action"),
    Meaning.SHARE: (
        "share in qpv",
        "part qpv",
        "part en qpv",
        "part des beneficiaires en qpv",
        "part de beneficiaires en qpv",
        "beneficiaires en qpv",
        "part beneficiaires qpv",
    ),
    Meaning.HOMES: ("addresses", "fichier adresses", "fichier d adresses", "domiciles", "fichier domiciles"),
    Meaning.CATCHMENT: ("catchment", "secteur", "fichier secteur"),
}
"""What the column of each meaning may be called, folded, the surest name first."""

_WHERE_OR_WHO = (Meaning.TITLE, Meaning.BEARER, Meaning.PLACE, Meaning.ZONE)
_ASIDE = re.compile(r"\([^)]*\)|\b(?:19|20)\d\d\b|\*")
"""What is written beside a column's name without changing what it says: "Montant demandé 2014 (en euros)"."""


COLUMN_OPTION = "--column"
"""How the command line lets a user say which column says what; other doors have a name of their own for it."""


def recognised_columns(
    known: Sequence[str], file: str, said: Mapping[Meaning, str] | None = None, option: str = COLUMN_OPTION
) -> dict[Meaning, int]:
    """Places of the columns of a table that describe its actions, by what they say.

    Parameters
    ----------
    known : names of the columns of the table.
    file : cited in errors.
    said : columns that the user named, empty where none says it; the others are recognised by their names, the surest
        name first.
    option : by which this user can name columns, for the advice of an error.

    Raises
    ------
    InvalidInputError
        A column that the user named is absent, or no column says what an action is or where it takes place.
    """
    asked = said or {}
    found = {meaning: _place_of(name, known, file) for meaning, name in asked.items() if name}
    folded = [fold(_ASIDE.sub(" ", name)) for name in known]
    for meaning, names in NAMES.items():
        if meaning in asked:
            continue
        place = next((folded.index(name) for name in names if name in folded), None)
        if place is not None and place not in found.values():
            found[meaning] = place
    if not set(found) & set(_WHERE_OR_WHO) and not {Meaning.LON, Meaning.LAT} <= set(found):
        raise InvalidInputError(
            f"Aucune colonne ne dit ce qu'est une action, ni qui la porte, ni où elle a lieu ({columns_said(known)})",
            where=Location(file, 1),
            advice=f"dire laquelle : {option} titre=…, {option} porteur=…, {option} lieu=…",
        )
    return found


_FEWEST_NAMES = 2


def names_columns(names: Sequence[str], said: Mapping[Meaning, str] | None = None) -> bool:
    """Whether a row names the columns of a table of actions: a title above them is one text, or says nothing of this.

    Parameters
    ----------
    said : columns that the user named: they must be there.
    """
    if said and any(said.values()):
        return {fold(name) for name in said.values() if name} <= {fold(name) for name in names}
    try:
        return len(recognised_columns(names, "")) >= _FEWEST_NAMES
    except InvalidInputError:
        return False


def _place_of(name: str, known: Sequence[str], file: str) -> int:
    if name in known:
        return list(known).index(name)
    folded = [fold(item) for item in known]
    if fold(name) in folded:
        return folded.index(fold(name))
    raise InvalidInputError("Colonne absente", where=Location(file, 1, name), advice=columns_said(known))


def meaning_of(text: str) -> Meaning:
    """What a user names, as `titre` or `code-postal`.

    Raises
    ------
    InvalidInputError
        Nothing is called so.
    """
    try:
        return Meaning(fold(text).replace(" ", "-"))
    except ValueError:
        raise InvalidInputError(
            f"« {text} » n'est rien de ce qu'un tableau d'actions peut dire",
            advice=f"choisir parmi : {', '.join(Meaning)}",
        ) from None


def named_columns(texts: Iterable[str], option: str = COLUMN_OPTION) -> dict[Meaning, str]:
    """Columns that a user names, each as "what it says=name of the column"; without a name, no column says it.

    Parameters
    ----------
    option : by which they are named, for the advice of an error.

    Raises
    ------
    InvalidInputError
        One is written in another way, or of nothing that a table says.

    >>> named_columns(["lieu=Adresse du projet", "montant=Versé"])
    {<Meaning.PLACE: 'lieu'>: 'Adresse du projet', <Meaning.AMOUNT: 'montant'>: 'Versé'}
    """
    said = [text.partition("=") for text in texts]
    if not all(sign for _, sign, _ in said):
        raise InvalidInputError("Une colonne est mal désignée", advice=f"écrire {option} lieu=Adresse")
    return {meaning_of(meaning): name for meaning, _, name in said}


# --- Rows: actions, and what stands between them

_TOTAL = re.compile(r"(?:sous )?tota(?:l|ux)(?: (?:general|generaux|\w+))?|somme|montant total")


class RowKind(StrEnum):
    """What a row of a table is; only actions are answered, and every row is kept."""

    ACTION = "action"
    BLANK = "blank"
    HEADER = "header"
    TOTAL = "total"


KIND_REASONS = {
    RowKind.BLANK: "Ligne vide.",
    RowKind.HEADER: "L'en-tête, répété au milieu du tableau.",
    RowKind.TOTAL: "Ligne de total, et non une action.",
}
"""Why a row is not answered, as a French sentence."""


def row_kind(cells: Sequence[str], known: Sequence[str], columns: Mapping[Meaning, int]) -> RowKind:
    """What a row is.

    Parameters
    ----------
    cells : all the cells of the row, in the order of the columns.
    known : names of the columns.
    columns : places of those that describe an action.
    """
    written = [(place, text.strip()) for place, text in enumerate(cells) if text.strip()]
    if not written:
        return RowKind.BLANK
    repeated = sum(fold(text) == fold(known[place]) for place, text in written)
    if repeated >= 2 and 2 * repeated >= len(written):  # noqa: PLR2004 - one word may be a value by chance
        return RowKind.HEADER
    first = fold(written[0][1])
    told = [cells[columns[key]].strip() for key in (Meaning.TITLE, Meaning.PLACE, Meaning.ZONE) if key in columns]
    elsewhere = [text for text in told if text and fold(text) != first]
    if (
        _TOTAL.fullmatch(first)
        and not elsewhere
        and any(character.isdigit() for _, text in written for character in text)
    ):
        return RowKind.TOTAL
    return RowKind.ACTION


# --- Cells: amounts and periods

_AMOUNT = re.compile(r"-?\d+(?:\.\d{1,2})?")


def amount_in(text: str) -> float | None:
    """Euros that a cell writes; None where it writes none.

    >>> amount_in("1 234,50 €"), amount_in("2.000"), amount_in("1,500.00"), amount_in("à voir")
    (1234.5, 2000.0, 1500.0, None)
    """
    plain = "".join(unaccented(text).lower().replace("euros", "").replace("eur", "").replace("€", "").split())
    if re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})+", plain):  # both marks only part thousands
        plain = re.sub(r"[.,]", "", plain)
    elif "," in plain and "." in plain:
        thousands, decimals = (",", ".") if plain.rindex(".") > plain.rindex(",") else (".", ",")
        plain = plain.replace(thousands, "").replace(decimals, ".")
    plain = plain.replace(",", ".")
    return float(plain) if _AMOUNT.fullmatch(plain) else None


@dataclass(frozen=True, slots=True)
class StatedPeriod:
    """First and last day of an action as a table states them, and what was not understood of it.

    Parameters
    ----------
    start, end : None where nothing tells.
    remark : French sentence, empty where everything written was understood.
    """

    start: date | None
    end: date | None
    remark: str = ""


_MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)?\d\d)\b")
_MONTH = "|".join(_MONTHS)
_DAYS = re.compile(rf"(?:du |les? )?((?:\d{{1,2}} ?(?:au |et |a )?)+)({_MONTH}) ((?:19|20)\d\d)")
"""« du 19 au 21 avril 2014 », « 26/27/28 septembre 2014 »: days of one month."""
_NAMED = re.compile(rf"(?:(\d{{1,2}})(?:er)? )?({_MONTH})(?: ((?:19|20)\d\d))?")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_CONNECTING = frozenset(
    ("du", "de", "le", "les", "au", "a", "et", "en", "d", "l", "annee", "exercice", "jusqu", "toute")
)
"""Words that part days, and say nothing of their own."""
_CENTURY = 2000


def period_in(text: str) -> StatedPeriod | None:
    """First and last day that a text writes, as far as it is understood; None where it tells no day at all.

    >>> period_in("DU 19 AU 21 AVRIL 2014")
    StatedPeriod(start=datetime.date(2014, 4, 19), end=datetime.date(2014, 4, 21), remark='')
    >>> period_in("2024-01-01/2024-12-31").end, period_in("MAI 2014").end, period_in("vacances")
    (datetime.date(2024, 12, 31), datetime.date(2014, 5, 31), None)
    """
    numbers = [(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    numbers += [(int(y) % _CENTURY + _CENTURY, int(m), int(d)) for d, m, y in _SLASHED.findall(text)]
    written = _between(_day(*number) for number in numbers) if numbers else None
    if written is not None:
        return written
    folded = fold(text)
    days = _DAYS.fullmatch(folded)
    if days:
        month, year = _MONTHS.index(days[2]) + 1, int(days[3])
        return _between(_day(year, month, int(day)) for day in re.findall(r"\d+", days[1]))
    years = [int(year) for year in _YEAR.findall(folded)]
    if not years:
        return None
    named = _NAMED.findall(folded)
    rest = set(_YEAR.sub(" ", _NAMED.sub(" ", folded)).split()) - _CONNECTING
    if named and not rest:
        return _between_months(named, years[-1])
    understood = not named and not rest and len(years) == 1
    remark = "" if understood else f"Dates à préciser : de « {' '.join(text.split())} », seule l'année est lue."
    return StatedPeriod(date(min(years), 1, 1), date(max(years), 12, 31), remark)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _between(days: Iterable[date | None]) -> StatedPeriod | None:
    """From the first to the last of some days; None where one of them does not exist."""
    known = list(days)
    real = [day for day in known if day is not None]
    return StatedPeriod(min(real), max(real)) if len(real) == len(known) else None


def _between_months(named: Iterable[tuple[str, str, str]], year: int) -> StatedPeriod | None:
    """From the first month, or day, named to the last one; a month without year has that of the next one that has."""
    bounds: list[date | None] = []
    for day, month_name, own_year in reversed(list(named)):
        year = int(own_year) if own_year else year
        month = _MONTHS.index(month_name) + 1
        bounds += [_day(year, month, int(day or 1)), _day(year, month, int(day or calendar.monthrange(year, month)[1]))]
    return _between(bounds)


def stated_period(said: Mapping[Meaning, str]) -> StatedPeriod:
    """First and last day of the action of a row: its own two days, else its period, else its year.

    Parameters
    ----------
    said : texts of the row by what they say; those that are empty are left out.

    Raises
    ------
    InvalidInputError
        The last day comes before the first one; names what says it.
    """
    remarks = []
    bounds = {key: period_in(said[key]) for key in (Meaning.START, Meaning.END) if key in said}
    remarks += [f"« {said[key]} » n'est pas un jour." for key, read in bounds.items() if read is None]
    start, end = bounds.get(Meaning.START), bounds.get(Meaning.END)
    if start or end:
        first = start.start if start else end.start if end else None
        last = end.end if end else start.end if start else None
        if first and last and last < first:
            raise InvalidInputError(
                "La période n'a pas ses deux jours dans l'ordre",
                where=Location(column=Meaning.END),
                advice="donner le premier jour, puis le dernier",
            )
        remarks += [read.remark for read in (start, end) if read and read.remark]
        return StatedPeriod(first, last, " ".join(remarks))
    for key in (Meaning.PERIOD, Meaning.YEAR):
        read = period_in(said[key]) if key in said else None
        if read is not None:
            return StatedPeriod(read.start, read.end, " ".join((*remarks, *filter(None, [read.remark]))))
        if key in said:
            remarks.append(f"« {' '.join(said[key].split())} » ne dit pas de dates que l'on sache lire.")
    return StatedPeriod(None, None, " ".join(remarks))


# --- Quarters that a bearer declares

_QUARTER_SEPARATORS = re.compile(r"[;,|\n]")


def quarters_in(text: str) -> tuple[str, ...]:
    """Quarters that a cell names, by code or by name.

    >>> quarters_in("QN06254M ; Fort Nieulay|Beau Marais")
    ('QN06254M', 'Fort Nieulay', 'Beau Marais')
    """
    return tuple(" ".join(part.split()) for part in _QUARTER_SEPARATORS.split(text) if part.strip())
