"""Försäkringskassan's ohälsotal: an xlsx that is adopted by hand and whose layout the catalog declares."""

from __future__ import annotations

from pathlib import Path

from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.workspace import Workspace


def test_the_original_is_adopted_and_read(shared: Path, workspace: Workspace) -> None:
    original = shared / "data" / "forsakringskassan" / "ohalsotal_2024_11_06.xlsx"
    adopt(workspace, "fk_ohalsotal", [original], edition="2024-11-06")
    build(workspace)
    frame = select(read_observations(workspace.processed), measure="fk_ohalsotal_days_number")
    assert len(frame) == 9 * 4 * 3
    riket = select(frame, region_code="00", period="2024-09").set_index("sex")["value"]
    assert riket.to_dict() == {"total": 22.3, "women": 26.9, "men": 18.0}
    assert select(frame, region_code="20", period="2024-09", sex="total")["value"].tolist() == [26.4]
