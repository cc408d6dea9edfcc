"""Lists of numbers as a target: the same task in whatever form they are written."""

import json

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

N = 60
FORMS = ("jsonl", "csv", "parquet", "frame")
rng = np.random.default_rng(0)
A, B = rng.normal(size=(2, N)).round(3).tolist()
COUNTS = rng.integers(1, 4, N).tolist()
TAGS = [sorted(rng.choice(5, size=count, replace=False).tolist()) for count in COUNTS]
SERIES = [rng.normal(size=count).round(3).tolist() for count in rng.integers(6, 12, N)]
EVEN = rng.normal(size=(N, 8)).round(3)


def written(form, columns, folder):
    """Columns in one of their forms: a path or a frame."""
    frame = pd.DataFrame(columns)
    path = folder / f"data.{form}"
    if form == "frame":
        return frame
    if form == "jsonl":
        rows = zip(*(list(values) for values in columns.values()))
        path.write_text("\n".join(json.dumps(dict(zip(columns, row))) for row in rows))
    elif form == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    return path


# name: (columns, options, kind of the task, shape of the target, words of what is printed)
CASES = {
    "numbers, by a usual name": (
        {"a": A, "b": B, "y": [[a + b, a - b, 2 * a] for a, b in zip(A, B)]}, {}, "regression", (N, 3), "target: y, lists of 3 numbers (a usual name of a target); --target NAME overrides"),
    "numbers in the first column, as asked": (
        {"at": EVEN[:, :2].tolist(), "a": A, "b": B}, {"target": "at"}, "regression", (N, 2), "target: at, lists of 2 numbers (as asked)"),
    "numbers beside a column": (
        {"at": EVEN[:, :2].tolist(), "a": A, "b": B}, {"target": "at,b"}, "regression", (N, 3), "targets: at_0, at_1, b (as asked)"),
    "zeros and ones": (
        {"a": A, "b": B, "target": [[int(a > 0), int(b > 0), int(a + b > 0)] for a, b in zip(A, B)]}, {}, "multilabel", (N, 3), "3 labels ('target_0', 'target_1', 'target_2')"),
    "true and false": (
        {"a": A, "b": B, "flags": [[a > 0, b > 0] for a, b in zip(A, B)]}, {}, "multilabel", (N, 2), "2 labels ('flags_0', 'flags_1')"),
    "as many labels as a row has": ({"a": A, "b": B, "tags": TAGS}, {}, "multilabel", (N, 5), "5 labels ('0', '1', '2', '3', '4')"),
    "no label in some rows": (
        {"a": A, "b": B, "tags": [tags if n % 4 else [] for n, tags in enumerate(TAGS)]}, {"target": "tags"}, "multilabel", (N, 5), "target: tags, lists of 0 to 3 numbers"),
    "a label for each step": (
        {"v": SERIES, "state": [[int(v > 0) for v in one] for one in SERIES]}, {}, "classification", (N, 11), "target of each step"),
    "a word for each step": (
        {"v": SERIES, "state": [["up" if v > 0 else "down" for v in one] for one in SERIES]}, {}, "classification", (N, 11), "state, lists of words, one for each step"),
    "a word for each step of as many": (
        {"y": [["up" if v > 0 else "down" for v in one] for one in EVEN.tolist()], "v": EVEN.tolist()}, {}, "classification", (N, 8), "target of each step: 480 steps in 60 series"),
    "a word for each step, some of which are missing": (
        {"v": SERIES, "state": [[None, *("up" if v > 0 else "down" for v in one[1:])] for one in SERIES]}, {}, "classification", (N, 11), "not counted: 60 steps without a target"),
    "words of a series, none of them twice": (
        {"v": EVEN[:, :2].tolist(), "y": [["ab"[n % 2], "cd"[n % 3 % 2]] for n in range(N)]}, {}, "multilabel", (N, 4), "4 labels"),
    "words for a series": (
        {"v": EVEN.tolist(), "y": [["ab"[n % 2] if v > 0 else "ac"[n % 3 % 2] for v in one] for n, one in enumerate(EVEN)]}, {"target_per": "series"}, "multilabel", (N, 3), "3 labels ('a', 'b', 'c')"),
    "a number for each step": (
        {"v": EVEN.tolist(), "y": EVEN.cumsum(axis=1).round(3).tolist()}, {}, "regression", (N, 8), "target of each step: 480 steps in 60 series"),
    "numbers for a series": (
        {"v": EVEN.tolist(), "y": EVEN.cumsum(axis=1).round(3).tolist()}, {"target_per": "series"}, "regression", (N, 8), "regression of 8 targets"),
    "inputs behind classes": ({"kind": ["u", "v"] * 30, "x": EVEN.tolist()}, {}, "classification", (N,), "target: kind (the last column)"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CASES)
def test_a_target_of_lists(name, form, tmp_path):
    columns, options, kind, shape, words = CASES[name]
    data = read(written(form, columns, tmp_path), **options)
    assert (data.task.kind, data.target.shape) == (kind, shape)
    assert words in "\n".join(map(str, data.notes))
    np.testing.assert_array_equal(data.target, read(written("jsonl", columns, tmp_path), **options).target)


@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_is_missing_in_a_list_is_missing(form, tmp_path):
    columns = {"a": A, "b": B, "y": [[a, None if n == 5 else b] for n, (a, b) in enumerate(zip(A, B))]}
    assert read(written(form, columns, tmp_path)).places.tolist() == [n for n in range(60) if n != 5]


@pytest.mark.parametrize("cell", ["[1, 2", "[1]2]", "[1 2]]", "1, 2", "[one, 2]"])
def test_cells_that_are_no_lists_stay_words(cell, tmp_path):
    lines = [f'{n % 7},{n % 5},"{cell if n % 2 else "[3, 4]"}"' for n in range(N)]
    (tmp_path / "data.csv").write_text("\n".join(["a,b,y", *lines]))
    assert read(tmp_path / "data.csv").task.classes == tuple(sorted([cell, "[3, 4]"]))


@pytest.mark.parametrize("form", FORMS)
def test_fractions_of_unequal_counts_are_no_target(form, tmp_path):
    columns = {"a": A, "b": B, "y": [[0.25 * n, 1.5][: 1 + n % 2] for n in range(N)]}
    with pytest.raises(FourfoldError, match="the lists of the target 'y' have unequal lengths: got 1 to 2 numbers"):
        read(written(form, columns, tmp_path))


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_steps_of_new_lists_in_a_row_each(form, tmp_path):
    """What stands beside a series is written beside each of its steps."""
    columns = {"id": [f"s{n}" for n in range(N)], "v": SERIES, "y": [[int(v > 0) for v in one] for one in SERIES]}
    data = read(written(form, columns, tmp_path), roles=Roles(id="id"))
    new = read_inputs(written(form, {"id": ["p", "q"], "v": [[0.5, 1.5], [1.0]]}, tmp_path), Preparation.fit(data, range(N)))
    assert new.others["id"].tolist() == ["p", "p", "q"] and new.others["step"].tolist() == [0, 1, 0]


def test_lists_of_values_of_numpy_in_text_are_these_values(tmp_path):
    """What to_csv writes of lists of NumPy's numbers and words."""
    words = [[np.str_("up" if v > 0 else "down") for v in one] for one in EVEN]
    path = written("csv", {"v": [list(one) for one in EVEN], "y": words}, tmp_path)
    assert "np.float64(" in path.read_text()
    data = read(path)
    assert data.inputs[..., 0].tolist() == EVEN.tolist() and data.target.tolist() == words


@pytest.mark.parametrize("form", FORMS)
def test_a_label_of_the_test_rows_alone_is_refused(form, tmp_path):
    columns = {"a": A, "b": B, "tags": TAGS}
    (tmp_path / "test").mkdir()
    test = written(form, {"a": A[:4], "b": B[:4], "tags": [[9], *TAGS[1:4]]}, tmp_path / "test")
    with pytest.raises(FourfoldError, match="the test rows have labels that the training rows don't have: got '9'"):
        read(written(form, columns, tmp_path), test=test, target="tags")
