"""Forecasts from a table to the report: MASE computed again by hand, naive forecasts that can't be beaten, new rows."""

import csv
import io

import numpy as np
import pytest

import fourfold
from fourfold import predictions
from fourfold.core.streams import Stream
from fourfold.errors import DataError
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.study.architecture import architecture
from fourfold.study.candidates import Problem
from fourfold.study.inside import Inside

HORIZON, SEASON, DAYS = 5, 7, 140


def table(stores=3, days=DAYS):
    """Daily sales with a week, a level of each store, and a promotion that tells of the next day."""
    draw = np.random.default_rng(0)
    t = np.arange(days)
    columns = {"day": [], "store": [], "promo": [], "price": [], "sales": []}
    for store in range(stores):
        promo = draw.random(days) < 0.3
        week = 1 + 0.5 * np.sin(2 * np.pi * (t + store) / SEASON)
        sales = 10.0 ** (store + 1) * week * (1 + 0.3 * np.roll(promo, 1)) * (1 + draw.normal(0, 0.05, days))
        columns["day"] += (np.datetime64("2024-01-01") + t).astype(str).tolist()
        columns["store"] += [f"s{store}"] * days
        columns["promo"] += np.where(promo, "yes", "no").tolist()
        columns["price"] += draw.normal(size=days).round(3).tolist()
        columns["sales"] += sales.round(4).tolist()
    return columns


def write(path, columns):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    data = write(folder / "sales.csv", table())
    asked = {"forecast": HORIZON, "id": "store", "target": "sales"}
    found = fourfold.compare(
        str(data),
        out=folder / "out",
        effort="tiny",
        candidates=["dense", "convolution"],
        verbose=False,
        **asked,
    )
    with np.load(folder / "out" / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return found, arrays, load_data(str(data), None, Options(**asked))


def test_the_loss_that_is_named_is_the_one_that_trains_and_whose_gradient_is_measured(study):
    found, _, dataset = study
    assert found.results["data"]["task"]["loss"] == dataset.task.loss == "mean absolute error"
    net = architecture("dense", Problem("sequence", (7, 2), 3, 50, 0, False), "S", "linear", ())
    inputs = np.random.default_rng(0).normal(size=(4, 7, 2)).astype("float32")
    weights = net.trained.init(Stream(0))
    outputs = np.asarray(net.trained.apply(weights, inputs).outputs)
    (bias,) = (path for path, value in weights.items() if value.shape == (3,))
    for absolute, expected in (
        (True, 1 / 3),
        (False, 2 * 5 / 3),
    ):  # d mean |f - y| / df, of each of 3 numbers
        norms = Inside(net, absolute).of_loss(weights, inputs, outputs - 5.0).by_weights
        np.testing.assert_allclose(norms[bias], expected * 3**0.5, rtol=1e-4)


def test_mase_and_naive_forecasts_by_hand(study):
    found, arrays, data = study
    sales = np.array(table()["sales"]).reshape(3, DAYS)
    series, origin = data.forecast.series[arrays["rows"]], data.forecast.origin[arrays["rows"]]
    first = int(origin.min())
    scale = np.array([np.mean(np.abs(y[SEASON:first] - y[: first - SEASON])) for y in sales])
    true = np.stack([sales[s, o : o + HORIZON] for s, o in zip(series, origin)])
    np.testing.assert_allclose(arrays["true"], true)
    np.testing.assert_allclose(arrays["scale"], np.repeat(scale[series][:, None], HORIZON, axis=1))
    week = np.stack([sales[s, o - SEASON : o - SEASON + HORIZON] for s, o in zip(series, origin)])
    np.testing.assert_allclose(arrays["seasonal naive"][0], week, rtol=1e-5)
    last = np.stack([np.repeat(sales[s, o - 1], HORIZON) for s, o in zip(series, origin)])
    np.testing.assert_allclose(arrays["last value"][0], last, rtol=1e-5)
    mean = np.stack([sales[s, o - data.forecast.windows.window : o].mean(keepdims=True) for s, o in zip(series, origin)])
    np.testing.assert_allclose(arrays["window mean"][0], mean.repeat(HORIZON, axis=1), rtol=1e-5)
    season = np.stack([sales[s, o - 2 * SEASON : o].reshape(2, SEASON).mean(axis=0)[:HORIZON] for s, o in zip(series, origin)])
    np.testing.assert_allclose(arrays["seasonal mean"][0], season, rtol=1e-5)
    scores = {row["family"]: row["score"]["value"] for row in found.results["families"]}
    scores |= {row["name"]: row["score"]["value"] for row in found.results["baselines"]}
    assert "weights" not in arrays  # windows count alike
    for name in ("dense", "convolution", "seasonal naive", "last value", "window mean", "seasonal mean", "ridge regression"):
        mase = np.mean(np.abs(arrays[name] - true) / scale[series][:, None])
        assert scores[name] == pytest.approx(mase, rel=1e-5), name
    mae = next(e for e in found.evidence if (e.measure, e.subject) == ("MAE", "dense"))
    assert mae.value == pytest.approx(np.mean(np.abs(arrays["dense"] - true)), rel=1e-5)
    assert 0.8 < scores["seasonal naive"] < 1.4  # 1 is its error in training


def test_what_can_be_learnt_is_learnt(study):
    found, _, _ = study
    scores = {row["family"]: row["score"]["value"] for row in found.results["families"]}
    naive = next(
        row["score"]["value"] for row in found.results["baselines"] if row["name"] == "seasonal naive"
    )
    assert min(scores.values()) < 0.95 * naive


def test_the_next_steps_of_each_series(study):
    found, _, _ = study
    text = io.StringIO()
    notes = predictions.predict_file(found.folder, found.folder.parent / "sales.csv", text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    days = (np.datetime64("2024-01-01") + DAYS + np.arange(HORIZON)).astype(str).tolist()
    assert [(row["store"], row["day"]) for row in rows] == [(f"s{n}", day) for n in range(3) for day in days]
    got = np.array([float(row["prediction"]) for row in rows]).reshape(3, HORIZON)
    assert (np.abs(np.log10(got.mean(axis=1)) - [1, 2, 3]) < 0.2).all()
    assert any("steps: 140 of 1 day" in note for note in notes)
    columns = table()
    np.testing.assert_allclose(found.model.predict(columns), got, rtol=1e-5)
    late = np.random.default_rng(1).permutation(
        [i for i, day in enumerate(columns["day"]) if day >= "2024-04-01"]
    )
    shuffled = {name: [values[i] for i in late] for name, values in columns.items()}
    order = [list(dict.fromkeys(shuffled["store"])).index(f"s{n}") for n in range(3)]
    np.testing.assert_allclose(found.model.predict(shuffled)[order], got, rtol=1e-4)


def test_histories_that_do_not_fit(study):
    found, _, _ = study
    columns = table()
    every_other = {name: values[::2] for name, values in columns.items()}
    without = {name: values for name, values in columns.items() if name != "price"}
    start = {name: values[:6] for name, values in columns.items()}
    words = columns | {"price": ["high"] * len(columns["price"])}
    for table_, slug in ((every_other, "another-step"), (without, "history-columns"), (start, "history-too-short"), (words, "history-columns")):  # fmt: skip
        with pytest.raises(DataError) as error:
            found.model.predict(table_)
        assert error.value.slug == slug


def test_nothing_beats_the_last_value_of_a_random_walk(tmp_path):
    walk = {"price": np.cumsum(np.random.default_rng(3).normal(size=400)).round(4)}
    found = fourfold.compare(
        walk, out=tmp_path, effort="tiny", candidates=["dense", "recurrent"], verbose=False, forecast=4
    )
    assert found.verdict["kind"] == "none"
    naive = next(row for row in found.results["baselines"] if row["name"] == "last value")
    assert all(row["score"]["value"] > 0.97 * naive["score"]["value"] for row in found.results["families"])
    text = io.StringIO()
    predictions.predict_file(tmp_path, walk, text)
    assert [line.split(",")[0] for line in text.getvalue().splitlines()] == ["step", "1", "2", "3", "4"]
    far = io.StringIO()  # what moves a tenth around a billion is told to a ten-thousandth of that
    predictions.predict_file(tmp_path, {"price": (1e9 + walk["price"] / 10).round(5)}, far)
    near, moved = (np.loadtxt(io.StringIO(t.getvalue()), delimiter=",", skiprows=1)[:, 1] for t in (text, far))
    assert np.ptp(moved) > 0 and moved - 1e9 == pytest.approx(near / 10, abs=1e-3)


def test_several_columns_are_forecast_together(tmp_path):
    columns = table(stores=1)
    found = fourfold.compare(
        columns,
        out=tmp_path,
        effort="tiny",
        candidates=["dense"],
        verbose=False,
        forecast=2,
        target="sales,price",
    )
    assert found.model.predict(columns).shape == (1, 4)
    text = io.StringIO()
    predictions.predict_file(tmp_path, columns, text)
    assert text.getvalue().splitlines()[0] == "day,prediction sales,prediction price"
