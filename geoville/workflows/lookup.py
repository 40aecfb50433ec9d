"""Does this address benefit a QPV? The desk that answers, for the command line, HTTP and Python alike."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from geoville import french
from geoville.crs import likely_projections, projections_said, refuse_swapped
from geoville.eligibility.decide import check_threshold, decide
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.geocoding.geocoder import LONGEST_TEXT, FirstThatKnows, WithoutAddresses
from geoville.geocoding.index import AddressIndex, check_index, is_address_index
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.geocoding.street_side import StreetAxes
from geoville.law import position_accuracy
from geoville.model import Position, PositionType
from geoville.sources.addresses import read_addresses
from geoville.sources.clock import today_where
from geoville.sources.contours import OwnColumns, read_perimeters
from geoville.sources.files import sha256_of
from geoville.sources.layers import read_streets
from geoville.sources.manifest import fetching, lacking
from geoville.sources.national import (
    QUARTER_COMMUNES,
    national_layer,
    national_manifest,
    with_carried_contours,
)
from geoville.sources.pack import each_once, open_pack, with_cell_people, with_published_people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.geocoding.geocoder import Geocoder
    from geoville.model import Answer, Kind, NotFound, Perimeter
    from geoville.sources.pack import Pack


# --- Which geocoder answers: the territory's own list, or one that the user chose

GEOPLATEFORME = "geoplateforme"


def open_geocoder(pack: Pack, *, addresses: Path | None = None, geocoder: str | None = None) -> Geocoder:
    """Open the geocoder of a territory.

    Parameters
    ----------
    addresses : searched instead of the pack's list: an index that `geoville data addresses build` wrote, else a list,
        taken as incomplete.
    geocoder : remote service asked instead of any list: "geoplateforme", or the URL of one that answers as addok does.

    Raises
    ------
    InvalidInputError
        Both a list and a service are given, or the service is not one.
    """
    if addresses and geocoder:
        raise InvalidInputError(
            "Une liste d'adresses et un géocodeur distant sont demandés ensemble",
            advice="garder --addresses ou --geocoder",
        )
    if geocoder:
        return _remote(geocoder)
    axes = _axes_of(pack)
    if addresses and is_address_index(addresses):
        return EmbeddedGeocoder(AddressIndex.open(addresses), axes=axes)
    if addresses:
        return EmbeddedGeocoder(read_addresses(addresses, complete=False, name="la liste fournie"), axes=axes)
    return _of_pack(pack, axes)


def _axes_of(pack: Pack) -> StreetAxes | None:
    """Axes of the streets of a pack, read when one is asked; None where it has no such layer."""
    if not pack.has("streets"):
        return None

    def read() -> tuple[NDArray[np.object_], int, Sequence[Sequence[str]]]:
        streets = read_streets(pack.file("streets").path, pack.epsg)
        return streets.lines, streets.epsg, streets.names

    return StreetAxes(read)


def _of_pack(pack: Pack, axes: StreetAxes | None) -> Geocoder:
    """Geocoder of the addresses that a pack has, in a list or in an index, and of those that the user added."""
    listed, index = pack.address_list(), pack.address_index
    has_list = any(not address.place for address in listed.addresses)
    if index is not None:
        indexed = EmbeddedGeocoder(AddressIndex.open(index), pack.places(), axes)
        return FirstThatKnows(EmbeddedGeocoder(listed, axes=axes), indexed) if has_list else indexed
    known = EmbeddedGeocoder(listed, axes=axes)
    if has_list:
        return known
    reason = f"{lacking('addresses', pack.name)} : {fetching('addresses', pack.name)}, ou donner --addresses."
    return WithoutAddresses(known, reason)


def _remote(geocoder: str) -> Geocoder:
    named = NAMED.get(geocoder.lower())
    return named() if named else _addok(geocoder)


def _addok(url: str) -> Geocoder:
    from geoville.geocoding.remote import AddokGeocoder

    return AddokGeocoder(url)


def _geoplateforme() -> Geocoder:
    from geoville.geocoding.remote import GeoplateformeGeocoder

    return GeoplateformeGeocoder()


NAMED: Mapping[str, Callable[[], Geocoder]] = {GEOPLATEFORME: _geoplateforme}
"""Geocoders known by name; any other name is the URL of an addok."""


_COORDINATES = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


_WITHOUT_ITS_ZERO = re.compile(r"(?<!\w)([1-9]\d{3})(?=\s+[^\W\d])")
"""What may be a postcode of the first nine départements before its town; or a year, or a house number."""
ZERO_BACK = "Zéro de tête rendu"


@dataclass(frozen=True, slots=True)
class QuestionNames:
    """How a door names the parts of a question, for the advice that errors give."""

    address: str
    lon: str
    lat: str
    accuracy_m: str

    def unclear(self, *others: str) -> InvalidInputError:
        """The error of a question that is none, or several; others are the ways of asking that some doors have."""
        ways = (self.address, f"{self.lon} et {self.lat} (et leur {self.accuracy_m})", *others)
        return InvalidInputError(
            "La question n'est pas claire", advice=f"donner {', '.join(f'soit {way}' for way in ways)}"
        )


def one_place(
    address: str | None, lon: float | None, lat: float | None, accuracy_m: float | None, names: QuestionNames
) -> str | tuple[float, float, float]:
    """What a question is about: an address, or a longitude, a latitude and their accuracy in metres, 0 if exact.

    Raises
    ------
    InvalidInputError
        It is about neither, or about both.

    >>> one_place(None, 1.8867, 50.956, None, QuestionNames("q", "lon", "lat", "accuracy_m"))
    (1.8867, 50.956, 0.0)
    """
    if address is not None and (lon, lat, accuracy_m) == (None, None, None):
        return address
    if address is None and lon is not None and lat is not None:
        return lon, lat, accuracy_m or 0.0
    raise names.unclear()


@dataclass(frozen=True, slots=True)
class LookupDesk:
    """Everything that answers need, loaded once.

    Parameters
    ----------
    geocoder, index : the addresses and the perimeters.
    decide_at : probability from which what is to be checked is said inside or outside; None to leave it so.
    """

    geocoder: Geocoder
    index: PerimeterIndex
    decide_at: float | None = None

    def answer(
        self,
        question: str,
        on: date,
        *,
        postcode: str = "",
        citycode: str = "",
        permit_date: date | None = None,
        rules: bool = True,
    ) -> Answer:
        """Answer about an address, the name of a place, or "lon,lat".

        Parameters
        ----------
        postcode, citycode : of the town where the address is, empty where the question says it itself.
        permit_date : day when the building permit is applied for, where it is known.
        rules : False where what rules ask of the place is shown to nobody.

        Raises
        ------
        InvalidInputError
            The question is empty or too long, or its coordinates are out of range. The message never repeats it.
        """
        found = self.located(question, postcode=postcode, citycode=citycode)
        return decide(
            found,
            self.index,
            on,
            permit_date=permit_date,
            decide_at=self.decide_at,
            rules=rules,
            today=today_where(found),
        )

    def located(self, question: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Where the place that a question is about was found, or typed."""
        typed = _COORDINATES.fullmatch(question)
        if typed:
            return typed_position(float(typed[1]), float(typed[2]))
        found = self.geocoder.search(question, postcode=postcode, citycode=citycode)
        sure = isinstance(found, Position) and found.firm
        return found if sure else self._with_lost_zero(question, postcode, citycode) or found

    def _with_lost_zero(self, question: str, postcode: str, citycode: str) -> Position | None:
        """Where "9000 Foix" is, as 09000 Foix: a spreadsheet took it for a number; None if it is not there."""
        written = list(_WITHOUT_ITS_ZERO.finditer(question))
        if not written:
            return None
        lost = written[-1]
        code = f"0{lost[1]}"
        asked = f"{question[: lost.start()]}{code}{question[lost.end() :]}"
        found = (
            self.geocoder.search(asked, postcode=postcode, citycode=citycode) if len(asked) <= LONGEST_TEXT else None
        )
        if not isinstance(found, Position) or found.postcode != code:
            return None
        return replace(found, notes=(*found.notes, f"{ZERO_BACK} au code postal : {code}."))

    def answer_at(
        self,
        lon: float,
        lat: float,
        on: date,
        accuracy_m: float = 0.0,
        *,
        permit_date: date | None = None,
        rules: bool = True,
    ) -> Answer:
        """Answer about coordinates, exact unless an accuracy in metres is given."""
        found = typed_position(lon, lat, accuracy_m)
        return decide(
            found,
            self.index,
            on,
            permit_date=permit_date,
            decide_at=self.decide_at,
            rules=rules,
            today=today_where(found),
        )


_VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """Which addresses and which perimeters answer, as values that another process may be given.

    Parameters
    ----------
    territory : name of a pack.
    perimeters : files that answer instead of the pack's perimeters.
    addresses : list, taken as incomplete, or index of addresses searched instead of the pack's list.
    geocoder : remote service asked instead of any list: "geoplateforme", or the URL of one that answers as addok does.
    generation : of the files' QPV, where their codes do not tell.
    own : what the user says of the files: columns of the codes and names, CRS, layer.
    kind : of their perimeters, where the files do not tell.
    decide_at : as that of a `LookupDesk`.

    Notes
    -----
    Without files, the perimeters of the pack answer, and the official QPV of the whole country with them: a contour of
    the user's, or of the pack, stands for the one that geoville carries.
    """

    territory: str
    perimeters: tuple[Path, ...] = ()
    addresses: Path | None = None
    geocoder: str | None = None
    generation: int | None = None
    own: OwnColumns = field(default_factory=OwnColumns)
    kind: Kind | None = None
    decide_at: float | None = None

    def open(self) -> LookupDesk:
        """Load the addresses and perimeters.

        Raises
        ------
        InvalidInputError
            What is to be decided from is no probability above one half, a file cannot be read, or something is said of
            the files and none is given: an address would be answered as if it had not been said.
        """
        if self.decide_at is not None:
            check_threshold(self.decide_at)
        if not self.perimeters and (self.generation, self.kind, self.own) != (None, None, OwnColumns()):
            raise InvalidInputError(
                "Une génération, une nature ou des colonnes de contours sont dites, et aucun fichier de contours n'est "
                "donné",
                advice="donner ce fichier, ou ne pas les dire : c'est le jour qui choisit la génération",
            )
        pack = open_pack(self.territory)
        searcher = open_geocoder(pack, addresses=self.addresses, geocoder=self.geocoder)
        if self.perimeters:
            given = [found for path in self.perimeters for found in self._read(path)]
            return LookupDesk(searcher, PerimeterIndex(given, version=self._version(pack)), self.decide_at)
        country = national_layer()
        every = with_published_people(each_once((*pack.own_perimeters(), *country.perimeters)), pack.published_people)
        known = with_cell_people(every, pack.quarter_people)
        index = PerimeterIndex(known, pack.extent, country.country, whole=country.whole, version=self._version(pack))
        return LookupDesk(searcher, index, self.decide_at)

    def _read(self, path: Path) -> tuple[Perimeter, ...]:
        """Perimeters of a file; one without a surface refuses it unless geoville carries a contour of that quarter.

        Without it, an address that is inside would be said outside.
        """
        read_file = partial(read_perimeters, path, generation=self.generation, otherwise=self.kind, own=self.own)
        read, _ = with_carried_contours(read_file(flat_apart=True))
        return (read_file() if read.flat else read).perimeters

    def check_addresses(self) -> None:
        """See that an index of addresses that is given, of a whole country perhaps, is as it was written.

        Raises
        ------
        DataUnavailableError
            It is not.
        """
        if self.addresses and is_address_index(self.addresses):
            check_index(self.addresses)

    def check_workers(self, workers: int | None) -> None:
        """Refuse to ask from several processes a service that counts what one machine asks.

        Raises
        ------
        InvalidInputError
            The Géoplateforme would be asked by more than one process.
        """
        if (workers or 1) > 1 and (self.geocoder or "").lower() == GEOPLATEFORME:
            raise InvalidInputError(
                "La Géoplateforme limite le nombre de questions d'une machine", advice="l'interroger sans --workers"
            )

    def _version(self, pack: Pack) -> str:
        """Version of the contours and of the pack that answer, from the checksums that their manifests give.

        The same files, the same version: a stored answer is tied by it to the data that it was made from.
        """
        known = self._identity(pack)
        return hashlib.sha256(f"{known['data']}\0{known['perimeters']}".encode()).hexdigest()[:_VERSION_DIGITS]

    @property
    def data_version(self) -> str:
        """Version of the contours and of the territory that answer, as every answer carries it."""
        return self._version(open_pack(self.territory))

    def identity(self) -> dict[str, str]:
        """What the answers depend on: checksums of every file that may be read, and the choices made."""
        return self._identity(open_pack(self.territory))

    def _identity(self, pack: Pack) -> dict[str, str]:
        country = (file for file in national_manifest().files if file.role != QUARTER_COMMUNES)
        shipped = [file.source.sha256 or "" for file in (*pack.manifest.files, *country)]
        own = [*map(str, self.own.said().values()), *([self.kind.value] if self.kind else [])]
        asked = self.geocoder or ""  # its address may hold a key: it is compared, and written nowhere
        return {
            "data": " ".join([self.territory, *shipped, *(item.sha256 for item in pack.additions)]),
            "perimeters": " ".join([*map(sha256_of, self.perimeters), str(self.generation or ""), *own]),
            "decide_at": "" if self.decide_at is None else repr(self.decide_at),
            "geocoder": sha256_of(self.addresses) if self.addresses else sha256(asked.encode()).hexdigest(),
        }


def typed_position(lon: float, lat: float, accuracy_m: float = 0.0) -> Position:
    """Coordinates as a user typed them, WGS84 degrees.

    Raises
    ------
    InvalidInputError
        Out of range, or given in the wrong order.
    """
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the globe's own bounds; also refuses NaN
        metres = projections_said(likely_projections(np.array([lon]), np.array([lat])))
        raise InvalidInputError(
            f"Coordonnées en {metres}, et non en degrés" if metres else "Coordonnées hors du globe",
            advice="donner la longitude puis la latitude, en degrés décimaux",
        )
    refuse_swapped((lon, lat, lon, lat))
    if not (math.isfinite(accuracy_m) and accuracy_m >= 0):
        raise InvalidInputError(
            f"La précision ({french.as_given(accuracy_m)} m) n'est pas une distance",
            advice="donner un nombre de mètres, zéro ou plus",
        )
    accuracy = position_accuracy("coordinates")
    return Position(
        lon=lon,
        lat=lat,
        label=f"{lon}, {lat}",
        type=PositionType.COORDINATES,
        accuracy_m=accuracy_m or accuracy.accuracy_m,
        accuracy_reason="précision indiquée avec les coordonnées" if accuracy_m else accuracy.reason,
    )
