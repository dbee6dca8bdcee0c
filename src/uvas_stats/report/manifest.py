"""manifest.json: every figure shown with where it came from, and every file written with its checksum."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.present.chapter import Content
from uvas_stats.report.numbering import Report, Shown, computed

__all__ = ["MANIFEST", "manifest", "untouched"]

MANIFEST = "manifest.json"
_ALWAYS = ("measure", "region_code", "period", "value", "status", "dataset", "edition", "origin")
_SORT = ("part", "measure", "region_code", "period", "sex", "age_group", "breakdown", "category")


def manifest(report: Report) -> dict[str, bytes]:
    """Write the manifest: UTF-8 JSON, sorted, the same for the same content."""
    content, parts = report.content, report.parts
    figures = [figure for shown in parts for figure in _figures(shown, content)]
    document = {
        "package": {"name": "uvas_stats", "version": version("uvas-stats")},
        "report": {"id": content.id, "title": content.title, "subtitle": content.subtitle, "date": content.date},
        "parts": [
            {"part": shown.name, "label": shown.label, "title": shown.about.title, "source": shown.about.source}
            for shown in parts
        ],
        "figures": sorted(figures, key=_order),
        "computed": {
            shown.name: [
                {str(name): _plain(value) for name, value in row.items()}
                for row in computed(shown).to_dict(orient="records")
            ]
            for shown in parts
            if len(computed(shown))
        },
        "raw_files": {origin: dict(about) for origin, about in sorted(content.origins.items())},
        "files": [
            {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for path, data in sorted(report.files.items())
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    return {MANIFEST: text.encode("utf-8")}


def _figures(shown: Shown, content: Content) -> Iterable[dict[str, Any]]:
    frame = shown.about.data
    columns = [str(column) for column in frame.columns]
    for values in frame.astype("object").itertuples(index=False, name=None):
        row = {name: _plain(value) for name, value in zip(columns, values, strict=True)}
        figure: dict[str, Any] = {"part": shown.name, **{name: row.get(name) for name in _ALWAYS}}
        figure["sha256"] = content.origins.get(str(row.get("origin")), {}).get("sha256")
        figure |= {name: value for name, value in sorted(row.items()) if name not in figure and value is not None}
        yield figure


def _plain(value: object) -> object:
    """Turn a cell into what JSON can hold; null for anything missing."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    item = getattr(value, "item", None)  # numpy scalars
    value = item() if callable(item) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool)) else str(value)


def _order(figure: Mapping[str, Any]) -> tuple[str, ...]:
    return (*(str(figure.get(name, "")) for name in _SORT), json.dumps(figure, default=str))


def untouched(folder: Path) -> set[str]:
    """Name the files of a report that are as they were written; empty where no manifest tells."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        known = {str(file["path"]): str(file["sha256"]) for file in listed}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()  # no earlier run, or a manifest that tells nothing: then everything is somebody else's
    return {MANIFEST} | {path for path, sha256 in known.items() if _checksum(folder / path) == sha256}


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""
