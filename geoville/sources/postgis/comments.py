"""What a table says of itself in the base: comments in French, for those who open it in QGIS or pgAdmin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNATURE = "Table écrite par geoville"
"""Ends the comment of a table that geoville wrote, and may therefore replace."""

ESTIMATED = "Estimé, sans valeur réglementaire"
_PARTLY_ESTIMATED = f"{ESTIMATED} là où la colonne estimated est vraie"

_COMMON: Mapping[str, str] = {"fid": "Numéro de la ligne, dans l'ordre du fichier", "geom": "Géométrie"}
_PERIMETERS: Mapping[str, str] = {
    "code": "Code du périmètre",
    "name": "Nom",
    "kind": "Nature : qpv, candidat, veille, vecu, zus, cucs, npnru ou zfu",
    "generation": "Génération du zonage officiel (2015 ou 2024)",
    "vintage": "Millésime des revenus de la grille",
    "estimated": f"Vrai : {ESTIMATED.lower()} ; faux : contour officiel",
    "valid_from": "Premier jour en vigueur (AAAA-MM-JJ)",
    "valid_to": "Dernier jour en vigueur (AAAA-MM-JJ)",
    "reference": "Texte de droit",
    "communes": "Codes Insee des communes touchées, séparés par des points-virgules",
    "source": "Source à citer",
    "population": "Habitants",
    "households": "Ménages",
    "share_below_threshold": "Part estimée des habitants sous le seuil, de 0 à 1",
    "share_below_low": "Part sous le seuil : borne basse de l'intervalle à 90 %",
    "share_below_high": "Part sous le seuil : borne haute de l'intervalle à 90 %",
    "median_eur": "Revenu déclaré médian estimé, en euros par UC et par an",
    "median_low_eur": "Revenu médian : borne basse de l'intervalle à 90 %, en euros par UC et par an",
    "median_high_eur": "Revenu médian : borne haute de l'intervalle à 90 %, en euros par UC et par an",
    "threshold_eur": "Seuil de revenu, en euros par UC et par an",
    "share_imputed": "Part de la population en carreaux imputés par l'Insee, de 0 à 1",
    "cells": "Nombre de carreaux de 200 m",
    "area_m2": "Surface, en mètres carrés",
    "iris": "Codes des IRIS touchés, séparés par des points-virgules",
    "change": "enter : entre, leave : sort, stay : reste",
    "old_code": "Code du périmètre d'avant",
    "old_name": "Nom du périmètre d'avant",
    "new_code": "Code du périmètre d'après",
    "new_name": "Nom du périmètre d'après",
    "people": "Habitants",
    "unverified": "Ce sur quoi le calcul repose sans que le texte ait été lu",
}
_ANSWERS: Mapping[str, str] = {
    "qpv_date": "Jour auquel la réponse vaut",
    "qpv_verdict": "inside, outside, uncertain ou not_found",
    "qpv_basis": "official : contour officiel ; estimated : estimation, sans valeur réglementaire",
    "qpv_code": "Code du périmètre qui répond, ou du plus proche",
    "qpv_nom": "Nom de ce périmètre",
    "qpv_generation": "Génération de ce périmètre",
    "qpv_distance_m": "Distance à sa limite, en mètres ; négative à l'intérieur",
    "qpv_raison": "La réponse en une phrase",
}


def column_comments(names: Sequence[str]) -> Mapping[str, str]:
    """Comments of the columns that geoville names; those of a user's file keep their meaning to themselves."""
    return {**_COMMON, **_ANSWERS, **(_PERIMETERS if "estimated" in names else {})}


def table_comment(provenance: Mapping[str, Any] | None, estimated: tuple[bool, bool]) -> str:
    """Nature, command, sources and licences of a table.

    Parameters
    ----------
    provenance : the document that geoville writes beside a result; None where there is none.
    estimated : whether some rows are estimates, and whether all are.

    Examples
    --------
    >>> table_comment({"command": "data raster", "sources": []}, (True, True))
    'Estimé, sans valeur réglementaire. Commande : geoville data raster. Table écrite par geoville.'
    """
    some, every = estimated
    document = provenance or {}
    sources = " ; ".join(_citation(source) for source in document.get("sources", ()))
    parts = (
        ESTIMATED if every else _PARTLY_ESTIMATED if some else "",
        f"Commande : geoville {document['command']}" if document.get("command") else "",
        f"Sources : {sources}" if sources else "",
        SIGNATURE,
    )
    return "".join(f"{part.rstrip('.')}. " for part in parts if part).strip()


def _citation(source: Mapping[str, Any]) -> str:
    words = [str(source[key]) for key in ("producer", "title", "vintage") if source.get(key)]
    licence = f" ({source['licence']})" if source.get("licence") else ""
    return ", ".join(words) + licence
