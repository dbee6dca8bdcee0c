"""Mutants of each kind of file: right figures, one line, or a flag; never a fall, a hang or a heap of memory."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from tests.campaign.mutate import BYTES, JSON, TEXT, XML, mutate
from tests.campaign.run import Came, campaign, judge
from tests.campaign.specimens import SPECIMENS, Specimen
from uvas_stats.errors import RawFileError

BAD = ("crash", "hang", "killed", "memory", "ugly")


def bad(came: list[Came]) -> list[str]:
    return [f"{one.outcome} {one.number} {one.kind}: {one.told}" for one in came if one.outcome in BAD]


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECIMENS)
def test_ten_mutants_are_read_refused_or_flagged(name: str) -> None:
    assert bad(list(campaign(name, 10))) == []


def test_a_mutant_is_the_same_for_the_same_seed_and_another_file() -> None:
    content = b"a;b\n1;2\n3;4\n" * 9
    assert mutate(content, "csv", "7") == mutate(content, "csv", "7")
    assert len({mutate(content, "csv", str(seed))[1] for seed in range(40)} - {content}) > 25


@pytest.mark.parametrize(
    ("form", "content", "kinds"),
    [
        ("csv", b"a;b\n1;2\n", BYTES | TEXT),
        ("json", b'{"a": [1, {"b": null}]}', BYTES | JSON),
        ("xml", b'<?xml version="1.0"?><a b="c"><d>1</d></a>', BYTES | XML),
    ],
)
def test_every_kind_of_damage_is_done(form: str, content: bytes, kinds: dict[str, object]) -> None:
    assert {mutate(content, form, str(seed))[0] for seed in range(300)} == set(kinds)


def test_a_member_of_a_zip_is_damaged_inside_a_whole_zip() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", '<c r="A1"><v>1</v></c>')
        archive.writestr("xl/workbook.xml", "<workbook/>")
    made = [mutate(out.getvalue(), "zip", str(seed)) for seed in range(60)]
    inside = [content for kind, content in made if kind.startswith("member")]
    assert len(inside) > 20
    assert all(zipfile.ZipFile(BytesIO(content)).testzip() is None for content in inside)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("2", "equal"), ("3", "changed"), ("", "lost"), ("fel", "refused"), ("rad\nbrott", "refused"),
        ("stopp", "crash"), ("flagga", "flagged"),
    ],
)  # fmt: skip
def test_what_came_of_a_file_is_judged(text: str, outcome: str) -> None:
    def read(folder: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        content = (folder / "f").read_text(encoding="utf-8")
        if content == "stopp":
            raise KeyError(content)
        if content in ("fel", "rad\nbrott"):
            raise RawFileError(content)
        value = {"": None, "flagga": 9.0}.get(content, 0) if not content.isdigit() else float(content)
        return pd.DataFrame({"value": [value]}, dtype=float), ("anm",) if content == "flagga" else ()

    one = Specimen("f", "f", b"2", "csv", read, {})
    assert judge(one, text.encode(), pd.DataFrame({"value": [2.0]}), ())[0] == outcome
