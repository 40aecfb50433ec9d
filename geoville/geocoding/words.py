"""Words of an address: normalised, weighed, compared by letters and by sound."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


# --- The words of French addresses, folded (lower case, no accent): types of street, abbreviations, noise, numbers


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> list[str]:
    return text.split(",")


STREET_TYPES = _words(
    "allee avenue boulevard boucle carrefour chaussee chemin cite clos corniche cote cours digue domaine esplanade "
    "faubourg galerie hameau impasse lotissement mail montee parvis passage place promenade quai rampe residence "
    "rocade route rue ruelle sente sentier square terrasse traverse venelle villa voie za zac zi"
)

PLAIN_TYPES = _words("avenue boulevard impasse rue")
"""Types that start a street even in the middle of a text: no town and no place is called so."""

TWO_WORD_TYPES: dict[tuple[str, ...], str] = {
    ("grande", "rue"): "grande rue",
    ("grand", "rue"): "grande rue",
    ("gr", "rue"): "grande rue",
    ("grande", "r"): "grande rue",
    ("grand", "place"): "grande place",
    ("grande", "place"): "grande place",
    ("lieu", "dit"): "lieu dit",
    ("rond", "point"): "rond point",
    ("rd", "pt"): "rond point",
}

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
    "tra": "traverse",
    "vla": "villa",
}

WORD_ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "cdt": "commandant",
    "cmdt": "commandant",
    "cne": "capitaine",
    "col": "colonel",
    "dr": "docteur",
    "gal": "general",
    "gen": "general",
    "gd": "grand",
    "gde": "grande",
    "lt": "lieutenant",
    "mal": "marechal",
    "mgr": "monseigneur",
    "nd": "notre dame",
    "pdt": "president",
    "pr": "professeur",
    "pres": "president",
    "prof": "professeur",
    "sgt": "sergent",
}

TITLES = _words(
    "abbe amiral capitaine colonel commandant docteur frere freres general groupe lieutenant marechal monseigneur "
    "pasteur pere president professeur sergent"
)
"""Titles that people leave out or add before a person's name."""

DISTINGUISHING = _words(
    "ancien ancienne bas basse grand grande haut haute nouveau nouvelle petit petite saint sainte vieille vieux"
)
"""Words that make another street when left out: the rue Pierre is not the rue Saint-Pierre."""

PARTICLES = _words("a au aux d de des du en et l la le les")
"""Small words that people drop or exchange; they never tell two streets apart."""

MONTHS = _words("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre")

NUMBERED_ROADS = _words("departementale nationale d n rd rn")
"""Words after which a number belongs to the name of the road."""

NUMBER_WORDS = {
    str(value): words
    for value, words in enumerate(
        _phrases(
            "un,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze,treize,quatorze,quinze,seize,dix sept,"
            "dix huit,dix neuf,vingt,vingt et un,vingt deux,vingt trois,vingt quatre,vingt cinq,vingt six,vingt sept,"
            "vingt huit,vingt neuf,trente,trente et un"
        ),
        start=1,
    )
} | {"1er": "premier", "1ere": "premiere"}

REPETITIONS = _words("bis ter quater quinquies")
REPETITION_LETTERS = {"b": "bis", "t": "ter", "q": "quater"}
"""The letter that some lists write for a repetition index."""

NUMBER_SIGNS = _words("n no num numero")

INSIDE_BUILDING = _words("appartement appt apt bat batiment bloc entree esc escalier etage hall log logement lot porte")
"""Words that, with the letter or number after them, say where in the building: of no use to a position."""

OPTIONAL_PLACE_WORDS = _words(
    "agence bureau centre commercial general local municipal municipale polyvalent professionnel public publique"
)
"""Words of a place's name that people leave out: "poste Fort Nieulay" is the "bureau de poste Fort Nieulay"."""


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_DOUBLED = re.compile(r"([a-z])\1+")
_SILENT_H = re.compile(r"(?<!c)h")


def fold(text: str) -> str:
    """Lower case ASCII letters and digits, words parted by one space; whatever else there was parts words.

    >>> fold("  Rue de l’Œuvre -- Étaples")
    'rue de l oeuvre etaples'
    """
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    without_accents = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", without_accents.lower()).strip()


def normalise(text: str) -> str:
    """Fold a name and write its abbreviated words out; normalising again changes nothing.

    >>> normalise("Rue du Gal de Gaulle"), normalise("ST-OMER")
    ('rue du general de gaulle', 'saint omer')
    """
    return " ".join(WORD_ABBREVIATIONS.get(word, word) for word in fold(text).split())


def numbers_in_letters(words: tuple[str, ...]) -> tuple[str, ...]:
    """Write the small numbers of a street's name in letters; the house number must be out already.

    >>> numbers_in_letters(("8", "mai", "1945"))
    ('huit', 'mai', '1945')
    """
    return tuple(part for word in words for part in NUMBER_WORDS.get(word, word).split())


def content_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words that tell names apart, in order: all but articles and prepositions, unless there are no others."""
    return tuple(word for word in words if word not in PARTICLES) or words


def sound(word: str) -> str:
    """Key that two spellings of one name share: doubled letters, silent h, ph and y are made plain.

    >>> sound("rheims") == sound("reims"), sound("salenggro"), sound("philippe")
    (True, 'salengro', 'filipe')
    """
    return _DOUBLED.sub(r"\1", _SILENT_H.sub("", word.replace("ph", "f")).replace("y", "i"))


# --- How a French name sounds, so that spellings by ear meet: "Kébec" and "Québec", "Calvère" and "Calvaire

SHORTEST = 2

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"s?ch(?=[lrnt])", "k"),
        (r"s?ch|sh", "x"),
        (r"h", ""),
        (r"([a-z])\1+", r"\1"),
        (r"c?qu?|ck", "k"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"gu(?=[eiy])", "G"),
        (r"ge(?=[aou])|g(?=[eiy])", "j"),
        (r"y", "i"),
        (r"(?:e?au|o)[ltdxs]?$|e?au", "o"),
        (r"oeu|eu", "e"),
        (r"ou", "u"),
        (r"(?:a|e)i", "e"),
        (r"(?:[aeiou]|oi)?[aeiu][nm](?![aeiounm])", "1"),
        (r"w", "v"),
        (r"z", "s"),
        (r"(?:e[rztsd]?|[tdsxp])s?$", ""),
        (r"([a-z1])\1+", r"\1"),
    )
)


@lru_cache(maxsize=50_000)
def heard(word: str) -> str:
    """Key shared by the spellings of a folded word that sound alike; the word itself where little would be left.

    >>> heard("kebec") == heard("quebec"), heard("calvere") == heard("calvaire"), heard("proudon") == heard("proudhon")
    (True, True, True)
    >>> heard("sint") == heard("saint"), heard("gole") == heard("gaulle"), heard("mairie") == heard("marie")
    (True, True, False)
    """
    sound = word
    for pattern, other in _RULES:
        sound = pattern.sub(other, sound)
    return sound if len(sound) >= SHORTEST else word


# --- How alike two words are, and which known words a typed one may stand for

SAME = 1.0
INITIAL = 0.97
SAME_SOUND = 0.95
ONE_LETTER = 0.9
TWO_LETTERS = 0.85

HEARD_ALIKE = 0.93
NEARLY_HEARD = 0.85

SHORTEST_SOUND = 5
SHORTEST_FOR_ONE_LETTER = 7
SHORTEST_FOR_TWO_LETTERS = 10
"""Lengths under which one letter makes another name: Paul and Raul, Bert and Vert."""

SHORTEST_MISSPELT = 3
LONG_ENOUGH_FOR_LETTERS = (4, 8)
SHORTEST_NEARLY_HEARD = 7
"""Lengths from which a word that nobody knows may have one wrong letter, two, or one wrong sound."""

SHORTEST_PLURAL = 4
FARTHEST = 3


def word_likeness(asked: str, known: str) -> float | None:
    """Likeness of two normalised words in [0, 1], None where they are different words.

    >>> word_likeness("guynemet", "guynemer"), word_likeness("reims", "rheims"), word_likeness("bart", "bert")
    (0.9, 0.95, None)
    """
    if asked == known:
        return SAME
    if not asked or not known or asked[0] != known[0] or asked.isdigit() or known.isdigit():
        return None
    shortest = min(len(asked), len(known))
    if shortest >= SHORTEST_SOUND and sound(asked) == sound(known):
        return SAME_SOUND
    if shortest < SHORTEST_FOR_ONE_LETTER:
        return None
    allowed = 2 if shortest >= SHORTEST_FOR_TWO_LETTERS else 1
    distance = OSA.distance(asked, known, score_cutoff=allowed)
    return {1: ONE_LETTER, 2: TWO_LETTERS}.get(distance) if distance <= allowed else None


def misspelling_likeness(asked: str, known: str) -> float | None:
    """Likeness of a word that nobody knows to a known one, as people mistype and as they write by ear.

    >>> misspelling_likeness("emlie", "emile"), misspelling_likeness("kebec", "quebec")
    (0.9, 0.93)
    """
    if asked.isdigit() or known.isdigit() or min(len(asked), len(known)) < SHORTEST_MISSPELT:
        return None
    if heard(asked) == heard(known):
        return HEARD_ALIKE
    longest = max(len(asked), len(known))
    allowed = sum(longest >= length for length in LONG_ENOUGH_FOR_LETTERS)
    distance = OSA.distance(asked, known, score_cutoff=allowed)
    if distance <= allowed:
        return {1: ONE_LETTER, 2: TWO_LETTERS}[distance]
    nearly_heard = longest >= SHORTEST_NEARLY_HEARD and OSA.distance(heard(asked), heard(known), score_cutoff=1) <= 1
    return NEARLY_HEARD if nearly_heard else None


def _differ_by_plural(asked: str, known: str) -> bool:
    """Whether one word is the plural of the other: few know whether it is the rue du Moulin or des Moulins."""
    shorter, longer = sorted((asked, known), key=len)
    return len(shorter) >= SHORTEST_PLURAL and longer in {f"{shorter}s", f"{shorter}x"}


class Vocabulary:
    """Words that a misspelt one may stand for. A word that the list knows is never taken for a misspelling of another.

    Parameters
    ----------
    words : of some streets of the list, or of them all.
    knows : whether the whole list has a word; None where these are all its words.
    rich : whether the list knows so many words that one that it lacks is likely misspelt.
    """

    def __init__(self, words: Iterable[str], *, knows: Callable[[str], bool] | None = None, rich: bool = False) -> None:
        self._words = frozenset(words)
        self._sorted = sorted(self._words)
        self._knows = knows or self._words.__contains__
        self._likeness = misspelling_likeness if rich else word_likeness

    def likeness(self, asked: str, known: str) -> float | None:
        """Likeness of a typed word to a word of the list, None where they are different words."""
        if asked == known:
            return SAME
        if _differ_by_plural(asked, known):
            return SAME_SOUND
        likeness = self._likeness(asked, known)
        return None if likeness is None or self._knows(asked) else likeness

    def alternatives(self, asked: str) -> tuple[str, ...]:
        """Words that a typed word may stand for, in alphabetical order."""
        plurals = (f"{asked}s", f"{asked}x", asked[:-1])
        same = tuple(word for word in (asked, *plurals) if word in self._words and self.likeness(asked, word))
        if same:
            return same
        near = [word for word, _, _ in process.extract(asked, self._sorted, scorer=OSA.distance, score_cutoff=FARTHEST)]
        found = [word for word in {*near, *self._alike.get(heard(asked), ())} if self._likeness(asked, word)]
        return tuple(sorted(found)) if found and not self._knows(asked) else ()

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        """Words by what is heard."""
        alike = defaultdict[str, list[str]](list)
        for word in self._sorted:
            alike[heard(word)].append(word)
        return dict(alike)
