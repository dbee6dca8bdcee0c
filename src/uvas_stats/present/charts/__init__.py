"""The charts: each takes a frame and a view and gives a Chart."""

from uvas_stats.present.charts.compare import compare
from uvas_stats.present.charts.europe import europe
from uvas_stats.present.charts.funnel import funnel
from uvas_stats.present.charts.goal_board import goal_board
from uvas_stats.present.charts.kaa import kaa
from uvas_stats.present.charts.kaa_parts import kaa_flow, kaa_occupation
from uvas_stats.present.charts.months import months
from uvas_stats.present.charts.place import place
from uvas_stats.present.charts.place_over_time import place_over_time
from uvas_stats.present.charts.pooled import pooled
from uvas_stats.present.charts.profile import profile
from uvas_stats.present.charts.projection import projection
from uvas_stats.present.charts.ranking_list import ranking_list
from uvas_stats.present.charts.school import school
from uvas_stats.present.charts.season import season
from uvas_stats.present.charts.strip import strip
from uvas_stats.present.charts.target_group import target_group
from uvas_stats.present.charts.trend import trend

__all__ = [
    "compare",
    "europe",
    "funnel",
    "goal_board",
    "kaa",
    "kaa_flow",
    "kaa_occupation",
    "months",
    "place",
    "place_over_time",
    "pooled",
    "profile",
    "projection",
    "ranking_list",
    "school",
    "season",
    "strip",
    "target_group",
    "trend",
]
