"""Shapes of the forms of `/search/csv` and `/reverse/csv`: those of the API Adresse."""

from __future__ import annotations

from typing import Annotated

from fastapi import UploadFile  # noqa: TC002 - FastAPI reads the annotations
from pydantic import Field

from geoville.api.fields import DAY, AskedDay, Strict

MOST_COLUMNS = 50
LONGEST_NAME = 200

ColumnName = Annotated[str, Field(max_length=LONGEST_NAME)]


class FileForm(Strict):
    """Un fichier, et comment le lire."""

    data: UploadFile = Field(description="Fichier CSV, ou classeur XLSX")
    result_columns: list[ColumnName] = Field(
        [], max_length=MOST_COLUMNS, description="Colonnes à ajouter, répété ; toutes sinon"
    )
    encoding: str | None = Field(None, max_length=20, description="CSV : utf-8, cp1252 ou latin-1 ; reconnu sinon")
    delimiter: str | None = Field(None, max_length=3, description="CSV : « ; » « , » « | » ou tab ; reconnu sinon")
    on: AskedDay | None = Field(None, description=DAY)


class SearchFileForm(FileForm):
    """Un fichier d'adresses."""

    columns: list[ColumnName] = Field(
        [], max_length=MOST_COLUMNS, description="Colonnes de l'adresse, dans l'ordre, répété ; reconnues sinon"
    )
    citycode: ColumnName | None = Field(None, description="Colonne du code Insee qui limite la recherche")
    postcode: ColumnName | None = Field(None, description="Colonne du code postal qui limite la recherche")


class ReverseFileForm(FileForm):
    """Un fichier de coordonnées."""

    lon: ColumnName | None = Field(None, description="Colonne de la longitude ; reconnue sinon")
    lat: ColumnName | None = Field(None, description="Colonne de la latitude ; reconnue sinon")
