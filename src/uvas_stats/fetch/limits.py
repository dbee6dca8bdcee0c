"""A rate limiter that all threads share and that also keeps the burst limit."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Limits", "RateLimiter", "schedule_seconds"]

MARGIN = 0.02
"""Seconds added to each window, because calls do not reach the service exactly when they leave."""


@dataclass(frozen=True)
class Limits:
    """What a service allows: cells in one call, and calls in a window of seconds.

    The defaults are the most careful that have been published, for a service that does not say.
    """

    cells: int = 100_000
    calls: int = 10
    seconds: float = 10.0

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """The windows to keep: the service's own, and no more in any second than its mean rate.

        Examples
        --------
        >>> Limits(150_000, 30, 10).windows, Limits(150_000, 3, 1).windows
        (((30, 10), (3, 1.0)), ((3, 1),))
        """
        if self.seconds <= 1:
            return ((self.calls, self.seconds),)
        return ((self.calls, self.seconds), (max(1, math.ceil(self.calls / self.seconds)), 1.0))


def schedule_seconds(calls: int, limits: Limits) -> float:
    """Compute how long the limits alone make a number of calls take, from the first start to the last.

    Examples
    --------
    >>> schedule_seconds(10, Limits(150_000, 3, 1)), schedule_seconds(31, Limits(150_000, 30, 10))
    (3.0, 10.0)
    """
    if calls <= 0:
        return 0.0
    starts: list[float] = []
    for index in range(calls):
        ready = starts[-1] if starts else 0.0
        for allowed, seconds in limits.windows:
            if index >= allowed:
                ready = max(ready, starts[index - allowed] + seconds)
        starts.append(ready)
    return starts[-1]


class RateLimiter:
    """Let no more calls through than the windows allow, whichever thread asks.

    Parameters
    ----------
    limits
        The windows; replaced with :meth:`set_limits` once the service has been asked.
    clock, sleep
        Replaced by tests.

    Examples
    --------
    >>> now = [0.0]
    >>> def sleep(seconds: float) -> None:
    ...     now[0] += seconds
    >>> limiter = RateLimiter(Limits(1, 2, 1.0), clock=lambda: now[0], sleep=sleep)
    >>> for _ in range(5):
    ...     limiter.acquire()
    >>> round(now[0], 2)
    2.04
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep
        self._stamps: deque[float] = deque(maxlen=10_000)
        self._closed_until = -math.inf
        self.limits = limits or Limits()

    def set_limits(self, limits: Limits) -> None:
        """Change the windows; calls already made still count."""
        with self._lock:
            self.limits = limits

    def acquire(self) -> None:
        """Wait until a call may be made, and count it. A call that is refused later has been counted too."""
        while True:
            with self._lock:
                now = self._clock()
                wait = self._wait(now)
                if wait <= 0:
                    self._stamps.append(now)
                    return
            self._sleep(wait)  # outside the lock; the loop looks again, so that threads never pass together

    def pause(self, seconds: float) -> None:
        """Let nobody through for a while, because the service said so."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def _wait(self, now: float) -> float:
        ready = self._closed_until
        for allowed, seconds in self.limits.windows:
            if len(self._stamps) >= allowed:
                ready = max(ready, self._stamps[-allowed] + seconds + MARGIN)
        return ready - now
