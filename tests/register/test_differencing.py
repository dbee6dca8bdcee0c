"""An outsider who takes one period or term from the next, in every breakdown, finds no few persons."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.disclosure.outsider import Outsider, small_counts
from tests.register.lists import write_participants
from tests.register.registers import random_register
from tests.slow import quick
from uvas_stats.disclosure import CountTable, Key, Ledger, Protected, Publication, make_key, protect
from uvas_stats.errors import RegisterError
from uvas_stats.register.demo import write_demo
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.fields import UNKNOWN
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.linkage import linked_spans
from uvas_stats.register.participants import DIMENSIONS, ParticipantCounts, Term
from uvas_stats.register.run import run_kaa, run_participants
from uvas_stats.register.span import Span, span_of
from uvas_stats.register.tables import kaa_publication, participant_publication
from uvas_stats.workspace import Workspace

KOMMUN, PARTS = "2182", ("2105H2", "2106H1")
STATES = ("kaa_schooling", "kaa_occupation", "kaa_measure_type", "kaa_measure_after", "kaa_measure_reason")
EVENTS = ("kaa_new", "kaa_ended", "kaa_ended_reason", "kaa_ended_to")
Tables = dict[str, CountTable]


def published(
    seed: int, periods: Sequence[str], *, linked: bool = True, persons: int = 300
) -> tuple[list[tuple[Publication, Protected]], dict[str, Tables]]:
    """Publish the periods one after the other; return this, and the true tables of all of them and both halves."""
    register, ledger, done, spans = random_register(seed, persons=persons), Ledger("p"), [], list[Span]()
    with open_engine() as engine:
        tables = bind(engine, register)
        names = {*periods, *PARTS, "2105/06"}
        counts = {name: count_kaa(engine, tables, span_of(name)) for name in names}
        truth = {name: {one.id: one for one in kaa_publication(counts[name], KOMMUN).tables} for name in names}
        for period in periods:
            span = span_of(period)
            hidden, links = linked_spans(engine, tables, KOMMUN, span, spans[::-1]) if linked else ([], [])
            publication = kaa_publication(counts[period], KOMMUN, links, hidden)
            protected = protect(publication, history=ledger)
            ledger = Ledger("p", (*ledger.publications, protected.published))
            done.append((publication, protected))
            spans.append(span)
    return done, truth


def found(
    done: Sequence[tuple[Publication, Protected]], truth: dict[str, Tables], secret: dict[Key, int]
) -> list[Key]:
    """Attack with all that is shown, and what anybody knows of periods; return what is derived too closely."""
    outsider = Outsider()
    for publication, protected in done:
        outsider.learn(protected)
        secret |= small_counts(publication, 5)
    whole, halves = truth["2105/06"], [truth[name] for name in PARTS]
    secret |= _events(outsider, whole, halves) | _persons(outsider, whole, halves)
    secret |= _states(outsider, whole, halves) | _reached(outsider, whole, halves)
    for tables in (whole, *halves):
        secret |= _registrations(outsider, tables)
    return [key for key in secret if np.subtract(*outsider.bounds(key)[::-1]) < 5]


def _events(outsider: Outsider, whole: Tables, halves: list[Tables]) -> dict[Key, int]:
    """Learn that what began and ended in a year did so in one of its halves, in each month; return the small."""
    secret = {}
    for id_ in EVENTS:
        for codes in whole[id_].all_codes():
            parts = [half[id_].key(codes) for half in halves]
            outsider.adds_up(whole[id_].key(codes), parts)
            secret |= dict(zip(parts, (half[id_].counts[codes] for half in halves), strict=True))
    for id_ in ("kaa_new_month", "kaa_ended_month"):
        for half in halves:
            for code in half[id_].dimensions[0].codes:
                outsider.adds_up(whole[id_].key((code,)), [half[id_].key((code,))])
    still, before = whole["kaa_open"].key(()), halves[0]["kaa_open"].key(())
    new, ended = (halves[1][id_].key(("total",)) for id_ in ("kaa_new", "kaa_ended"))
    outsider.adds_up(make_key({"those of": "both"}), [still, ended])
    outsider.adds_up(make_key({"those of": "both"}), [before, new])
    for tables, stock in ((whole, whole["kaa_stock"]), (halves[0], halves[0]["kaa_stock"])):
        rest, n = make_key({"open, not in scope": stock.id}, stock.context), tables["kaa_open"].counts[()]
        if (n := n - stock.counts[("total",)]) >= 0:
            outsider.adds_up(tables["kaa_open"].key(()), [stock.key(("total",)), rest])
            secret[rest] = n
    return {key: n for key, n in secret.items() if 0 < n < 5}


def _registrations(outsider: Outsider, tables: Tables) -> dict[Key, int]:
    """Learn that who is in the flow has a registration that ended or goes on; return how many are over, if few."""
    flow, ended = (tables[id_].key(("total",)) for id_ in ("kaa_flow", "kaa_ended"))
    together, over = (make_key(flow, {"registrations": what}) for what in ("all", "over"))
    outsider.adds_up(together, [ended, tables["kaa_open"].key(())])
    outsider.adds_up(together, [flow, over])
    after, reason = (tables[f"kaa_measure_{what}"].key(("going_on",)) for what in ("after", "reason"))
    outsider.adds_up(after, [reason])
    n = (
        tables["kaa_open"].counts[()]
        + tables["kaa_ended"].counts[("total",)]
        - tables["kaa_flow"].counts[("total",)]
    )
    return {over: n} if 0 < n < 5 else {}


def _persons(outsider: Outsider, whole: Tables, halves: list[Tables]) -> dict[Key, int]:
    """Learn that those of a half-year are among those of the year; return the small rests."""
    secret = {}
    for id_, half in itertools.product(("kaa_flow", "kaa_birth_year"), halves):
        for codes in [codes for codes in whole[id_].all_codes() if codes in half[id_].counts]:
            rest = make_key({"rest": f"{id_} {codes}"}, half[id_].context)
            outsider.adds_up(whole[id_].key(codes), [half[id_].key(codes), rest])
            secret[rest] = whole[id_].counts[codes] - half[id_].counts[codes]
    return {key: n for key, n in secret.items() if 0 < n < 5}


def _states(outsider: Outsider, whole: Tables, halves: list[Tables]) -> dict[Key, int]:
    """Take the categories of a half-year from those of the year, as if nobody moved; return the small rests."""
    secret = {}
    for id_, half in itertools.product(STATES, halves):
        for codes in whole[id_].all_codes():
            n = whole[id_].counts[codes] - half[id_].counts[codes]
            rest = make_key({"rest": f"{id_} {codes}"}, half[id_].context)
            if n >= 0:
                outsider.adds_up(whole[id_].key(codes), [half[id_].key(codes), rest])
                secret[rest] = n
    return {key: n for key, n in secret.items() if 0 < n < 5}


def _reached(outsider: Outsider, whole: Tables, halves: list[Tables]) -> dict[Key, int]:
    """Learn whose contact was too early to tell of in the first half: the year tells."""
    year, *two = (tables["kaa_contact"] for tables in (whole, *halves))
    within, late, early = year.dimensions[0].codes
    moved = {}
    for code in (within, late):
        rest = make_key({"told of in the year": code})
        outsider.adds_up(year.key((code,)), [*(half.key((code,)) for half in two), rest])
        moved[rest] = year.counts[(code,)] - sum(half.counts[(code,)] for half in two)
    outsider.adds_up(two[0].key((early,)), list(moved))
    outsider.adds_up(year.key((early,)), [two[1].key((early,))])
    assert sum(moved.values()) == two[0].counts[(early,)]
    return {key: n for key, n in moved.items() if 0 < n < 5}


@pytest.mark.parametrize(
    "periods",
    quick(
        [("2105H2", "2105/06"), ("2105/06", "2105H2"), (*PARTS, "2105/06"), PARTS, PARTS[::-1]],
        ("2105H2", "2105/06"),
    ),
)
@pytest.mark.parametrize("seed", quick(range(2), 0))
def test_no_few_are_found_between_half_years_and_the_school_year(periods: tuple[str, ...], seed: int) -> None:
    done, truth = published(seed, periods)
    assert any(protected.published.shown for _, protected in done[1:])
    assert found(done, truth, {}) == []


@pytest.mark.parametrize("seed", quick(range(3), 0))
def test_no_few_are_found_in_a_small_register(seed: int) -> None:
    done, truth = published(seed, PARTS, persons=40)
    assert any(protected.published.shown for _, protected in done)
    assert found(done, truth, {}) == []


def test_without_the_links_there_are_some_to_find() -> None:
    assert found(*published(0, ("2105H2", "2105/06"), linked=False), {})


def terms(seed: int, size: int = 120) -> tuple[list[ParticipantCounts], dict[str, pd.DataFrame]]:
    """Invent participants who start and end in one of three terms, and count them at each term's end."""
    random = np.random.default_rng(seed)
    yes_no = ["yes", "no", UNKNOWN]
    who = pd.DataFrame({
        "region": KOMMUN, "starts": random.integers(0, 3, size), "takes": random.integers(0, 4, size),
        "sex": random.choice(["women", "men"], size), "reason": random.choice(["work", "study", "other"], size),
        "examen": random.choice(yes_no, size, p=[0.45, 0.45, 0.1]),
        "assistance_start": random.choice(yes_no, size),
        "where": random.choice(["same", "elsewhere"], size),
    })  # fmt: skip
    counts, people = [], {}
    for at, period in enumerate(("2105H1", "2105H2", "2106H1")):
        begun = who.loc[who["starts"] <= at].copy()
        over = begun["starts"] + begun["takes"] <= at
        begun["outcome"] = begun["reason"].where(over, "ongoing")
        begun["place"] = begun["where"].where(over & (begun["reason"] != "other"), "none")
        begun["assistance_now"] = begun["assistance_start"].where(~over, "no")
        begun = begun.assign(study_plan="no", contact="no_contact", followed="none")
        begun.loc[begun["place"] != "none", "followed"] = "not_followed"
        persons = begun.groupby(["region", *DIMENSIONS]).size().rename("n").reset_index()
        counts.append(ParticipantCounts(Term(period, dt.date(2105, 1, 1), last=at == 2), persons, {}))
        people[period] = begun
    return counts, people


@pytest.mark.parametrize("seed", quick(range(3), 0))
def test_no_few_are_found_between_two_terms_in_any_breakdown(seed: int) -> None:
    counts, people = terms(seed)
    publication = participant_publication(counts, KOMMUN)
    protected = protect(publication)
    outsider, secret = Outsider(), dict[Key, int]()
    outsider.learn(protected)
    for first, last in (("2105H1", "2105H2"), ("2105H2", "2106H1")):
        base, later = ({"kommun": KOMMUN, "counted": "participants", "since": "2105-01-01", "period": name}
                       for name in (first, last))  # fmt: skip
        for name, codes in (("sex", ["women", "men"]), ("outcome", ["work", "study", "other"]),
                            ("examen", ["yes", "no"]), ("assistance_start", ["yes", "no"])):  # fmt: skip
            for code in codes:
                rest = make_key(later, {"since last term": code, "of": name})
                outsider.adds_up(make_key(later, {name: code}), [make_key(base, {name: code}), rest])
                n = int((people[last][name] == code).sum() - (people[first][name] == code).sum())
                secret |= {rest: n} if 0 < n < 5 else {}
    secret |= small_counts(publication, 5)
    assert secret
    assert protected.published.shown
    assert [key for key in secret if np.subtract(*outsider.bounds(key)[::-1]) < 5] == []


def test_another_number_of_days_or_another_start_is_refused(tmp_path: Path) -> None:
    write_demo(tmp_path / "demo", kommun=KOMMUN, persons=200)
    files, space = (tmp_path / "demo" / "kaa.csv", tmp_path / "demo" / "kaa.toml"), Workspace(tmp_path)
    run_kaa(*files, "2105/06", workspace=space)
    with pytest.raises(RegisterError, match="contact-days 60"):
        run_kaa(*files, "2105/06", workspace=space, contact_days=61)
    listed = write_participants(tmp_path)
    run_participants(*listed, workspace=space, at=dt.date(2106, 6, 30))
    with pytest.raises(RegisterError, match="--from 2105-07-01"):
        run_participants(*listed, workspace=space, at=dt.date(2106, 6, 30), since=dt.date(2105, 8, 19))
