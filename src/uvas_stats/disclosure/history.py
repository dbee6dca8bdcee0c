"""What has been published before: it cannot be taken back, so all that comes later must go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from uvas_stats.disclosure.attack import Attack
from uvas_stats.disclosure.model import Key, Relation, Rule, make_key
from uvas_stats.disclosure.system import Counts, Draft, System, among, draft, finish
from uvas_stats.disclosure.tables import Publication
from uvas_stats.errors import DisclosureError

__all__ = ["Ledger", "Published", "assemble"]


@dataclass(frozen=True, repr=False)
class Published:
    """One earlier publication, as anybody has seen it: no suppressed count is kept.

    Parameters
    ----------
    id
        Its name.
    shown
        Keys and counts that were shown.
    hidden
        Keys that were suppressed, or are known to stand behind the tables.
    relations
        How they hang together.
    """

    id: str
    shown: Mapping[Key, int]
    hidden: frozenset[Key]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, repr=False)
class Ledger:
    """All that has been published of a programme, the oldest first."""

    programme: str
    publications: tuple[Published, ...] = ()

    def codes(self, name: str) -> frozenset[str]:
        """Return the codes of a condition that anything has been published for, such as the dates of ``at``.

        Examples
        --------
        >>> shown = {make_key({"at": "2026-06-15"}): 40}
        >>> sorted(Ledger("unga", (Published("1", shown, frozenset(), ()),)).codes("at"))
        ['2026-06-15']
        """
        return frozenset(code for key in self.all_keys() for condition, code in key if condition == name)

    def all_keys(self) -> Iterator[Key]:
        """Yield the key of each count that stands in a publication, whether it was shown or hidden."""
        for one in self.publications:
            yield from (*one.shown, *one.hidden)


def _renamed(key: Key, old: Published) -> Key:
    """Name a count as it stood in an earlier publication, when it has changed since."""
    return make_key(key, {"published in": old.id})


def _changed(out: Draft, key: Key, old_key: Key, count: int) -> None:
    """Tie a count to the same count as it was once published: who came or went must not be derivable if few."""
    difference = out.truth[key] - count
    sign = 1 if difference > 0 else -1
    change = make_key(old_key, {"change": "since"})
    out.private[Relation(((key, sign), (old_key, -sign), (change, -1)))] = None
    out.hide(change, abs(difference))


def _join(out: Draft, old: Published, *, separate: bool) -> None:
    """Add an earlier publication to a draft that already has the newer ones."""
    differs = any(key in out.truth and out.truth[key] != count for key, count in old.shown.items())
    name: dict[Key, Key] = {}
    for key, count in old.shown.items():
        same = out.truth.get(key, count) == count and key not in out.unknown
        name[key] = key if same else _renamed(key, old)
        out.put(name[key], count)
        out.fixed.add(name[key])
        if not same and key in out.truth:
            _changed(out, key, name[key], count)
    for key in old.hidden:
        apart = differs or separate
        name[key] = _renamed(key, old) if apart else key
        if apart and key in out.open:
            out.forced.add(key)  # what has been revised would tell of what was suppressed
        if name[key] not in out.truth:
            out.unknown[name[key]] = None
    for relation in old.relations:
        terms = tuple((name.get(key, key), times) for key, times in relation.terms)
        out.relations[Relation(terms)] = None


def _joined(base: Draft, history: Ledger) -> System:
    """Join all earlier publications, apart from each other and from the new one if they do not fit together."""
    for separate in (False, True):
        out = replace(
            base,
            **{name: getattr(base, name).copy() for name in (
                "truth", "open", "fixed", "forced", "small", "protection_level", "unknown", "relations", "private"
            )},
        )  # fmt: skip
        for old in reversed(history.publications):
            _join(out, old, separate=separate)
        system = finish(out)
        if system is not None:
            return system
    raise DisclosureError(
        "Det som har publicerats tidigare stämmer inte med sig självt",
        where=history.programme,
        todo="Liggaren är ändrad eller skadad: återställ den från en säkerhetskopia",
    )


def _levels_now(system: System, fresh: Draft, history: Ledger) -> Counts:
    """Give the outsider's protection levels: of what was hidden before and cannot be shown now, the room it has.

    Those are counts that were suppressed earlier or stood behind what was shown then, such as a difference between
    two periods. What anybody derives of them who is shown nothing now, but knows how the counts hang together, was
    known before: to refuse what is asked for now would hide nothing.
    """
    hidden = {name for old in history.publications for key in old.hidden for name in (key, _renamed(key, old))}
    earlier = np.array([key in hidden for key in system.names], dtype=np.bool_) & ~system.open & ~system.fixed
    level = system.attackers[0].protection_level.copy()
    level[earlier & ~among(system.names, fresh.truth)] = fresh.rule.protection_level
    outsider = replace(system.attackers[0], protection_level=np.where(earlier, level, 0))
    for leak in Attack(system, outsider, system.unknown(system.open)).leaks():
        level[leak.at] = leak.upper - leak.lower
    return level


def assemble(publication: Publication, rule: Rule, history: Ledger | None = None) -> System:
    """Build the system of everything that is published together, earlier publications included.

    A count that was hidden earlier, and is not among what can be shown now, keeps the interval it has if nothing
    is shown now, up to the rule's protection level.

    Parameters
    ----------
    publication
        The counts of now.
    rule
        Threshold and protection.
    history
        What has been published before.

    Raises
    ------
    DisclosureError
        If counts contradict each other.
    """
    fresh = draft(publication, rule)
    history = history or Ledger(publication.programme)
    system = _joined(fresh, history)
    if not history.publications:
        return system
    outsider, insider = system.attackers
    level = _levels_now(system, fresh, history)
    return replace(system, attackers=(replace(outsider, protection_level=level), insider))
