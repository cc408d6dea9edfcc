"""Histories that go on behind what a model of forecasts was compared on: how good its forecasts of it would have been."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fourfold.comparison import compare
from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.series.forecast import Ahead
from fourfold.predictions import predict_file
from fourfold.study.saved_model import SavedModel

HORIZON, LEARNT = 3, 90
LEVELS = {"north": 1.0, "south": 3.0}


def sales(days, levels=LEVELS):
    """Weeks that are alike, which begin in the same way however many days there are."""
    t, tables = np.arange(days), []
    for name, level in levels.items():
        noise = np.random.default_rng(int(level)).normal(size=400)[:days]
        values = (level * (50 + 10 * np.sin(2 * np.pi * t / 7) + noise)).round(3)
        stamps = (np.datetime64("2024-03-01") + t).astype(str)
        tables.append(pd.DataFrame({"day": stamps, "shop": name, "sales": values}))
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    sales(LEARNT).to_csv(folder / "learnt.csv", index=False)
    options = {"effort": "tiny", "candidates": ["dense"], "verbose": False, "id": "shop", "forecast": HORIZON}
    compare(str(folder / "learnt.csv"), out=folder / "of", **options)
    return folder / "of"


def told(model, rows, path):
    rows.to_csv(path / "new.csv", index=False)
    return predict_file(model, str(path / "new.csv"), path / "told.csv")


def scores(notes):
    return [note for note in notes if note.startswith(("score:", "not scored", "these steps"))]


def by_hand(model, rows, since, scales):
    """The MASE of the forecasts from all histories that end a multiple of three steps before the end of the rows."""
    saved, errors = SavedModel.load(model), []
    parts = {name: part.reset_index(drop=True) for name, part in rows.groupby("shop", sort=False)}
    days = len(next(iter(parts.values())))
    for origin in range(days - HORIZON, since - 1, -HORIZON):
        forecasts = saved.predict(pd.concat([part[:origin] for part in parts.values()]))
        for forecast, (name, part) in zip(forecasts, parts.items()):
            errors.append(np.abs(forecast - part.sales[origin : origin + HORIZON]).mean() / scales[name])
    return float(np.mean(errors)), len(errors)


def repeated(values):
    """The mean absolute error of the last week repeated."""
    return np.abs(values[7:] - values[:-7]).mean()


def test_the_scale_is_that_of_the_comparison(model):
    data = read(sales(LEARNT), ahead=Ahead(HORIZON), roles=Roles(id="shop"))
    seen = SavedModel.load(model).preparation.windows.seen
    assert seen.until.startswith("2024-05-29")  # the 90th day
    for name, part in sales(LEARNT).groupby("shop"):
        assert seen.scales[name][0] == pytest.approx(repeated(part.sales.to_numpy()[: data.forecast.first_test]))


def test_steps_behind_those_learnt(model, tmp_path):
    rows = sales(130)
    (line,) = scores(told(model, rows, tmp_path))
    scales = {name: scale for name, (scale,) in SavedModel.load(model).preparation.windows.seen.scales.items()}
    value, count = by_hand(model, rows, LEARNT, scales)
    assert count == 26 and " on 26 forecasts from 2024-05-31 to 2024-07-08 (95 %: " in line
    assert line.startswith("score: MASE ") and float(line.split()[2]) == pytest.approx(value, rel=5e-3)
    low, high = (float(end) for end in line.split("95 %: ")[1].split(",")[0].split(" to "))
    assert low < value < high and "if forecasts of other steps are independent" in line
    week = np.tile(np.arange(7), 30)
    errors = []  # of the mean of two weeks, the best of the rules here
    for name, part in rows.groupby("shop"):
        for origin in range(LEARNT + 1, 128, HORIZON):
            ahead = part.sales.to_numpy()[origin : origin + HORIZON]
            before = part.sales.to_numpy()[origin - 14 : origin].reshape(2, 7).mean(axis=0)[week[:HORIZON]]
            errors.append(np.abs(ahead - before).mean() / scales[name])
    said, number = line.rpartition("; ")[2].rsplit(" ", 1)
    assert said == "seasonal mean, the best naive rule there, has"
    assert float(number) == pytest.approx(np.mean(errors), rel=5e-3)
    found = SavedModel.load(model).score(rows)
    assert found.value == pytest.approx(value, rel=1e-5) and str(found) == line
    assert found.interval == pytest.approx((low, high), abs=0.006)
    shuffled = rows.sample(frac=1, random_state=0)
    assert scores(told(model, shuffled, tmp_path)) == [line]
    assert scores(told(model, rows[rows.day >= "2024-05-17"], tmp_path)) == [line]  # a window before the first


def test_no_more_steps_than_were_compared(model, tmp_path):
    assert scores(told(model, sales(LEARNT), tmp_path)) == []
    assert SavedModel.load(model).score(sales(80)).value is None
    (line,) = scores(told(model, sales(LEARNT + 2), tmp_path))
    assert line == (
        "not scored: 2 steps behind 2024-05-29 (the model was compared on those up to there, and forecasts 3 at once)"
    )
    (line,) = scores(told(model, sales(LEARNT + HORIZON), tmp_path))
    assert " on 2 forecasts from 2024-05-30 to 2024-06-01;" in line  # and of two no interval


def test_a_series_that_was_not_learnt_has_its_own_scale(model, tmp_path):
    rows = sales(60, levels={"east": 9.0})
    (line,) = scores(told(model, rows, tmp_path))
    first = 15  # the first that lies a multiple of three before the end, and has a window before it
    value, count = by_hand(model, rows, first, {"east": repeated(rows.sales.to_numpy()[:first])})
    assert count == 15 and " on 15 forecasts from 2024-03-16 to 2024-04-29 (" in line
    assert float(line.split()[2]) == pytest.approx(value, rel=5e-3)


def test_a_gap_among_the_steps_is_no_target(model, tmp_path):
    rows = sales(LEARNT + 9)
    rows.loc[rows.day == "2024-06-03", "sales"] = np.nan
    (line,) = scores(told(model, rows, tmp_path))
    assert " on 4 forecasts from 2024-05-30 to 2024-06-07;" in line


def test_a_file_that_is_read_in_parts_has_the_same_score(model, tmp_path, monkeypatch):
    rows = sales(LEARNT + 12).sort_values("day")
    (whole,) = scores(told(model, rows, tmp_path))
    monkeypatch.setattr("fourfold.data.reading.Reading.at_once", lambda self, cells: 20)
    notes = told(model, rows, tmp_path)
    assert scores(notes) == [whole] and any("read: the last" in note for note in notes)


def test_steps_without_stamps_may_be_such_as_were_learnt(tmp_path):
    rows = sales(130, levels={"north": 1.0})[["sales"]]
    rows[:LEARNT].to_csv(tmp_path / "learnt.csv", index=False)
    options = {"effort": "tiny", "candidates": ["dense"], "verbose": False, "forecast": HORIZON}
    compare(str(tmp_path / "learnt.csv"), out=tmp_path / "of", **options)
    line, doubt = scores(told(tmp_path / "of", rows, tmp_path))
    assert " on 38 forecasts in the last 114 steps (95 %: " in line
    assert doubt == "these steps may be such as the model has learnt from, on which it scores better"


def test_a_model_of_before_knows_no_scales(model, tmp_path):
    saved = SavedModel.load(model)
    windows = replace(saved.preparation.windows, seen=None)
    older = replace(saved, preparation=replace(saved.preparation, windows=windows))
    older.save(tmp_path / "older")
    assert SavedModel.load(tmp_path / "older").preparation.windows.seen is None
    line, doubt = str(older.score(sales(130))).splitlines()
    assert " on 76 forecasts from 2024-03-17 to 2024-07-08 " in line and doubt.startswith("these steps may be")
