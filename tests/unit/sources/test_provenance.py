"""What a result was made from is written beside it, the same every time but for its execution block."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from geoville.law.parameters import DatedValue
from geoville.model import Source
from geoville.sources.provenance import InputFile, Provenance, rests_on, write_provenance

PROVENANCE = Provenance(
    command="perimeters candidates",
    inputs=(InputFile("grid", "carreaux_2019.csv", "ab" * 32, 2019),),
    law=(
        DatedValue("seuil", 0.6, date(2014, 7, 5), "Décret n° 2014-767", verified=True),
        DatedValue("population", 1000, date(2014, 7, 5), "Décret n° 2014-767", verified=False),
    ),
    parameters={"contiguity": "queen", "bridge_gap_m": 200},
    sources=(Source("Carreaux de 200 m", "Insee", "2019", "Licence Ouverte 2.0"),),
)


def test_document(tmp_path: Path) -> None:
    path = write_provenance(PROVENANCE, tmp_path / "candidats.gpkg")
    assert path == tmp_path / "candidats.gpkg.provenance.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["command"] == "perimeters candidates"
    assert document["inputs"] == [{"role": "grid", "name": "carreaux_2019.csv", "sha256": "ab" * 32, "vintage": 2019}]
    assert document["law"][1] == {
        "parameter": "population",
        "value": 1000,
        "valid_from": "2014-07-05",
        "reference": "Décret n° 2014-767",
        "verified": False,
        "reading": "none",
    }
    assert document["unverified"] == ["population"]
    assert document["parameters"] == {"contiguity": "queen", "bridge_gap_m": 200}
    assert document["sources"][0]["producer"] == "Insee"
    assert document["execution"]["output"] == "candidats.gpkg"
    assert document["execution"]["geoville"]


def test_layout_is_stable(tmp_path: Path) -> None:
    text = write_provenance(PROVENANCE, tmp_path / "a.gpkg").read_bytes()
    assert text.endswith(b"}\n")
    assert b"\r" not in text
    assert "Décret n°".encode() in text
    keys = list(json.loads(text))
    assert keys == sorted(keys)


def test_only_the_execution_differs_between_runs(tmp_path: Path) -> None:
    first, second = (
        json.loads(write_provenance(PROVENANCE, tmp_path / name).read_bytes()) for name in ("a.gpkg", "b.gpkg")
    )
    assert first.pop("execution") != second.pop("execution")
    assert first == second


def test_no_path_of_the_machine_is_told(tmp_path: Path) -> None:
    """Two people who compute the same write the same bytes, and nobody's folders go with the file."""
    (tmp_path / "other").mkdir()
    first, second = (
        write_provenance(PROVENANCE, folder / "a.gpkg").read_text(encoding="utf-8")
        for folder in (tmp_path, tmp_path / "other")
    )
    assert first == second
    assert str(tmp_path) not in first


def test_same_bytes_twice(tmp_path: Path) -> None:
    first = write_provenance(PROVENANCE, tmp_path / "a.gpkg").read_bytes()
    assert write_provenance(PROVENANCE, tmp_path / "a.gpkg").read_bytes() == first


def test_no_secret_of_an_address_is_written(tmp_path: Path) -> None:
    asked = {
        "geocoder": "http://ana:S3CRET@geo.example:8080/search?key=S3CRET",
        "more": ["postgresql://S3CRET@base/ville", {"store": "s3://id:S3CRET@seau/actions.csv"}],
    }
    written = write_provenance(replace(PROVENANCE, parameters=asked), tmp_path / "a.csv")
    text = written.read_text(encoding="utf-8")
    assert "S3CRET" not in text
    assert "http://geo.example:8080/search?key=…" in text
    assert rests_on(tmp_path / "a.csv", replace(PROVENANCE, parameters=asked))
