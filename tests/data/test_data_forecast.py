"""Forecasts: nothing is learnt from what is tested, windows are cut where they should be, and time is read right."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.data import plan, read
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import read_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.data.series.clock import Clock
from fourfold.errors import DataError, FourfoldError
from fourfold.preprocessing import Preparation


def days(count, start="2023-01-01"):
    return np.datetime64(start) + np.arange(count)


def table(series, steps, gaps=0.0, seed=0):
    """Daily sales of some stores, with a price beside them, rows shuffled; some rows left out."""
    draw = np.random.default_rng(seed)
    rows = draw.permutation(np.flatnonzero(draw.random(series * steps) >= gaps))
    return {
        "day": np.tile(days(steps), series).astype(str)[rows],
        "store": np.repeat([f"s{n}" for n in range(series)], steps)[rows],
        "price": draw.normal(size=series * steps)[rows],
        "sales": np.arange(series * steps)[rows] + draw.normal(size=series * steps)[rows],
    }


def forecast(columns, horizon, id="store", **options):
    return read(columns, target="sales", roles=Roles(id=id, time="day"), ahead=Ahead(horizon, **options))


def test_the_season_of_one_step_is_the_last_value():
    """It is called so, once; files from before, which call it a season, are read."""
    sales = np.random.default_rng(0).normal(size=60).cumsum()
    data = read({"t": np.arange(60), "v": sales}, target="v", roles=Roles(time="t"), ahead=Ahead(2, season=1))
    windows = data.forecast.windows
    assert (windows.season, windows.rules, windows.base) == (1, ("last value", "window mean"), "last value")
    assert "error over that of the last value repeated" in " ".join(str(note) for note in data.notes)
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    content = json.loads(preparation.to_json())
    content["windows"]["base"] = "seasonal naive"
    before = Preparation.from_json(json.dumps(content))
    inputs = np.asarray(data.inputs)
    np.testing.assert_array_equal(before.target(data.target, inputs), preparation.target(data.target, inputs))


@pytest.mark.parametrize("years, base", [(8, "seasonal naive"), (20, "window mean")])
def test_of_few_seasons_no_mean_error_is_told(years, base):
    """Of a year that grows from year to year: until there are four windows of each month, errors count as they are."""
    months = np.arange(12 * years)
    sales = np.exp(months / 100) * (10 + 3 * np.sin(months * np.pi / 6)) + 0.3 * np.random.default_rng(0).normal(size=len(months))
    columns = {"t": (np.datetime64("2000-01") + months).astype(str), "v": sales}
    data = read(columns, target="v", roles=Roles(time="t"), ahead=Ahead(12))
    windows, inputs, train = data.forecast.windows, np.asarray(data.inputs), plan(data, seed=0)[0].train
    errors = {rule: np.abs((data.target - one) / windows.sizes(inputs))[train].mean() for rule, one in windows.naive(inputs).items()}
    assert windows.base == base and (len(train) < 48) == (min(errors, key=errors.get) == base)


@pytest.mark.parametrize(
    "wave, share, changes, horizon, base",
    [
        (0, 1, 0, 1, "last value"), (9, 1, 0, 1, "last value"), (9, 0, 0, 24, "window mean"), (0, 0, 0, 3, "window mean"),
        (9, 0, 0.8, 24, "seasonal mean"), (9, 0, 5, 24, "seasonal naive"),
    ],
)  # fmt: skip
def test_departures_are_learnt_from_the_naive_forecast_that_leaves_least_to_noise(wave, share, changes, horizon, base):
    """Of hours the clock says a day, which those of an autoregression don't repeat: departures from the day before would
    be mostly that day, and those of noise from any value mostly that value. A day that stays as it is is learnt; where
    each hour changes from day to day, the last ones say more. What is tested does not decide, and a model's file keeps
    the rule."""
    draw, steps, values = np.random.default_rng(0), np.arange(960), [0.0, 0.0]
    for noise in draw.normal(size=958):
        values.append(share * (1.2 * values[-1] - 0.5 * values[-2]) + noise)
    days = draw.normal(size=(40, 24)).cumsum(axis=0).ravel()
    sales = np.array(values) + wave * np.sin(steps * np.pi / 12) + changes * days
    hours = (np.datetime64("2020-01-01T00") + steps).astype(str)

    def learnt(sales):
        return read({"t": hours, "v": sales}, target="v", roles=Roles(time="t"), ahead=Ahead(horizon))

    data = learnt(sales)
    windows, inputs = data.forecast.windows, np.asarray(data.inputs)
    assert (windows.season, windows.base) == (24, base)
    own = inputs[:, :, 0]
    past = {
        "last value": own[:, -1:],
        "seasonal naive": own[:, -24:][:, :horizon],
        "window mean": own.mean(1, keepdims=True),
        "seasonal mean": (own[:, -48:-24] + own[:, -24:])[:, :horizon] / 2,
    }[base]
    np.testing.assert_allclose(windows.encode(data.target, inputs), (data.target - past) / windows.sizes(inputs))
    np.testing.assert_allclose(windows.decode(windows.encode(data.target, inputs), inputs), data.target)
    otherwise = np.where(steps < data.forecast.first_test, sales, 1000 * (steps // 3 % 2))
    assert learnt(otherwise).forecast.windows == windows
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    again = Preparation.from_json(preparation.to_json())
    np.testing.assert_array_equal(again.target(data.target, inputs), preparation.target(data.target, inputs))
    content = json.loads(preparation.to_json())
    del content["windows"]["base"]  # as files have it that were written when there was no choice
    assert Preparation.from_json(json.dumps(content)).windows.base == "seasonal naive"
    content["windows"]["base"] = "the last full moon"
    with pytest.raises(FourfoldError):
        Preparation.from_json(json.dumps(content))


@settings(max_examples=60)
@given(
    series=st.integers(1, 3),
    steps=st.integers(30, 150),
    horizon=st.integers(1, 9),
    window=st.integers(7, 20),
    gaps=st.sampled_from([0.0, 0.02]),
    seed=st.integers(0, 99),
)
def test_no_step_of_a_tested_target_is_learnt_from(series, steps, horizon, window, gaps, seed):
    columns = table(series, steps, gaps, seed)
    try:
        data = forecast(columns, horizon, window=window)
    except DataError as error:
        assert error.slug in ("series-too-short", "no-window")
        return
    found = data.forecast
    values = {(s, d): y for s, d, y in zip(columns["store"], columns["day"], columns["sales"])}

    def places(rows, first, last):
        return {
            int(place) for row in rows for place in range(found.origin[row] + first, found.origin[row] + last)
        }

    tested = []
    for split in plan(data, seed=0):
        test = places(split.test, 0, horizon)
        learnt = places(np.concatenate([split.train, split.validation]), -window, horizon)
        assert not test & learnt  # whatever the series: what happens at one time happens to all
        assert max(learnt) < min(test)
        assert not places(split.validation, 0, horizon) & places(split.train, -window, horizon)
        tested += [(found.series[row], p) for row in split.test for p in places([row], 0, horizon)]
        assert found.first_test <= min(test)
    assert len(tested) == len(set(tested))
    for row in range(0, data.rows, 7):  # windows hold what the table holds
        store, origin = found.labels[found.series[row]], found.origin[row]
        stamps = found.stamps.astype("datetime64[D]").astype(str)
        true = [values[store, stamps[origin + step]] for step in range(horizon)]
        np.testing.assert_array_equal(data.target[row], true)
        for step in range(window):
            known = values.get((store, stamps[origin - window + step]))
            assert known is None or data.inputs[row, step, 0] == known


def test_statistics_come_from_training_windows_alone():
    columns = table(1, 200)
    data = forecast(columns, 5)
    first = plan(data, seed=0)[0]
    last = int(data.forecast.origin[first.train].max()) + 5
    order = np.argsort(columns["day"])
    changed = dict(columns)
    changed["sales"] = columns["sales"].copy()
    changed["sales"][order[last:]] *= 100.0
    again = forecast(changed, 5)
    one, other = (Preparation.fit(each, first.train) for each in (data, again))
    # the unit of the score, which no network sees, is that of all steps before the tests
    one, other = (replace(each, windows=replace(each.windows, seen=None)).to_json() for each in (one, other))
    assert one == other
    assert forecast(columns, 5).forecast.scale == pytest.approx(data.forecast.scale)


def test_scale_by_hand():
    columns = table(2, 120, seed=3)
    data = forecast(columns, 6, season=7)
    for number, store in enumerate(data.forecast.labels):
        mine = columns["store"] == store
        y = columns["sales"][mine][np.argsort(columns["day"][mine])][: data.forecast.first_test]
        assert data.forecast.scale[number, 0] == pytest.approx(np.mean(np.abs(y[7:] - y[:-7])))


def test_windows_that_do_not_vary_are_measured_in_the_usual_deviation():
    columns = table(1, 200)
    order = np.argsort(columns["day"])
    columns["sales"][order[20:60]] = 7.0
    data = forecast(columns, 5)
    windows, inputs = data.forecast.windows, np.asarray(data.inputs)
    deviations = inputs[:, :, 0].std(axis=1)
    still = deviations < 1e-9
    assert still.sum() > 10
    train = plan(data, seed=0)[0].train
    before = deviations[train][~still[train]]
    sizes = windows.sizes(inputs)[:, 0]
    np.testing.assert_allclose(sizes, np.where(still, np.median(before), deviations))
    np.testing.assert_allclose(windows.decode(windows.encode(data.target, inputs), inputs), data.target)


def test_the_order_of_rows_and_of_series_does_not_matter():
    columns = table(1, 90)
    order = np.argsort(columns["day"])
    assert (
        forecast({name: values[order] for name, values in columns.items()}, 4).fingerprint
        == forecast(columns, 4).fingerprint
    )


def test_tested_windows_of_one_origin_are_one_group_and_of_few_origins_of_one_series():
    many, few = forecast(table(3, 300), 7), forecast(table(12, 40), 7, window=7, season=1)
    assert np.array_equal(many.groups, many.forecast.origin)
    assert np.array_equal(few.groups, few.forecast.series)


MONTHS = np.arange("2001-01", "2011-01", dtype="datetime64[M]")
WORKDAYS = days(365)[np.is_busday(days(365))]


@pytest.mark.parametrize(
    ("stamps", "step", "season", "following"),
    [
        (MONTHS.astype("datetime64[D]"), "1 month", 12, "2011-02-01"),
        ((MONTHS + 1).astype("datetime64[D]") - 1, "1 month", 12, "2011-02-28"),
        (MONTHS[::3].astype("datetime64[D]"), "3 month", 4, "2011-04-01"),
        (days(90), "1 day", 7, "2023-04-02"),
        (days(900)[::7], "1 week", 52, "2025-06-29"),
        (WORKDAYS, "1 business day", 5, "2024-01-02"),
        (np.arange("2024-01-01", "2024-02-01", dtype="datetime64[h]"), "1 hour", 24, "2024-02-01T01"),
        (
            np.arange("2024-01-01", "2024-01-09", 30, dtype="datetime64[m]"),
            "30 minute",
            48,
            "2024-01-09T00:30",
        ),
        (np.arange("1980", "2010", dtype="datetime64[Y]"), "12 month", 1, "2011-01-01"),
        (np.delete(days(90), [7, 8, 40]), "1 day", 7, "2023-04-02"),
        (np.sort(np.random.default_rng(0).choice(days(400), 90, replace=False)), "1 stamp", None, None),
    ],
)
def test_the_step_of_stamps(stamps, step, season, following):
    clock = Clock.of(stamps.astype("datetime64[us]"), np.zeros(len(stamps), int))
    assert (str(clock), clock.season) == (step, season)
    np.testing.assert_array_equal(clock.axis[clock.places], stamps)
    if following:
        assert clock.following(2)[1] == np.datetime64(following)


@pytest.mark.parametrize("own", [WORKDAYS[1:5], WORKDAYS[:5], WORKDAYS[3:6], days(12)[[4, 8, 9]]])
def test_days_of_one_week_are_business_days_where_these_were_learnt(own):
    stamps = own.astype("datetime64[us]")
    clock = Clock.of(stamps, np.zeros(len(own), int), "1 business day")
    assert str(clock) == "1 business day" and clock.regular
    np.testing.assert_array_equal(clock.following(2).astype("datetime64[D]"), np.busday_offset(own[-1], [1, 2]))
    assert str(Clock.of(stamps, np.zeros(len(own), int), "1 day")) == "1 day"
    assert str(Clock.of(days(7).astype("datetime64[us]"), np.zeros(7, int), "1 business day")) == "1 day"


@pytest.mark.parametrize("own", [days(12), WORKDAYS[:9], MONTHS[:8].astype("datetime64[D]")])
def test_the_order_of_stamps_alone_counts_where_it_did_in_training(own):
    stamps = own.astype("datetime64[us]")
    clock = Clock.of(stamps, np.zeros(len(own), int), "1 stamp")
    assert str(clock) == "1 stamp" and clock.places.tolist() == list(range(len(own)))
    assert np.median(np.diff(stamps)) == np.diff(clock.following(2))[0]


def test_a_season_is_found_where_stamps_suggest_none():
    t = np.arange(240)
    draw = np.random.default_rng(0)
    wave = {"sales": 5 * np.sin(2 * np.pi * t / 10) + 0.1 * t + draw.normal(0, 0.5, 240)}
    walk = {"sales": np.cumsum(draw.normal(size=240))}
    assert read(wave, ahead=Ahead(5)).forecast.windows.season == 10
    assert read(walk, ahead=Ahead(5)).forecast.windows.season == 1
    assert read(wave, ahead=Ahead(5, season=3)).forecast.windows.season == 3


def monthly(months):
    draw = np.random.default_rng(0)
    stamps = (np.datetime64("2020-01") + np.arange(months)).astype(str)
    return {"month": stamps, "sales": np.arange(months) + draw.normal(size=months)}


def test_a_season_that_leaves_too_few_windows_gives_way():
    """Three years of months: a window of twelve and three ahead leave seven to learn from."""
    months = monthly(36)
    data = read(months, ahead=Ahead(3))
    assert (data.forecast.windows.season, data.forecast.windows.window) == (1, 8)
    assert "a season of 12 leaves too few windows" in "\n".join(map(str, data.notes))
    assert read(monthly(60), ahead=Ahead(3)).forecast.windows.season == 12
    with pytest.raises(DataError, match="too short"):
        read(months, ahead=Ahead(3, season=12))
    with pytest.raises(DataError) as error:
        read(months, ahead=Ahead(6))
    assert error.value.do == "--window 3, or --forecast 3"
    for options in ({"horizon": 6, "window": 3}, {"horizon": 3}):  # as it says
        assert read(months, ahead=Ahead(**options)).forecast.windows.season == 1


def test_what_is_inferred_is_said():
    columns = table(2, 120, gaps=0.03)
    columns |= {
        "weather": np.where(np.arange(len(columns["sales"])) % 3, "sun", "rain"),
        "country": ["DE"] * len(columns["sales"]),
    }
    notes = "\n".join(map(str, read(columns, target="sales", roles=Roles(id="store"), ahead=Ahead(7)).notes))
    for said in (
        "time: day (the only column of dates); --time COLUMN overrides",
        "series: 2 values of store",
        "steps: 120 of 1 day, 2023-01-01 to 2023-04-30",
        "steps without a row",
        "the rows are sorted by time",
        "left out: country (one word in all rows)",
        "season: 7 steps (the steps are of 1 day); --season N overrides",
        "window: 14 steps",
        "score: MASE",
    ):
        assert said in notes


def test_every_part_tests_what_few_gaps_leave():
    draw = np.random.default_rng(0)
    values = np.sin(np.arange(1000) / 4) + draw.normal(size=1000)
    values[draw.choice(1000, 40, replace=False)] = np.nan
    data = forecast({"day": days(1000).astype(str), "sales": values}, 24, id=None, season=24)
    assert data.forecast.windows.season == 24
    for split in plan(data, seed=0):
        origins = np.sort(data.forecast.origin[split.test])
        assert len(origins) >= 2 and np.diff(origins).min() >= 24


def test_a_horizon_for_which_gaps_leave_no_room_is_not_called_too_few_training_windows():
    values = np.random.default_rng(0).normal(size=400)
    values[210::9] = np.nan
    with pytest.raises(FourfoldError) as error:
        forecast({"day": days(400).astype(str), "sales": values}, 10, id=None)
    assert ", none to test, " in error.value.got and "windows a step of the target is absent" in error.value.got
    assert error.value.wanted == "at least 10 training windows, and one to test" and "fill in" in error.value.do


TRADED = pd.date_range("2015-01-01", periods=120, freq="BME")
MOVED = pd.DatetimeIndex([str(day.date()).replace("2018-03-30", "2018-03-29") for day in TRADED])


@pytest.mark.parametrize(
    ("stamps", "step", "following"),
    [
        (TRADED, "1 month", ["2025-01-31", "2025-02-28", "2025-03-31"]),
        (MOVED[:110], "1 month", ["2024-03-29", "2024-04-30", "2024-05-31"]),
        (TRADED[2::3], "3 months", ["2025-03-31", "2025-06-30", "2025-09-30"]),
        (pd.date_range("2015-01-01", periods=120, freq="BMS"), "1 month", ["2025-01-01", "2025-02-03", "2025-03-03"]),
        (TRADED.delete([50, 60]), "1 month", ["2025-01-31", "2025-02-28", "2025-03-31"]),
    ],
)
def test_the_first_and_the_last_business_days_of_months_are_months(stamps, step, following):
    frame = pd.DataFrame({"day": stamps, "sales": np.random.default_rng(0).normal(size=len(stamps))})
    data = forecast(frame, 3, id=None, window=4, season=1)
    assert any(f"of {step}, " in str(note) for note in data.notes)
    preparation = Preparation.from_json(Preparation.fit(data, range(len(data.target))).to_json())
    assert read_inputs(frame, preparation).following[0].astype("datetime64[D]").astype(str).tolist() == following


SHORT = {"day": days(30).astype(str), "sales": np.sin(np.arange(30.0))}


@pytest.mark.parametrize(
    ("change", "options", "slug"),
    [
        ({}, {"horizon": 0}, "forecast"),
        ({}, {"horizon": 3, "window": 1}, "window"),
        ({}, {"horizon": 3, "season": 0}, "season"),
        ({}, {"horizon": 20}, "series-too-short"),
        ({}, {"horizon": 3, "window": 28}, "no-window"),
        ({}, {"horizon": 3, "window": 4, "season": 7}, "window-shorter-than-season"),
        ({"sales": ["high", "low"] * 15}, {"horizon": 3}, "target-type"),
        ({"sales": [5.0] * 30}, {"horizon": 3}, "nothing-to-improve"),
        ({"day": np.repeat(days(15), 2).astype(str)}, {"horizon": 3}, "two-rows-at-one-time"),
        ({"day": [*days(29).astype(str), None]}, {"horizon": 3}, "missing-time"),
        ({"day": ["soon", "later"] * 15}, {"horizon": 3}, "time-type"),
    ],
)
def test_messages(change, options, slug):
    with pytest.raises(FourfoldError) as error:
        forecast({**SHORT, **change}, id=None, **options)
    assert error.value.slug == slug
    assert error.value.got


@pytest.mark.parametrize(("beside", "do"), [({}, "COLUMN"), ({"temp (C)": np.arange(30.0) % 7}, "'temp (C)'")])
def test_words_that_can_not_be_forecast_and_numbers_beside_them(beside, do):
    with pytest.raises(FourfoldError) as error:
        forecast({**SHORT, **beside, "sales": ["high", "low"] * 15}, id=None, horizon=3)
    assert (error.value.slug, error.value.do) == ("target-type", f"--target {do}")


@pytest.mark.parametrize(
    ("roles", "slug"),
    [
        (Roles(time="dya"), "no-such-series-column"),
        (Roles(time="day", id="stroe"), "no-such-series-column"),
        (Roles(time="day", time_ordered=True), "forecast-roles"),
        (Roles(time="day", weight="price"), "forecast-roles"),
    ],
)
def test_messages_of_roles(roles, slug):
    with pytest.raises(FourfoldError) as error:
        read(SHORT, target="sales", roles=roles, ahead=Ahead(3))
    assert error.value.slug == slug


def test_arrays_with_a_target_are_refused():
    with pytest.raises(FourfoldError) as error:
        read("digits", ahead=Ahead(3))
    assert error.value.slug == "forecast-of-arrays"


def hourly(hours=200, zone=None):
    """Two shops, hour by hour, over the night in which Europe's clocks go back."""
    at = pd.date_range("2023-10-25", periods=hours, freq="h", tz=zone)
    draw = np.random.default_rng(0)
    shops = [
        pd.DataFrame(
            {"shop": shop, "at": at, "sales": np.sin(np.arange(hours) / 4) + draw.normal(size=hours)}
        )
        for shop in ("north", "south")
    ]
    return pd.concat(shops, ignore_index=True)


def moved(frame, rows, change):
    return frame.assign(at=[change(at) if row in rows else at for row, at in enumerate(frame["at"])])


IRREGULAR = pd.Timestamp("2023-10-25") + pd.to_timedelta(
    np.cumsum(np.random.default_rng(1).exponential(3000, 200)).astype(int), unit="s"
)
FRAMES = {
    "in order": (hourly(), "steps: 200 of 1 hour, 2023-10-25 to 2023-11-02 07:00:00"),
    "in no order": (hourly().sample(frac=1, random_state=0), "order: the rows are sorted by time"),
    "values of the target that are missing": (hourly().assign(sales=lambda rows: rows["sales"].where(~rows.index.isin([7, 8, 350]))), "missing: 3 values of 'sales' (a window sees there what was last known"),
    "gaps": (hourly().drop([7, 8, 350]), "gaps: 3 steps without a row"),
    "a zone": (hourly(zone="Europe/Berlin"), "steps: 200 of 1 hour, 2023-10-24 22:00:00 to 2023-11-02 05:00:00"),
    "irregular": (hourly()[:200].assign(at=IRREGULAR), "steps: irregular (the order of the stamps is used"),
    "a short series": (hourly().drop(range(205, 400)), "left out: 1 series, 'south' (shorter than 51 steps)"),
    "an empty time": (moved(hourly(), [3], lambda at: pd.NaT), "'at' is missing in some rows: got 1 row, the first is row 4"),
    "an empty id": (hourly().assign(shop=[None] + ["north"] * 199 + ["south"] * 200), "'shop' is missing in some rows"),
    "a row twice": (
        moved(hourly(), [250], lambda at: at - pd.Timedelta(hours=1)),
        "two rows of one series have the same time: got at 2023-10-27 01:00:00 of 'south' in row 251, 1 such row in all",
    ),
    "all series short": (hourly(12), "the series are too short to train, validate and test: got 2 training windows of 3 steps"),
    "a stamp of long ago": (
        moved(hourly(), [0], lambda at: pd.Timestamp("1677-10-01")),
        "nearly no step holds a row: got 3,033,",
    ),
}  # fmt: skip


@pytest.mark.parametrize("held", ["pandas", "polars"])
@pytest.mark.parametrize("case", FRAMES)
def test_frames_of_which_something_is_said(case, held):
    frame, said = FRAMES[case]
    shown = {"pandas": lambda: frame, "polars": lambda: pl.from_pandas(frame)}
    window = None if case == "all series short" else 48
    try:
        data = read(
            shown[held](), target="sales", roles=Roles(id="shop", time="at"), ahead=Ahead(3, window=window)
        )
        heard = "\n".join(map(str, data.notes))
    except FourfoldError as error:
        heard = str(error)
    assert heard.count(said) == 1, heard


def test_an_index_of_pandas_is_the_time_and_the_id():
    frame = hourly()
    asked = {"target": "sales", "ahead": Ahead(3)}
    plain = read(frame, roles=Roles(id="shop", time="at"), **asked)
    indexed = read(frame.set_index(["shop", "at"]), roles=Roles(id="shop", time="at"), **asked)
    assert indexed.fingerprint == plain.fingerprint
    one = frame[:200].set_index("at")["sales"]
    for series in (one, one.rename_axis(None), one.sample(frac=1, random_state=0), one.to_frame()):
        data = read(series, **asked)
        assert data.forecast.windows.step == "1 hour" and len(data.forecast.stamps) == 200
        np.testing.assert_array_equal(data.target[-1], one.to_numpy()[-3:])
    preparation = Preparation.fit(data, np.arange(data.rows))
    assert str(read_inputs(one, preparation).following[0, 0]) == "2023-11-02T08:00:00.000000"


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(("zone", "start"), [("Europe/Berlin", "2023-10-20"), ("America/New_York", "2023-10-25")])
def test_the_hour_that_clocks_show_twice_is_the_mean_of_its_rows(zone, start, several):
    at = pd.date_range(start, periods=24 * 30, freq="30min" if several else "h", tz=zone).tz_localize(None)
    frame = pd.DataFrame({"at": at, "sales": 50 + 10 * np.sin(np.arange(len(at)) / 4)})
    frame = pd.concat([frame.assign(shop=shop) for shop in "ab"]) if several else frame
    roles = Roles(id="shop" if several else None, time="at")
    data = read(frame, target="sales", roles=roles, ahead=Ahead(3))
    twice = frame[frame.duplicated([*(["shop"] if several else []), "at"], keep=False)]
    assert len(twice) == (8 if several else 2)
    notes = "; ".join(map(str, data.notes))
    assert f"doubled: the hour from {twice['at'].min()} (the clock was set back" in notes
    assert data.forecast.windows.step == ("30 minute" if several else "1 hour")
    place = int(np.searchsorted(data.forecast.stamps, np.datetime64(twice["at"].min())))
    row = int(np.flatnonzero(data.forecast.origin == place)[0])
    assert data.target[row, 0] == pytest.approx(twice[twice["at"] == twice["at"].min()]["sales"].mean())


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(
    ("zone", "start", "hour"),
    [
        ("Europe/Berlin", "2023-03-10", "2023-03-26 02:00:00"),
        ("America/New_York", "2023-03-01", "2023-03-12 02:00:00"),
        ("Australia/Sydney", "2023-09-20", "2023-10-01 02:00:00"),
        ("UTC", "2023-03-10", None),
    ],
)
def test_the_hour_that_clocks_skip_is_said(zone, start, hour, several):
    at = pd.date_range(start, periods=(4 if several else 1) * 24 * 30, freq="15min" if several else "h", tz=zone).tz_localize(None)
    frame = pd.DataFrame({"at": at, "sales": 50 + 10 * np.sin(np.arange(len(at)) / 4)})
    frame = pd.concat([frame.assign(shop=shop) for shop in "ab"]) if several else frame
    data = read(frame, target="sales", roles=Roles(id="shop" if several else None, time="at"), ahead=Ahead(3))
    said = [str(note) for note in data.notes if "skipped" in str(note)]
    assert len(said) == (hour is not None)
    if hour is not None:
        assert said[0].startswith(f"skipped: the hour from {hour} (the clock was set forward")
        assert any(f"gaps: {8 if several else 1} step" in str(note) for note in data.notes)


def test_rows_that_stand_twice_on_other_days_are_refused():
    at = pd.date_range("2023-10-20", periods=240, freq="h")
    at = at.insert(30, at[30])
    with pytest.raises(FourfoldError, match="two rows of one series have the same time"):
        read(pd.DataFrame({"at": at, "sales": np.arange(241.0)}), target="sales", ahead=Ahead(3))


def test_what_is_known_of_the_future_is_said_not_to_be_used():
    columns = pd.DataFrame(table(2, 120))
    late = columns["day"] > str(days(120)[109])
    bare = columns[~late]
    given = columns.assign(sales=columns["sales"].where(~late))
    told = [str(note) for note in forecast(given, 5).notes]
    assert "not used: 'price' of these steps (a forecast knows other columns by their past alone)" in told
    assert forecast(given, 5).fingerprint == forecast(bare, 5).fingerprint
    assert not any(str(note).startswith("not used") for note in forecast(bare, 5).notes)
    empty = given.assign(price=given["price"].where(~late))
    assert not any(str(note).startswith("not used") for note in forecast(empty, 5).notes)


def test_series_that_end_at_several_times_are_forecast_from_their_own_ends():
    columns = pd.DataFrame(table(3, 120))
    preparation = Preparation.fit(forecast(columns, 5, window=10), range(10))
    earlier = columns[(columns["store"] != "s1") | (columns["day"] <= str(days(120)[99]))]
    new, even = read_inputs(earlier, preparation), read_inputs(columns, preparation)
    begin = dict(zip(new.others["store"].tolist(), new.following[:, 0].astype("datetime64[D]").tolist()))
    assert begin == {"s0": days(121)[-1].item(), "s1": days(101)[-1].item(), "s2": days(121)[-1].item()}
    assert any("forecasts begin at 2023-04-11 (s1) to 2023-05-01" in str(note) for note in new.notes)
    assert not any("forecasts begin" in str(note) for note in even.notes)


def test_columns_that_are_left_out_for_one_reason_are_named_in_one_line():
    days = (np.datetime64("2024-01-01") + np.arange(90)).astype(str)
    said = {"shop": ["north"] * 90, "unit": ["kg"] * 90, "year": [2024.0] * 90}
    sales = np.random.default_rng(0).normal(size=90)
    data = read({"day": days, **said, "sales": sales}, target="sales", roles=Roles(time="day"), ahead=Ahead(3))
    found = [str(note) for note in data.notes if note.what.startswith("left out")]
    assert found == ["left out: 'shop', 'unit' (one word in all rows)", "left out: year (one value in all rows)"]
