"""A saved model in ONNX takes rows as they are, and gives its predictions."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from exported import run

from fourfold.data import from_arrays, read
from fourfold.errors import OptionError
from fourfold.interop.onnx.nodes import WORDS
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.preprocessing.preparation import Preparation
from fourfold.study.architecture import build
from fourfold.study.candidates import Problem
from fourfold.study.onnx_model import described, onnx_of
from fourfold.study.saved_model import SavedModel

RNG = np.random.default_rng(0)
ROWS = 60


def saved(dataset, family="dense", order=None):
    """A model of a data set that was not trained, with weights that are not small."""
    preparation = Preparation.fit(dataset, np.arange(0, len(dataset.target), 2))
    task = dataset.task
    problem = Problem(
        dataset.layout,
        preparation.inputs(dataset.inputs).shape[1:],
        task.units,
        len(dataset.target),
        preparation.vocabulary_size,
        preparation.masked,
        task.stepwise,
    )
    net = build(family, problem, "S", task.output, 8)
    rng = np.random.default_rng(1)
    for weight in net.model.weights:
        weight.assign(np.abs(rng.normal(size=weight.shape)).astype("float32") * 0.3 + 0.05)
    return SavedModel(net, preparation, order, {"data": "rows"})


def assert_same(model, dataset, arrays, close=2e-5):
    """ONNX Runtime gives, from the arrays, what the saved model gives from the data set; gives the ONNX model."""
    proto = onnx_of(model)
    found = run(proto, arrays)
    preparation, outputs = model.preparation, model.prepared_outputs(dataset.inputs)
    decoded = preparation.decode(outputs, dataset.inputs)
    if preparation.task.kind == "regression":
        np.testing.assert_allclose(found["prediction"], decoded, rtol=close, atol=close * np.abs(decoded).max())
        return proto
    probabilities = preparation.probabilities(outputs)
    np.testing.assert_allclose(found["probabilities"], probabilities, atol=close)
    if preparation.task.kind == "multilabel":
        np.testing.assert_array_equal(found["labels"], decoded)
    else:
        top = np.sort(probabilities, axis=-1)
        sure = (top[..., -1] - top[..., -2] > 1e-3) | bool(preparation.task.class_weights)
        np.testing.assert_array_equal(found["label"][sure], decoded[sure])
        assert found["label"].dtype == decoded.dtype
    return proto


def table():
    frame = pd.DataFrame(
        {
            "size": RNG.normal(50, 9, ROWS).round(1),
            "price": np.where(RNG.random(ROWS) < 0.2, np.nan, RNG.normal(3e4, 9e3, ROWS)),
            "colour": RNG.choice(["red", "green", "blue"], ROWS),
            "maker <b>": np.where(RNG.random(ROWS) < 0.2, None, RNG.choice(["A", "B & C"], ROWS)),
            "sold": RNG.random(ROWS) < 0.5,
        }
    )
    return frame


@pytest.mark.parametrize("family", ["dense", "convolution", "recurrent", "attention"])
def test_a_table_of_numbers_and_words(family):
    frame = table()
    frame["kind"] = RNG.choice(["good", "bad", "ugly"], ROWS)
    dataset = read(frame, target="kind")
    width = Preparation.fit(dataset, np.arange(ROWS)).inputs(dataset.inputs).shape[1]
    order = None if family in ("dense", "attention") else RNG.permutation(width)
    model = saved(dataset, family, order)
    numbers = frame[["size", "price", "sold"]].to_numpy("float32")
    words = frame[["colour", "maker <b>"]].fillna("").to_numpy(object)
    proto = assert_same(model, dataset, [numbers, words])
    facts = {one.key: one.value for one in proto.metadata_props}
    assert json.loads(facts["numbers"]) == ["size", "price", "sold"]
    assert json.loads(facts["categories"]) == ["colour", "maker <b>"]
    assert json.loads(facts["classes"]) == ["bad", "good", "ugly"] and facts["family"] == family
    assert Preparation.from_json(facts["preparation"]).target_name == "kind"
    assert WORDS in {one.domain for one in proto.opset_import}
    unseen = np.where(words == "red", "violet", words)
    other = frame.assign(colour=frame.colour.replace("red", "violet"))
    np.testing.assert_allclose(
        run(proto, [numbers, unseen])["probabilities"], model.predict_proba(other.drop(columns="kind")), atol=2e-5
    )


@pytest.mark.parametrize(
    "labels",
    [[3, 7], [0.5, 1.5, 2.5], [False, True], ["no", "yes"], ["rare"] + ["often"] * 19],
    ids=lambda labels: f"{len(set(labels))}-{type(labels[0]).__name__}",
)
def test_labels_have_the_type_that_they_had(labels):
    x = RNG.normal(size=(ROWS, 3))
    dataset = from_arrays(x, np.resize(labels, ROWS))
    assert_same(saved(dataset), dataset, [x.astype("float32")])


@pytest.mark.parametrize("low", [1e3, 0.001, -5.0])
def test_numbers_are_in_their_units(low):
    x = RNG.normal(size=(ROWS, 3)) * 100
    x[3, 1], x[4, 0] = np.inf, np.nan
    y = low + np.exp(RNG.normal(size=ROWS))
    dataset = from_arrays(x, y)
    assert_same(saved(dataset), dataset, [x.astype("float32")])


@pytest.mark.parametrize("deviation", [5e-324, 1e-310, 1e-200])
def test_numbers_with_next_to_no_deviation(deviation):
    """Single precision, which is what comes in, has 0 in their place."""
    x = RNG.normal(size=(ROWS, 3))
    x[:, 1] = deviation * (np.arange(ROWS) // 2 % 2)
    model = saved(from_arrays(x, np.arange(ROWS) % 3))
    assert 0 <= model.preparation.numbers.scale[1] < 1e-199
    rows = x.astype("float32")
    found = run(onnx_of(model), [rows])
    assert np.isfinite(found["probabilities"]).all()
    if deviation < 1e-308:
        np.testing.assert_allclose(found["probabilities"], model.predict_proba(rows), atol=2e-5)


def test_several_numbers_and_several_labels():
    x, y = RNG.normal(size=(ROWS, 3)), RNG.normal(size=(ROWS, 2)) * [1, 100]
    dataset = from_arrays(x, y)
    assert dataset.task.several
    assert_same(saved(dataset), dataset, [x.astype("float32")])
    dataset = from_arrays(x, (RNG.random((ROWS, 4)) < 0.4).astype(int))
    assert dataset.task.kind == "multilabel"
    assert_same(saved(dataset), dataset, [x.astype("float32")])


@pytest.mark.parametrize("family", ["dense", "convolution", "recurrent", "attention"])
def test_series_of_unequal_lengths_and_images(family):
    x = RNG.normal(5, 2, (ROWS, 12, 2))
    for row in range(0, ROWS, 3):
        x[row, 4 + row % 7 :] = np.nan
    x[1, 3], x[2] = np.nan, x[2, 0, 0]
    dataset = from_arrays(x, np.arange(ROWS) % 3)
    model = saved(dataset, family)
    assert model.preparation.masked
    assert_same(model, dataset, [x.astype("float32")])
    x = RNG.integers(0, 255, (ROWS, 9, 8, 3)).astype("uint8")
    dataset = from_arrays(x, np.arange(ROWS) % 3)
    assert dataset.layout == "image"
    assert_same(saved(dataset, family), dataset, [x.astype("float32")])


def test_a_target_a_step():
    x = RNG.normal(5, 2, (ROWS, 12, 2))
    dataset = from_arrays(x, np.arange(ROWS * 12).reshape(ROWS, 12) % 3)
    assert dataset.task.stepwise
    assert_same(saved(dataset, "recurrent"), dataset, [x.astype("float32")])


def test_texts_are_read_as_the_preparation_numbers_them():
    words = ["to", "be", "or", "not", "that", "is", "the", "question"]
    texts = np.array([" ".join(RNG.choice(words, 6)) for _ in range(ROWS)], object)
    dataset = read(pd.DataFrame({"text": texts, "kind": np.arange(ROWS) % 2}), target="kind")
    assert dataset.layout == "text"
    model = saved(dataset)
    proto = assert_same(model, dataset, [model.preparation.inputs(dataset.inputs)])
    assert [one.name for one in proto.graph.input] == ["tokens"]


@pytest.mark.parametrize("base", ["window mean", "seasonal naive", "seasonal mean", "last value"])
def test_a_forecast_continues_a_history(base):
    step = np.arange(140)
    frame = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=140), "sales": 100 + step + 9 * np.sin(step * np.pi / 2)})
    frame.loc[40:80, "sales"] = 7.0  # windows without a deviation
    dataset = load_data(frame, None, Options(forecast=3, target="sales", season=4))
    windows = replace(dataset.forecast.windows, base=base)
    dataset = replace(dataset, forecast=replace(dataset.forecast, windows=windows))
    model = saved(dataset)
    assert model.preparation.windows.base == base
    proto = assert_same(model, dataset, [np.asarray(dataset.inputs, "float32")], close=1e-4)
    assert [one.name for one in proto.graph.input] == ["history"]


def of_series():
    rows = pd.DataFrame({"id": np.repeat(np.arange(ROWS), 5), "t": np.tile(np.arange(5), ROWS), "a, b": RNG.normal(size=5 * ROWS)})
    rows["c"], rows["kind"] = RNG.normal(size=5 * ROWS), np.repeat(np.arange(ROWS) % 2, 5)
    return load_data(rows, None, Options(target="kind", id="id", time="t"))


def of_history():
    rows = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=140), "sales": RNG.normal(size=140)})
    rows["shop"] = RNG.choice(["shut", "open"], 140)
    return load_data(rows, None, Options(forecast=2, target="sales", window=14))


@pytest.mark.parametrize(
    "dataset, lines",
    [
        (of_series, ['input series (batch, 5, 2), float32: "a, b", c']),
        (
            of_history,
            [
                "input history (batch, 14, 5), float32: sales, shop = open, shop = shut, week sin, week cos",
                "output prediction (batch, 2), float32: +1, +2",
            ],
        ),
        (
            lambda: read(table().assign(size=1.0 * np.arange(ROWS)), target=["size", "price"]),
            ["output prediction (batch, 2), float32: size, price"],
        ),
        (
            lambda: read(pd.DataFrame(RNG.integers(0, 2, (ROWS, 5)), columns=[*"abcde"]), target=[*"cde"]),
            [f"output {name}, {kind}: c, d, e" for name, kind in (("labels (batch, 3)", "int32"), ("probabilities (batch, 3)", "float32"))],
        ),
        (lambda: from_arrays(RNG.normal(size=(ROWS, 4, 2)), np.arange(ROWS) % 2), ["input series (batch, 4, 2), float32"]),
    ],
    ids=["series", "history", "several", "labels", "arrays"],
)  # fmt: skip
def test_columns_channels_and_targets_are_named(dataset, lines):
    found = described(onnx_of(saved(dataset(), "recurrent")))
    assert [line for line in found if line in lines] == lines, found


def test_export_checks_the_name(tmp_path):
    dataset = from_arrays(RNG.normal(size=(ROWS, 3)), np.arange(ROWS) % 2)
    model = saved(dataset)
    model.export(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").stat().st_size > 1000
    with pytest.raises(OptionError, match="exported as ONNX files: got .*model.keras"):
        model.export(tmp_path / "model.keras")
