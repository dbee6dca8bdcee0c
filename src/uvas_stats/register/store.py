"""Where the results of registers are kept in the workspace: what disclosure control has let out, and no more."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.observations.contract import COLUMNS, KEY, TEXT_COLUMNS
from uvas_stats.observations.store import note_of, sealed_parquet
from uvas_stats.observations.validate import validate
from uvas_stats.workspace import Workspace, atomic_file, writing

__all__ = ["PUBLISHER", "STATED", "cost_terms", "day_of", "keep_shown", "register_files", "register_folder"]
__all__ += ["register_origins", "save_results", "stored_observations"]

PUBLISHER = "kommunens eget register"
STATED = {"of": "stated numbers"}
"""What is kept of a target group that no person has been counted for."""


def register_folder(workspace: Workspace) -> Path:
    """Return the folder of results, one folder a kommun in it.

    Examples
    --------
    >>> register_folder(Workspace(Path("arbete"))).as_posix()
    'arbete/data/register'
    """
    return workspace.root / "data" / "register"


_OF_A_DAY = re.compile(r"(.*_\d{4}-\d{2})-\d{2}")


def register_files(workspace: Workspace) -> tuple[Path, ...]:
    """Return the files of results, in order; of what is counted of a day, the last day of each month."""
    files = {}
    for path in sorted(register_folder(workspace).glob("[0-9][0-9][0-9][0-9]/*.parquet")):
        day = _OF_A_DAY.fullmatch(path.stem)
        files[path.parent, day[1] if day else path.stem] = path
    return tuple(files.values())


def day_of(origin: str) -> dt.date | None:
    """Return the day that a stock or a target group was counted on, None for what is counted of a period.

    Examples
    --------
    >>> day_of("register/2182/kaa_stock_2106-06-15").isoformat(), day_of("register/2182/kaa_2105-06")
    ('2106-06-15', None)
    """
    return dt.date.fromisoformat(origin[-10:]) if _OF_A_DAY.fullmatch(origin) else None


def save_results(
    workspace: Workspace, kommun: str, results: Mapping[str, pd.DataFrame], note: str, more: Mapping[str, str]
) -> list[Path]:
    """Write results, each in a file of its own that takes the place of the one before.

    Parameters
    ----------
    workspace, kommun
        Where, and of whom.
    results
        Validated observations by name of file, such as ``kaa_2025-26``.
    note
        What the reader of a source list must know: the day of measurement, what was left out.
    more
        What a later run must know: the period and the day.
    """
    written = []
    for name, frame in results.items():
        path = register_folder(workspace) / kommun / f"{name}.parquet"
        about = {
            "publisher": PUBLISHER,
            "title": f"Register i kommun {kommun}",
            "url": "",
            "retrieved": str(frame["edition"].iloc[0]),
            "licence": "Internt underlag; små antal är dolda",
            "note": note,
            **more,
        }
        with atomic_file(path) as temporary:
            temporary.write_bytes(sealed_parquet(frame, {"about": about}))
        with writing(path):
            path.with_suffix(".json").unlink(missing_ok=True)  # what earlier versions told beside the file
        written.append(path)
    return written


_COST = "participants_cost_kkr"
_OF_ITS_DAY = (
    "participants_assistance_count",
    "participants_left_assistance_count",
    "participants_assistance_change_pct",
    _COST,
)
"""What a list tells of now: a later list no longer tells it of an earlier term."""
_FIGURE = [name for name in KEY if name not in ("edition", "dataset")]


def keep_shown(workspace: Workspace, kommun: str, results: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Keep what has been shown of a period: it is known, and a later count of the same hides no more of it.

    A figure that is hidden now, or that the list no longer tells of, stands as it was shown, unless figures shown
    both times differ: then the register has been revised, and the old figures go.

    Parameters
    ----------
    workspace, kommun
        Where, and of whom.
    results
        Observations by name of file.
    """
    kept = {}
    for name, frame in results.items():
        path = register_folder(workspace) / kommun / f"{name}.parquet"
        kept[name] = _with_shown(frame, _read(path)) if path.exists() else frame
    return kept


def _with_shown(frame: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    now, then = (
        one.astype(dict.fromkeys(TEXT_COLUMNS, "object")).set_index(_FIGURE, drop=False) for one in (frame, old)
    )
    lost = then.loc[~then.index.isin(now.index) & _of_its_day(then)]
    both = now.index.intersection(then.index)
    shown, before = now.loc[both, "value"], then.loc[both, "value"]
    revised = (shown.notna() & before.notna() & (shown != before) & ~_of_its_day(now.loc[both])).any()
    again = both[(shown.isna() & before.notna()).to_numpy()]
    if len(again) and not revised:
        now.loc[again, ["value", "status"]] = then.loc[again, ["value", "status"]]
    whole = pd.concat([now, lost], ignore_index=True).assign(edition=str(frame["edition"].iloc[0]))
    return validate(whole.astype(dict.fromkeys(TEXT_COLUMNS, "category")))


def _of_its_day(rows: pd.DataFrame) -> pd.Series:
    return rows["measure"].isin(_OF_ITS_DAY) | (rows["breakdown"] == "assistance_now")


def cost_terms(workspace: Workspace, kommun: str) -> list[str]:
    """Return the terms that a cost per participant has been shown for."""
    paths = sorted((register_folder(workspace) / kommun).glob("participants_*.parquet"))
    frames = [_read(path) for path in paths]
    rows = [one.loc[(one["measure"] == _COST) & one["value"].notna(), "period"] for one in frames]
    return [str(period) for one in rows for period in one]


def _read(path: Path) -> pd.DataFrame:
    return _content(path)[0]


def _content(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read one file: its figures, and what is known of them; nothing of those of before it stood in the file."""
    try:
        content = path.read_bytes()
        about = dict(note_of(content).get("about", {}))
        return pd.read_parquet(io.BytesIO(content), engine="pyarrow")[list(COLUMNS)], about
    except (OSError, ValueError, TypeError, LookupError, NotImplementedError, MemoryError) as error:
        raise RegisterError(
            "Filen med räknade uppgifter är skadad", where=path, todo="Ta bort den och räkna registret igen"
        ) from error


def stored_observations(workspace: Workspace) -> Iterator[pd.DataFrame]:
    """Read and check what is kept.

    Raises
    ------
    RegisterError
        If a file is damaged.
    """
    for path in register_files(workspace):
        yield validate(_read(path).astype(dict.fromkeys(TEXT_COLUMNS, "category")))


def register_origins(workspace: Workspace) -> dict[str, Any]:
    """Say of each ``origin`` when and how it was counted.

    Raises
    ------
    RegisterError
        If the file that says it is damaged.
    """
    origins = {}
    for path in register_files(workspace):
        about, known = path.with_suffix(".json"), _content(path)[1]
        try:
            if not known:
                known = (
                    json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {"publisher": PUBLISHER}
                )
            origins[f"register/{path.parent.name}/{path.stem}"] = {**known, "sha256": ""}
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise RegisterError(
                "Filen om hur registret räknades är skadad",
                where=about,
                todo="Ta bort den och räkna registret igen",
            ) from error
    return origins
