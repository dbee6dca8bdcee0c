"""What goes along with the reading of an edition: the workspace's aliases, and the notes that readers leave.

A reader says with :func:`note` what it left out or read otherwise than as it stands. The notes come with the
frames (``attrs["notes"]``), stand in the edition's ``origin.toml``, and are told by ``uvas fetch``, ``adopt`` and
``check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from uvas_stats.catalog.aliases import KINDS, Aliases
from uvas_stats.catalog.names import tidy

__all__ = ["Notes", "aliased", "note", "reading"]

MOST_NOTES = 40
"""Notes that an edition keeps; a file that needs more is another kind of file."""


@dataclass
class Notes:
    """The notes of one reading, each once."""

    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        """The notes in the order they came; of very many the first, and how many more there were."""
        lines, more = tuple(self.texts)[:MOST_NOTES], len(self.texts) - MOST_NOTES
        return (*lines, f"Ytterligare {more} anmärkningar.") if more > 0 else lines


_NOTES: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def reading(aliases: Aliases | None = None) -> Iterator[Notes]:
    """Collect the notes of what is read in the block, and read by some aliases there.

    Examples
    --------
    >>> with reading(Aliases(headings={"Antal unga": "Antal"})) as notes:
    ...     aliased("headings", "ANTAL UNGA"), aliased("headings", "Andel")
    ('Antal', 'Andel')
    >>> notes.lines
    ('Rubriken ”ANTAL UNGA” är läst som ”Antal” enligt aliases.toml.',)
    """
    notes = Notes({kind: aliases.of(kind) for kind in KINDS} if aliases else {})
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def note(text: str) -> None:
    """Leave a note on what was left out or read otherwise: one Swedish line that says what and why."""
    notes = _NOTES.get()
    if notes is not None:
        notes.texts[" ".join(text.split())[:1000]] = None


def aliased(kind: str, text: str) -> str:
    """Return what a text is to be read as: itself, or its target in the workspace's aliases, which is noted.

    Parameters
    ----------
    kind
        ``headings``, ``categories`` or ``areas``.
    text
        As it stands in the file.
    """
    notes = _NOTES.get()
    known = notes.aliases.get(kind) if notes is not None else None
    target = known.get(tidy(text)) if known else None
    if target is None:
        return text
    note(f"{KINDS[kind].capitalize()} ”{text}” är läst som ”{target}” enligt aliases.toml.")
    return target
