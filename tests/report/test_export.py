import errno
import hashlib
import importlib
import json
import os
from pathlib import Path

import pytest

from tests.report.report_samples import make_chart, make_content
from uvas_stats.errors import ReportError, UvasStatsError
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.report.escape import csv_text
from uvas_stats.report.export import WRITERS, export
from uvas_stats.report.numbering import Report


@pytest.fixture(scope="module")
def content() -> Content:
    return make_content()


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


def test_full_disk_leaves_the_old_report_and_nothing_else(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "soderhamn"
    export(content, folder)
    (folder / "egna anteckningar.txt").write_text("mina", encoding="utf-8")
    before = files_of(folder)
    written = []
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 4:
            path.touch()  # a half-written file
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UvasStatsError, match="Disken är full") as caught:
        export(make_content(title="Ny titel"), folder)
    assert "\n" not in str(caught.value)
    assert files_of(folder) == before
    assert leftovers(tmp_path) == []


def test_full_disk_on_the_first_run_makes_no_folder(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UvasStatsError, match="Disken är full"):
        export(content, tmp_path / "soderhamn")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_needs_no_temporary_file_in_the_systems_folder(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", full)
    export(content, tmp_path / "soderhamn")
    assert (tmp_path / "soderhamn" / "underlag.xlsx").exists()


def test_a_file_where_the_folder_should_be(content: Content, tmp_path: Path) -> None:
    (tmp_path / "soderhamn").write_text("fil", encoding="utf-8")
    with pytest.raises(UvasStatsError, match="En fil ligger där en mapp behövs"):
        export(content, tmp_path / "soderhamn")
    assert (tmp_path / "soderhamn").read_text(encoding="utf-8") == "fil"
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_written(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("uvas_stats.workspace.tempfile.mkdtemp", denied)
    with pytest.raises(UvasStatsError, match="Skrivning nekades"):
        export(content, tmp_path / "soderhamn")


def test_a_report_that_is_open_in_word(content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "soderhamn"
    export(content, folder)
    before = files_of(folder)
    real = Path.open

    def locked(path: Path, *args: object, **kwargs: object) -> object:
        if path == folder / "rapport.docx":
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        return real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(UvasStatsError, match=r"Skrivning nekades.*rapport\.docx"):
        export(make_content(title="Ny titel"), folder)
    monkeypatch.undo()
    assert files_of(folder) == before
    assert leftovers(tmp_path) == []


def test_a_date_that_is_no_date(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="datum"):
        export(make_content(date="i går"), tmp_path / "soderhamn")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_template_is_found_before_anything_is_drawn(content: Content, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(ReportError, match="inte ett Word-dokument"):
        export(content, tmp_path / "ut", template=Path(__file__), progress=said.append)
    assert said == []
    assert list(tmp_path.iterdir()) == []


def test_diagrams_of_an_earlier_run_go_but_the_analysts_own_files_stay(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "soderhamn"
    export(content, folder)
    (folder / "diagram" / "eget.png").write_bytes(b"eget")
    (folder / "anteckningar.md").write_text("mina", encoding="utf-8")
    (folder / "diagram" / "plats_a.svg").write_text("<svg>ändrad för hand</svg>", encoding="utf-8")
    fewer = make_content(chapters=(Chapter("Utveckling", "", (make_chart(),)),))
    result = export(fewer, folder)
    assert set(files_of(folder)) == {path.as_posix() for path in result.files} | {
        "diagram/eget.png",
        "diagram/plats_a.svg",
        "anteckningar.md",
    }


def test_a_file_that_has_been_edited_is_kept_under_another_name(tmp_path: Path) -> None:
    folder, content = tmp_path / "soderhamn", make_content(chapters=())
    export(content, folder)
    page = (folder / "rapport.html").read_bytes()
    for number, name in enumerate(("rapport_egen.html", "rapport_egen2.html")):
        (folder / "rapport.html").write_text(f"ändrad {number}", encoding="utf-8")
        told = export(content, folder).kept
        assert told == (f"rapport.html var ändrad och finns kvar som {name}",)
        assert (folder / name).read_text(encoding="utf-8") == f"ändrad {number}"
    assert (folder / "rapport_egen.html").read_text(encoding="utf-8") == "ändrad 0"
    assert (folder / "rapport.html").read_bytes() == page
    assert export(content, folder).kept == ()


def test_a_report_of_somebody_elses_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "soderhamn"
    folder.mkdir()
    (folder / "rapport.docx").write_bytes(b"min egen")
    assert export(make_content(chapters=()), folder).kept == (
        "rapport.docx var ändrad och finns kvar som rapport_egen.docx",
    )
    assert (folder / "rapport_egen.docx").read_bytes() == b"min egen"


def test_the_folder_one_stands_in_is_not_replaced(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UvasStatsError, match="Mappen som du står i kan inte bytas ut"):
        export(content, Path())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": [{"path": "../viktig.png", "sha256": "x"}]}', '{"files": 1}', "\udcff"]
)
def test_a_damaged_or_forged_manifest_removes_nothing(content: Content, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "soderhamn"
    folder.mkdir()
    (folder / "manifest.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    (tmp_path / "viktig.png").write_bytes(b"")
    (folder / "viktig.png").write_bytes(b"")
    export(content, folder)
    assert (tmp_path / "viktig.png").exists()
    assert (folder / "viktig.png").exists()


def test_everything_is_written_and_listed(content: Content, tmp_path: Path) -> None:
    said: list[str] = []
    result = export(content, tmp_path / "under" / "soderhamn", progress=said.append)
    assert [path.as_posix() for path in result.files] == [
        "diagram/plats_a.png",
        "diagram/plats_a.svg",
        "diagram/utveckling_uvas.png",
        "diagram/utveckling_uvas.svg",
        "manifest.json",
        "rapport.docx",
        "rapport.html",
        "underlag.xlsx",
    ]
    assert set(files_of(result.folder)) == {path.as_posix() for path in result.files}
    assert said[0].startswith("Diagram 1 av 2: ")
    assert said[-1] == "underlag.xlsx"


def test_a_format_is_one_writer_in_the_table(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def figures(report: Report) -> dict[str, bytes]:
        return {
            "uppgifter.csv": report.content.flat.map(csv_text).to_csv(index=False, sep=";").encode("utf-8-sig")
        }

    monkeypatch.setattr(
        importlib.import_module("uvas_stats.report.export"), "WRITERS", (("uppgifter.csv", figures), *WRITERS)
    )
    said: list[str] = []
    result = export(content, tmp_path / "ut", progress=said.append)
    assert "uppgifter.csv" in said
    assert Path("uppgifter.csv") in result.files
    listed = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert "uppgifter.csv" in [file["path"] for file in listed]
    assert len((result.folder / "uppgifter.csv").read_text(encoding="utf-8-sig").splitlines()) == 10


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(make_content(), tmp_path / "a")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    export(make_content(), tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_the_manifest_names_every_figure_and_file(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "soderhamn"
    result = export(content, folder)
    document = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {file["path"] for file in document["files"]} == {
        path.as_posix() for path in result.files if path.name != "manifest.json"
    }
    for file in document["files"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    golden = {"part": "utveckling_uvas", "region_code": "2182", "period": "2024"}
    (figure,) = [f for f in document["figures"] if golden.items() <= f.items()]
    assert figure["value"] == 9.15
    assert figure["status"] == "ok"
    assert (figure["measure"], figure["dataset"], figure["edition"]) == ("uvas_share_pct", "kolada", "2026-11-21")
    assert figure["origin"] == "kolada/2026-11-21/kolada_published.csv"
    assert figure["sha256"] == "a" * 64
    hidden = [f for f in document["figures"] if f["status"] == "suppressed"]
    assert hidden
    assert all(f["value"] is None for f in hidden)
    assert len(document["figures"]) == 3 + 9 + 9


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX")
def test_others_can_read_what_was_written(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "soderhamn"
    export(content, folder)
    assert all(path.stat().st_mode & 0o044 for path in folder.rglob("*") if path.is_file())
