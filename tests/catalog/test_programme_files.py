"""A wrong programme or group file gives one Swedish line that names file and key, and never another traceback."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.declared import DATA
from uvas_stats.catalog.toml import LARGEST
from uvas_stats.errors import CatalogError
from uvas_stats.workspace import Workspace

FILES = sorted((DATA / "programmes").glob("*.toml"))
OWN = """
id = "egen"
name = "Egen"
title = "Eget program"
document = "Dokument"
document_date = 2020-01-01
municipalities = ["2182"]
period = "2020"
groups = ["21"]
main_measure = "uvas_share_pct"
"""
FIGURE = """
[[printed]]
id = "andel"
text = "Andel"
measure = "uvas_share_pct"
period = "2014"
value = 5.0
as_printed = "5 %"
section = "Nuläge"
"""
SECOND = FIGURE.replace('"andel"', '"andra"').replace("2014", "2013")
GOAL = """
[[goals]]
id = "mal"
text = "Mål"
kind = "resultat"
rule = "at_most"
measure = "uvas_share_pct"
target = 5.0
"""
CHECK = """
[[checks]]
kind = "partition"
text = "Delar"
figures = ["andel"]
total = "andra"
"""
SECTION = """
[[sections]]
heading = "Rubrik"
items = [{ kind = "trend", measure = "uvas_share_pct", group = "21" }]
"""
WHOLE = OWN + FIGURE + SECOND + GOAL + CHECK + SECTION
GROUP = '[[groups]]\nid = "mina"\nname = "Mina"\nkind = "own"\nsource = "Jag"\nmembers = ["2182", "2101"]\n'


def load(workspace: Workspace, text: str | bytes, name: str = "egen.toml") -> Catalog:
    workspace.programmes.mkdir(exist_ok=True)
    content = text if isinstance(text, bytes) else text.encode()
    (workspace.programmes / name).write_bytes(content)
    return load_catalog(workspace)


def load_groups(workspace: Workspace, text: str | bytes) -> Catalog:
    workspace.groups_file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_catalog(workspace)


def error_of(workspace: Workspace, text: str | bytes, name: str = "egen.toml") -> str:
    (error,) = load(workspace, text, name).broken.values()
    message = str(error)
    assert len(message.splitlines()) == 1
    assert Path(error.where or "").name == name
    return message


def test_a_whole_programme_file_loads(workspace: Workspace) -> None:
    programme = load(workspace, WHOLE).programme("egen")
    assert programme.municipalities == ("2182",)
    assert programme.document_date == dt.date(2020, 1, 1)
    assert [figure.value for figure in programme.printed] == [5.0, 5.0]


def test_an_own_programme_stands_beside_the_shipped_ones(workspace: Workspace) -> None:
    assert set(load(workspace, OWN).programmes) == {"egen", *(path.stem for path in FILES)}


def test_an_own_programme_takes_the_place_of_a_shipped_one(workspace: Workspace) -> None:
    catalog = load(workspace, OWN.replace('"egen"', '"ale"').replace("Egen", "Nya Ale"), "ale.toml")
    assert catalog.programme("ale").name == "Nya Ale"
    assert len(catalog.programmes) == len(FILES)


def test_the_shipped_catalog_is_not_changed_by_a_workspace(workspace: Workspace) -> None:
    load(workspace, OWN)
    assert "egen" not in load_catalog().programmes


def test_a_byte_order_mark_is_taken(workspace: Workspace) -> None:
    assert "egen" in load(workspace, b"\xef\xbb\xbf" + OWN.encode()).programmes


def test_windows_line_ends_are_taken(workspace: Workspace) -> None:
    assert "egen" in load(workspace, OWN.replace("\n", "\r\n")).programmes


def test_an_id_with_a_ring_is_taken_however_the_file_system_stores_it(workspace: Workspace) -> None:
    catalog = load(workspace, OWN.replace('"egen"', '"åmål"'), unicodedata.normalize("NFD", "åmål.toml"))
    assert catalog.programme("åmål").name == "Egen"


def test_a_macs_hidden_twin_of_a_file_is_passed_over(workspace: Workspace) -> None:
    load(workspace, OWN)
    assert "egen" in load(workspace, b"\x00\x05\x16\x07", "._egen.toml").programmes


def test_a_whole_number_is_taken_for_a_decimal_one(workspace: Workspace) -> None:
    value = load(workspace, WHOLE.replace("value = 5.0", "value = 5")).programme("egen").printed[0].value
    assert value == 5.0
    assert isinstance(value, float)


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed('title = "Eget program"\n', ""), ["title", "saknas"]),
        (changed('as_printed = "5 %"\n', ""), ["printed.as_printed", "saknas"]),
        (changed("municipalities", "munici_palities"), ["munici_palities", "Menades municipalities"]),
        (changed("[[goals]]", "[[gaols]]"), ["gaols", "Menades goals"]),
        (changed('text = "Andel"', 'txt = "Andel"'), ["txt", "Menades text"]),
        (changed('title = "Eget program"', "title = 5"), ["title", "5", "text inom citattecken"]),
        (changed('["2182"]', '"2182"'), ["municipalities", "'2182'", "en lista"]),
        (changed('["2182"]', "[2182]"), ["municipalities", "en lista, och i den text"]),
        (changed('["2182"]', "[]"), ["municipalities är tom"]),
        (changed('["2182"]', '["2182", "2182"]'), ["municipalities", "två gånger"]),
        (changed('["2182"]', '["9999"]'), ["municipalities", "9999", "Närmast"]),
        (changed('["2182"]', '["1917"]'), ["municipalities", "1917"]),
        (changed('["2182"]', '["GR"]'), ["municipalities", "GR"]),
        (changed('["2182"]', '["../../x"]'), ["municipalities", "../../x"]),
        (changed("2020-01-01", '"2020-01-01"'), ["document_date", "ett datum"]),
        (changed("2020-01-01", "2020-01-01T12:00:00"), ["document_date", "utan klockslag"]),
        (changed("2020-01-01", "2020-02-31"), ["TOML", "rad 6"]),
        (
            WHOLE + "\n[[economy]]\nyear = 2020\nbudget = 5.0\n[[economy]]\nyear = 2021\noperating = 5.0\n",
            ["economy", "budget", "kostnader"],
        ),
        (changed('groups = ["21"]', 'groups = ["GRR"]'), ["groups", "GRR", "Närmast: GR"]),
        (
            changed('main_measure = "uvas_share_pct"', 'main_measure = "uvas_share"'),
            ["main_measure", "uvas_share_pct"],
        ),
        (changed('period = "2014"', 'period = "20-14"'), ["printed andel: period", "20-14"]),
        (changed('period = "2014"', 'period = "2014-11"'), ["printed andel: period", "year"]),
        (changed("value = 5.0", "value = true"), ["printed.value", "True"]),
        (changed("value = 5.0", 'value = "5"'), ["printed.value", "utan citattecken"]),
        (changed("value = 5.0", "value = nan"), ["printed.value", "nan"]),
        (changed("value = 5.0", "value = inf"), ["printed.value", "inf"]),
        (changed("value = 5.0", f"value = {10**400}"), ["printed.value"]),
        (changed("value = 5.0", "value = 105.0"), ["printed andel", "105"]),
        (changed("value = 5.0", "value = -1.0"), ["printed andel", "-1"]),
        (changed("value = 5.0\n", ""), ["printed andel", "value saknas"]),
        (changed("value = 5.0", 'value = 5.0\nstatus = "suppressed"'), ["printed andel", "suppressed"]),
        (changed("value = 5.0", 'status = "interval"'), ["printed andel", "lower och upper"]),
        (changed("value = 5.0", "value = 5.0\nlower = 6.0"), ["printed andel", "ordning"]),
        (changed("value = 5.0", 'value = 5.0\nstatus = "okej"'), ["printed andel: status", "okej"]),
        (changed("value = 5.0", 'value = 5.0\nsex = "kvinnor"'), ["printed andel: sex", "kvinnor"]),
        (changed("value = 5.0", 'value = 5.0\nage_group = "unga"'), ["printed andel: age_group", "unga"]),
        (changed("value = 5.0", 'value = 5.0\nbreakdown = "Två ord"'), ["printed andel: breakdown"]),
        (changed("value = 5.0", 'value = 5.0\ncategory = "a\\nb"'), ["printed andel: category"]),
        (changed("value = 5.0", 'value = 5.0\nregion = "9999"'), ["printed andel: region", "9999"]),
        (
            changed('measure = "uvas_share_pct"\nperiod', 'measure = "uvas"\nperiod'),
            ["printed andel: measure", "uvas"],
        ),
        (changed('id = "andra"', 'id = "andel"'), ["printed: id", "andel", "två gånger"]),
        (changed('period = "2013"', 'period = "2014"'), ["printed: uppgiften", "två gånger"]),
        (changed('["2182"]', '["2182", "2101"]'), ["printed andel: region saknas"]),
        (changed('rule = "at_most"', 'rule = "at_mots"'), ["goals mal: rule", "Närmast: at_most"]),
        (changed('kind = "resultat"', 'kind = "resultatmål"'), ["goals mal: kind", "Närmast: resultat"]),
        (changed("target = 5.0\n", ""), ["mal", "saknar target"]),
        (changed('rule = "at_most"', 'rule = "falls"'), ["mal", "saknar baseline_period"]),
        (
            changed("target = 5.0", 'target = 5.0\nbaseline_period = "i fjol"'),
            ["goals mal: baseline_period", "i fjol"],
        ),
        (
            changed("target = 5.0", "target = 5.0\ndeadline = 2017-01-01T00:00:00"),
            ["goals.deadline", "utan klockslag"],
        ),
        (WHOLE + GOAL, ["goals: id", "mal", "två gånger"]),
        (
            changed('"at_most"\nmeasure = "uvas_share_pct"', '"better_than_riket"\nmeasure = "population_count"'),
            ["mal", "ingen bättre riktning"],
        ),
        (changed('measure = "uvas_share_pct"\ntarget', "target"), ["mal", "saknar measure"]),
        (changed('kind = "partition"', 'kind = "parts"'), ["checks: kind", "parts"]),
        (changed('total = "andra"\n', ""), ["checks", "total saknas"]),
        (changed('figures = ["andel"]', "figures = []"), ["checks", "figures är tom"]),
        (changed('figures = ["andel"]', 'figures = ["finns_inte"]'), ["checks: figur", "finns_inte"]),
        (changed('kind = "trend"', 'kind = "trendd"'), ["sections: kind", "Närmast: trend"]),
        (changed('measure = "uvas_share_pct", group', "group"), ["trend", "saknar measure"]),
        (changed('group = "21" }', 'group = "99" }'), ["sections: trend: group", "99"]),
        (changed('group = "21" }', 'group = "21", age = "20–24" }'), ["sections: trend: age", "20–24", "20-24"]),
        (
            changed('kind = "trend", measure = "uvas_share_pct", group = "21"', 'kind = "kkik", title = "Egen"'),
            ["kkik: title används inte", "kkik tar inget mer än kind"],
        ),
        (changed('kind = "trend"', 'kind = "projection"'), ["projection: measure används inte"]),
        (
            changed('kind = "trend", ', 'kind = "completion", age = "20-24", '),
            ["completion: age används inte", "measure, group, title"],
        ),
        (OWN + 'rank_order = "värst"\n', ["rank_order", "värst"]),
        (WHOLE + '[[activities]]\nyear = true\nactivity = "x"\n', ["activities.year", "heltal"]),
        (
            WHOLE + '[[activities]]\nyear = 2020\nactivity = "x"\nassessment = "bra"\n',
            ["activities: assessment", "bra"],
        ),
        (WHOLE + "[target_group]\n", ["target_group.text", "saknas"]),
        (OWN + 'target_group = ["x"]\n', ["target_group"]),
        (OWN + 'goals = ["x"]\n', ["goals", "tabell"]),
        (OWN.replace('"egen"', '"annat"'), ["id", "annat", "egen", "filens namn"]),
        ("id = = 1", ["TOML", "rad 1", "kolumn 6"]),
        ('id = "egen', ["TOML"]),
        ("", ["id", "saknas"]),
        (OWN.replace("Eget program", "Åtgärder").encode("latin-1"), ["UTF-8"]),
        (OWN.encode("utf-16"), ["UTF-8"]),
        (b"\x89PNG\r\n\x1a\n", ["UTF-8"]),
        ("a = " + "[" * 20_000 + "]" * 20_000, ["TOML", "djupt"]),
        ("a = " + "9" * 5_000, ["TOML", "långt"]),
        ("a." * 3_000 + "b = 1", ["djupt"]),
        ("a = 1 #" + "x" * LARGEST, ["större än 1 MB"]),
        ('"nyckel\\nmed rad" = 1\n' + OWN, ["nyckel med rad"]),
    ],
)
def test_a_wrong_file_gives_one_line_that_names_file_and_key(
    workspace: Workspace, text: str | bytes, words: list[str]
) -> None:
    message = error_of(workspace, text)
    for word in words:
        assert word in message


def partition(*counts: float) -> str:
    """Write a programme whose sensitive parts and total are these counts."""
    ids = [f"del_{index}" for index, _ in enumerate(counts)]
    figures = [
        f'[[printed]]\nid = "{id_}"\ntext = "D"\nmeasure = "in_kaa_count"\nperiod = "2016"\nvalue = {count}\n'
        f'as_printed = "{count}"\nsection = "B"\nsensitive = true\nbreakdown = "del"\ncategory = "{id_}"\n'
        for id_, count in zip([*ids, "total"], [*counts, sum(counts)], strict=True)
    ]
    listed = ", ".join(f'"{id_}"' for id_ in ids)
    check = f'[[checks]]\nkind = "partition"\ntext = "Delar"\nfigures = [{listed}]\ntotal = "total"\n'
    return "\n".join([OWN, *figures, check])


@pytest.mark.parametrize("counts", [(3, 10), (1, 1, 10), (4, 4, 10), (2, 7, 7)])
def test_a_total_that_gives_a_masked_part_away_is_refused(workspace: Workspace, counts: tuple[int, ...]) -> None:
    assert "en dold del kan räknas ut" in error_of(workspace, partition(*counts))


@pytest.mark.parametrize("counts", [(3, 3, 10), (1, 4, 10), (5, 6, 10), (0, 7, 7)])
def test_a_total_that_gives_nothing_away_is_taken(workspace: Workspace, counts: tuple[int, ...]) -> None:
    assert "egen" in load(workspace, partition(*counts)).programmes


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("value = 2\nsensitive = true", "del är dold"),
        ('status = "not_available"', "del saknar value"),
    ],
)
def test_a_target_group_is_not_made_of_parts_that_are_hidden_or_missing(
    workspace: Workspace, figure: str, words: str
) -> None:
    part = f'[[printed]]\nid = "del"\ntext = "D"\nmeasure = "in_kaa_count"\nperiod = "2016"\n{figure}\n'
    text = f'{OWN}{part}as_printed = "2"\nsection = "B"\n[target_group]\ntext = "Alla"\nage_group = "16-24"\n'
    assert words in error_of(workspace, f'{text}parts = ["del"]\n')


@pytest.mark.parametrize("id_", ["..", "a b", "a.b", "a\nb", " ", "-a"])
def test_an_id_that_could_lead_out_of_the_reports_folder_is_never_loaded(workspace: Workspace, id_: str) -> None:
    text = OWN.replace('"egen"', f'"{id_}"'.replace("\n", "\\n"))
    try:
        catalog = load(workspace, text, f"{id_}.toml")
    except CatalogError:
        return
    assert id_ not in catalog.programmes


@pytest.mark.parametrize("id_", ["../ut", "/etc/x", "a/b", "C:\\\\x"])
def test_an_id_with_a_path_is_refused(workspace: Workspace, id_: str) -> None:
    assert "filens namn" in error_of(workspace, OWN.replace('"egen"', f'"{id_}"'))


def test_a_folder_named_as_a_programme_file_is_told(workspace: Workspace) -> None:
    (workspace.programmes / "mapp.toml").mkdir(parents=True)
    assert "kan inte läsas" in str(load_catalog(workspace).broken["mapp"])


def test_one_wrong_file_among_good_ones_is_named(workspace: Workspace) -> None:
    load(workspace, OWN)
    assert "fel.toml" in error_of(workspace, "x", "fel.toml")


# --- groups -----------------------------------------------------------------------------------------------------


def test_an_own_group_can_be_compared_with(workspace: Workspace) -> None:
    group = load_groups(workspace, GROUP).group("mina")
    assert (group.kind, group.members) == ("own", ("2182", "2101"))


def test_members_may_be_named(workspace: Workspace, shared: Path) -> None:
    text = (shared / "cases" / "83-groups-names" / "groups.toml").read_text(encoding="utf-8")
    assert load_groups(workspace, text).group("grannar").members == ("0560", "0561", "0512")
    own = load(workspace, OWN.replace('["2182"]', '["söderhamns kommun"]'))
    assert own.programme("egen").municipalities == ("2182",)


def test_who_is_no_member_is_told_by_the_nearest_name(workspace: Workspace) -> None:
    with pytest.raises(CatalogError) as caught:
        load_groups(workspace, GROUP.replace("2101", "Boxholmen"))
    assert str(caught.value) == (
        f"gruppen mina: Kommunen ”Boxholmen” finns inte ({workspace.groups_file}). "
        "Närmast: Boxholm (0560), Borgholm (0885), Vaxholm (0187)."
    )


def test_an_own_programme_may_use_an_own_group(workspace: Workspace) -> None:
    workspace.groups_file.write_text(GROUP)
    assert load(workspace, OWN.replace('"21"', '"mina"')).programme("egen").groups == ("mina",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["[[groups]]"]),
        ("grupper = 1", ["[[groups]]", "grupper"]),
        ("groups = 5", ["[[groups]]"]),
        ('groups = ["x"]', ["'x'", "tabell"]),
        ("groups = [[1]]", ["tabell"]),
        (GROUP + GROUP, ["mina", "två gånger"]),
        (GROUP.replace("2101", "9999"), ["mina", "9999", "Närmast"]),
        (GROUP.replace("2101", "2182"), ["mina", "två gånger"]),
        (GROUP.replace('["2182", "2101"]', "[]"), ["mina", "tom"]),
        (GROUP.replace('["2182", "2101"]', '"2182"'), ["members", "en lista"]),
        (GROUP.replace("members", "medlemmar"), ["medlemmar"]),
        (GROUP.replace('name = "Mina"\n', ""), ["name", "saknas"]),
        (GROUP.replace('"mina"', '"2182"'), ["2182", "kod"]),
        (GROUP.replace('"mina"', '"../x"'), ["../x"]),
        (GROUP.replace('"mina"', '"a\\nb"'), ["a b"]),
        (GROUP.replace("Mina", "Åmål").encode("latin-1"), ["UTF-8"]),
    ],
)
def test_a_wrong_group_file_gives_one_line(workspace: Workspace, text: str | bytes, words: list[str]) -> None:
    with pytest.raises(CatalogError) as caught:
        load_groups(workspace, text)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert Path(caught.value.where or "").name == "groups.toml"
    for word in words:
        assert word in message


# --- every key of every shipped programme, broken in turn -------------------------------------------------------


def dumps(value: Any) -> str:
    """Write a value as TOML, inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dumps, value)) + "]"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: str) -> str:
    plain = {'"': '\\"', "\\": "\\\\"}
    safe = (plain.get(char, char if char.isprintable() else f"\\U{ord(char):08x}") for char in text)
    return f'"{"".join(safe)}"'


def document(content: dict[str, Any]) -> str:
    return "\n".join(f"{quoted(key)} = {dumps(value)}" for key, value in content.items())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every key inside a TOML document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(value, dict):
            yield (*path, key)
        yield from places(item, (*path, key))


CONTENTS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
PLACES = [(id_, path) for id_, content in CONTENTS.items() for path in places(content)]


def parent_of(content: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        content = content[key]
    return content


def loads_or_says_why(folder: Path, id_: str, content: dict[str, Any]) -> str | None:
    """Load a programme; give the message if it is refused. Any other exception is a defect."""
    workspace = Workspace(folder)
    for other in workspace.programmes.glob("*.toml"):
        other.unlink()
    for error in load(workspace, document(content), f"{id_}.toml").broken.values():
        message = str(error)
        assert len(message.splitlines()) == 1
        assert f"{id_}.toml" in message
        return message
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutated")


@pytest.mark.parametrize("id_", CONTENTS)
def test_the_writer_of_these_tests_writes_what_was_read(folder: Path, id_: str) -> None:
    assert tomllib.loads(document(CONTENTS[id_])) == CONTENTS[id_]


@pytest.mark.parametrize("id_", CONTENTS)
def test_a_misspelt_key_is_named_wherever_it_stands(tmp_path: Path, id_: str) -> None:
    seen = set()
    for path in places(CONTENTS[id_]):
        shape = tuple(key for key in path if isinstance(key, str))
        if shape in seen:  # one of each kind of key is enough
            continue
        seen.add(shape)
        content = copy.deepcopy(CONTENTS[id_])
        table = parent_of(content, path)
        table[f"{path[-1]}x"] = table.pop(path[-1])
        message = loads_or_says_why(tmp_path, id_, content)
        assert message is not None
        assert f"{path[-1]}x" in message


@pytest.mark.parametrize("id_", CONTENTS)
def test_a_file_without_one_of_its_keys_loads_or_names_what_is_missing(tmp_path: Path, id_: str) -> None:
    refused = set()
    seen = set()
    for path in places(CONTENTS[id_]):
        shape = tuple(key for key in path if isinstance(key, str))
        if shape in seen:
            continue
        seen.add(shape)
        content = copy.deepcopy(CONTENTS[id_])
        del parent_of(content, path)[path[-1]]
        message = loads_or_says_why(tmp_path, id_, content)
        if message and "saknas" in message:
            refused.add(path[-1])
    assert {"id", "title", "name", "document_date", "municipalities", "period", "main_measure"} <= refused


odd_values = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["..", "2182", "GR", "2024", "uvas_share_pct", "none", "9999-99", "\u202e", "a\nb"]),
    st.dates(),
    st.datetimes(),
    st.lists(st.one_of(st.text(max_size=3), st.integers(0, 9)), max_size=3),
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 9), max_size=2),
)


@settings(max_examples=120)
@given(st.sampled_from(PLACES), odd_values)
def test_any_value_at_any_key_loads_or_gives_our_own_error(folder: Path, place: tuple, value: Any) -> None:
    id_, path = place
    content = copy.deepcopy(CONTENTS[id_])
    parent_of(content, path)[path[-1]] = value
    loads_or_says_why(folder, id_, content)


@given(st.sampled_from(FILES), st.floats(0, 1))
def test_a_file_cut_off_anywhere_loads_or_gives_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, path: Path, part: float
) -> None:
    content = path.read_bytes()
    try:
        load(Workspace(tmp_path_factory.mktemp("cut")), content[: int(part * len(content))], path.name)
    except CatalogError:
        return
