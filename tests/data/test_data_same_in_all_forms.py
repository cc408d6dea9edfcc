"""One table in every form that can hold it: the same columns, missing values, classes and notes, also of new rows."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from test_data_sheets import workbook

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

N = 60
EXCEL_DAY = pd.Timestamp("1899-12-30")


def plain(value):
    """A cell as JSON holds it."""
    if isinstance(value, (list, np.ndarray)):
        return list(value)
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def records(frame):
    return [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def excel(frame, path):
    def cell(value):
        if isinstance(value, pd.Timestamp):
            return (1, (value - EXCEL_DAY).days)
        value = plain(value)
        if isinstance(value, bool):
            return f'<c t="b"><v>{value:d}</v></c>'
        return "" if value is None else value

    rows = [[cell(value) for value in row.values()] for row in frame.to_dict("records")]
    workbook(path, {"data": [list(frame.columns), *rows]}, formats=[14])


FILES = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "tsv": lambda f, path: f.to_csv(path, index=False, sep="\t"),
    "csv.gz": lambda f, path: f.to_csv(path, index=False, compression="gzip"),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "json": lambda f, path: path.write_text(json.dumps(records(f))),
    "jsonl": lambda f, path: path.write_text("\n".join(map(json.dumps, records(f)))),
    "json of columns": lambda f, path: path.write_text(json.dumps({n: [*map(plain, f[n])] for n in f})),
    "xlsx": excel,
}
OBJECTS = {
    "pandas": lambda f: f,
    "nullable": lambda f: f.convert_dtypes(),
    "polars": pl.from_pandas,
    "pyarrow": lambda f: pa.Table.from_pandas(f, preserve_index=False),
    "dict": lambda f: f.to_dict("list"),
    "records": lambda f: f.to_dict("records"),
}
FORMS = [*FILES, *OBJECTS]


def given(form, frame, folder):
    if form in OBJECTS:
        return OBJECTS[form](frame)
    path = folder / f"data.{form.split()[0]}"
    FILES[form](frame, path)
    return path


def cells(values, **columns):
    """Columns whose cells repeat these values, beside a number and the target."""
    rng = np.random.default_rng(0)
    found = {"size": rng.normal(size=N).round(3)}
    found |= {name: [own[i % len(own)] for i in range(N)] for name, own in ({"v": values} | columns).items()}
    return pd.DataFrame(found | {"y": rng.choice(["p", "q"], N)})


RANDOM = np.random.default_rng(1)


def drawn(shape):
    """As many arrays as there are rows, of a shape or of one for each row."""
    return [RANDOM.normal(size=shape(i) if callable(shape) else shape).round(3) for i in range(N)]


INDISTINCT = "whole numbers that floats can't tell apart"
FRAMES = {
    "spellings of nothing": cells(["red", "NA", "?", "null", "", "n/a", "blue", "None", "#N/A"]),
    "blanks around words": cells(["red", " red", "blue ", "\tblue", "\u00a0red"]),
    "words that look like them": cells(["none", "Na", "nothing", "-", "NULLS"]),
    "numbers and spellings of nothing": cells(["1.5", "NA", "2", "?", "-", "7"]),
    "dates and spellings of nothing": cells(["2024-01-31", "NA", "2023-05-01", "", "2022-11-30"]),
    "missing values": cells(["red", None, "blue"], n=[1.0, None, 3.0, 4.5], day=[pd.Timestamp("2024-01-31"), pd.NaT, pd.Timestamp("2023-01-30")]),
    "true and false": cells([True, False, False], spelled=["TRUE", "false", "NA"]),
    "codes": cells(["00501", "10001", "02134"], v2=["007", "12", "3"]),
    "blanks around names": cells(["a", "b", "a"]).rename(columns={"v": " v ", "size": "size\t"}),
    "lists of numbers": cells([str(one.tolist()) for one in drawn(4)]),
    "lists below a name with a point": cells([str(one.tolist()) for one in drawn(3)]).rename(columns={"v": "v.x"}),
    "lists of numbers as NumPy writes them": cells([str(one) for one in drawn(3)]),
    "lists of numbers, some missing": cells([json.dumps([float(i), None, i / 7]) if i % 9 else None for i in range(N)]),
    "lists of unequal lengths": cells([str(one.tolist()) for one in drawn(lambda i: 5 + i % 4)]),
    "lists of unequal lengths, one short": cells([str(one.tolist()) for one in drawn(lambda i: 2 + i % 7)]),
    "lists of lists": cells([json.dumps(one.tolist()) for one in drawn((6, 2))]),
    "lists of objects": cells([json.dumps([{"t": t, "ax": ax} for t, ax in enumerate(one)]) for one in drawn(7)]),
    "lists of objects, some short": cells([json.dumps([{"t": t, "ax": ax} for t, ax in enumerate(one)]) for one in drawn(lambda i: 3 + i % 7)]),
    "objects": cells([json.dumps({"a": i, "b": {"c": i % 3 / 2, "d": "it's"[i % 3 :]}}) for i in range(N)]),
    "objects as Python writes them": cells([str({"a": i, "b": ["it's", None][i % 2], "c": i % 3 > 0}) for i in range(N)]),
    "classes that look like lists": cells(["[18, 25]", "[26, 40]", "[41, 60]"]),
    "words between brackets": cells(["[red]", "{blue}", "[1, red]"]),
    INDISTINCT: cells([2**53 + place for place in range(4)], n=[10**12 + 7, 10**12]),
    "large whole numbers, some missing": cells([2**53 + 2, None, 2**60, 17]).astype({"v": "Int64"}),
}  # fmt: skip

PAIRS = [(name, form) for name in FRAMES for form in FORMS if (name, form) != (INDISTINCT, "xlsx")]  # its cells are floats


def told(data):
    """What is said of a data set, but for what its form alone explains."""
    return [str(note) for note in data.notes if not str(note).startswith(("separated by", "sheet:", "not read:"))]


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_a_table_is_the_same_in_every_form(name, form, tmp_path):
    frame = FRAMES[name]
    frame.to_csv(tmp_path / "reference.csv", index=False)
    reference, data = read(tmp_path / "reference.csv"), read(given(form, frame, tmp_path))
    assert sorted(told(data)) == sorted(told(reference))
    assert data.columns == reference.columns
    assert data.fingerprint == reference.fingerprint


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_new_rows_are_the_same_in_every_form(name, form, tmp_path):
    frame = FRAMES[name]
    frame.to_csv(tmp_path / "reference.csv", index=False)
    learnt = [read(tmp_path / "reference.csv"), read(given(form, frame, tmp_path))]
    for data in learnt:
        preparation = Preparation.from_json(Preparation.fit(data, np.arange(N)).to_json())
        wanted = preparation.inputs(data.inputs)
        new = (frame.drop(columns="y"), tmp_path / "reference.csv", given(form, frame.drop(columns="y"), tmp_path))
        for rows in new:
            np.testing.assert_array_equal(preparation.inputs(read_inputs(rows, preparation).inputs), wanted)


NOT_TAKEN_APART = {
    "few objects": lambda row: [{"ax": 0.1 * row, "n": row * row}] * (1 + row % 2),
    "lists within lists within lists": lambda row: [[[0.1 * row, 1.5], [2, row]], [[3, 4.5], [row, 6]]],
    "ragged lists": lambda row: [[0.1 * row] * (3 + (row + step) % 2) for step in range(6)],
}


@pytest.mark.parametrize("case", NOT_TAKEN_APART)
@pytest.mark.parametrize("form", ["text", "json", "parquet"])
def test_numbers_that_cannot_be_taken_apart_are_no_texts_in_any_form(case, form, tmp_path):
    values = [NOT_TAKEN_APART[case](row) for row in range(N)]
    frame = pd.DataFrame({"v": values, "y": ["p", "q"] * (N // 2)})
    path = tmp_path / ("data.parquet" if form == "parquet" else f"data.{form.replace('text', 'csv')}")
    if form == "text":
        frame.assign(v=[json.dumps(one) for one in values]).to_csv(path, index=False)
    elif form == "json":
        path.write_text(frame.to_json(orient="records"))
    else:
        frame.to_parquet(path)
    with pytest.raises(DataError, match="no input column") as caught:
        read(path)
    assert form != "text" or "write series as lists of equally many numbers a step" in str(caught.value)


@pytest.mark.parametrize("form", ["parquet", *OBJECTS])
def test_durations_are_said_alike_in_every_form(form, tmp_path):
    frame = cells([pd.Timedelta(seconds=seconds) for seconds in (5, 3600, 90061)])
    frame.to_csv(tmp_path / "reference.csv", index=False)
    reference, data = read(tmp_path / "reference.csv"), read(given(form, frame, tmp_path))
    assert sorted(told(data)) == sorted(told(reference))
    assert data.fingerprint == reference.fingerprint


@pytest.mark.parametrize("form", FORMS)
def test_a_class_that_spells_nothing_is_never_dropped_in_silence(form, tmp_path):
    frame = cells(["x", "z"]).assign(y=np.array(["None", "mild", "severe"])[np.arange(N) % 3])
    with pytest.raises(DataError, match="got 20 of 60 rows, .* a class of such a name needs another one") as caught:
        read(given(form, frame, tmp_path))
    assert caught.value.slug == "missing-target"


@pytest.mark.parametrize("y", [["NA", "EU", "AS"], np.array(["NA", "EU", "AS"]), pd.Series(["NA", "EU", "AS"])])
def test_a_class_that_spells_nothing_is_told_of_arrays(y):
    with pytest.raises(DataError, match="a class of such a name needs another one"):
        from_arrays(np.random.default_rng(0).normal(size=(30, 2)), type(y)(np.tile(y, 10)) if isinstance(y, (list, pd.Series)) else np.tile(y, 10))


def test_steps_whose_class_spells_nothing_are_told():
    x, y = np.random.default_rng(0).normal(size=(20, 9, 2)), np.array(["None", "walk", "run"])[np.arange(180) % 3]
    said = "\n".join(map(str, from_arrays(x, y.reshape(20, 9)).notes))
    assert "not counted: 60 steps without a target (read, but neither learnt from nor scored; words" in said
    assert "a class of such a name needs another one" in said


def test_decimals_of_every_library_are_the_same_numbers(tmp_path):
    frame = cells([Decimal("0.07"), Decimal("-1.13"), Decimal("12.29"), None])
    forms = [written for form, written in OBJECTS.items()] + [lambda f: given("parquet", f, tmp_path)]
    assert len({read(form(frame)).fingerprint for form in forms}) == 1
    assert read(frame).inputs["v"][:3].tolist() == [0.07, -1.13, 12.29]


TARGETS = {
    "true and false": [number % 3 == 0 for number in range(N)],
    "True and False": [str(number % 3 == 0) for number in range(N)],
    "money": [f"${1000 + 7 * number:,}.50" for number in range(N)],
    "decimal commas": [f"{number // 10},{number % 10}5" for number in range(N)],
    "codes": [f"00{number % 3}" for number in range(N)],
    "words": [["red", "blue"][number % 2] for number in range(N)],
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_in_a_file_of_its_own_is_what_it_is_in_one_table(name, tmp_path):
    frame = pd.DataFrame({"v": np.random.default_rng(0).normal(size=N), "y": TARGETS[name]})
    for columns, path in ((["v", "y"], "one.csv"), (["v"], "x.csv"), (["y"], "y.csv")):
        frame[columns].to_csv(tmp_path / path, index=False)
    one = read(tmp_path / "one.csv")
    two = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert (one.fingerprint, one.task) == (two.fingerprint, two.task)
    tags = read(tmp_path / "x.csv", labels=tagged(tmp_path / "tags.csv"), task="multilabel")
    assert tags.task.classes == ("1", "2", "3")


def tagged(path):
    pd.DataFrame({"y": [["1", "1,2", "2,3", "3"][number % 4] for number in range(N)]}).to_csv(path, index=False)
    return path


def test_truths_in_arrays_are_true_and_false_in_every_form(tmp_path):
    x, steps = np.random.default_rng(0).normal(size=(N, 6, 2)), np.random.default_rng(1).random((N, 6)) > 0.5
    np.save(tmp_path / "x.npy", x)
    for y in (steps, steps[:, 0]):
        np.save(tmp_path / "y.npy", y)
        np.savez(tmp_path / "both.npz", x=x, y=y)
        found = [read(tmp_path / "x.npy", labels=tmp_path / "y.npy"), read(tmp_path / "both.npz"), from_arrays(x, y)]
        assert {data.task.classes for data in found} == {("false", "true")}
        assert len({data.fingerprint for data in found}) == 1


SINGLES = {
    "parquet": lambda f, path: f.to_parquet(path) or path,
    "pandas": lambda f, path: f,
    "nullable": lambda f, path: f.convert_dtypes(),
    "polars": lambda f, path: pl.from_pandas(f),
    "pyarrow": lambda f, path: pa.Table.from_pandas(f, preserve_index=False),
    "dict of arrays": lambda f, path: {name: f[name].to_numpy() for name in f},
    "records": lambda f, path: f.to_records(index=False),
}


@pytest.mark.parametrize("form", SINGLES)
@pytest.mark.parametrize("of", ["numbers", "lists"])
def test_single_precision_is_what_a_file_of_text_holds(of, form, tmp_path):
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(N, 3)) * 10.0 ** rng.integers(-20, 20, (N, 3))
    halves = rng.integers(-999, 999, N) / 2**11
    single = {"a": wide[:, 0].astype(np.float32), "b": halves.astype(np.float32), "y": wide[:, 2].astype(np.float32)}
    single["a"][::7] = np.nan
    text = {name: [*map(str, values)] for name, values in single.items()}
    if of == "lists":
        single["a"] = [*wide.astype(np.float32)]
        text["a"] = [f"[{', '.join(map(str, one))}]" for one in single["a"]]
    pd.DataFrame(text).to_csv(tmp_path / "data.csv", index=False)
    found = read(SINGLES[form](pd.DataFrame(single), tmp_path / "data.parquet"), target="y")
    assert found.fingerprint == read(tmp_path / "data.csv", target="y").fingerprint


def test_new_rows_of_single_precision_are_read_part_after_part_as_all_at_once(tmp_path):
    values = np.random.default_rng(0).normal(size=N).astype(np.float32)
    frame = pd.DataFrame({"v": values, "y": ["p", "q"] * (N // 2)})
    preparation = Preparation.fit(read(frame), np.arange(N))
    frame.to_parquet(tmp_path / "new.parquet")
    parts = [part.inputs["v"] for part in parts_of_inputs(tmp_path / "new.parquet", preparation)]
    assert np.concatenate(parts).tolist() == [float(str(value)) for value in values]


@pytest.mark.parametrize("odd", [None, b"\xff\xfe", b"r\x00d"])
def test_bytes_of_parquet_are_words_where_all_are_text(odd, tmp_path):
    frame = cells(["rö d", "blue\n", None], code=["1.5", "2", "7"])
    frame.to_parquet(tmp_path / "words.parquet")
    columns = {name: [one.encode() if isinstance(one, str) else plain(one) for one in frame[name]] for name in frame}
    columns["v"][40] = odd or columns["v"][40]
    pa.parquet.write_table(pa.table(columns), tmp_path / "bytes.parquet")
    words, data = read(tmp_path / "words.parquet"), read(tmp_path / "bytes.parquet")
    if odd is None:
        assert (data.fingerprint, told(data)) == (words.fingerprint, told(words))
    else:
        assert "left out: 'v' (nested or binary values)" in told(data) and "v" not in data.inputs
