"""What Skolverket has published of a kommun's KAA is known to anybody, and audited along with our own counts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.register.registers import random_register
from uvas_stats.disclosure import CountTable, Dimension, Ledger, Publication, Published, make_key, protect, release
from uvas_stats.errors import ObservationError
from uvas_stats.register import published
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.published import skolverket_counts
from uvas_stats.register.span import Span, span_of
from uvas_stats.register.tables import kaa_publication
from uvas_stats.workspace import Workspace

KOMMUN, PERIOD = "2182", "2105/06"


@pytest.fixture(scope="module")
def counted() -> tuple[Publication, Span]:
    span = span_of(PERIOD)
    with open_engine() as engine:
        counts = count_kaa(engine, bind(engine, random_register(3, persons=300)), span)
    return kaa_publication(counts, KOMMUN), span


def rows(*figures: tuple[str, str, float], kommun: str = KOMMUN, period: str = PERIOD) -> pd.DataFrame:
    frame = pd.DataFrame(figures, columns=["measure", "sex", "value"])
    return frame.assign(
        region_code=kommun, period=period, period_end=pd.Timestamp("2106-06-30"), status="ok",
        edition="2106-11-20", breakdown=None, category=None, age_group="16-19",
    )  # fmt: skip


def test_equal_counts_are_known_and_others_are_left_out(
    counted: tuple[Publication, Span], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publication, span = counted
    flow = next(table for table in publication.tables if table.id == "kaa_flow")
    total, men = flow.counts[("total",)], flow.counts[("men",)]
    name = "kaa_school_year_reported_count"
    figures = rows((name, "total", total), (name, "men", men + 1))
    monkeypatch.setattr(published, "read_observations", lambda path, measures: figures)
    known = skolverket_counts(Workspace(tmp_path), KOMMUN, publication, span)
    assert known is not None
    assert dict(known.shown) == {flow.key(("total",)): total}
    assert skolverket_counts(Workspace(tmp_path), "2180", publication, span) is None

    def nothing(path: Path, measures: list[str]) -> pd.DataFrame:
        raise ObservationError("Inget är byggt")

    monkeypatch.setattr(published, "read_observations", nothing)
    assert skolverket_counts(Workspace(tmp_path), KOMMUN, publication, span) is None


def test_a_total_that_others_have_published_hides_nothing_of_ours(tmp_path: Path) -> None:
    """With the total known, hiding it protects nobody: another part must be hidden for the small one."""
    born = Dimension("born", ("2006", "2007", "2008"), sensitive=False)
    counts = {("2006",): 3, ("2007",): 40, ("2008",): 50, ("total",): 93}
    table = CountTable("t", (("at", "1"),), (born,), counts)
    publication, total = Publication("p", "1", (table,)), make_key({"at": "1"})
    known = Published("skolverket", {total: 93}, frozenset(), ())
    shown = release(Workspace(tmp_path), publication, known=known)
    assert sum(shown.kinds[table.key((code,))] != "published" for code in born.codes) == 2
    assert protect(publication, history=Ledger("p", (known,))).kinds == shown.kinds
    assert (tmp_path / "data" / "disclosure").exists()
    assert "skolverket" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "data" / "disclosure").rglob("*.json")
    )
