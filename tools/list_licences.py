"""Write docs/licences.md: what is installed with the package, in which version and under which licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

TARGET = Path(__file__).parents[1] / "docs" / "licences.md"
ROOT, EXTRAS = "uvas-stats", ("notebook",)
HEAD = """# Licences of what is installed with the package

The whole of `uvas-stats[notebook]`, in the versions of the checkout and CI. Made by `uv run python
tools/list_licences.py`; a test holds that it is true, that every package is pinned in `pyproject.toml`, and
that none has the GPL or AGPL. Those of the LGPL are used as they are, and are not part of our files.

| package | version | licence |
|---|---|---|
"""
_NAME = re.compile(r"[\w.-]+")
_NOT_HERE = re.compile(r"""extra\s*==\s*['"](\w+)""")


def normal(name: str) -> str:
    """Write a package's name as indexes do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def runtime() -> dict[str, Distribution]:
    """Give all that the package needs when it runs, itself left out, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(ROOT, EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        try:
            about = distribution(name)
        except PackageNotFoundError:  # for another system or Python
            continue
        if found.setdefault(normal(name), about) is not about:
            continue
        waiting += _needs(about, extras)
    del found[ROOT]
    return dict(sorted(found.items()))


def _needs(about: Distribution, extras: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in about.requires or []:
        needed, _, marker = line.partition(";")
        extra = _NOT_HERE.search(marker)
        if extra is None or extra[1] in extras:
            name = _NAME.match(needed)
            inner = re.search(r"\[([\w, -]+)\]", needed)
            assert name
            yield name[0], tuple(re.split(r"\s*,\s*", inner[1])) if inner else ()


def licence(about: Distribution) -> str:
    """Say a package's licence in the words of its own metadata."""
    fields = about.metadata
    classified = [line.split(" :: ")[-1] for line in fields.get_all("Classifier") or [] if line[:7] == "License"]
    said = fields.get("License-Expression") or ", ".join(classified) or (fields.get("License") or "").strip()
    return re.sub(r"[\s|]+", " ", said.partition("\n")[0])


def text() -> str:
    """Write the whole list."""
    lines = [f"| {name} | {about.version} | {licence(about)} |" for name, about in runtime().items()]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
