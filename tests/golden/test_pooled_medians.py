"""The median of a town from those of its IRIS, beside the one that INSEE publishes for the commune."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.realdata
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_pooled_iris_are_nearer_to_published_medians_than_their_mean(shared_data, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from pooled_medians import rms_error, towns_of

    towns = towns_of(shared_data, 2011)
    large = towns[towns["iris"] >= 50]
    assert len(large) >= 25
    assert rms_error(large, "pooled") < 0.025
    assert rms_error(large, "pooled") < rms_error(large, "mean") - 0.01
    assert rms_error(towns, "pooled") < rms_error(towns, "mean")
