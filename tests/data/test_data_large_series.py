"""Forecasts of tables that are too large to be read whole: the same rows in every form, in one file or in several; whole
series, or the latest steps of one; windows and steps within bounds."""

import numpy as np
import pandas as pd
import pytest

import fourfold.data.reading as reading_module
from fourfold.data import plan, read
from fourfold.data.columns.roles import Roles
from fourfold.data.series import placing
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError

FORMS = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "csv.gz": lambda f, path: f.to_csv(path, index=False, compression="gzip"),
    "csv.xz": lambda f, path: f.to_csv(path, index=False, compression="xz"),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "jsonl": lambda f, path: f.to_json(path, orient="records", lines=True, double_precision=15),
}
PARTS = ("march", "april", "february")
"""Of a table, in the order of time: their names have another order."""


def hours(count, shops=("",), seed=0):
    """Hourly sales, all shops hour by hour."""
    draw = np.random.default_rng(seed)
    at = (np.datetime64("2024-01-01T00", "h") + np.arange(count)).astype("datetime64[s]").astype(str)
    sales = 50 + 10 * np.sin(np.arange(count) * 2 * np.pi / 24)
    values = np.concatenate([sales + draw.normal(size=count) for _ in shops])
    frame = {"at": np.tile(at, len(shops)), "sales": values.round(3)}
    frame |= {"shop": np.repeat(shops, count)} if len(shops) > 1 else {}
    return pd.DataFrame(frame).sort_values("at", kind="stable", ignore_index=True)


def forms(frame, folder, **asked):
    """The same data from a frame, from one file and from several, in all forms."""
    found = {"frame": read(frame, **asked)}
    cuts = np.linspace(0, len(frame), len(PARTS) + 1).astype(int)
    for form, write in FORMS.items():
        write(frame, folder / f"one.{form}")
        found[form] = read(folder / f"one.{form}", **asked)
        (folder / form).mkdir()
        for name, start, stop in zip(PARTS, cuts, cuts[1:]):
            write(frame[start:stop], folder / form / f"{name}.{form}")
        found[f"{form} in parts"] = read(folder / form, **asked)
    samples = {
        name: [str(note) for note in data.notes if note.what.startswith("sample")]
        for name, data in found.items()
    }
    assert all(said == samples["frame"] and len(said) == 1 for said in samples.values()), samples
    prints = {name: data.fingerprint for name, data in found.items()}
    assert len(set(prints.values())) == 1, prints
    return found["frame"], samples["frame"][0]


def test_of_one_series_the_latest_steps_are_read_whatever_the_files_are_called(tmp_path):
    frame = hours(1200)
    data, said = forms(frame, tmp_path, rows=500, target="sales", ahead=Ahead(6))
    assert said == "sample: the last 500 of 1,200 rows (as asked); --rows N overrides"
    assert data.forecast.stamps[[0, -1]].astype("datetime64[s]").astype(str).tolist() == [
        frame["at"][700],
        frame["at"][1199],
    ]
    assert max(split.test.max() for split in plan(data, seed=0)) == data.rows - 1


def test_of_several_series_whole_ones_are_read(tmp_path):
    frame = hours(300, [f"s{n}" for n in range(7)])
    data, said = forms(frame, tmp_path, rows=1000, target="sales", ahead=Ahead(6), roles=Roles(id="shop"))
    assert (
        said
        == "sample: 3 of 7 series, 900 of 2,100 rows (as asked; all rows of each shop); --rows N overrides"
    )
    assert len(data.forecast.labels) == 3 and len(data.forecast.stamps) == 300


def test_of_a_series_that_is_too_long_alone_the_latest_steps_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_module, "CELLS", 1500)
    frame = hours(900, ["north", "south"])
    data, said = forms(frame, tmp_path, target="sales", ahead=Ahead(6), roles=Roles(id="shop"))
    assert (
        said
        == "sample: 1 of 2 series, the last 500 of 1,800 rows (1,500 cells are read at most); --rows N overrides"
    )
    assert len(data.forecast.labels) == 1 and len(data.forecast.stamps) == 500
    assert str(data.forecast.stamps[-1].astype("datetime64[s]")) == frame["at"].iloc[-1]


@pytest.mark.parametrize("form", FORMS)
def test_last_rows_that_are_not_the_latest_are_refused(tmp_path, form):
    frame = hours(3000)
    swapped = pd.concat(
        [frame[1500:], frame[:1500]], ignore_index=True
    )  # the last rows are in order themselves
    FORMS[form](swapped, tmp_path / f"data.{form}")
    for source in (swapped, tmp_path / f"data.{form}"):
        with pytest.raises(FourfoldError) as caught:
            read(source, rows=500, target="sales", ahead=Ahead(6))
        assert caught.value.slug == "sampled-forecast" and "sort the rows by at" in str(caught.value)


def test_columns_that_are_not_read_do_not_hide_that_rows_are_left_out(tmp_path):
    frame = hours(400)
    frame["bytes"] = [b"x"] * len(frame)
    frame.to_parquet(tmp_path / "data.parquet")
    data = read(tmp_path / "data.parquet", rows=200, target="sales", ahead=Ahead(6))
    assert "sample: the last 200 of 400 rows (as asked); --rows N overrides" in map(str, data.notes)


@pytest.mark.parametrize(("horizon", "stride"), [(1, 1), (6, 6)])
def test_windows_that_are_too_many_are_those_of_the_last_steps(monkeypatch, horizon, stride):
    frame = hours(2000)
    whole = read(frame, target="sales", ahead=Ahead(horizon, window=24))
    most = 100 * 24 * whole.inputs.shape[2]
    monkeypatch.setattr(placing, "MOST_CELLS", most)
    data = read(frame, target="sales", ahead=Ahead(horizon, window=24))
    assert data.rows == 100 and data.inputs.size <= most
    assert data.forecast.origin.tolist() == list(range(2000 - horizon - 99 * stride, 2000, stride))[:100]
    np.testing.assert_array_equal(
        data.inputs, whole.inputs[np.isin(whole.forecast.origin, data.forecast.origin)]
    )
    steps = 99 * stride + horizon + 24
    every = f"one every {stride} steps" if stride > 1 else "all"
    said = f"windows: {every} of the last {steps:,} of 2,000 steps (more would be too many numbers); --window N overrides"
    assert said in map(str, data.notes)
    tested = np.concatenate([split.test for split in plan(data, seed=0)])
    assert len(tested) and (np.diff(data.forecast.origin[np.sort(tested)]) == horizon).all()


def test_windows_of_series_that_end_early_are_left_out_where_there_are_too_many(monkeypatch):
    frame = hours(1000, ["closed", "open"])
    frame = frame[(frame["shop"] == "open") | (frame["at"] < "2024-01-20")]
    monkeypatch.setattr(placing, "MOST_CELLS", 100 * 24 * 5)
    data = read(frame, target="sales", ahead=Ahead(2, window=24), roles=Roles(id="shop"))
    assert set(data.forecast.series) == {1}
    assert "left out: 1 series, 'closed' (they end before the windows that are used)" in map(str, data.notes)
