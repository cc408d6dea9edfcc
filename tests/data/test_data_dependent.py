"""Rows of one unit, and rows that stand for many, are found."""

import numpy as np
import pandas as pd
import pytest
from data_samples import N, found, table

from fourfold.data import read
from fourfold.data.columns.roles import Roles


def test_groups_and_ids():
    frame = table().assign(
        who=[f"w{i % 50}" for i in range(N)], where=lambda f: np.where(f["kind"] == "a", "x", "y")
    )
    repeated = found(frame, roles=Roles(id="who"))["repeated-ids"]
    assert repeated.number == N - 50 and repeated.do == "--group with the same column"
    frame["where"] = np.where(np.arange(N) < 20, "z", [f"v{i % 6}" for i in range(N)])
    frame.loc[:19, "kind"] = "c"
    assert found(frame, roles=Roles(group="where"))["class-in-one-group"].number == 1


@pytest.mark.parametrize(("name", "steps"), [("epoch", range(6)), ("year", [2000, 2001, 2003, 2004, 2006, 2007]), ("v", [])])
def test_ids_whose_rows_have_a_time_may_be_series(name, steps):
    """Epochs count anew for each subject; years are called a time; of numbers in no order nothing is said."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"subject": np.repeat([f"s{i}" for i in range(40)], 6), "eeg": rng.normal(size=240)})
    frame[name] = np.tile(steps, 40) if len(steps) else rng.normal(size=240)
    frame = frame.assign(stage=rng.choice(["wake", "asleep"], 240))
    finding = found(frame, roles=Roles(id="subject"), target="stage")["repeated-ids"]
    of_series = f"; --time {name}, if those of each id are the steps of one series"
    assert finding.do == "--group with the same column" + of_series * (name != "v")
    read(frame, roles=Roles(id="subject", time=name), target="stage")


def panel(units=12, times=6):
    """A row for each of the units and times, in any order."""
    rng = np.random.default_rng(3)
    order = rng.permutation(units * times)
    frame = pd.DataFrame(
        {"state": [f"s{i // times}" for i in order], "code": order // times, "year": 2000 + order % times}
    )
    return frame.assign(v=rng.normal(size=len(frame)), income=rng.normal(size=len(frame)))


def test_units_that_are_measured_at_several_times_are_a_panel():
    finding = found(panel(), target="income")["panel"]
    assert finding.what == (
        "column 'state' repeats, with one row at most for each 'year': rows are not independent"
    )
    assert finding.important and finding.number == 12 and finding.columns == ("state",)
    assert finding.do.startswith("--group state, or --id state --time year if its rows")
    gaps = panel(units=30).sample(frac=0.7, random_state=0)
    assert "panel" in found(gaps, target="income")
    ids = found(panel().rename(columns={"state": "firm_id"}), target="income")
    assert ids["panel"].columns == ("firm_id",) and "repeated-ids" not in ids


@pytest.mark.parametrize("roles", [Roles(group="state"), Roles(group="code"), Roles(time_ordered=True)])
def test_a_panel_of_which_something_was_said_is_no_finding(roles):
    assert "panel" not in found(panel(), target="income", roles=roles)


@pytest.mark.parametrize(
    "change",
    [
        {"year": "size"},
        {"year": "years_of_school"},
    ],
)
def test_numbers_that_are_called_no_time_make_no_panel(change):
    assert "panel" not in found(panel().rename(columns=change), target="income")


@pytest.mark.parametrize(("count", "is_panel"), [(np.arange(1, 7), True), (np.arange(6) / 50, True), (np.arange(6) ** 3, False), (np.arange(6) // 2, False)])
def test_numbers_that_count_anew_below_each_unit_make_a_panel_whatever_they_are_called(count, is_panel):
    frame = panel().sort_values(["code", "year"]).rename(columns={"year": "no"}).assign(no=np.tile(count, 12))
    found_in = found(frame.drop(columns="state"), target="income")
    assert ("panel" in found_in) == is_panel
    if is_panel:
        assert found_in["panel"].do.startswith("--group code, or --id code --time no if its rows")
        assert "panel" not in found(frame.drop(columns="state").assign(no=np.arange(72)), target="income")
        assert "panel" not in found(frame.drop(columns="state").sample(frac=1, random_state=0), target="income")


def test_a_grid_of_two_measured_columns_and_what_numbers_units_make_no_panel():
    """Temperatures that begin elsewhere at each other one; lists of words that each of several subjects hears."""
    rows = [(high, low) for high in range(18, 44, 2) for low in range(max(high - 20, 6) // 2 * 2, high - 8, 2)]
    grid = pd.DataFrame(rows, columns=["warmest", "coldest"])
    heard = panel().sort_values(["code", "year"]).rename(columns={"year": "Subj"})
    for frame in (grid.assign(income=np.arange(len(grid)) % 17 + 0.5), heard.drop(columns="state")):
        findings = found(frame, target="income")
        assert "panel" not in findings and ("repeated-units" in findings) == ("Subj" in frame)


@pytest.mark.parametrize("name, is_id", [("yearID", False), ("playerID", True)])
def test_years_are_no_ids(name, is_id):
    frame = table().assign(**{name: 1900 + np.arange(N) // 4})
    assert ("repeated-ids" in found(frame, target="kind")) == is_id


def test_one_row_of_a_unit_that_is_written_twice_and_times_of_one_row_make_no_panel():
    twice = panel()
    assert "panel" not in found(pd.concat([twice, twice[:1]], ignore_index=True), target="income")
    alone = table().assign(day=np.random.default_rng(0).permutation(N), shop=[f"s{i % 7}" for i in range(N)])
    assert "panel" not in found(alone, target="kind")
    sexes = panel(units=2, times=60)
    assert "panel" not in found(sexes, target="income")


def counts():
    """A table of counts: each combination of values in one row."""
    rows = [(sex, age, group, kind) for sex in "fm" for age in (20, 40, 60) for group in "uvw" for kind in "ab"]
    frame = pd.DataFrame(rows, columns=["sex", "age", "group", "kind"])
    return frame.assign(Freq=np.random.default_rng(0).integers(0, 40, len(frame)))


def test_a_column_that_counts_cases_is_found_with_what_makes_rows_of_them():
    finding = found(counts())["counts-of-rows"]
    assert finding.important and finding.columns == ("Freq",)
    table = counts()
    cases = eval(finding.do.removeprefix("write a row for each case, in pandas "), {"table": table})
    assert len(cases) == table["Freq"].sum() and "Freq" not in cases and "counts-of-rows" not in found(cases)
    aimed = found(counts(), target="Freq")["counts-of-rows"]
    assert aimed.what.startswith("the target 'Freq' counts") and aimed.do.endswith(", and choose another --target")
    assert "counts-of-rows" not in found(counts(), roles=Roles(weight="Freq"))


@pytest.mark.parametrize(
    "frame",
    [
        counts().rename(columns={"Freq": "size"}),
        counts().assign(Freq=lambda f: f["Freq"] / 2),
        pd.concat([counts(), counts()[:3].assign(Freq=7)]),
        counts().assign(v=np.arange(36) / 7),
    ],
    ids=["called otherwise", "halves", "rows that repeat", "measurements beside"],
)
def test_what_counts_no_cases(frame):
    assert "counts-of-rows" not in found(frame)


def test_the_hours_of_days_are_no_units():
    """A date and an hour make one time: each hour once a day is no panel of hours."""
    hours = np.arange(24 * 30)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(hours // 24, "D")
    frame = pd.DataFrame({"day": day, "hr": hours % 24, "load": np.sin(hours / 4) + hours % 7, "count": hours * 7 % 31})
    assert "panel" not in found(frame, target="count")
    assert "panel" in found(frame.rename(columns={"hr": "store"}), target="count")


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("fnlwgt", np.arange(60) % 7 + 0.5, True),
        ("_LLCPWT", np.arange(60) % 7 + 0.5, True),
        ("sampling_weights", np.arange(60) % 7 + 0.5, True),
        ("weight", np.arange(60) % 7 + 60.5, False),
        ("fnlwgt", np.arange(60) % 7 - 3.5, False),
        ("fnlwgt", np.array(["light", "heavy", "none"] * 20), False),
    ],
)
def test_weights_of_surveys_are_found_by_their_names(name, values, said):
    frame = pd.DataFrame({"age": np.arange(60) * 7 % 23, name: values, "y": np.array(["p", "q", "q"])[np.arange(60) % 3]})
    one = found(frame, target="y").get("called-a-weight")
    assert (one is not None) == said and (one is None or (not one.important and one.columns == (name,)))
    assert "called-a-weight" not in found(frame, target="y", roles=Roles(weight=name if said else None))
