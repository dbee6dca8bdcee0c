"""Every error is one line that says what, where and what to do."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uvas_stats import errors
from uvas_stats.errors import IndicatorError, UvasStatsError

ALL = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_belongs_to_the_one_family(kind: type[Exception]) -> None:
    assert issubclass(kind, UvasStatsError)


def test_a_message_says_what_where_and_what_to_do() -> None:
    error = UvasStatsError("Filen saknas", where="a.csv", todo="Hämta den")
    assert str(error) == "Filen saknas (a.csv). Hämta den."


def test_a_message_without_place_and_advice_is_one_sentence() -> None:
    assert str(UvasStatsError("Filen saknas")) == "Filen saknas."


def test_full_stops_are_not_doubled() -> None:
    assert str(UvasStatsError("Filen saknas.", todo="Hämta den.")) == "Filen saknas. Hämta den."


def test_a_question_gets_no_full_stop() -> None:
    assert str(UvasStatsError("Okänd nyckel", todo="Menades goals?")) == "Okänd nyckel. Menades goals?"


@given(st.text(), st.text(), st.text())
@example("a\nb", "c\r\nd", "e\x1b[31m\u2028f")
@example("x\u202ey", "\x85", "\u2066")
def test_a_message_is_one_line_whatever_it_quotes(what: str, where: str, todo: str) -> None:
    message = str(UvasStatsError(what, where=where, todo=todo))
    assert len(message.splitlines()) == 1
    assert not any(unicodedata.category(char) == "Cc" for char in message)
    assert not set(message) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")


def test_a_thin_space_in_a_message_is_kept() -> None:
    assert str(UvasStatsError("2,05\u202f%")) == "2,05\u202f%."


def test_a_message_that_quotes_a_whole_file_is_cut() -> None:
    assert len(str(UvasStatsError("x" * 100_000, where="a.csv"))) < 600


def test_the_place_can_be_any_object() -> None:
    assert UvasStatsError("Fel", where=12).where == "12"


def test_the_command_and_the_cause_are_kept_apart_and_cross_between_processes() -> None:
    error = IndicatorError(
        "Andelen saknas", cause="Serien är bruten", todo="Hämta den med", command="uvas fetch kaa"
    )
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "Andelen saknas. Serien är bruten. Hämta den med: uvas fetch kaa."
    assert (again.command, again.cause, again.todo) == (error.command, error.cause, error.todo)
