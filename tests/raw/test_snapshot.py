"""Raw files are what origin.toml says, lie where it says, and nothing leads out of their folder."""

from __future__ import annotations

import hashlib
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import RawFileError
from uvas_stats.raw.snapshot import list_snapshots, read_snapshot, verify
from uvas_stats.workspace import shipped_raw

CONTENT = b"kpi,region,year,gender,value\nN02797,2182,2024,T,9.15\n"
GOOD = {
    "dataset": '"kolada"',
    "edition": '"2027-01-01"',
    "title": '"Titel"',
    "publisher": '"MUCF"',
    "url": '"https://www.kolada.se/"',
    "retrieved": "2027-01-01",
    "licence": '"Fri"',
}


def snapshot(
    raw: Path,
    content: bytes = CONTENT,
    file: dict[str, Any] | None = None,
    place: str = "kolada/2027-01-01",
    **keys: str,
) -> Path:
    """Write an edition with its origin.toml and give its folder."""
    folder = raw / place
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(content)
    entry = {"name": "'a.csv'", "sha256": f"'{hashlib.sha256(content).hexdigest()}'", "bytes": len(content)}
    lines = [f"{key} = {value}" for key, value in {**GOOD, **keys}.items() if value]
    lines += [
        "[[files]]",
        *[f"{key} = {value}" for key, value in {**entry, **(file or {})}.items() if value != ""],
    ]
    (folder / "origin.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_an_edition_is_read_with_where_it_came_from(tmp_path: Path) -> None:
    found = read_snapshot(snapshot(tmp_path))
    verify(found)
    assert (found.dataset, found.edition, found.publisher) == ("kolada", "2027-01-01", "MUCF")
    assert found.origin(found.files[0]) == "kolada/2027-01-01/a.csv"
    assert found.path(found.files[0]).read_bytes() == CONTENT


def test_the_time_of_a_fetch_counts_by_its_day(tmp_path: Path) -> None:
    assert (
        read_snapshot(snapshot(tmp_path, retrieved="2027-01-01T10:00:00Z")).retrieved.isoformat() == "2027-01-01"
    )


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(RawFileError, match=rf"{key}.*saknas.*origin\.toml"):
        read_snapshot(snapshot(tmp_path, **{key: ""}))


@pytest.mark.parametrize("key", ["name", "sha256", "bytes"])
def test_a_missing_key_of_a_file_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(RawFileError, match=rf"files\.{key}.*saknas"):
        read_snapshot(snapshot(tmp_path, file={key: ""}))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"publischer": '"x"'}, "publischer"),
        ({"retrieved": '"2027-01-01"'}, "retrieved"),
        ({"title": "5"}, "title"),
        ({"dataset": '"mucf"'}, "origin.toml säger mucf/2027-01-01"),
        ({"edition": '"2026-11-21"'}, "origin.toml säger kolada/2026-11-21"),
        ({"dataset": '"../../kolada"'}, "origin.toml säger"),
        ({"title": '"a\\q"'}, "TOML"),
    ],
)
def test_a_wrong_origin_is_one_line_that_says_what(tmp_path: Path, keys: dict[str, str], words: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read_snapshot(snapshot(tmp_path, **keys))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_edition_of_thousands_of_files_has_a_long_origin(tmp_path: Path) -> None:
    folder = snapshot(tmp_path, note=f'"{"x" * 2_000_000}"')
    assert len(read_snapshot(folder).note) == 2_000_000
    with (folder / "origin.toml").open("a", encoding="utf-8") as file:
        file.write("\n#" + "x" * 20_000_000)
    with pytest.raises(RawFileError, match="större än 20 MB"):
        read_snapshot(folder)


def test_an_origin_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    folder = snapshot(tmp_path)
    (folder / "origin.toml").write_bytes("publisher = 'Åtgärd'".encode("latin-1"))
    with pytest.raises(RawFileError, match="UTF-8"):
        read_snapshot(folder)


@pytest.mark.parametrize(
    "edition", ["senaste", "2027", "2026-02-31", "2026-13-01_02", "2027-01-01_../x", "20270101", "２０２７-01-01"]
)
def test_an_edition_that_is_no_date_is_told(tmp_path: Path, edition: str) -> None:
    folder = snapshot(tmp_path, edition=f'"{edition}"')
    place = tmp_path / "kolada" / Path(edition).name
    with pytest.raises(RawFileError):
        read_snapshot(folder.rename(place))


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "../origin.toml",
        "/etc/passwd",
        "C:\\x",
        "a/b/c.csv",
        "a/../b.csv",
        "..",
        ".",
        "",
        "a\\nb",
        "a.csv.",
        " a.csv",
        "x" * 200,
    ],
)
def test_a_file_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = snapshot(tmp_path, file={"name": f'"{name}"'.replace("\\x", "\\\\x")})
    with pytest.raises(RawFileError, match="inget filnamn") as caught:
        read_snapshot(folder)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["a.csv", "UVAS 2024 (ny).xlsx", "behörighet_åk9.csv", "a+b-c.json"])
def test_ordinary_file_names_are_taken(tmp_path: Path, name: str) -> None:
    assert read_snapshot(snapshot(tmp_path, file={"name": f'"{name}"'})).files[0].name == name


@pytest.mark.parametrize("checksum", ["", "abc", "g" * 64, "0" * 63])
def test_what_is_no_checksum_is_refused(tmp_path: Path, checksum: str) -> None:
    with pytest.raises(RawFileError, match="ingen kontrollsumma"):
        read_snapshot(snapshot(tmp_path, file={"sha256": f"'{checksum}'"}))


def test_an_edition_without_files_is_refused(tmp_path: Path) -> None:
    folder = snapshot(tmp_path)
    text = (folder / "origin.toml").read_text(encoding="utf-8").partition("[[files]]")[0]
    (folder / "origin.toml").write_text(f"{text}files = []\n", encoding="utf-8")
    with pytest.raises(RawFileError, match="nämner inga filer"):
        read_snapshot(folder)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    folder = snapshot(tmp_path)
    (folder / "a.csv").unlink()
    with pytest.raises(RawFileError, match=r"kan inte läsas.*a\.csv"):
        verify(read_snapshot(folder))


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    folder = snapshot(tmp_path)
    (folder / "a.csv").unlink()
    (folder / "a.csv").mkdir()
    with pytest.raises(RawFileError, match="kan inte läsas"):
        verify(read_snapshot(folder))


@given(st.binary(max_size=200).filter(lambda content: content != CONTENT))
def test_a_file_with_any_other_content_is_told(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = snapshot(tmp_path_factory.mktemp("raw"))
    (folder / "a.csv").write_bytes(content)
    with pytest.raises(RawFileError, match="kontrollsumma"):
        verify(read_snapshot(folder))


def test_a_size_that_differs_is_told(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="storlek"):
        verify(read_snapshot(snapshot(tmp_path, file={"bytes": 1})))


def test_a_checksum_in_capitals_is_the_same(tmp_path: Path) -> None:
    verify(read_snapshot(snapshot(tmp_path, file={"sha256": f"'{hashlib.sha256(CONTENT).hexdigest().upper()}'"})))


def test_editions_are_listed_in_order(tmp_path: Path) -> None:
    snapshot(tmp_path, place="kolada/2028-01-01", edition='"2028-01-01"')
    snapshot(tmp_path)
    assert [item.edition for item in list_snapshots([tmp_path])] == ["2027-01-01", "2028-01-01"]


def test_the_first_root_that_holds_an_edition_wins(tmp_path: Path) -> None:
    own = snapshot(tmp_path / "own")
    snapshot(tmp_path / "shipped")
    (found,) = list_snapshots([tmp_path / "own", tmp_path / "shipped"])
    assert found.folder == own


def test_a_folder_with_files_but_no_origin_is_never_passed_over(tmp_path: Path) -> None:
    (snapshot(tmp_path) / "origin.toml").unlink()
    with pytest.raises(RawFileError, match=r"origin\.toml"):
        list_snapshots([tmp_path])


def test_empty_and_hidden_folders_and_loose_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kolada" / "2029-01-01").mkdir(parents=True)
    (tmp_path / "kolada" / ".2030-01-01.tmp").mkdir()
    (tmp_path / "kolada" / ".2030-01-01.tmp" / "a.csv").write_text("x")
    (tmp_path / ".ipynb_checkpoints" / "x").mkdir(parents=True)
    (tmp_path / ".ipynb_checkpoints" / "x" / "y").write_text("x")
    (tmp_path / "kolada" / "läsmig.txt").write_text("x")
    assert list_snapshots([tmp_path]) == []


def test_the_shipped_edition_is_whole() -> None:
    found = list_snapshots([shipped_raw()])
    assert [item.dataset for item in found] == [
        "kolada", "kolada", "kolada_groups", "kolada_ranks", "published_national", "siris_eligibility",
    ]  # fmt: skip
    for item in found:
        verify(item)


def test_the_shipped_edition_says_that_it_is_no_recording_of_the_service() -> None:
    copied, kolada = list_snapshots([shipped_raw()])[:2]
    assert "öppen masskopia (open-numbers, ddf--kolada--dump) och inte inspelade ur Koladas tjänst" in copied.note
    assert "inte hämtade ur Koladas tjänst" in kolada.note
    assert "skrevs av 2026-11-21" in kolada.note


@pytest.mark.parametrize(
    ("own", "fact"),
    [("kolada/2026-11-21/kolada_published.csv", "kolada_published.csv"),
     ("kolada_ranks/2026-11-21/published_ranks.csv", "published_ranks.csv"),
     ("siris_eligibility/2025-10-31/behorighet_grundskola_2024_25.csv",
      "../data/skolverket/behorighet_grundskola_2024_25.csv")],
)  # fmt: skip
def test_the_shipped_files_are_the_published_facts_byte_for_byte(shared: Path, own: str, fact: str) -> None:
    assert (shipped_raw() / own).read_bytes() == (shared / "facts" / fact).read_bytes()


def test_the_packed_file_is_the_published_facts_byte_for_byte(shared: Path) -> None:
    packed = shipped_raw() / "kolada" / "2024-08-30" / "kolada_dump_2024.csv.xz"
    assert lzma.decompress(packed.read_bytes()) == (shared / "facts" / "kolada_dump_2024.csv").read_bytes()
