"""What was wrong in a register: by row number and field, never by content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.workspace import atomic_file

__all__ = ["Faults"]

MOST_ROWS = 12


def _first(rows: npt.NDArray[np.int64], most: int) -> str:
    """Write the first row numbers."""
    return ", ".join(str(row) for row in rows[:most]) + (" …" if len(rows) > most else "")


@dataclass
class Faults:
    """A growing list of what does not fit; rows are numbered as a spreadsheet does.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add([4, 2], "Startdatum", "är inget datum")
    >>> list(faults.lines())
    ['Startdatum är inget datum: 2 rader (2, 4)']
    """

    notes: list[str] = field(default_factory=list)
    """What concerns the whole file, such as its encoding."""
    _parts: list[tuple[npt.NDArray[np.int64], str, str, bool]] = field(default_factory=list)

    def add(self, rows: Iterable[int], label: str, problem: str, *, fatal: bool = True) -> None:
        """Note that a field of some rows does not fit; ``fatal`` rows are not counted."""
        numbers = np.unique(np.asarray(rows if isinstance(rows, (np.ndarray, pd.Index)) else list(rows), np.int64))
        if len(numbers):
            self._parts.append((numbers, label, problem, fatal))

    def note(self, text: str) -> None:
        """Note something about the whole file."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def bad_rows(self) -> frozenset[int]:
        """Numbers of the rows that are not counted."""
        return frozenset(self._bad().tolist())

    def _bad(self) -> npt.NDArray[np.int64]:
        bad = [rows for rows, _, _, fatal in self._parts if fatal]
        return np.unique(np.concatenate(bad)) if bad else np.empty(0, dtype=np.int64)

    def without_bad(self, held: pd.DataFrame) -> pd.DataFrame:
        """Leave out the rows that are not counted."""
        bad = self._bad()
        return held.loc[~held.index.isin(bad)] if len(bad) else held

    def table(self) -> pd.DataFrame:
        """Return one row a finding: row, field, problem and whether the row is left out."""
        frames = [
            pd.DataFrame({"rad": rows, "fält": label, "fel": problem, "räknas_inte": fatal})
            for rows, label, problem, fatal in self._parts
        ]
        if not frames:
            return pd.DataFrame({"rad": [], "fält": [], "fel": [], "räknas_inte": []})
        return pd.concat(frames).sort_values(["rad", "fält", "fel"], ignore_index=True)

    def write(self, path: Path) -> None:
        """Write the whole list as a CSV file that Excel reads: row, field, problem, never content.

        Raises
        ------
        RegisterError
            If the file is there already.
        """
        if path.exists():
            raise RegisterError("Filen finns redan", where=path.name, todo="Välj ett annat namn för --faults")
        table = self.table()
        table["räknas_inte"] = table["räknas_inte"].map({True: "ja", False: "nej"})
        with atomic_file(path) as temporary:
            table.to_csv(temporary, sep=";", index=False, encoding="utf-8-sig")

    def worst(self) -> str:
        """Write the kinds of findings that most rows are left out for, with the first row numbers."""
        fatal = sorted((one for one in self._parts if one[3]), key=lambda one: -len(one[0]))
        return "; ".join(f"{label} {problem}, rad {_first(rows, 3)}" for rows, label, problem, _ in fatal[:3])

    def lines(self) -> Iterator[str]:
        """Write one line a kind of finding, with the first row numbers."""
        yield from self.notes
        for rows, label, problem, fatal in self._parts:
            count = f"{len(rows)} {'rad' if len(rows) == 1 else 'rader'}"
            kept = "" if fatal else "; räknas ändå"
            yield f"{label} {problem}: {count} ({_first(rows, MOST_ROWS)}){kept}"
