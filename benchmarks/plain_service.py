"""What geoville is measured against by `load_http.py`: the service that one writes first.

FastAPI, pydantic, and geopandas over its `STRtree`; an address is the likeliest of all labels, by rapidfuzz. `/lookup`
lists the perimeters that geoville lists; `/nearest` gives the nearest one alone, which is the least that could be
answered. Neither gives rules, periods, sources, nor says anything of the accuracy of a position.
"""

from __future__ import annotations

import os
from datetime import date
from typing import Literal

import geopandas
import pandas as pd
import shapely
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from pyproj import Transformer
from rapidfuzz import process

PERIMETERS, ADDRESSES = "PLAIN_PERIMETERS", "PLAIN_ADDRESSES"
LEAST_SCORE = 80
NEARBY_M = 500
_TO_LAMBERT = Transformer.from_crs(4326, 2154, always_xy=True)


class Quarter(BaseModel):
    code: str
    name: str
    distance_m: float


class Answer(BaseModel):
    on: date
    verdict: Literal["inside", "outside"]
    perimeters: list[Quarter]
    reason: str


class Known:
    """Perimeters and addresses, read once."""

    def __init__(self) -> None:
        self.frame = geopandas.read_file(os.environ[PERIMETERS]).to_crs(2154)
        self.limits = self.frame.boundary
        addresses = pd.read_csv(os.environ[ADDRESSES])
        self.labels = addresses["label"].tolist()
        self.places = addresses[["lon", "lat"]].to_numpy()

    def around(self, lon: float, lat: float) -> list[Quarter]:
        """Perimeters within 500 m, else the nearest one, with signed distances."""
        point = shapely.Point(_TO_LAMBERT.transform(lon, lat))
        rows = self.frame.sindex.query(point, predicate="dwithin", distance=NEARBY_M)
        if not len(rows):
            rows = self.frame.sindex.nearest(point)[1]
        near = self.frame.iloc[rows]
        metres = self.limits.iloc[rows].distance(point)
        signed = metres.where(~near.intersects(point), -metres)
        return [
            Quarter(code=code, name=name, distance_m=distance_m)
            for code, name, distance_m in zip(near["code_qp"], near["lib_qp"], signed, strict=True)
        ]

    def nearest(self, lon: float, lat: float) -> list[Quarter]:
        """The nearest perimeter, at the distance to its limit."""
        point = shapely.Point(_TO_LAMBERT.transform(lon, lat))
        (_, [row]), [outside_m] = self.frame.sindex.nearest(point, return_all=False, return_distance=True)
        quarter = self.frame.iloc[row]
        distance_m = outside_m or -self.limits.iloc[row].distance(point)
        return [Quarter(code=quarter["code_qp"], name=quarter["lib_qp"], distance_m=distance_m)]

    def place(self, question: str) -> tuple[float, float]:
        """Longitude and latitude of an address."""
        found = process.extractOne(question, self.labels, score_cutoff=LEAST_SCORE)
        if found is None:
            raise HTTPException(404)
        lon, lat = self.places[found[2]]
        return lon, lat


def create_app() -> FastAPI:
    """Build the service with the files that the environment names."""
    app, known = FastAPI(), Known()

    # Not `def`: a pool of threads would make it slower, and shapely's prepared geometries unsafe.
    @app.get("/lookup")
    async def lookup(on: date, lon: float | None = None, lat: float | None = None, q: str | None = None) -> Answer:
        if q is not None:
            lon, lat = known.place(q)
        if lon is None or lat is None:
            raise HTTPException(422)
        return _answer(on, known.around(lon, lat))

    @app.get("/nearest")
    async def nearest(on: date, lon: float, lat: float) -> Answer:
        return _answer(on, known.nearest(lon, lat))

    return app


def _answer(on: date, perimeters: list[Quarter]) -> Answer:
    first = min(perimeters, key=lambda quarter: quarter.distance_m)
    verdict = "inside" if first.distance_m <= 0 else "outside"
    return Answer(
        on=on, verdict=verdict, perimeters=perimeters, reason=f"{verdict}: {abs(first.distance_m):.0f} m, {first.name}"
    )
