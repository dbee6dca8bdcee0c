"""What has been published is remembered, whole or not at all, and without what nobody may know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.damage import turned
from tests.slow import quick
from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Ledger,
    Publication,
    Rule,
    audit,
    make_key,
    nested,
    overlap,
    protect,
    protection,
    read_ledger,
    read_rule,
    release,
    table_from_parts,
)
from uvas_stats.disclosure import ledger as ledger_module
from uvas_stats.disclosure.history import Published
from uvas_stats.disclosure.ledger import ledger_file
from uvas_stats.errors import CatalogError, DisclosureError, WorkspaceError
from uvas_stats.workspace import BLANK_SEAL, Workspace, is_intact

SEX = Dimension("sex", ("women", "men"), sensitive=False)
BORN = Dimension("born", ("2006", "2007", "2008"), sensitive=False)
REASON = Dimension("reason", ("work", "study", "moved"))
PARTS = {("women", "2006"): 3, ("women", "2007"): 7717, ("men", "2006"): 7919, ("men", "2007"): 8101}


def publication(id_: str = "1", parts: dict[tuple[str, str], int] = PARTS) -> Publication:
    return Publication("p", id_, (table_from_parts("t", [("at", "2026-06")], [SEX, BORN], parts),))


def test_a_damaged_ledger_stops_everything(workspace: Workspace) -> None:
    path = ledger_file(workspace, "p")
    release(workspace, publication())
    whole = path.read_text(encoding="utf-8")
    good = {**json.loads(whole), "version": 1}
    del good["seal"]  # as earlier versions wrote it
    bad = [
        "",
        "[]",
        "null",
        whole[:-20],
        json.dumps({**good, "version": 2}),
        json.dumps({**good, "version": 3}),
        json.dumps({**good, "seal": BLANK_SEAL}),
        json.dumps({**good, "programme": "other"}),
        json.dumps({"version": 1, "programme": "p"}),
        json.dumps({**good, "publications": [{**good["publications"][0], "shown": [[99, 5]]}]}),
        json.dumps({**good, "publications": [{**good["publications"][0], "shown": [[-1, 5]]}]}),
        json.dumps({**good, "publications": [{**good["publications"][0], "shown": [[0, -5]]}]}),
        json.dumps({**good, "publications": [{**good["publications"][0], "shown": [[0, "5"]]}]}),
        json.dumps({**good, "publications": [{**good["publications"][0], "relations": [[[0]]]}]}),
        json.dumps({**good, "publications": [{**good["publications"][0], "keys": 5}]}),
    ]
    for text in bad:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DisclosureError, match="skadad"):
            release(workspace, publication("2"))
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("step", quick([13, 1], 13))
def test_no_bit_of_a_ledger_can_be_turned_without_a_word(workspace: Workspace, step: int) -> None:
    release(workspace, publication())
    path = ledger_file(workspace, "p")
    whole, wanted = path.read_bytes(), read_ledger(workspace, "p")
    for at in range(0, 8 * len(whole), step):
        path.write_bytes(turned(whole, at))
        told = None
        try:
            assert read_ledger(workspace, "p") == wanted
        except DisclosureError as error:
            told = str(error)
        assert told in (
            None,
            f"Liggaren över vad som har publicerats är skadad ({path}). Återställ den från en säkerhetskopia.",
        )


def test_a_ledger_of_an_earlier_version_is_read_and_sealed_with_the_next_publication(workspace: Workspace) -> None:
    release(workspace, publication())
    path = ledger_file(workspace, "p")
    old = {**json.loads(path.read_bytes()), "version": 1}
    del old["seal"]
    shown = read_ledger(workspace, "p").publications
    path.write_text(json.dumps(old), encoding="utf-8")
    assert read_ledger(workspace, "p").publications == shown
    release(workspace, publication("2"))
    assert read_ledger(workspace, "p").publications[0] == shown[0]
    assert is_intact(path.read_bytes())


def test_a_ledger_that_is_too_large_or_full_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(workspace, publication())
    monkeypatch.setattr(ledger_module, "_MOST", 1)
    with pytest.raises(DisclosureError, match="full"):
        release(workspace, Publication("p", "2", (table_from_parts("t", [("at", "x")], [SEX], {("men",): 9}),)))
    assert len(read_ledger(workspace, "p").publications) == 1
    monkeypatch.setattr(ledger_module, "_LARGEST", 100)
    with pytest.raises(DisclosureError, match="större än"):
        read_ledger(workspace, "p")


def test_a_publication_that_fails_leaves_no_trace(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "optimise", lambda system, seconds: _Nothing(system.forced))
    with pytest.raises(DisclosureError, match="får inte lämnas ut") as caught:
        release(workspace, publication())
    assert "3" not in str(caught.value).split("(")[0]
    assert not ledger_file(workspace, "p").exists()


class _Nothing:
    """A choice that hides small counts only, as the naive do."""

    def __init__(self, suppressed: object) -> None:
        self.suppressed, self.optimal = suppressed, True


def test_no_suppressed_count_and_no_reason_is_in_the_file(workspace: Workspace) -> None:
    protected = release(workspace, publication())
    text = ledger_file(workspace, "p").read_text(encoding="utf-8")
    assert protected.value(make_key({"at": "2026-06", "sex": "men", "born": "2007"})) is None
    assert "8101" not in text
    assert "7717" not in text
    assert "primary" not in text
    shown = {count for _, count in json.loads(text)["publications"][0]["shown"]}
    assert shown == set(protected.published.shown.values())


def test_a_group_in_one_category_is_not_told_by_the_ledger(workspace: Workspace) -> None:
    def shape(parts: dict[tuple[str, str], int]) -> list[object]:
        table = table_from_parts("t", [], [SEX, REASON], parts)
        kept = protect(Publication("p", "1", (table,))).published
        return list(kept.relations)

    full = {("women", "work"): 12, ("men", "work"): 9, ("men", "study"): 14, ("men", "moved"): 11}
    assert shape(full) == shape({**full, ("women", "study"): 9})


def test_what_is_read_back_is_what_was_published(workspace: Workspace) -> None:
    protected = release(workspace, publication())
    back = read_ledger(workspace, "p").publications[0]
    assert dict(back.shown) == dict(protected.published.shown)
    assert back.hidden == protected.published.hidden
    assert back.relations == protected.published.relations


def test_the_same_once_more_is_no_news(workspace: Workspace) -> None:
    first = release(workspace, publication())
    before = ledger_file(workspace, "p").read_bytes()
    second = release(workspace, publication())
    assert dict(second.kinds) == dict(first.kinds)
    assert ledger_file(workspace, "p").read_bytes() == before


def test_programmes_are_kept_apart_and_their_names_do_no_harm(workspace: Workspace, tmp_path: Path) -> None:
    names = ["p", "../../evil", "con", "", "a/b", "Ö", "x" * 300, "C:\\x"]
    files = {ledger_file(workspace, name) for name in names}
    assert len(files) == len(names)
    assert {file.parent for file in files} == {tmp_path / "data" / "disclosure"}
    release(workspace, publication())
    assert not read_ledger(workspace, "../../evil").publications


def test_a_folder_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(WorkspaceError):
        release(Workspace(tmp_path), publication())


def test_what_was_shown_stays_shown_and_what_hides_it_is_chosen_around_it(workspace: Workspace) -> None:
    sex = table_from_parts("sex", [("at", "2026-06")], [SEX], {("women",): 7720, ("men",): 16020})
    release(workspace, Publication("p", "0", (sex,)))
    protected = release(workspace, publication())
    assert protected.value(make_key({"at": "2026-06", "sex": "women"})) == 7720
    assert not audit(publication(), protected.published.shown, None, read_ledger(workspace, "p"))


def test_a_revised_count_that_differs_by_few_is_not_shown_again(workspace: Workspace) -> None:
    safe = {(sex, born): 20 for sex in SEX.codes for born in BORN.codes}
    first = release(workspace, publication("1", safe))
    total = make_key({"at": "2026-06"})
    assert first.value(total) == 120
    second = release(workspace, publication("2", {**safe, ("men", "2006"): 22}))
    assert second.value(total) is None
    third = release(Workspace(workspace.root), publication("3", {**safe, ("men", "2006"): 40}))
    assert third.value(total) == 140


def test_what_was_suppressed_stays_so_when_figures_beside_it_are_revised(workspace: Workspace) -> None:
    first = release(workspace, publication())
    hidden = {key for key, kind in first.kinds.items() if kind != "published"}
    second = release(workspace, publication("2", {**PARTS, ("men", "2008"): 3000}))
    assert not hidden & set(second.published.shown)


def test_a_ledger_that_contradicts_itself_is_refused() -> None:
    kept = protect(publication()).published
    wrong = {**kept.shown, make_key({"at": "2026-06"}): 5}
    broken = Ledger("p", (type(kept)("1", wrong, kept.hidden, kept.relations),))
    with pytest.raises(DisclosureError, match="stämmer inte med sig självt"):
        protect(publication("2"), None, broken)


def test_an_earlier_suppressed_count_is_not_derived_from_other_tables_later(workspace: Workspace) -> None:
    """The later table does not hold the count at all, but its totals fill the gap."""
    first = release(workspace, publication())
    women = make_key({"at": "2026-06", "sex": "women", "born": "2007"})
    assert first.value(women) is None
    parts = {("women", "work"): 4000, ("women", "study"): 3720, ("men", "work"): 8000, ("men", "moved"): 8020}
    later = Publication("p", "2", (table_from_parts("r", [("at", "2026-06")], [SEX, REASON], parts),))
    second = release(workspace, later)
    assert not audit(publication(), first.published.shown, None, Ledger("p", (second.published,)))


def test_the_rule_is_set_in_the_workspace(workspace: Workspace) -> None:
    assert read_rule(workspace) == Rule()
    path = workspace.root / "disclosure.toml"
    path.write_text('threshold = 7\nprotection = 9\nzeros = "hide"\nseconds = 5\n', encoding="utf-8")
    assert read_rule(workspace) == Rule(7, 9, "hide", 5.0)
    assert release(workspace, publication("x", {("women", "2006"): 6, ("men", "2006"): 60})).rule.threshold == 7


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("threshold = 2", DisclosureError),
        ("treshold = 5", CatalogError),
        ('threshold = "5"', CatalogError),
        ('zeros = "no"', DisclosureError),
        ("threshold = ", CatalogError),
        ("seconds = -1", DisclosureError),
    ],
)
def test_a_rule_that_is_wrong_stops_everything(workspace: Workspace, text: str, error: type[Exception]) -> None:
    (workspace.root / "disclosure.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        release(workspace, publication())
    assert not ledger_file(workspace, "p").exists()


def test_few_who_came_since_an_earlier_date_are_not_told(workspace: Workspace) -> None:
    """20 in June were published; of the 22 in July 2 are new and nobody has left."""
    june, july = make_key({"at": "06"}), make_key({"at": "07"})
    first = release(workspace, Publication("p", "06", (table_from_parts("t", [("at", "06")], [], {(): 20}),)))
    assert first.value(june) == 20
    assert read_ledger(workspace, "p").codes("at") == {"06"}
    table = table_from_parts("t", [("at", "07")], [], {(): 22})
    assert (
        release(Workspace(workspace.root), Publication("p", "x", (table,))).value(july) == 22
    )  # no link was given
    fresh = Ledger("p", (first.published,))
    linked = Publication("p", "07", (table,), (nested((june, 20), (july, 22)),))
    assert [one.lower for one in audit(linked, [july], None, fresh)] == [2]
    assert protect(linked, None, fresh).value(july) is None
    loose = Publication("p", "07", (table,), (overlap((june, 20), (july, 22), 12),))
    assert protect(loose, None, fresh).value(july) == 22  # 10 new, 8 left: nobody can tell


def test_a_difference_that_was_known_before_refuses_no_count_of_now() -> None:
    half, year = make_key({"period": "2105H1"}), make_key({"period": "2105"})
    link = nested((half, 20), (year, 23))  # the three of the other half only
    later = CountTable("t", (("period", "2105H2"),), (), {(): 12})
    rest = link.hidden[-1][0]
    known = Ledger("p", (Published("old", {half: 20, year: 23}, frozenset({rest}), link.relations),))
    assert protect(Publication("p", "new", (later,), (link,)), history=known).value(later.key(())) == 12
    whole = CountTable("t", (("period", "2105"),), (), {(): 23})
    only_half = Ledger("p", (Published("old", {half: 20}, frozenset(), ()),))
    protected = protect(Publication("p", "new", (whole,), (link,)), history=only_half)
    assert protected.value(year) is None  # it is the year that would tell of the three
    unlinked = Ledger("p", (Published("old", {half: 20, year: 23}, frozenset(), ()),))
    with pytest.raises(DisclosureError, match="kan inte skyddas"):  # nobody had said that one is part of the other
        protect(Publication("p", "new", (later,), (link,)), history=unlinked)
