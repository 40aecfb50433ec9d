"""Rows of lists of addresses, in the layouts of the BAN, of the base adresse locale (BAL) and of geoville.

Columns of the BAN: https://adresse.data.gouv.fr/outils/telechargements/format-csv. A BAL has no postcode, and writes
99999 as the number of a street or a place without numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.model import Address
from geoville.sources.addresses.cells import (
    check_codes,
    check_metropolitan,
    fault,
    house_number,
    known_precision,
    position_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS_COLUMNS = ("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat")
BAL_COLUMNS = ("cle_interop", "numero", "suffixe", "voie_nom", "commune_nom", "long", "lat")

WITHOUT_TYPE = "segment"
"""Precision of a position whose type is not said: the vaguest that an address has."""

NO_NUMBER_OF_BAL = "99999"
INSEE_CODE_LENGTH = 5


def ban_address(path: Path, line: int, row: dict[str, str]) -> Address:
    """Address of a row of the BAN's layout, or of the small one.

    Raises
    ------
    AddressListError
        The first fault: empty cell, number, code, position or precision that cannot be.
    """
    for column in ("id", "nom_voie", "nom_commune"):
        if not row[column]:
            fault("Case vide", path, line, column, None)
    check_codes(path, line, row)
    lon, lat = position_of(path, line, row)
    check_metropolitan(path, line, row, lon, lat)
    return Address(
        id=row["id"],
        number=house_number(path, line, row["numero"]),
        suffix=row["rep"].lower(),
        street=row["nom_voie"],
        place="",
        postcode=row["code_postal"],
        citycode=row["code_insee"],
        city=row["nom_commune"],
        lon=lon,
        lat=lat,
        precision=_precision(path, line, row),
        source=row.get("source", ""),
        former_citycode=row.get("code_insee_ancienne_commune", ""),
        former_city=row.get("nom_ancienne_commune", ""),
    )


def bal_address(path: Path, line: int, row: dict[str, str]) -> Address:
    """Address of a row of a BAL, versions 1.1 to 1.4; see `ban_address`."""
    numbered = row["numero"] != NO_NUMBER_OF_BAL
    as_ban = {
        "id": row["cle_interop"],
        "numero": row["numero"] if numbered else "",
        "rep": row["suffixe"],
        "nom_voie": row["voie_nom"],
        "code_postal": "",
        "code_insee": row.get("commune_insee") or row["cle_interop"][:INSEE_CODE_LENGTH],
        "nom_commune": row["commune_nom"],
        "lon": row["long"],
        "lat": row["lat"],
        "type_position": row.get("position", "") if numbered else "street",
        "source": row.get("source", ""),
        "code_insee_ancienne_commune": row.get("commune_deleguee_insee", ""),
        "nom_ancienne_commune": row.get("commune_deleguee_nom", ""),
    }
    return ban_address(path, line, as_ban)


def _precision(path: Path, line: int, row: dict[str, str]) -> str:
    if "precision" in row:
        return known_precision(path, line, "precision", row["precision"])
    return row.get("type_position", "").lower().replace("’", "'") or WITHOUT_TYPE
