"""Which column of a file of perimeters says what, in the layouts met so far.

QPV 2024: code_qp, lib_qp, insee_com, lib_com… QPV 2015: CODE_QP, NOM_QP, COMMUNE_QP, sometimes code_commune. Files
written by geoville: the columns of `writers`. Towns' own files: any of the names below. Columns are compared in lower
case; the first one that is filled counts.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from geoville.errors import ContourError, Location
from geoville.law import generation_of_code
from geoville.model import Kind

if TYPE_CHECKING:
    from geoville.sources.contours.table import Scalar

CODE = ("code_qp", "code", "code_zus", "code_cucs", "code_zfu", "id", "identifiant")
NAME = ("lib_qp", "nom_qp", "name", "nom", "nom_zus", "nom_cucs", "nom_zfu", "libelle", "lib", "label")
COMMUNES = ("insee_com", "code_commune", "code_insee", "communes", "lib_com", "nom_commune", "commune_qp", "commune")
OWN = ("kind", "generation", "vintage", "estimated", "valid_from", "valid_to", "reference", "source")
TECHNICAL = ("fid", "ogc_fid", "geom", "geometry")

INSEE_CODE = re.compile(r"\d[\dAB]\d{3}")
_SEPARATORS = re.compile(r"\s*[;,]\s*")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class ContourRow:
    """One row of a file of perimeters, read column by column.

    Parameters
    ----------
    values : by column name in lower case; None where empty.
    file, number : for error messages: name of the file, 1-based row.
    """

    def __init__(self, values: dict[str, Scalar], file: str, number: int) -> None:
        self._values = values
        self._file = file
        self.number = number

    @property
    def code(self) -> str | None:
        """Code as written, None where the row has none."""
        return self._first(CODE)

    @property
    def name(self) -> str | None:
        """Name as written, None where the row has none."""
        return self._first(NAME)

    @property
    def communes(self) -> tuple[str, ...]:
        """INSEE codes, or names where the file has no codes."""
        return split_communes(self._first(COMMUNES) or "")

    @property
    def kind(self) -> Kind | None:
        """Kind said by a file of geoville; ContourError where it is not one."""
        text = self.text("kind")
        if text is None:
            return None
        try:
            return Kind(text)
        except ValueError as error:
            advice = f"écrire l'un de : {', '.join(Kind)}"
            raise self.fault("Nature de périmètre inconnue", "kind", advice) from error

    @property
    def estimated(self) -> bool | None:
        """Whether the file says that the perimeter is an estimate, None where it does not say."""
        text = self.text("estimated")
        if text is None:
            return None
        if text.lower() not in _TRUTH:
            raise self.fault("Valeur qui n'est ni vraie ni fausse", "estimated", "écrire true ou false")
        return _TRUTH[text.lower()]

    def text(self, column: str) -> str | None:
        """Value of a column as text; whole numbers are written without decimals."""
        value = self._values.get(column)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return None if value is None else str(value)

    def year(self, column: str) -> int | None:
        """Year in a column; ContourError where it is not one."""
        text = self.text(column)
        if text is None:
            return None
        if not re.fullmatch(r"(19|20)\d\d", text):
            raise self.fault("Année illisible", column, "écrire une année à quatre chiffres")
        return int(text)

    def day(self, column: str) -> date | None:
        """Date in a column; ContourError where it is not one."""
        text = self.text(column)
        try:
            return None if text is None else date.fromisoformat(text[:10])
        except ValueError as error:
            raise self.fault("Date illisible", column, "écrire AAAA-MM-JJ") from error

    @property
    def attributes(self) -> dict[str, Scalar]:
        """Columns that have no meaning of their own here, as they are; infinite numbers are left out."""
        known = {*CODE, *NAME, *COMMUNES, *OWN, *TECHNICAL}
        return {
            column: value
            for column, value in self._values.items()
            if column not in known and not (isinstance(value, float) and math.isinf(value))
        }

    def fault(self, message: str, column: str | None, advice: str) -> ContourError:
        """Error that points at this row."""
        value = self.text(column) if column else None
        return ContourError(message, where=Location(self._file, self.number, column, value), advice=advice)

    def _first(self, columns: tuple[str, ...]) -> str | None:
        return next((text for column in columns if (text := self.text(column)) is not None), None)


def split_communes(text: str) -> tuple[str, ...]:
    """Communes of one field, separated by semicolons or commas.

    A list that goes on with bare ordinals is one phrase about one town, and stays whole.

    >>> split_communes("62193; 62548"), split_communes("Marseille 11ème, La Penne-sur-Huveaune")
    (('62193', '62548'), ('Marseille 11ème', 'La Penne-sur-Huveaune'))
    >>> split_communes("Marseille 3ème, 1er et 2ème arrondissements")
    ('Marseille 3ème, 1er et 2ème arrondissements',)
    """
    parts = tuple(part for part in _SEPARATORS.split(text.strip()) if part)
    if all(INSEE_CODE.fullmatch(part) or not part[0].isdigit() for part in parts):
        return parts
    return (text.strip(),)


def departement_of_row(code: str | None, communes: tuple[str, ...]) -> str | None:
    """Département or commune code that the row gives away: from the QPV code, else from an INSEE code.

    >>> departement_of_row("QP062055", ()), departement_of_row("QN97401M", ()), departement_of_row(None, ("2A004",))
    ('62', '974', '2A004')
    """
    if code and generation_of_code(code):
        digits = code[2:5]
        return digits if digits.startswith("97") else digits[1:]
    return next((commune for commune in communes if INSEE_CODE.fullmatch(commune)), None)
