"""Reading Skolverket's exports to validated observations, side by side with pandas' bare reading.

Each value must be at most its limit. "4 times faster" is written as the ratio of the times, at most 1/4.
"""

from __future__ import annotations

import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "skolverket"
Line = tuple[str, float, float, str]
YEARS = 27
COLUMNS = 11
ROUNDS = 5


def _seconds(function: Callable[[], Any]) -> float:
    gc.collect()
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def _side_by_side(ours: Callable[[], Any], peer: Callable[[], Any]) -> tuple[float, float]:
    """Time ours and the peer in alternation; give our median seconds and the median of the ratios."""
    ours(), peer()
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(ROUNDS)]
    return statistics.median(own for own, _ in pairs), statistics.median(own / other for own, other in pairs)


def years_of(original: bytes) -> dict[str, bytes]:
    """Make 27 years of the report from the original file of one, with the figures moved a little each year."""
    text = original.decode("utf-8-sig")
    made = {}
    for back in range(YEARS):
        first = 2024 - back
        year = text.replace("Valt läsår: 2024/25", f"Valt läsår: {first}/{(first + 1) % 100:02d}")
        for old, new in (
            (";81,6;", f";{70 + back % 20},{back % 10};"),
            (";79,0;", f";{60 + back % 30},{back % 7};"),
        ):
            year = year.replace(old, new)
        made[f"behorighet_{first}.csv"] = b"\xef\xbb\xbf" + year.encode()
    return made


def _csv(catalog: Any, folder: Path) -> Iterator[Line]:
    import pandas as pd

    from uvas_stats.clean.siris import read_siris

    made = years_of((SHARED / "behorighet_grundskola_2024_25.csv").read_bytes())
    for name, body in made.items():
        (folder / name).write_bytes(body)
    files = {f"siris_eligibility/2026-01-01/{name}": folder / name for name in made}
    rows = 2139

    def ours() -> Any:
        return read_siris(files, "siris_eligibility", "2026-01-01", catalog)

    def peer() -> Any:
        return [
            pd.read_csv(io.BytesIO(body), sep=";", skiprows=9, nrows=rows, dtype=str, keep_default_na=False)
            for body in made.values()
        ]

    assert len(ours()) == YEARS * rows * 5
    assert sum(len(frame) for frame in peer()) == YEARS * rows
    seconds, ratio = _side_by_side(ours, peer)
    cells = YEARS * rows * COLUMNS
    yield "report_53_27_years_us_per_cell", 1e6 * seconds / cells, 2, "us, 500 000 cells a second"
    yield "report_53_27_years_vs_pandas_read_csv", ratio, 4, "x"


def _workbook(catalog: Any) -> Iterator[Line]:
    import pandas as pd

    from uvas_stats.clean.siris import read_siris

    path = SHARED / "jamforelse_ak9_2025_kommun.xlsx"
    files = {"siris_grade9_series/2026-01-01/a.xlsx": path}

    def ours() -> Any:
        return read_siris(files, "siris_grade9_series", "2026-01-01", catalog)

    def peer() -> Any:
        return pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")

    assert len(ours()) == 64_710
    assert sum(frame.size for frame in peer().values()) > 64_710
    _, ratio = _side_by_side(ours, peer)
    yield "jamforelse_xlsx_vs_read_excel_openpyxl", ratio, 1 / 4, "x"


def run() -> Iterator[Line]:
    """Yield name, value, limit and unit of each figure."""
    from uvas_stats.catalog import load_catalog

    catalog = load_catalog()
    with tempfile.TemporaryDirectory() as folder:
        yield from _csv(catalog, Path(folder))
    yield from _workbook(catalog)
