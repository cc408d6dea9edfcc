"""Preparation: statistics of training rows only, the same after JSON, hostile JSON refused."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.data.dataset import Dataset
from fourfold.errors import DataError, FileError
from fourfold.preprocessing import Column, Preparation, Table
from fourfold.preprocessing.dates import calendar
from fourfold.preprocessing.numbers import LARGEST, Channels, Numbers
from fourfold.preprocessing.target import Target
from fourfold.preprocessing.task import classification, regression

LEVELS = ["red", "green", "blue", "", "日本", None]
COLUMNS = (
    Column("width", "number"),
    Column("open", "boolean"),
    Column("colour", "category"),
    Column("day", "date"),
    Column("size", "number"),
)


def column(kind, rows):
    cell = {
        "number": st.floats(-1e300, 1e300) | st.just(float("nan")),
        "boolean": st.sampled_from([0.0, 1.0, np.nan]),
        "category": st.sampled_from(LEVELS),
        "date": st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)) | st.none(),
    }[kind]
    dtype = {"category": object, "date": "datetime64[us]"}.get(kind, float)
    return st.lists(cell, min_size=rows, max_size=rows).map(lambda cells: np.array(cells, dtype=dtype))


@st.composite
def tables(draw):
    rows = draw(st.integers(6, 14))
    table = Table({c.name: draw(column(c.kind, rows)) for c in COLUMNS})
    return dataset(table, np.arange(rows, dtype=float)), draw(st.integers(2, rows - 2))


def dataset(table, target, columns=COLUMNS):
    task = regression(target) if target.dtype.kind == "f" else classification(target)
    return Dataset("t", "flat", table, target, task, columns=columns, source_columns=table.names)


@given(case=tables())
def test_json_keeps_every_bit(case):
    data, train = case
    preparation = Preparation.fit(data, np.arange(train))
    again = Preparation.from_json(preparation.to_json())
    prepared = preparation.inputs(data.inputs)
    assert prepared.dtype == np.float32 and np.isfinite(prepared).all()
    assert prepared.shape == (data.rows, len(preparation.input_names))
    assert len(preparation.input_columns) == len(preparation.input_names)
    assert set(preparation.input_columns) == {column.name for column in data.columns}
    np.testing.assert_array_equal(again.inputs(data.inputs), prepared)
    np.testing.assert_array_equal(again.target(data.target), preparation.target(data.target))
    assert again.input_names == preparation.input_names
    assert again.to_json() == preparation.to_json()


@given(case=tables(), data=st.data())
def test_only_training_rows_are_learnt_from(case, data):
    """Other values in test rows change nothing, as long as they are missing in the same places."""
    original, train = case
    changed = {}
    for c in COLUMNS:
        values = original.inputs[c.name].copy()
        other = data.draw(column(c.kind, original.rows))
        for row in range(train, original.rows):
            gone = [
                value is None or value != value or (c.kind == "number" and abs(value) > LARGEST)
                for value in (values[row], other[row])
            ]
            if not any(gone) and c.kind != "category":
                values[row] = other[row]
        if c.kind == "category":
            values[train:] = values[train:][::-1]
        if c.kind == "date":  # a time of day anywhere adds columns
            values = np.where(
                np.isnat(values), values, values.astype("datetime64[D]").astype("datetime64[us]")
            )
        changed[c.name] = values
    first = dict(
        original.inputs.columns, day=original.inputs["day"].astype("datetime64[D]").astype("datetime64[us]")
    )
    target = original.target.copy()
    target[train:] += 1000.0
    one = Preparation.fit(dataset(Table(first), original.target), np.arange(train))
    other = Preparation.fit(dataset(Table(changed), target), np.arange(train))
    assert one.to_json() == other.to_json()


def test_widths_are_the_same_in_every_fold():
    rng = np.random.default_rng(0)
    colours = np.array(["red"] * 10 + ["blue"] * 9 + ["once"], dtype=object)
    width = rng.normal(size=20)
    width[19] = np.nan
    table = Table({"width": width, "colour": colours})
    columns = (Column("width", "number"), Column("colour", "category"))
    data = dataset(table, np.arange(20.0), columns)
    without, with_it = Preparation.fit(data, np.arange(19)), Preparation.fit(data, np.arange(1, 20))
    assert without.input_names == (
        "width",
        "width is missing",
        "colour = blue",
        "colour = red",
        "colour = (unused)",
    )
    assert with_it.input_names == (
        "width",
        "width is missing",
        "colour = blue",
        "colour = once",
        "colour = red",
    )
    assert with_it.input_columns == ("width", "width", "colour", "colour", "colour")
    np.testing.assert_array_equal(without.inputs(table)[19, 1:], [1, 0, 0, 0])


def test_standardising_equals_the_textbook():
    x = np.array([[1.0, 5.0, 2.0], [2.0, np.nan, 2.0], [6.0, 9.0, 2.0], [100.0, 7.0, 3.0]])
    learnt = Numbers.fit(("a", "b", "c"), x, [0, 1, 2])
    z = learnt.apply(x)
    np.testing.assert_allclose(z[:, 0], (x[:, 0] - 3) / np.sqrt(14 / 3), rtol=1e-6)
    np.testing.assert_allclose(z[:, 1], [-1, 0, 1, 0])
    np.testing.assert_array_equal(z[:, 2], 0)
    np.testing.assert_array_equal(z[:, 3], [0, 1, 0, 0])
    images = np.random.default_rng(0).integers(0, 256, (30, 5, 4, 3)).astype(np.uint8)
    z = Channels.fit(images, np.arange(20)).apply(images)
    part = images[:20].astype(float)
    np.testing.assert_allclose(
        z, (images - part.mean(axis=(0, 1, 2))) / part.std(axis=(0, 1, 2)), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("deviation", [0.0, 5e-324, 1e-309])
def test_numbers_with_next_to_no_deviation_are_constant(deviation):
    x = np.array([[0.0], [2 * deviation], [1.0]])
    np.testing.assert_array_equal(Numbers.fit(("a",), x, [0, 1]).apply(x), 0)
    np.testing.assert_array_equal(Channels.fit(x[:, None], [0, 1]).apply(x[:, None]), 0)


def test_chunks_give_the_moments_of_the_whole(monkeypatch):
    x = np.random.default_rng(0).normal(5, 2, (50, 7, 2))
    x[3, 2, 1] = np.nan
    whole = Channels.fit(x, np.arange(50))
    monkeypatch.setattr("fourfold.preprocessing.numbers.CHUNK", 40)
    parts = Channels.fit(x, np.arange(50))
    np.testing.assert_allclose(parts.center, whole.center, rtol=1e-12)
    np.testing.assert_allclose(parts.scale, whole.scale, rtol=1e-12)
    np.testing.assert_array_equal(parts.apply(x), parts.apply(x.copy()))


def test_calendar_is_periodic():
    days = np.array([datetime(2020, 1, 6) + timedelta(days=i) for i in range(800)], dtype="datetime64[us]")
    features = calendar(days, clock=True)
    np.testing.assert_allclose(np.diff(features[:, 0]), 1)
    np.testing.assert_allclose(features[7:, 3:5], features[:-7, 3:5], atol=1e-9)
    np.testing.assert_allclose(features[0, 3:5], [0, 1], atol=1e-12)  # a Monday
    np.testing.assert_allclose(features[:, 5:], [[0, 1]] * 800, atol=1e-12)
    assert np.abs(np.diff(features[:, 1:3], axis=0)).max() < 0.04  # no jump at New Year
    np.testing.assert_allclose((features[:, 1:3] ** 2).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("task", "values"),
    [
        (regression(np.array([-1.0, 3.0])), np.array([-1.0, 3.0, 7.5, -20])),
        (regression(np.array([1e-3, 3.0])), np.array([1e-3, 3.0, 700.0])),
        (regression(np.array([0.0, 3.0]), (-2.0, 10.0)), np.array([-2.0, 3.0, 10.0])),
        (regression(np.array([1e300, -1e300])), np.array([1e300, -1e300])),
    ],
    ids=["linear", "softplus", "tanh", "huge"],
)
def test_regression_targets_come_back(task, values):
    target = Target.fit(task, values)
    scaled = target.encode(values)
    assert np.isfinite(scaled).all()
    np.testing.assert_allclose(
        target.decode(scaled[:, None]), values, rtol=1e-5, atol=1e-6 * np.abs(values).max()
    )
    if task.output == "softplus":
        assert scaled.min() > 0 and target.center == 0
        np.testing.assert_allclose(np.mean(scaled.astype(float) ** 2), 1, rtol=1e-5)
    if task.output == "tanh":
        np.testing.assert_allclose(scaled[[0, -1]], [-1, 1])
    if task.output == "linear":
        np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-6)


def test_unknown_class_is_named():
    target = Target.fit(classification(np.array(["a", "b"])), np.array(["a", "b"]))
    with pytest.raises(DataError, match="got 'c', wanted one of a, b"):
        target.encode(np.array(["a", "c"]))


def good():
    table = Table({"v": np.arange(12.0), "c": np.array(["a", "b"] * 6, dtype=object)})
    columns = (Column("v", "number"), Column("c", "category"))
    data = dataset(table, np.array(["p", "q"] * 6), columns)
    return json.loads(Preparation.fit(data, np.arange(8)).to_json())


def edited(*path, value):
    facts = good()
    place = facts
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(facts)


HOSTILE = {
    "nothing": "",
    "a list": "[]",
    "cut": json.dumps(good())[:-9],
    "a key twice": '{"format": 1, "format": 1}',
    "NaN": edited("numbers", "center", value=[float("nan")]),
    "Infinity": edited("target", "scale", value=float("inf")),
    "a huge number": edited("numbers", "center", value="X").replace('"X"', "[1e999]"),
    "a long integer": edited("format", value="X").replace('"X"', "9" * 5000),
    "deep": "[" * 100_000,
    "another format": edited("format", value=2),
    "a missing field": edited("target", "task", "loss", value=None),
    "an unknown layout": edited("layout", value="exec"),
    "an unknown output": edited("target", "task", "output", value="__import__"),
    "a wrong type": edited("columns", value="v"),
    "true for a number": edited("target", "center", value=True),
    "too few numbers": edited("numbers", "scale", value=[1.0, 2.0]),
    "an indicator out of range": edited("numbers", "indicated", value=[7]),
    "an absurd width": edited("categories", 0, "width", value=2**30),
    "a column twice": edited("columns", 1, "name", value="v"),
    "an unknown column": edited("columns", 0, "name", value="w"),
    "no numbers": edited("numbers", value=None),
    "two ways of reading": edited("channels", value={"center": [0.0], "scale": [1.0]}),
    "labels that are no numbers": edited("target", "task", "label_type", value="integer"),
    "too many outputs": edited("target", "task", "classes", value=["a", "b", "c"]),
    "bounds of one": edited("target", "task", "bounds", value=[1.0]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused(name):
    with pytest.raises(FileError) as caught:
        Preparation.from_json(HOSTILE[name], "preparation.json")
    assert "preparation.json" in str(caught.value) and len(str(caught.value)) < 400
    assert Preparation.from_json(json.dumps(good())).columns[0].name == "v"
