"""Read Försäkringskassan's table of aktivitetsersättning, where a hidden figure says so beside its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RawFileError
from uvas_stats.formats.markers import loose_number
from uvas_stats.formats.reading import note
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["read_fk", "read_forsakringskassan"]

SEXES = {"ALL": "total", "K": "women", "M": "men"}
FIGURES = {"antal": "fk_activity_compensation_count", "belopp": "fk_activity_compensation_kkr"}
FIXED = {"delforman": "A", "diagnoskapitel": "ALL"}
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"december_(\d{4})")
_AGAIN = "Hämta datamängden igen"


def _rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        content = orjson.loads(path.read_bytes().removeprefix(_BOM))
    except (OSError, orjson.JSONDecodeError) as error:
        raise RawFileError("Filen är inte Försäkringskassans svar", where=path, todo=_AGAIN) from error
    rows = content.get("data") if isinstance(content, dict) else content
    parts = ("dimensions", "observations")
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and all(isinstance(row.get(part), dict) for part in parts) for row in rows
    ):
        raise RawFileError("Filen är inte Försäkringskassans svar", where=path, todo=_AGAIN)
    return rows


def _cell(cell: object, where: str) -> tuple[float, str]:
    """Read a value; ``rojd`` says that it is hidden, whatever the value is."""
    if not isinstance(cell, dict) or not isinstance(cell.get("rojd"), bool):
        raise RawFileError("En uppgift säger inte om den är röjd", where=where, todo=_AGAIN)
    value = cell.get("value")
    if cell["rojd"]:
        return float("nan"), "suppressed"
    if value is None:
        return float("nan"), "not_available"
    number = loose_number(value) if isinstance(value, str) else value  # numbers may come as text
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise RawFileError(f"”{value}” är inte ett tal", where=where, todo=_AGAIN)
    return float(number), "ok"


def _whose(dimensions: Mapping[str, Any], year: str, lan: Mapping[str, str], where: str) -> tuple[str, str]:
    """Give län and sex of a row, after a look at all else that it says of itself."""
    said = {name: str(value) for name, value in dimensions.items()}
    month = said.get("manad", said.get("man", ""))  # the name differs between tables, and both are text
    if said.get("ar") != year or month.lstrip("0") != "12":
        raise RawFileError(f"En rad gäller {said.get('ar')}-{month}", where=where, todo=_AGAIN)
    for name, wanted in FIXED.items():
        if said.get(name) != wanted:
            raise RawFileError(f"En rad gäller {name} {said.get(name)}", where=where, todo=_AGAIN)
    code, sex = said.get("lan", said.get("lan_kod", "")), said.get("kon_kod", "")
    if code not in lan or sex not in SEXES:  # the others mean what they meant
        note(f"Försäkringskassans rader om län {code} och kön {sex} lästes inte: de är okända.")
        return "", ""
    return lan[code], SEXES[sex]


def read_forsakringskassan(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read the stock of aktivitetsersättning in December of the year that the file's name says.

    Raises
    ------
    RawFileError
        If a row is of another time, benefit or diagnosis, riket or more than a tenth of the rows are missing, or a
        value is no number.
    """
    match = _NAME.fullmatch(path.stem)
    if match is None:
        raise RawFileError("Filens namn säger inget år", where=path, todo=_AGAIN)
    lan = {one.code: one.code for one in catalog.regions if one.kind == "lan" and one.current} | {"ALL": "00"}
    rows, figures = _rows(path), []
    if not rows:
        raise RawFileError("Försäkringskassan gav inga uppgifter", where=path, todo=_AGAIN)
    for number, row in enumerate(rows, start=1):
        where = f"{path}, rad {number}"
        region, sex = _whose(row["dimensions"], match[1], lan, where)
        if not region:
            continue
        for name, measure in FIGURES.items():
            value, status = _cell(row["observations"].get(name), f"{where}, {name}")
            figures.append((region, sex, measure, value, status))
    frame = pd.DataFrame(figures, columns=["region_code", "sex", "measure", "value", "status"]).drop_duplicates()
    wanted = {(code, sex) for code in lan.values() for sex in SEXES.values()}
    missing = sorted(wanted - set(zip(frame["region_code"], frame["sex"], strict=True)))
    told = f"Rader saknas: {', '.join(f'{code} {sex}' for code, sex in missing[:5])}"
    if len(missing) > len(wanted) // 10 or any(code == "00" for code, _ in missing):
        raise RawFileError(told, where=path, todo=_AGAIN)
    if missing:
        note(f"{path.name}: {told}.")
    return frame.assign(period=f"{match[1]}-12", age_group="19-29")


def read_fk(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition, a file a year; those without rows are passed over, with a note where others surround them.

    Returns
    -------
    pandas.DataFrame
        Validated observations. ``attrs["provenance"]`` names the files that were empty.

    Raises
    ------
    RawFileError
        If a file is wrong, or all are empty.
    """
    files = sorted((file for file in snapshot.files if file.role == "data"), key=lambda file: file.name)
    empty = [not _rows(snapshot.path(file)) for file in files]
    if all(empty):
        raise RawFileError("Försäkringskassan gav inga uppgifter", where=snapshot.folder, todo=_AGAIN)
    first, last = empty.index(False), len(empty) - empty[::-1].index(False)
    for file in [file for file, none in zip(files[first:last], empty[first:last], strict=True) if none]:
        note(f"{file.name}: Försäkringskassan gav inga uppgifter om året.")
    frames = [
        read_forsakringskassan(snapshot.path(file), catalog).assign(origin=snapshot.origin(file))
        for file, none in zip(files, empty, strict=True)
        if not none
    ]
    whole = pd.concat(frames, ignore_index=True)
    made = make_observations(whole.assign(dataset=snapshot.dataset, edition=snapshot.edition))
    unpublished = [file for file, none in zip(files, empty, strict=True) if none]
    made.attrs["provenance"] = {
        snapshot.origin(file): {"empty": "Året är inte publicerat"} for file in unpublished
    }
    return made
