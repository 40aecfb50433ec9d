"""What the files of a pack are for, in words, and which command brings those that a pack of the user lacks."""

from __future__ import annotations

from geoville.errors import DataUnavailableError

_ROLES = {
    "grid": ("de carreaux de 200 m", "grid"),
    "cells": ("de table des communes et IRIS de ses carreaux", "commune_contours"),
    "communes": ("de noms de communes", "communes"),
    "iris": ("de contours d'IRIS", "iris_contours"),
    "iris_income": ("de revenus par IRIS", "iris_income"),
    "addresses": ("de liste d'adresses", "addresses"),
    "places": ("de lieux", "equipment"),
    "streets": ("de rues", "streets"),
    "qpv": ("de contours de QPV", "qpv"),
    "zfu": ("de contours de ZFU", "zfu"),
}
"""Role of a file, what the pack does not have, and the kind of data that `geoville data fetch --only` brings."""

USED_ROLES = ("grid", "cells", "communes", "iris_income", "addresses", "places", "qpv")
"""Roles without which some command does less."""


def lacking(role: str, name: str) -> str:
    """What a territory lacks, as a French sentence without its final stop.

    >>> lacking("addresses", "roubaix")
    "Le territoire « roubaix » n'a pas de liste d'adresses"
    """
    return f"Le territoire « {name} » n'a pas {_ROLES[role][0]}"


def fetching(role: str, name: str) -> str:
    """What to do about it, as a French clause.

    >>> fetching("addresses", "roubaix")
    'lancer « geoville data fetch roubaix --only addresses »'
    """
    return f"lancer « geoville data fetch {name} --only {_ROLES[role][1]} »"


def missing(role: str, name: str) -> DataUnavailableError:
    """The error that says that a territory lacks what a command needs, and which command brings it."""
    return DataUnavailableError(lacking(role, name), advice=fetching(role, name))
