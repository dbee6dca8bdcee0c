"""Read Eurostat's tables of NEET, which are JSON-stat with few values written and a flag beside some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.sources import AGES, TABLES, load_euro_regions
from uvas_stats.errors import RawFileError
from uvas_stats.formats.cube import Axis, Cube
from uvas_stats.formats.jsonstat import read_jsonstat
from uvas_stats.formats.reading import note

__all__ = ["read_eurostat"]

SEXES = {"T": "total", "F": "women", "M": "men"}
PICKED = {"freq": "A", "unit": "PC", "wstatus": "NEMP", "training": "NO_FE_NO_NFE"}
"""What is meant on the axes that are not kept: yearly, percent, not employed, not in education or training."""
KEPT = ("sex", "age", "geo", "time")
KNOWN_FLAGS = frozenset("bcdefimnprsuz")
"""Break, confidential, definition differs, estimated, forecast, imputed, missing, not significant, provisional,
revised, Eurostat's estimate, low reliability, not applicable."""
_AGAIN = "Hämta datamängden igen"


def _picked(axis: Axis, where: Path) -> str:
    """Give the only code that is meant on an axis that is not kept."""
    wanted = PICKED.get(axis.code)
    if wanted in axis.codes:
        return str(wanted)
    if wanted is None and len(axis.codes) == 1:
        return axis.codes[0]
    listed = ", ".join(axis.codes[:8])
    what = f"{axis.code} saknar {wanted}" if wanted else f"{axis.code} är en okänd indelning"
    raise RawFileError(f"Eurostats tabell har ändrats: {what}", where=where, todo=f"Den har {listed}")


def _status(value: float, flags: str, where: Path) -> str:
    letters = set(flags.replace(":", "").replace(" ", ""))
    if letters - KNOWN_FLAGS:  # says something of the figure, and is no other figure
        note(f"Eurostat: flaggan ”{flags}” är okänd; det den står vid är kvar som det är.")
    if np.isnan(value):
        return "suppressed" if "c" in letters else "not_applicable" if "z" in letters else "not_available"
    return "provisional" if "p" in letters else "ok"


def _long(cube: Cube, where: Path) -> pd.DataFrame:
    """Lay out the cube as rows of codes, value and flags."""
    grid = np.indices(cube.size).reshape(len(cube.axes), -1)
    frame = pd.DataFrame(
        {axis.code: np.asarray(axis.codes, dtype=object)[at] for axis, at in zip(cube.axes, grid, strict=True)}
    )
    flags = np.full(len(frame), "", dtype=object)
    flags[cube.places] = list(cube.symbols)
    frame = frame.assign(value=cube.values, flags=flags)
    missing = sorted(set(KEPT) - set(frame.columns))
    if missing:
        raise RawFileError(f"Eurostats tabell saknar {', '.join(missing)}", where=where, todo=_AGAIN)
    for axis in cube.axes:
        if axis.code not in KEPT:
            frame = frame.loc[frame[axis.code] == _picked(axis, where)]
    return frame


def _check_areas(cube: Cube, where: Path) -> None:
    """Compare the areas with those that are declared for the table; one is left out in silence, and told here."""
    kinds = TABLES.get(where.stem.partition("_Y")[0])
    if kinds is None:
        raise RawFileError("Tabellen är inte deklarerad", where=where, todo=f"Kända är {', '.join(TABLES)}")
    axis = cube.axis("geo")
    given = set(axis.codes) if axis else set()
    wanted = {one.code for one in load_euro_regions() if one.kind in kinds}
    listed = ", ".join(sorted(given ^ wanted)[:8])
    gone = wanted - given
    if given - wanted or "SE" in gone or len(gone) > max(1, len(wanted) // 10):
        raise RawFileError(
            f"Eurostats områden är inte de väntade: {listed}", where=where, todo="Uppdatera eurostat_regions.csv"
        )
    if given != wanted:
        note(f"{where.name}: Eurostat har inga uppgifter om {listed}.")


def read_eurostat(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read one table: NEET in percent by sex, age, area and year.

    Returns
    -------
    pandas.DataFrame
        All columns but dataset, edition and origin. A figure that is not written is not available; one marked as
        provisional is so; other flags (break, low reliability) leave the figure as it is.

    Raises
    ------
    RawFileError
        If an axis or a code is unknown, an area was not asked for, or Sweden or more than a tenth are not there.
    """
    cube = read_jsonstat(path.read_bytes(), path)
    _check_areas(cube, path)
    frame = _long(cube, path)
    unknown = [*sorted(set(frame["sex"]) - set(SEXES)), *sorted(set(frame["age"]) - set(AGES))]
    if unknown:
        raise RawFileError(f"Okända koder: {', '.join(unknown)}", where=path, todo=_AGAIN)
    ages = frame["age"].map(AGES)
    return pd.DataFrame(
        {
            "region_code": frame["geo"],
            "period": frame["time"],
            "sex": frame["sex"].map(SEXES),
            "age_group": ages,
            "measure": "neet_" + ages.str.replace("-", "_") + "_share_pct",
            "value": frame["value"],
            "status": [
                _status(value, flag, path) for value, flag in zip(frame["value"], frame["flags"], strict=True)
            ],
        }
    )
