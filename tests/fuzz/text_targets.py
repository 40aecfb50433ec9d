"""Targets that are texts: TOML, JSON, identifiers, addresses; most are Python alone, and take a million inputs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import numpy as np
import samples as s
from target import Target, file_of

from geoville.api.lookup import read_entry
from geoville.carroyage.cell_id import encode_ids, format_cell_ids, parse_cell_ids
from geoville.geocoding.geocoder import check_question
from geoville.geocoding.parse import parse_address
from geoville.geocoding.remote import GeoplateformeGeocoder, Pace
from geoville.rendering.look import parse_style
from geoville.rendering.sector import parse_recipe
from geoville.sources.actions import read_action
from geoville.sources.additions import added_address_lists, added_perimeters, added_places, list_additions
from geoville.sources.bridges import read_bridge
from geoville.sources.downloads import read_record
from geoville.sources.official.area import Area
from geoville.sources.pack import open_pack
from geoville.sources.postgis import parse_postgis_address
from geoville.sources.registry import read_registry
from geoville.workflows.cql2 import read_filter
from geoville.workflows.fetch import open_journal
from geoville.workflows.lookup_file.output import Journal

_ASKED = ("input", "layout", "questions", "on", "data", "perimeters", "decide_at", "geocoder", "version")
REQUEST = dict.fromkeys(_ASKED, "x")
AREA = Area(2154, None)
STYLE = b'no_data = "#cccccc"\n[perimeters.qpv]\ncolour = "#12355b"\nwidth_px = 3\nname = "QPV"\n[places.school]\n'


def _as_text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda content: parse(content.decode("utf-8", errors="replace"))


def _cell_ids(content: bytes) -> None:
    ids = encode_ids(content.split(b"\n"))
    epsg, northing, easting = parse_cell_ids(ids)
    for code in np.unique(epsg[epsg > 0]):
        chosen = epsg == code
        format_cell_ids(int(code), northing[chosen], easting[chosen])


def _action(suffix: str) -> Callable[[bytes], None]:
    def parse(content: bytes) -> None:
        with file_of(content, f"action{suffix}") as path:
            read_action(path)

    return parse


def _drawing(content: bytes) -> None:
    """What the service does of a body that pydantic has let through."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict) and isinstance(document.get("type"), str):
        read_entry(document, 5_000)


def _manifest(content: bytes) -> None:
    with file_of(content, "territory.toml") as path, _user_folder(path.parent):
        version = path.parent / "packs" / "bourg" / "1"
        version.mkdir(parents=True)
        for name in ("communes.csv", "cells.csv", "candidats.geojson", "veille.geojson", "vecu.geojson"):
            (version / name).symlink_to(s.CALAIS / name)
        path.rename(version / path.name)
        (version.parent / "current").write_text("1\n", encoding="utf-8")
        pack = open_pack("bourg")
        for read in ("title", "epsg", "income_reference", "unit_references", "urban_unit_communes", "extent", "grids"):
            getattr(pack, read)
        pack.has("grid")


def _additions(content: bytes) -> None:
    with file_of(content, "additions.json") as path, _user_folder(path.parent):
        folder = path.parent / "territories" / "calais"
        folder.mkdir(parents=True)
        path.rename(folder / path.name)
        list_additions("calais")
        for read in (added_perimeters, added_address_lists, added_places):
            read("calais")


def _user_folder(folder: Path) -> Any:
    return mock.patch.dict(os.environ, {"GEOVILLE_DATA_DIR": str(folder)})


def _journal(content: bytes) -> None:
    with file_of(content, "journal") as path:
        journal = Journal(path, REQUEST)
        journal.resume()
        for _ in journal.answers():
            pass


def _fetch_journal(content: bytes) -> None:
    with file_of(content, "journal.json") as path:
        open_journal(path.parent, AREA).recall("grid", ["x"])


def _fetch_journal_sample() -> bytes:
    with file_of(b"", "journal.json") as path:
        journal = open_journal(path.parent, AREA)
    file = {"path": "grid.parquet", "role": "grid", "rows": 1, "left_out": 0, "notes": []}
    return s.text_of({"area": journal.area, "made": {"grid": {"checksums": ["x"], "files": [file], "sha256": ["0"]}}})


def _record(content: bytes) -> None:
    with file_of(content, "carreaux.zip.json") as path:
        record = read_record(path.with_suffix(""), "https://example.org/carreaux.zip")
        if record:
            assert isinstance(record.changed_on, str)


def _bridge(content: bytes) -> None:
    with file_of(content, "bridge.json") as path:
        read_bridge(path)


def _question(text: str) -> None:
    check_question(text)
    parse_address(text)


@cache
def _deaf_geocoder() -> GeoplateformeGeocoder:
    return GeoplateformeGeocoder("http://127.0.0.1:9/")


def _remote(content: bytes) -> None:
    """The answers of a remote geocoder are whatever it sends."""
    geocoder = _deaf_geocoder()
    answer = httpx.Response(200, content=content)
    with mock.patch.object(geocoder._client, "_get", return_value=answer), mock.patch.object(Pace, "wait"):
        geocoder.search("66 rue Mollien, 62100 Calais")
        geocoder.reverse(1.86, 50.95)
        geocoder.suggest("rue mo")


FILTERS = (
    b"people >= 30 AND name LIKE 'Beau%'",
    b"NOT (name IN ('a', 'b''c') OR people BETWEEN 1 AND 2.5e3) AND estimated = true",
    b"CASEI(name) = CASEI('fort') AND \"people\" IS NOT NULL",
)


def _filter(text: str) -> None:
    """Read a filter, and make its test."""
    test = read_filter(text, {"people": "number", "name": "string", "estimated": "boolean"})
    for row in ({"people": 31, "name": "Beau Marais", "estimated": True}, {"people": None, "name": None}):
        test(row)


def _recipe(text: str) -> None:
    parse_recipe(text, "secteur")


def _style(text: str) -> None:
    parse_style(text, "style.toml")


ADDITION = {
    "id": "qpv-1",
    "kind": "qpv",
    "file_name": "qpv.geojson",
    "sha256": "0" * 64,
    "stored": "qpv-1.geojson",
    "stored_sha256": "0" * 64,
    "rows": 1,
    "left_out": 0,
    "generation": 2024,
    "complete": False,
    "repairs": [{"code": "QN06253M", "reason": "trou", "area_before_m2": 1.0, "area_after_m2": 1.0}],
}
ANSWER = {**REQUEST, "on": "2026-01-15"}
JOURNAL = s.text_of(REQUEST) + b'\n[2,"dedans",1.5,null]\n[3,"dehors",-2,"x"]\n'
ADDRESSES = (
    "1 rue Youri Gagarine, 62100 Calais",
    "12 bis av. du Gal de Gaulle - BP 12 - 62107 CALAIS CEDEX 2",
    "appt 3, rés. « Les Dunes » bât. B 10-12 r. de l’Écluse",
)

TEXT_TARGETS: dict[str, Target] = {
    "cell ids": Target(
        _cell_ids,
        lambda: (b"CRS3035RES200mN3118000E3750400\n200mN31180E37504\nCRS2975RES200mN7670000E0345600",),
        is_pure=True,
    ),
    "action TOML": Target(_action(".toml"), lambda: ((s.EXAMPLES / "action.toml").read_bytes(),), is_pure=True),
    "action JSON": Target(
        _action(".json"),
        lambda: tuple(
            s.text_of(
                {
                    "title": "A",
                    "places": ["Calais", {"lon": 1.88, "lat": 50.95}],
                    "start": str(date(2025, 1, 1)),
                    "end": "2025-12-31",
                    "public": public,
                }
            )
            for public in ({"counts": {"QN06253M": 12}, "total": 40}, {"share_in_qpv": 0.35})
        ),
        is_pure=True,
    ),
    "recipe": Target(
        _as_text(_recipe),
        lambda: tuple(path.read_bytes() for path in sorted((s.REPOSITORY / "maps").glob("*.toml"))),
        is_pure=True,
    ),
    "style": Target(_as_text(_style), lambda: (STYLE,), is_pure=True),
    "registry": Target(
        _as_text(read_registry),
        lambda: (s.lines(s.REPOSITORY / "geoville" / "sources" / "registry.toml", 45),),
        is_pure=True,
    ),
    "drawing": Target(
        _drawing, lambda: (s.text_of(s.PLOT), (s.EXAMPLES / "batiment.geojson").read_bytes()), is_pure=True
    ),
    "manifest": Target(_manifest, lambda: ((s.CALAIS / "territory.toml").read_bytes(),)),
    "additions": Target(_additions, lambda: (s.text_of([ADDITION]),)),
    "journal of lookup-file": Target(_journal, lambda: (JOURNAL,), is_pure=True),
    "journal of fetch": Target(_fetch_journal, lambda: (_fetch_journal_sample(),), is_pure=True),
    "record of a download": Target(
        _record,
        lambda: (
            s.text_of(
                {
                    "url": "https://example.org/carreaux.zip",
                    "etag": '"a"',
                    "last_modified": "Mon, 23 Nov 2026 02:00:00 GMT",
                    "sha256": "",
                }
            ),
        ),
        is_pure=True,
    ),
    "bridge": Target(_bridge, lambda: ((s.REPOSITORY / "data" / "bridge.json").read_bytes(),), is_pure=True),
    "filter CQL2": Target(_as_text(_filter), lambda: FILTERS, is_pure=True),
    "PostGIS address": Target(
        _as_text(parse_postgis_address),
        lambda: (b"postgresql://ana:secret@localhost:5433/ville?sslmode=require#qpv.candidats",),
        is_pure=True,
    ),
    "question": Target(_as_text(_question), lambda: tuple(text.encode() for text in ADDRESSES), is_pure=True),
    "remote answer": Target(_remote, lambda: (s.text_of(s.REMOTE),)),
}
"""By what the bytes are."""
