"""Shares, comparisons, ranks, changes, goals and consistency: frames in, frames out, no reading or writing.

A *series* is observations of one measure, one sex and one age group, as plain text from
:func:`uvas_stats.observation.select`.
"""

from uvas_stats.indicators.area import SHARE_DECIMALS, area_share, implied_counts, share_intervals
from uvas_stats.indicators.change import Change, change_between, latest_period, same_period_table
from uvas_stats.indicators.compare import difference, quartiles, weighted_share
from uvas_stats.indicators.consistency import Finding, check_printed
from uvas_stats.indicators.goals import STATUSES, GoalStatus, assess_goal
from uvas_stats.indicators.kaa import NOT_SHOWN, parts_of_whole, share_of_population
from uvas_stats.indicators.ranking import direction_words, performance_group, rank
from uvas_stats.indicators.shares import overlap_bounds, wilson

__all__ = [
    "NOT_SHOWN",
    "SHARE_DECIMALS",
    "STATUSES",
    "Change",
    "Finding",
    "GoalStatus",
    "area_share",
    "assess_goal",
    "change_between",
    "check_printed",
    "difference",
    "direction_words",
    "implied_counts",
    "latest_period",
    "overlap_bounds",
    "parts_of_whole",
    "performance_group",
    "quartiles",
    "rank",
    "same_period_table",
    "share_intervals",
    "share_of_population",
    "weighted_share",
    "wilson",
]
