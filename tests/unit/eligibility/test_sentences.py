"""How perimeters are named: an estimate always as one, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from square_quarter import CANDIDATE, VEILLE, qpv

from geoville.eligibility.sentences import describe


def test_an_estimate_is_named_as_one_and_nothing_else_is() -> None:
    assert describe(qpv()).endswith("« Beau Marais » (QP062056, génération 2015)")
    assert describe(VEILLE).endswith("« Beau Marais » (V1)")
    assert describe(replace(VEILLE, estimated=True)).endswith("« Beau Marais » (V1, estimé)")
    candidate = describe(CANDIDATE)
    assert candidate.endswith("(C1, carreaux de 2019)")
    assert "estimé" in candidate  # by the name of its kind
