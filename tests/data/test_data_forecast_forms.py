"""Tables as they are handed in: future dates without values, rows of totals, several dates, items of stores."""

import re

import numpy as np
import pandas as pd
import pytest

from fourfold.data import plan, read, read_inputs, reading
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation


def daily(count=200, seed=0, **others):
    """Sales of some days with a weekly season, and other columns behind the date."""
    sales = 100 + 10 * np.sin(np.arange(count) * 2 * np.pi / 7) + np.random.default_rng(seed).normal(0, 2, count)
    days = pd.date_range("2024-01-01", periods=count).strftime("%Y-%m-%d")
    return pd.DataFrame({"date": days, **others, "sales": sales.round(2)})


def said(data):
    return "; ".join(map(str, data.notes))


def shops(*ahead, count=120):
    """A series for each number, whose last rows, so many, have no sales."""
    each = [daily(count, seed).assign(shop=f"s{seed}") for seed in range(len(ahead))]
    for frame, rows in zip(each, ahead):
        frame.loc[count - rows :, "sales"] = np.nan
    return pd.concat(each, ignore_index=True)


def prepared(frame, id=None, **options):
    data = read(frame, target="sales", roles=Roles(id=id), ahead=Ahead(14, **options))
    return data, Preparation.fit(data, plan(data, seed=0)[0].train)


def test_days_ahead_without_a_value_are_what_is_forecast():
    listed_ahead, known = shops(14), shops(0)[:106]
    data, preparation = prepared(listed_ahead)
    assert data.fingerprint == prepared(known)[0].fingerprint
    note = "left out: 14 steps at the end without a value of sales (a forecast begins right behind the last value)"
    assert said(data).count(note) == 1
    found, expected = read_inputs(listed_ahead, preparation), read_inputs(known, preparation)
    assert said(found).count(note) == 1
    np.testing.assert_array_equal(found.inputs, expected.inputs)
    assert str(found.following[0, 0])[:10] == "2024-04-16"


def test_what_is_known_of_days_ahead_is_not_learnt_from():
    frame = shops(14).drop(columns="shop").assign(price=2.0, state=np.resize(["open", "closed"], 120))
    frame.loc[106:, ["price", "state"]] = [3.0, "planned"]
    data, known = (read(each, target="sales", ahead=Ahead(14)) for each in (frame, frame[:106]))
    assert data.fingerprint == known.fingerprint
    assert data.forecast.channels[:3] == ("sales", "state = closed", "state = open")
    assert "left out: price (one value in all rows)" in said(data)


@pytest.mark.parametrize("shuffled", [False, True])
def test_each_series_goes_on_after_its_own_last_value(shuffled):
    frame = shops(14, 0, 30, 120)
    known = frame.dropna()
    frame = frame.sample(frac=1, random_state=0) if shuffled else frame
    _, preparation = prepared(known, "shop", window=14)
    found, expected = read_inputs(frame, preparation), read_inputs(known, preparation)
    order = np.argsort(found.others["shop"])
    assert list(found.others["shop"][order]) == ["s0", "s1", "s2"]
    np.testing.assert_array_equal(found.inputs[order], expected.inputs)
    np.testing.assert_array_equal(found.following[order], expected.following)
    assert "left out: 44 steps at the end of 2 series, without a value of sales" in said(found)
    assert "left out: 's3' (without a value of sales)" in said(found)


def test_gaps_between_values_and_rows_without_one_of_two_targets_stay():
    frame = shops(0).assign(visits=np.arange(120.0))
    frame.loc[50:52, "sales"] = np.nan
    frame.loc[110:, "sales"] = np.nan
    data = read(frame, target="sales,visits", roles=Roles(), ahead=Ahead(7))
    assert "steps at the end" not in said(data) and len(data.forecast.stamps) == 120
    frame.loc[115:, "visits"] = np.nan
    data = read(frame, target="sales,visits", roles=Roles(), ahead=Ahead(7))
    assert "left out: 5 steps at the end without a value of sales or visits" in said(data)


@pytest.mark.parametrize(("word", "ahead"), [("", True), ("-", True), ("tbd", True), ("closed", False)])
def test_words_ahead_that_stand_for_nothing_are_left_out_and_others_are_gaps(word, ahead, tmp_path):
    frame = shops(5)
    _, preparation = prepared(frame)
    frame["sales"] = [word if np.isnan(value) else value for value in frame["sales"]]
    frame.to_csv(tmp_path / "new.csv", index=False)
    found = read_inputs(tmp_path / "new.csv", preparation)
    assert str(found.following[0, 0])[:10] == ("2024-04-25" if ahead else "2024-04-30")


def test_rows_ahead_in_the_order_of_the_rows_are_left_out_too():
    frame = shops(14, 3).drop(columns="date")
    known = frame.dropna()
    assert prepared(frame, "shop")[0].fingerprint == prepared(known, "shop")[0].fingerprint


@pytest.mark.parametrize("ahead", [14, 250])
def test_the_last_rows_of_a_large_file_reach_back_from_the_last_value(ahead, tmp_path, monkeypatch):
    frame = shops(ahead, 2, count=500)
    frame.loc[450:470, "sales"] = np.nan
    _, preparation = prepared(frame.dropna(), "shop", window=14)
    frame.to_csv(tmp_path / "new.csv", index=False)
    expected = read_inputs(frame, preparation)
    monkeypatch.setattr(reading, "PART", 97 * frame.shape[1])
    (found,) = parts_of_inputs(tmp_path / "new.csv", preparation)
    assert "read: the last" in said(found)
    np.testing.assert_array_equal(found.inputs, expected.inputs)
    np.testing.assert_array_equal(found.following, expected.following)


@pytest.mark.parametrize(
    ("form", "word", "what", "time"),
    [
        ("%Y-%m-%d", "Total", "date", None),
        ("%Y-%m-%d", "Total", "date", "date"),
        ("%d.%m.%Y", "Summe", "date", None),
        ("%Y%m%d", "-", "date", None),
        ("%j", "Total", "number", "date"),
    ],
)
def test_a_row_of_totals_is_named(form, word, what, time):
    frame = daily()
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime(form).str.lstrip("0" if what == "number" else "")
    frame.loc[200] = [word, frame["sales"].sum()]
    with pytest.raises(FourfoldError) as error:
        read(frame, target="sales", roles=Roles(time=time), ahead=Ahead(7))
    assert str(error.value) == (
        f"{word!r} in row 201 is no {what}: got 1 such row of 201, wanted a {what} as 'date' in each row. "
        "Do this: correct or remove this row"
    )


def test_a_row_of_totals_is_named_where_a_forecast_is_made():
    frame = daily()
    data = read(frame, target="sales", ahead=Ahead(7))
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    frame.loc[200] = ["Total", frame["sales"].sum()]
    with pytest.raises(FourfoldError, match="'Total' in row 201 is no date"):
        read_inputs(frame, preparation)


def test_few_dates_among_other_words_are_no_time():
    when = [day if place % 9 == 0 else "-" for place, day in enumerate(daily()["date"])]
    data = read(daily(promoted=when).drop(columns="date"), target="sales", ahead=Ahead(7))
    assert "time: the order of the rows" in said(data)


DAYS = daily()["date"].to_numpy()
TWICE = np.repeat(DAYS[:100], 2)
MIXED = np.random.default_rng(0).permutation(DAYS)


@pytest.mark.parametrize(
    ("others", "time", "because"),
    [
        ({"updated": TWICE}, "date", "no two rows have the same, unlike 'updated'"),
        ({"updated": [None, *DAYS[1:]]}, "date", "no two rows have the same, unlike 'updated'"),
        ({"updated": MIXED}, "date", "the first column of dates, and the only one that rises from row to row"),
        ({"Datum von": DAYS, "Datum bis": DAYS, "date": None}, "Datum von", "the start of spans that end at 'Datum bis'"),
        ({"date": None, "enddate": DAYS, "startdate": DAYS}, "startdate", "the start of spans that end at 'enddate'"),
        ({"date": None, "t0": DAYS, "t6": DAYS + ' 23:59:59'}, "t0", "the start of spans that end at 't6'"),
        ({"date": TWICE, "updated": MIXED, "opened": DAYS[0]}, "updated", "unlike 'date', 'opened'"),
    ],
)
def test_the_time_among_several_dates(others, time, because):
    data = read(daily().drop(columns="sales").assign(**others, sales=daily()["sales"]), ahead=Ahead(7))
    assert data.forecast.windows.time == time
    assert f"time: {time} (" in said(data) and f"{because}); --time COLUMN overrides" in said(data)


def test_the_time_of_series_among_several_dates():
    frame = pd.concat([daily(opened=day).assign(shop=day) for day in ("2001-01-01", "2002-02-02")])
    data = read(frame, target="sales", roles=Roles(id="shop"), ahead=Ahead(7))
    assert "time: date (no two rows of a series have the same, unlike 'opened')" in said(data)


@pytest.mark.parametrize(
    "others", [{"updated": DAYS}, {"date": MIXED, "updated": DAYS}, {"date": TWICE, "updated": TWICE}]
)
def test_several_dates_none_of_which_is_plainly_the_time(others):
    frame = daily().drop(columns="sales").assign(**others, sales=daily()["sales"])
    with pytest.raises(FourfoldError) as error:
        read(frame, ahead=Ahead(7))
    assert str(error.value) == (
        "several columns hold dates, and it can't be told which is the time: got 'date', 'updated', "
        "wanted the one whose next steps are forecast. Do this: --time date or --time updated"
    )
    assert read(frame.assign(date=DAYS), roles=Roles(time="date"), ahead=Ahead(7)).forecast.windows.time == "date"


def test_a_day_and_its_clock_beside_a_moment_are_not_chosen_between():
    moments = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.random.default_rng(1).permutation(200) * 977, unit="s")
    frame = pd.DataFrame({"date": np.repeat(DAYS[:10], 20), "hour": np.tile(np.arange(20), 10), "entered": moments})
    with pytest.raises(FourfoldError, match="--time date or --time entered"):
        read(frame.assign(sales=daily()["sales"]), ahead=Ahead(7))


def advised(frame, horizon, window=None):
    with pytest.raises(FourfoldError) as error:
        read(frame, ahead=Ahead(horizon, window=window))
    assert error.value.slug in ("series-too-short", "no-window")
    return error.value.do


@pytest.mark.parametrize(
    ("rows", "horizon", "window", "advice"),
    [
        (200, 150, None, "--forecast 47, or 63 with --window 2, the most that these data allow"),
        (200, 150, 25, "--forecast 55, or 63 with --window 2, the most that these data allow"),
        (200, 48, None, "--window 47, or --forecast 47"),
        (200, 62, 7, "--window 5, or --forecast 61"),
        (200, 14, 190, "--window 149"),
        (200, 3, 199, "--window 173"),
        (12, 3, None, "add steps: these are too few for any forecast"),
    ],
)
def test_what_is_advised_where_series_are_too_short_works(rows, horizon, window, advice):
    frame = daily(rows)
    assert advised(frame, horizon, window) == advice
    for option, found in re.findall(r"--(forecast|window) (\d+)", advice.split(" with ")[0]):
        asked = {"horizon": horizon, "window": window} | {{"forecast": "horizon"}.get(option, option): int(found)}
        read(frame, ahead=Ahead(**asked))
    if found := re.search(r"(\d+) with --window (\d+)", advice):
        read(frame, ahead=Ahead(int(found[1]), window=int(found[2])))


@pytest.mark.parametrize(
    ("rows", "options", "advice"),
    [
        (200, {"season": 365}, "leave out --season: the season is 7 then"),
        (200, {"season": 190, "window": 195}, "leave out --season and --window: the season is 7 then"),
        (200, {"season": 100, "horizon": 60}, "--forecast 30, the most that these data allow with this season"),
        (12, {"season": 8}, "leave out --season, or add steps: these are too few for any forecast with it"),
        (12, {"season": 3}, "leave out --season, or add steps: these are too few for any forecast with it"),
    ],
)
def test_a_season_that_is_too_long_is_to_be_left_out(rows, options, advice):
    asked = {"horizon": 7} | options
    with pytest.raises(FourfoldError) as error:
        read(daily(rows), ahead=Ahead(**asked))
    assert error.value.do == advice
    if advice.startswith("leave out") and rows > 12:
        read(daily(rows), ahead=Ahead(7))


def test_of_series_that_lie_apart_each_is_forecast_by_itself():
    """One of 2019 and one of 2022: only the second can be tested, at times that the first tells nothing of."""
    old, new = daily(200).assign(shop="old"), daily(200).assign(shop="new")
    new["date"] = pd.to_datetime(new["date"]) + pd.Timedelta(days=1000)
    frame = pd.concat([old.assign(date=pd.to_datetime(old["date"])), new])[["date", "shop", "sales"]]
    with pytest.raises(FourfoldError) as error:
        read(frame, roles=Roles(id="shop"), ahead=Ahead(7))
    assert error.value.do == "forecast each by itself: 'old' ends before 'new' begins"
    read(new[["date", "sales"]], ahead=Ahead(7))


def test_an_id_that_differs_in_every_row_is_to_be_left_out():
    with pytest.raises(FourfoldError) as error:
        read(daily(200).assign(row=range(200)), roles=Roles(id="row"), ahead=Ahead(7))
    assert error.value.do == "name another column with --id, or leave it out: each series has one step alone"


def test_what_is_advised_for_many_series_with_gaps_works():
    frame = pd.concat([daily(30 + shop % 9, shop).assign(shop=f"s{shop}") for shop in range(300)])
    frame = frame[["date", "shop", "sales"]].sample(frac=0.97, random_state=0)
    with pytest.raises(FourfoldError) as error:
        read(frame, roles=Roles(id="shop"), ahead=Ahead(25))
    horizon = int(re.search(r"--forecast (\d+)", error.value.do)[1])
    read(frame, roles=Roles(id="shop"), ahead=Ahead(horizon))


@pytest.mark.parametrize("window", [1500, 400])
def test_what_is_advised_where_steps_have_targets_works(window):
    frame = daily(2000, heat=np.random.default_rng(0).normal(size=2000))
    asked = {"target": "sales", "target_per": "step", "roles": Roles(time="date")}
    with pytest.raises(FourfoldError) as error:
        plan(read(frame, window=window, **asked), seed=0)
    longest = int(re.search(r"--window (\d+), or a shorter one", error.value.do)[1])
    assert longest > 50
    plan(read(frame, window=longest, **asked), seed=0)


def items(item=("milk", "eggs", "bread")):
    """Sales of items in two stores, a row for each day, in no order."""
    each = [daily(60).assign(store=store, item=one) for store in ("north", "south") for one in item]
    return pd.concat(each)[["date", "store", "item", "sales"]].sample(frac=1, random_state=0)


@pytest.mark.parametrize("item", [("milk", "eggs", "bread"), (1, 2, 3)])
def test_an_id_beside_which_another_column_tells_rows_apart(item):
    with pytest.raises(FourfoldError) as error:
        read(items(item).assign(price=9), target="sales", roles=Roles(id="store", time="date"), ahead=Ahead(7))
    assert error.value.slug == "two-rows-at-one-time"
    assert error.value.do == (
        "--id store,item; "
        "--time DAY,CLOCK, if the clock is in another column; else join these rows"
    )


def test_words_that_tell_rows_apart_by_chance_are_not_named():
    frame = items().assign(item="milk", receipt=[f"r{row}" for row in range(360)], price=np.arange(360.0))
    frame = frame[["date", "store", "item", "receipt", "price", "sales"]]
    with pytest.raises(FourfoldError) as error:
        read(frame, target="sales", roles=Roles(id="store", time="date"), ahead=Ahead(7))
    assert error.value.do == "join these rows"


def test_a_clock_beside_the_day_is_no_id():
    clocks = {"milk": "08:30", "eggs": "12:00", "bread": "18:15"}
    frame = items().assign(item=lambda frame: frame["item"].map(clocks))
    with pytest.raises(FourfoldError) as error:
        read(frame, target="sales", roles=Roles(id="store", time="date"), ahead=Ahead(7))
    assert error.value.do == "join these rows"


@pytest.mark.parametrize("time", [None, "date"])
@pytest.mark.parametrize("id", ["store,item", "store, item"])
def test_an_id_of_two_columns_is_read_as_one_of_both(id, time):
    frame = items()
    made = frame.assign(**{"store, item": frame["store"] + ", " + frame["item"]})[["date", "store, item", "sales"]]
    found, wanted = (
        read(one, target="sales", roles=Roles(id=own, time=time), ahead=Ahead(7))
        for one, own in ((frame, id), (made, "store, item"))
    )
    assert found.fingerprint == wanted.fingerprint
    assert sorted(found.forecast.labels)[0] == "north, bread" and found.forecast.windows.id == "store, item"


@pytest.mark.parametrize("task", ["forecast", "series", "steps"])
@pytest.mark.parametrize("item", ["abcdef", range(6)])
def test_predictions_have_the_columns_of_an_id_of_two(task, item, tmp_path):
    """So that they are joined to the table that they are of."""
    frame = items(item).assign(open=lambda one: np.where(one["sales"] > one["sales"].median(), "long", "short"))
    frame["big"] = np.where(frame["store"] == "north", "yes", "no")
    target, ahead = {"forecast": ("sales", Ahead(7)), "series": ("big", None), "steps": ("open", None)}[task]
    used = frame[["date", "store", "item", *dict.fromkeys(["sales", target])]]
    data = read(used, target=target, roles=Roles(id="store,item", time="date"), ahead=ahead)
    learnt = Preparation.fit(data, plan(data, seed=0)[0].train)
    used.to_csv(tmp_path / "new.csv", index=False)
    used.to_parquet(tmp_path / "new.parquet", index=False)
    for end in ("csv", "parquet"):
        rows = [dict(part.others) for part in parts_of_inputs(tmp_path / f"new.{end}", learnt)]
        others = {name: np.concatenate([part[name] for part in rows]) for name in rows[0]}
        assert "store, item" not in others and [*others][:2] == ["store", "item"]
        of = float if item[0] == 0 else str
        assert {*zip(others["store"], map(of, others["item"]))} == {*zip(frame["store"], map(of, frame["item"]))}
        assert len(others["store"]) == (len(frame) if task == "steps" else 12)


@pytest.mark.parametrize("time", [None, "date"])
def test_an_id_that_is_no_column_is_named(time):
    with pytest.raises(FourfoldError, match="'stor'.*use store"):
        read(items(), target="sales", roles=Roles(id="stor", time=time), ahead=Ahead(7))


def of_steps(step, count, name, start="2024-01-01"):
    stamps = pd.date_range(start, periods=count, freq=step)
    return pd.DataFrame({"sensor": name, "at": stamps, "value": np.random.default_rng(count).normal(size=count).cumsum()})


@pytest.mark.parametrize(
    ("series", "got"),
    [
        ([("min", 1440, "heat"), ("5min", 288, "air"), ("30s", 2880, "flow")],
         "30 second of 'flow'; 1 minute of 'heat'; 5 minute of 'air'"),
        ([("D", 700, "a"), ("D", 701, "b"), ("D", 702, "c"), ("D", 703, "d"), ("7D", 100, "e")],
         "1 day of 'a', 'b', 'c' and 1 more; 1 week of 'e'"),
        ([("MS", 120, "a"), ("QS", 40, "b")], "1 month of 'a'; 3 month of 'b'"),
        ([("B", 300, "a"), ("7D", 60, "b")], "1 business day of 'a'; 1 week of 'b'"),
    ],
)  # fmt: skip
def test_series_of_several_steps_are_named(series, got):
    frame = pd.concat([of_steps(*each) for each in series])
    with pytest.raises(FourfoldError) as error:
        read(frame, target="value", roles=Roles(id="sensor"), ahead=Ahead(3))
    assert error.value.slug == "several-steps" and error.value.got == got
    for *_, name in series:
        read(frame[frame["sensor"] == name], target="value", roles=Roles(id="sensor"), ahead=Ahead(3))


def test_series_with_gaps_have_the_steps_of_the_others():
    thin = of_steps("D", 300, "b").sample(frac=0.3, random_state=0)
    data = read(pd.concat([of_steps("D", 300, "a"), thin]), roles=Roles(id="sensor"), target="value", ahead=Ahead(1))
    assert "steps: 300 of 1 day" in said(data)


def test_forecasts_of_irregular_series_go_on_in_the_steps_of_each():
    draw = np.random.default_rng(0)
    frame = pd.concat([of_steps(f"{size}min", 200, f"every {size}") for size in (10, 15)])
    frame["at"] += pd.to_timedelta(draw.integers(0, 290, 400), unit="s")
    frame["at"] = frame["at"].dt.floor("60s")
    data = read(frame, roles=Roles(id="sensor"), target="value", ahead=Ahead(1, window=4))
    assert "a stamp of one series is a step of all" in said(data) and "without a row" not in said(data)
    found = read_inputs(frame, Preparation.fit(data, plan(data, seed=0)[0].train))
    for last, following, size in zip(frame.groupby("sensor")["at"].max(), found.following, (10, 15)):
        assert following[0] - np.datetime64(last) == np.timedelta64(size, "m")


def judged(frame, **options):
    return {finding.slug: finding for finding in judge(read(frame, **options)) if finding.slug not in SIZES}


SIZES = ("few-rows", "resolution")


def test_series_without_a_window_are_named():
    options = {"target": "sales", "roles": Roles(id="shop"), "ahead": Ahead(14)}
    few = judged(pd.concat([shops(0, 0), daily(20).assign(shop="new")]), **options)
    assert few["series-without-windows"].important and "1 series of 3" in few["series-without-windows"].what
    assert "'new'" in few["series-without-windows"].what and not judged(shops(0, 0), **options)
    many = judged(pd.concat([shops(*[0] * 25), daily(20).assign(shop="new")]), **options)
    assert not many["series-without-windows"].important


def test_a_column_that_counts_rows_in_another_order_is_named():
    frame = daily().drop(columns="date").assign(visit=np.arange(200))
    options = {"target": "sales", "ahead": Ahead(7)}
    assert not judged(frame, **options)
    for order, how in ((frame[::-1], "falls in it"), (frame.sample(frac=1, random_state=0), "jumps up and down in it")):
        found = judged(order, **options)["rows-in-no-order"]
        assert found.important and how in found.what and found.do.startswith("--time visit")
    assert judged(frame[::-1], **options, roles=Roles(time="visit")) == {}


@pytest.mark.parametrize("options", [{"ahead": Ahead(2)}, {"roles": Roles(id="who", time="t")}], ids=["forecast", "series"])
def test_words_that_are_nearly_numbers_are_said_of_series(options):
    steps = np.arange(200)
    table = {"who": np.array([f"k{n // 10}" for n in steps], dtype=object), "t": steps % 10.0}
    table = {"t": steps.astype(float)} if "ahead" in options else table
    table |= {"searched": np.array(["<1", "1", "2"], dtype=object)[steps % 3]}
    table |= {"v": np.sin(steps / 3)} if "ahead" in options else {"kind": np.array(["p", "q"], dtype=object)[steps // 10 % 2]}
    notes = [str(note) for note in read(table, **options).notes]
    assert any(note.startswith("column searched: category (") and "write a number for each limit" in note for note in notes)
    assert any(note.startswith("searched: a channel for each of '1', '2', '<1'") for note in notes)
