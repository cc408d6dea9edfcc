"""Numbers that stand for missing ones in series, and in those that are forecast."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.series.ahead import Ahead

STEPS = 300
DAYS = (np.datetime64("2023-01-01") + np.arange(STEPS)).astype(str)


def found(data):
    return [str(finding) for finding in judge(data) if finding.slug == "stands-for-missing"]


def said(name, share):
    return [
        f"column {name!r} is -999 in {share} of the steps, far from all other values. "
        "Do this: leave these cells empty, if the number stands for a missing value"
    ]


def numbers(count, stand_in):
    values = np.random.default_rng(0).normal(size=count).round(2)
    values[::20] = stand_in
    return values


# name: (answers, codes among them), and what is said of them
SURVEYS = {
    "three codes": (range(1, 11), (97, 98, 99), "97, 98 or 99"),
    "two of three digits": (range(2), (998, 999), "998 or 999"),
    "one that is no nine": (range(1, 8), (98,), "98"),
    "of health": (range(1, 6), (77, 88), "77 or 88"),
    "below zero": (range(1, 4), (-8, -9), "-9 or -8"),
    "percents": (range(0, 100, 5), (97, 98, 99), ""),
    "ages": (range(18, 95), (97, 98, 99), ""),
    "seven to nine of ten": (range(1, 7), (7, 8, 9), ""),
    "another large number": (range(1, 11), (97, 98, 99, 120), ""),
}


@pytest.mark.parametrize("name", SURVEYS)
def test_codes_of_surveys_are_told_where_nothing_else_is_near(name):
    answers, codes, said = SURVEYS[name]
    rng = np.random.default_rng(3)
    values = np.where(rng.random(STEPS) < 0.08, rng.choice([*codes], STEPS), rng.choice([*answers], STEPS))
    values[: len(codes)] = codes
    data = read({"q": values, "v": rng.normal(size=STEPS), "kind": rng.choice(["a", "b"], STEPS)})
    lines = found(data)
    assert len(lines) == bool(said) and all(line.startswith(f"column 'q' is {said} in ") for line in lines)


def test_what_a_logger_writes_for_none_is_told_by_several_columns():
    """Nitrogen oxides reach 1,400, and -200 alone is not far from these."""
    rng = np.random.default_rng(0)
    gone = rng.random(STEPS) < 0.1
    air = {name: np.where(gone, -200, rng.uniform(0, top, STEPS)) for name, top in (("CO", 9), ("NOx", 1400), ("T", 40))}
    data = read(air | {"kind": rng.choice(["a", "b"], STEPS)}, target="kind")
    (line,) = found(data)
    assert line.startswith("column 'CO' is -200 in ") and "as several columns are, apart from" in line
    assert "; likewise 'NOx', 'T'." in line
    (of_target,) = (one for one in judge(read(air, target="NOx")) if one.slug == "target-stands-for-missing")
    assert of_target.what.endswith("of the rows, as several columns are, apart from all other values")
    alone = {"CO": rng.uniform(0, 9, STEPS), "NOx": air["NOx"], "T": rng.uniform(-9, 40, STEPS), "kind": data.target}
    assert not found(read(alone, target="kind"))


@pytest.mark.parametrize("name", ["flow", "rain"])
@pytest.mark.parametrize("series", [1, 3])
def test_in_a_forecast_each_step_is_counted_once(name, series):
    columns = {
        "date": np.tile(DAYS, series),
        "who": np.repeat([f"s{n}" for n in range(series)], STEPS),
        "rain": np.random.default_rng(1).normal(size=series * STEPS),
        "flow": np.random.default_rng(2).normal(size=series * STEPS),
    }

    def findings():
        return found(read(columns, target="flow", roles=Roles(id="who", time="date"), ahead=Ahead(3, window=20)))

    assert findings() == []
    columns[name] = numbers(series * STEPS, -999)
    assert findings() == said(name, "5.1 %")  # the last three days are told from no window
    columns[name] = numbers(series * STEPS, -9)  # no two ranges away
    assert findings() == []


@pytest.mark.parametrize("per", ["series", "step"])
def test_in_a_channel_of_series(per):
    series, steps = 60, 30
    label = np.repeat(np.arange(series) % 2, steps) if per == "series" else np.arange(series * steps) // 7 % 2
    columns = {
        "who": np.repeat(np.arange(series), steps),
        "t": np.tile(np.arange(steps), series),
        "a": np.random.default_rng(1).normal(size=series * steps),
        "b": numbers(series * steps, -999),
        "y": np.array(["p", "q"])[label],
    }
    data = read(columns, target="y", roles=Roles(id="who", time="t"))
    assert data.task.stepwise == (per == "step") and found(data) == said("b", "5.0 %")


def test_in_arrays_padding_is_not_counted():
    x = np.random.default_rng(0).normal(size=(40, 10, 2))
    x[:, 0, 1] = -999
    x[:, 5:] = np.nan
    assert found(read({"x": x, "y": np.arange(40) % 2})) == said("x.1", "20.0 %")


def of_rows(**columns):
    rng = np.random.default_rng(0)
    table = {"w": rng.normal(size=60), **{name: np.asarray(values, float) for name, values in columns.items()}}
    return {str(one).split(",")[0] for one in judge(read(table | {"y": ["p", "q"] * 30})) if one.slug == "stands-for-missing"}


def test_codes_below_zero_are_told_where_several_columns_have_them():
    scores, months = np.tile([-9, 70, 81, 55, 62, 90], 10), np.tile([-9, -8, 300, 12, 480, 77], 10)
    assert of_rows(a=scores, b=months) == {"column 'a' is -9 in 16.7 % of the rows", "column 'b' is -9 or -8 in 33.3 % of the rows"}
    assert of_rows(a=scores, b=months + 20) == set()
    assert of_rows(a=scores, b=np.where(months == -8, -5, months)) == set()


def test_a_stand_in_beside_one_other_number_is_told():
    assert of_rows(a=np.tile([-9999, 4, 4], 20)) == {"column 'a' is -9999 in 33.3 % of the rows"}
    assert of_rows(a=np.tile([9, 0, 0], 20), b=np.tile([999, 500, 500], 20)) == set()


def test_a_class_that_stands_for_a_missing_number_is_told():
    table = {"v": np.arange(60) % 7 / 3, "y": np.tile([-9999, 5, -9999], 20)}
    told = [str(one) for one in judge(read(table)) if one.slug == "target-stands-for-missing"]
    assert told and told[0].startswith("the target is -9999 in 66.7 % of the rows")
