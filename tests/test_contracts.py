"""The import contracts hold, and an import against them is caught."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; sys.path.insert(0, 'src');"
        "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    )
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the package and its contracts."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_both_contracts_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "2 kept, 0 broken" in result.stdout


VIOLATIONS = {
    "catalog.names": "uvas_stats.build.pipeline",
    "disclosure.links": "uvas_stats.indicators",
    "present.source": "uvas_stats.fetch",
    "indicators.shares": "requests",
    "report.escape": "uvas_stats.clean",
    "fetch.http": "uvas_stats.clean",
}


def test_injected_violations_are_caught(copy: Path) -> None:
    for module, bad in VIOLATIONS.items():
        path = copy / "src" / "uvas_stats" / f"{module.replace('.', '/')}.py"
        path.write_text(path.read_text(encoding="utf-8") + f"\nimport {bad}\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode == 1
    assert "0 kept, 2 broken" in result.stdout
    for module, bad in VIOLATIONS.items():
        assert re.search(rf"uvas_stats\.{module} -> {bad}\b", result.stdout), (module, bad)


def test_what_is_installed_is_pinned_and_its_licence_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = [Requirement(line) for line in project["tool"]["uv"]["constraint-dependencies"]]
    pinned = {pin.name: next(iter(pin.specifier)).version for pin in pins}
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    lister = runpy.run_path(str(ROOT / "tools" / "list_licences.py"))
    installed = lister["runtime"]()
    assert len(installed) > 100
    for name, about in installed.items():
        assert pinned[name] == about.version
        assert f"| {name} | {about.version} | {lister['licence'](about)} |" in listed
    free = re.sub(r"LGPL|Lesser General Public", "", listed.partition("|---|")[2])
    assert not re.search(r"GPL|Affero|General Public|\|  \|", free)
