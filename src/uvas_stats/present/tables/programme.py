"""The programme's own tables: goals, activities and economy."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.catalog import EconomyRow, Programme
from uvas_stats.numbers import number_text
from uvas_stats.present.charts.goal_board import GoalRow
from uvas_stats.present.figure import About
from uvas_stats.present.table import Table

__all__ = ["activities", "economy", "goals"]

_FACES = {"nått": "☺ nått", "på väg": "→ på väg", "inte nått": "☹ inte nått", "": "–"}


def goals(rows: Iterable[GoalRow], *, name: str, source: str, data: pd.DataFrame, note: str = "") -> Table:
    """List the goals with status and reason."""
    rows = list(rows)
    cells = pd.DataFrame(
        [
            {
                "Mål": row.text,
                "Kommun": row.region,
                "Status": row.status,
                "Skäl": row.reason,
                "Plats": row.place.text,
                "Framskrivning": row.outlook,
            }
            for row in rows
        ]
    )
    cells = cells.drop(columns=[name for name in ("Kommun", "Plats", "Framskrivning") if not cells[name].any()])
    about = About(
        id="mal_tabell",
        title=f"{name}: målen",
        subtitle="",
        source=source,
        alt=" ".join(f"{row.text}: {row.status}. {row.reason} {row.place.text}".strip() for row in rows),
        note=note,
        data=data,
    )
    return Table(about, cells, ("left",) * len(cells.columns))


def activities(programme: Programme) -> Table:
    """List the activities of the document by year, with the face of the document in words."""
    rows = [
        {
            "År": str(item.year),
            "Aktivitet": item.activity,
            "Nuläge": item.state,
            "Utfall eller prognos": item.outcome,
            "Bedömning": _FACES.get(item.assessment, item.assessment),
            "Åtgärd": item.action,
        }
        for item in programme.activities
    ]
    cells = pd.DataFrame(rows)
    empty = [column for column in cells if not cells[column].str.strip("–").any()]
    cells = cells.drop(columns=empty)
    about = About(
        id="aktiviteter",
        title=f"{programme.name}: aktiviteter",
        subtitle="",
        source=f"Källa: {programme.document}.",
        alt=" ".join(
            f"{row['År']}: {row['Aktivitet']} {row['Utfall eller prognos']}".strip() + "." for row in rows
        ),
    )
    return Table(about, cells, ("left",) * len(cells.columns))


def _economy_cells(label: str, rows: list[EconomyRow]) -> dict[str, str]:
    def total(name: str) -> str:
        return number_text(sum(getattr(row, name) for row in rows), 0)

    return {
        "År": label,
        "Investering": total("investment"),
        "Extern finansiering av investering": total("investment_external"),
        "Driftskostnad": total("operating"),
        "Extern finansiering av drift": total("operating_external"),
        "Nettokostnad": total("net"),
        "Varav ej finansierat inom ram": total("unfunded"),
    }


def economy(programme: Programme) -> Table:
    """Show the economy table of the document, in thousands of kronor, with its sum."""
    rows = list(programme.economy)
    cells = [_economy_cells(str(row.year), [row]) for row in rows]
    if len(rows) > 1:
        cells.append(_economy_cells("Summa", rows))
    frame = pd.DataFrame(cells)
    about = About(
        id="ekonomi",
        title=f"{programme.name}: ekonomi",
        subtitle="Tusental kronor (tkr)",
        source=f"Källa: {programme.document}. Nettokostnad och summa: egen bearbetning.",
        alt=" ".join(f"{row['År']}: nettokostnad {row['Nettokostnad']} tkr." for row in cells),
        note=programme.economy_note,
    )
    return Table(about, frame, ("left", *["right"] * (len(frame.columns) - 1)))
