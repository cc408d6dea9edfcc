"""What X and y may be: frames of any kind with words and gaps, sequences, images, tokens; labels of any type."""

import datetime
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

import fourfold
from fourfold.errors import DataError
from fourfold.loading import load_data
from fourfold.options import Options

RNG = np.random.default_rng(0)
ROWS = 60
LABELS = np.array(["no", "yes"])[np.arange(ROWS) % 2]
COLUMNS = {
    "size": [None if i % 7 == 0 else float(i % 5) for i in range(ROWS)],
    "colour": [None if i % 11 == 0 else ("red", "blue")[i % 2] for i in range(ROWS)],
    "day": [datetime.date(2024, 1, 1 + i % 28) for i in range(ROWS)],
}


def small(name, **parameters):
    return getattr(fourfold, name)(size="S", learning_rate=0.03, steps=60, **parameters)


def test_frames_of_any_kind_need_no_encoder_and_give_the_same():
    pandas, polars = pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS)
    models = [
        small("DenseClassifier").fit(pandas, LABELS),
        small("DenseClassifier").fit(polars, pl.Series(LABELS)),
    ]
    assert all(model.score(polars, LABELS) > 0.9 for model in models[1:])
    np.testing.assert_array_equal(models[0].predict_proba(pandas), models[1].predict_proba(polars))
    assert models[0].feature_names_in_.tolist() == list(COLUMNS)
    with pytest.raises(ValueError, match="feature names should match"):
        models[0].predict(pandas.rename(columns={"size": "length"}))


def test_names_of_columns_that_are_repeated_are_told_as_of_files():
    frame = pd.DataFrame(RNG.normal(size=(ROWS, 3)), columns=["a", "a", "b"])
    for model in (fourfold.FourfoldClassifier(), fourfold.DenseRegressor()):
        with pytest.raises(DataError, match="columns have the same name: got 'a'"):
            model.fit(frame, np.arange(ROWS) % 2)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("ConvolutionClassifier", (8, 6, 1)), ("RecurrentClassifier", (7, 2)), ("AttentionClassifier", (7, 2))],
)
def test_images_and_sequences(name, shape):
    x = RNG.normal(size=(ROWS, *shape)).astype("float32")
    x[:, 2] += 3 * (np.arange(ROWS) % 2).reshape(-1, *[1] * (len(shape) - 1))
    model = small(name).fit(x, LABELS)
    assert model.score(x, LABELS) > 0.9
    with pytest.raises(DataError, match="not what the model was trained on"):
        model.predict(np.concatenate([x, x], axis=2))


def test_tokens():
    x = RNG.integers(2, 9, size=(ROWS, 6))
    x[:, 0] = 2 + np.arange(ROWS) % 2
    model = small("DenseClassifier", layout="text").fit(x, LABELS)
    assert model.model_.preparation.layout == "text" and model.score(x, LABELS) > 0.9


WORDS = ["good", "bad", "film", "plot", "actor", "very"]
TEXTS = [" ".join(RNG.choice(WORDS, 6)) for _ in range(4 * ROWS)]


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series, pl.Series, lambda texts: pd.DataFrame({"text": texts})])
def test_texts_need_no_second_axis(form):
    praised = ["good" in text.split() for text in TEXTS]
    model = fourfold.DenseClassifier(size="S", learning_rate=0.03, steps=150).fit(form(TEXTS), praised)
    assert model.model_.preparation.layout == "text" and model.score(form(TEXTS), praised) > 0.95
    assert model.n_features_in_ == 1 and model.predict(form(["bad bad film actor"])).tolist() == [False]


HALVES = np.repeat([True, False], 200)
NUMBERS = RNG.normal(size=(400, 3))
SIGN = np.where(HALVES, 1, -1) * NUMBERS[:, 0]


@pytest.mark.parametrize("name", ["DenseClassifier", "DenseRegressor", "FourfoldClassifier", "FourfoldRegressor"])
def test_rows_count_as_much_as_they_weigh(name):
    y = SIGN if name.endswith("Regressor") else SIGN > 0
    for half in (HALVES, ~HALVES):
        compares = {"effort": "tiny", "candidates": ["dense"]} if name.startswith("Fourfold") else None
        model = getattr(fourfold, name)(**compares) if compares else small(name)
        model.fit(NUMBERS, y, sample_weight=pd.Series(half.astype(float)))
        assert model.score(NUMBERS[half], y[half]) > 0.75 and model.score(NUMBERS[~half], y[~half]) < 0.25


def test_rows_of_a_group_stay_on_one_side(monkeypatch):
    groups = np.arange(400) // 8
    parts = []
    real = fourfold.study.single.plan_without_test
    monkeypatch.setattr(
        fourfold.study.single, "plan_without_test", lambda *a, **k: parts.append(real(*a, **k)) or parts[-1]
    )
    small("DenseRegressor").fit(NUMBERS, SIGN, groups=groups)
    small("DenseRegressor").fit(NUMBERS, SIGN)
    together, apart = (set(groups[part.train]) & set(groups[part.validation]) for part in parts)
    assert not together and apart
    compared = fourfold.FourfoldRegressor(effort="tiny", candidates=["dense"]).fit(NUMBERS, SIGN, groups=groups)
    assert "on fresh examples of fresh groups" in compared.comparison_.results["design"]["estimand"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sample_weight": -np.ones(400)}, "weights sample_weight can't be used: got -1 in row 1, wanted a number of 0 or more"),
        ({"sample_weight": np.ones(3)}, r"^sample_weight has another length than the data: got shape \(3,\), wanted \(400,\)"),
        ({"sample_weight": 2.0}, "^sample_weight has another length than the data"),
        ({"sample_weight": HALVES}, "no row of some classes .*: got sample_weight of 0 in all rows of 'false'"),
        ({"sample_weight": 0 * HALVES}, "got only zeros, .* Do this: leave out sample_weight"),
        ({"groups": HALVES}, "too few groups to train, validate and test: got 2 of groups, wanted at least 3.* leave out groups"),
    ],
)
def test_weights_and_groups_that_can_not_be_are_told(given, said):
    for name in ("DenseClassifier", "FourfoldClassifier"):
        with pytest.raises(DataError, match=said):
            getattr(fourfold, name)().fit(NUMBERS, HALVES, **given)


@pytest.mark.parametrize(
    "classes",
    [["b", "a"], [10, 9], [True, False], [2.0, -1.0], ["10", "9"]],
    ids=["text", "whole", "bool", "number", "digits"],
)
def test_labels_come_back_as_they_were_in_the_order_of_classes(classes):
    x = np.arange(ROWS)[:, None] % 2 + 0.1 * RNG.normal(size=(ROWS, 2))
    y = np.array(classes)[np.arange(ROWS) % 2]
    model = small("DenseClassifier").fit(x, y)
    assert model.classes_.tolist() == sorted(classes) and model.classes_.dtype == y.dtype
    np.testing.assert_array_equal(model.predict(x), y)
    np.testing.assert_array_equal(model.classes_[model.predict_proba(x).argmax(1)], y)


@pytest.mark.parametrize("convert", [pd.DataFrame, pl.from_numpy, lambda x: x.tolist(), lambda x: x], ids=["pandas", "polars", "list", "numpy"])  # fmt: skip
@pytest.mark.parametrize("series", [pd.Series, pl.Series, lambda y: y.tolist(), lambda y: y, pd.DataFrame], ids=["pandas", "polars", "list", "numpy", "frame"])  # fmt: skip
def test_compare_takes_arrays_lists_and_frames(convert, series):
    x = RNG.normal(size=(ROWS, 3))
    data = load_data(convert(x), series(LABELS), Options())
    assert (data.rows, data.layout, len(data.columns), data.task.classes) == (ROWS, "flat", 3, ("no", "yes"))
    found = data.inputs if isinstance(data.inputs, np.ndarray) else np.stack([*data.inputs.values()], axis=1)
    np.testing.assert_array_equal(found, x)


NO_LABELS = [
    (["a", None] * (ROWS // 2), "missing-y"),
    (np.array(["a", None] * (ROWS // 2)), "missing-y"),
    (np.array(["a", "b", "nan"])[np.arange(ROWS) % 3], "missing-y"),
    (np.array(["a", np.nan] * (ROWS // 2), object), "missing-y"),
    ([1, 0, None] * (ROWS // 3), "missing-y"),
    (pd.Series(["a", pd.NA] * (ROWS // 2), dtype="string"), "missing-y"),
    (np.array(["a", 1] * (ROWS // 2), object), "mixed-y"),
    (pd.Series([True, "b"] * (ROWS // 2)), "mixed-y"),
]


@pytest.mark.parametrize("y, slug", NO_LABELS)
def test_rows_without_a_label_or_with_one_of_another_type_are_refused(y, slug):
    with pytest.raises(DataError) as caught:
        small("DenseClassifier").fit(RNG.normal(size=(ROWS, 2)), y)
    assert caught.value.slug == slug


@pytest.mark.parametrize("channels", [(), (2,)])
def test_series_of_unequal_lengths_are_a_list_as_in_compare(channels):
    series = [RNG.normal(size=(5 + row % 3, *channels)) + row % 2 for row in range(ROWS)]
    model = small("RecurrentClassifier").fit(series, LABELS)
    probabilities = model.predict_proba(series)
    assert probabilities.shape == (ROWS, 2)
    five = [row for row in range(ROWS) if len(series[row]) == 5]
    np.testing.assert_allclose(model.predict_proba([series[row] for row in five]), probabilities[five], atol=1e-6)
    assert model.predict([*series[:1], np.ones((9, *channels))]).shape == (2,)


NEW = [
    ({"colour": "violet"}, "column colour: 'violet' not told apart"),
    ({"size": None}, "no value in 2 of 2 rows: 'size'"),
    ({"size": 1e6}, "column size: 2 of 2 rows far outside what was learnt"),
]


@pytest.mark.parametrize("changed, said", NEW, ids=["a word never seen", "a missing number", "a number far away"])
def test_what_is_noticed_of_new_rows_is_a_warning(changed, said):
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"size": draw.normal(size=40), "colour": draw.choice(["red", "blue"], 40)})
    model = small("DenseClassifier").fit(table, np.where(table["size"] > 0, "up", "down"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(table)
    for predict in (model.predict, model.predict_proba):
        with pytest.warns(UserWarning, match=said):
            predict(table[:2].assign(**changed))
