"""Shares, comparisons, ranks, changes, goals and consistency: frames in, frames out, no reading or writing.

A *series* is observations of one measure, one sex and one age group, as plain text from
:func:`uvas_stats.observations.contract.select`.
"""

from uvas_stats.indicators.area import SHARE_DECIMALS, area_share, implied_counts, pooled_share, share_intervals
from uvas_stats.indicators.chance import Chance, fit_chance
from uvas_stats.indicators.change import Change, break_between, change_between, latest_period, same_period_table
from uvas_stats.indicators.compare import difference, quartiles, weighted_share
from uvas_stats.indicators.consistency import Finding, check_printed
from uvas_stats.indicators.goal_rules import STATUSES
from uvas_stats.indicators.goals import GoalStatus, assess_goal
from uvas_stats.indicators.kaa import NOT_SHOWN, parts_of_whole, share_of_population
from uvas_stats.indicators.outlook import Outlook, goal_outlook
from uvas_stats.indicators.places import place_panel
from uvas_stats.indicators.projection import Projection, project
from uvas_stats.indicators.rank_sets import exact_set, likely_places, rank_sets
from uvas_stats.indicators.rank_summary import Place, RankSummary, persons_to_riket, rank_summary, refuse_break
from uvas_stats.indicators.ranking import direction_words, performance_group, published_decimals, rank
from uvas_stats.indicators.season import SeasonalProfile, rolling_year, seasonal_profile
from uvas_stats.indicators.shares import overlap_bounds, wilson

__all__ = [
    "NOT_SHOWN",
    "SHARE_DECIMALS",
    "STATUSES",
    "Chance",
    "Change",
    "Finding",
    "GoalStatus",
    "Outlook",
    "Place",
    "Projection",
    "RankSummary",
    "SeasonalProfile",
    "area_share",
    "assess_goal",
    "break_between",
    "change_between",
    "check_printed",
    "difference",
    "direction_words",
    "exact_set",
    "fit_chance",
    "goal_outlook",
    "implied_counts",
    "latest_period",
    "likely_places",
    "overlap_bounds",
    "parts_of_whole",
    "performance_group",
    "persons_to_riket",
    "place_panel",
    "pooled_share",
    "project",
    "published_decimals",
    "quartiles",
    "rank",
    "rank_sets",
    "rank_summary",
    "refuse_break",
    "rolling_year",
    "same_period_table",
    "seasonal_profile",
    "share_intervals",
    "share_of_population",
    "weighted_share",
    "wilson",
]
