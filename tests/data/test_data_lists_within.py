"""Series of several channels in one column: lists of lists, and lists of objects, in JSON and parquet."""

import json

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

LENGTHS = [6 + place % 3 for place in range(24)]
CHANNELS = ("ax", "ay", "az")
LABELS = ["walk", "run"] * 12


def drawn(lengths=LENGTHS, channels=3) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.normal(size=(steps, channels)).round(3) for steps in lengths]


def as_objects(one: np.ndarray) -> list[dict]:
    return [{"t": step, **dict(zip(CHANNELS, values))} for step, values in enumerate(one.tolist())]


CELLS = {
    "steps": (lambda one: one.tolist(), ["data.0", "data.1", "data.2"]),
    "channels": (lambda one: one.T.tolist(), ["data[0]", "data[1]", "data[2]"]),
    "objects": (as_objects, [f"data.{name}" for name in CHANNELS]),
}


def rows_of(series, cell, labels=None) -> list[dict]:
    rows = [{"who": f"s{place}", "data": cell(one)} for place, one in enumerate(series)]
    return rows if labels is None else [{**row, "label": label} for row, label in zip(rows, labels)]


def written(rows: list[dict], form: str, path):
    if form in ("frame", "arrays"):
        frame = pd.DataFrame(rows)
        arrays = form == "arrays" and not isinstance(rows[0]["data"][0], dict)
        return frame.assign(data=[np.array(cell) for cell in frame["data"]]) if arrays else frame
    path = path / f"{len(rows)}.{form}"
    if form == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    elif form == "json":
        path.write_text(json.dumps(rows))
    else:
        pd.DataFrame(rows).to_parquet(path)
    return path


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet", "frame", "arrays"])
@pytest.mark.parametrize("kind", CELLS)
def test_they_are_the_series_that_arrays_and_the_long_form_are(kind, form, tmp_path):
    series, (cell, names) = drawn(), CELLS[kind]
    data = read(written(rows_of(series, cell, LABELS), form, tmp_path))
    arrays = from_arrays(series, LABELS)
    assert data.layout == "sequence" and [column.name for column in data.columns] == names
    np.testing.assert_array_equal(data.inputs, arrays.inputs)
    np.testing.assert_array_equal(data.target, arrays.target)
    assert data.lengths.tolist() == LENGTHS
    lines = [
        {"who": place, "t": step, **dict(zip(CHANNELS, values)), "label": label}
        for place, (one, label) in enumerate(zip(series, LABELS))
        for step, values in enumerate(one.tolist())
    ]
    pd.DataFrame(lines).to_csv(tmp_path / "long.csv", index=False)
    long = read(tmp_path / "long.csv", roles=Roles(id="who", time="t"))
    np.testing.assert_array_equal(data.inputs, long.inputs)


@pytest.mark.parametrize("rows", [1, 2, 12])
@pytest.mark.parametrize("kind", CELLS)
def test_new_rows_of_other_lengths_are_read_alike(kind, rows, tmp_path):
    cell, _ = CELLS[kind]
    data = read(written(rows_of(drawn(), cell, LABELS), "jsonl", tmp_path))
    preparation = Preparation.from_json(Preparation.fit(data, range(20)).to_json())
    series = drawn([3] * rows)  # as many steps as channels
    found = read_inputs(written(rows_of(series, cell), "jsonl", tmp_path), preparation)
    np.testing.assert_array_equal(found.inputs[:, :3], np.stack(series))
    assert np.isnan(found.inputs[:, 3:]).all() and found.others["who"].tolist() == [f"s{n}" for n in range(rows)]
    longer = read_inputs(written(rows_of(drawn([11] * rows), cell), "json", tmp_path), preparation)
    np.testing.assert_array_equal(longer.inputs, np.stack(drawn([11] * rows))[:, :8])


@pytest.mark.parametrize("kind", CELLS)
def test_test_rows_are_read_alike(kind, tmp_path):
    cell, _ = CELLS[kind]
    for part, lengths in (("train", LENGTHS), ("test", [3] * 12)):
        rows = rows_of(drawn(lengths), cell, LABELS[: len(lengths)])
        written(rows, "jsonl", tmp_path).rename(tmp_path / f"{part}.jsonl")
    data = read(tmp_path)
    assert data.inputs.shape == (36, 8, 3) and data.lengths.tolist() == LENGTHS + [3] * 12


@pytest.mark.parametrize("kind", CELLS)
def test_frames_and_files_are_exchanged(kind, tmp_path):
    rows = rows_of(drawn(), CELLS[kind][0])
    data = read(written(rows_of(drawn(), CELLS[kind][0], LABELS), "jsonl", tmp_path))
    found = read_inputs(pd.DataFrame(rows), Preparation.fit(data, range(20)))
    np.testing.assert_array_equal(found.inputs, data.inputs)
    again = from_arrays(pd.DataFrame(rows), LABELS)
    found = read_inputs(written(rows, "parquet", tmp_path), Preparation.fit(again, range(20)))
    np.testing.assert_array_equal(found.inputs, data.inputs)


def test_frames_with_lists_that_cannot_be_read_are_refused():
    frame = pd.DataFrame({"data": [ragged(place) for place in range(24)]})
    with pytest.raises(DataError, match="column 'data' holds objects: got list.*Do this: write series as lists of"):
        from_arrays(frame, LABELS)
    few = from_arrays(pd.DataFrame({"data": [one.tolist() for one in drawn([2] * 24, 2)]}), LABELS)
    assert few.layout == "flat" and len(few.columns) == 4


def test_columns_of_lists_of_lists_are_rows(tmp_path):
    series = drawn()
    (tmp_path / "a.json").write_text(json.dumps({"x": [one.tolist() for one in series], "y": LABELS}))
    data = read(tmp_path / "a.json")
    np.testing.assert_array_equal(data.inputs, from_arrays(series, LABELS).inputs)
    (tmp_path / "new.json").write_text(json.dumps({"x": [one.tolist() for one in series[:3]]}))
    found = read_inputs(tmp_path / "new.json", Preparation.fit(data, range(20)))
    np.testing.assert_array_equal(found.inputs, data.inputs[:3])


def test_series_of_one_length_are_series_and_few_numbers_are_columns(tmp_path):
    same = read(written(rows_of(drawn([6] * 24), np.ndarray.tolist, LABELS), "jsonl", tmp_path))
    assert same.inputs.shape == (24, 6, 3)
    assert "left out: 'who' (beside series); --layout flat overrides" in map(str, same.notes)
    few = read(written(rows_of(drawn([2] * 24, 2), np.ndarray.tolist, LABELS), "jsonl", tmp_path), target="label")
    assert few.layout == "flat"
    assert [column.name for column in few.columns] == ["data.0_0", "data.0_1", "data.1_0", "data.1_1"]
    long = read(written(rows_of(drawn([40] * 24), lambda one: one.T.tolist(), LABELS), "jsonl", tmp_path))
    assert long.inputs.shape == (24, 40, 3)


def test_a_field_that_counts_the_steps_and_times_are_left_out(tmp_path):
    rows = rows_of(drawn(), as_objects, LABELS)
    for row in rows:
        for step, one in enumerate(row["data"]):
            one |= {"at": f"2026-01-31T12:00:{step:02d}", "s": 0.5 + step * 0.02, "trend": step**2}
    said = list(map(str, read(written(rows, "jsonl", tmp_path)).notes))
    assert "left out: 'data.t', 'data.s' (evenly spaced: it counts the steps)" in said
    assert "left out: 'data.at' (times of the steps)" in said
    assert "series: the lists of 'data.ax', 'data.ay', 'data.az', 'data.trend'" in "; ".join(said)


def test_missing_numbers_steps_and_series(tmp_path):
    series = drawn()
    rows = rows_of(series, np.ndarray.tolist, LABELS)
    rows[0]["data"][2] = None
    rows[1]["data"][1][0] = None
    rows[2]["data"], rows[3]["data"] = None, []
    data = read(written(rows, "jsonl", tmp_path))
    assert np.isnan(data.inputs[0, 2]).all() and np.isnan(data.inputs[1, 1]).tolist() == [True, False, False]
    assert any(str(note).startswith("without a number: 2 series") for note in data.notes)
    np.testing.assert_array_equal(data.inputs[4:, :6], np.stack([one[:6] for one in series[4:]]))


def ragged(place: int) -> list[list[float]]:
    return [[0.5 * step] * (3 + (place + step) % 2) for step in range(6)]


LEFT_OUT = {
    "ragged": (ragged, "lists of lists of unequal lengths: 3 and 4 numbers in row 1"),
    "other channels": (lambda place: [[0.5] * (3 + place % 2)] * (6 + place % 3), "3 and 4 numbers in different rows"),
    "words": (lambda place: [{"name": f"n{place}", "v": 1.5 * k} for k in range(6)], "lists of objects with words, lists or objects in 'name'; write each as one text"),
    "few": (lambda place: [{"v": 1.5 * place}], "lists of objects, half of fewer than 5"),
    "counts": (lambda place: [{"v": k} for k in range(6)], "lists of objects without numbers but those that count"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_cannot_be_read_is_named_where_nothing_else_is_left(case, tmp_path):
    cell, why = LEFT_OUT[case]
    rows = [{"id": place, "label": label, "data": cell(place)} for place, label in enumerate(LABELS)]
    with pytest.raises(DataError, match="no input column can be used") as caught:
        read(written(rows, "jsonl", tmp_path))
    assert caught.value.slug == "no-useful-columns"
    assert f"left out: 'data' ({why}" in str(caught.value) or f"{why})" in str(caught.value)
    assert "Do this: write series as lists of equally many numbers a step" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "cell", "got"),
    [
        ("steps", [[1, 2], [3]], "got 1 and 2 numbers in row 1, wanted 3 numbers in each"),
        ("steps", [[1, 2, 3, 4]] * 6, "got 4 channels, wanted 3 numbers in each"),
        ("channels", [[1, 2], [3, 4], [5]], "got 1 and 2 numbers in row 1, wanted 3 lists of equal lengths"),
        ("channels", [[1, 2], [3, 4]], "got 2 channels, wanted 3 lists of equal lengths in each row"),
    ],
)
def test_new_rows_of_another_form_are_refused(kind, cell, got, tmp_path):
    data = read(written(rows_of(drawn(), CELLS[kind][0], LABELS), "jsonl", tmp_path))
    (tmp_path / "new.jsonl").write_text(json.dumps({"who": "a", "data": cell}))
    with pytest.raises(DataError) as caught:
        read_inputs(tmp_path / "new.jsonl", Preparation.fit(data, range(20)))
    assert caught.value.slug == "ragged-lists" and got in str(caught.value) and "Do this: " in str(caught.value)


STATES = ["on", "off", "it's"]
EVENTS = [
    [{"at": f"2024-01-0{k + 1}T0{k}:00:00", "ax": float(i * k % 7), "state": STATES[(i + k) % 3]} for k in range(6 + i % 3)]
    for i in range(24)
]
NEW = [[{"at": "2024-02-01T00:00:00", "ax": 0.5, "state": "on"}, {"at": "2024-02-02T00:00:00", "ax": 1.5, "state": "odd"}]] * 2


@pytest.mark.parametrize("form", ["json", "jsonl", "parquet", "frame", "json of columns", "csv", "words in a frame"])
def test_words_in_a_field_of_objects_are_channels_as_those_at_steps_are(form, tmp_path):
    def given(cells, labels):
        cells = [json.dumps(cell) for cell in cells] if form in ("csv", "words in a frame") else cells
        frame = pd.DataFrame({"data": cells, **labels})
        if form == "json of columns":
            (tmp_path / "columns.json").write_text(json.dumps({name: [*frame[name]] for name in frame}))
            return tmp_path / "columns.json"
        if form == "csv":
            frame.to_csv(tmp_path / "data.csv", index=False)
            return tmp_path / "data.csv"
        return frame if "frame" in form else written(frame.to_dict("records"), form, tmp_path)

    data = read(given(EVENTS, {"label": LABELS}), target="label")
    steps = [{"id": i, **step, "label": LABELS[i]} for i, one in enumerate(EVENTS) for step in one]
    long = read(pd.DataFrame(steps), target="label", roles=Roles(id="id", time="at"))
    np.testing.assert_array_equal(data.inputs, long.inputs)
    assert [column.name.removeprefix("data.") for column in data.columns] == [column.name for column in long.columns]
    assert any("left out: 'data.at' (times of the steps)" in str(note) for note in data.notes)
    new = read_inputs(given(NEW, {"who": ["a", "b"]}), Preparation.fit(data, range(20)))
    assert new.inputs[0, :2].tolist() == [[0.5, 0.0, 0.0, 1.0], [1.5, 0.0, 0.0, 0.0]]
    assert any("not known: 'odd' of data.state" in str(note) for note in new.notes)


@pytest.mark.parametrize("between", [", ", "; ", " "])
def test_decimal_commas_within_lists_are_no_marks_between_numbers(between, tmp_path):
    values = np.random.default_rng(0).normal(size=(24, 2)).round(2)
    cells = [between.join(str(value).replace(".", ",") for value in row) for row in values.tolist()]
    rows = "".join(f'"[{cell}]";{label}\n' for cell, label in zip(cells, LABELS))
    (tmp_path / "a.csv").write_text("v;y\n" + rows)
    data = read(tmp_path / "a.csv")
    assert any(str(note).startswith("decimal commas within lists: 'v' (") for note in data.notes)
    assert np.array_equal(np.stack([data.inputs["v_0"], data.inputs["v_1"]], axis=1), values)
    learnt = Preparation.fit(data, range(24))
    (tmp_path / "new.csv").write_text(f'v\n"[{cells[0]}]"\n')
    assert [read_inputs(tmp_path / "new.csv", learnt).inputs[name][0] for name in ("v_0", "v_1")] == values[0].tolist()


def test_points_within_lists_stay_decimal(tmp_path):
    (tmp_path / "a.csv").write_text("v;y\n" + "".join(f'"[{i},{i + 1}, {i}.5]";{label}\n' for i, label in enumerate(LABELS)))
    assert [*read(tmp_path / "a.csv").inputs] == ["v_0", "v_1", "v_2"]


@pytest.mark.parametrize("shape", [(6, 6), (3, 3), (12, 12)])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_pictures_in_lists_of_their_rows_are_not_turned(shape, form, tmp_path):
    pictures = np.random.default_rng(0).integers(0, 255, (20, *shape))
    rows = [{"v": picture.tolist(), "label": label} for picture, label in zip(pictures, LABELS)]
    data = read(written(rows, form, tmp_path), layout="image")
    np.testing.assert_array_equal(data.inputs[..., 0], pictures)
    new = read_inputs(written(rows[:3], form, tmp_path), Preparation.fit(data, range(20)))
    np.testing.assert_array_equal(np.reshape(new.inputs, (3, *shape)), pictures[:3])


@pytest.mark.parametrize("new", ["absent", "many", "1.5"])
def test_test_rows_without_the_lists_of_the_data_are_refused_by_the_name_of_their_column(new, tmp_path):
    """They were filled with nothing where the column holds anything else."""
    lists = [json.dumps(one.round(2).tolist()) for one in np.random.default_rng(0).normal(size=(60, 3))]
    frame = pd.DataFrame({"v": lists, "w": np.arange(60) % 7, "y": ["p", "q"] * 30})
    frame.to_csv(tmp_path / "data.csv", index=False)
    others = frame.drop(columns="v") if new == "absent" else frame.assign(v=new)
    others.to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(DataError) as caught:
        read(tmp_path / "data.csv", test=tmp_path / "new.csv")
    assert caught.value.slug == "test-columns"
    held = {"absent": "", "many": ", but words such as 'many'", "1.5": ", but numbers"}[new]
    assert caught.value.got == f"no lists of numbers in 'v'{held}"
    assert new == "absent" or caught.value.do == "write 'v' as in the data"
