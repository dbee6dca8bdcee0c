"""The command line: output, exit codes and one line on stderr."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from uvas_stats import __version__
from uvas_stats.catalog import load_catalog
from uvas_stats.cli import app as cli
from uvas_stats.cli import listing
from uvas_stats.observations.store import read_observations, read_origins, write_observations
from uvas_stats.situation import batch
from uvas_stats.workspace import Workspace

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def at_home(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Stand in a workspace with the first edition."""
    monkeypatch.setenv("UVAS_WORKSPACE", str(built.root))
    monkeypatch.chdir(built.root)
    return built


def run(capsys: Captured, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["uvas", *words])
    code, said = cli.run()
    print(said, end="\n" if said else "", file=sys.stderr)
    out = capsys.readouterr()
    return code, out.out, out.err


def one_line(text: str) -> bool:
    return text.startswith("Fel: ") and text.count("\n") == 1 and "Traceback" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nulage", "finnsinte"], "Programmet ”finnsinte” finns inte"),
        (["nulage", "--kommun", "Sodehamn"], "Närmast: Söderhamn (2182)"),
        (["nulage", "ale", "--group", "Z9"], "Gruppen ”Z9” finns inte"),
        (["nulage", "ale", "--period", "1999"], "Perioden ”1999” saknas"),
        (["nulage", "ale", "--template", "saknas.docx"], "saknas.docx"),
        (["rank", "nonsens"], "Måttet ”nonsens” finns inte"),
        (["rank", "KAA"], "”KAA” kan vara flera mått. Välj ett av dem: kaa_school_year_share_pct ("),
        (["rank", "kaa_half_year_share_pct"], "uppgifter saknas. Hämta dem med: uvas fetch "),
        (["measures", "zzz"], "Inget mått har orden ”zzz”. Prova färre ord, eller: uvas measures."),
        (["kommuner", "Sodehamn"], "Närmast: Söderhamn (2182)"),
        (["groups", "Z9"], "Gruppen ”Z9” finns inte"),
        (["show", "N03942", "--kommun", "Ale", "--to", "2010"], "Uppgift saknas för Ale"),
        (["rank", "N02797", "--period", "1999"], "Det finns 2008 till 2024"),
        (["show", "N02797", "--kommun", "Atlantis"], "Området ”Atlantis” finns inte"),
        (["show", "N02797", "--kommun", "Gävleborgs län"], "Uppgift saknas för Gävleborgs län"),
    ],
)
def test_an_error_is_one_swedish_line_and_exit_1(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, out) == (1, "")
    assert one_line(err)
    assert said in err
    assert not at_home.reports.exists() or not list(at_home.reports.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nulage"], "Ange program, --all eller --kommun"),
        (["nulage", "ale", "--all"], "en av dem"),
        (["rank"], "MÅTT saknas"),
        (["rank", "N02797", "--order", "x"], "--order ska vara något av sämst, bäst, högst, lägst, worst, best"),
        (["rank", "N02797", "--out", "lista.txt"], "--out ska vara en fil som slutar på .csv eller .xlsx"),
        (["rank", "N02797", "--out", "a.csv", "--format", "csv"], "Ange --out eller --format, inte båda"),
        (["show", "N02797"], "Ange --kommun eller --group"),
        (["show", "N02797", "--kommun", "Ale", "--sex", "flickor"], "båda, kvinnor, män, alla"),
        (["rank", "N02797", "--fel"], "Flaggan --fel finns inte"),
        (["rank", "N02797", "--grop", "GR"], "Flaggan --grop finns inte (närmast: --group)"),
        (["rank", "Varken", "arbete"], "För många argument: arbete (skriv namn med mellanslag inom citattecken)"),
        (["hej"], "Kommandot hej finns inte. "),
        (["rnk"], "Kommandot rnk finns inte (närmast: rank)"),
        (["rank N02797"], "Kommandot rank N02797 finns inte. "),
        (["nulage", "--kommun", "Ale", "--kommun", "Gävle"], "--kommun kan bara anges en gång"),
        (["show", "N02797", "--kommun=Ale", "--from", "2015", "--from=2016"], "--from kan bara anges en gång"),
        (["nulage", "--all=ja"], "Flaggan --all tar inget värde"),
        (["register", "demo", "--persons", "många"], "--persons ska vara ett heltal"),
    ],
)
def test_wrong_usage_is_one_swedish_line_and_exit_2(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 2
    assert one_line(err)
    assert said in err


def test_a_ranking_tells_how_sure_each_place_is(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "rank", "N02797", "--sure", "--group", "21", "--format", "csv")
    lines = [line.split(",") for line in out.splitlines()]
    assert code == 0
    assert lines[0][-7:] == [
        "likely_low", "likely_high", "usual_move", "alone_low", "alone_high", "all_low", "all_high",
    ]  # fmt: skip
    assert [line[4] for line in lines[1:]][:2] == ["Söderhamn", "Bollnäs"]
    assert all(float(line[-2]) <= float(line[-4]) <= float(line[0]) for line in lines[1:])
    code, _, err = run(capsys, monkeypatch, "rank", "kolada_residents_16_19_count", "--sure")
    assert code == 1
    assert "Hur säker platsen är kan inte beräknas för" in err


def test_a_fault_in_the_package_is_one_line_without_data(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise KeyError("212121-1212")

    monkeypatch.setattr(listing, "ranking", fail)
    code, out, err = run(capsys, monkeypatch, "rank", "N02797")
    assert (code, out) == (1, "")
    assert one_line(err)
    assert err.startswith("Fel: Oväntat fel i programmet: KeyError (app.py rad ")
    assert "2121" not in err


def test_a_name_that_no_encoding_can_write_is_told_all_the_same(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run(capsys, monkeypatch, "rank", "a\udcffb")
    assert code == 1
    assert "Måttet ”a\\udcffb” finns inte" in err


def test_no_words_at_all_shows_the_help(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run(capsys, monkeypatch)
    assert code == 2
    assert err.startswith("Användning: uvas")


def test_help_is_in_swedish(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, "rank", "--help")
    assert code == 0
    for english in ("Usage", "Options", "Arguments", "Show this message", "required", "default"):
        assert english not in out


def test_the_usage_line_says_uvas_however_it_was_started(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/uvas_stats/__main__.py", "rank", "--help"])
    cli.run()
    assert capsys.readouterr().out.startswith("Användning: uvas rank ")


def test_rank_as_csv_has_the_promised_columns(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "rank", "N02797", "--period", "2024", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert list(rows[0]) == [
        "rank",
        "rank_low",
        "rank_high",
        "region_code",
        "region_name",
        "value",
        "status",
        "n",
        "direction",
    ]
    assert len(rows) == 290
    own = next(row for row in rows if row["region_code"] == "2182")
    assert (own["rank_low"], own["rank_high"], own["value"], own["n"]) == ("27", "28", "9.15", "290")
    assert own["direction"] == "1 = högst andel"


def test_rank_turns_round_and_keeps_to_its_group(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = run(capsys, monkeypatch, "rank", "N02797", "--group", "GR", "--order", "best", "--format", "json")
    rows = json.loads(out)
    assert len(rows) == 13
    assert (rows[0]["region_name"], rows[0]["direction"]) == ("Härryda", "1 = lägst andel")


def test_show_puts_riket_beside_and_marks_the_break(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = run(capsys, monkeypatch, "show", "uvas_share_pct", "--kommun", "Eda", "--from", "2014")
    assert "9,45" in out
    assert "18,67" in out
    assert "* Tidsseriebrott 2015: " in out
    assert "2015 * " in out
    assert "2013" not in out.split("Tidsseriebrott")[0]


def test_show_gives_the_bounds_of_what_is_known_as_an_interval(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, monkeypatch, "build")
    held = read_observations(at_home.processed)
    eda = (held["measure"] == "uvas_share_pct") & (held["region_code"] == "1730") & (held["period"] == "2024")
    bounds = {"value": float("nan"), "lower": 12.0, "upper": 13.5}
    held = held.assign(**{name: held[name].mask(eda, number) for name, number in bounds.items()})
    held["status"] = held["status"].astype("object").mask(eda, "interval").astype("category")
    write_observations(held, at_home.processed, read_origins(at_home.processed))
    _, out, _ = run(capsys, monkeypatch, "show", "uvas_share_pct", "--kommun", "Eda", "--from", "2024")
    assert all(text in out for text in ("12,00", "13,50", "minst", "högst", "endast intervall känt"))


def test_build_and_check_and_sources_tell_what_is_there(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "build")
    assert code == 0
    assert "6 utgåvor: data/processed" in out
    code, out, _ = run(capsys, monkeypatch, "check")
    assert code == 0
    assert "FEL" not in out
    assert "ok    kontraktet" in out
    _, out, _ = run(capsys, monkeypatch, "sources")
    assert "kolada 2024-08-30: 101\u202f581 uppgifter" in out
    assert "kolada_groups 2026-03-31: jämförelsegrupper. Kolada (RKA)." in out
    assert "kolada 2026-11-21: 6\u202f752 uppgifter" in out


def test_check_exits_1_when_a_raw_file_has_been_changed(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = at_home.raw / "kolada" / "2027-01-01"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("kpi,region,year,gender,value\n", encoding="utf-8")
    (folder / "origin.toml").write_text(
        'dataset = "kolada"\nedition = "2027-01-01"\ntitle = "t"\npublisher = "p"\n'
        'url = ""\nretrieved = 2027-01-01\n'
        f'licence = "l"\n[[files]]\nname = "a.csv"\nsha256 = "{"0" * 64}"\nbytes = 29\n',
        encoding="utf-8",
    )
    code, out, _ = run(capsys, monkeypatch, "check")
    assert code == 1
    assert "FEL   kontrollsumma kolada/2027-01-01" in out


def publish(workspace: Workspace, edition: str, rows: str) -> None:
    """Put an edition of Kolada's figures beside the shipped one."""
    folder = workspace.raw / "kolada" / edition
    folder.mkdir(parents=True)
    content = f"kpi,region,year,gender,value\n{rows}".encode()
    (folder / "a.csv").write_bytes(content)
    (folder / "origin.toml").write_text(
        f'dataset = "kolada"\nedition = "{edition}"\ntitle = "t"\npublisher = "p"\n'
        f'url = ""\nretrieved = {edition}\nlicence = "l"\n[[files]]\nname = "a.csv"\n'
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"\nbytes = {len(content)}\n',
        encoding="utf-8",
    )


def test_check_compare_lists_what_a_newer_edition_changed(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(at_home, "2027-01-01", "N02797,2182,2024,T,9.35\nN02797,2182,2025,T,8.9\n")
    out = tmp_path / "skillnader.csv"
    code, text, _ = run(capsys, monkeypatch, "check", "--compare", "--out", str(out))
    assert code == 0
    assert "utgåva 2027-01-01 mot 2024-08-30 och 2026-11-21" in text
    assert "Söderhamn 2024 (båda könen): 9,2 → 9,4, ändrat" in text
    assert "1 nya uppgifter" in text
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"))
    changed = [row for row in rows if row["kind"] == "changed"]
    assert [(row["region_code"], row["old"], row["new"]) for row in changed] == [("2182", "9,15", "9,35")]


def test_check_compare_says_when_there_is_nothing_to_compare(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, text, _ = run(capsys, monkeypatch, "check", "--compare")
    assert (code, text.strip()) == (0, "Ingen utgåva har ändrat en uppgift i en tidigare.")
    code, _, err = run(capsys, monkeypatch, "check", "--out", "a.csv")
    assert code == 2
    assert "--compare" in err


def test_check_proposes_breaks_and_names_those_declared(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "brott.csv"
    code, text, _ = run(capsys, monkeypatch, "check", "--breaks", "--out", str(out))
    assert code == 0
    assert "(UVAS): 22 nivåskiften att pröva, det starkaste först" in text
    assert (
        "  Hammarö 2015: 7,1 → 11,0, +3,4 utöver riket, 5,1 gånger det vanliga; som kommunerna i Värmlands län. "
        "Deklarerat: uvas_border_2015_found\n" in text
    )
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert {row["kind"] for row in rows} == {"kommun", "area", "riket"}
    assert run(capsys, monkeypatch, "check", "--breaks", "--compare", "--out", str(out))[0] == 2


def test_check_compare_leaves_out_the_own_registers(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, monkeypatch, "build")
    held = read_observations(at_home.processed)
    one = held.loc[(held["measure"] == "uvas_share_pct") & (held["region_code"] == "2182")].iloc[[0]]
    texts = ["dataset", "edition", "period", "origin"]
    told = dict.fromkeys(texts, "object")
    counts = [
        one.astype(told).assign(dataset="register:2182", edition=day, period=day[:4], origin="register/2182/kaa")
        for day in ("2025-06-30", "2026-06-30")
    ]
    whole = pd.concat([held.astype(told), *counts], ignore_index=True).astype(dict.fromkeys(texts, "category"))
    write_observations(whole, at_home.processed, read_origins(at_home.processed))
    _, text, _ = run(capsys, monkeypatch, "check", "--compare")
    assert text.strip() == "Ingen utgåva har ändrat en uppgift i en tidigare."


def test_check_tells_of_folders_that_are_no_editions(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (at_home.raw / "kolada" / "2027-01-01").mkdir(parents=True)
    (at_home.raw / "scb_bas" / ".partial-0123").mkdir(parents=True)
    code, text, _ = run(capsys, monkeypatch, "check")
    assert code == 0
    assert "tom mapp kolada/2027-01-01: räknas inte" in text
    assert "avbruten hämtning i scb_bas/.partial-0123" in text


def test_nulage_ends_with_what_was_written(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out_folder = tmp_path / "ut"
    code, out, _ = run(capsys, monkeypatch, "nulage", "lidkoping", "--out", str(out_folder))
    assert code == 0
    assert out.startswith(
        "Lidköping: ut/lidkoping (manifest.json, rapport.docx, rapport.html, underlag.xlsx, 15 diagram)"
    )
    assert (out_folder / "lidkoping" / "rapport.docx").stat().st_size > 10_000


def test_nulage_cannot_write_where_a_file_lies(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocker = tmp_path / "fil"
    blocker.write_text("min egen", encoding="utf-8")
    code, _, err = run(capsys, monkeypatch, "nulage", "lidkoping", "--out", str(blocker))
    assert code == 1
    assert one_line(err)
    assert blocker.read_text(encoding="utf-8") == "min egen"


@pytest.mark.slow
def test_several_programmes_are_written_side_by_side(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, monkeypatch, "nulage", "lidkoping", "ale", "--out", str(tmp_path / "ut"))
    assert code == 0
    assert sorted(line.partition(":")[0] for line in out.splitlines()) == ["Ale", "Lidköping"]
    assert (tmp_path / "ut" / "ale" / "manifest.json").exists()


@pytest.mark.slow
def test_an_error_in_a_process_of_its_own_is_still_one_line(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _, err = run(capsys, monkeypatch, "nulage", "lidkoping", "ale", "--template", str(tmp_path / "x.docx"))
    assert code == 1
    assert one_line(err)


@pytest.mark.parametrize("words", [("rank", "N02797", "--group", "GR"), ("show", "N02797", "--kommun", "Ale")])
def test_a_table_for_a_swedish_excel_opens_as_one(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    code, out, _ = run(capsys, monkeypatch, *words, "--format", "csv", "--excel")
    assert code == 0
    assert out.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";"))
    assert {len(row) for row in rows} == {len(rows[0])}
    value = rows[0].index("value")
    assert all(float(row[value].replace(",", ".")) and "." not in row[value] for row in rows[1:] if row[value])
    code, _, err = run(capsys, monkeypatch, *words, "--excel")
    assert (code, err) == (2, "Fel: --excel hör till --format csv. Hjälp: uvas --help\n")


def test_a_code_that_begins_with_zero_stays_one_in_excel(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = run(capsys, monkeypatch, "rank", "N02797", "--format", "csv", "--excel")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";"))
    assert {row["region_code"] for row in rows} >= {'="0114"', "2182"}


def test_what_steers_a_terminal_is_shown_and_not_sent(
    at_home: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, shared: Path
) -> None:
    at_home.programmes.mkdir()
    text = (shared / "cases" / "a20-terminal-escapes" / "esc.toml").read_text(encoding="utf-8")
    (at_home.programmes / "esc.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["uvas", "sources"])
    cli.run()
    out, err = capfd.readouterr()
    assert out.splitlines()[-1] == "Programdokument: A [31mRED ]0;pwn evil Second line, d"
    assert not err
    screen = io.StringIO()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr(listing, "sources", lambda: "\ufeffRad\n\tå\x1b]0;x\x07\x9b31m\u202e\r")
    cli.run()
    assert screen.getvalue() == "\ufeffRad\n\tå]0;x31m\n"


def test_a_line_break_in_a_word_or_a_path_breaks_no_line(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, _, err = run(capsys, monkeypatch, "--a\n\x1b[31mb\u202e")
    assert err == "Fel: Flaggan --a [31mb  finns inte. Hjälp: uvas --help\n"
    _, out, _ = run(capsys, monkeypatch, "register", "demo", "--persons", "1", "--out", str(tmp_path / "a\nb\x07"))
    assert [line.rpartition("/")[2] for line in out.splitlines()[:2]] == ["kaa.csv", "kaa.toml"]
    assert out.count("\n") == 7
    assert "\x07" not in out


def test_a_list_of_differences_replaces_no_other_file(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "lista.csv"
    for _ in range(2):  # the second time over its own
        assert run(capsys, monkeypatch, "check", "--compare", "--out", str(out))[0] == 0
    out.write_text("Personnummer\n", encoding="utf-8")
    code, _, err = run(capsys, monkeypatch, "check", "--compare", "--out", str(out))
    assert code == 1
    assert err == (
        f"Fel: Filen finns redan och är inte skriven av uvas ({out}). Välj ett annat namn, eller flytta den.\n"
    )
    assert out.read_text(encoding="utf-8") == "Personnummer\n"


def test_an_export_never_replaces_the_kommuns_own_register(
    workspace: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    monkeypatch.chdir(workspace.root)
    register, mapping = Path("lista.csv"), Path("m.toml")
    register.write_text("Personnummer;Registreringsdatum\n20880304-0008;2105-08-01\n", encoding="utf-8")
    mapping.write_text("kind = 'kaa'\n", encoding="utf-8")
    before = register.read_bytes()
    words = ["register", "kaa", "lista.csv", "--mapping", "m.toml", "--period", "2105/06", "--export", "lista.csv"]
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 1
    assert err.startswith("Fel: Filen finns redan och är inte skriven av uvas (lista.csv).")
    assert register.read_bytes() == before
    assert not (workspace.root / "data").exists()


def test_the_version_is_told(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, monkeypatch, "--version") == (0, f"uvas_stats {__version__}\n", "")


def test_plain_words_and_the_end_of_a_ranking_are_understood(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(measure: str, order: str) -> tuple[str, str]:
        _, out, _ = run(
            capsys, monkeypatch, "rank", measure, "--group", "GR", "--order", order, "--format", "json"
        )
        row = json.loads(out)[0]
        return row["region_name"], row["direction"]

    assert first("UVAS", "lägst") == first("UVAS", "bäst") == ("Härryda", "1 = lägst andel")
    assert first("Behöriga till yrkesprogram", "högst")[1] == "1 = högst andel"
    assert first("arbetslösa", "högst")[1] == "1 = högst andel"


def test_show_puts_several_kommuner_and_the_sexes_side_by_side(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["show", "UVAS", "--kommun", "Eda", "--kommun", "Ale", "--from", "2014", "--to", "2015"]
    _, out, _ = run(capsys, monkeypatch, *words)
    assert out.splitlines()[1].split() == ["period", "Eda", "Ale"]
    assert [line.split()[0] for line in out.splitlines()[2:4]] == ["2014", "2015"]
    assert "* Tidsseriebrott 2015: " in out
    _, out, _ = run(capsys, monkeypatch, *words, "--sex", "alla", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 2 * 2 * 3
    assert {row["sex"] for row in rows} == {"total", "women", "men"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("measures", "UVAS", "Kolada"), "kolada_uvas_25_29_share_pct"),
        (("kommuner", "söderh"), "2182"),
        (("groups", "göteborgsregionen"), "Kungsbacka, Härryda"),
    ],
)
def test_what_there_is_to_ask_for_is_listed(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    code, out, _ = run(capsys, monkeypatch, *words)
    assert code == 0
    assert said in out


def test_a_list_is_written_as_csv_or_workbook_and_replaces_no_other_file(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lista.csv", "lista.xlsx", "lista.xlsx"):  # the third over its own
        code, out, _ = run(capsys, monkeypatch, "rank", "UVAS", "--group", "GR", "--out", name)
        assert (code, out) == (0, f"13 rader: {name}\n")
    rows = list(csv.DictReader(io.StringIO(Path("lista.csv").read_text(encoding="utf-8-sig")), delimiter=";"))
    assert (len(rows), rows[0]["plats"], rows[-1]["kommun"]) == (13, "1", "Härryda")
    sheet = openpyxl.load_workbook("lista.xlsx").worksheets[0]
    assert str(sheet["A1"].value).startswith(
        "Unga 16–24 år som varken arbetar eller studerar (UVAS), 2024. 1 = högst"
    )
    assert sheet.tables["Lista"].ref == "A4:I17"
    assert isinstance(sheet["F5"].value, float)
    Path("min.xlsx").write_bytes(b"min egen")
    code, _, err = run(capsys, monkeypatch, "rank", "UVAS", "--out", "min.xlsx")
    assert code == 1
    assert "Filen finns redan och är inte skriven av uvas (min.xlsx)." in err
    assert Path("min.xlsx").read_bytes() == b"min egen"


def test_a_broken_programme_file_stops_only_that_programme(
    at_home: Workspace, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.programmes.mkdir()
    (at_home.programmes / "ale.toml").write_text("id = ", encoding="utf-8")
    assert run(capsys, monkeypatch, "rank", "UVAS", "--group", "GR")[0] == 0
    code, _, err = run(capsys, monkeypatch, "nulage", "ale")
    assert code == 1
    assert one_line(err)
    assert "ale.toml" in err
    code, out, _ = run(capsys, monkeypatch, "check")
    assert code == 1
    assert "FEL   programmet ale: " in out
    catalog = load_catalog(at_home)
    assert "ale" not in catalog.programmes
    assert catalog.programme("soderhamn").name == "Söderhamn"


def test_a_kommuns_name_will_do_for_a_programme(at_home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[batch._Job] = []
    monkeypatch.setattr(batch, "_run", done.append)
    list(batch.export_all(["Gävle"]))
    list(batch.export_all([], kommun="2180"))
    assert [(job.programme, job.kommun) for job in done] == [(None, "2180")] * 2
