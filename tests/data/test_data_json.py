"""JSON as programs answer: the same rows as from lines of objects, and what is said of where they stood."""

import json

import numpy as np
import pandas as pd
import pytest
from data_samples import LABELS, made

from fourfold.data import read, read_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

ROWS = [{"v": i * 7 % 13, "w": i % 5, "y": LABELS[i * i % 3 % 2]} for i in range(40)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
CELLS = [list(row.values()) for row in ROWS]
COLUMNS = [{"name": "v"}, {"name": "w"}, {"name": "y"}]

# name: (text, words of what is said)
ANSWERS = {
    "a page": (json.dumps({"count": 40, "next": None, "results": ROWS}), "rows: the 40 objects of 'results' (what stands beside them"),
    "a page before others": (json.dumps({"results": ROWS, "meta": {"count": 400}, "paging": {"nextPageToken": "k40"}}), "rows: the 40 objects of 'results', one page of several, as 'nextPageToken' tells (what stands beside them"),
    "a page that has others": (json.dumps({"value": ROWS, "@odata.nextLink": "?page=2"}), "one page of several, as '@odata.nextLink' tells"),
    "the last page": (json.dumps({"data": {"items": ROWS}, "has_more": False, "links": {"next": {}, "prev": "?page=8"}}), "rows: the 40 objects of 'data.items' (what stands beside them"),
    "under two names": (json.dumps({"status": "ok", "data": {"items": ROWS, "total": 40}}), "rows: the 40 objects of 'data.items'"),
    "beside what their fields are": (json.dumps({"fields": [{"name": "v", "type": "integer"}, {"name": "y"}], "features": ROWS}), "rows: the 40 objects of 'features' (what stands beside them"),
    "under three names": (json.dumps({"a": {"b": {"rows": ROWS}}}), "rows: the 40 objects of 'a.b.rows'"),
    "beside one object of another kind": (json.dumps({"links": [{"rel": "next"}], "rows": ROWS}), "'rows'"),
    "under one name": (json.dumps({"rows": ROWS}), ""),
    "pages one behind the other": ("".join(json.dumps({"page": p, "results": ROWS[20 * p : 20 * p + 20]}) + "\n" for p in (0, 1)), "'results'"),
    "columns under a name": (json.dumps({"at": 52.5, "units": {"v": "m", "w": "s"}, "daily": {name: [row[name] for row in ROWS] for name in "vwy"}}), "rows: the 40 values of each list in 'daily' (what stands beside them"),
    "what it is about, and rows": (json.dumps([{"page": 1, "total": 40}, ROWS]), "rows: the 40 objects of the second part"),
    "cells, and columns elsewhere": (json.dumps({"meta": {"view": {"columns": COLUMNS}}, "data": CELLS}), ""),
    "cells, and fields elsewhere": (json.dumps({"schema": {"fields": COLUMNS}, "rows": CELLS}), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_rows_within_an_answer(name, tmp_path):
    text, said = ANSWERS[name]
    plain, data = read(made(LINES, tmp_path)), read(made(text, tmp_path))
    assert data.fingerprint == plain.fingerprint
    notes = "; ".join(map(str, data.notes))
    assert said in notes and bool(said) == ("rows: the" in notes)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("text", [LINES, json.dumps(ROWS), json.dumps({"rows": ROWS}, indent=1)], ids=["lines", "list", "object"])
def test_json_in_utf_16_as_powershell_writes_it(encoding, text, tmp_path):
    """A mark before the text tells its encoding."""
    marked = "\ufeff" * (encoding != "utf-16") + text.replace("\n", "\r\n")
    assert read(made(marked.encode(encoding), tmp_path)).fingerprint == read(made(text, tmp_path)).fingerprint


def test_lists_of_objects_within_rows_are_no_rows(tmp_path):
    rows = [{**row, "orders": [{"a": 1}, {"a": 2}]} for row in ROWS]
    data = read(made("".join(json.dumps(row) + "\n" for row in rows), tmp_path))
    assert data.rows == 40 and "left out: 'orders' (lists of objects, half of fewer than 5)" in map(str, data.notes)


def test_lists_within_an_object_of_one_row_are_those_of_many_rows(tmp_path):
    rows = [{"kind": LABELS[i % 2], "at": {"t": [i, 1, 2, 3, 4 + i], "v": [0.5, i, 7, i, 9]}} for i in range(40)]
    data = read(made("".join(json.dumps(row) + "\n" for row in rows), tmp_path), target="kind")
    preparation = Preparation.fit(data, range(40))
    assert read_inputs(made(json.dumps(rows[3]), tmp_path), preparation).inputs.rows == 1


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_of_lists_are_the_one_list_of_them(mark, tmp_path):
    for cells in ([[*ROWS[0]], *CELLS], CELLS, [[1.5 * v, w] for v, w, _ in CELLS]):
        one = read(made(json.dumps(cells), tmp_path))
        lines = mark + "\n".join(map(json.dumps, cells)) + "\n\n"
        assert read(made(lines, tmp_path)).fingerprint == one.fingerprint
        assert one.rows == 40


def test_damaged_lines_of_lists_are_refused(tmp_path):
    with pytest.raises(FourfoldError, match="is no valid JSON"):
        read(made("\n".join(map(json.dumps, CELLS))[:-1], tmp_path))


@pytest.mark.parametrize("y", [[row["y"] for row in ROWS], [row["v"] * 1.5 for row in ROWS]])
def test_columns_of_lists_are_columns(y, tmp_path):
    x = [[row["v"], row["w"]] for row in ROWS]
    lines = "".join(json.dumps({"x": cells, "y": label}) + "\n" for cells, label in zip(x, y))
    plain, data = read(made(lines, tmp_path)), read(made(json.dumps({"x": x, "y": y}), tmp_path))
    assert data.fingerprint == plain.fingerprint and [column.name for column in data.columns] == ["x_0", "x_1"]


@pytest.mark.parametrize("value", [{"rows": ROWS, "others": ROWS}, {"answer": {"code": 401}}])
def test_answers_with_no_rows_or_several_are_refused(value, tmp_path):
    with pytest.raises(ValueError, match=r"too few rows|no column|no input columns"):
        read(made(json.dumps(value), tmp_path))


def test_columns_of_objects_beside_others_are_columns(tmp_path):
    rows = [{"at": {"x": i % 7, "w": "ab"[i % 2]}, "tags": ["r", "g"][: i % 3], "y": "pq"[i % 2]} for i in range(30)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "columns.json").write_text(json.dumps({name: [row[name] for row in rows] for name in rows[0]}))
    found = [read(tmp_path / name) for name in ("rows.json", "columns.json")]
    assert found[0].fingerprint == found[1].fingerprint
    assert {"at.x", "at.w", "tags = r"} <= {column.name for column in found[1].columns}
    answer = {"items": rows, "ids": [1, 2, 3]}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    assert read(tmp_path / "answer.json").fingerprint == found[0].fingerprint


ALONE = {
    "words": [[*["so", "it", "is"][: 1 + i % 3], f"w{i % 5}"] for i in range(30)],
    "numbers": [[i / 3, i % 7] for i in range(30)],
}


@pytest.mark.parametrize("name", ALONE)
def test_one_column_of_lists_in_a_file_of_its_own(name, tmp_path):
    cells, labels = ALONE[name], ["pq"[i % 2] for i in range(30)]
    (tmp_path / "x.json").write_text(json.dumps({"parts": cells}))
    (tmp_path / "y.json").write_text(json.dumps({"y": labels}))
    (tmp_path / "new.json").write_text(json.dumps({"parts": cells[:1] * 3}))
    data = read(tmp_path / "x.json", labels=tmp_path / "y.json")
    wanted = read({"parts": cells, "y": labels})
    assert (data.rows, data.layout, data.fingerprint) == (30, wanted.layout, wanted.fingerprint)
    assert read_inputs(tmp_path / "new.json", Preparation.fit(data, np.arange(30))).rows == 3


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split"])
@pytest.mark.parametrize("count", [1, 2, 40])
def test_new_rows_are_the_same_in_every_form_of_pandas_however_few(orient, count, tmp_path):
    frame = pd.DataFrame(ROWS)
    preparation = Preparation.fit(read(frame), range(40))
    for names in (range(count), [f"k{place}" for place in range(count)]):
        frame[["v", "w"]][:count].set_axis(names).to_json(tmp_path / "new.json", orient=orient)
        found = read_inputs(tmp_path / "new.json", preparation).inputs
        assert found["v"].tolist() == frame["v"][:count].tolist() and found["w"].tolist() == frame["w"][:count].tolist()
