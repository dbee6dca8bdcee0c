"""The shared folder may be missing on a laptop, never in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


def a_checkout_without_shared(pytester: pytest.Pytester) -> None:
    (pytester.path / "tests").mkdir()
    source = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    (pytester.path / "tests" / "conftest.py").write_text(source, encoding="utf-8")
    (pytester.path / "tests" / "test_one.py").write_text("def test_one(shared): assert shared.is_dir()\n")


def test_a_missing_shared_folder_is_a_reason_to_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    a_checkout_without_shared(pytester)
    result = pytester.runpytest_inprocess("-rs", "-p", "no:xdist", "--rootdir", str(pytester.path))
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*the folder shared is not beside the checkout*"])


def test_a_missing_shared_folder_fails_in_ci(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    a_checkout_without_shared(pytester)
    result = pytester.runpytest_inprocess("-p", "no:xdist", "--rootdir", str(pytester.path))
    result.assert_outcomes(errors=1)
