"""A register of invented people, to try the way with: born from 2084 on, so that no number is anybody's."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from stdnum import luhn

from uvas_stats.errors import RegisterError
from uvas_stats.register.reading.mapping import Mapping, mapping_text
from uvas_stats.workspace import publish_folder

__all__ = ["DEMO_END", "DEMO_PERIOD", "INVENTED", "invented_number", "is_invented", "write_demo"]

DEMO_PERIOD, DEMO_END = "2105/06", dt.date(2106, 6, 30)
INVENTED = "Demonstration: personerna är påhittade."
_START, _END = dt.date(2102, 7, 1), DEMO_END
_KAA = {
    "personnummer": "Personnummer",
    "registered": "Registreringsdatum",
    "schooling": "Senaste sysselsättning",
    "contact_date": "Kontaktdatum",
    "contact_occupation": "Sysselsättning vid kontakt",
    "measure_from": "Åtgärd påbörjad",
    "measure_type": "Typ av åtgärd",
    "measure_to": "Åtgärd avslutad",
    "measure_reason": "Grund för upphörd åtgärd",
    "measure_after": "Sysselsättning efter åtgärd",
    "closed": "Avregistrerad",
    "closed_reason": "Grund för avregistrering",
    "closed_to": "Sysselsättning vid avregistrering",
}
_PARTICIPANTS = {
    "personnummer": "Personnummer",
    "start": "Start",
    "end": "Avslut",
    "end_reason": "Avslutsorsak",
    "place": "Ort",
    "had_examen": "Gymnasieexamen",
    "study_plan_from": "Studieplan sedan",
    "assistance_start": "Ekonomiskt bistånd vid start",
    "assistance_now": "Ekonomiskt bistånd nu",
    "first_contact": "Första kontakt",
    "first_measure": "Första insats",
    "cost": "Kostnad",
    "followed_up": "Uppföljd",
    "followed_up_occupation": "Sysselsättning vid uppföljning",
}


def is_invented(day: dt.date) -> bool:
    """Tell whether only invented people can be counted on a day.

    Examples
    --------
    >>> is_invented(DEMO_END), is_invented(dt.date(2026, 6, 30))
    (True, False)
    """
    return day.year >= 2096  # the first who are invented, born in 2080, turn 16


def invented_number(born: dt.date, serial: int, *, coordination: bool = False) -> str:
    """Make a number of the right form for someone who is not born yet.

    Parameters
    ----------
    born
        From 2080 on.
    serial
        Tells those who are born on one day apart.
    coordination
        Whether it is a samordningsnummer.

    Raises
    ------
    RegisterError
        If the date is one that a living person may be born on.

    Examples
    --------
    >>> invented_number(dt.date(2090, 1, 1), 0), invented_number(dt.date(2090, 1, 1), 0, coordination=True)
    ('20900101-0009', '20900161-0006')
    """
    if born.year < 2080:
        raise RegisterError("Påhittade personer föds tidigast 2080")
    day = born.day + 60 * coordination
    digits = f"{born.year % 100:02d}{born.month:02d}{day:02d}{serial % 1000:03d}"
    return f"{born.year}{digits[2:6]}-{digits[6:]}{luhn.calc_check_digit(digits)}"


def write_demo(folder: Path, *, kommun: str, persons: int = 400, seed: int = 1) -> list[Path]:
    """Write a KAA register, a list of participants, and their mappings.

    Parameters
    ----------
    folder
        Where ``kaa.csv``, ``kaa.toml``, ``deltagare.csv`` and ``deltagare.toml`` go. They must not exist.
    kommun
        Code of the kommun that the mappings name.
    persons
        How many are invented for each list.
    seed
        The same seed gives the same people.

    Raises
    ------
    RegisterError
        If a file exists or the number of persons is not 1 to 200 000.
    """
    if not 1 <= persons <= 200_000:
        raise RegisterError("Antalet påhittade personer ska vara 1–200 000")
    kinds = {"kaa": ("kaa", _KAA, _spells), "deltagare": ("participants", _PARTICIPANTS, _participations)}
    targets = [folder / f"{name}.{end}" for name in kinds for end in ("csv", "toml")]
    for target in targets:
        if target.exists():
            raise RegisterError("Filen finns redan", where=target, todo="Välj en annan mapp med --out")
    rng = random.Random(seed)  # noqa: S311 - invented people, no secret
    with publish_folder(folder) as staging:
        for name, (kind, columns, make) in kinds.items():
            with (staging / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(columns.values())
                writer.writerows(make(rng, persons))
            text = mapping_text(Mapping(kind, columns, kommun=kommun), ["Påhittade personer, födda från 2084."])
            (staging / f"{name}.toml").write_text(text, encoding="utf-8")
    return targets


def _day(rng: random.Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=rng.randint(0, max(0, (last - first).days)))


def _text(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _people(rng: random.Random, persons: int, first: int, last: int) -> Iterator[tuple[str, dt.date]]:
    """Invent persons with different numbers."""
    taken: set[str] = set()
    while len(taken) < persons:
        born = _day(rng, dt.date(first, 1, 1), dt.date(last, 12, 31))
        number = invented_number(born, rng.randint(0, 999))
        if number not in taken:
            taken.add(number)
            yield number, born


def _spells(rng: random.Random, persons: int) -> Iterable[list[str]]:
    for number, born in _people(rng, persons, 2086, 2089):
        first = max(_START, dt.date(born.year + 16, 7, 1))
        registered = _day(rng, first, max(first, min(_END, dt.date(born.year + 19, born.month, 1))))
        closed = _day(rng, registered, registered + dt.timedelta(days=700)) if rng.random() < 0.6 else None
        last = min(closed or _END, _END)
        contacts = sorted(_day(rng, registered, max(registered, last)) for _ in range(rng.choice([0, 1, 1, 2, 3])))
        measure = _day(rng, registered, max(registered, last)) if rng.random() < 0.35 else None
        over = _day(rng, measure, max(measure, last)) if measure and rng.random() < 0.6 else None
        same = [number, _text(registered), rng.choice(["bara grundskola", "avbrott", "studiebevis", "IM", ""])]
        ended = [_text(closed), *(["", ""] if closed is None else [
            rng.choice(["nationellt program", "IM", "fyllt 20", "flyttat", "annat"]),
            rng.choice(["arbete", "utbildning", "ingen", "okänd"])])]  # fmt: skip
        after = rng.choice(["arbete", "utbildning", "ingen"]) if over else ""
        kind = rng.choice(["SYV", "praktik", "folkhögskola", "annan"]) if measure else ""
        reason = ("fullföljd", "avbruten")[over.day % 2] if over else ""
        measures = [_text(measure), kind, _text(over), reason, after]
        for at, contact in enumerate(contacts or [None]):
            seen = [_text(contact), rng.choice(["arbete", "utbildning", "ingen", ""]) if contact else ""]
            yield [*same, *seen, *(measures if at == 0 else [""] * 5), *ended]


def _participations(rng: random.Random, persons: int) -> Iterable[list[str]]:
    for number, _ in _people(rng, persons, 2084, 2089):
        start = _day(rng, dt.date(2105, 1, 1), dt.date(2106, 5, 31))
        end = _day(rng, start, start + dt.timedelta(days=300)) if rng.random() < 0.6 else None
        reason = rng.choice(["arbete", "studier", "annan"]) if end else ""
        moved = reason in ("arbete", "studier")
        contact = start - dt.timedelta(days=rng.randint(0, 120))
        measure = contact + dt.timedelta(days=rng.randint(5, 300)) if rng.random() < 0.8 else None
        followed = end + dt.timedelta(days=rng.randint(150, 260)) if end and moved and rng.random() < 0.5 else None
        yield [
            number, _text(start), _text(end), reason,
            rng.choice(["samma kommun", "annan ort"]) if moved else "",
            rng.choice(["ja", "nej", "nej"]),
            _text(start + dt.timedelta(days=rng.randint(10, 200)) if rng.random() < 0.4 else None),
            rng.choice(["ja", "nej"]), rng.choice(["ja", "nej", "nej"]),
            _text(contact), _text(measure), str(rng.randint(5, 60) * 1000), _text(followed),
            rng.choice(["arbete", "utbildning", "ingen"]) if followed else "",
        ]  # fmt: skip
