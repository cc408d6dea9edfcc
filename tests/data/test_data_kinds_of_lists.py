"""Lists of numbers are labels, series or columns by one rule, in whatever form they come."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fourfold.data import read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

N = 60
RNG = np.random.default_rng(0)
SIZE, Y = RNG.normal(size=N).round(3).tolist(), RNG.choice(["p", "q"], N).tolist()


def as_text(columns, path):
    cells = {name: [json.dumps(one) if isinstance(one, list) else one for one in own] for name, own in columns.items()}
    pd.DataFrame(cells).to_csv(path, index=False)


def as_lines(columns, path):
    path.write_text("\n".join(json.dumps(dict(zip(columns, row))) for row in zip(*columns.values())))


FILES = {
    "csv": as_text,
    "jsonl": as_lines,
    "json": lambda columns, path: path.write_text(json.dumps(columns)),
    "parquet": lambda columns, path: pl.DataFrame(columns, strict=False).write_parquet(path),
}
OBJECTS = {
    "pandas": lambda columns: pd.DataFrame({name: pd.Series(own, dtype=object if any(isinstance(one, list) for one in own) else None) for name, own in columns.items()}),
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
}
FORMS = [*FILES, *OBJECTS]


def given(form, columns, folder):
    if form in OBJECTS:
        return OBJECTS[form](columns)
    FILES[form](columns, folder / f"data.{form}")
    return folder / f"data.{form}"


LENGTHS = {
    "one": lambda row: 1,
    "three": lambda row: 3,
    "one to three": lambda row: 1 + row % 3,
    "none to two": lambda row: row % 3,
    "none or one": lambda row: row % 2,
    "none or two": lambda row: 2 * (row % 2),
    "five to nine": lambda row: 5 + row % 5,
}
NUMBERS = {
    "ids": lambda rng, count: sorted(rng.choice(12, count, replace=False).tolist()),
    "counts": lambda rng, count: rng.integers(0, 3, count).tolist(),
    "whole as floats": lambda rng, count: rng.choice(50, count, replace=False).astype(float).tolist(),
    "truths": lambda rng, count: (rng.random(count) > 0.5).tolist(),
    "times": lambda rng, count: (rng.integers(0, 9) + np.arange(count)).tolist(),
    "fractions": lambda rng, count: rng.normal(size=count).round(2).tolist(),
    "some missing": lambda rng, count: [None, *rng.normal(size=count - 1).round(2).tolist()] if count > 1 else [0.5] * count,
    "few different lists": lambda rng, count: [18, 25, 26, 40, 41, 60, 61, 70, 80][:count],
}  # fmt: skip


def lists(numbers, lengths):
    return [NUMBERS[numbers](np.random.default_rng(row), LENGTHS[lengths](row)) for row in range(N)]


def told(data):
    return sorted(str(note) for note in data.notes if not str(note).startswith("separated by"))


def found(form, columns, folder, **options):
    """What a form is read as, or why it is refused."""
    try:
        data = read(given(form, columns, folder), **options)
    except DataError as error:
        return error.slug, error.got
    return data.layout, data.columns, data.task.kind, data.fingerprint, told(data)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("numbers", NUMBERS)
def test_they_are_the_same_in_every_form(numbers, lengths, tmp_path):
    own = lists(numbers, lengths)
    holed = [None if row % 7 == 0 else one for row, one in enumerate(own)]
    for columns in ({"size": SIZE, "v": holed, "y": Y}, {"size": SIZE, "v": own}):
        each = {form: found(form, columns, tmp_path) for form in FORMS}
        assert all(one == each["csv"] for one in each.values()), each


# name: (numbers, lengths, the layout, the columns)
KINDS = {
    "ids of which rows have one to three are labels": ("ids", "one to three", "flat", None),
    "ids of which rows have one at most are labels": ("ids", "none or one", "flat", None),
    "two numbers or none are columns": ("fractions", "none or two", "flat", ("size", "v_0", "v_1")),
    "lists that repeat are columns": ("counts", "three", "flat", ("size", "v_0", "v_1", "v_2")),
    "one number in each is a column": ("ids", "one", "flat", ("size", "v_0")),
    "counts, some of them alike in a list, are steps": ("counts", "one to three", "sequence", ("v",)),
    "fractions of unequal counts are steps": ("fractions", "one to three", "sequence", ("v",)),
    "numbers that count on are steps": ("times", "one to three", "sequence", ("v",)),
    "many ids are steps": ("ids", "five to nine", "sequence", ("v",)),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_what_they_are(name, tmp_path):
    numbers, lengths, layout, columns = KINDS[name]
    own = lists(numbers, lengths)
    columns = columns or ("size", *(f"v = {level}" for level in sorted({str(one) for cell in own for one in cell})))
    data = read(given("jsonl", {"size": SIZE, "v": own, "y": Y}, tmp_path))
    assert (data.layout, tuple(column.name for column in data.columns)) == (layout, columns)
    labels = "labels: the lists of 'v' (lists of few whole numbers, none twice in one, more in some rows than in others); --layout sequence overrides"
    assert (labels in told(data)) == name.endswith("are labels")


def test_labels_are_series_where_that_is_asked_for():
    columns = {"size": SIZE, "v": lists("ids", "one to three"), "y": Y}
    data = read(columns, layout="sequence")
    assert data.layout == "sequence" and not any("labels" in one for one in told(data))


def test_labels_are_indicators_beside_columns_of_lists():
    columns = {"w": lists("fractions", "three"), "v": lists("ids", "one to three"), "size": SIZE, "y": Y}
    data = read(columns)
    assert [column.name for column in data.columns if column.kind == "number"] == ["w_0", "w_1", "w_2", "size"]
    assert data.inputs["v = 3"].tolist() == [float(3 in one) for one in columns["v"]]
    assert "lists: 'w' (their numbers are columns NAME_0, NAME_1, ...)" in told(data)


# name: (lists of new rows, the labels of the first row, words of what is said)
NEW = {
    "one row": ([[3, 5]], {"3", "5"}, ""),
    "no list of several": ([[7], [1]], {"7"}, ""),
    "one twice, and more than half of five": ([[3, 3, 1, 5, 6, 7, 8], []], {"1", "3", "5", "6", "7", "8"}, ""),
    "one that is unknown": ([[2, 99], [1]], {"2"}, "not known: '99' of v, 1 row"),
    "fractions": ([[2, 1.5], [1]], {"2"}, "not known: '1.5' of v, 1 row"),
    "none in any row": ([[], []], set(), ""),
    "missing": ([None, [2]], set(), ""),
    "words": ([["3"], ["5", "7"]], {"3"}, ""),
}


@pytest.mark.parametrize("name", ["v", "V"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", NEW)
def test_new_rows_have_labels_whatever_their_lists_look_like(case, form, name, tmp_path):
    new, labels, said = NEW[case]
    learnt = read({"size": SIZE, "v": lists("ids", "one to three"), "y": Y})
    preparation = Preparation.from_json(Preparation.fit(learnt, np.arange(N)).to_json())
    rows = read_inputs(given(form, {"size": [0.5] * len(new), name: new}, tmp_path), preparation)
    first = {one.removeprefix("v = ") for one, values in rows.inputs.items() if one != "size" and values[0] == 1}
    assert first == labels and said in "\n".join(map(str, rows.notes))


@pytest.mark.parametrize("form", FORMS)
def test_test_rows_have_labels_as_the_others(form, tmp_path):
    own = lists("ids", "one to three")
    (tmp_path / "test").mkdir()
    test = given(form, {"size": SIZE[:2], "v": [[4, 4], [7]], "y": ["p", "q"]}, tmp_path / "test")
    data = read(given(form, {"size": SIZE, "v": own, "y": Y}, tmp_path), test=test)
    assert data.layout == "flat" and data.rows == N + 2
    assert data.inputs["v = 4"][-2:].tolist() == [1, 0] and data.inputs["v = 7"][-2:].tolist() == [0, 1]


@pytest.mark.parametrize("lacking", [{}, {"V": lists("ids", "one to three")}])
@pytest.mark.parametrize("form", FORMS)
def test_test_rows_without_the_column_of_lists_are_refused(form, lacking, tmp_path):
    own = lists("ids", "one to three")
    (tmp_path / "test").mkdir()
    test = given(form, {"size": SIZE, **lacking, "y": Y}, tmp_path / "test")
    with pytest.raises(DataError, match="the test data lack columns: got no lists of numbers in 'v'") as caught:
        read(given(form, {"size": SIZE, "v": own, "y": Y}, tmp_path), test=test)
    assert ("is it 'V'?" in str(caught.value)) is bool(lacking)


@pytest.mark.parametrize("form", FILES)
def test_files_without_the_column_of_lists_are_refused(form, tmp_path):
    given(form, {"size": SIZE, "v": lists("ids", "one to three"), "y": Y}, tmp_path).rename(tmp_path / f"a.{form}")
    given(form, {"size": SIZE, "y": Y}, tmp_path).rename(tmp_path / f"b.{form}")
    with pytest.raises(DataError, match="has other columns than .*: got no 'v', wanted"):
        read(tmp_path)
