from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from geoville.geocoding.remote import Pace


class FakeTime:
    """A clock that only sleeping, and a little work, moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def starts_of(count: int, per_second: int | None, work_s: float = 0.001) -> list[float]:
    time = FakeTime()
    pace = Pace(per_second, clock=time.clock, sleep=time.sleep)
    starts = []
    for _ in range(count):
        pace.wait()
        starts.append(time.now)
        time.now += work_s
    return starts


@pytest.mark.parametrize("work_s", [0.0, 0.001, 0.02, 0.3])
def test_no_second_sees_more_than_forty_requests(work_s: float) -> None:
    starts = starts_of(500, 40, work_s)
    assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[40:], strict=False))


def test_the_pace_is_no_slower_than_it_may_be() -> None:
    starts = starts_of(401, 40)
    assert starts[-1] - starts[0] == pytest.approx(10.0, abs=0.1)


def test_slow_requests_are_not_slowed_further() -> None:
    assert starts_of(10, 40, 0.5)[-1] == pytest.approx(1004.5)


def test_nothing_limits_a_service_without_a_limit() -> None:
    assert starts_of(1000, None, 0.0)[-1] == 1000.0


def test_a_pause_holds_the_next_request() -> None:
    time = FakeTime()
    pace = Pace(None, clock=time.clock, sleep=time.sleep)
    pace.hold(5)
    pace.hold(2)
    pace.wait()
    assert time.now == 1005


def test_threads_share_one_pace() -> None:
    time = FakeTime()
    pace = Pace(40, clock=time.clock, sleep=time.sleep)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: pace.wait(), range(400)))
    assert time.now == pytest.approx(1009.0)
