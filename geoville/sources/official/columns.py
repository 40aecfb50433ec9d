"""How official files spell the columns that geoville reads, in lower case, from one vintage to the next.

Read in: COG (TYPECOM, COM, LIBELLE), UU2020_au_01-01-2023.xlsx and UU2010 (CODGEO, UU2020, LIBUU2020, STATUT_COM_UU),
BASE_TD_FILO_DEC_IRIS (IRIS, LIBIRIS, DEC_MED19), RFL (RFUCQ211), CONTOURS-IRIS (INSEE_COM, IRIS, CODE_IRIS, NOM_IRIS;
before 2015 DCOMIRIS; IRIS-GE in GeoPackage: code_iris, nom_iris), ADMIN EXPRESS (INSEE_COM, NOM, POPULATION; from
version 4 code_insee, nom_officiel), BPE (DEPCOM, TYPEQU, LAMBERT_X, LAMBERT_Y, QUALITE_XY; from 2023 NOMRS, LONGITUDE,
LATITUDE, EPSG), BD TOPO (VIT_MOY_VL or vitesse_moyenne_vl) and Geofabrik's OpenStreetMap (fclass, maxspeed).
"""

from __future__ import annotations

import re

COMMUNE_CODES = ("insee_com", "code_insee", "codgeo", "code", "insee")
COMMUNE_NAMES = ("nom", "nom_officiel", "nom_com", "libgeo", "name", "nom_commune")
POPULATION = ("population",)
NOT_A_COMMUNE = ("insee_arm", "insee_cad")
"""Columns of municipal arrondissements and delegated communes, which also name their commune."""

NOT_A_COMMUNE_STARTS = ("code_insee_de_la_commune",)

IRIS_CODES = ("code_iris", "dcomiris", "codeiris", "iris_code")
IRIS_NAMES = ("nom_iris", "lib_iris", "libiris")

INCOME_CODES = ("iris", *IRIS_CODES)
DECLARED_MEDIAN = re.compile(r"(?:dec_med|rfucq2|median_declared_)(\d{2}|\d{4})")
DISPOSABLE_MEDIAN = re.compile(r"disp_med(\d{2}|\d{4})")
YEARLY_MEDIANS = ("median_uc", "median_declared_eur")

UNIT_COMMUNES = ("codgeo", "codeinsee", "code_insee", "com")
UNIT_COMMUNE_NAMES = ("libgeo", "nom_comm")
UNIT_CODE = re.compile(r"uu(20\d\d)|codeuu(\d\d)")
UNIT_NAME = re.compile(r"libuu20\d\d|libell.{1,2}\.uu\d\d")  # an accent is two letters where the encoding is not known
UNIT_STATUS = re.compile(r"statut_com_uu|statut_20\d\d")
OUTSIDE_UNITS = "H"
"""Status of a commune that is in no urban unit; its unit then has the code of the département and zeros."""

COG = frozenset({"typecom", "com", "libelle"})

GRID_COMMUNES = ("lcog_geo", "depcom")
GRID_2010_PEOPLE = "ind_c"

LABELS = frozenset({"cod_var", "cod_mod", "lib_mod"})
"""Columns of the files of INSEE that give the meaning of codes (`varmod`, `meta`)."""

ROAD_COLUMNS = (
    frozenset({"nature", "vit_moy_vl"}),
    frozenset({"nature", "vitesse_moyenne_vl"}),
    frozenset({"fclass", "maxspeed"}),
    frozenset({"highway"}),
)
"""What tells roads from other lines (railways, rivers) in BD TOPO and in exports of OpenStreetMap."""


def year_of(digits: str) -> int:
    """Year written with two or four digits.

    >>> year_of("19"), year_of("2011")
    (2019, 2011)
    """
    century = 2000
    return int(digits) if int(digits) >= century else century + int(digits)
