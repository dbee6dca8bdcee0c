"""The charts: each takes a frame and a view and gives a Chart."""

from uvas_stats.present.charts.compare import compare
from uvas_stats.present.charts.goal_board import goal_board
from uvas_stats.present.charts.kaa import kaa
from uvas_stats.present.charts.kaa_parts import kaa_flow, kaa_occupation
from uvas_stats.present.charts.months import months
from uvas_stats.present.charts.place import place
from uvas_stats.present.charts.place_over_time import place_over_time
from uvas_stats.present.charts.school import school
from uvas_stats.present.charts.season import season
from uvas_stats.present.charts.target_group import target_group
from uvas_stats.present.charts.trend import trend

__all__ = [
    "compare",
    "goal_board",
    "kaa",
    "kaa_flow",
    "kaa_occupation",
    "months",
    "place",
    "place_over_time",
    "school",
    "season",
    "target_group",
    "trend",
]
