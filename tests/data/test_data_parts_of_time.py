"""Rows in the order of a time that stands in several columns: a year, a month, a day, an hour."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge

HOURS = np.arange(24 * 20)
RNG = np.random.default_rng(0)


def found(parts, rows=HOURS, **roles):
    table = {name: values[rows] for name, values in parts.items()}
    numbers = {name: np.random.default_rng(1).normal(size=len(rows)) for name in ("v", "load")}
    return {one.slug: one for one in judge(read(table | numbers, roles=Roles(**roles)))}


BY_HOUR = {"YYYY": 2021 + 0 * HOURS, "MM": 1 + 0 * HOURS, "DD": HOURS // 24 + 1, "HH": HOURS % 24}
BY_MONTH = {"year": 1980 + HOURS // 12, "month": HOURS % 12 + 1}
MONTHS = np.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
QUARTERS = np.array(["Q1", "Q2", "Q3", "Q4"])
BY_QUARTER = {"year": 1900 + HOURS // 4, "quarter": HOURS % 4 + 1}
BY_WEEK = {"Jahr": 2015 + HOURS // 52, "KW": HOURS % 52 + 1}


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        (BY_HOUR, ("DD", "HH")),
        (BY_MONTH, ("year", "month")),
        (BY_QUARTER, ("year", "quarter")),
        (BY_WEEK, ("Jahr", "KW")),
        ({"year": 1980 + (HOURS + 3) // 12, "month": MONTHS[(HOURS + 3) % 12]}, ("year", "month")),
        ({"year": BY_QUARTER["year"], "Quarter": QUARTERS[HOURS % 4]}, ("year", "Quarter")),
        ({"Year": BY_QUARTER["year"], "Period": np.array(["Q01", "Q02", "Q03", "Q04"])[HOURS % 4]}, ("Year", "Period")),
        ({"year": 1980 + HOURS // 13, "period": np.array([f"M{k:02d}" for k in range(1, 14)])[HOURS % 13]}, ("year", "period")),
        (BY_MONTH | {"quarter": HOURS % 12 // 3 + 1}, ("year", "month")),
    ],
    ids=[
        "hours", "months", "quarters", "weeks", "names of months", "marked quarters", "quarters as periods",
        "months as periods, and means of years", "months and their quarters",
    ],
)
def test_rows_in_the_order_of_parts_of_a_time(parts, names):
    one = found(parts)["in-order-of-time"]
    assert one.important and one.columns == names and "--time-ordered" in one.do
    assert one.what.startswith(f"the rows are sorted by the date {names[0]!r}, {names[1]!r}: ")
    assert not {"panel", "in-order-of-time"} & {*found(parts, time_ordered=True)}


@pytest.mark.parametrize(
    ("parts", "rows"),
    [
        (BY_HOUR, RNG.permutation(HOURS)),
        (BY_MONTH, np.concatenate([HOURS[:40], HOURS[:40]])),
        ({"year": BY_MONTH["year"]}, HOURS),
        ({"min": HOURS // 24, "age": HOURS % 24}, HOURS),
        ({"hour": HOURS // 60, "second": HOURS}, HOURS),
        (BY_MONTH, HOURS[:15]),
        ({"year": BY_MONTH["year"], "month": MONTHS[(HOURS + 3) % 12]}, HOURS),
    ],
    ids=[
        "in no order", "two units", "one column", "no parts of a time", "no part begins anew", "few rows", "months in no order",
    ],
)
def test_rows_in_another_order(parts, rows):
    assert "in-order-of-time" not in found(parts, rows)


def test_days_are_no_units_whose_rows_stand_together():
    assert "panel" not in found(BY_HOUR)
