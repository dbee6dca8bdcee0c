"""Where the results of registers are kept in the workspace: what disclosure control has let out, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.observation import COLUMNS, TEXT_COLUMNS, validate
from uvas_stats.workspace import Workspace, atomic_file

__all__ = [
    "PUBLISHER",
    "keep_assistance",
    "register_files",
    "register_folder",
    "register_origins",
    "save_results",
    "stored_observations",
]

PUBLISHER = "kommunens eget register"


def register_folder(workspace: Workspace) -> Path:
    """Return the folder of results, one folder a kommun in it.

    Examples
    --------
    >>> register_folder(Workspace(Path("arbete"))).as_posix()
    'arbete/data/register'
    """
    return workspace.root / "data" / "register"


def register_files(workspace: Workspace) -> tuple[Path, ...]:
    """Return the files of results, in order."""
    return tuple(sorted(register_folder(workspace).glob("[0-9][0-9][0-9][0-9]/*.parquet")))


def save_results(
    workspace: Workspace, kommun: str, results: Mapping[str, pd.DataFrame], note: str, more: Mapping[str, str]
) -> list[Path]:
    """Write results, each in a file of its own that takes the place of the one before.

    Parameters
    ----------
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
            frame.to_parquet(temporary, engine="pyarrow", compression="zstd", index=False)
        with atomic_file(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        written.append(path)
    return written


_ASSISTANCE = ("participants_assistance_count", "participants_left_assistance_count")


def keep_assistance(
    workspace: Workspace, kommun: str, results: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Keep what was counted of ekonomiskt bistånd at a term's end, when the list told of it.

    A later list tells of now, and not of that day: those figures would otherwise be lost.
    """
    kept = {}
    for name, frame in results.items():
        path = register_folder(workspace) / kommun / f"{name}.parquet"
        old = _of_assistance(_read(path)) if path.exists() else frame.iloc[:0]
        if len(old) and _of_assistance(frame).empty:
            loose = [one.astype(dict.fromkeys(TEXT_COLUMNS, "object")) for one in (frame, old)]
            whole = pd.concat(loose, ignore_index=True).assign(edition=str(frame["edition"].iloc[0]))
            kept[name] = validate(whole.astype(dict.fromkeys(TEXT_COLUMNS, "category")))
        else:
            kept[name] = frame
    return kept


def _of_assistance(frame: pd.DataFrame) -> pd.DataFrame:
    now = (frame["breakdown"].astype("object") == "assistance_now").to_numpy(dtype=bool)
    return frame.loc[frame["measure"].isin(_ASSISTANCE).to_numpy() | now]


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, engine="pyarrow")[list(COLUMNS)]
    except (OSError, ValueError, TypeError, LookupError) as error:
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
    """Say of each ``origin`` when and how it was counted."""
    found = {}
    for path in register_files(workspace):
        about = path.with_suffix(".json")
        known = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {"publisher": PUBLISHER}
        found[f"register/{path.parent.name}/{path.stem}"] = {**known, "sha256": ""}
    return found
