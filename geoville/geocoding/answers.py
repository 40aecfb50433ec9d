"""What a geocoder answers: an address of a list or of a remote service as a position, the nearest to a point."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from geoville import french
from geoville.crs import departement_of
from geoville.geocoding.parse import StreetName, street_name
from geoville.geocoding.towns import arrondissement_of
from geoville.geocoding.words import normalise
from geoville.law import position_accuracy
from geoville.model import NotFound, Position, PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address


MOST_LISTED = 5
"""Most names that a sentence lists."""


class ListName:
    """How a list of addresses is called in a sentence: "la liste embarquée (56 adresses)"."""

    def __init__(self, name: str, size: int, *, complete: bool) -> None:
        self._text = f"{name} ({french.counted(size, 'adresse')})"
        self.complete = complete

    def absent(self, thing: str, suggestions: Iterable[str] = ()) -> NotFound:
        """Answer for a thing (a French feminine noun phrase) that the list does not hold."""
        proves_nothing = "" if self.complete else " ; cette liste est incomplète : l'absence ne prouve rien"
        near = ", ".join(suggestions)
        return NotFound(
            f"{thing} absente de {self._text}{proves_nothing}."
            + (f" Noms proches dans la liste : {near}." if near else "")
        )

    def unknown_town(self) -> NotFound:
        """Answer for a town or a postcode that the list does not hold."""
        return NotFound(
            f"Adresse non cherchée : commune inconnue de {self._text}. Sa position n'est pas connue ici : donner sa "
            "longitude et sa latitude, ou une liste d'adresses de cette commune."
        )

    def contradiction(self) -> NotFound:
        """Answer for a postcode and a town that the list knows, but not together."""
        return NotFound(
            f"Adresse non cherchée : le code postal et la commune demandés ne vont pas ensemble dans {self._text}."
        )

    def contradictory(self) -> str:
        """Sentence for a question whose postcode, INSEE code and town name several towns of the list."""
        return f"Le code postal, le code de commune ou la commune demandés se contredisent dans {self._text}."

    def searched_elsewhere(self) -> str:
        """Sentence for a street found although the town asked is not in the list."""
        return f"Adresse cherchée d'après sa rue seule : commune inconnue de {self._text}."

    def street_elsewhere(self, titles: Sequence[str]) -> NotFound:
        """Answer for a street that the list holds in other towns only."""
        return NotFound(f"Rue absente de {self._text} dans la commune demandée ; connue ailleurs : {listed(titles)}.")


def place_elsewhere(places: Iterable[Address]) -> NotFound:
    """Answer for a place that the list holds in other towns only."""
    return NotFound(f"Lieu inconnu dans la commune demandée ; connu ailleurs dans la liste : {quoted_places(places)}.")


def too_few_words(places: Iterable[Address]) -> NotFound:
    """Answer for words that name no place in full."""
    return NotFound(f"Nom trop court pour désigner un lieu ; préciser, par exemple : {quoted_places(places)}.")


def several_places(places: Sequence[Address]) -> str:
    """Say that several places answer to a name, or that one place has several positions, with the source of each."""
    if len({(place.place, place.city) for place in places}) > 1:
        return f"Plusieurs lieux possibles : {quoted_places(places)}."
    sources = " ; ".join(dict.fromkeys(place.source for place in places if place.source))
    return f"Plusieurs positions connues pour {quoted_places(places[:1])} ({sources})."


def quoted_places(places: Iterable[Address]) -> str:
    """Names of places, quoted for a sentence, with their towns where known."""
    return ", ".join(f"« {place.place} »" + (f" ({place.city})" if place.city else "") for place in places)


def label_of(address: Address) -> str:
    """An address or a place in one line, as the list writes it."""
    street = f"{number_of(address)} {address.street}".strip() if address.street else ""
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return ", ".join(part for part in (address.place, street, town) if part)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first few where they are many.

    >>> listed(["a", "b"]), listed(list("abcdefg"))
    ('a, b', 'a, b, c, d, e et 2 autres')
    """
    left_out = len(names) - MOST_LISTED
    others = f" et {french.counted(left_out, 'autre')}" if left_out > 0 else ""
    return ", ".join(names[:MOST_LISTED]) + others


def position(
    address: Address,
    kind: PositionType,
    score: float,
    doubts: Iterable[str] = (),
    label: str = "",
    whole: BaseGeometry | None = None,
    importance: float = 0.0,
) -> Position:
    """Position of an address of the list; not firm where there is a doubt or where its precision is a street's.

    Parameters
    ----------
    doubts : French sentences saying why the match is not sure.
    label : what was found, where it is not the address itself (a street, a town).
    whole : of the street or the town, where the list knows it whole.
    importance : of the street or the town.
    """
    vague = {PositionType.STREET: "street", PositionType.MUNICIPALITY: "municipality"}.get(kind)
    accuracy = position_accuracy(vague or address.precision)
    imprecise = () if accuracy.firm else (f"Position imprécise : {accuracy.reason}.",)
    reasons = (*doubts, *imprecise)
    is_itself, is_street = not label, kind is PositionType.STREET
    return Position(
        lon=address.lon,
        lat=address.lat,
        label=label or label_of(address),
        type=kind,
        score=round(score, 4),
        accuracy_m=accuracy.accuracy_m,
        accuracy_reason=accuracy.reason,
        firm=not reasons,
        firm_reason=" ".join(reasons),
        citycode=address.citycode,
        city=address.city,
        postcode=address.postcode,
        source=address.source,
        id=address.id if is_itself or address.number is None else street_id(address.id) if is_street else "",
        housenumber=number_of(address) if is_itself else "",
        street="" if address.place else address.street,
        former_citycode=address.former_citycode,
        former_city=address.former_city,
        importance=importance,
        whole=whole,
    )


_MOST_ADDRESSES = 1_000_000


def importance_of(addresses: int) -> float:
    """Importance of a street or a town, in [0, 1], by the number of its addresses: the BAN's comes from census figures.

    >>> importance_of(0), importance_of(99), importance_of(30_000), importance_of(2_000_000)
    (0.0, 0.33333, 0.74619, 1.0)
    """
    return round(min(1.0, math.log1p(addresses) / math.log(_MOST_ADDRESSES)), 5)


# --- How the BAN writes what is found: what clients of the API Adresse read


_KINDS_OF_THE_BAN = {PositionType.PLACE: "locality"}


def kind_as_ban(found: Position) -> str:
    """Type of a position as the API Adresse names it; "coordinates" for what was typed, which it does not know."""
    return _KINDS_OF_THE_BAN.get(found.type, found.type.value)


def label_as_ban(found: Position) -> str:
    """Label of an address or a street as the BAN writes it, without a comma; of a place or a town, as it is listed."""
    if found.type not in {PositionType.HOUSENUMBER, PositionType.STREET} or not found.street:
        return found.label
    return " ".join(part for part in (found.housenumber, found.street, found.postcode, found.city) if part)


def context_as_ban(found: Position) -> str:
    """Département and region of a position, as the list gives them, else by the code of its commune."""
    return found.context or context_of(found.citycode)


class Within(NamedTuple):
    """What a position lies in besides its town, as the BAN tells them apart; None where it lies in none."""

    oldcitycode: str | None = None
    oldcity: str | None = None
    district: str | None = None


def within_as_ban(found: Position) -> Within:
    """The merged commune of a position, or its arrondissement (Paris, Lyon, Marseille)."""
    if found.former_city and arrondissement_of(normalise(found.former_city)) is not None:
        return Within(district=found.former_city)
    return Within(found.former_citycode or None, found.former_city or None)


_ID_IN_A_STREET = re.compile(r"(\d[\dAB]\d{3}_\w+?)_\d{5}(?:_\w+)?", re.ASCII)


def street_id(house: str) -> str:
    """Id of the street of a house number in the BAN, whose id begins with it; empty where the id is another list's.

    >>> street_id("62193_5310_00012_bis"), street_id("CGZ043")
    ('62193_5310', '')
    """
    found = _ID_IN_A_STREET.fullmatch(house)
    return found[1] if found else ""


def number_of(address: Address) -> str:
    """House number with its repetition, as a text; empty where there is none."""
    return "" if address.number is None else f"{address.number}{spaced(address.suffix)}"


def spaced(suffix: str) -> str:
    """A letter sticks to its number, a word does not: "12b", "12 bis"."""
    return f" {suffix}" if len(suffix) > 1 else suffix


# --- One position for a question that may mean several


def either(found: Sequence[Position], reason: str) -> Position:
    """The first of some positions, sure only of what is true of them all: judged as a whole, where all are known.

    Parameters
    ----------
    found : every position that the question may mean.
    reason : French sentence saying why there are several.
    """
    import shapely

    shapes = [_points_of(one) for one in found]
    known = [shape for shape in shapes if shape is not None]
    unsure = (one.firm_reason for one in found if one.whole is None and one.firm_reason)
    others = tuple(dict.fromkeys(one.label for one in found[1:] if one.label != found[0].label))
    said = f"{reason} Autre réponse possible : {listed(others)}." if others else reason
    is_known = len(known) == len(shapes)
    return replace(
        found[0],
        score=min(one.score for one in found),
        accuracy_m=max(one.accuracy_m for one in found),
        firm=False,
        firm_reason=" ".join(dict.fromkeys((said, *unsure))),
        alternatives=() if is_known else others,
        whole=shapely.union_all(known) if is_known else None,
        side=None,
    )


def _points_of(found: Position) -> BaseGeometry | None:
    """Points that a position stands for, WGS84; None where it is not known, or is an area."""
    import shapely

    if found.whole is not None:
        return found.whole if shapely.get_dimensions(found.whole) == 0 else None
    return shapely.MultiPoint([(found.lon, found.lat)]) if found.firm else None


def doubtful(found: Position, *reasons: str) -> Position:
    """The same position, not firm, and nothing of its street or town being sure."""
    said = dict.fromkeys((*reasons, *filter(None, (found.firm_reason,))))
    if not reasons:
        return found
    return replace(found, firm=False, firm_reason=" ".join(said), whole=None, whole_is="", side=None)


# --- The address nearest to a point

WITHIN_M = 100
SCORE_FALLS_OVER_M = 1_000
METRES_IN_A_DEGREE = 111_195


def nearest(lon: float, lat: float, addresses: Iterable[Address]) -> Position | NotFound:
    """Nearest of some addresses to a point given in degrees, with its distance in the reason of its accuracy."""
    known = tuple(addresses)
    address = min(known, key=lambda one: (distance_m(lon, lat, one), one.id), default=None)
    away_m = distance_m(lon, lat, address) if address else math.inf
    if address is None or away_m > WITHIN_M:
        return NotFound(f"Aucune adresse de la liste à moins de {french.quantity(WITHIN_M, 'm')}.")
    is_point = address.number is None or not position_accuracy(address.precision).firm
    kind = PositionType.STREET if is_point else PositionType.HOUSENUMBER
    found = position(address, kind, 1 - away_m / SCORE_FALLS_OVER_M, label=label_of(address) if is_point else "")
    at = f"à {french.quantity(away_m, 'm')} du point demandé"
    street = (address.street, address.citycode)
    on_street = [one for one in known if one.street and (one.street, one.citycode) == street]
    importance = importance_of(len(on_street))
    return replace(found, accuracy_reason=f"{found.accuracy_reason}, {at}", importance=importance)


def distance_m(lon: float, lat: float, address: Address | RemoteAddress) -> float:
    """Distance on the ground from a point in degrees to an address, good to a metre over a few hundred."""
    east = (address.lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, address.lat - lat) * METRES_IN_A_DEGREE


# --- One result of a remote geocoder, in the flat GeoJSON that addok and the Géoplateforme share


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """An address, a street, a place or a town as a remote geocoder writes it.

    Parameters
    ----------
    lon, lat : degrees, WGS84.
    score : in [0, 1], the service's own.
    kind : "housenumber", "street", "locality" or "municipality".
    housenumber : number with its "bis", "b"…; empty but for an address.
    name : of the street, the place or the town, without number.
    city, others : name of the town; the other names that its place goes by (delegated commune, arrondissement).
    former_citycode : INSEE code of the delegated commune; empty where there is none.
    importance : in [0, 1], the service's own; 0 where it says none.
    """

    lon: float
    lat: float
    label: str
    score: float
    kind: str
    id: str
    housenumber: str
    name: str
    postcode: str
    citycode: str
    city: str
    others: tuple[str, ...]
    context: str
    former_citycode: str = ""
    importance: float = 0.0

    @property
    def street(self) -> StreetName:
        """Name of the street, or of the place, cut and normalised."""
        return street_name(self.name)

    @property
    def town_names(self) -> tuple[str, ...]:
        """Normalised names of the town."""
        return tuple(dict.fromkeys(normalise(name) for name in (self.city, *self.others) if name))


def remote_addresses(document: Any) -> tuple[RemoteAddress, ...]:
    """Results of an answer, in its order.

    Raises
    ------
    ValueError
        The answer is not a collection of points of the globe with their properties, or a score is not in [0, 1]. Its
        message may hold the question.
    """
    try:
        return tuple(_address(feature) for feature in document["features"])
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError from error


def _address(feature: Any) -> RemoteAddress:
    known = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"][:2]
    said = {key: _text(value) for key, value in known.items()}
    return RemoteAddress(
        lon=_within(lon, -180, 180),
        lat=_within(lat, -90, 90),
        label=said["label"],
        score=_within(known["score"], 0, 1),
        kind=said["type"],
        id=said.get("id", ""),
        housenumber=said.get("housenumber", ""),
        name=said.get("street") or said["name"],
        postcode=said.get("postcode", ""),
        citycode=said.get("citycode", ""),
        city=said.get("city", ""),
        others=tuple(said.get(key, "") for key in ("oldcity", "district")),
        context=said.get("context", ""),
        former_citycode=said.get("oldcitycode", ""),
        importance=_within(known.get("importance") or 0, 0, 1),
    )


_ROUNDING = 1e-6
_LONGEST_TEXT = 500
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
"""What CSV, XLSX or JSON cannot hold, or would read as something else than text."""


def _within(value: Any, least: float, most: float) -> float:
    """A number between two bounds, but for the rounding of who wrote it; NaN is not."""
    number = float(value)
    if not least - _ROUNDING <= number <= most + _ROUNDING:
        raise ValueError
    return min(max(number, least), most)


def _text(value: Any) -> str:
    """Text of a property; the first one where there are several, as addok gives the names of a merged town."""
    first = (value or [""])[0] if isinstance(value, list) else value
    return "" if first is None else _UNWRITABLE.sub(" ", str(first)[:_LONGEST_TEXT]).strip()


# --- Names of départements and regions, as the BAN gives them beside an address ("62, Pas-de-Calais, Hauts-de-France")

_REGIONS = {
    "Auvergne-Rhône-Alpes": "01 Ain;03 Allier;07 Ardèche;15 Cantal;26 Drôme;38 Isère;42 Loire;43 Haute-Loire;"
    "63 Puy-de-Dôme;69 Rhône;73 Savoie;74 Haute-Savoie",
    "Bourgogne-Franche-Comté": "21 Côte-d'Or;25 Doubs;39 Jura;58 Nièvre;70 Haute-Saône;71 Saône-et-Loire;89 Yonne;"
    "90 Territoire de Belfort",
    "Bretagne": "22 Côtes-d'Armor;29 Finistère;35 Ille-et-Vilaine;56 Morbihan",
    "Centre-Val de Loire": "18 Cher;28 Eure-et-Loir;36 Indre;37 Indre-et-Loire;41 Loir-et-Cher;45 Loiret",
    "Corse": "2A Corse-du-Sud;2B Haute-Corse",
    "Grand Est": "08 Ardennes;10 Aube;51 Marne;52 Haute-Marne;54 Meurthe-et-Moselle;55 Meuse;57 Moselle;67 Bas-Rhin;"
    "68 Haut-Rhin;88 Vosges",
    "Hauts-de-France": "02 Aisne;59 Nord;60 Oise;62 Pas-de-Calais;80 Somme",
    "Île-de-France": "75 Paris;77 Seine-et-Marne;78 Yvelines;91 Essonne;92 Hauts-de-Seine;93 Seine-Saint-Denis;"
    "94 Val-de-Marne;95 Val-d'Oise",
    "Normandie": "14 Calvados;27 Eure;50 Manche;61 Orne;76 Seine-Maritime",
    "Nouvelle-Aquitaine": "16 Charente;17 Charente-Maritime;19 Corrèze;23 Creuse;24 Dordogne;33 Gironde;40 Landes;"
    "47 Lot-et-Garonne;64 Pyrénées-Atlantiques;79 Deux-Sèvres;86 Vienne;87 Haute-Vienne",
    "Occitanie": "09 Ariège;11 Aude;12 Aveyron;30 Gard;31 Haute-Garonne;32 Gers;34 Hérault;46 Lot;48 Lozère;"
    "65 Hautes-Pyrénées;66 Pyrénées-Orientales;81 Tarn;82 Tarn-et-Garonne",
    "Pays de la Loire": "44 Loire-Atlantique;49 Maine-et-Loire;53 Mayenne;72 Sarthe;85 Vendée",
    "Provence-Alpes-Côte d'Azur": "04 Alpes-de-Haute-Provence;05 Hautes-Alpes;06 Alpes-Maritimes;13 Bouches-du-Rhône;"
    "83 Var;84 Vaucluse",
    "Guadeloupe": "971 Guadeloupe",
    "Martinique": "972 Martinique",
    "Guyane": "973 Guyane",
    "La Réunion": "974 La Réunion",
    "Mayotte": "976 Mayotte",
}
_CONTEXTS = {
    code: ", ".join(dict.fromkeys((code, name, region)))
    for region, known in _REGIONS.items()
    for code, _, name in (item.partition(" ") for item in known.split(";"))
}


def context_of(citycode: str) -> str:
    """Département and region of a commune, as the BAN writes them; empty where it has none, or no code is known.

    >>> context_of("62193"), context_of("2A004"), context_of("97411"), context_of("")
    ('62, Pas-de-Calais, Hauts-de-France', '2A, Corse-du-Sud, Corse', '974, La Réunion', '')
    """
    return _CONTEXTS.get(departement_of(citycode), "") if citycode else ""
