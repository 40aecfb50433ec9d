"""What is said of the beneficiaries of an action, checked entry by entry; the values are never repeated in errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import Location
from geoville.sources.actions.areas import area_of
from geoville.sources.actions.faults import fault, refuse_unknown
from geoville.sources.places_of_use import SHARE_ADVICE, share_in

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.actions.areas import Area

PUBLIC_KEYS = ("share_in_qpv", "counts", "total", "addresses", "catchment")
DESCRIPTIONS = ("share_in_qpv", "counts", "addresses", "catchment")
"""Ways to describe a public: one at a time, since two of them could give a small count back by difference."""

_CODE = re.compile(r"[A-Z0-9-]{2,32}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedPublic:
    """Beneficiaries as described: one of these, the others are None.

    Parameters
    ----------
    share_in_qpv : in [0, 1].
    counts, total : by code of quarter, and of everybody.
    addresses : homes as texts, or the file that lists them.
    catchment : area whose inhabitants benefit.
    """

    share_in_qpv: float | None = None
    counts: tuple[tuple[str, int], ...] | None = None
    total: int = 0
    addresses: tuple[str, ...] | Path | None = None
    catchment: Area | None = None


def public_of(value: object, file: str, folder: Path | None) -> AskedPublic:
    """Check what is said of a public.

    Parameters
    ----------
    file : cited in errors.
    folder : that names of files are relative to; None where no file may be named.

    Raises
    ------
    InvalidInputError
        The first fault.
    """
    if not isinstance(value, dict):
        raise fault("« public » n'est pas une table", file, "public", "écrire [public], puis share_in_qpv = 0.6")
    refuse_unknown(value, PUBLIC_KEYS, file, "public.")
    given = [key for key in DESCRIPTIONS if value.get(key) is not None]
    if len(given) != 1:
        raise fault(
            f"Le public est décrit de {len(given)} façons au lieu d'une",
            file,
            "public",
            f"garder l'une de : {', '.join(DESCRIPTIONS)}",
        )
    if "total" in value and given != ["counts"]:
        raise fault("Un total est donné sans effectifs", file, "public.total", "l'ôter, ou donner counts")
    content = value[given[0]]
    if given == ["share_in_qpv"]:
        return AskedPublic(share_in_qpv=_share(content, file))
    if given == ["counts"]:
        counts = _counts(content, file)
        return AskedPublic(counts=counts, total=_total(value.get("total"), counts, file))
    if given == ["addresses"]:
        return AskedPublic(addresses=_addresses(content, file, folder))
    return AskedPublic(catchment=area_of(content, Location(file, column="public.catchment"), folder))


def _share(value: object, file: str) -> float:
    share = share_in(value) if isinstance(value, str) else value
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise fault("Ce n'est pas une part", file, "public.share_in_qpv", SHARE_ADVICE)
    return float(share)


def _counts(value: object, file: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict) or not value:
        raise fault("Effectifs absents ou mal écrits", file, "public.counts", "écrire { QN06254M = 40 }")
    for rank, (code, people) in enumerate(value.items(), start=1):
        if not _CODE.fullmatch(code):
            raise fault("Ce n'est pas un code de quartier", file, f"public.counts[{rank}]", "écrire QN06254M")
        if not _is_count(people):
            raise fault("Ce n'est pas un effectif", file, f"public.counts[{rank}]", "écrire un entier, zéro ou plus")
    return tuple(value.items())


def _total(value: Any, counts: tuple[tuple[str, int], ...], file: str) -> int:
    if not _is_count(value) or value < sum(people for _, people in counts) or value == 0:
        raise fault(
            "Le total des bénéficiaires manque, ou il est plus petit que la somme des quartiers",
            file,
            "public.total",
            "donner le nombre de tous les bénéficiaires, où qu'ils habitent",
        )
    return int(value)


def _addresses(value: object, file: str, folder: Path | None) -> tuple[str, ...] | Path:
    if isinstance(value, str) and value.strip() and folder is not None:
        return folder / value.strip()
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    advice = "donner une liste de textes, un par bénéficiaire"
    if folder is not None:
        advice += ", ou le nom d'un fichier CSV ou XLSX"
    raise fault("Adresses absentes ou mal écrites", file, "public.addresses", advice)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
