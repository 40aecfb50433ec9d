"""The columns of the layers that geoville writes, as people read them: titles in French for tables and for QGIS."""

from __future__ import annotations

TITLES = {
    "code": "Code",
    "name": "Nom",
    "kind": "Nature",
    "generation": "Génération",
    "vintage": "Millésime des carreaux",
    "estimated": "Contour estimé",
    "valid_from": "En vigueur du",
    "valid_to": "Jusqu'au",
    "reference": "Texte",
    "accuracy_m": "Précision du contour (m)",
    "accuracy_source": "D'où vient cette précision",
    "communes": "Communes (codes Insee)",
    "source": "Source",
    "population": "Habitants (estimés)",
    "people": "Habitants",
    "households": "Ménages",
    "share_below_threshold": "Part sous le seuil",
    "share_below_low": "Part sous le seuil, borne basse (90 %)",
    "share_below_high": "Part sous le seuil, borne haute (90 %)",
    "share_below": "Part sous le seuil",
    "median_eur": "Revenu déclaré médian estimé (€ par UC et par an)",
    "median_low_eur": "Revenu médian, borne basse (90 %)",
    "median_high_eur": "Revenu médian, borne haute (90 %)",
    "standard_error_eur": "Erreur type du revenu médian (€)",
    "threshold_eur": "Seuil du décret (€ par UC et par an)",
    "mean_eur": "Niveau de vie moyen (€ par UC et par an)",
    "poor_share": "Part des ménages pauvres",
    "imputed": "Valeurs imputées par l'Insee",
    "euros_of": "Année des euros",
    "share_imputed": "Part des habitants en carreaux imputés",
    "share_covered": "Part de la surface couverte par les données",
    "coverage": "Couverture (whole, partial, none)",
    "figures_estimated": "Chiffres estimés",
    "outcome": "Conditions du décret (met, not_met, uncertain, unknown)",
    "cells": "Carreaux",
    "area_m2": "Surface (m²)",
    "iris": "IRIS (codes)",
    "commune": "Commune (code Insee)",
    "unit": "Unité urbaine",
    "unverified": "Ce qui n'a pas été vérifié",
    "scenario": "Scénario",
    "idcar_200m": "Carreau (identifiant Insee)",
    "scenarios": "Scénarios qui retiennent le carreau",
    "share": "Part des scénarios",
    "core": "Dans tous les scénarios",
    "own": "Dans le scénario du décret",
    "change": "Changement",
    "origin": "Origine",
    "reason": "Motif",
    "evidence": "Preuve",
    "secret": "Sous secret statistique",
    "ind": "Habitants",
    "men": "Ménages",
    "men_surf": "Surface des logements (m²)",
    "surface_moyenne_m2": "Surface moyenne d'un logement (m²)",
    "people_in_qpv": "Habitants en QPV",
    "share_in_qpv": "Part des habitants en QPV",
    "people_change": "Évolution des habitants",
    "mean_change": "Évolution du niveau de vie moyen",
    "lon": "Longitude d'un point intérieur",
    "lat": "Latitude d'un point intérieur",
}


_OF_A_YEAR = {"people": "Habitants", "mean_eur": "Niveau de vie moyen (€ par UC)", "share_covered": "Part couverte"}


def title_of(column: str) -> str:
    """Title of a column in French; its name where it has none, as those that come from the user's files.

    >>> title_of("ind_0_3"), title_of("part_log_soc"), title_of("people_2015"), title_of("zonage")
    ('Habitants de 0 à 3 ans', 'Logements sociaux (part)', 'Habitants en 2015', 'zonage')
    """
    if column in TITLES:
        return TITLES[column]
    if column.startswith("part_") and title_of(column[5:]) != column[5:]:
        return f"{title_of(column[5:])} (part)"
    stem, _, year = column.rpartition("_")
    if stem in _OF_A_YEAR and year.isdigit():
        return f"{_OF_A_YEAR[stem]} en {year}"
    from geoville.carroyage.portrait import AGES, OF_HOUSEHOLDS

    return f"Habitants de {AGES[column]}" if column in AGES else OF_HOUSEHOLDS.get(column, column)
