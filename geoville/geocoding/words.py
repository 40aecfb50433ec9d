"""Words of an address: normalised, weighed, compared by letters and by sound."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoville.french import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


# --- The words of French addresses, folded (lower case, no accent): types of street, abbreviations, noise, numbers


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> list[str]:
    return text.split(",")


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

OTHER_TYPES = {
    "car": ("carriere",),
    "ch": ("chaussee",),
    "cor": ("coron",),
    "pas": ("passerelle",),
    "sen": ("sentier",),
}
"""Other types that an abbreviation may stand for: "SEN" is a sente or a sentier."""

WORD_ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "cdt": "commandant",
    "cmdt": "commandant",
    "cne": "capitaine",
    "col": "colonel",
    "dr": "docteur",
    "faub": "faubourg",
    "fbg": "faubourg",
    "fg": "faubourg",
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
    "regt": "regiment",
    "rgt": "regiment",
    "sgt": "sergent",
}

TITLES = _words(
    "abbe amiral capitaine colonel commandant docteur frere freres general groupe lieutenant marechal monseigneur "
    "pasteur pere president professeur sergent"
)
"""Titles that people leave out or add before a person's name."""

FIRST_NAMES = _words(
    "abel achille adele adolphe adrien adrienne agathe agnes aime aimee alain albert alberte albertine alexandra "
    "alexandre alexis alfred alice aline alphonse amable amedee amelie anais anatole andre andree ange angela angele "
    "anita anna anne annette annie anselme antoine antoinette antonin apolline aristide armand armande arnaud arsene "
    "arthur aubin auguste augustin augustine aurelie aurelien aurore baptiste barbara barthelemy basile bastien "
    "beatrice benjamin benoit berenice bernadette bernard berthe bertrand blaise blanche boris brigitte bruno camille "
    "carl carole caroline catherine cecile celestin celestine celine cesar charles charlotte chloe christian "
    "christiane christine christophe claire clara clarisse claude claudine clement clementine clotaire clotilde "
    "clovis colette constance constant constantin corinne cyprien cyrille damien daniel daniele danielle dante david "
    "deborah denis denise desire didier dominique dora dorothee edgar edith edmond edmonde edouard elena eleonore "
    "elie eliette elisa elisabeth elise eloi elsa emile emilie emilien emma emmanuel emmanuelle eric ernest ernestine "
    "estelle esther etienne eugene eugenie eusebe eva evariste fabien fabrice faustin felicie felicien felix "
    "ferdinand fernand fernande fidele firmin flora florence florent florian francis francisque franck francois "
    "francoise franklin franz frederic frederick friedrich gabriel gabrielle gaetan gaspard gaston genevieve geoffroy "
    "george georges georgette gerald gerard germain germaine gertrude gervais ghislain gilbert gilberte gilles "
    "ginette gisele giuseppe gontran graham gregoire guglielmo guillaume gustave guy hector helene henri henriette "
    "henry herbert hermann hermine hippolyte honore honorine hubert hugo hugues ida ignace igor ingrid irene iris "
    "irma isaac isabelle isadora isidore ivan jack jacqueline jacques james jean jeanne jeremie jerome jesse joachim "
    "joan joel joelle johann john jose joseph josephine josette josue jules julia julie julien juliette justin "
    "justine karl kleber laetitia lambert laure laurence laurent lazare lea leo leon leonard leonce leone leonie "
    "leonor leopold lise lisette loic louis louise louison luc luce lucette lucie lucien lucienne ludovic ludwig "
    "luther lydie mace madeleine mahatma manon manuel marc marceau marcel marcelin marcelle marcellin margaret "
    "marguerite maria marianne marie marin marina mario marion marius marlene martha marthe martial martin martine "
    "mathieu mathilde mathurin matthieu maurice max maxence maxime maximilien melanie michel michele micheline "
    "michelle mikhail mireille modeste moise monique moritz muriel nadia nadine napoleon narcisse nathalie nelly "
    "nelson nestor nicolas nicole nikola noe noel noelle norbert octave odette odile odilon olga olivier olympe oscar "
    "pablo pascal patrice patrick paul paule paulette paulin pauline philibert philippe philomene pierre pierrette "
    "placide prosper rachel raoul raphael raymond raymonde regine regis reine remi remy rene renee richard robert "
    "roberte roger roland romain romeo rosa rosalie rosalind rose roseline rosine sabine salvador salvatore samuel "
    "sarah sebastien serge severine sidonie simon simone solange sophie stanislas stephane stephanie suzanne suzy "
    "sylvain sylvaine sylvestre sylvette sylviane sylvie theodore theophile therese thibault thierry thomas tony "
    "toussaint tristan urbain ursule vaclav valentin valentine valerie valery vasco veronique victoire victor "
    "victorien victorine vincent violette virgile virginie vladimir walter wilfrid wilhelm winston wolfgang xavier "
    "yann yolande youri yves yvette yvon yvonne zacharie zoe"
)
"""First names of people after whom streets are called: left out of a name, they alone make no other name."""

THINGS = _words(
    "abattoir abbaye acacias alma alpes alsace amiens ancre arbre arcades arenes argent arras aubepine avenir bac "
    "bains bateau beaumont belair bergerie bleuets bois bonheur bordeaux bouleau bouleaux bourg bourgogne bretagne "
    "briqueterie butte caen calvaire camp campagne canal capucins carmes carriere cascade caserne cerf cerisier "
    "cerisiers champ champs chant chantier chapelle charmes chasse chateau chateaux chaumiere chene chenes cheval "
    "chevalier cigogne cimetiere citadelle clef cloche clocher cloitre clos colline colombe colombier commerce "
    "concorde cote coteau coteaux cour courbe couvent croix cygne dame dauphin digue douane dunes eau ecluse ecole "
    "ecoles ecuries egalite eglantines eglise enfer epine erable erables est etang etangs etoile europe falaise "
    "faucon fer ferme ferry feu flandre fleurs foire fontaine fontaines foret forge forges fort fosse fosses four "
    "fours france fraternite gaite garde gare garenne genets glaciere gouttiere gravier grenoble greve guerre haie "
    "haies halle halles hameau haras haut haute hermitage hetre hirondelle hopital horizon horloge hospice hotel ile "
    "iles iris jardin jardins jasmin jeu jonquilles justice lac lavande lavoir liberte lievre lilas lille lin lion "
    "loge loi loire loup lune lycee lyon lys mairie maison maisons marais marbre marche mare marguerites marine marne "
    "marronniers marseille martyrs mer meridienne merle merles metz meule midi mimosas mine mines moines moisson "
    "monnaie mont montagne monument moulin moulins mouton moutons muguet mur musee nantes nation neuf neuve noisetier "
    "noisetiers noix nord normandie oiseau oiseaux oliviers or orleans orme ormeaux ormes ouest paix palais panorama "
    "parc paris paroisse passage pecheurs peupliers pic picardie pierre pierres pigeon pin pins pinson pinsons plage "
    "plaine planche platane platanes pomme pommier pommiers pont ponts port porte poste poterie poudriere prairie pre "
    "pres presbytere prieure printemps prison progres provence puits quai raisin rempart remparts renard republique "
    "resistance riviere roc roche rocher rois rond rose roseaux roses rosiers roue rouen rougegorge route ruisseau "
    "ruisseaux sable sables sapin sapins saule saules savoie seine serre soie soleil somme sorbier source sources "
    "sport stade strasbourg sud tanneurs temple tennis terrasse theatre thym tilleul tilleuls toulouse tour tours "
    "trefle treille tuilerie tulipes union usine val vallee vallon vanne verdun verger vergers vert verte vieux vigne "
    "vignes village violettes voie"
)
"""Common nouns and places that streets are called by: alone, they are no surname that stands for a person's name."""

DISTINGUISHING = _words(
    "ancien ancienne bas basse grand grande haut haute nouveau nouvelle petit petite saint sainte vieille vieux"
)
"""Words that make another street when left out: the rue Pierre is not the rue Saint-Pierre."""

PARTICLES = _words("a au aux d de des du en et l la le les")
"""Small words that people drop or exchange; they never tell two streets apart."""

ALIASES = _words("alias dit dite plan")
"""Words between a name and another one of the same street: "Émile Chartier dit Alain"."""

PLURAL_ARTICLES = _words("aux des les")
SINGULAR_ARTICLES = _words("au du l la le")
"""Articles that tell the rue du Marais from the rue des Marais."""

BEFORE_FRANCE = _words("belle douce mendes nouvelle vieille")
"""Words after which "France" is part of a name, as after a first name: no country."""

PLACES_OF_STREETS = _words("cite hameau lotissement residence villa za zac zi")
"""Types that are also called in an address beside its street."""

MONTHS = _words("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre")

NUMBERED_ROADS = _words("departementale nationale d n rd rn")
"""Words after which a number belongs to the name of the road."""

_UNITS = _phrases(
    "un,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze,treize,quatorze,quinze,seize,dix sept,dix huit,"
    "dix neuf"
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre vingt"}


def _in_letters(value: int) -> str:
    """A number from 1 to 99, folded: "vingt et un", "soixante dix", "quatre vingt un"."""
    if value <= len(_UNITS):
        return _UNITS[value - 1]
    ten = max(start for start in _TENS if start <= value)
    rest = value - ten
    linked = "et " if rest in {1, 11} and ten != max(_TENS) else ""
    return f"{_TENS[ten]} {linked}{_in_letters(rest)}" if rest else _TENS[ten]


def _rank_in_letters(value: int) -> str:
    """The rank of a number: "deuxieme", "cinquieme", "neuvieme"."""
    cardinal = _in_letters(value)
    return f"{cardinal.removesuffix('e')}{'u' if cardinal.endswith('cinq') else ''}ieme".replace("neufieme", "neuvieme")


_MOST_IN_LETTERS = 99
NUMBER_WORDS = {
    **{str(value): _in_letters(value) for value in range(1, _MOST_IN_LETTERS + 1)},
    **{
        f"{value}{ending}": _rank_in_letters(value)
        for value in range(2, _MOST_IN_LETTERS + 1)
        for ending in ("e", "eme", "ieme")
    },
    "1er": "premier",
    "1ere": "premiere",
}
"""Numbers of the names of streets, as they are written in letters."""

REPETITIONS = _words("bis ter quater quinquies qte qua quat qui")
REPETITION_LETTERS = {"b": "bis", "t": "ter", "q": "quater"}
"""The letter that some lists write for a repetition index."""

NUMBER_SIGNS = _words("n no num numero")

INSIDE_BUILDING = _words(
    "aile app appart appartement appartements appt appts apt apts bal bat batiment batiments bats bloc blocs boite "
    "boutique box boxe bt bte btes bungalow bur bureau bureaux cage caravane casier cave caves cellule chambre "
    "chambres chb chbre code coffre couloir digicode emplacement ent entree entrees esc escal escalier escaliers "
    "etage etages etal etg flat garage garages guichet hall hangar ilot imm immeuble interphone kot lgt local locaux "
    "log loge logement logements lot lots magasin mobilhome module niv niveau palier parking pav pavillon plot porte "
    "portes poste pte rang secteur sonnette stand studio suite tour tours travee unite"
)
"""Words that, with the letter or number after them, say where in the building: of no use to a position."""

ENDS_OF_NAMES = _words("aile bloc boutique cave entree garage hall parking pavillon porte pte tour tours")
"""Those that also end the name of a street: "rue de la Grande Porte 12" has a house number."""

FLOORS = _words("etage etages etg et gauche droite droit face fond porte palier niveau")
"""What follows the rank of a floor or of a door: "2e étage", "3e gauche"."""

SIDES = _words("gauche droite droit face fond")

ALONE_INSIDE = _words("rdc rdj entresol")
"""Words that say where in the building without a number."""

COMPLEMENTS = _words(
    "batiment centre chez cite foyer hameau hlm immeuble lotissement quartier residence za zac zi zone"
)
"""Words that start what people write after a street on the same line."""

LETTERED_PLACES = _words("chalet cite hameau lotissement maison pavillon residence villa")
"""Places whose houses have a number of their own: "villa 12 rue Mollien" is not the 12 of the street."""

CITIES_WITH_ARRONDISSEMENTS = {"paris": 20, "lyon": 9, "marseille": 16}
"""How many arrondissements each has."""

COUNTRIES = _phrases("france,fr,republique francaise,france metropolitaine")

OTHER_COUNTRIES = frozenset(
    _phrases(
        "algerie,allemagne,andorre,angleterre,autriche,belgique,canada,deutschland,espagne,espana,irlande,italia,italie,"
        "luxembourg,maroc,monaco,pays bas,pologne,portugal,quebec,roumanie,royaume uni,senegal,suisse,tunisie,turquie,"
        "united kingdom,usa,etats unis"
    )
)
"""Countries whose addresses no list of France holds, though towns bear one name in two countries."""

DEPARTEMENTS = {
    name: code
    for code, _, name in (
        said.partition(" ")
        for said in _phrases(
            "01 ain,02 aisne,03 allier,04 alpes de haute provence,05 hautes alpes,06 alpes maritimes,07 ardeche,"
            "08 ardennes,09 ariege,10 aube,11 aude,12 aveyron,13 bouches du rhone,14 calvados,15 cantal,16 charente,"
            "17 charente maritime,18 cher,19 correze,2A corse du sud,2B haute corse,21 cote d or,22 cotes d armor,"
            "23 creuse,24 dordogne,25 doubs,26 drome,27 eure,28 eure et loir,29 finistere,30 gard,31 haute garonne,"
            "32 gers,33 gironde,34 herault,35 ille et vilaine,36 indre,37 indre et loire,38 isere,39 jura,40 landes,"
            "41 loir et cher,42 loire,43 haute loire,44 loire atlantique,45 loiret,46 lot,47 lot et garonne,48 lozere,"
            "49 maine et loire,50 manche,51 marne,52 haute marne,53 mayenne,54 meurthe et moselle,55 meuse,56 morbihan,"
            "57 moselle,58 nievre,59 nord,60 oise,61 orne,62 pas de calais,63 puy de dome,64 pyrenees atlantiques,"
            "65 hautes pyrenees,66 pyrenees orientales,67 bas rhin,68 haut rhin,69 rhone,70 haute saone,"
            "71 saone et loire,72 sarthe,73 savoie,74 haute savoie,75 paris,76 seine maritime,77 seine et marne,"
            "78 yvelines,79 deux sevres,80 somme,81 tarn,82 tarn et garonne,83 var,84 vaucluse,85 vendee,86 vienne,"
            "87 haute vienne,88 vosges,89 yonne,90 territoire de belfort,91 essonne,92 hauts de seine,"
            "93 seine saint denis,94 val de marne,95 val d oise,971 guadeloupe,972 martinique,973 guyane,"
            "974 la reunion,974 reunion,976 mayotte"
        )
    )
}
"""Codes of the départements by their names, as they are written after a town."""

AREAS = frozenset(
    (
        *COUNTRIES,
        *DEPARTEMENTS,
        *_phrases(
            "alsace,aquitaine,auvergne,auvergne rhone alpes,basse normandie,bourgogne,bourgogne franche comte,bretagne,"
            "centre val de loire,champagne ardenne,corse,franche comte,grand est,haute normandie,hauts de france,"
            "ile de france,languedoc roussillon,limousin,lorraine,midi pyrenees,nord pas de calais,normandie,"
            "nouvelle aquitaine,occitanie,paca,pays de la loire,picardie,poitou charentes,provence alpes cote d azur,"
            "rhone alpes"
        ),
    )
)
"""Countries, regions and départements that people write after a town."""

OPTIONAL_PLACE_WORDS = _words(
    "agence bureau centre commercial general local municipal municipale polyvalent professionnel public publique"
)
"""Words of a place's name that people leave out: "poste Fort Nieulay" is the "bureau de poste Fort Nieulay"."""


_DOUBLED = re.compile(r"([a-z])\1+")
_SILENT_H = re.compile(r"(?<!c)h")


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
    kept = tuple([word for word in words if word not in PARTICLES])
    if ALIASES.isdisjoint(kept):
        return kept or words
    last = len(kept) - 1
    return tuple(word for rank, word in enumerate(kept) if not (0 < rank < last and word in ALIASES)) or words


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


SHORTEST_SLIP = 5
SHORTEST_LETTER_SLIP = 8
SHORTEST_DOUBLED_SLIP = 7
"""Lengths under which letters exchanged, one letter inside a word, or a doubled one, may well make another name:
Fourier and Fournier, Roland and Rolland."""

NEAR_A_SLIP = 2

_KEYBOARD = ("azertyuiop", "qsdfghjklm", "wxcvbn")


def _neighbours_on_keyboard() -> frozenset[tuple[str, str]]:
    places = {letter: (row, column) for row, letters in enumerate(_KEYBOARD) for column, letter in enumerate(letters)}
    return frozenset(
        (one, other)
        for one, (row, column) in places.items()
        for other, (other_row, other_column) in places.items()
        if one != other and abs(row - other_row) <= 1 and abs(column - other_column) <= 1
    )


_NEIGHBOURS = _neighbours_on_keyboard()


def slip(asked: str, known: str) -> bool:
    """Whether two words differ as a finger slips, not as two names do: never by their first letter nor by their end.

    >>> slip("mollein", "mollien"), slip("calmete", "calmette"), slip("champailer", "champailler")
    (True, True, True)
    >>> slip("dupond", "dupont"), slip("haut", "haute"), slip("fourier", "fournier"), slip("roland", "rolland")
    (False, False, False, False)
    """
    shorter, longer = sorted((asked, known), key=len)
    if len(shorter) < SHORTEST_SLIP or asked[0] != known[0] or OSA.distance(asked, known, score_cutoff=1) != 1:
        return False
    start = next(
        (rank for rank, pair in enumerate(zip(asked, known, strict=False)) if len(set(pair)) > 1), len(shorter)
    )
    if len(shorter) == len(longer):
        if asked[start] == known[start + 1 : start + 2] and asked[start + 1 : start + 2] == known[start]:
            return True
        inside = 0 < start < len(asked) - 1 and len(asked) >= SHORTEST_LETTER_SLIP
        return inside and (asked[start], known[start]) in _NEIGHBOURS
    if start and longer[start] == longer[start - 1]:
        return start < len(shorter) and len(shorter) >= SHORTEST_DOUBLED_SLIP
    return 0 < start < len(shorter) - 1 and len(shorter) >= SHORTEST_LETTER_SLIP


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

    def is_slip(self, asked: str, known: str) -> bool:
        """Whether a typed word is surely a slip for one of the list: it is no word itself, and no other one is near."""
        if asked in THINGS or asked in FIRST_NAMES or not slip(asked, known):
            return False
        near = process.extract(asked, self._sorted, scorer=OSA.distance, score_cutoff=NEAR_A_SLIP, limit=2)
        return all(word == known for word, _, _ in near)

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
    def _sorted(self) -> list[str]:
        """Words in order, which are asked for by misspelt ones alone."""
        return sorted(self._words)

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        """Words by what is heard."""
        alike = defaultdict[str, list[str]](list)
        for word in self._sorted:
            alike[heard(word)].append(word)
        return dict(alike)
