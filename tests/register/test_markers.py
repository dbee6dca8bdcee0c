"""A planted person is nowhere: not in what a command writes, prints, logs or leaves, nor in what is hashed."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import hmac
import logging
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.register.files import book
from tests.register.people import HEADINGS, PERIOD, mapping_file, number, row, write
from tests.register.test_whole_way import texts_in
from tests.slow import quick
from uvas_stats.cli import app as cli

BORN = dt.date(2088, 3, 4)
NUMBER = number(3, BORN)
_PLAIN = NUMBER.replace("-", "")
KEY = b"planterad nyckel".ljust(32, b"!")
WORDS = ("Planterad Persson", "Planteringsgatan 17", "planterad@exempel.invalid", "070-174 06 99")
MARKERS = (*WORDS, NUMBER, _PLAIN, NUMBER[2:], _PLAIN[2:], KEY.hex(), base64.b64encode(KEY).decode(), repr(KEY))
NEW_COLUMNS = ("Namn", "Adress", "E-post", "Telefon")
KAA = ("register", "kaa")


def planted_rows() -> list[list[str]]:
    rows = [[*row(number(at)), "Någon", "Gatan", "a@b", "1"] for at in range(100, 160)]
    return [*rows, [*row(NUMBER, contact_date="2105-09-09", contact_occupation="arbete"), *WORDS]]


def planted(folder: Path, name: str = "register.csv") -> Path:
    """Write a register of 60 and the planted person, with columns that nobody asked for."""
    path = write(folder / name, planted_rows())
    head, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([";".join([head, *NEW_COLUMNS]), *rest]), encoding="utf-8")
    return path


def planted_book(folder: Path, *sheets: str, headings: bool = True) -> Path:
    rows: list[list[object]] = [list(one) for one in planted_rows()]
    first: list[list[object]] = [[*HEADINGS.values(), *NEW_COLUMNS]] if headings else []
    return book(folder / "bok.xlsx", {name: [*first, *rows] for name in sheets})


def without_headings(folder: Path) -> Path:
    """Write a list whose first row is the planted person."""
    path = folder / "rader.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(reversed(planted_rows()))
    return path


def damaged(folder: Path) -> Path:
    path = planted(folder, "skadad.csv")
    path.write_bytes(path.read_bytes().replace(WORDS[0].encode(), b'"\xff\x00' + WORDS[0].encode()))
    return path


class Bench:
    """A workspace, a place for registers, and all that is told while commands run there."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        self.folder, self.capfd, self.caplog = folder, capfd, caplog
        self.work, self.source, self.system = (folder / name for name in ("arbete", "källa", "tmp"))
        self.told: list[tuple[str, str]] = []

    def run(self, *words: str) -> int:
        with pytest.MonkeyPatch.context() as patch, self.caplog.at_level(logging.DEBUG):
            patch.setattr("sys.argv", ["uvas", *words])
            code, said = cli.run()
        out, err = self.capfd.readouterr()
        self.told.append((" ".join(words[:3]), f"{out}{err}{said}{self.caplog.text}"))
        self.caplog.clear()
        return code

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give all that was told and written, the registers themselves left out."""
        yield from self.told
        yield from texts_in(self.folder, set(self.source.iterdir()))

    def leaks(self, *more: str) -> list[tuple[str, str]]:
        markers = [marker.casefold() for marker in (*MARKERS, *more)]
        return [(place, found) for place, text in self.texts() for found in markers if found in text.casefold()]


@pytest.fixture
def bench(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Bench:
    one = Bench(tmp_path, capfd, caplog)
    for folder in (one.work, one.source, one.system):
        folder.mkdir()
    monkeypatch.setenv("UVAS_WORKSPACE", str(one.work))
    monkeypatch.setattr("tempfile.tempdir", str(one.system))
    monkeypatch.setattr("uvas_stats.register.reading.identity.secrets.token_bytes", lambda _: KEY)
    monkeypatch.chdir(one.work)
    return one


def kaa(bench: Bench, register: Path, *more: str, mapping: Path | None = None, period: str = PERIOD) -> int:
    chosen = mapping or mapping_file(bench.source)
    return bench.run("register", "kaa", str(register), "--mapping", str(chosen), "--period", period, *more)


# Each is a mistake that an analyst makes with a register; the exit code that it ends with.
MISTAKES: dict[str, tuple[Callable[[Bench], int], int]] = {
    "no headings": (lambda b: b.run("register", "map", str(without_headings(b.source))), 1),
    "no headings, counted": (lambda b: kaa(b, without_headings(b.source)), 1),
    "a book without": (lambda b: b.run("register", "map", str(planted_book(b.source, "B", headings=False))), 1),
    "several sheets": (lambda b: b.run("register", "map", str(planted_book(b.source, WORDS[0], WORDS[1]))), 1),
    "damaged": (lambda b: kaa(b, damaged(b.source)), 1),
    "register as mapping": (lambda b: kaa(b, planted(b.source), mapping=planted(b.source, "r2.csv")), 1),
    "adopted": (lambda b: b.run("adopt", "siris_eligibility", str(planted(b.source))), 1),
    "adopted book": (lambda b: b.run("adopt", "fk_ohalsotal", str(planted_book(b.source, "Blad1"))), 1),
    "as template": (lambda b: b.run("nulage", "ale", "--template", str(planted(b.source))), 1),
    "as query": (lambda b: b.run("fetch", "scb:TAB6260", "--query", str(planted(b.source))), 1),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", quick(MISTAKES, "no headings", "several sheets", "register as mapping", "as query")
)
def test_a_mistake_tells_of_no_one(bench: Bench, name: str) -> None:
    act, code = MISTAKES[name]
    assert act(bench) == code
    assert bench.leaks() == []
    assert list(bench.system.iterdir()) == []


def count_all(bench: Bench, *, report: bool = False) -> None:
    """Count the planted register in every way, with every file that can be asked for."""
    register, mapping = planted(bench.source), mapping_file(bench.source)
    assert bench.run("register", "map", str(register), "--out", str(bench.work / "förslag.toml")) == 0
    assert kaa(bench, register, "--export", "block.xlsx", "--faults", "fel.csv") == 0
    assert not report or kaa(bench, planted_book(bench.source, "Blad1"), period="2104/05") == 0
    listed = f"a={register},{mapping}"
    assert (
        bench.run("register", "overlap", "grupp", "--kommun", "2182", "--list", listed, "--at", "2106-06-15") == 0
    )
    for words in (("sources",), ("check", "--compare", "--out", "skillnader.csv"), ("nulage", "soderhamn")):
        assert not report or bench.run(*words) == 0


@pytest.mark.parametrize("report", quick((False, True), False))
def test_a_count_leaves_no_person_no_key_and_no_hash(bench: Bench, report: bool) -> None:
    count_all(bench, report=report)
    assert len(list(bench.work.rglob("*.parquet"))) >= 3
    assert any("(register), läsåret 2105/06: 61" in text for _, text in bench.told)  # the counts did come out
    assert bench.leaks() == []
    assert hashed(bench, [BORN + dt.timedelta(days) for days in range(31 if report else 1)]) == []
    assert list(bench.system.iterdir()) == []


def numbers_of(day: dt.date) -> Iterator[str]:
    """Give every personnummer of a birth date, in the forms that a system writes."""
    for serial in range(1000):
        whole = number(serial, day)
        plain = whole.replace("-", "")
        yield from (whole, plain, whole[2:], plain[2:])


def digests(text: str) -> Iterator[bytes]:
    data = text.encode()
    for name in ("md5", "sha1", "sha256", "blake2b"):
        yield hashlib.new(name, data).digest()
    yield hmac.digest(KEY, data, "sha256")
    yield hashlib.blake2b(data, digest_size=8, key=KEY).digest()


def hashed(bench: Bench, days: list[dt.date]) -> list[str]:
    """Find the numbers of birth dates whose hash stands somewhere: as hex, base64 or a whole number."""
    text = "\n".join(text for _, text in bench.texts())
    hexes = {found[:12].lower() for found in re.findall(r"[0-9a-fA-F]{12,}", text)}
    coded = {found[:16] for found in re.findall(r"[A-Za-z0-9+/_-]{11,}", text)}
    whole = set(re.findall(r"-?\d{9,}", text))
    people = []
    for person in (one for day in days for one in numbers_of(day)):
        for digest in digests(person):
            small = [
                int.from_bytes(digest[:8], order, signed=signed)
                for order in ("little", "big")
                for signed in (True, False)
            ]  # type: ignore[call-overload]
            if (
                digest.hex()[:12] in hexes
                or base64.b64encode(digest).decode()[:16].rstrip("=") in coded
                or any(str(one) in whole for one in small)
            ):
                people.append(person)
    return people


@pytest.mark.parametrize("how", ["hex", "base64", "number"])
def test_the_search_would_find_a_marker_and_a_hash(bench: Bench, how: str) -> None:
    digest = hashlib.blake2b(_PLAIN.encode(), digest_size=8, key=KEY).digest()
    left = {"hex": digest.hex(), "base64": base64.b64encode(digest).decode().rstrip("="),
            "number": int.from_bytes(digest, "little", signed=True)}[how]  # fmt: skip
    (bench.work / "kvar.json").write_text(f'{{"id": "{left}", "namn": "{WORDS[0].upper()}"}}', encoding="utf-8")
    assert [found for _, found in bench.leaks()] == [WORDS[0].lower()]
    assert set(hashed(bench, [BORN])) == {_PLAIN}


CALLS = 15_000
"""A count makes some more."""


class Crash:
    """Raise, with a person in its words, at a call of a number within the rooms that hold a register."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def __call__(self, frame: Any, event: str, _: object) -> None:
        if event != "call" or "/uvas_stats/" not in frame.f_code.co_filename:
            return
        self.calls += 1
        if self.calls == self.at:
            raise [ValueError, KeyError, MemoryError, RecursionError][self.at % 4](f"{WORDS[0]} {NUMBER}")


def crashing(bench: Bench, at: int) -> int:
    crash = Crash(at)
    register = planted(bench.source)
    mapping = mapping_file(bench.source)
    sys.setprofile(crash)
    try:
        kaa(bench, register, "--export", "block.xlsx", mapping=mapping)
    finally:
        sys.setprofile(None)
    return crash.calls


@pytest.mark.parametrize("seed", quick(range(4), 0))
def test_a_crash_anywhere_tells_of_no_one(bench: Bench, seed: int) -> None:
    rng = random.Random(seed)
    for at in (rng.randrange(CALLS) for _ in range(5 if seed else 2)):
        calls = crashing(bench, at)
        assert calls >= at  # the crash did come
    assert bench.leaks() == []
    assert list(bench.system.iterdir()) == []
