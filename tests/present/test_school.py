"""School results by skolkommun: intervals are bars, gaps say why, and nothing is made up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.fakes.school import NEAR, TINY, WITHOUT, write_reports
from tests.present.test_charts import faults, words
from tests.situations import situation
from tests.slow import quick
from uvas_stats import nulage
from uvas_stats.build.adopt import adopt
from uvas_stats.catalog import Catalog
from uvas_stats.cli.listing import ranking
from uvas_stats.cli.output import Form
from uvas_stats.errors import IndicatorError
from uvas_stats.observations.store import read_origins
from uvas_stats.present.charts.school_figures import group_median
from uvas_stats.present.figure import Chart
from uvas_stats.present.view import View
from uvas_stats.situation.facade import Nulage
from uvas_stats.workspace import Workspace

KINDS = ("eligibility", "completion", "grade_points", "later_activity")
GYMNASIUM = KINDS[1:]
WHO = {
    "storuman": {"programme": "storuman"},
    "lidkoping": {"programme": "lidkoping"},
    "soderhamn": {"programme": "soderhamn"},
    "area": {"programme": "ostra_sodertorn"},
    "Arjeplog": {"kommun": "Arjeplog"},
    "Ydre": {"kommun": "Ydre"},
    "Vaxholm": {"kommun": "Vaxholm"},
    "long name": {"kommun": "Upplands Väsby"},
}
FILES = {
    "siris_eligibility": "behorighet_grundskola_2024_25.csv",
    "siris_grade9_series": "jamforelse_ak9_2025_kommun.xlsx",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog, shared: Path) -> Workspace:
    """Give the publisher's own files of årskurs 9, and invented ones of gymnasiet."""
    root = tmp_path_factory.mktemp("school")
    workspace = Workspace(root)
    for dataset in ("siris_completion", "siris_leavers", "siris_later_activity"):
        adopt(workspace, dataset, write_reports(root, catalog, dataset, range(2014, 2023)), edition="2026-10-01")
    for dataset, name in FILES.items():
        adopt(workspace, dataset, [shared / "data" / "skolverket" / name], edition="2025-10-01")
    return workspace


def of(workspace: Workspace, who: str) -> Nulage:
    return situation(root=workspace.root, **WHO[who])  # type: ignore[arg-type]


def bars(chart: Chart) -> list[tuple[float, float]]:
    """Return the bounds of the intervals drawn."""
    lines = [line for axes in chart.axes for line in axes.lines if line.get_linewidth() == 6]
    return [tuple(round(float(y), 1) for y in line.get_ydata()) for line in lines]  # type: ignore[misc]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", quick(WHO, "area", "long name"))
def test_no_text_is_clipped_and_no_labels_overlap(filled: Workspace, who: str, kind: str) -> None:
    one = of(filled, who)
    if kind != "eligibility" and TINY in one.programme.municipalities:
        return  # all of it is suppressed, which a test below is about
    chart: Chart = getattr(one, kind)()
    assert list(faults(chart)) == []
    assert "skolkommun" in chart.about.title
    assert "Skolkommun" in chart.about.note
    assert chart.about.source.startswith("Källa: Skolverket. Utgåva 202")
    assert len(chart.about.alt) > 40


def test_the_published_figures_of_ten_lasar_are_drawn(filled: Workspace) -> None:
    chart = of(filled, "storuman").eligibility()
    line = next(line for line in chart.axes[0].lines if line.get_linewidth() == 2.2)
    assert list(line.get_ydata()) == [72.4, 66.1, 88.5, 70.2, 81.3, 84.1, 77.6, 86.2, 84.0, 85.5]
    assert "Storuman 85,5 %" in words(chart)
    assert chart.about.id == "behorighet_siris_series_grade9_eligible_vocational_share_pct"


def test_nearly_all_is_a_bar_between_its_bounds_and_never_a_point(filled: Workspace) -> None:
    chart = of(filled, "Arjeplog").eligibility()
    assert bars(chart)[-1] == (81.0, 95.2)
    assert len(bars(chart)) == 5
    lines = [line for line in chart.axes[0].lines if line.get_linewidth() == 2.2]
    drawn = {float(x) for line in lines for x in line.get_xdata()}
    assert drawn == {2017, 2018, 2020, 2021, 2023}  # 100,0 is a real hundred; the others are bars
    assert len(lines) == 3  # no line leads across a bar
    assert "Arjeplog 81,0–95,2 %" in words(chart)
    assert "1–4 elever nådde inte dit" in chart.about.note


def test_what_is_suppressed_is_a_gap_that_says_so(filled: Workspace) -> None:
    chart = of(filled, "storuman").completion()
    assert words(chart).count("sekretess") == 2 * 4  # two läsår in four panels
    for axes in chart.axes:
        own = [line for line in axes.lines if line.get_linewidth() == 2.2]
        assert not {2016.0, 2017.0} & {float(x) for line in own for x in line.get_xdata()}
    assert "sekretess" not in words(of(filled, "lidkoping").completion())


def test_nationella_and_alla_program_are_always_told_apart(filled: Workspace) -> None:
    chart = of(filled, "lidkoping").completion()
    assert [axes.get_title(loc="left") for axes in chart.axes] == [
        "Inom 3 år, nationella program", "Inom 3 år, alla program",
        "Inom 4 år, nationella program", "Inom 4 år, alla program",
    ]  # fmt: skip
    alone = of(filled, "lidkoping").completion("siris_examen_3y_all_share_pct")
    assert "alla program" in alone.about.title
    assert chart.about.subtitle.startswith("Startläsår 2014/15–2022/23")


def test_a_lasar_that_nobody_has_yet_is_not_called_suppressed(filled: Workspace) -> None:
    axes = of(filled, "lidkoping").completion().axes
    assert axes[0].get_xticklabels()[-1].get_text() == "2022/23"
    assert axes[2].get_xticklabels()[-1].get_text() == "2021/22"


def test_riket_is_not_made_up_and_the_median_is_called_one(filled: Workspace) -> None:
    chart = of(filled, "soderhamn").eligibility()
    assert "Gruppens median" in words(chart)
    assert "Riket" not in words(chart).replace("Riket finns inte i rapporten per kommun.", "")
    assert "egen bearbetning" in chart.about.source


def test_a_median_counts_the_kommuner_that_are_known_by_an_interval(catalog: Catalog) -> None:
    view = View(catalog, catalog.measures["siris_eligible_vocational_share_pct"], (NEAR,), catalog.groups["25"])
    members = catalog.groups["25"].members
    known = dict.fromkeys(members, 80.0) | dict.fromkeys(members[: len(members) // 2 + 1], None)
    rows = pd.DataFrame(
        {
            "measure": view.measure.id, "period": "2024/25", "period_end": pd.Timestamp("2025-06-30"),
            "region_code": list(known), "value": pd.Series(list(known.values()), dtype="float64"),
        }
    ).assign(lower=90.0, upper=97.5)  # fmt: skip
    median = group_median(rows, view)
    assert median.points[["low", "high", "n"]].to_numpy().tolist() == [[90.0, 97.5, len(members)]]
    few = group_median(rows.iloc[: len(members) // 2 - 1], view)
    assert few.points.empty


@pytest.mark.parametrize("kind", GYMNASIUM)
@pytest.mark.parametrize("kommun", [TINY, WITHOUT])
def test_a_kommun_without_any_figure_gets_a_sentence(
    filled: Workspace, kind: str, kommun: str, catalog: Catalog
) -> None:
    name = catalog.names[kommun]
    with pytest.raises(IndicatorError, match=f"inga uppgifter för {name}"):
        getattr(situation(None, filled.root, kommun=name), kind)()


def test_an_older_period_ends_the_series(filled: Workspace) -> None:
    chart = situation("storuman", filled.root, period="2019/20").eligibility()
    assert "Storuman 81,3 %" in words(chart)
    assert chart.about.subtitle.startswith("Läsår 2015/16–2019/20")


def test_one_lasar_is_drawn_beside_the_group_and_an_interval_alone_as_such(workspace: Workspace) -> None:
    chart = of(workspace, "storuman").eligibility()
    assert "Storuman plats 10 av 12 bland kommunerna i Västerbottens län" in chart.about.title
    assert "Utgåva 2025-10-31." in chart.about.source
    assert of(workspace, "Arjeplog").eligibility().about.id.startswith("behorighet")  # only an interval is known


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "eligibility"])  # of that a läsår is shipped
@pytest.mark.parametrize("who", ["storuman", "lidkoping", "Arjeplog"])
def test_without_data_the_error_says_what_gets_it(workspace: Workspace, who: str, kind: str) -> None:
    with pytest.raises(IndicatorError, match=r"saknas. Hämta dem med: uvas fetch siris_\w+, .* uvas adopt siris_"):
        getattr(of(workspace, who), kind)()


@pytest.mark.parametrize("who", quick(["storuman", "lidkoping", "soderhamn", "Arjeplog"]))
def test_they_are_in_the_nulage(filled: Workspace, workspace: Workspace, who: str) -> None:
    def chapter(one_nulage: Nulage) -> tuple[list[str], str]:
        found = next(one for one in one_nulage.chapters() if "enligt Skolverket" in one.heading)
        return [part.about.id.split("_siris")[0] for part in found.parts], " ".join(
            one.todo for one in found.missing
        )

    assert chapter(of(filled, who))[0] == ["behorighet", "genomstromning", "betygspoang", "efter_gymnasiet"]
    parts, text = chapter(of(workspace, who))
    assert len(parts) == 1  # the shipped läsår of eligibility
    assert text.count("uvas fetch siris_") == 3


def test_a_ranking_with_kommuner_that_have_only_an_interval_can_be_written(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(filled.root))
    measure = "siris_eligible_vocational_share_pct"
    text = ranking(measure, period=None, group=None, order="worst", form=Form())
    line = next(line for line in text.splitlines() if "Arjeplog" in line)
    assert "endast intervall känt" in line
    assert "64,3" in text  # Perstorp has the lowest


def test_what_stands_around_the_tables_is_kept_with_the_figures(filled: Workspace) -> None:
    nulage("storuman", workspace=filled.root)
    files = read_origins(filled.processed)["files"]
    (sheet,) = files[f"siris_eligibility/2025-10-01/{FILES['siris_eligibility']}"]["read_as"]["sheets"]
    assert any("2024/25" in line for line in sheet["preamble"])
    assert len(sheet["headings"]) >= 11
    assert "Rapportbeskrivning" in str(sheet["definitions"])
