"""Numbers, amounts, distances and dates as French typography writes them; letters compared; street types."""

from __future__ import annotations

import errno
import math
import re
import unicodedata
from datetime import date
from decimal import Decimal
from itertools import filterfalse

THOUSANDS_SPACE = "\N{NARROW NO-BREAK SPACE}"
UNIT_SPACE = "\N{NO-BREAK SPACE}"
UNKNOWN = "non publié"

_METRES_IN_A_KILOMETRE = 1000
_FIRST_PLURAL = 2
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_BREAKABLE = re.compile(r" (?=[:;?!»%€])|(?<=«) ")

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


STREET_TYPES = frozenset(
    word
    for line in (
        "allee avenue boucle boulevard carrefour carriere chaussee chemin cite clos corniche coron cote cour cours",
        "digue domaine esplanade faubourg galerie hameau impasse lotissement mail montee parvis passage passerelle",
        "place promenade quai rampe residence rocade route rue ruelle sente sentier square terrasse traverse venelle",
        "villa voie za zac zi",
    )
    for word in line.split()
)
"""Types of streets and of what bears a number as they do, folded."""

TYPE_ABBREVIATIONS = {
    "r": "rue",
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "bvd": "boulevard",
    "car": "carrefour",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "chs": "chaussee",
    "cor": "corniche",
    "crs": "cours",
    "esp": "esplanade",
    "fbg": "faubourg",
    "fg": "faubourg",
    "ham": "hameau",
    "imp": "impasse",
    "lot": "lotissement",
    "mte": "montee",
    "pas": "passage",
    "pass": "passage",
    "pl": "place",
    "prom": "promenade",
    "prv": "parvis",
    "res": "residence",
    "rle": "ruelle",
    "rpt": "rond point",
    "rte": "route",
    "sen": "sente",
    "sq": "square",
    "squa": "square",
    "tra": "traverse",
    "vla": "villa",
}
"""What addresses and files of streets write for a type, folded, and the type."""

_REFUSALS = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EROFS: "disque en lecture seule",
    errno.ENOSPC: "disque plein",
    errno.EDQUOT: "place accordée épuisée",
    errno.EFBIG: "fichier trop gros",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ENOTDIR: "un fichier est à la place d'un dossier",
    errno.EEXIST: "un fichier a déjà ce nom",
    errno.ENOENT: "dossier disparu",
    errno.EIO: "le disque est en panne",
    errno.EMFILE: "trop de fichiers ouverts",
}
_FULL_DATABASE = "database or disk is full"


def number(value: float, decimals: int = 0) -> str:
    """Write a number with at most so many decimals; trailing zeros are dropped.

    >>> number(7590.5, 1).replace(THOUSANDS_SPACE, "_"), number(12.0, 1), number(-3.25, 2)
    ('7_590,5', '12', '−3,25')
    """
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{abs(value):,.{decimals}f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    written = whole.replace(",", THOUSANDS_SPACE) + (f",{fraction}" if fraction else "")
    is_negative = value < 0 and written != "0"
    return f"\N{MINUS SIGN}{written}" if is_negative else written


def as_given(value: float) -> str:
    """Write a number that the user gave, with all its digits: a refusal rounds nothing; what is no number as it is.

    >>> as_given(0.0), as_given(-4.0), as_given(0.00025), as_given(7590.5).replace(THOUSANDS_SPACE, "_")
    ('0', '−4', '0,00025', '7_590,5')
    >>> as_given(float("nan"))
    'nan'
    """
    if not math.isfinite(value):
        return str(value)
    _, _, decimals = f"{Decimal(repr(float(value))):f}".partition(".")
    return number(value, len(decimals))


def quantity(value: float, unit: str, decimals: int = 0) -> str:
    """Write a number and its unit, held together; an unknown value has no unit.

    >>> quantity(125.5, "hab.", 1).replace(UNIT_SPACE, "_"), quantity(float("nan"), "hab.")
    ('125,5_hab.', 'non publié')
    """
    return f"{number(value, decimals)}{UNIT_SPACE}{unit}" if math.isfinite(value) else UNKNOWN


def agreed(value: float, one: str, several: str = "", decimals: int = 0) -> str:
    """A noun as it agrees with a number written with at most so many decimals: singular under two, zero included.

    Parameters
    ----------
    several : the plural, where it is not the singular and an "s".

    >>> [agreed(count, "carreau", "carreaux") for count in (0, 1, 1.4, 1.6, 2, -1)]
    ['carreau', 'carreau', 'carreau', 'carreaux', 'carreaux', 'carreau']
    """
    written = round(abs(value), decimals) if math.isfinite(value) else math.inf
    return one if written < _FIRST_PLURAL else several or f"{one}s"


def counted(value: float, one: str, several: str = "", decimals: int = 0) -> str:
    """Write a number and what it counts, as `agreed` has them agree; what is not known is said so, alone.

    >>> counted(0, "habitant"), counted(1.5, "habitant", decimals=1), counted(2, "autre ligne", "autres lignes")
    ('0 habitant', '1,5 habitant', '2 autres lignes')
    """
    return f"{number(value, decimals)} {agreed(value, one, several, decimals)}" if math.isfinite(value) else UNKNOWN


def people(value: float) -> str:
    """Write a number of people: whole, whereas INSEE's cells have halves.

    >>> people(3).replace(UNIT_SPACE, " "), people(568.5).replace(UNIT_SPACE, " ")
    ('3 hab.', '569 hab.')
    """
    return quantity(math.floor(value + 0.5) if math.isfinite(value) else value, "hab.")


def euros(value: float) -> str:
    """Write an amount rounded to the euro.

    >>> euros(14230.4).replace(THOUSANDS_SPACE, "_").replace(UNIT_SPACE, " ")
    '14_230 €'
    """
    return quantity(value, "€")


def percent(share: float) -> str:
    """Write a share in [0, 1] as a percentage, to one decimal.

    >>> percent(0.4567).replace(UNIT_SPACE, " ")
    '45,7 %'
    """
    return quantity(share * 100, "%", 1)


def distance(metres: float) -> str:
    """Write a distance: in metres under one kilometre, else in kilometres to one decimal.

    >>> distance(34.6).replace(UNIT_SPACE, " "), distance(1234.0).replace(UNIT_SPACE, " ")
    ('35 m', '1,2 km')
    """
    if round(metres) < _METRES_IN_A_KILOMETRE:
        return quantity(metres, "m")
    return quantity(metres / _METRES_IN_A_KILOMETRE, "km", 1)


def held_together(text: str) -> str:
    """Write the spaces of a sentence so that no line starts with a sign, nor ends with an opening quotation mark.

    >>> held_together("Où ? « Ici » : 47,5 %").replace(UNIT_SPACE, "_")
    'Où_? «_Ici_»_: 47,5_%'
    """
    return _BREAKABLE.sub(UNIT_SPACE, text)


_THOUSANDS = re.compile(r"\b(\d{1,3}) (?=\d{3}\b)")


def typeset(text: str) -> str:
    """Write a text of a page: spaces that hold, narrow ones in numbers, the one apostrophe of French typography.

    >>> typeset("L'Insee : 7 937, 47,5 %").replace(UNIT_SPACE, "_").replace(THOUSANDS_SPACE, "-")
    'L’Insee_: 7-937, 47,5_%'
    """
    return _THOUSANDS.sub(rf"\1{THOUSANDS_SPACE}", held_together(text)).replace("'", "’")


_PROGRAMS = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>)", re.DOTALL | re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r"(?<=>)[^<>]+(?=<)")


def typeset_page(html: str) -> str:
    r"""Write every text of an HTML page as `typeset` does; attributes, scripts and styles are left alone.

    >>> typeset_page("<p title='Oui ?'>Aujourd&#39;hui ?</p><style>p::before { content: '' }</style>")
    "<p title='Oui ?'>Aujourd’hui\xa0?</p><style>p::before { content: '' }</style>"
    """
    parts = _PROGRAMS.split(html)
    parts[::2] = [
        _BETWEEN_TAGS.sub(lambda text: typeset(text[0].replace("&#39;", "'")), between) for between in parts[::2]
    ]
    return "".join(parts)


def long_date(day: date) -> str:
    """Write a date in words.

    >>> from datetime import date
    >>> long_date(date(2024, 1, 1)), long_date(date(2015, 12, 31))
    ('1er janvier 2024', '31 décembre 2015')
    """
    day_number = "1er" if day.day == 1 else str(day.day)
    return f"{day_number} {_MONTHS[day.month - 1]} {day.year}"


_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.+Z-]*)?")


def read_day(text: str) -> date | None:
    """A day as French files write it, the day before the month; None where the text is none.

    >>> read_day("2024-01-15 00:00:00"), read_day("5/1/2024"), read_day("1er août 2023")
    (datetime.date(2024, 1, 15), datetime.date(2024, 1, 5), datetime.date(2023, 8, 1))
    >>> read_day("15/13/2024"), read_day("15/01/24"), read_day("45306")
    (None, None, None)
    """
    written = text.strip()
    iso, numbers, words = (
        pattern.fullmatch(form)
        for pattern, form in ((_ISO_DAY, written), (_DAY_FIRST, written), (_DAY_IN_WORDS, fold(written)))
    )
    try:
        if iso:
            return date.fromisoformat(iso[1])
        if numbers:
            return date(int(numbers[3]), int(numbers[2]), int(numbers[1]))
        months = [fold(month) for month in _MONTHS]
        return date(int(words[3]), months.index(words[2]) + 1, int(words[1])) if words else None
    except ValueError:
        return None


def period(start: date | None, end: date | None) -> str:
    """Write the days from a first to a last one, both included; an end that is open or unknown is None.

    >>> from datetime import date
    >>> first, last = date(2015, 1, 1), date(2023, 12, 31)
    >>> period(first, last), period(last, last)
    ('du 1er janvier 2015 au 31 décembre 2023', 'le 31 décembre 2023')
    >>> period(first, None), period(None, last), period(None, None)
    ('depuis le 1er janvier 2015', "jusqu'au 31 décembre 2023", '')
    """
    if start and end:
        return f"le {long_date(start)}" if start == end else f"du {long_date(start)} au {long_date(end)}"
    if start:
        return f"depuis le {long_date(start)}"
    return f"jusqu'au {long_date(end)}" if end else ""


_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def well_read(text: str) -> str:
    """A text whose UTF-8 somebody's program once read as cp1252, as it was written; any other as it is.

    >>> well_read("14 AllÃ©e des Ã‰glantines"), well_read("14 Allée de l'Âtre")
    ('14 Allée des Églantines', "14 Allée de l'Âtre")
    """
    return text if text.isascii() else _NOT_ASCII.sub(_decoded_again, text)


def _decoded_again(letters: re.Match[str]) -> str:
    try:
        return letters[0].encode("cp1252").decode("utf-8")
    except UnicodeError:
        return letters[0]


def unaccented(text: str) -> str:
    """Letters without their accents, in the case that they had.

    >>> unaccented("Étaples, l'Œuvre")
    "Etaples, l'Œuvre"
    """
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))


def fold(text: str) -> str:
    """Lower case ASCII letters and digits, words parted by one space; whatever else there was parts words.

    >>> fold("  Rue de l’Œuvre -- Étaples")
    'rue de l oeuvre etaples'
    """
    lower = text.lower()
    if not lower.isascii():  # most texts are, or are nearly: this is asked of each of their words
        lower = unaccented(lower.translate(_LIGATURES)).lower()
    return _NOT_A_WORD.sub(" ", lower).strip()


def is_street_type(word: str) -> bool:
    """Whether a folded word is a type of street, written out or abbreviated.

    >>> is_street_type("rue"), is_street_type("bd"), is_street_type("guynemer")
    (True, True, False)
    """
    return TYPE_ABBREVIATIONS.get(word, word) in STREET_TYPES


def refusal(error: Exception) -> str:
    """Why the system refuses to read or write, in its own words where they have no French here.

    >>> refusal(OSError(errno.ENOSPC, "No space left on device")), refusal(OSError("timed out"))
    ('disque plein', 'timed out')
    """
    if str(error) == _FULL_DATABASE:  # SQLite gives no number
        return _REFUSALS[errno.ENOSPC]
    return _REFUSALS.get(getattr(error, "errno", None) or 0) or getattr(error, "strerror", None) or str(error)
