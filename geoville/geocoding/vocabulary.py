"""The words of French addresses, folded (lower case, no accent): types of street, abbreviations, noise, numbers."""

from __future__ import annotations


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
