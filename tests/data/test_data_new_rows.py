"""New rows: checked by name, in their order, in any form; all that is wrong in one message."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
N = 60
FRAME = pd.DataFrame(
    {
        "id": np.arange(1, N + 1),
        "age": RNG.integers(18, 80, N).astype(float),
        "city": RNG.choice(["Bonn", "Köln", "Ulm"], N),
        "code": RNG.choice(["1", "2", "A"], N),
        "member": RNG.random(N) > 0.5,
        "joined": pd.Timestamp("2021-03-01") + pd.to_timedelta(RNG.integers(0, 900, N), unit="D"),
        "label": RNG.choice(["yes", "no"], N),
    }
)


@pytest.fixture(scope="module")
def learnt():
    data = read(FRAME)
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    return Preparation.from_json(preparation.to_json()), preparation.inputs(data.inputs)


NEW = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "jsonl": lambda f, path: f.to_json(path, orient="records", lines=True, date_format="iso"),
}


@pytest.mark.parametrize("form", NEW)
def test_rows_from_files_keep_their_order(form, learnt, tmp_path):
    preparation, prepared = learnt
    order = RNG.permutation(N)[:17]
    path = tmp_path / f"new.{form}"
    NEW[form](FRAME.iloc[order].drop(columns="label")[FRAME.columns[-2::-1]], path)
    rows = read_inputs(path, preparation)
    np.testing.assert_array_equal(preparation.inputs(rows.inputs), prepared[order])
    np.testing.assert_array_equal(rows.others["id"], FRAME["id"].iloc[order])
    assert (rows.rows, rows.notes) == (17, ())


def test_rows_from_frames(learnt):
    preparation, prepared = learnt
    for frame in (FRAME, pl.from_pandas(FRAME), FRAME.convert_dtypes()):
        rows = read_inputs(frame, preparation)
        np.testing.assert_array_equal(preparation.inputs(rows.inputs), prepared)
        assert rows.others.names == ("id", "label")


def test_everything_that_is_wrong_is_in_one_message(learnt):
    bad = FRAME.rename(columns={"city": "City"}).drop(columns="member")
    bad = bad.assign(age="old", joined=3.5)
    with pytest.raises(DataError) as caught:
        read_inputs(bad, learnt[0])
    assert str(caught.value) == (
        "the columns of data are not those that the model was trained on: "
        "got 'age' holds words instead of numbers; "
        "'city' is missing (is it 'City'?); 'member' is missing; 'joined' holds numbers instead of dates, "
        "wanted 'age', 'city', 'code', 'member', 'joined'"
    )


CHANGES = {
    "extra column": (lambda f: f.assign(more=1), "ignored: 'more' (the training data had no such column)"),
    "unseen level": (lambda f: f.assign(city=["Rom", *f["city"][1:]]), "column city: 'Rom' not told apart"),
    "words among numbers": (lambda f: f.assign(age=["?!", *map(str, f["age"][1:])]),
        "column age: 1 words taken for missing"),
    "all missing": (lambda f: f.assign(age=None), ""),
    "numbers that were words": (lambda f: f.assign(code=1), ""),
    "ones for booleans": (lambda f: f.assign(member=f["member"].astype(int)), ""),
    "words for booleans": (lambda f: f.assign(member=f["member"].astype(str)), ""),
    "words for dates": (lambda f: f.assign(joined=f["joined"].astype(str)), ""),
    "words for numbers": (lambda f: f.assign(age=f["age"].astype(str)), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_can_be_understood_is_understood_and_said(name, learnt):
    preparation, prepared = learnt
    change, said = CHANGES[name]
    rows = read_inputs(change(FRAME), preparation)
    inputs = preparation.inputs(rows.inputs)
    assert inputs.shape == prepared.shape and np.isfinite(inputs).all()
    assert said in "\n".join(map(str, rows.notes)) and bool(rows.notes) == bool(said)
    if "booleans" in name or "dates" in name or name == "words for numbers":
        np.testing.assert_array_equal(inputs, prepared)
    if name == "numbers that were words":
        codes = [i for i, column in enumerate(preparation.input_names) if column.startswith("code")]
        np.testing.assert_array_equal(inputs[:, codes], [[1, 0, 0]] * N)


@pytest.mark.parametrize(
    "kind", ["flat", "constant columns", "series", "image", "tokens", "texts", "flattened"]
)
def test_arrays(kind, tmp_path):
    y = np.arange(N) % 2
    x = {
        "flat": RNG.normal(size=(N, 4)),
        "constant columns": np.stack([np.ones(N), np.arange(N), np.zeros(N)], axis=1),
        "series": RNG.normal(size=(N, 7, 2)),
        "image": RNG.integers(0, 255, (N, 6, 6)).astype(np.uint8),
        "tokens": RNG.integers(0, 9, (N, 5)),
        "texts": np.array([f"text number {i}" for i in range(N)]),
        "flattened": RNG.normal(size=(N, 6, 2)),
    }[kind]
    layout = {"tokens": "text", "texts": "text", "flattened": "flat"}.get(kind)
    data = from_arrays(x, y, layout=layout)
    preparation = Preparation.fit(data, np.arange(40))
    prepared = preparation.inputs(data.inputs)
    np.testing.assert_array_equal(preparation.inputs(read_inputs(x[5:9], preparation).inputs), prepared[5:9])
    np.savez(tmp_path / "new.npz", x=x[:3])
    np.testing.assert_array_equal(
        preparation.inputs(read_inputs(tmp_path / "new.npz", preparation).inputs), prepared[:3]
    )
    with pytest.raises(DataError, match=r"(is not what|not those that) the model was trained on"):
        read_inputs(np.zeros((3, 11, 3)) if kind != "texts" else np.zeros((3, 2)), preparation)
    with pytest.raises(DataError, match="no rows to predict"):
        read_inputs(x[:0], preparation)


def test_a_frame_for_a_model_that_was_trained_on_an_array():
    x = RNG.normal(size=(N, 3))
    data = from_arrays(x, np.arange(N) % 2)
    preparation = Preparation.fit(data, np.arange(40))
    rows = read_inputs(pd.DataFrame(x, columns=["a", "b", "c"]), preparation)
    np.testing.assert_array_equal(preparation.inputs(rows.inputs), preparation.inputs(data.inputs))
    assert [str(note) for note in rows.notes] == ["columns taken in their order (one side has no names)"]
