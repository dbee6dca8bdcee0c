"""Nothing personal leaves: not in a file, a printed line, a log, an error, a pickle or a copy."""

from __future__ import annotations

import copy
import gc
import pickle
import traceback
from pathlib import Path

import pytest

from tests.register.people import HEADINGS, MAPPING, PERIOD, mapping_file, number, row, write
from uvas_stats.cli import register as cli_register
from uvas_stats.disclosure import Dimension, table_from_parts
from uvas_stats.errors import DisclosureError, RegisterError, UvasStatsError
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.run import redact, run_kaa
from uvas_stats.workspace import Workspace

NAME, STREET, MAIL = "Planterad Persson", "Planteringsgatan 17", "planterad@exempel.invalid"
_PLAIN = number(3).replace("-", "")
PLANTED = [NAME, STREET, MAIL, number(3), _PLAIN, number(3)[2:], _PLAIN[2:], _PLAIN[:8]]


def planted_register(folder: Path, spoilt: str = "") -> Path:
    """Write a register with a name, an address and one person whom all know of; a spoilt cell holds the name."""
    rows = [[*row(number(at)), "Någon", "Gatan", ""]
            for at in range(100, 180)]  # fmt: skip
    person = row(number(3), contact_date="2105-09-09", contact_occupation="arbete")
    if spoilt:
        person[list(HEADINGS).index(spoilt)] = f"{NAME} {number(3)}"
    path = write(folder / "register.csv", [*rows, [*person, NAME, STREET, MAIL]])
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]};Namn;Adress;E-post", *lines[1:]]), encoding="utf-8")
    return path


def assert_clean(text: str) -> None:
    assert [planted for planted in PLANTED if planted in text] == []


def run_cli(words: list[str]) -> None:
    from typer.main import get_command

    get_command(cli_register.app).main(words, standalone_mode=False)


@pytest.mark.parametrize("spoilt", list(HEADINGS))
def test_a_bad_cell_is_never_quoted(tmp_path: Path, capfd: pytest.CaptureFixture[str], spoilt: str) -> None:
    register, mapping = (
        planted_register(tmp_path, spoilt),
        mapping_file(tmp_path, f"largest_bad_share = 0.0\n{MAPPING}"),
    )
    with pytest.raises(UvasStatsError, match="1 av 81 rader") as caught:
        run_kaa(register, mapping, PERIOD, workspace=Workspace(tmp_path))
    whole = "".join(traceback.format_exception(caught.value)) + "".join(caught.value.__notes__)
    assert f"{82}" in whole
    assert_clean(whole)
    assert_clean("".join(capfd.readouterr()))
    assert not (tmp_path / "data").exists()


def test_a_file_that_breaks_in_the_middle_of_a_quote_is_not_quoted(tmp_path: Path) -> None:
    register = planted_register(tmp_path)
    register.write_bytes(register.read_bytes().replace(NAME.encode(), b'"' + NAME.encode()))
    with pytest.raises(UvasStatsError) as caught:
        run_kaa(register, mapping_file(tmp_path, f"largest_bad_share = 0.0\n{MAPPING}"), PERIOD,
                workspace=Workspace(tmp_path))  # fmt: skip
    assert_clean("".join(traceback.format_exception(caught.value)))


def test_a_crash_says_nothing_of_what_it_crashed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ValueError(f"could not convert {NAME} {number(3)}")

    monkeypatch.setattr("uvas_stats.register.run.count_kaa", crash)
    with pytest.raises(RegisterError, match="ValueError") as caught:
        run_kaa(planted_register(tmp_path), mapping_file(tmp_path), PERIOD, workspace=Workspace(tmp_path))
    error: BaseException | None = caught.value
    assert_clean("".join(traceback.format_exception(caught.value)))
    assert error.__context__ is None
    assert error.__cause__ is None
    assert not (tmp_path / "data" / "register").exists()


def frames_of(error: BaseException) -> list[str]:
    """List the frames that an error still holds, whose variables somebody could look at."""
    found, at = [], error.__traceback__
    while at is not None:
        found.append(at.tb_frame.f_code.co_filename)
        at = at.tb_next
    return found


@pytest.mark.parametrize("crash", [ValueError, KeyboardInterrupt, MemoryError, RegisterError])
def test_no_error_keeps_the_key_or_the_register_in_its_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: type[BaseException]
) -> None:
    def stop(*_: object) -> None:
        raise crash(NAME)

    monkeypatch.setattr("uvas_stats.register.run.count_kaa", stop)
    others = {id(one) for one in gc.get_objects() if type(one) is Key}  # of the tests themselves
    with pytest.raises((RegisterError, KeyboardInterrupt)) as caught:
        run_kaa(planted_register(tmp_path), mapping_file(tmp_path), PERIOD, workspace=Workspace(tmp_path))
    assert {Path(name).name for name in frames_of(caught.value)} == {"test_privacy.py", "safe_errors.py"}
    assert caught.value.__context__ is None
    gc.collect()
    assert {id(one) for one in gc.get_objects() if type(one) is Key} <= others


def test_a_table_does_not_quote_codes_it_does_not_know() -> None:
    with pytest.raises(DisclosureError, match="Okända koder") as caught:
        table_from_parts("kön", [], [Dimension("sex", ("women", "men"))], {(NAME,): 3})
    assert_clean(str(caught.value))


def test_redact_lets_the_packages_own_errors_through() -> None:
    def refuse() -> None:
        raise RegisterError("Nej")

    with pytest.raises(RegisterError, match="Nej"):
        redact(refuse)()


def test_the_key_cannot_be_saved_copied_or_seen() -> None:
    key = Key()
    for spread in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(RegisterError, match="får inte sparas"):
            spread(key)
    with pytest.raises(RegisterError):
        pickle.dumps({"a": [key]})
    secret = key._Key__secret  # type: ignore[attr-defined]
    for shown in (repr(key), str(key), f"{key!r}"):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
    assert not hasattr(key, "__dict__")


def test_two_runs_cannot_be_compared() -> None:
    assert Key().hashes([number(1)])[0] != Key().hashes([number(1)])[0]


def test_what_is_read_shows_nothing_when_printed(read: object) -> None:
    register = read([row(number(3))])  # type: ignore[operator]
    assert repr(register) == "Register(kaa, 1 rader)"
    assert_clean(register.tables["spells"].drop(columns="born").to_csv())


def test_a_proposed_mapping_has_no_rare_words(tmp_path: Path) -> None:
    rows = [row(number(at), schooling="eget ord" if at < 106 else "avbrott") for at in range(100, 140)]
    rows.append(row(number(3), schooling=NAME))
    target = tmp_path / "m.toml"
    from uvas_stats.register.reading.propose import write_proposal

    write_proposal(write(tmp_path / "a.csv", rows), target)
    text = target.read_text(encoding="utf-8")
    assert '"eget ord" = ""' in text
    assert '"avbrott" = "dropped_national"' in text
    assert "1 ovanlig kod" in text
    assert_clean(text)
    with pytest.raises(RegisterError, match="finns redan"):
        write_proposal(tmp_path / "a.csv", target)
    assert target.read_text(encoding="utf-8") == text


def test_one_person_is_not_shown(tmp_path: Path) -> None:
    register = write(tmp_path / "a.csv", [row(number(3))])
    outcome = run_kaa(register, mapping_file(tmp_path), PERIOD, workspace=Workspace(tmp_path))
    shown = outcome.observations
    assert not (shown["value"] > 0).any()
    assert (shown["status"] == "suppressed").any()
