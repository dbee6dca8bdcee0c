"""The programme's own tables: goals, activities and economy."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.catalog import EconomyRow, Programme
from uvas_stats.present.figure import About, Missing
from uvas_stats.present.goals import GoalRow
from uvas_stats.present.table import Number, Table, without

__all__ = ["activities", "economy", "goals"]

_FACES = {"nått": "☺ nått", "på väg": "→ på väg", "inte nått": "☹ inte nått", "": "–"}


def goals(
    rows: Iterable[GoalRow],
    *,
    name: str,
    source: str,
    data: pd.DataFrame,
    note: str = "",
    missing: tuple[Missing, ...] = (),
) -> Table:
    """List the goals with status and reason.

    Parameters
    ----------
    rows
        The goals as they are assessed.
    name
        The programme's name.
    source, data
        The source line, and the observations that the assessment rests on.
    note, missing
        What a reader must know, and what is not known and how to get it.
    """
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
    cells = without(cells, empty=["Kommun", "Plats", "Framskrivning"])
    about = About(
        id="mal_tabell",
        title=f"{name}: målen",
        subtitle="",
        source=source,
        alt=" ".join(f"{row.text}: {row.status}. {row.reason} {row.place.text}".strip() for row in rows),
        note=note,
        data=data,
        missing=missing,
    )
    return Table(about, cells, ("left",) * len(cells.columns))


def activities(programme: Programme) -> Table:
    """List the activities of the document by year, with the face of the document in words."""
    rows = [
        {
            "År": Number(item.year, 0, grouped=False),
            "Aktivitet": item.activity,
            "Nuläge": item.state,
            "Utfall eller prognos": _entered(item.outcome),
            "Bedömning": _FACES.get(item.assessment, item.assessment),
            "Åtgärd": item.action,
        }
        for item in programme.activities
    ]
    empty = [name for name in rows[0] if not any(str(row[name]).strip("–") for row in rows)]
    values = pd.DataFrame(rows).drop(columns=empty)
    about = About(
        id="aktiviteter",
        title=f"{programme.name}: aktiviteter",
        subtitle="",
        source=f"Källa: {programme.document}.",
        alt=" ".join(
            f"{row['År']}: {row['Aktivitet']} {row['Utfall eller prognos']}".strip() + "." for row in rows
        ),
    )
    return Table(about, values, ("left",) * len(values.columns))


def _entered(text: str) -> Number | str:
    """Return what a programme file says of an outcome as a number where it is one."""
    return Number(float(text), 0, grouped=False) if text.isdecimal() else text


def _total(rows: list[EconomyRow], name: str) -> Number:
    return Number(sum(getattr(row, name) or 0.0 for row in rows), 0)


_COSTS = {
    "Investering": "investment",
    "Extern finansiering av investering": "investment_external",
    "Driftskostnad": "operating",
    "Extern finansiering av drift": "operating_external",
    "Nettokostnad": "net",
    "Varav ej finansierat inom ram": "unfunded",
}


def economy(programme: Programme) -> Table:
    """Show the economy table of the document, in thousands of kronor, with its sum.

    Where it prints nothing but a budget, that is the only column: a cost that is not printed is not nought.
    """
    rows = list(programme.economy)
    budget = all(row.budget is not None for row in rows)
    columns, main = ({"Budget": "budget"}, "Budget") if budget else (_COSTS, "Nettokostnad")
    computed = "Summa" if budget else "Nettokostnad och summa"
    listed: list[tuple[Number | str, list[EconomyRow]]] = [
        (Number(row.year, 0, grouped=False), [row]) for row in rows
    ]
    listed += [("Summa", rows)] if len(rows) > 1 else []
    cells = [
        {"År": label, **{heading: _total(of, name) for heading, name in columns.items()}} for label, of in listed
    ]
    frame = pd.DataFrame(cells)
    about = About(
        id="ekonomi",
        title=f"{programme.name}: ekonomi",
        subtitle="Tusental kronor (tkr)",
        source=f"Källa: {programme.document}. {computed}: egen bearbetning.",
        alt=" ".join(f"{row['År']}: {main.lower()} {row[main]} tkr." for row in cells),
        note=programme.economy_note,
    )
    return Table(about, frame, ("left", *["right"] * (len(frame.columns) - 1)))
