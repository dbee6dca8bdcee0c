"""In words: what the checks of a document's figures found, how a goal stands, and where it is heading."""

from __future__ import annotations

from collections.abc import Callable

from uvas_stats.catalog import Goal, Measure
from uvas_stats.catalog.programme import SMALLEST_SHOWN
from uvas_stats.indicators import GoalStatus, Outlook
from uvas_stats.indicators.consistency import Finding, printed_decimals
from uvas_stats.indicators.goal_rules import Reason
from uvas_stats.indicators.goals import MonthsMet
from uvas_stats.numbers import THIN_SPACE, count_word, number_text, rounded, signed_text
from uvas_stats.periods import in_period, period_text

__all__ = ["finding_result", "finding_text", "goal_reason", "outlook_number", "outlook_text", "probability_text"]

SURE = 5
"""Percent: a probability nearer to none or all than this is not told apart from it."""


def finding_result(finding: Finding) -> str:
    """Say in a word or two what a check came to."""
    if finding.upper_bound:
        return "övre gräns"
    return "stämmer" if finding.ok else "stämmer inte"


def _share(finding: Finding) -> str:
    (figure,), (true,) = finding.parts, finding.computed
    printed = number_text(figure.value, printed_decimals(figure.as_printed), "procent")
    counts = f"{number_text(figure.numerator, 0)} av {number_text(figure.denominator, 0)}"
    return f"{counts} är {number_text(true, 2, 'procent')}; dokumentet anger {printed}."


def _partition(finding: Finding) -> str:
    assert finding.total is not None
    if finding.ok and any(part.masked for part in finding.parts):  # an exact sum would narrow down the masked
        return f"Delarna går ihop med dokumentets {finding.total.as_printed}."
    whole = number_text(finding.computed[0], 0)
    return f"Delarna blir tillsammans {whole}; dokumentet anger {finding.total.as_printed}."


def _union(finding: Finding) -> str:
    assert finding.total is not None
    listed = " + ".join(number_text(part.value, 0) for part in finding.parts if part.value is not None)
    low, high = (number_text(bound, 0) for bound in finding.computed)
    return (
        f"{listed} är en summa med överlapp: gruppen är minst {low} och högst {high}. "
        f"Dokumentet anger {finding.total.as_printed}"
        f"{', alltså den övre gränsen' if finding.upper_bound else ''}."
    )


def _same(finding: Finding) -> str:
    shown = " och ".join(f"”{part.as_printed}” ({part.section})" for part in finding.parts)
    return f"Samma uppgift anges som {shown}."


_TEXTS = {"share": _share, "partition": _partition, "union": _union, "same": _same}


def finding_text(finding: Finding) -> str:
    r"""Explain a finding in a sentence, without the figures where one of them is masked.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> from uvas_stats.indicators import check_printed
    >>> findings = check_printed(load_catalog().programme("storuman"))
    >>> print([finding_text(finding) for finding in findings if not finding.ok][0].replace("\u202f", " "))
    3 av 146 är 2,05 %; dokumentet anger 1,9 %.
    """
    if finding.masked:
        return f"En av uppgifterna är färre än {SMALLEST_SHOWN} och återges inte."
    return _TEXTS[finding.kind](finding)


def _apart(measure: Measure, value: float | None, other: float | None) -> tuple[str, str]:
    """Write two figures with as many decimals as it takes to tell them apart, two more at most."""
    least = measure.decimals
    for decimals in (least, least + 1, least + 2, least):
        first, second = (number_text(number, decimals, measure.unit) for number in (value, other))
        if first != second:
            break
    return first, second


def _against_riket(reason: Reason, goal: Goal, measure: Measure) -> str:
    value, riket = _apart(measure, reason.value, reason.other)
    better = "bättre" if reason.reached else "inte bättre"
    compared = f"{value} mot rikets {riket} {in_period(reason.period)}"
    return _told(reason, compared, f": {_surely(reason)}{better} än riksgenomsnittet.")


def _two_periods(reason: Reason, measure: Measure) -> str:
    now, before = _apart(measure, reason.value, reason.other)
    return f"{now} {period_text(reason.period)} mot {before} {period_text(reason.other_period)}"


def _against_baseline(reason: Reason, goal: Goal, measure: Measure) -> str:
    aim = f"{_surely(reason)}{'' if reason.reached else 'inte '}{'lägre' if goal.rule == 'falls' else 'högre'}"
    compared = _two_periods(reason, measure)
    if reason.wanted is not None:
        aim = f"målet {number_text(reason.wanted, measure.decimals, measure.unit)}"
        compared = f"{compared}; {aim}" if reason.sure is False else compared
    return f"{_told(reason, compared, f'; {aim}.')}{_riket_moved(reason, measure)}"


def _surely(reason: Reason) -> str:
    return "säkert " if reason.sure else ""


def _told(reason: Reason, compared: str, verdict: str) -> str:
    """End with the verdict, or with why there is none: so large a difference comes of chance alone."""
    if reason.sure is not False:
        return f"{compared}{verdict}"
    usual = number_text(reason.within, 1 if reason.within >= 0.05 else 2)
    side = "troligen inte nått" if reason.margin < 0 else "troligen nått"
    return (
        f"{compared}: skillnaden ryms i det som slumpen brukar ge (upp till {usual} procentenheter), "
        f"{f'men {side}' if reason.likely else 'så det går inte att säga'}."
    )


def _riket_moved(reason: Reason, measure: Measure) -> str:
    if reason.riket_moved is None:
        return ""
    before, now = (number_text(value, measure.decimals, measure.unit) for value in reason.riket_moved)
    return f" Riket gick samtidigt från {before} till {now}, alltså minst lika mycket."


def _against_level(reason: Reason, goal: Goal, measure: Measure) -> str:
    value, wanted = _apart(measure, reason.value, reason.wanted)
    under = "under " if goal.rule == "below" else ""
    return _told(reason, f"Utfall {value} ({period_text(reason.period)}) mot målet {under}{wanted}", ".")


def _hidden(reason: Reason, goal: Goal, measure: Measure) -> str:
    shown = ""
    if reason.other is not None:
        number = number_text(reason.other, measure.decimals, measure.unit)
        shown = f" Senast synliga uppgift: {number}, {period_text(reason.other_period)}."
    return (
        f"Utfallet {period_text(reason.period)} är dolt: det gäller för få personer, eller skulle röja andra som "
        f"är få.{shown}"
    )


def _no_figure(reason: Reason, goal: Goal, measure: Measure) -> str:
    counted = measure.dataset == "register"
    text = "Deltagarna är inte räknade." if counted else f"Uppgift saknas: {measure.short}."
    return f"{text} {goal.note}".strip()


def _no_due_figure(reason: Reason, goal: Goal, measure: Measure) -> str:
    assert goal.deadline is not None
    value = number_text(reason.value, measure.decimals, measure.unit)
    riket = (
        "" if reason.other is None else f" mot rikets {number_text(reason.other, measure.decimals, measure.unit)}"
    )
    return (
        f"Uppgift för {goal.deadline.year}, då målet skulle vara nått, saknas. Senaste uppgift: {value}{riket}, "
        f"{period_text(reason.period)}."
    )


def _no_baseline(reason: Reason, goal: Goal, measure: Measure) -> str:
    named = period_text(goal.baseline_period) if goal.baseline_period else "är inte angiven och"
    return f"Baslinjen {named} saknas."


_REASONS: dict[str, Callable[[Reason, Goal, Measure], str]] = {
    "riket": _against_riket,
    "baseline": _against_baseline,
    "level": _against_level,
    "same_rounded": lambda reason, _, measure: (
        f"{_two_periods(reason, measure)}: skillnaden försvinner i avrundningen."
    ),
    "hidden": _hidden,
    "no_figure": _no_figure,
    "no_due_figure": _no_due_figure,
    "too_few_months": lambda *_: (
        "Tolv månader i följd behövs sedan senaste tidsseriebrott eller lucka; en månad avgör inte."
    ),
    "no_later_figure": lambda _, goal, __: f"Uppgift efter baslinjen {period_text(goal.baseline_period)} saknas.",
    "no_riket": lambda reason, *_: f"Uppgift för riket saknas {period_text(reason.period)}.",
    "no_direction": lambda _, __, measure: f"Måttet {measure.short} har ingen bättre riktning.",
    "no_baseline": _no_baseline,
    "no_target": lambda *_: "Målet saknar målvärde.",
}


def goal_reason(assessed: GoalStatus) -> str:
    r"""Say why a goal stands as it does, with the figures compared.

    Examples
    --------
    >>> import datetime as dt
    >>> import pandas as pd
    >>> from uvas_stats.catalog import load_catalog
    >>> from uvas_stats.indicators import assess_goal
    >>> rows = pd.DataFrame({"region_code": ["2182", "00"], "period": "2024", "value": [9.15, 6.16],
    ...     "status": "ok", "period_end": pd.Timestamp("2024-12-31")})
    >>> aim = Goal("g", "Mål", "resultat", "better_than_riket", measure="N02797")
    >>> status = assess_goal(aim, load_catalog().measure("N02797"), rows, "2182", dt.date(2025, 1, 1))
    >>> print(goal_reason(status).replace("\u202f", " "))
    9,2 % mot rikets 6,2 % 2024: inte bättre än riksgenomsnittet.
    """
    goal, measure, reason = assessed.goal, assessed.measure, assessed.reason
    if measure is None or reason.kind == "not_measurable":
        return goal.note or "Målet är inte mätbart i statistiken."
    parts = [
        "Tolvmånadersmedel:" if assessed.by_year else "",
        _REASONS[reason.kind](reason, goal, measure),
        assessed.broken_by,
        _months(assessed.months),
    ]
    return " ".join(filter(None, parts))


def _months(months: MonthsMet | None) -> str:
    if months is None:
        return ""
    many = count_word(months.met) if months.met else "ingen"
    return (
        f"Nått i {many} av de tolv månaderna; närmast i {period_text(months.nearest)}, längst ifrån i "
        f"{period_text(months.farthest)}."
    )


def outlook_number(outlook: Outlook, value: float, measure: Measure) -> str:
    """Write a figure of a projection: with its sign where it is a difference to riket.

    Parameters
    ----------
    outlook
        The projection of what a goal is about.
    value
        One of its figures, such as the mean or a bound.
    measure
        The measure that the goal is followed with.
    """
    if outlook.to_riket:
        return signed_text(value, measure.decimals)
    return number_text(value, measure.decimals, measure.unit)


def outlook_text(outlook: Outlook, measure: Measure) -> str:
    """Write a projection, the probability and the test of it as sentences."""
    one, test = outlook.projection, outlook.projection.test
    mean, low, high = (outlook_number(outlook, value, measure) for value in (one.mean, one.low, one.high))
    start = "Målets dag har passerat; framskrivningen gäller ett år framåt. " if outlook.passed else ""
    met = "läget då är bättre än målet" if outlook.passed else "målet nås"
    chance = outlook.probability
    likely = "" if chance is None else f" Sannolikheten att {met} är {probability_text(chance)}."
    held = count_word(test.held, neuter=True) if test.held else "inget"
    came = f"{held} av {count_word(test.origins)} utfall i intervallet"
    if test.kommuner > 1:
        share, kommuner = number_text(100 * test.coverage, 0), number_text(float(test.kommuner), 0)
        came = f"{share} procent av utfallen i {kommuner} kommuner i intervallet"
    wide = "; därför har intervallet vidgats" if test.widened > 1.05 and test.kommuner == 1 else ""
    expected = f"{mean} procentenheter" if outlook.to_riket else mean
    return (
        f"{start}{_subject(outlook, measure)} väntas bli {expected}, troligen mellan "
        f"{low.removesuffix(f'{THIN_SPACE}%')} och {high} (80 procents intervall).{likely} När metoden prövades "
        f"på tidigare år hamnade {came}{wide}."
    )


def _subject(outlook: Outlook, measure: Measure) -> str:
    what = "Skillnaden mot riket" if outlook.to_riket else "Värdet"
    period = period_text(outlook.projection.period)
    if measure.period_kind == "month":
        return f"{what}, som tolvmånadersmedel till och med {period},"
    return f"{what} {period}"


def probability_text(probability: float) -> str:
    """Write a probability as roughly as it is known.

    Examples
    --------
    >>> [probability_text(p) for p in (0.004, 0.28, 0.97)]
    ['under 5 procent', 'omkring 30 procent', 'över 95 procent']
    """
    percent = 100 * probability
    if percent < SURE:
        return f"under {SURE} procent"
    if percent > 100 - SURE:
        return f"över {100 - SURE} procent"
    return f"omkring {number_text(5 * rounded(percent / 5, 0), 0)} procent"
