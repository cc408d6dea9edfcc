"""What is inferred from arrays and targets, and what the options change."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
N = 60
X = RNG.normal(size=(N, 3))

# name: (y, options, kind, output, score, label type)
TARGETS = {
    "words": (["a", "b", "c"] * 20, {}, "classification", "softmax", "accuracy", "text"),
    "two words": (["a", "b"] * 30, {}, "classification", "sigmoid", "accuracy", "text"),
    "booleans": (np.arange(N) % 2 == 0, {}, "classification", "sigmoid", "accuracy", "boolean"),
    "few integers": (np.arange(N) % 4, {}, "classification", "softmax", "accuracy", "integer"),
    "the same as floats": (np.arange(N) % 4 * 1.0, {}, "classification", "softmax", "accuracy", "integer"),
    "minus one and one": (np.arange(N) % 2 * 2 - 1, {}, "classification", "sigmoid", "accuracy", "integer"),
    "imbalanced": (["a"] * 50 + ["b"] * 10, {}, "classification", "sigmoid", "balanced_accuracy", "text"),
    "exactly 80 %": (["a"] * 48 + ["b"] * 12, {}, "classification", "sigmoid", "accuracy", "text"),
    "many integers": (np.arange(N), {}, "regression", "linear", "rmse", "number"),
    "positive": (np.arange(N) + 1, {}, "regression", "softplus", "rmse", "number"),
    "positive and far from zero": (np.arange(N) / N + 50, {}, "regression", "linear", "rmse", "number"),
    "fractions": (X[:, 0], {}, "regression", "linear", "rmse", "number"),
    "bounded": (np.tanh(X[:, 0]), {"bounds": (-1, 1)}, "regression", "tanh", "rmse", "number"),
    "classes asked": (np.arange(N) % 4 * 0.5, {"task": "classification"}, "classification", "softmax",
        "accuracy", "number"),
    "regression asked": (np.arange(N) % 4, {"task": "regression"}, "regression", "linear", "rmse", "number"),
    "columns of one": (np.arange(N)[:, None] % 2, {}, "classification", "sigmoid", "accuracy", "integer"),
}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_task_of_a_target(name):
    y, options, kind, output, score, label_type = TARGETS[name]
    data = from_arrays(X, y, **options)
    task = data.task
    assert (task.kind, task.output, task.score, task.label_type) == (kind, output, score, label_type)
    losses = {"softmax": "categorical crossentropy", "sigmoid": "binary crossentropy"}
    assert task.loss == losses.get(output, "mean squared error")
    preparation = Preparation.fit(data, np.arange(N))
    target = preparation.target(data.target)
    if kind == "classification":
        outputs = target[:, None] if output == "sigmoid" else np.eye(task.units)[target]
        decoded = preparation.decode(outputs)
        assert decoded.dtype.kind == {"text": "O", "boolean": "b", "integer": "i", "number": "f"}[label_type]
        np.testing.assert_allclose(preparation.probabilities(outputs).sum(axis=1), 1)
    else:
        decoded = preparation.decode(target[:, None])
    if decoded.dtype.kind == "f":
        np.testing.assert_allclose(decoded, np.ravel(y), rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_array_equal(decoded, np.ravel(y))


def test_integer_classes_are_ordered_as_numbers():
    assert from_arrays(X, np.arange(N) % 12).task.classes == tuple(str(i) for i in range(12))
    assert (
        from_arrays(np.zeros((520, 2)) + np.arange(520)[:, None], np.arange(520) % 26).task.kind
        == "classification"
    )
    ages = RNG.integers(18, 90, 5000)
    assert from_arrays(np.arange(5000.0), ages).task.kind == "regression"


# name: (x, layout option, layout, shape of the prepared inputs)
LAYOUTS = {
    "one axis": (np.arange(N), None, "flat", (N, 1)),
    "two axes": (X, None, "flat", (N, 3)),
    "series": (RNG.normal(size=(N, 9, 2)), None, "sequence", (N, 9, 2)),
    "grey bytes": (RNG.integers(0, 256, (N, 6, 6)).astype(np.uint8), None, "image", (N, 6, 6, 1)),
    "oblong bytes": (RNG.integers(0, 256, (N, 6, 5)).astype(np.uint8), None, "sequence", (N, 6, 5)),
    "colour": (RNG.integers(0, 256, (N, 6, 5, 3)).astype(np.uint8), None, "image", (N, 6, 5, 3)),
    "channels first": (RNG.normal(size=(N, 3, 6, 5)), None, "image", (N, 6, 5, 3)),
    "wide series": (RNG.normal(size=(N, 20)), "sequence", "sequence", (N, 20, 1)),
    "flat image": (RNG.normal(size=(N, 16)), "image", "image", (N, 4, 4, 1)),
    "oblong image": (RNG.normal(size=(N, 6, 5)), "image", "image", (N, 6, 5, 1)),
    "flattened": (RNG.normal(size=(N, 6, 5)), "flat", "flat", (N, 30)),
    "image by rows": (RNG.normal(size=(N, 6, 5, 3)), "sequence", "sequence", (N, 6, 15)),
    "tokens": (RNG.integers(0, 9, (N, 12)), "text", "text", (N, 12)),
    "booleans": (RNG.random((N, 4)) > 0.5, None, "flat", (N, 4)),
    "words": (np.array([["a", "x"], ["b", "x"], ["c", "y"]] * 20), None, "flat", (N, 5)),
    "mixed objects": (np.array([[1, "x"], [2, "y"], [None, "y"]] * 20, dtype=object), None, "flat", (N, 4)),
    "texts": ([f"line {i} of the text" for i in range(N)], "text", "text", (N, 5)),  # words
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout_of_an_array(name):
    x, option, layout, shape = LAYOUTS[name]
    data = from_arrays(x, np.arange(N) % 2, layout=option)
    preparation = Preparation.fit(data, np.arange(40))
    prepared = preparation.inputs(data.inputs)
    assert (data.layout, prepared.shape) == (layout, shape)
    assert prepared.dtype == (np.int32 if layout == "text" else np.float32)
    assert any(str(note).startswith(f"layout: {layout}") for note in data.notes)
    if layout in ("sequence", "image"):
        np.testing.assert_allclose(prepared[:40].mean(axis=tuple(range(prepared.ndim - 1))), 0, atol=1e-5)
        np.testing.assert_allclose(prepared[:40].std(axis=tuple(range(prepared.ndim - 1))), 1, atol=1e-5)


def test_numbers_of_a_table_as_series_and_image(tmp_path):
    rows = "".join(",".join(f"{v:.3f}" for v in RNG.normal(size=9)) + f",{'pq'[i % 2]}\n" for i in range(20))
    (tmp_path / "data.csv").write_text(",".join(f"t{i}" for i in range(9)) + ",y\n" + rows)
    assert read(tmp_path / "data.csv", layout="sequence").inputs.shape == (20, 9, 1)
    assert read(tmp_path / "data.csv", layout="image").inputs.shape == (20, 3, 3, 1)


@pytest.mark.parametrize(
    ("header", "row", "layout"),
    [
        ("id,say,y", lambda i: f"{i},words about {i} things,{'pq'[i % 2]}", "text"),
        ("name,y", lambda i: f"n{i * 7919 % 100},{'pq'[i % 2]}", "text"),
        ("colour,y", lambda i: f"{['red', 'blue'][i % 2]},{i * 0.5}", "flat"),
    ],
    ids=["sentences", "names", "categories"],
)
def test_one_column_of_words_is_text_when_it_is_not_categories(header, row, layout, tmp_path):
    (tmp_path / "data.csv").write_text(header + "\n" + "".join(row(i) + "\n" for i in range(100)))
    assert read(tmp_path / "data.csv").layout == layout


NAMES_ROWS = (
    *("id", "tweet_id", "lot_number", "Ticket No", "OrderNumber", "S.No", "Sr. No.", "no", "Nr", "index", "Kunden-Nr."),
    *("row number", "sales_order_number", "patient_index", "Unnamed: 0", "rownames", "row.names", "...1"),
)
QUANTITIES = (
    *("cases_number", "employees_no", "price_index", "air quality index", "yield_per_row", "white-row", "HDI index"),
    *("Total Number", "total_order_number", "snr", "NO", "paid", "disorder_number", "patient", "patients"),
)
SHUFFLED = np.random.default_rng(1).permutation(100_000)[:N]


def used_with(name, values):
    """The columns that are used of one of this name, and another one."""
    frame = pd.DataFrame({"v": X[:, 0], name: values, "y": np.arange(N) % 2})
    return [column.name for column in read(frame, target="y").columns if column.name != "v"]


@pytest.mark.parametrize("name", NAMES_ROWS)
def test_numbers_that_name_rows_are_left_out(name):
    assert used_with(name, SHUFFLED) == []


@pytest.mark.parametrize("name", QUANTITIES)
def test_quantities_that_differ_in_every_row_are_used(name):
    assert used_with(name, SHUFFLED) == [name]


@pytest.mark.parametrize("name", ["cases_number", "price_index", "entries_no", "obs", "Obs.", "patient", "INDEX", "uid", "caseid"])
def test_numbers_that_may_count_rows_are_left_out_where_they_do(name):
    assert used_with(name, 3 + np.arange(N)) == used_with(name, np.arange(N)[::-1] * 2) == []


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_missing_values_of_arrays_are_said_and_filled(kind):
    x = RNG.normal(size=(N, 9, 2)).astype(kind)
    x[3, 4, 1], x[5, 0, 0] = np.nan, np.inf
    data = from_arrays(x, np.arange(N) % 2)
    assert "missing: 2 values of x (NaN or infinite; replaced with the channel's mean)" in map(
        str, data.notes
    )
    prepared = Preparation.fit(data, np.arange(40)).inputs(data.inputs)
    assert prepared[3, 4, 1] == prepared[5, 0, 0] == 0


@pytest.mark.parametrize(
    ("lost", "said"), [({"a": 2}, "2 values of 'a'"), ({"a": 1, "b": 3}, "4 values of 'b', 'a'"), ({"c": 1}, "1 value of 'c'")]
)
def test_the_channels_of_missing_values_of_series_are_named(lost, said):
    frame = pd.DataFrame({"id": np.repeat(np.arange(20), 9), "t": np.tile(np.arange(9), 20)})
    frame = frame.assign(**{name: RNG.normal(size=180) for name in "abc"}, y=lambda one: one["id"] % 2)
    for name, count in lost.items():
        frame.loc[9 * np.arange(count) + 4, name] = np.nan
    data = read(frame, target="y", roles=Roles(id="id", time="t"))
    assert f"missing: {said} (NaN or infinite; replaced with the channel's mean)" in map(str, data.notes)


def test_fingerprint_depends_on_content_only(tmp_path):
    y = np.arange(N) % 2
    first = from_arrays(X, y, name="a").fingerprint
    assert from_arrays(X.copy(order="F"), y.astype(float), name="b").fingerprint == first
    changed = X.copy()
    changed[7, 1] += 1e-9
    others = [from_arrays(changed, y), from_arrays(X, 1 - y), from_arrays(X, y, task="regression"),
              from_arrays(X, y, x_test=X[:4], y_test=y[:4]), from_arrays(X[:, ::-1], y)]  # fmt: skip
    assert len({first, *(data.fingerprint for data in others)}) == 6
    cells = (["a", "bc"], ["ab", "c"], [None, "bc"])
    words = [from_arrays(np.array([pair, ["x", "y"]] * 30, dtype=object), y) for pair in cells]
    assert len({data.fingerprint for data in words}) == 3


@pytest.mark.parametrize(
    ("last", "values", "target"),
    [
        ("year", 1990 + np.arange(N) % 7, "v"),
        ("Year", 2000.0 + np.arange(N), "v"),
        ("year", np.arange(N) / 7, "year"),
        ("model year sales", 1990 + np.arange(N) % 7, "model year sales"),
        ("id", np.arange(N) % 30, "v"),
        ("ID", [f"s{i % 9}" for i in range(N)], "v"),
        ("caseid", [f"s{i % 27}" for i in range(N)], "v"),
        ("subject", np.arange(N) % 30, "v"),
        ("Patient", [f"s{i % 27}" for i in range(N)], "v"),
        ("subject", 301 + np.arange(N) % 12, "v"),
        ("subject", np.arange(N) % 6, "subject"),
        ("subject", ["maths", "art"] * (N // 2), "subject"),
        ("class_id", np.arange(N) % 4, "class_id"),
        ("acid", np.arange(N) / 9, "acid"),
    ],
)
def test_a_last_column_of_years_or_ids_is_not_guessed_to_be_the_target(last, values, target):
    data = read(pd.DataFrame({"x": X[:, 0], "v": X[:, 1], last: values}))
    assert data.target_name == target
    said = f"target: v (the last column that is not called a year or an id, as '{last}' is); --target NAME overrides"
    assert (said in map(str, data.notes)) == (target == "v")


@pytest.mark.parametrize(
    ("last", "values", "target"),
    [
        ("Day", np.arange(N) % 31 + 1, "v"),
        ("monat", np.arange(N) % 12 + 1, "v"),
        ("hour", np.arange(N) % 24, "v"),
        ("hour", np.arange(N) % 3, "hour"),
        ("day", np.arange(N) / 7, "day"),
        ("days", np.arange(N) % 31, "days"),
    ],
)
def test_a_last_column_of_parts_of_a_time_is_not_guessed_to_be_the_target(last, values, target):
    data = read(pd.DataFrame({"x": X[:, 0], "v": X[:, 1], last: values}))
    assert data.target_name == target
    said = f"target: v (the last column that is called no part of a time, as '{last}' is); --target NAME overrides"
    assert (said in map(str, data.notes)) == (target == "v")


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (["Training", "PublicTest", "PrivateTest"], "v"),
        (["train", "test"], "v"),
        (["train", "tram"], "last"),
    ],
)
def test_a_last_column_of_the_parts_of_a_split_is_not_guessed_to_be_the_target(words, target):
    data = read({"x": X[:, 0], "v": np.arange(N) % 3, "last": [words[place % len(words)] for place in range(N)]})
    assert data.target_name == target
    said = "target: v (the last column that says of no row whether it trains or tests, as 'last' does); --target NAME"
    assert any(str(note).startswith(said) for note in data.notes) == (target == "v")


@pytest.mark.parametrize(
    ("last", "values", "target"),
    [
        ("timestamp", 1672531200 + 15 * np.arange(N), "v"),
        ("event_time", 1672531200000 + 15 * np.arange(N), "v"),
        ("timestamp", 874724710 + 7919 * np.arange(N) % 10**6, "v"),
        ("time", 874724710 + 7919 * np.arange(N) % 10**6, "time"),
        ("time_us", 1672531200 + 15 * np.arange(N), "time_us"),
        ("revenue", 1672531200 + 15 * np.arange(N), "revenue"),
    ],
)
def test_a_last_column_of_seconds_since_1970_is_not_guessed_to_be_the_target(last, values, target):
    data = read(pd.DataFrame({"x": X[:, 0], "v": X[:, 1], last: values}))
    assert data.target_name == target
    said = f"target: v (the last column that is no time, as '{last}' is); --target NAME overrides"
    assert (said in map(str, data.notes)) == (target == "v")


def test_a_column_of_a_usual_name_that_holds_dates_is_not_the_target():
    days = [f"2020 {month}" for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")] * (N // 6)
    data = read(pd.DataFrame({"x": X[:, 0], "Label": days, "value": X[:, 1]}))
    assert "target: value (the last column; 'Label' holds dates); --target NAME overrides" in map(str, data.notes)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (1 + np.arange(N), "does not count the rows, as 't' does"),
        (["here"] * N, "varies, as 't' does not"),
        (np.ones(N), "varies, as 't' does not"),
        (1 + np.arange(N)[::-1], ""),
        (3 + np.arange(N), ""),
    ],
)
def test_a_last_column_that_counts_the_rows_or_never_varies_is_not_guessed_to_be_the_target(values, why):
    frame = pd.DataFrame({"x": X[:, 0], "v": X[:, 1], "t": values})
    said = f"target: v (the last column that {why}); --target NAME overrides"
    assert (said in map(str, read(frame).notes)) == bool(why)
    assert read(frame.assign(t=1 + np.arange(N)), target="t").target_name == "t"


def test_in_place_of_a_year_no_words_that_differ_and_no_dates_are_taken():
    names = [f"n{i * 7919 % N}" for i in range(N)]
    days = pd.date_range("2020-01-01", periods=N)
    frame = pd.DataFrame({"v": X[:, 0], "name": names, "day": days, "year": 1990 + np.arange(N) % 7})
    assert read(frame).target_name == "v"
    assert read(frame.drop(columns="v").assign(id=np.arange(N) % 30)[["id", "name", "year"]]).target_name == "year"


def test_a_year_is_the_target_where_it_is_asked_for_or_nothing_else_is_there():
    years = pd.DataFrame({"v": X[:, 0], "id": np.arange(N) % 30, "year": 1990 + np.arange(N) % 7})
    assert read(years, target="year").target_name == "year"
    assert read(years[["id", "year"]]).target_name == "year"
