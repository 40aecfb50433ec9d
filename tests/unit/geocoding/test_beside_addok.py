"""What `benchmarks/beside_addok.py` prints: geoville gives no fewer right houses first than a real addok."""

from __future__ import annotations

import pytest
from machine import SHARED_DATA


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.needs("addok")
@pytest.mark.timeout(600)
def test_no_fewer_right_houses_come_first_than_from_addok(benchmark_module):
    asked, services = benchmark_module("beside_addok").beside(SHARED_DATA)
    right = {service: sum(told.right) for service, told in services.items()}
    assert len(asked) == 210
    assert right["geoville"] >= max(right["addok"], 204)
