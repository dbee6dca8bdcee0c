"""What the tables of a file have in common is said once, and a slip in it gives one line that names the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from uvas_stats.catalog import Catalog, declared
from uvas_stats.catalog.declared import read_declared, read_tables
from uvas_stats.errors import CatalogError


@dataclass(frozen=True)
class Thing:
    id: str
    title: str
    unit: str = ""
    notes: tuple[str, ...] = ()


def things(folder: Path, text: str) -> tuple[Thing, ...]:
    path = folder / "things.toml"
    path.write_text(text, encoding="utf-8")
    return read_tables(path, Thing, "things")


def error_of(folder: Path, text: str) -> str:
    with pytest.raises(CatalogError) as caught:
        things(folder, text)
    message = str(caught.value)
    assert "things.toml" in message
    assert len(message.splitlines()) == 1
    return message


TWO = '[[things]]\nid = "a_pct"\ntitle = "A"\n[[things]]\nid = "b_count"\ntitle = "B"\nunit = "st"\n'


def test_a_default_holds_unless_the_table_says_otherwise(tmp_path: Path) -> None:
    assert [one.unit for one in things(tmp_path, f'[defaults]\nunit = "kg"\n{TWO}')] == ["kg", "st"]


def test_a_pattern_holds_for_the_ids_that_fit_and_wins_over_what_is_said_of_all(tmp_path: Path) -> None:
    text = f'[defaults]\nunit = "kg"\nnotes = ["x"]\n[defaults."*_pct"]\nunit = "procent"\n{TWO}'
    assert [(one.unit, one.notes) for one in things(tmp_path, text)] == [("procent", ("x",)), ("st", ("x",))]


def test_a_later_pattern_wins_over_an_earlier_one(tmp_path: Path) -> None:
    text = f'[defaults."*"]\nunit = "kg"\n[defaults."a_*"]\nunit = "g"\n{TWO}'
    assert [one.unit for one in things(tmp_path, text)] == ["g", "st"]


def test_a_named_text_is_put_where_it_is_called_for(tmp_path: Path) -> None:
    text = f'[texts]\nsmall = "Få personer."\n{TWO}notes = ["@small", "Annat."]\n'
    assert things(tmp_path, text)[1].notes == ("Få personer.", "Annat.")


def test_a_table_with_a_word_in_its_id_is_made_once_for_each_version(tmp_path: Path) -> None:
    text = (
        '[versions.year]\nspan = "år"\n[versions.half]\nspan = "halvår"\n[defaults]\nunit = "{version}"\n'
        '[texts]\nper = "Per {span}."\n'
        '[[things]]\nid = "a_{version}"\ntitle = "A, {span}"\nnotes = ["@per"]\n'
        '[[things]]\nid = "b_{version}"\ntitle = "B"\nversions = ["half"]\n'
        '[[things]]\nid = "c"\ntitle = "C"\nunit = "st"\n'
    )
    assert things(tmp_path, text) == (
        Thing("a_year", "A, år", "year", ("Per år.",)),
        Thing("a_half", "A, halvår", "half", ("Per halvår.",)),
        Thing("b_half", "B", "half"),
        Thing("c", "C", "st"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[defaults]\nunt = "kg"\n{TWO}', ["Okänd nyckel ”unt”", "Menades unit"]),
        (f'[defaults]\nunit = 5\n[[things]]\nid = "a"\ntitle = "A"\n{TWO}', ["unit", "text inom citattecken"]),
        (f"defaults = 5\n{TWO}", ["defaults", "fel slags värde"]),
        (f'[defaults."*_share"]\nunit = "kg"\n{TWO}', ["inget id är som ”*_share”", "Närmast"]),
        (f'[texts]\nsmall = "x"\n{TWO}notes = ["@smal"]\n', ["Texten ”smal” finns inte", "Närmast: small"]),
        (f"[texts]\nsmall = 1\n{TWO}", ["texts", "fel slags värde"]),
        (
            '[versions.year]\nspan = "år"\n[[things]]\nid = "a_{version}"\ntitle = "{spam}"\n',
            ["Ordet ”spam” finns inte", "Närmast: span"],
        ),
        (
            '[versions.year]\nspan = "år"\n[[things]]\nid = "a_{version}"\ntitle = "A"\nversions = ["yaer"]\n',
            ["Versionen ”yaer” finns inte", "Närmast: year"],
        ),
        (f"[default]\n{TWO}", ["[[things]]", "Ta bort default"]),
        (TWO + TWO, ["a_pct", "två gånger"]),
    ],
)
def test_a_slip_in_what_is_common_gives_one_line(tmp_path: Path, text: str, words: list[str]) -> None:
    message = error_of(tmp_path, text)
    for word in words:
        assert word in message


def declare(monkeypatch: pytest.MonkeyPatch, folder: Path, **files: str) -> tuple[Thing, ...]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(declared, "DATA", folder)
    return read_declared.__wrapped__("things", Thing)


def test_what_the_first_file_says_of_all_holds_in_those_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = f'[defaults."*_pct"]\nunit = "procent"\n[texts]\nsmall = "Få."\n{TWO}'
    more = '[[things]]\nid = "c_pct"\ntitle = "C"\nnotes = ["@small"]\n'
    assert declare(monkeypatch, tmp_path, things=first, more_things=more)[2] == Thing(
        "c_pct", "C", "procent", ("Få.",)
    )


def test_an_id_in_two_files_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="”a_pct” finns i två filer"):
        declare(monkeypatch, tmp_path, things=TWO, more_things=TWO)


def test_a_break_of_many_measures_stands_at_each_of_them(catalog: Catalog) -> None:
    whole = [one for one in catalog.breaks if one.at == "2018/19" and one.measure.startswith("kaa_school_year_")]
    assert len(whole) == 23
    assert len({one.text for one in whole}) == 1
    assert not any(one.measure.endswith(("population_count", "school_year_count")) for one in whole)
