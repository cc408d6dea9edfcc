"""Forecasts in the order of the rows, beside words and numbers that tell their time and are no dates."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

COUNT = 80
VALUES = (100 + np.random.default_rng(0).normal(0, 3, COUNT)).round(2)

# name: what a row is called
CALLED = {
    "years over two": lambda place: f"{1930 + place}-{(31 + place) % 100:02d}",
    "years with a slash": lambda place: f"{1930 + place}/{1931 + place}",
    "periods of accounts": lambda place: f"{2001 + place // 12}P{place % 12 + 1:02d}",
    "quarters, the year behind": lambda place: f"{place % 4 + 1}. Tri {2001 + place // 4}",
    "months of an unknown language": lambda place: f"{'abcdefghijkl'[place % 12] * 4} {2001 + place // 12}",
}


def table(called, latest_first=False):
    frame = pd.DataFrame({"called": [called(place) for place in range(COUNT)], "value": VALUES})
    return frame[::-1].reset_index(drop=True) if latest_first else frame


def said(frame, **roles):
    return "; ".join(map(str, read(frame, target="value", ahead=Ahead(4), roles=Roles(**roles)).notes))


@pytest.mark.parametrize("name", CALLED)
def test_words_with_years_that_are_no_dates_are_said(name):
    notes = said(table(CALLED[name]))
    assert "not the time: 'called' (words such as " in notes and "time: the order of the rows" in notes


@pytest.mark.parametrize("called", [*CALLED.values(), lambda place: 1990 + place // 4 + (place % 4 + 1) / 10])
def test_the_latest_row_first_is_refused(called):
    frame = table(called, latest_first=True)
    with pytest.raises(FourfoldError, match="falls in it: got .* before .*turn the rows round.*--drop called") as error:
        said(frame)
    assert error.value.slug == "latest-first"
    assert "time: the order of the rows" in said(frame, drop=("called",))
    several = pd.concat([frame.assign(shop="a"), frame.assign(shop="b")])
    with pytest.raises(FourfoldError, match="falls in it"):
        said(several, id="shop")


def test_years_that_fall_are_no_order_though_they_repeat():
    year, period = 2001 + np.arange(COUNT) // 12, np.arange(COUNT) % 12 + 1
    frame = pd.DataFrame({"year": year, "period": period, "value": VALUES})
    assert "time: the order of the rows" in said(frame)
    with pytest.raises(FourfoldError, match="'year', which holds no dates, falls in it"):
        said(frame[::-1].reset_index(drop=True))


def test_offsets_from_greenwich_are_said():
    stamps = pd.date_range("2024-01-01", periods=COUNT, freq="h").strftime("%Y-%m-%d %H:%M")
    frame = pd.DataFrame({"at": stamps + "+01:00", "value": VALUES})
    assert "column at: date ('2024-01-01 00:00+01:00' and the like turned to Greenwich time)" in said(frame)
    assert "Greenwich" not in said(frame.assign(at=stamps)) and "Greenwich" not in said(frame.assign(at=stamps + "Z"))
    frame.loc[40:, "at"] = stamps[40:]
    assert "'2024-01-02 16:00' and others without an offset taken for Greenwich time" in said(frame)


def test_copies_of_rows_are_told_to_be_removed():
    days = pd.date_range("2024-01-01", periods=COUNT).astype(str)
    frame = pd.DataFrame({"day": days, "value": VALUES})
    with pytest.raises(FourfoldError, match="3 such rows in all.*remove the copies"):
        said(pd.concat([frame, frame[:3]]))
    with pytest.raises(FourfoldError, match="--id COLUMN, if the rows are of several series"):
        said(pd.concat([frame, frame[:3].assign(value=0.0)]))


def test_new_words_beside_a_history_are_said():
    days = pd.date_range("2024-01-01", periods=COUNT).astype(str)
    frame = pd.DataFrame({"day": days, "state": np.resize(["open", "shut"], COUNT), "value": VALUES})
    data = read(frame, target="value", ahead=Ahead(4))
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)

    def notes(state):
        return "; ".join(map(str, read_inputs(frame.assign(state=state), preparation).notes))

    assert "column state: 'moved' not told apart (not among the levels learnt; 40 of 80" in notes(
        np.resize(["open", "moved"], COUNT)
    )
    assert "column state: 'OPEN', 'SHUT' taken for 'open', 'shut'" in notes(frame["state"].str.upper())
    assert "column state" not in notes(frame["state"])


def test_other_columns_are_not_looked_at():
    frame = table(lambda place: ["red", "2020 red"][place % 2]).assign(price=3000.0 - np.arange(COUNT))
    assert "not the time" not in said(frame)


@pytest.mark.parametrize("how", ["Week of {:%b %d, %Y}", "w/c {:%d/%m/%Y}", "week ending {:%Y-%m-%d}"])
def test_days_of_weeks_as_english_calls_them(how):
    days = pd.date_range("2019-01-07", periods=COUNT, freq="W-MON")
    notes = said(table(lambda place: how.format(days[place]), latest_first=True))
    assert "steps: 80 of 1 week, 2019-01-07 to 2020-07-13" in notes
