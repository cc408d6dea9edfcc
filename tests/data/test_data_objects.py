"""What programs hold in columns beside numbers and words: read as what a file of them would hold, and said."""

import datetime as dt
import enum
import fractions
import json
import pathlib
import uuid

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError, FourfoldError

N = 40
Y = ["p", "q"] * 20
V = list(range(N))
DAYS = pd.date_range("2020-01-01", periods=N)
TAGS = [["a"], ["a", "b, c"], ["b, c"], []] * 10
LISTED = (
    "task: multilabel, 2 labels ('a', 'b, c'), 1 a row (its values are lists of words); --task classification"
)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def table(**columns):
    return pd.DataFrame({**columns, "v": V, "y": Y})


# name: (data, kind of the first column, words of what is printed)
COLUMNS = {
    "periods": (table(a=pd.period_range("2020-01", periods=N, freq="M")), "date", "column a: date (periods, each by its start)"),
    "intervals": (table(a=pd.cut(np.arange(N) % 9, 3)), "category", "1 category"),
    "durations of pandas": (table(a=pd.to_timedelta(np.arange(N) % 11, unit="h")), "number", "column a: number (in seconds: 1:23:45 is 5025)"),
    "durations of polars": (pl.DataFrame({"a": [dt.timedelta(hours=i % 11) for i in V], "v": V, "y": Y}), "number", "column a: number (in seconds: 1:23:45 is 5025)"),
    "series of dates in a dict": ({"a": pd.Series(DAYS), "v": pd.Series(V), "y": pd.Series(Y)}, "date", "1 date"),
    "series of dates with a zone in a dict": ({"a": pl.Series(DAYS.tz_localize("UTC").to_list()), "v": V, "y": Y}, "date", "1 date"),
    "dates with a zone of pandas": (table(a=DAYS.tz_localize("Europe/Berlin")), "date", "column a: date ('2020-01-01 00:00:00+01:00' and the like turned to Greenwich time)"),
    "dates with a zone of polars": (pl.DataFrame({"a": DAYS.tz_localize("Asia/Tokyo"), "v": V, "y": Y}), "date", "('2020-01-01 00:00:00+09:00' and the like turned to Greenwich time)"),
    "dates with a zone in rows": (table(a=DAYS.tz_localize("Europe/Berlin")).to_dict("records"), "date", "('2020-01-01 00:00:00+01:00' and the like turned to Greenwich time)"),
    "dates of NumPy in a list": ({"a": [*np.arange(N).astype("M8[D]")], "v": V, "y": Y}, "date", "1 date"),
    "numbers of JAX in rows": ([{"a": jnp.asarray(i / 2), "y": Y[i]} for i in V], "number", "1 number"),
    "numbers without axes in a frame": (table(a=pd.Series([np.array(i / 2) for i in V], dtype=object)), "number", "2 numbers"),
    "words without axes": ({"a": [np.array("rg"[i % 2]) for i in V], "y": Y}, "category", "1 category"),
    "dates without axes": ({"a": [np.array(day) for day in DAYS.to_numpy()], "y": Y}, "date", "1 date"),
    "arrays of JAX of two numbers": ({"a": [jnp.asarray([i, i % 7]) for i in V], "v": V, "y": Y}, "number", "layout: flat, 3 numbers"),
    "lists of two numbers": (table(a=[[i, i % 7] for i in V]), "number", "lists: 'a' (their numbers are columns NAME_0"),
    "arrays of two numbers": (table(a=[np.array([i, i % 7]) for i in V]), "number", "layout: flat, 3 numbers"),
    "objects of polars": (pl.DataFrame({"a": [{"u": i, "w": [i % 3, 15 - i]} for i in V], "v": V, "y": Y}), "number", "objects: 'a' (their fields are columns NAME.FIELD)"),
    "objects of pyarrow": (pa.table({"a": [{"u": i} for i in V], "v": V, "y": Y}), "number", "objects: 'a'"),
    "objects in a list of rows": ([{"a": {"b": {"c": i}}, "y": Y[i]} for i in V], "number", "objects: 'a', 'a.b'"),
    "lists of words": (table(a=[["x"], ["x", "z"]] * 20), "number", "a: an indicator for each of 'x', 'z'"),
    "arrays of words, the first without any": (table(a=[np.array([], str), np.array(["x", "z"]), np.array(["x"])] * 13 + [np.array(["z"])]), "number", "a: an indicator for each of 'x', 'z'"),
    "names of Python": (table(a=[Colour.RED, Colour.BLUE] * 20), "category", "1 category"),
    "identifiers and paths": (table(a=[uuid.UUID(int=i % 3) for i in V], b=[pathlib.Path(f"k{i % 3}") for i in V]), "category", "2 categories"),
    "fractions": (table(a=[fractions.Fraction(i, 3) for i in V]), "number", "2 numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_objects(name):
    frame, kind, words = COLUMNS[name]
    data = read(frame, target="y")
    assert data.columns[0].kind == kind and words in "\n".join(map(str, data.notes))


def test_nothing_is_said_of_the_zone_of_greenwich():
    for zone in ("UTC", None):
        frame = table(a=DAYS.tz_localize(zone))
        assert not [note for note in read(frame, target="y").notes if "Greenwich" in str(note)]


def test_refused_objects():
    for cells in ([[[[i], [2]]] for i in V], [{}] * N, [object()] * N):
        with pytest.raises(FourfoldError, match="column 'a' holds objects"):
            read(table(a=cells))


@pytest.mark.parametrize("empty", [pd.DataFrame(), pd.DataFrame(index=V), pl.DataFrame(), pa.table({}), {}, [{}]])
def test_tables_without_columns_are_refused(empty):
    for take in (lambda: read(empty), lambda: from_arrays(empty, Y)):
        with pytest.raises(DataError, match="data has no columns: got an empty table"):
            take()
    if not isinstance(empty, (dict, list)):
        with pytest.raises(DataError, match="y has no columns"):
            from_arrays(table(), empty)


FRAMES = {
    "pandas": pd.DataFrame({"v": V, "tags": TAGS}),
    "sets": pd.DataFrame({"v": V, "tags": list(map(set, TAGS))}),
    "polars": pl.DataFrame({"v": V, "tags": TAGS}),
    "pyarrow": pa.table({"v": V, "tags": TAGS}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_lists_of_words_are_labels(name, tmp_path):
    found = [read(FRAMES[name], target="tags"), from_arrays(FRAMES["pandas"][["v"]], TAGS)]
    pl.DataFrame({"v": V, "tags": TAGS}).write_parquet(tmp_path / "data.parquet")
    lines = [json.dumps({"v": v, "tags": tags}) for v, tags in zip(V, TAGS)]
    (tmp_path / "data.jsonl").write_text("\n".join(lines))
    (tmp_path / "data.json").write_text(f"[{','.join(lines)}]")
    found += [read(tmp_path / f"data.{form}") for form in ("parquet", "jsonl", "json")]
    for data in found:
        assert LISTED in "\n".join(map(str, data.notes))
        np.testing.assert_array_equal(data.target, found[0].target)
    assert found[0].target[:4].tolist() == [[1, 0], [1, 1], [0, 1], [0, 0]]
    assert read(FRAMES[name], target="tags", task="classification").task.kind == "classification"
    asked = read(FRAMES[name], target="tags", task="multilabel")
    np.testing.assert_array_equal(asked.target, found[0].target)


def test_lists_of_one_word_each_are_classes():
    assert from_arrays(np.arange(N), as_lists([[word] for word in Y])).task.kind == "classification"


def as_lists(cells):
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column


def test_durations_as_a_target_are_said():
    notes = from_arrays(np.arange(N), np.arange(N).astype("m8[m]")).notes
    assert "target y: number (in seconds: 1:23:45 is 5025)" in map(str, notes)


class Coarse(dt.timedelta):
    """As pandas 2 makes them of units above nanoseconds: the parts of the class above it are all 0."""

    def total_seconds(self):
        return self.seconds_of_all


def coarse(seconds):
    found = Coarse(0)
    found.seconds_of_all = float(seconds)
    return found


@pytest.mark.parametrize("unit", ["s", "ms", "ns", "objects"])
def test_durations_are_as_long_as_they_say(unit):
    seconds = np.random.default_rng(0).integers(60, 9000, N)
    took = [coarse(one) for one in seconds] if unit == "objects" else seconds.astype("m8[s]").astype(f"m8[{unit}]")
    frame = pd.DataFrame({"took": pd.Series(took, dtype=object if unit == "objects" else None), "v": V, "y": Y})
    np.testing.assert_array_equal(read(frame, target="y").inputs["took"], seconds)


@pytest.mark.parametrize("role", ["group", "weight", "id"])
def test_roles_with_another_order_of_rows_are_refused(role):
    frame = pd.DataFrame({"v": np.arange(40.0) % 7, "kind": ["a", "b"] * 20})
    values = pd.Series(np.arange(40) // 4, index=np.arange(40)[::-1])
    with pytest.raises(DataError, match=f"x and {role} have their rows in different orders.*{role}.loc"):
        read(frame, target="kind", roles=Roles(**{role: values}))
    with pytest.raises(DataError, match=f"x and {role} have their rows in different orders"):
        from_arrays(frame[["v"]], frame["kind"], roles=Roles(**{role: values}))
    assert read(frame, target="kind", roles=Roles(**{role: values.to_numpy()})).rows == 40


def test_rows_whose_labels_have_nothing_in_common_are_said_to_go_by_their_place():
    x = pd.DataFrame({"v": np.arange(40.0) % 7}, index=[f"r{n}" for n in range(40)])
    y = pd.Series(["a", "b"] * 20, index=[f"q{n}" for n in range(40)])
    assert any("no label in common, such as 'r0' and 'q0'" in str(note) for note in from_arrays(x, y).notes)
    for other in (y.set_axis(x.index), y.to_numpy(), y.set_axis([*x.index[:39], "z"])):
        assert not any("no label in common" in str(note) for note in from_arrays(x, other).notes)


def test_record_batches_have_names_and_categories_of_numbers_are_said():
    frame = pd.DataFrame({"v": np.arange(40.0) % 7, "w": np.arange(40) % 5 * 1.5})
    batch = pa.RecordBatch.from_pandas(frame)
    assert [column.name for column in from_arrays(batch, ["a", "b"] * 20).columns] == ["v", "w"]
    coded = frame.assign(c=pd.Categorical(np.arange(40) % 4), d=pd.Categorical(list("abcd") * 10))
    told = [str(note) for note in from_arrays(coded, ["a", "b"] * 20).notes]
    assert "categories that are numbers: 'c' (read as numbers; words, such as c1, are classes)" in told


@pytest.mark.parametrize("library", [pd.Series, pl.Series])
def test_a_series_without_a_name_is_a_list(library):
    texts = [f"the {word} cat sat on {place}" for place, word in enumerate(["red", "big"] * 20)]
    for values in (texts, V):
        data = from_arrays(library(values), Y)
        assert [one.name for one in data.columns] == [one.name for one in from_arrays(values, Y).columns]


def test_lists_of_steps_of_unequal_lengths_are_arrays():
    series = [np.random.default_rng(place).normal(size=(5 + place % 3, 2)) for place in range(N)]
    lists = from_arrays([one.tolist() for one in series], Y)
    assert lists.fingerprint == from_arrays(series, Y).fingerprint and lists.layout == "sequence"
    with pytest.raises(DataError, match="series 2 has 3 channels, the first has 2"):
        from_arrays([[[1, 2]], [[1, 2, 3], [4, 5, 6]]], Y[:2])
    for ragged in ([[[1, 2]], [[1], [2, 3]]], [[[1, 2]], [[1, 2], 3]], [[[1, 2]], []]):
        with pytest.raises(DataError, match="x is no array"):
            from_arrays(ragged, Y[:2])
