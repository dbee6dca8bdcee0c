"""From the lists to the reports, by the command line: no person and no hidden count is in what is written."""

from __future__ import annotations

import csv
import datetime as dt
import html
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from typer.main import get_command

from tests.register.people import HEADINGS, MAPPING, PERIOD, row
from tests.register.test_terms import COLUMNS
from tests.slow import quick
from uvas_stats.catalog import Catalog
from uvas_stats.cli import app as cli
from uvas_stats.disclosure import read_ledger
from uvas_stats.register.demo import invented_number
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.participants import count_participants, terms_between
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import read_register
from uvas_stats.register.span import span_of
from uvas_stats.register.store import stored_observations
from uvas_stats.register.tables import kaa_publication, participant_publication
from uvas_stats.workspace import Workspace

PROGRAMMES = {"soderhamn": "2182", "lidkoping": "1494", "storuman": "2421", "ostra_sodertorn": "0136"}
NAMES, STREET, MAIL = ("Planterad Persson", "Odlad Olsson"), "Planteringsgatan 17", "planterad@exempel.invalid"
END, START = dt.date(2106, 6, 30), dt.date(2105, 8, 20)
FEW, LEAST = 3, 1000
"""A few are in one category; so the many in another are hidden, and such a count is found wherever it stands."""


def numbers(many: int) -> list[str]:
    """Invent many men and a few women."""
    born = [dt.date(2088, 3, 4) + dt.timedelta(days=at // 400) for at in range(many)]
    men = [invented_number(day, 2 * (at % 400) + 1) for at, day in enumerate(born)]
    return [*men, *(invented_number(dt.date(2088, 6, 1), 2 * at) for at in range(FEW))]


def write_kaa(folder: Path, kommun: str) -> tuple[Path, Path]:
    path, mapping = folder / "kaa.csv", folder / "kaa.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*HEADINGS.values(), "Namn", "Adress", "E-post"])
        for at, number in enumerate(numbers(4211)):
            seen = {"contact_date": "2105-09-09", "contact_occupation": "arbete" if at < 2877 else "ingen"}
            over = {"closed": "2106-02-01", "closed_reason": "flyttat" if at < 6 else "np"} if at % 3 == 0 else {}
            known = {"schooling": "studiebevis" if at < 2 else "avbrott", **(seen if at > 1 else {}), **over}
            begun = "2105-03-01" if at % 13 == 0 else "2105-08-01"
            writer.writerow([*row(number, begun, **known), NAMES[at % 2], STREET, MAIL])
    mapping.write_text(MAPPING.replace("2182", kommun), encoding="utf-8")
    return path, mapping


def write_participants(folder: Path, kommun: str) -> tuple[Path, Path]:
    path, mapping = folder / "deltagare.csv", folder / "deltagare.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*COLUMNS.values(), "Namn", "Adress"])
        for at, number in enumerate(numbers(5607)):
            ended = (
                ["2106-02-02", "arbete" if at < 1641 else "annat" if at < 1643 else "studier"]
                if at < 3170
                else ["", ""]
            )
            had = ["ja" if at % 2 else "nej", "ja" if at < 2937 else "nej", "ja" if at < 2 else "nej"]
            writer.writerow([number, START.isoformat(), *ended, *had, NAMES[at % 2], STREET])
    columns = "".join(f'{name} = "{heading}"\n' for name, heading in COLUMNS.items())
    mapping.write_text(f'kind = "participants"\nkommun = "{kommun}"\n[columns]\n{columns}', encoding="utf-8")
    return path, mapping


def true_counts(
    kaa: tuple[Path, Path], listed: tuple[Path, Path], kommun: str, catalog: Catalog
) -> dict[int, None]:
    """Count everything without any protection."""
    one, other = (
        read_register(path, read_mapping(mapping), Key(), catalog, END).tables for path, mapping in (kaa, listed)
    )
    with open_engine() as engine:
        kaa_tables = kaa_publication(count_kaa(engine, bind(engine, one), span_of(PERIOD)), kommun).tables
        rows = bind(engine, other)["participations"]
        counts = [count_participants(engine, rows, term) for term in terms_between(START, END)]
    tables = (*kaa_tables, *participant_publication(counts, kommun).tables)
    return dict.fromkeys(n for table in tables for _, n in table.cells())


def texts_in(folder: Path, but: set[Path]) -> Iterator[tuple[str, str]]:
    """Yield the text of every file, with what is packed in it: archives, Parquet's metadata, pictures' texts."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path in but:
            continue
        yield str(path), path.name
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    if not name.endswith(".png"):
                        yield f"{path}:{name}", packed.read(name).decode("utf-8", errors="replace")
        elif path.suffix == ".parquet":
            import pyarrow.parquet as pq

            yield f"{path}:schema", str(pq.read_schema(path).metadata) + str(pq.read_metadata(path).to_dict())
            rows = pd.read_parquet(path)
            yield str(path), rows.loc[rows["dataset"].astype("str").str.startswith("register:")].to_csv()
        elif path.suffix == ".png":
            with Image.open(path) as picture:
                yield str(path), repr(picture.info)
        elif path.parent.name == "disclosure" and path.suffix == ".json":
            for one in json.loads(path.read_text(encoding="utf-8"))["publications"]:
                shown = [count for _, count in one.pop("shown")]
                assert set(one) == {"id", "keys", "hidden", "relations"}  # names, and numbers of names
                yield str(path), json.dumps([one["id"], one["keys"], shown])
        else:
            yield str(path), path.read_bytes().decode("utf-8", errors="replace")


def written_ways(count: int) -> re.Pattern[str]:
    """Match a count however it is written: with or without a space, and with decimals of nothing."""
    digits = str(count)
    spaced = f"{digits[:-3]}[\\s\u00a0\u202f\u2009 ]?{digits[-3:]}" if count > 999 else digits
    return re.compile(rf"(?<![\d.,\-/#=a-fA-F]){spaced}(?:[.,]0+)?(?![\d\-/.,a-fA-F])")


def call(*words: str) -> None:
    get_command(cli.app).main(list(words), standalone_mode=False)


@pytest.mark.parametrize("programme", quick(PROGRAMMES, "storuman"))
def test_nothing_that_is_written_tells_of_a_person_or_a_hidden_count(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    catalog: Catalog,
    programme: str,
) -> None:
    kommun, source, work, spare = PROGRAMMES[programme], tmp_path / "k", tmp_path / "arbete", tmp_path / "tmp"
    for folder in (source, work, spare):
        folder.mkdir()
    monkeypatch.setenv("UVAS_WORKSPACE", str(work))
    monkeypatch.setenv("TMPDIR", str(spare))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(work)
    kaa, listed = write_kaa(source, kommun), write_participants(source, kommun)
    with caplog.at_level(logging.DEBUG, logger="uvas_stats"):
        call("register", "map", str(kaa[0]), "--out", str(work / "förslag.toml"))
        call("register", "map", str(listed[0]), "--kind", "participants", "--out", str(work / "förslag2.toml"))
        words = ["--mapping", str(kaa[1]), "--period", PERIOD, "--export", str(work / "block.xlsx")]
        call("register", "kaa", str(kaa[0]), *words, "--faults", str(work / "fel.csv"))
        call("register", "participants", str(listed[0]), "--mapping", str(listed[1]), "--at", END.isoformat())
        lists = [f"--list=kaa={kaa[0]},{kaa[1]}", f"--list=deltagare={listed[0]},{listed[1]}"]
        call("register", "overlap", "malgrupp", "--kommun", kommun, *lists, "--at", END.isoformat())
        call("build")
        call("nulage", programme)
    printed = capfd.readouterr()
    written = [
        ("skärmen", printed.out + printed.err),
        ("loggen", caplog.text),
        *texts_in(tmp_path, {kaa[0], listed[0]}),
    ]

    held = pd.concat(stored_observations(Workspace(work)), ignore_index=True)
    shown = set(held["value"].dropna().astype(int)) | {0}
    hidden = [n for n in true_counts(kaa, listed, kommun, catalog) if n >= LEAST and n not in shown]
    assert len(hidden) > 3
    ledger = read_ledger(Workspace(work), f"register:{kommun}")
    allowed = {n for one in ledger.publications for n in one.shown.values()}  # counted as known, shown or not
    assert (work / "reports" / programme / "rapport.docx").is_file()
    assert any("döljs" in text for name, text in written if "rapport.docx:word/document.xml" in name)
    planted = [
        *NAMES,
        STREET,
        MAIL,
        *(part for one in numbers(5607)[::150] for part in (one, one.replace("-", ""))),
    ]
    for name, text in written:
        assert [one for one in planted if one in text] == [], name
        if not name.endswith(("förslag.toml", "förslag2.toml")):
            secret = [n for n in hidden if n not in allowed] if "/disclosure/" in Path(name).as_posix() else hidden
            assert [n for n in secret if _found(n, text, name)] == [], name
    assert not any(spare.iterdir())
    for kind in (
        "document.xml",
        "rapport.html",
        "underlag.xlsx:",
        "block.xlsx:",
        ".parquet",
        "skärmen",
        "liggare",
    ):
        told = [(name, text) for name, text in written if kind in name.replace("/disclosure/", "/liggare/")]
        large = [n for n in shown if n >= LEAST]
        assert any(_found(n, text, name) for n in large for name, text in told), (
            kind
        )  # the search does find counts


def _found(count: int, text: str, name: str) -> bool:
    """Look for a count in figures; coordinates of pictures and styles are no figures, their texts are."""
    if name.endswith((".svg", ".html")):
        text = re.sub(r"<style.*?</style>|<script.*?</script>|data:[^\"']*|<[^>]*>", " ", text, flags=re.DOTALL)
    if name.endswith((".json", ".parquet", ".csv")):
        text = text.replace(",", " ; ")  # a comma separates there; elsewhere it is a decimal comma
    if ".docx:" in name or ".xlsx:" in name:
        text = re.sub(r"<[^>]*>", " ", text)
    return written_ways(count).search(html.unescape(text)) is not None


@pytest.mark.parametrize("text", ["1211", "1 211", "1\u202f211", "antal: 1211.0", ">1211<", "(1211)"])
def test_the_search_finds_a_count_however_it_is_written(text: str) -> None:
    assert written_ways(1211).search(text)
    assert not written_ways(1211).search("11211 12110 a1211f 3,1211")
