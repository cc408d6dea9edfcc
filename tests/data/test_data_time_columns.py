"""Times in several columns or without marks: one time, in training and in prediction."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.prediction.new_rows import parts_of_inputs, read_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.data.series.clock import shown
from fourfold.data.series.time_columns import columns_of_time
from fourfold.data.values.stamps import compact_dates, counted_dates
from fourfold.data.values.words import as_objects, reworded
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

N = 24 * 20
DAYS = [f"2020-01-{n // 24 + 1:02d}" for n in range(N)]
LOAD = (np.arange(N) % 24 + np.random.default_rng(0).normal(size=N)).round(3)
CLOCKS = {
    "with colons": lambda hour: f"{hour:02d}:00",
    "with seconds": lambda hour: f"{hour:02d}:00:00",
    "with dots": lambda hour: f"{hour:02d}.00.00",
    "of twelve hours": lambda hour: f"{(hour + 11) % 12 + 1}:00 {'AM' if hour < 12 else 'PM'}",
    "whole hours": lambda hour: f"{hour}",
    "without marks": lambda hour: f"{100 * hour}",
    "spans": lambda hour: f"{hour:02d}:00 - {hour + 1:02d}:00",
    "spans of whole hours": lambda hour: f"{hour:02d}-{hour + 1:02d}",
}


def written(path, clock=CLOCKS["with colons"], names="day,at,load", upto=N, order=None):
    rows = [f"{day},{clock(n % 24)},{load}" for n, (day, load) in enumerate(zip(DAYS[:upto], LOAD))]
    rows = rows if order is None else [rows[n] for n in order]
    path.write_text("\n".join([names, *rows]) + "\n")
    return path


def joined(path):
    """The same data as a careful user would join them."""
    stamps = [f"{day} {n % 24:02d}:00" for n, day in enumerate(DAYS)]
    path.write_text("\n".join(["when,load", *(f"{t},{load}" for t, load in zip(stamps, LOAD))]) + "\n")
    return read(path, ahead=Ahead(24))


@pytest.mark.parametrize("how", CLOCKS)
def test_both_columns_are_the_stamps_that_they_make(how, tmp_path):
    found = read(written(tmp_path / "two.csv", CLOCKS[how]), ahead=Ahead(24))
    spans = ", the first of the two of each span" * how.startswith("spans")
    assert f"time: day and at (a day and its clock{spans}); --time COLUMN overrides" in map(str, found.notes)
    assert np.array_equal(found.inputs, joined(tmp_path / "one.csv").inputs)
    asked = read(tmp_path / "two.csv", ahead=Ahead(24), roles=Roles(time="day,at"))
    assert np.array_equal(asked.inputs, found.inputs) and np.array_equal(asked.target, found.target)


def test_predictions_read_both_columns_again(tmp_path):
    found = read(written(tmp_path / "two.csv"), ahead=Ahead(24))
    preparation = Preparation.fit(found, range(10))
    whole = read_inputs(tmp_path / "two.csv", preparation)
    (parts,) = parts_of_inputs(tmp_path / "two.csv", preparation)
    for new in (whole, parts):
        assert new.following[0, 0] == np.datetime64("2020-01-21T00:00")
        assert np.array_equal(new.inputs, whole.inputs)


def test_rows_in_another_order_are_told_how_to_name_the_clock(tmp_path):
    order = np.random.default_rng(1).permutation(N)
    path = written(tmp_path / "two.csv", order=order)
    with pytest.raises(DataError, match="--time DAY,CLOCK, if the clock is in another column"):
        read(path, ahead=Ahead(24), roles=Roles(time="day"))
    found = read(path, ahead=Ahead(24), roles=Roles(time="day,at"))
    assert np.array_equal(found.inputs, joined(tmp_path / "one.csv").inputs)


def test_a_clock_written_as_one_goes_before_hours_and_two_of_them_are_not_guessed(tmp_path):
    hours = [f"{day},{n % 24},{n % 24:02d}:30,{load}" for n, (day, load) in enumerate(zip(DAYS, LOAD))]
    (tmp_path / "three.csv").write_text("\n".join(["day,hour,at,load", *hours]) + "\n")
    found = read(tmp_path / "three.csv", ahead=Ahead(24))
    assert any(str(note).startswith("time: day and at (") for note in found.notes)
    twice = [f"{row},{row.split(',')[2]}" for row in hours]
    (tmp_path / "four.csv").write_text("\n".join(["day,hour,at,load,from", *twice]) + "\n")
    with pytest.raises(DataError, match="two rows of one series have the same time"):
        read(tmp_path / "four.csv", target="load", ahead=Ahead(24))


def of_stores(*names, count=12, first=1):
    """Sales of each day by numbers, such as those of stores, that rise in the rows of a day."""
    each = np.stack(np.meshgrid(*[np.arange(first, first + count)] * len(names), np.arange(60)), -1).reshape(-1, len(names) + 1)
    days = np.datetime64("2020-01-01") + each[:, -1]
    sales = np.random.default_rng(0).normal(size=len(each))
    return {"date": days.astype(str), **dict(zip(names, each.T)), "sales": sales}


@pytest.mark.parametrize("count", [3, 12, 50])
@pytest.mark.parametrize("by_day", [True, False])
@pytest.mark.parametrize(
    "names, id, do",
    [
        (["store"], None, "--id store; "),
        (["store", "item"], None, "--id store,item; "),
        (["store", "item"], "item", "--id item,store; "),
    ],
)
def test_numbers_of_stores_and_items_are_no_hours(names, id, do, by_day, count):
    columns = of_stores(*names, count=min(count, 12) if len(names) > 1 else count)
    order = np.lexsort([columns[name] for name in ([*names, "date"] if by_day else ["date", *names])])
    with pytest.raises(DataError) as error:
        read({name: values[order] for name, values in columns.items()}, ahead=Ahead(5), roles=Roles(id=id))
    assert error.value.slug == "two-rows-at-one-time" and error.value.do.startswith(do)


@pytest.mark.parametrize("name, first, count", [("hr", 0, 24), ("Opening hour", 9, 8), ("at", 0, 24), ("time_slot", 0, 24), ("Time of day", 9, 8)])
def test_whole_hours_are_called_so_or_fill_the_day(name, first, count):
    found = read(of_stores(name, first=first, count=count), ahead=Ahead(5))
    assert f"time: date and {name} (a day and its clock); --time COLUMN overrides" in map(str, found.notes)


@pytest.mark.parametrize(
    "name, first, count", [("time_slot", 1, 48), ("time_slot", 1, 3), ("hour block", 1, 6), ("hour", 1, 48)]
)
def test_numbers_of_slots_are_no_clock(name, first, count):
    with pytest.raises(DataError) as error:
        read(of_stores(name, first=first, count=count), ahead=Ahead(5))
    assert error.value.slug == "two-rows-at-one-time"


def test_series_of_ids_whose_steps_have_a_day_and_a_clock(tmp_path):
    rows = [
        f"{who},2020-01-0{n // 4 + 1},{n % 4:02d}:00,{n + 10 * (who == 'b') + k},{'up' if k % 2 else 'down'}"
        for k, who in enumerate("abcdefghij" * 2)
        for n in range(8)
        if k < 10
    ]
    (tmp_path / "long.csv").write_text("\n".join(["who,day,at,value,label", *rows]) + "\n")
    found = read(tmp_path / "long.csv", target="label", roles=Roles(id="who", time="day,at"))
    assert found.inputs.shape == (10, 8, 1) and (np.diff(found.inputs[..., 0]) == 1).all()
    preparation = Preparation.fit(found, range(8))
    assert np.array_equal(read_inputs(tmp_path / "long.csv", preparation).inputs, found.inputs)


@pytest.mark.parametrize(
    "time, words",
    [
        ("day,load", "got 'load', .* in row 1, wanted a clock such as 18:30, or an hour"),
        ("load,at", "got 'load', .* in row 1, wanted a year"),
        ("at,day", "got 'at', 00:00 in row 1, wanted a year"),
        ("at,day,load,at,at,at,at", "got 'at', 00:00 in row 1, wanted a year"),
    ],
)
def test_columns_that_make_no_time_are_refused(time, words, tmp_path):
    with pytest.raises(DataError, match="a time of several columns is a day and its clock, .*: " + words):
        read(written(tmp_path / "two.csv"), ahead=Ahead(24), roles=Roles(time=time), target="load")


def hourly(path, head, row, upto=N):
    stamps = (np.datetime64("2019-12-25") + np.arange(upto).astype("timedelta64[h]")).tolist()
    rows = [f"{row(stamp)},{load}" for stamp, load in zip(stamps, LOAD)]
    path.write_text("\n".join([f"{head},load", *rows]) + "\n")
    return path


# name: (how each row is written of a month and what was measured, the rows' months, whether they are told to be the time)
NAMELESS = {
    "years and months": ("{t.year} {t.month} {v:.2f}", range(200), True),
    "not from January on": ("{t.year} {t.month} {v:.2f}", range(3, 200), True),
    "codes, and a fraction of the year": ("{t.year};{t.month:02d};{f:.3f};{v:.2f}", range(200), True),
    "years alone": ("{t.year} {w} {v:.2f}", range(200), False),
    "the latest first": ("{t.year} {t.month} {v:.2f}", range(199, -1, -1), True),
    "in no order": ("{t.year} {t.month} {v:.2f}", [*range(90, 200), *range(90)], False),
}


@pytest.mark.parametrize("name", NAMELESS)
def test_years_and_months_without_names_are_the_time_as_if_they_had_names(name, tmp_path):
    form, rows, told = NAMELESS[name]
    months = (np.datetime64("1959-01") + np.array(rows)).tolist()
    lines = [form.format(t=t, f=t.year + t.month / 12, w=i % 5, v=LOAD[i]) for i, t in enumerate(months)]
    (tmp_path / "co2.txt").write_text("\n".join(lines) + "\n")
    data = read(tmp_path / "co2.txt", ahead=Ahead(3))
    said = "\n".join(map(str, data.notes))
    assert ("time: x0 and x1 (years one by one, and what each has); --time COLUMN overrides" in said) == told
    assert ("season: 12 steps (the steps are of 1 month)" in said) == told
    if told:
        asked = read(tmp_path / "co2.txt", ahead=Ahead(3), roles=Roles(time="x0,x1"))
        assert np.array_equal(data.inputs, asked.inputs)
        new = read_inputs(tmp_path / "co2.txt", Preparation.fit(data, range(10)))
        assert new.following[0, 0] == np.datetime64(max(months), "M") + 1


def test_columns_that_are_called_a_year_a_month_a_day_an_hour_are_the_time(tmp_path):
    whole = read(hourly(tmp_path / "one.csv", "at", lambda t: f"{t:%Y-%m-%d %H:%M}"), ahead=Ahead(24))
    path = hourly(tmp_path / "four.csv", "No,year,Month,day,hour", lambda t: f"7,{t.year},{t.month},{t.day},{t.hour}")
    found = read(path, ahead=Ahead(24))
    assert any(str(n).startswith("time: year, Month, day and hour (as they are called)") for n in found.notes)
    assert np.array_equal(found.inputs, whole.inputs)
    preparation = Preparation.fit(found, range(10))
    for upto in (N, 60):  # new rows may be few
        hourly(path, "year,Month,day,hour", lambda t: f"{t.year},{t.month},{t.day},{t.hour}", upto)
        new = read_inputs(path, preparation)
        assert new.following[0, 0] == np.datetime64("2019-12-25") + np.timedelta64(upto, "h")
    words = read(hourly(path, "year,month,day,hour", lambda t: f"{t:%Y,%b,%d,%H}"), ahead=Ahead(24))
    assert np.array_equal(words.inputs, whole.inputs)


def test_columns_called_so_that_are_no_dates_or_not_one_a_row_leave_the_rows_in_their_order(tmp_path):
    for head, row in (
        ("year,month,day", lambda t: f"{t.year},{t.month},{t.day}"),  # of 24 rows each
        ("year,month,day,hour", lambda t: f"{t.year},{t.month},{t:%a},{t.hour}"),  # of the week
        ("year,month,day,hour", lambda t: f"{t.year},2,{t.day},{t.hour}"),  # 30 February
    ):
        found = read(hourly(tmp_path / "rows.csv", head, row), target="load", ahead=Ahead(24))
        assert any(str(note).startswith("time: the order of the rows") for note in found.notes)


def test_series_that_a_column_of_words_tells_apart_are_not_joined_in_silence(tmp_path):
    hours = [f"{t.year},{t.month},{t.day},{t.hour},{n}" for n, t in enumerate(
        (np.datetime64("2020-01-01") + np.arange(96).astype("timedelta64[h]")).tolist()
    )]  # fmt: skip
    rows = [f"{place},{hour}" for place in ("north", "south") for hour in hours]
    (tmp_path / "two.csv").write_text("\n".join(["place,year,month,day,hour,load", *rows]) + "\n")
    with pytest.raises(DataError, match="two rows of one series have the same time: .* --id place; "):
        read(tmp_path / "two.csv", ahead=Ahead(3))
    found = read(tmp_path / "two.csv", ahead=Ahead(3), roles=Roles(id="place"))
    assert any(str(note).startswith("steps: 96 of 1 hour") for note in found.notes)


@pytest.mark.parametrize(
    "how, step, first",
    [
        ("%Y%m%d", "1 day", "2019-12-25"),
        ("%Y%m", "1 month", "2019-12"),
        ("%Y%m%d%H%M%S", "1 minute", "2019-12-25"),
    ],
)
def test_times_without_marks_are_dates_also_few_of_them(how, step, first, tmp_path):
    start, unit = np.datetime64(first), {"1 day": "D", "1 month": "M", "1 minute": "m"}[step]

    def written(upto):
        stamps = (start.astype(f"datetime64[{unit}]") + np.arange(upto)).astype("datetime64[us]").tolist()
        rows = [f"{stamp:{how}},{load}" for stamp, load in zip(stamps, LOAD)]
        (tmp_path / "rows.csv").write_text("\n".join(["at,load", *rows]) + "\n")
        return tmp_path / "rows.csv"

    for roles in (Roles(), Roles(time="at")):
        found = read(written(120), ahead=Ahead(3, 8, 1), roles=roles)
        assert any(str(note).startswith(f"steps: 120 of {step}, {first}") for note in found.notes)
    new = read_inputs(written(9), Preparation.fit(found, range(10)))
    assert new.following[0, 0] == start.astype(f"datetime64[{unit}]") + 9


def test_numbers_that_look_like_months_are_dates_only_where_nothing_else_can_be():
    months = np.array([201911.0, 201912.0, *range(202001, 202013)])
    assert compact_dates(months).astype("datetime64[M]").astype(str)[2] == "2020-01"
    assert compact_dates(months[[0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]]) is None  # a month is missing
    assert compact_dates(np.arange(202001.0, 202013)) is None  # one year, and so may count
    assert compact_dates(np.arange(201995.0, 202013)) is None and compact_dates(months + 0.5) is None


def test_a_column_whose_name_has_a_comma_is_that_column():
    known = ("a,b", "a", "b", "c, d", "e")
    assert columns_of_time("a,b", known) == ("a,b",)
    assert columns_of_time("c, d,e", known) == ("c, d", "e")
    assert columns_of_time("a, b", known) == ("a", "b")


COUNT = np.arange(160)
QUARTERS = {"Year": 1980 + COUNT // 4, "Quarter": [f"Q{n % 4 + 1}" for n in COUNT]}
COUNTED = {
    "Year": ({"Year": 1850 + COUNT}, "Year", "160, 1 apart, 1850 to 2009"),
    "years without some": ({"year": np.delete(1200 + COUNT * 2, 100)}, "year", "160, 2 apart, 1200 to 1518"),
    "seconds": ({"timestamp": 1_600_000_000 + 3600 * COUNT}, "timestamp", "160 of 1 hour, 2020-09-13 12:26:40"),
    "milliseconds": ({"open_time": 1_600_000_000_000 + 60_000 * COUNT}, "open_time", "160 of 1 minute"),
    "day": ({"day": 1 + COUNT}, "day", "160, 1 apart, 1 to 160"),
    "tenths": ({"Time (s)": COUNT / 10}, "Time (s)", "160, 0.1 apart"),
    "index": ({"Unnamed: 0": COUNT}, "Unnamed: 0", "160, 1 apart"),
    "names of rows": ({"rownames": COUNT}, "rownames", "160, 1 apart"),
    "Year and Quarter": (QUARTERS, "Year,Quarter", "160 of 3 months, 1980-01-01 to 2019-10-01"),
    "Year and week": ({"year": 2000 + COUNT // 52, "KW": COUNT % 52 + 1}, "year,KW", "160 of 1 week, 2000-01-03"),
    "Year and W07": ({"year": [2004] * 53, "week": [f"W{n:02d}" for n in range(1, 54)]}, "year,week", "53 of 1 week"),
}


@pytest.mark.parametrize("how", COUNTED)
def test_numbers_that_count_time_and_are_called_so_are_the_time_in_any_order(how):
    columns, time, steps = COUNTED[how]
    size = len(next(iter(columns.values())))
    columns = {name: np.asarray(values) for name, values in columns.items()} | {"load": LOAD[:size]}
    order = np.random.default_rng(0).permutation(size)
    found, falling, mixed = (
        read({name: values[rows] for name, values in columns.items()}, ahead=Ahead(2, 4, 1))
        for rows in (slice(None), slice(None, None, -1), order)
    )
    assert found.forecast.windows.time == time and found.forecast.channels[0] == "load"
    assert any(str(note).startswith(f"steps: {steps}") for note in found.notes)
    assert np.array_equal(found.inputs, falling.inputs) and np.array_equal(found.inputs, mixed.inputs)
    new = read_inputs({name: values[:9] for name, values in columns.items()}, Preparation.fit(found, range(10)))
    assert shown(new.following[0, 0]) == shown(found.forecast.stamps[9])


def of_countries(*names, time="year", first=1990, count=30):
    """A row for each country (or country and sector) and year."""
    each = np.stack(np.meshgrid(*[np.arange(3)] * len(names), first + np.arange(count), indexing="ij"), -1)
    each = each.reshape(-1, len(names) + 1).T
    words = {name: np.array(["A", "B", "C"], object)[own] for name, own in zip(names, each)}
    return words | {time: each[-1], "gdp": np.random.default_rng(0).normal(size=each.shape[1])}


@pytest.mark.parametrize("order", ["by series", "by time", "mixed"])
@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize(
    "columns, id, do",
    [
        (of_countries("country"), None, "--id country; else"),
        (of_countries("store", time="day", first=0), None, "--id store; else"),
        (of_countries("store", time="t", first=0), None, "--id store; else"),
        (of_countries("a", "b"), None, "--id a,b; else"),
        (of_countries("a", "b"), "a", "--id a,b; else"),
    ],
)
def test_series_that_count_the_same_years_or_days_are_not_joined_in_silence(columns, id, do, index, order):
    size = len(columns["gdp"])
    rows = {"by series": np.arange(size), "mixed": np.random.default_rng(0).permutation(size)}
    rows["by time"] = np.argsort(list(columns.values())[-2], kind="stable")
    columns = {name: values[rows[order]] for name, values in columns.items()}
    columns = {"Unnamed: 0": np.arange(size)} | columns if index else columns
    with pytest.raises(DataError) as error:
        read(columns, target="gdp", ahead=Ahead(3), roles=Roles(id=id))
    assert error.value.slug == "two-rows-at-one-time" and error.value.do.startswith(do)


def test_months_of_years_in_series_of_two_columns_are_not_joined_in_silence():
    columns = of_countries("a", "b", time="n", first=0, count=48)
    number = columns.pop("n")
    columns = {"year": 2000 + number // 12, "month": number % 12 + 1} | columns
    with pytest.raises(DataError, match="two rows of one series have the same time: .* Do this: --id a,b"):
        read(columns, target="gdp", ahead=Ahead(3))


@pytest.mark.parametrize(
    "columns",
    [
        {"day": COUNT % 7, "week": COUNT // 7},
        {"day": COUNT // 24, "hour": COUNT % 24},
        {"year": 2000 + COUNT // 12, "period": COUNT % 12},
        {"day": COUNT // 2, "colour": np.array(["red", "blue"], object)[COUNT % 3 // 2]},
    ],
)
def test_rows_that_nothing_tells_apart_but_parts_of_the_time_are_one_series(columns):
    found = read(columns | {"load": LOAD[:160]}, target="load", ahead=Ahead(2, 4, 1))
    assert found.forecast.windows.time == ""


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("which", ["some", "no week-ends"])
def test_days_that_count_with_gaps_are_the_time(which, several):
    rng = np.random.default_rng(0)
    kept = [COUNT[(COUNT % 7 < 5) if which == "no week-ends" else rng.random(160) < 0.8] for _ in range(1 + 2 * several)]
    columns = {"day": np.concatenate(kept), "who": np.repeat(np.array(["a", "b", "c"], object)[: len(kept)], [*map(len, kept)])}
    columns["load"] = rng.normal(size=len(columns["day"]))
    found = read(columns, target="load", ahead=Ahead(2), roles=Roles(id="who" if several else None))
    assert found.forecast.windows.time == "day" and found.forecast.windows.step == "1 number"
    assert any(str(note).startswith("gaps: ") for note in found.notes)


@pytest.mark.parametrize(
    "columns",
    [
        {"response time": COUNT},  # of something else
        {"day": COUNT % 7},
        {"t": np.exp(COUNT / 50)},
        {"timestamp": 1_600_000_000 + COUNT, "date": np.datetime64("2020-01-01") + COUNT},
    ],
)
def test_numbers_that_may_be_something_else_are_no_time(columns):
    found = read(columns | {"load": LOAD[:160]}, target="load", ahead=Ahead(2, 4, 1), roles=Roles())
    assert found.forecast.windows.time in ("", "date")


def test_what_is_forecast_is_no_time():
    assert read({"day": LOAD, "time": COUNT.repeat(3)}, target="time", ahead=Ahead(2)).forecast.windows.time == ""
    assert read({"time": np.arange(300.0) ** 1.01}, ahead=Ahead(2)).forecast.windows.targets == ("time",)


@pytest.mark.parametrize("zone", ["CET", "EST", "Europe/Berlin"])
def test_one_name_of_a_zone_in_all_rows_is_left_out(zone):
    stamps = (np.datetime64("2023-01-01") + np.arange(160).astype("timedelta64[h]")).tolist()
    plain, named = ({"ts": [f"{t:%Y-%m-%d %H:%M:%S}{end}" for t in stamps], "v": LOAD[:160]} for end in ("", f" {zone}"))
    found = read(named, ahead=Ahead(5))
    assert np.array_equal(found.inputs, read(plain, ahead=Ahead(5)).inputs)
    assert f"column ts: date ({zone} left out, the clocks count as they stand)" in map(str, found.notes)
    new = read_inputs({name: values[:60] for name, values in named.items()}, Preparation.fit(found, range(10)))
    assert new.following[0, 0] == np.datetime64("2023-01-03T12")


@pytest.mark.parametrize("time", [None, "ts"])
def test_several_names_of_zones_are_refused(time):
    stamps = (np.datetime64("2023-03-20") + np.arange(160).astype("timedelta64[h]")).tolist()
    columns = {"ts": [f"{t:%Y-%m-%d %H:%M} CE{'S' * (t.day > 25)}T" for t in stamps], "v": LOAD[:160]}
    with pytest.raises(DataError) as error:
        read(columns, ahead=Ahead(5), roles=Roles(time=time))
    assert (error.value.slug, error.value.got) == ("time-zones", "'2023-03-20 00:00 CET', '2023-03-26 00:00 CEST'")
    greenwich = columns | {"ts": [f"{t:%Y-%m-%d %H:%M} UTC" for t in stamps]}
    assert not any("left out" in str(note) for note in read(greenwich, ahead=Ahead(5)).notes)


WEEKS = np.datetime64("2015-12-28") + 7 * np.arange(120)


def as_weeks(days, form):
    """ISO weeks as people write them."""
    return [form.format(*day.isocalendar()) for day in days.tolist()]


@pytest.mark.parametrize("form", ["{0}{1:02d}", "{0}-W{1:02d}", "{0} wk{1}", "KW {1}/{0}", "{0}w{1:02d}"])
def test_weeks_are_steps_of_a_week(tmp_path, form):
    rows = [f"{week},{load}" for week, load in zip(as_weeks(WEEKS, form), LOAD)]
    (tmp_path / "rows.csv").write_text("\n".join(["period,load", *rows]) + "\n")
    found = read(tmp_path / "rows.csv", ahead=Ahead(2, 8, 1))
    assert any(str(note).startswith("steps: 120 of 1 week, 2015-12-28 to ") for note in found.notes)
    new = read_inputs(tmp_path / "rows.csv", Preparation.fit(found, range(10)))
    assert new.following[0, 0] == WEEKS[-1] + 7


def test_numbers_are_weeks_where_one_is_no_month_or_they_are_called_so():
    weeks = np.array(as_weeks(WEEKS, "{0}{1:02d}"), dtype=np.float64)
    np.testing.assert_array_equal(compact_dates(weeks).astype("datetime64[D]"), WEEKS)
    few = weeks[53:65]  # 201701 to 201712, all of which may be months, too
    assert compact_dates(few, fewest=2).astype("datetime64[D]").astype(str)[1] == "2017-02-01"
    assert compact_dates(few, fewest=2, written="yearweek").astype("datetime64[D]").astype(str)[1] == "2017-01-09"
    assert compact_dates(np.append(weeks, 201753.0)) is None  # 2017 has 52 weeks
    assert compact_dates(weeks[::9]) is None and compact_dates(weeks + 0.5) is None


@pytest.mark.parametrize("form", ["{}q{}", "{}Q{}", "{1}. Quartal {0}", "Q{1} {0}", "Quarter {1} {0}", "{1}Q{0}"])
def test_quarters_as_people_write_them(form):
    words = [form.format(1980 + n // 4, n % 4 + 1) for n in range(40)]
    values, kind, _ = reworded(as_objects(words), strict=True)
    assert kind == "date" and values.astype("datetime64[M]").astype(str).tolist()[:5] == [
        "1980-01", "1980-04", "1980-07", "1980-10", "1981-01"
    ]  # fmt: skip


def test_periods_of_offices_are_months_and_quarters_and_means_of_a_year_are_refused():
    months = pd.DataFrame({"year": 2000 + np.arange(120) // 12, "period": [f"M{n % 12 + 1:02d}" for n in range(120)]})
    found = read(months.assign(load=LOAD[:120]), ahead=Ahead(2, 8, 1))
    said = [str(note) for note in found.notes]
    assert "time: year and period (as they are called); --time COLUMN overrides" in said
    assert any(note.startswith("steps: 120 of 1 month, 2000-01-01 to 2009-12-01") for note in said)
    means = pd.DataFrame({"year": 2000 + np.arange(120) // 5, "period": [f"Q{n % 5 + 1:02d}" for n in range(120)]})
    with pytest.raises(DataError, match="'period', Q05 in row 5.*remove such rows, which are means of a year"):
        read(means.assign(load=LOAD[:120]), ahead=Ahead(2, 8, 1))


def test_what_tells_rows_of_one_time_apart_is_said():
    steps = pd.DataFrame({"who": np.repeat([f"s{n}" for n in range(12)], 10), "t": np.tile(np.arange(10), 12)})
    steps = steps.assign(ax=LOAD[:120], ay=LOAD[::-1][:120], way=np.repeat(["up", "down"] * 6, 10))
    melted = steps.melt(["who", "t", "way"], var_name="sensor", value_name="value")
    roles = Roles(id="who", time="t")
    with pytest.raises(DataError, match=r"119 more such rows.*columns='sensor', values='value'\).*--id who,sensor"):
        read(melted, target="way", roles=roles)
    pivoted = melted.pivot(index=["who", "t", "way"], columns="sensor", values="value").reset_index()
    assert read(pivoted, target="way", roles=roles).inputs.shape == (12, 10, 2)
    with pytest.raises(DataError, match=r"and 2 more such rows.*drop_duplicates\(\), if they are copies"):
        read(pd.concat([steps, steps[:3]]), target="way", roles=roles)


UNIT = {"day": "D", "hour": "h", "month": "M", "months": "M"}


@pytest.mark.parametrize(
    ("name", "values", "step", "first"),
    [
        ("date", 43831 + np.arange(60), "1 day", "2020-01-01"),
        ("Datum", 43831 + np.arange(60) / 24, "1 hour", "2020-01-01"),
        ("decimal_date", np.round(1960 + (np.arange(60) + 0.5) / 12, 3), "1 month", "1960-01-01"),
        ("Year", np.round(1960 + np.arange(60) / 4, 2), "3 months", "1960-01-01"),
        ("year", np.round(1960 + np.arange(60) / 12, 4), "1 month", "1960-01-01"),
    ],
)
def test_days_of_excel_and_years_with_parts_of_them_are_dates(tmp_path, name, values, step, first):
    frame = pd.DataFrame({name: values, "load": LOAD[:60]})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    found = read(tmp_path / "rows.csv", ahead=Ahead(2, 8, 1))
    assert any(str(note).startswith(f"steps: 60 of {step}, {first}") for note in found.notes)
    frame[:12].to_csv(tmp_path / "new.csv", index=False)
    new = read_inputs(tmp_path / "new.csv", Preparation.fit(found, range(10)))
    count, unit = step.split()
    following = np.datetime64(first).astype(f"datetime64[{UNIT[unit]}]") + 12 * int(count)
    assert new.following[0, 0] == following


def test_numbers_that_are_called_otherwise_or_count_otherwise_are_no_dates():
    for name, values in (("price", 43831 + np.arange(60.0)), ("date", np.arange(60.0)), ("year", 1960 + np.arange(60.0)),
                         ("year", 1960 + np.arange(300) / 52.0), ("day", 43831 - 20_000 + np.arange(60.0))):  # fmt: skip
        assert counted_dates(name, values) is None


def recorded():
    """Two days of minutes, once as dates and once as seconds, of 12 people in turn."""
    minutes = np.arange(2880)
    return {
        "when": np.datetime64("2023-03-01T00:00") + minutes * np.timedelta64(1, "m"),
        "Timestamp": 1677628800.5 + 60 * minutes,
        "who": as_objects([f"p{n % 12}" for n in minutes]),
        "v": np.random.default_rng(0).normal(size=2880),
        "kind": as_objects([["walk", "run"][n % 12 % 2] for n in minutes]),
    }


def test_seconds_beside_the_time_of_series_are_no_channel():
    table = recorded()
    data = read(table, target="kind", roles=Roles(id="who", time="when"))
    assert data.source_columns[-1] == "v" and data.inputs.shape == (12, 240, 1)
    assert "left out: Timestamp (a date beside the time)" in map(str, data.notes)
    preparation = Preparation.from_json(Preparation.fit(data, np.arange(12)).to_json())
    for new in (table, {name: values for name, values in table.items() if name != "Timestamp"}):
        assert np.array_equal(read_inputs(new, preparation).inputs, data.inputs)


def test_seconds_beside_the_time_of_a_forecast_are_no_channel():
    table = {name: values for name, values in recorded().items() if name not in ("who", "kind")}
    data = read(table, target="v", ahead=Ahead(5))
    assert data.forecast.channels[0] == "v" and "Timestamp" not in data.forecast.channels
    assert "left out: Timestamp (a date beside the time)" in map(str, data.notes)


@pytest.mark.parametrize(("name", "id", "told"), [("device_id", None, True), ("device_id", "device_id", False), ("mode", None, False)])
def test_ids_that_take_turns_in_one_forecast_are_told(name, id, told):
    table = {"when": recorded()["when"][:400], name: as_objects([f"d{n % 4}" for n in range(400)]), "v": recorded()["v"][:400]}
    found = [one for one in judge(read(table, target="v", roles=Roles(id=id), ahead=Ahead(5))) if one.slug == "ids-as-channels"]
    assert [(one.columns, one.do) for one in found] == [(("device_id",), "--id device_id, if each of its values is a series")] * told
