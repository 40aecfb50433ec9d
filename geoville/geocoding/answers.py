"""French sentences and positions for what was found. They quote the list, never what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
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
        self._text = f"{name} ({french.number(size)} adresse{'s' if size > 1 else ''})"
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
        return NotFound(f"Adresse non cherchée : commune inconnue de {self._text}.")

    def contradiction(self) -> NotFound:
        """Answer for a postcode and a town that the list knows, but not together."""
        return NotFound(
            f"Adresse non cherchée : le code postal et la commune demandés ne vont pas ensemble dans {self._text}."
        )

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
    others = f" et {left_out} autre{'s' if left_out > 1 else ''}" if left_out > 0 else ""
    return ", ".join(names[:MOST_LISTED]) + others


def position(
    address: Address,
    kind: PositionType,
    score: float,
    doubts: Iterable[str] = (),
    label: str = "",
    whole: BaseGeometry | None = None,
) -> Position:
    """Position of an address of the list; not firm where there is a doubt or where its precision is a street's.

    Parameters
    ----------
    doubts : French sentences saying why the match is not sure.
    label : what was found, where it is not the address itself (a street, a town).
    whole : of the street or the town, where the list knows it whole.
    """
    vague = {PositionType.STREET: "street", PositionType.MUNICIPALITY: "municipality"}.get(kind)
    accuracy = position_accuracy(vague or address.precision)
    imprecise = () if accuracy.firm else (f"Position imprécise : {accuracy.reason}.",)
    reasons = (*doubts, *imprecise)
    is_itself = not label
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
        id=address.id if is_itself or address.number is None else "",
        housenumber=number_of(address) if is_itself else "",
        street="" if address.place else address.street,
        whole=whole,
    )


def number_of(address: Address) -> str:
    """House number with its repetition, as a text; empty where there is none."""
    return "" if address.number is None else f"{address.number}{_spaced(address.suffix)}"


def _spaced(suffix: str) -> str:
    """A letter sticks to its number, a word does not: "12b", "12 bis"."""
    return f" {suffix}" if len(suffix) > 1 else suffix
