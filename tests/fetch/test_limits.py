"""The limiter with a clock of its own: nothing sleeps."""

from __future__ import annotations

import itertools
import threading

import pytest

from uvas_stats.fetch.limits import Limits, RateLimiter, schedule_seconds


class Clock:
    """A clock that only goes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lock = threading.Lock()

    def __call__(self) -> float:
        with self.lock:
            return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


def starts(limits: Limits, calls: int) -> list[float]:
    clock = Clock()
    limiter = RateLimiter(limits, clock=clock, sleep=clock.sleep)
    found = []
    for _ in range(calls):
        limiter.acquire()
        found.append(clock.now)
    return found


def most_in(found: list[float], seconds: float) -> int:
    return max(sum(start <= other < start + seconds for other in found) for start in found)


@pytest.mark.parametrize(("calls", "seconds"), [(3, 1.0), (30, 10.0), (5, 10.0), (10, 10.0)])
def test_no_window_is_ever_exceeded(calls: int, seconds: float) -> None:
    found = starts(Limits(1, calls, seconds), 4 * calls)
    assert most_in(found, seconds) <= calls


def test_the_burst_limit_is_kept_though_the_service_names_only_the_long_window() -> None:
    found = starts(Limits(150_000, 30, 10), 60)
    assert most_in(found, 1.0) == 3


def test_many_threads_share_one_limit() -> None:
    clock = Clock()
    limiter = RateLimiter(Limits(1, 3, 1.0), clock=clock, sleep=clock.sleep)
    found: list[float] = []

    def work() -> None:
        for _ in range(5):
            limiter.acquire()
            found.append(limiter._stamps[-1])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stamps = list(limiter._stamps)
    assert len(stamps) == 40
    assert most_in(stamps, 1.0) == 3


def test_a_pause_holds_everyone_back() -> None:
    clock = Clock()
    limiter = RateLimiter(Limits(1, 3, 1.0), clock=clock, sleep=clock.sleep)
    limiter.pause(7)
    limiter.acquire()
    assert clock.now == pytest.approx(7)


def test_new_limits_count_the_calls_already_made() -> None:
    clock = Clock()
    limiter = RateLimiter(Limits(1, 3, 1.0), clock=clock, sleep=clock.sleep)
    limiter.acquire()
    limiter.set_limits(Limits(1, 1, 5.0))
    limiter.acquire()
    assert clock.now == pytest.approx(5.02)


def test_the_schedule_is_what_the_limiter_does_without_its_margin() -> None:
    for calls, limits in itertools.product((1, 2, 4, 31), (Limits(1, 3, 1.0), Limits(1, 30, 10.0))):
        assert (
            schedule_seconds(calls, limits) <= starts(limits, calls)[-1] <= schedule_seconds(calls, limits) * 1.03
        )
    assert schedule_seconds(0, Limits()) == 0
