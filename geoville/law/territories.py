"""Where the income rule applies: elsewhere another rule does, which geoville does not hold yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.crs import departement_of
from geoville.errors import LawError
from geoville.law.yaml_files import read_law

if TYPE_CHECKING:
    from collections.abc import Iterable


def require_income_rule(communes: Iterable[str]) -> None:
    """Refuse communes where quarters are not chosen by the income of 200 m cells.

    Parameters
    ----------
    communes : INSEE codes; empty ones are passed over.

    Raises
    ------
    LawError
        A commune of Guadeloupe, Guyane or Mayotte: a synthetic index decides there.

    >>> require_income_rule(["62193", "97209", "97411"])
    """
    other = read_law("territories.yaml")["synthetic_index"]
    refused = sorted({departement_of(code) for code in communes if code} & set(other["departements"]))
    if refused:
        raise LawError(
            f"Dans le département {refused[0]}, les quartiers prioritaires sont choisis non sur le revenu des carreaux "
            f"mais sur un indice synthétique ({other['reference']})",
            advice="geoville ne calcule pas encore cet indice",
        )
