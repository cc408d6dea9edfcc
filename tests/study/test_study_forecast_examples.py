"""Windows of a forecast on a report's cards: their last steps, what followed, and what was predicted."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold.data.dataset import Forecast
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.preprocessing.windows import LAST_VALUE, Windows
from fourfold.study import forecast_examples, tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.examples import examples
from fourfold.study.step_examples import MOST_STEPS
from fourfold.study.study import Study
from fourfold.study.workers import Inline

EFFORT = replace(EFFORTS["quick"], steps=60, sizes=("S",), learning_rates=(1e-2,), extensions=0)


def windows(horizon=2, window=30, season=3, targets=("sales",), time="day"):
    return Windows(horizon, window, season, targets, time)


def forecast(of):
    days = np.datetime64("2024-03-01") + np.arange(50) if of.time else np.arange(1, 51)
    return Forecast(of, ("Hill",), np.zeros(1, int), np.array([30]), days, np.ones((1, 1)), 20)


def test_a_mistake_shows_the_end_of_its_window_what_followed_and_each_forecast():
    past, true = np.arange(60.0).reshape(30, 2), np.array([61.0, 63.0])
    said = {"dense": np.array([62.0, 60.5]), "recurrent": np.array([60.0, 64.0])}
    shown = forecast_examples.beside_naive(windows(), past, true, said)
    assert shown["channels"] == ["sales", "seasonal naive", "dense", "recurrent"]
    assert shown["families"] == [None, None, "dense", "recurrent"]
    assert shown["ahead"] == 2 and shown["every"] == 1
    assert shown["values"][0] == [*np.arange(60.0)[::2][-24:], 61.0, 63.0]  # the target's channel alone
    assert shown["values"][1][-2:] == [54.0, 56.0]  # a season of three steps before
    assert shown["values"][2] == [None] * 24 + [62.0, 60.5]
    from_last = forecast_examples.beside_naive(replace(windows(), base=LAST_VALUE), past, true, said)
    assert from_last["channels"][1] == "last value" and from_last["values"][1][-2:] == [58.0, 58.0]


def test_a_map_lies_along_the_whole_window_and_a_long_one_is_thinned_up_to_where_the_forecast_begins():
    past, found = np.arange(1205.0).reshape(1205, 1), np.arange(1205.0)
    of = windows(horizon=6, window=1205)
    shown, bins = forecast_examples.with_map(of, past, np.arange(6.0), "dense", np.arange(6.0) + 10, found)
    assert shown["every"] == 3 and len(shown["values"][0]) <= MOST_STEPS
    assert shown["ahead"] == 2 and shown["values"][0][-2:] == [0.0, 3.0] and shown["values"][1][-2:] == [10.0, 13.0]
    assert len(bins) == len(shown["values"][0]) - shown["ahead"] and bins.sum() == found[2:].sum()
    assert shown["values"][0][-3] == 1202.0  # three steps before the forecast


def test_of_several_targets_the_first_is_shown_and_named():
    of = windows(targets=("sales", "visits"))
    true, said = np.array([10.0, 500.0, 14.0, 600.0]), np.array([11.0, 0.0, 16.0, 0.0])
    assert forecast_examples.summary(of, true) == "sales 10 to 14"
    assert forecast_examples.how_well(of, true, said) == "off by 1.5 on average"
    shown = forecast_examples.beside_naive(of, np.ones((30, 2)), true, {"dense": said})
    assert shown["values"][0][-2:] == [10.0, 14.0] and shown["values"][2][-2:] == [11.0, 16.0]
    assert "of sales, the first target." in forecast_examples.about(forecast(of))


def test_windows_are_named_by_when_the_forecast_begins():
    assert forecast_examples.title(forecast(windows()), 0) == "Hill, from 2024-03-31 on"
    assert "counted" not in forecast_examples.about(forecast(windows()))
    steps = forecast(windows(time=""))
    assert forecast_examples.title(steps, 0) == "Hill, from 31 on"
    assert forecast_examples.about(steps).endswith("Steps are counted from 1.")


def test_cards_draw_what_followed_and_what_the_trained_networks_predicted(tmp_path):
    t = np.arange(90)
    noise = np.random.default_rng(0).normal(size=90)
    sales = {"day": (np.datetime64("2024-01-01") + t).astype(str).tolist(),
             "sales": (100 + 20 * np.sin(2 * np.pi * t / 7) + noise).tolist()}  # fmt: skip
    study = Study(load_data(sales, None, Options(forecast=3)), EFFORT, [0], 0, tmp_path, families=("dense",))
    trials = study.run(Inline())
    for task in study.examinations(trials).values():
        task.run(tmp_path)
    shown, rows = examples(study, trials), tested.tested(study.prepared)
    predicted = tested.of_trials(study, trials["dense"].answers()).values.mean(axis=0)
    place = {forecast_examples.title(study.dataset.forecast, row): i for i, row in enumerate(rows)}
    assert shown["mistakes"]
    for mistake in shown["mistakes"]:
        at, lines = place[mistake["title"]], dict(zip(mistake["input"]["channels"], mistake["input"]["values"]))
        true = study.dataset.target[rows[at]]
        np.testing.assert_allclose(lines["sales"][-3:], true, rtol=1e-3)
        np.testing.assert_allclose(lines["dense"][-3:], predicted[at], rtol=1e-3)
        off = float(mistake["said"][0]["predicted"].removeprefix("off by ").removesuffix(" on average"))
        assert off == pytest.approx(np.abs(predicted[at] - true).mean(), rel=1e-2)
    items = [item for view in shown["families"] for item in view["items"]]
    for item in items:
        assert item["input"]["channels"] == ["sales", "dense"] and item["true"].count(" to ") == 1
        assert len(item["maps"][0]["values"]) == len(item["input"]["values"][0]) - 3
    assert items and shown["about"].endswith("what followed and what was predicted.")
    assert "with the largest mean error, over the scale of its series, of all families." in shown["about"]
    scaled = np.abs(predicted - study.dataset.target[rows]).mean(axis=1) / study.dataset.forecast.scales(rows)[:, 0]
    ranked = [scaled[place[mistake["title"]]] for mistake in shown["mistakes"]]
    assert ranked == sorted(scaled, reverse=True)[: len(ranked)]
