"""Disclosure control: the only door out for counts made from person-level registers.

Put everything that is published together in one :class:`Publication`: tables of counts with all their totals, and
links between groups that overlap (:func:`overlap`, :func:`nested`, :func:`overlap_tables`: also between dates).
Then there is one way out::

    protected = release(workspace, publication)      # protects, audits, remembers; raises DisclosureError
    protected.value(key)                             # int, or None where suppressed
    protected.frame()                                # table, conditions, value, lower, upper, status
    suppress_derived(protected, [Derived(...)])      # shares and quantiles follow the counts they are made from

The steps of it, for those who need them apart: ``read_rule(workspace) -> Rule``, ``read_ledger(workspace,
programme) -> Ledger``, ``protect(publication, rule, history) -> Protected``, ``audit(publication, shown, rule,
history) -> list[Finding]``, ``record(workspace, protected)``.

Counts are suppressed when they are below the threshold, when a whole group stands in one category of a sensitive
dimension, and where they would give another away. What was suppressed for which reason is never let out: an
outsider sees one kind of suppressed cell. See :class:`Rule` for zeros.
"""

from uvas_stats.disclosure.auditor import Finding, audit, derivable
from uvas_stats.disclosure.derived import Derived, suppress_derived
from uvas_stats.disclosure.history import Ledger, Published
from uvas_stats.disclosure.ledger import publishing, read_ledger, read_rule, record, release
from uvas_stats.disclosure.links import compared, nested, overlap, overlap_tables
from uvas_stats.disclosure.model import Dimension, Key, Link, Relation, Rule, make_key
from uvas_stats.disclosure.protection import Protected, protect
from uvas_stats.disclosure.tables import CountTable, Publication, table_from_parts

__all__ = ["CountTable", "Derived", "Dimension", "Finding", "Key", "Ledger", "Link", "Protected", "Publication"]
__all__ += ["Published", "Relation", "Rule", "audit", "compared", "derivable", "make_key", "nested", "overlap"]
__all__ += ["overlap_tables", "protect", "publishing", "read_ledger", "read_rule", "record", "release"]
__all__ += ["suppress_derived", "table_from_parts"]
