"""Bring the official data of a territory into a pack of the user: chosen, found, converted, published."""

from geoville.workflows.fetch.request import Brought, FetchRequest, FetchRun, Progress
from geoville.workflows.fetch.run import fetch_pack
from geoville.workflows.fetch.target import Target, target_of_country, target_of_departement, target_of_pack

__all__ = [
    "Brought",
    "FetchRequest",
    "FetchRun",
    "Progress",
    "Target",
    "fetch_pack",
    "target_of_country",
    "target_of_departement",
    "target_of_pack",
]
