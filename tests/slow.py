"""Which cases of a test run always; the others are more of the same, and marked slow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def quick(cases: Iterable[Any], *always: Any) -> list[Any]:
    """Mark all cases slow but those named."""
    return [case if case in always else pytest.param(case, marks=pytest.mark.slow) for case in cases]
