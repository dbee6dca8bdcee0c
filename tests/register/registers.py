"""Random registers for the tests, around a given year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from uvas_stats.register.kaa import CODES
from uvas_stats.register.scope import IM_ATTENDS_FROM
from uvas_stats.register.span import Span

DATES = ("compulsory_end", "resident_from", "resident_to", "school_from", "school_to", "examen")


def random_register(seed: int, persons: int = 60, year: int = 2105) -> dict[str, pd.DataFrame]:
    """Make spells, contacts and measures with every kind of date, often just at the borders of a period."""
    rng = np.random.default_rng(seed)

    def days(n: int, *, missing: float = 0.0) -> pd.Series:
        found = np.datetime64(f"{year - 1}-06-25") + rng.integers(0, 800, n)
        ends = [f"{year}-06-30", f"{year}-12-31", f"{year + 1}-06-30"]
        border = np.array(ends, dtype="datetime64[D]") + rng.integers(0, 2, 3)
        found = np.where(rng.random(n) < 0.3, rng.choice(border, n), found)
        return pd.Series(found.astype("datetime64[s]")).mask(pd.Series(rng.random(n) < missing))

    def words(name: str, n: int) -> np.ndarray:
        return rng.choice(CODES[name], n)

    n = persons + persons // 3
    person = np.concatenate([np.arange(persons), rng.choice(persons, n - persons, replace=False)])
    born = np.datetime64(f"{year - 20}-06-20") + rng.integers(0, 1900, persons)
    spells = pd.DataFrame({
        "region": np.array(["2182", "2421"])[person % 2], "person": person,
        "born": pd.Series(born[person].astype("datetime64[s]")), "sex": np.array(["women", "men"])[person % 3 % 2],
        "registered": days(n), "schooling": words("schooling", n), "closed_reason": words("closed_reason", n),
        "closed_to": words("occupation", n), "school_form": rng.choice(["national", "im", "unknown"], n),
    })  # fmt: skip
    spells["closed"] = (
        (spells["registered"] + pd.to_timedelta(rng.integers(0, 400, n), unit="D"))
        .astype("datetime64[s]")
        .mask(pd.Series(rng.random(n) < 0.4))
    )
    for name in DATES:
        spells[name] = days(n, missing=0.8)
    m = persons * 2
    who = rng.integers(0, persons, m)
    contacts = pd.DataFrame({"region": np.array(["2182", "2421"])[who % 2], "person": who, "date": days(m),
                             "occupation": words("occupation", m)})  # fmt: skip
    measures = pd.DataFrame({"region": np.array(["2182", "2421"])[who % 2], "person": who, "begins": days(m),
                             "type": words("measure_type", m), "reason": words("measure_reason", m),
                             "after": words("occupation", m)})  # fmt: skip
    measures["ends"] = (
        (measures["begins"] + pd.to_timedelta(rng.integers(0, 300, m), unit="D"))
        .astype("datetime64[s]")
        .mask(pd.Series(rng.random(m) < 0.4))
    )
    return {"spells": spells, "contacts": contacts, "measures": measures}


def edge_register(seed: int, span: Span, leap: int, persons: int = 60) -> dict[str, pd.DataFrame]:
    """Make a register where everything happens on, just before or just after a day that decides.

    Persons turn 20 around the same days, or are born on 29 February of ``leap``; they have several registrations,
    and several contacts and measures on one day. Any category may be missing.
    """
    rng = np.random.default_rng(seed)
    deciding = [span.begins, span.at, span.ends, span.begins + dt.timedelta(days=45), IM_ATTENDS_FROM]
    around = np.array([day + dt.timedelta(days=more) for day in deciding for more in (-1, 0, 1)], "datetime64[D]")
    birthdays = [(pd.Timestamp(day) - pd.DateOffset(years=20)).date() for day in around]
    born_on = np.array([*birthdays, *[dt.date(leap, 2, 29)] * 5], "datetime64[D]")

    def days(n: int, missing: float = 0.0) -> pd.Series:
        found = pd.Series(rng.choice(around, n).astype("datetime64[s]"))
        return found.mask(pd.Series(rng.random(n) < missing))

    def words(name: str, n: int) -> pd.Series:
        return pd.Series(rng.choice(CODES[name], n)).mask(pd.Series(rng.random(n) < 0.1))

    def who(each: int) -> dict[str, np.ndarray]:
        person = np.repeat(np.arange(persons), each)
        return {"region": np.array(["2182", "2421"])[person % 2], "person": person}

    n, m = persons * 2, persons * 3
    spells = pd.DataFrame({
        **who(2), "born": np.repeat(rng.choice(born_on, persons).astype("datetime64[s]"), 2),
        "sex": np.repeat(rng.choice(["women", "men"], persons), 2), "registered": days(n),
        "schooling": words("schooling", n), "closed_reason": words("closed_reason", n),
        "closed_to": words("occupation", n), "school_form": rng.choice(["national", "im", None], n),
        "closed": days(n, 0.5), **{name: days(n, 0.7) for name in DATES},
    })  # fmt: skip
    contacts = pd.DataFrame({**who(3), "date": days(m), "occupation": words("occupation", m)})
    measures = pd.DataFrame({
        **who(3), "begins": days(m), "ends": days(m, 0.4), "type": words("measure_type", m),
        "reason": words("measure_reason", m), "after": words("occupation", m),
    })  # fmt: skip
    last = spells[["registered", "closed"]].max(axis=1).where(spells["closed"].notna())
    over = measures[["begins", "ends"]].max(axis=1).where(measures["ends"].notna())
    return {"spells": spells.assign(closed=last), "contacts": contacts, "measures": measures.assign(ends=over)}
