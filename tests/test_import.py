"""Importing the package reads nothing and loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "matplotlib", "numpy", "pandera", "seaborn", "openpyxl")


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return {name.partition(".")[0] for name in result.stderr.split()}


def test_the_package_loads_nothing_heavy() -> None:
    assert not modules_after("import uvas_stats; uvas_stats.nulage") & set(HEAVY)


def test_the_command_line_loads_nothing_heavy_for_help() -> None:
    code = "import sys; sys.argv = ['uvas', '--help']\nfrom uvas_stats.cli.app import run\nrun()"
    assert not modules_after(code) & set(HEAVY)


def test_the_package_opens_no_file_when_imported(tmp_path: Path) -> None:
    code = (
        "import sys\nopened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import uvas_stats\n"
        "print([name for name in opened if not name.endswith(('.py', '.pyc'))])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert result.stdout.strip() == "[]"
