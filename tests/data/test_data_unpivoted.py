"""Series that lie along the rows of a table: they are read as the same series in long form are, and predicted alike."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.data import plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DUTCH = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"]  # fmt: skip


def series(stamps, names=("a", "b", "c"), seed=0, **words):
    """Series in long form: name, time, value, and words for each series."""
    frames = []
    for number, name in enumerate(names):
        values = np.random.default_rng(seed + number).normal(10, 2, len(stamps)).round(2)
        own = {word: list(values)[number] for word, values in words.items()}
        frames.append(pd.DataFrame({"name": name, **own, "time": stamps, "value": values}))
    return pd.concat(frames, ignore_index=True)


def wide(long, write, index=("name",)):
    """A row for each series, a column for each time, in the order of time."""
    table = long.pivot(index=list(index), columns="time", values="value")
    table.columns = [write(stamp) for stamp in table.columns]
    return table.reset_index()


def said(data):
    return "; ".join(map(str, data.notes))


DAYS = pd.date_range("2024-01-01", periods=90)
STARTS = pd.date_range("2015-01-01", periods=90, freq="MS")

# name: (times, how they are written in the names of columns, what is said)
NAMES = {
    "ISO": (DAYS, lambda t: t.strftime("%Y-%m-%d"), "their names are dates; a row is a series"),
    "pandas' own": (DAYS, lambda t: t, "their names are dates"),
    "month first": (DAYS, lambda t: f"{t.month}/{t.day}/{t:%y}", "dates, read as month/day/year"),
    "day first": (DAYS, lambda t: t.strftime("%d.%m.%Y"), "dates, read as day.month.year"),
    "months by name": (STARTS, lambda t: t.strftime("%b %Y"), "dates, read as month year"),
    "months": (STARTS, lambda t: t.strftime("%Y-%m"), "dates, read as year-month"),
    "years": (range(1930, 2020), str, "their names are years"),
    "years of R": (range(1930, 2020), lambda t: f"X{t}", "their names are years"),
    "years of the World Bank": (range(1930, 2020), lambda t: f"{t} [YR{t}]", "their names are years"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_columns_that_are_times_are_the_steps_of_rows_that_are_series(name, tmp_path):
    stamps, write, note = NAMES[name]
    long = series([float(stamp) if isinstance(stamp, int) else stamp for stamp in stamps])
    table = wide(long, lambda t: write(int(t)) if isinstance(t, float) else write(t))
    expected = read(long, target="value", roles=Roles(id="name", time="time"), ahead=Ahead(3))
    table.to_csv(tmp_path / "wide.csv", index=False)
    for form in (table, tmp_path / "wide.csv", table[[table.columns[0], *table.columns[:0:-1]]]):
        data = read(form, ahead=Ahead(3))
        assert note in said(data) and "target: value (the only other column)" in said(data)
        assert data.fingerprint == expected.fingerprint
        np.testing.assert_array_equal(data.inputs, expected.inputs)


def test_new_rows_in_the_same_form_are_predicted_from_as_those_in_long_form_are(tmp_path):
    long = series(DAYS)
    table = wide(long, lambda t: t.strftime("%Y-%m-%d"))
    data = read(table, ahead=Ahead(3))
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    later = wide(series(DAYS[-40:] + pd.Timedelta("30D"), ("b", "d")), lambda t: t.strftime("%Y-%m-%d"))
    later.to_csv(tmp_path / "later.csv", index=False)
    expected = read_inputs(series(DAYS[-40:] + pd.Timedelta("30D"), ("b", "d")), preparation)
    (part,) = parts_of_inputs(str(tmp_path / "later.csv"), preparation)
    for found in (read_inputs(later, preparation), part):
        np.testing.assert_allclose(found.inputs, expected.inputs)
        np.testing.assert_array_equal(found.following, expected.following)
        assert found.others["name"].tolist() == ["b", "d"]
        assert "overrides" not in "; ".join(map(str, found.notes))


def test_cells_with_flags_and_marks_are_read_in_one_way_and_told_of_once():
    long = series([float(year) for year in range(1960, 2020)])
    table = wide(long, lambda year: str(int(year))).astype(object)
    flagged = table.copy()
    flagged["2018"] = [f"{value} b" for value in table["2018"]]
    flagged["2019"] = [f"{table['2019'][0]} p", f"{table['2019'][1]} e", table["2019"][2]]
    table.loc[1, "1990"], flagged.loc[1, "1990"] = None, ": c"
    data, plain = read(flagged, ahead=Ahead(3)), read(table, ahead=Ahead(3))
    np.testing.assert_array_equal(data.inputs, plain.inputs)
    assert "column value: number (flags behind 5 of 9 values left out: 'b', 'p', 'e'; 1 word such as ': c' taken" in said(data)


def test_several_columns_of_words_name_series_together_and_stay_inputs():
    long = series(DAYS, ("1", "2", "3", "4"), region=["N", "N", "S", "S"], item=["x", "y", "x", "y"])
    table = wide(long, str, ("region", "item"))
    data = read(table, ahead=Ahead(3))
    assert data.forecast.labels == ("N, x", "N, y", "S, x", "S, y")
    assert {"region = N", "item = x"} <= {*data.forecast.channels}
    alike = read(table.assign(region="N", item="x"), ahead=Ahead(3))
    assert alike.forecast.labels == ("1", "2", "3", "4")
    asked = read(table.assign(code=["p", "q", "r", "s"]), roles=Roles(id="code"), ahead=Ahead(3))
    assert asked.forecast.labels == ("p", "q", "r", "s")


def test_rows_without_words_are_numbered_also_in_new_rows(tmp_path):
    table = wide(series(DAYS), str).drop(columns="name")
    data = read(table, ahead=Ahead(3))
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    table.iloc[:2].to_csv(tmp_path / "new.csv", index=False)
    (found,) = parts_of_inputs(str(tmp_path / "new.csv"), preparation)
    assert found.others["row"].tolist() == ["1", "2"]


@pytest.mark.parametrize("names", [MONTHS, [str(month) for month in range(1, 13)], DUTCH])
def test_months_beside_years_are_one_series(names):
    stamps = pd.date_range("1950-01-01", periods=720, freq="MS")
    long = series(stamps, ("a",)).drop(columns="name")
    table = pd.DataFrame(long["value"].to_numpy().reshape(60, 12), columns=names)
    table.insert(0, "Year", range(1950, 2010))
    table["Annual"] = table[names].mean(axis=1)
    data = read(table, ahead=Ahead(3))
    expected = read(long, target="value", roles=Roles(time="time"), ahead=Ahead(3))
    assert data.fingerprint == expected.fingerprint
    assert "left out: 'Annual' (numbers beside steps may be made of them)" in said(data)
    yearly = read(table, target="Annual", ahead=Ahead(3))
    assert yearly.forecast.channels[0] == "Annual" and len(yearly.inputs) < 60


def test_months_beside_years_without_a_name_are_one_series(tmp_path):
    """As R prints a series of months, and writes it as csv."""
    long = series(pd.date_range("1949-01-01", periods=144, freq="MS"), ("a",)).drop(columns="name")
    table = pd.DataFrame(long["value"].to_numpy().reshape(12, 12), columns=MONTHS, index=range(1949, 1961))
    (tmp_path / "printed.txt").write_text(table.to_string())
    table.to_csv(tmp_path / "written.csv")
    expected = read(long, target="value", roles=Roles(time="time"), ahead=Ahead(3))
    for name in ("printed.txt", "written.csv"):
        data = read(str(tmp_path / name), ahead=Ahead(3))
        assert data.fingerprint == expected.fingerprint
        assert "the months of the years in the first column" in said(data)


def test_months_of_stations_are_a_series_for_each():
    stamps = pd.date_range("1990-01-01", periods=120, freq="MS")
    long = series(stamps, ("u", "v"))
    table = pd.DataFrame(long["value"].to_numpy().reshape(20, 12), columns=MONTHS)
    table = table.assign(Year=[*range(1990, 2000)] * 2, name=["u"] * 10 + ["v"] * 10)
    expected = read(long, target="value", roles=Roles(id="name", time="time"), ahead=Ahead(3))
    assert read(table, ahead=Ahead(3)).fingerprint == expected.fingerprint


@pytest.mark.parametrize("ends", [False, True])
def test_hours_beside_days_are_one_series(ends):
    stamps = pd.date_range("2024-01-01", periods=24 * 20, freq="h")
    long = series(stamps, ("a",)).drop(columns="name")
    names = [f"HE{hour + 1:02d}" if ends else f"{hour}:00" for hour in range(24)]
    table = pd.DataFrame(long["value"].to_numpy().reshape(20, 24), columns=names)
    table.insert(0, "day", stamps[::24].strftime("%d.%m.%Y"))
    data = read(table, ahead=Ahead(3))
    assert data.fingerprint == read(long, target="value", roles=Roles(time="time"), ahead=Ahead(3)).fingerprint
    assert ("by their ends" in said(data)) == ends


def test_steps_without_a_value_are_gaps_and_series_may_begin_later():
    long = series(DAYS)
    long.loc[(long["name"] == "b") & (long.index < 110), "value"] = np.nan
    long.loc[40, "value"] = np.nan
    data = read(wide(long, str), ahead=Ahead(3))
    expected = read(long.dropna(), target="value", roles=Roles(id="name", time="time"), ahead=Ahead(3))
    assert data.fingerprint == expected.fingerprint


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1900, 2099), min_size=4, max_size=40))
def test_years_that_are_left_out_are_steps_without_a_row(years):
    names = [str(year) for year in sorted(years)]
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(3, len(names))), columns=names).assign(who=list("abc"))
    try:
        data = read(table, ahead=Ahead(1, window=2, season=1))
    except FourfoldError as error:
        assert error.slug in ("series-too-short", "nothing-to-improve")
    else:
        assert data.forecast.labels == ("a", "b", "c")


# name: a table whose columns are no steps of its rows
OTHERS = {
    "rows have dates": pd.DataFrame({"date": DAYS.astype(str)} | {str(2015 + i): np.arange(90.0) for i in range(5)}),
    "three years": pd.DataFrame({str(year): np.arange(40.0) for year in (2020, 2021, 2022)}),
    "neither up nor down": pd.DataFrame({str(year): np.arange(40.0) for year in (2001, 2003, 2002, 2004)}),
    "eleven months": pd.DataFrame({"Year": np.arange(1950, 2000)} | {name: np.arange(50.0) for name in MONTHS[1:]}),
    "numbered columns": pd.DataFrame({f"x{i}": np.arange(60.0) for i in range(8)}),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_other_tables_stay_as_they_are(name):
    assert "a row is a series" not in said(read(OTHERS[name], ahead=Ahead(1, window=2, season=1)))
    assert "the months of each" not in said(read(OTHERS[name], ahead=Ahead(1, window=2, season=1)))


NUMBERED = [[f"V{k}" for k in range(2, 42)], [str(k) for k in range(40)], [f"step_{k:02}" for k in range(1, 41)]]


def numbered(names, early):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 40)).cumsum(axis=1), columns=names)
    frame.iloc[:early, 30:] = np.nan
    frame.insert(0, "V1", [f"Y{row}" for row in range(20)])
    return frame


@pytest.mark.parametrize("names", NUMBERED)
@pytest.mark.parametrize("id, early", [("V1", 0), ("V1", 1), ("V1", 5), (None, 2), (None, 5)])
def test_columns_that_count_the_steps_are_those_of_series(names, id, early):
    """Where rows are named by an id, or some end early: these have no time in common, and all are tested at the end."""
    frame = numbered(names, early)
    table = frame.set_index("V1")
    table.columns = range(len(table.columns))
    long = table.stack().dropna().rename_axis(["V1", "time"]).to_frame("value").reset_index()
    long["time"] -= (long.groupby("V1")["time"].transform("max")) * (early > 1)
    expected = read(long, target="value", roles=Roles(id="V1", time="time"), ahead=Ahead(horizon=3))
    data = read(frame, ahead=Ahead(horizon=3), roles=Roles(id=id))
    assert data.fingerprint == expected.fingerprint
    assert ("a row is a series" + f", and {early} of 20 end early:" * (early > 1)) in said(data)
    assert data.forecast.labels == tuple(f"Y{row}" for row in range(20))


@pytest.mark.parametrize("names", NUMBERED)
@pytest.mark.parametrize("early, change", [(0, None), (1, None), (5, (7, 0)), (5, (7, 20))])
def test_numbered_columns_of_rows_that_do_not_plainly_end_are_asked_about(names, early, change):
    """A row of features may lack some of them: what begins later or has gaps need not be a series."""
    frame = numbered(names, early)
    if change is not None:
        frame.iloc[change[0], 1 + change[1]] = np.nan
    with pytest.raises(FourfoldError, match="20 rows named by 'V1'.* --id V1 if each row is a series; --target ") as caught:
        read(frame, ahead=Ahead(horizon=3))
    assert caught.value.slug == "series-along-rows"


def test_series_along_rows_that_words_describe_are_asked_about_too():
    frame = pd.DataFrame(np.random.default_rng(0).integers(0, 9, (20, 40)), columns=[f"d_{k}" for k in range(1, 41)])
    for place, name in enumerate(("id", "item", "shop", "state")):
        frame.insert(place, name, [f"{name}{row // (1, 2, 5, 10)[place]}" for row in range(20)])
    with pytest.raises(FourfoldError, match="40 columns, 'd_1' to 'd_40', of 20 rows named by 'id'") as caught:
        read(frame, ahead=Ahead(horizon=3))
    assert caught.value.slug == "series-along-rows"
    data = read(frame, ahead=Ahead(horizon=3), roles=Roles(id="id"))
    assert data.forecast.labels == tuple(f"id{row}" for row in range(20))


@pytest.mark.parametrize("change", [{"target": "V41"}, {"names": False}, {"other": "price"}])
def test_numbered_columns_of_steps_stay_columns(change):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 40)), columns=[f"V{k}" for k in range(2, 42)])
    if change.get("names", True):
        frame.insert(0, "V1", [f"Y{row}" for row in range(200)])
    frame = frame.rename(columns={"V20": change["other"]}) if "other" in change else frame
    assert read(frame, ahead=Ahead(horizon=3), target=change.get("target")).target_name == "V41"
