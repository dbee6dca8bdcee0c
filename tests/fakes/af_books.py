"""Workbooks as the employment service publishes them: a view of few rows on the sheets, the data in pivot caches."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from uvas_stats.catalog import load_catalog

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
PREFIXES = ("TOT", "KVI", "MAN", "UNG", "UNGK", "UNGM", "GAM", "INR", "UTR", "FG", "GY", "EG")
SHARE_FIELDS = ("PERIOD", "LAN", "KOM", *(f"{prefix}{end}" for prefix in PREFIXES for end in ("SOK", "AK")))
FORMULAS = {"Andel totalt": "TOTSOK/TOTAK", "Andel unga": "UNGSOK/UNGAK"}


@dataclass(frozen=True)
class FakeCache:
    """A table to put into a pivot cache; text columns become shared items."""

    frame: pd.DataFrame
    formulas: dict[str, str] = field(default_factory=dict)
    records: bool = True
    """Whether the part with the records is there."""
    count: int | None = None
    """What the definition says of the number of records, where it is wrong."""
    raw_records: str | None = None
    """Records to write as they stand."""
    doctype: str = ""


def months(first: str, last: str) -> list[str]:
    return list(pd.period_range(first, last, freq="M").astype(str))


def share_frame(first: str, last: str, *, seed: int = 1, level: float = 1.0, kommuner: int = 290) -> pd.DataFrame:
    """Make counts and labour forces of every kommun and month, and one row a month without a kommun."""
    rng = np.random.default_rng(seed)
    catalog = load_catalog()
    lan = {region.code: region.name for region in catalog.regions if region.kind == "lan"}
    areas = [(lan[region.lan], region.name) for region in catalog.kommuner[:kommuner]]
    periods = months(first, last)
    size = rng.integers(300, 6000, len(areas))
    base = rng.uniform(0.03, 0.15, len(areas))
    rows: dict[str, Any] = {
        "PERIOD": np.repeat(periods, len(areas)),
        "LAN": [name for name, _ in areas] * len(periods),
        "KOM": [name for _, name in areas] * len(periods),
    }
    month = np.repeat([int(period[5:]) for period in periods], len(areas))
    season = 1 + 0.2 * np.sin(month / 12 * 2 * np.pi)
    n = len(month)
    forces, counts = {}, {}
    for prefix, scale in {"UNGK": 0.48, "UNGM": 0.52, "KVI": 4.6, "MAN": 4.9}.items():
        forces[prefix] = (np.tile(size, len(periods)) * scale + rng.integers(0, 12, n) / 12).round(6)
        share = np.tile(base, len(periods)) * season * level * (0.6 if scale > 1 else 1)
        counts[prefix] = rng.binomial(forces[prefix].astype(int), np.minimum(share, 0.9)).astype(float)
    for total, parts in {"UNG": ("UNGK", "UNGM"), "TOT": ("KVI", "MAN")}.items():
        forces[total] = sum((forces[part] for part in parts), np.zeros(n)).round(6)
        counts[total] = sum((counts[part] for part in parts), np.zeros(n))
    for prefix in PREFIXES:
        rows[f"{prefix}SOK"] = counts.get(prefix, counts["TOT"] // 3)
        rows[f"{prefix}AK"] = forces.get(prefix, (forces["TOT"] / 3).round(6))
    frame = pd.DataFrame(rows)
    unknown = pd.DataFrame({"PERIOD": periods, "LAN": "Uppgift saknas", "KOM": "Uppgift saknas"})
    for prefix in PREFIXES:
        unknown[f"{prefix}SOK"] = {
            "UNGK": 3.0,
            "UNGM": 4.0,
            "UNG": 7.0,
            "KVI": 50.0,
            "MAN": 69.0,
            "TOT": 119.0,
        }.get(prefix, 40.0)
        unknown[f"{prefix}AK"] = np.nan
    return pd.concat([frame, unknown], ignore_index=True)[list(SHARE_FIELDS)]


def _cells(column: pd.Series) -> tuple[list[str], str]:
    """Write the cells of a column and its shared items."""
    if column.dtype == np.float64:
        whole = column.mod(1).eq(0)
        texts = [
            "<m/>" if pd.isna(value) else f'<n v="{int(value) if flat else repr(float(value))}"/>'
            for value, flat in zip(column, whole, strict=True)
        ]
        return texts, '<sharedItems containsString="0" containsBlank="1" containsNumber="1"/>'
    items = list(dict.fromkeys(value for value in column if value is not None))
    place = {value: at for at, value in enumerate(items)}
    texts = ["<m/>" if value is None else f'<x v="{place[value]}"/>' for value in column]
    shared = "".join(
        f"<n v={quoteattr(str(item))}/>" if isinstance(item, float) else f"<s v={quoteattr(item)}/>"
        for item in items
    )
    return texts, f'<sharedItems count="{len(items)}">{shared}</sharedItems>'


def _cache_parts(cache: FakeCache, number: int, records_number: int) -> dict[str, str]:
    columns = {
        name: _cells(
            cache.frame[name].astype(object).where(cache.frame[name].notna(), None)
            if cache.frame[name].dtype != np.float64
            else cache.frame[name]
        )
        for name in cache.frame
    }
    fields = "".join(
        f"<cacheField name={quoteattr(name)}>{shared}</cacheField>" for name, (_, shared) in columns.items()
    )
    fields += "".join(
        f'<cacheField name={quoteattr(name)} formula={quoteattr(text)} databaseField="0"/>'
        for name, text in cache.formulas.items()
    )
    count = len(cache.frame) if cache.count is None else cache.count
    records = cache.raw_records
    if records is None:
        records = "".join(
            f"<r>{''.join(cells)}</r>" for cells in zip(*(c for c, _ in columns.values()), strict=True)
        )
    parts = {
        f"xl/pivotCache/pivotCacheDefinition{number}.xml": f"{HEAD}{cache.doctype}<pivotCacheDefinition {MAIN} "
        f'xmlns:r="{REL}" recordCount="{count}"><cacheFields count="{len(columns) + len(cache.formulas)}">'
        f"{fields}</cacheFields></pivotCacheDefinition>",
    }
    if cache.records:
        parts[f"xl/pivotCache/_rels/pivotCacheDefinition{number}.xml.rels"] = (
            f'{HEAD}<Relationships {PACKAGE}><Relationship Id="rId1" Type="{REL}/pivotCacheRecords" '
            f'Target="pivotCacheRecords{records_number}.xml"/></Relationships>'
        )
        parts[f"xl/pivotCache/pivotCacheRecords{records_number}.xml"] = (
            f'{HEAD}<pivotCacheRecords {MAIN} count="{count}">{records}</pivotCacheRecords>'
        )
    return parts


def _sheet(rows: Sequence[Sequence[object]]) -> str:
    out = []
    for row in rows:
        cells = [
            "<c/>"
            if cell in ("", None)
            else f"<c><v>{float(cell)!r}</v></c>"
            if isinstance(cell, (int, float))
            else f'<c t="inlineStr"><is><t xml:space="preserve">{_escaped(str(cell))}</t></is></c>'
            for cell in row
        ]
        out.append(f"<row>{''.join(cells)}</row>")
    # the declared dimension is wrong and a drawing is missing, as in files that R has written
    return (
        f'{HEAD}<worksheet {MAIN} xmlns:r="{REL}"><dimension ref="A1"/><sheetData>{"".join(out)}</sheetData>'
        '<drawing r:id="rId1"/></worksheet>'
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def workbook(sheets: dict[str, Sequence[Sequence[object]]], caches: Iterable[FakeCache] = ()) -> bytes:
    """Write a workbook with sheets and pivot caches; the numbers of a definition and its records differ."""
    names = list(sheets)
    caches = list(caches)
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships {PACKAGE}><Relationship Id="rId1" Type="{REL}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{REL}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{HEAD}<Relationships {PACKAGE}>"
        + "".join(
            f'<Relationship Id="rId{at}" Type="{REL}/worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(names) + 1)
        )
        + "</Relationships>",
    }
    for at, name in enumerate(names, 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = _sheet(sheets[name])
        parts[f"xl/worksheets/_rels/sheet{at}.xml.rels"] = (
            f'{HEAD}<Relationships {PACKAGE}><Relationship Id="rId1" Type="{REL}/drawing" '
            'Target="../drawings/drawing1.xml"/></Relationships>'
        )
    for at, cache in enumerate(caches, 1):
        parts |= _cache_parts(cache, at, len(caches) + 1 - at)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def share_sheets(frame: pd.DataFrame, lan: str = "Gävleborgs län", *, wrong: float = 0.0) -> dict[str, Any]:
    """Make the visible sheets: one län, the last three months, headings on row 9, shares as fractions."""
    part = frame.loc[frame["LAN"] == lan].groupby("PERIOD")[["TOTSOK", "TOTAK", "UNGSOK", "UNGAK"]].sum().tail(3)
    counts: list[list[object]] = [["Antal"], [], ["LAN", lan], [], [], [], [], [], ["PERIOD", "Summa av UNGSOK"]]
    shares: list[list[object]] = [["Andel"], [], ["LAN", lan], [], [], [], [], [], ["PERIOD", *FORMULAS]]
    for period, row in part.iterrows():
        counts.append([period, float(row["UNGSOK"])])
        shares.append([period, row["TOTSOK"] / row["TOTAK"] + wrong, row["UNGSOK"] / row["UNGAK"]])
    return {"Antal": counts, "Andel": shares}


def share_book(frame: pd.DataFrame, **changes: Any) -> bytes:
    """Write the workbook of shares."""
    cache = replace(FakeCache(frame, dict(FORMULAS)), **changes)
    return workbook(share_sheets(frame), [cache])
