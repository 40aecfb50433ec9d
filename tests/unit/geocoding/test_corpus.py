"""The embedded geocoder on the frozen corpus: what `benchmarks/address_quality.py` prints does not get worse."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from geoville.geocoding import EmbeddedGeocoder

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@pytest.fixture(scope="module")
def quality(benchmark_module):
    return benchmark_module("address_quality")


@pytest.fixture(scope="module")
def outcomes(quality):
    geocoder = EmbeddedGeocoder(quality.corpus_addresses())
    return quality.judged(lambda text: quality.by_geoville(geocoder, text), quality.corpus_questions())


def test_the_corpus_is_large_and_half_of_it_is_held_out(quality):
    questions = quality.corpus_questions()
    kinds = Counter(question.kind for question in questions)
    assert kinds.pop(quality.ABSENT) == 400
    assert len(kinds) == 15
    assert set(kinds.values()) == {150}
    assert Counter(question.half for question in questions) == {"tuning": 1325, "held_out": 1325}


def test_the_corpus_shares_nothing_with_the_geocoder():
    assert not [path.name for path in CORPUS.glob("*.py") if "import geoville" in path.read_text("utf-8")]
    assert not [path.name for path in CORPUS.glob("*.py") if "from geoville" in path.read_text("utf-8")]


def test_streets_and_numbers_are_found_in_the_half_that_was_not_tuned_on(quality, outcomes):
    held_out = [one for one in outcomes if one.question.half == "held_out" and one.question.kind != quality.ABSENT]
    score = quality.score_of(held_out)
    assert score.street >= 0.99
    assert score.number >= 0.98


def test_no_class_is_neglected(quality, outcomes):
    for kind in {one.question.kind for one in outcomes} - {quality.ABSENT}:
        score = quality.score_of([one for one in outcomes if one.question.kind == kind])
        assert score.street >= 0.95, kind
        assert score.number is None or score.number >= 0.95, kind


def test_streets_that_do_not_exist_are_not_found(quality, outcomes):
    absent = [one for one in outcomes if one.question.kind == quality.ABSENT]
    assert sum(not one.street for one in absent) <= 0.01 * len(absent)


def test_the_method_note_gives_the_figures_of_the_held_out_half(quality, outcomes):
    held_out = [one for one in outcomes if one.question.half == "held_out"]
    absent = [one for one in held_out if one.question.kind == quality.ABSENT]
    found = quality.score_of([one for one in held_out if one.question.kind != quality.ABSENT])
    wrong = 1 - sum(one.street for one in absent) / len(absent)
    shares = (f"{100 * share:.1f} %".replace(".", ",") for share in (found.street, found.number, wrong))
    note = (CORPUS.parents[1] / "docs" / "methode.md").read_text("utf-8")
    assert f"| geoville | {' | '.join(shares)} |" in note


@pytest.mark.slow
def test_the_corpus_is_what_its_script_makes(tmp_path):
    for path in CORPUS.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "make_spellings.py")], check=True)
    assert (tmp_path / "spellings.csv").read_bytes() == (CORPUS / "spellings.csv").read_bytes()
