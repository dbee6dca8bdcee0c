"""The auditor: attacks what is to be shown, with all that an outsider can know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from uvas_stats.disclosure.attack import Attack
from uvas_stats.disclosure.history import Ledger, assemble
from uvas_stats.disclosure.model import Key, Rule
from uvas_stats.disclosure.system import Bools, System, among, key_text
from uvas_stats.disclosure.tables import Publication
from uvas_stats.errors import DisclosureError

__all__ = ["Finding", "audit", "derivable", "require_clean"]


@dataclass(frozen=True)
class Finding:
    """A count that can be derived too closely.

    Parameters
    ----------
    key
        What it counts.
    message
        What is wrong, in Swedish, without any number.
    lower, upper
        The tightest bounds that can be derived. They are as secret as the count: do not print them.
    """

    key: Key
    message: str
    lower: int = field(repr=False)
    upper: int = field(repr=False)


def _suppressed(system: System, shown: Collection[Key]) -> Bools:
    suppressed: Bools = system.open & ~among(system.names, set(shown))
    return suppressed


def _narrow(system: System, suppressed: Bools, number: int) -> dict[int, tuple[int, int]]:
    attacker = system.attackers[number]
    level = attacker.protection_level
    bounds = Attack(system, attacker, system.unknown(suppressed)).bounds(level > 0)
    return {at: (low, high) for at, low, high in bounds if high - low < level[at]}


def audit(
    publication: Publication, shown: Collection[Key], rule: Rule | None = None, history: Ledger | None = None
) -> list[Finding]:
    """Attack what is to be shown; return every count that can be derived too closely.

    Two attackers try. The outsider knows all that is shown now and earlier, how counts add up and that
    they are whole and not negative. The insider also guesses which cells are suppressed for being small, and
    knows the threshold: no count may be given away to the last one, unless it would be so even with
    everything suppressed.

    Parameters
    ----------
    publication
        The counts that it is made from.
    shown
        The keys of the cells that are shown.
    rule
        Threshold and protection; None means the default.
    history
        What has been published before.

    Examples
    --------
    A naive suppression hides the 2 alone, and the total gives it away:

    >>> from uvas_stats.disclosure import Dimension, Publication, make_key, table_from_parts
    >>> sex = Dimension("sex", ("women", "men"), sensitive=False)
    >>> table = table_from_parts("kön", [], [sex], {("women",): 2, ("men",): 20})
    >>> findings = audit(Publication("p", "1", (table,)), [make_key({}), make_key({"sex": "men"})])
    >>> [(finding.lower, finding.upper) for finding in findings][0]
    (2, 2)
    """
    rule = rule or Rule()
    system = assemble(publication, rule, history)
    counts = {key: count for table in publication.tables if table.shown for key, count in table.cells()}
    never = {table.key(codes) for table in publication.tables for codes in table.impossible}
    findings = [
        Finding(key, f"Ett litet antal visas: {key_text(key)}", counts.get(key, 0), counts.get(key, 0))
        for key in sorted(shown)
        if key not in counts or (rule.is_small(counts[key]) and key not in never)
    ]
    suppressed = _suppressed(system, shown)
    outsider, insider = (_narrow(system, suppressed, number) for number in range(2))
    guessed = {at: bounds for at, bounds in insider.items() if at not in outsider}
    anyway = _narrow(system, system.open, 1) if guessed else {}
    derived = [
        *(("utomstående", at, bounds) for at, bounds in outsider.items()),
        *(("invigd", at, bounds) for at, bounds in guessed.items() if anyway.get(at) != bounds),
    ]
    for who, at, (low, high) in derived:
        key = system.names[at]
        findings.append(Finding(key, f"Ett antal kan räknas ut av en {who}: {key_text(key)}", low, high))
    return findings


def derivable(
    publication: Publication, shown: Collection[Key], rule: Rule | None = None, history: Ledger | None = None
) -> dict[Key, tuple[int, int | None]]:
    """Return the tightest bounds that an outsider can derive of each suppressed cell; None is no upper bound.

    The bounds follow from what is shown, so they tell nobody anything new.

    Parameters
    ----------
    publication, shown, rule, history
        As of :func:`audit`.

    Examples
    --------
    >>> from uvas_stats.disclosure import Dimension, Publication, make_key, table_from_parts
    >>> sex = Dimension("sex", ("women", "men"), sensitive=False)
    >>> table = table_from_parts("kön", [], [sex], {("women",): 2, ("men",): 20})
    >>> derivable(Publication("p", "1", (table,)), [make_key({})])
    {(('sex', 'men'),): (0, 22), (('sex', 'women'),): (0, 22)}
    """
    system = assemble(publication, rule or Rule(), history)
    outsider, suppressed = system.attackers[0], _suppressed(system, shown)
    free = system.truth + outsider.above
    view = Attack(system, outsider, system.unknown(suppressed))
    return {
        system.names[at]: (low, high if high < free[at] else None) for at, low, high in view.bounds(suppressed)
    }


def require_clean(findings: Collection[Finding]) -> None:
    """Refuse what the auditor has found something in.

    Raises
    ------
    DisclosureError
        With the first finding, without any number.
    """
    for finding in findings:
        raise DisclosureError(
            f"Tabellerna får inte lämnas ut. {finding.message}",
            todo=f"Publicera grövre grupper eller utelämna tabellen ({len(findings)} fynd)",
        )
