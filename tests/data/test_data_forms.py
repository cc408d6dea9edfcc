"""The same rows in every form give the same data set, and what is inferred is said."""

import gzip
import io
import subprocess
import sys
import zipfile

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.preprocessing import Preparation

N = 60


@pytest.fixture(scope="module")
def frame():
    """Every kind of column, missing values, a counter and a constant."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": range(1, N + 1),
            "age": rng.integers(18, 80, N).astype(float),
            "city": rng.choice(["Bonn", "Köln", "Ulm, Süd"], N),
            "member": rng.random(N) > 0.5,
            "joined": pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 900, N), unit="D"),
            "const": 7,
            "spend": rng.gamma(2, 30, N).round(2),
            "label": rng.choice(["yes", "no"], N),
        }
    )
    frame.loc[[3, 8], "age"] = None
    frame.loc[[5], "city"] = None
    return frame


def csv(frame, **options):
    return frame.to_csv(index=False, **options).encode("utf-8")


FILES = {
    "data.csv": csv,
    "data.tsv": lambda f: csv(f, sep="\t"),
    "bars.txt": lambda f: csv(f, sep="|"),
    "semicolons.csv": lambda f: csv(f, sep=";", decimal=","),
    "sep-line.csv": lambda f: b"sep=;\n" + csv(f, sep=";"),
    "data.csv.gz": lambda f: gzip.compress(csv(f)),
    "named-wrongly.parquet": csv,
    "bom.csv": lambda f: b"\xef\xbb\xbf" + csv(f),
    "windows.csv": lambda f: csv(f).decode().encode("cp1252"),
    "utf16.csv": lambda f: csv(f).decode().encode("utf-16"),
    "crlf.csv": lambda f: csv(f, lineterminator="\r\n"),
    "cr.csv": lambda f: csv(f, lineterminator="\r"),
    "mixed-ends.csv": lambda f: csv(f).replace(b"\n", b"\r\n", 20),
    "leading-blank-lines.csv": lambda f: b"\n\n" + csv(f),
    "na-spelled.csv": lambda f: csv(f, na_rep="NA"),
    "spaces.csv": lambda f: csv(f, na_rep="?").replace(b",", b", ").replace(b"Ulm, ", b"Ulm,"),
    "data.parquet": lambda f: f.to_parquet(),
    "data.jsonl": lambda f: f.to_json(orient="records", lines=True, date_format="iso").encode(),
    "data.json": lambda f: f.to_json(orient="records", date_format="iso").encode(),
    "data.jsonl.gz": lambda f: gzip.compress(f.to_json(orient="records", lines=True,
        date_format="iso").encode()),
    "odd [1] *'name'.csv": csv,
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_file_form_gives_the_same_data(name, frame, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name](frame))
    data, reference = read(path), read(frame)
    assert data.fingerprint == reference.fingerprint
    kinds = {"age": "number", "city": "category", "member": "boolean", "joined": "date", "spend": "number"}
    assert {c.name: c.kind for c in data.columns} == kinds
    np.testing.assert_array_equal(data.target, frame["label"])
    rows = plan(data, seed=0)[0].train
    prepared = Preparation.fit(data, rows)
    np.testing.assert_array_equal(
        prepared.inputs(data.inputs), Preparation.fit(reference, rows).inputs(reference.inputs)
    )


@pytest.mark.parametrize(
    "convert",
    [pl.from_pandas, lambda f: pa.Table.from_pandas(f, preserve_index=False), lambda f: f.convert_dtypes(),
     lambda f: f.astype({"city": "category"}), lambda f: f.astype({"city": object, "member": object})],
    ids=["polars", "pyarrow", "nullable", "categorical", "objects"],
)  # fmt: skip
def test_every_frame_gives_the_same_data(convert, frame):
    assert read(convert(frame)).fingerprint == read(frame).fingerprint
    x, y = frame.drop(columns="label"), frame["label"]
    assert from_arrays(convert(x), y).fingerprint == read(frame).fingerprint
    assert from_arrays(convert(frame), "label").fingerprint == read(frame).fingerprint


def test_numbers_give_the_same_arrays_from_npz_csv_and_parquet(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 5)).round(3)
    x[3, 1], x[:, 4] = np.nan, 2.5
    y = rng.integers(0, 3, 40)
    np.savez(tmp_path / "data.npz", x=x, y=y)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(5)]).assign(y=y)
    frame.to_csv(tmp_path / "data.csv", index=False)
    frame.to_parquet(tmp_path / "data.parquet")
    prepared = []
    for name in ("data.npz", "data.csv", "data.parquet"):
        data = read(tmp_path / name)
        preparation = Preparation.fit(data, plan(data, seed=3)[1].train)
        prepared.append(
            (preparation.inputs(data.inputs), preparation.target(data.target), preparation.input_names)
        )
    for inputs, target, names in prepared[1:]:
        np.testing.assert_array_equal(inputs, prepared[0][0])
        np.testing.assert_array_equal(target, prepared[0][1])
        assert names == ("x0", "x1", "x2", "x3", "x1 is missing")


def test_notes_say_what_was_inferred(frame, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(csv(frame))
    assert [str(note) for note in read(path).notes] == [
        "target: label (a usual name of a target); --target NAME overrides",
        "task: classification into 2 classes ('no', 'yes') (its values are words)",
        "score: accuracy (the largest class holds 55 % of the rows, not above 80 %)",
        "output: sigmoid (one output, the probability of 'yes')",
        "layout: flat, 2 numbers, 1 boolean, 1 category, 1 date (a table); --layout NAME overrides",
        "missing values: age 2, city 1 (numbers get the median and an indicator, words a level of their own)",
        "left out: 'id' (it counts the rows)",
        "left out: 'const' (the same value in all rows)",
    ]


def table(header, row, rows=30):
    """A csv whose last column is a class."""
    return f"{header}\n" + "".join(f"{row(i)},{'pq'[i % 2]}\n" for i in range(rows))


HOSTILE_WORDS = ["/etc/passwd", "x); DROP TABLE cells; --", "=1+1"]
ODD = {
    # name: (text, columns used, words that a note holds)
    "repeated-and-empty-names": (
        table("a,a,,y", lambda i: f"{i},{i * i},{i % 7}"),
        ["a", "a 2", "column 3"],
        "its name occurs twice",
    ),
    "pandas-index": (table(",v,y", lambda i: f"{i},{i % 9}"), ["v"], "counts the rows"),
    "no-header": (table("7.5,3,q", lambda i: f"{i}.5,{i % 9}"), ["x0", "x1"], "no header"),
    "counted-header": (table("0,1,2,y", lambda i: f"{i}.5,{i % 9},{i % 4}"), ["0", "1", "2"], "3 numbers"),
    "words-among-numbers": (
        table("v,y", lambda i: i if i % 20 else "unknown", 100),
        ["v"],
        "5 words such as 'unknown' taken for missing",
    ),
    "thousands": (table("v,y", lambda i: f'"{i + 1},{i:03d}.5"'), ["v"], "thousands"),
    "day-first": (
        table("d,y", lambda i: f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.2020", 40),
        ["d"],
        "day.month.year",
    ),
    "ambiguous-date": (table("d,y", lambda i: f"0{i % 9 + 1}/0{i % 8 + 1}/2020"), ["d"], "month/day/year"),
    "empty-column": (table("v,w,y", lambda i: f"{i},"), ["v"], "no values"),
    "infinite": (table("v,y", lambda i: i or "inf"), ["v"], "1 infinite value taken for missing"),
    "beyond float32": (table("v,y", lambda i: i or "1e39"), ["v"], "1 value such as 1e+39 taken for missing, beyond what float32 holds"),
    "unique-words": (table("v,code,y", lambda i: f"{i},k{i}x"), ["v"], "different in every"),
    "free-text": (table("v,say,y", lambda i: f"{i % 7},some words of {i}", 80), ["v"], "free text"),
    "many-levels": (table("v,c,y", lambda i: f"{i},c{i // 2}", 200), ["v", "c"], "most frequent"),
    "sql-and-paths-stay-words": (table("c,y", lambda i: HOSTILE_WORDS[i % 3]), ["c"], "1 category"),
    "markup-in-names": (table('"<b>a\u202e""</b>",y', lambda i: i), ['<b>a\u202e"</b>'], "1 number"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_tables_are_read_and_said(name, tmp_path):
    text, columns, said = ODD[name]
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    data = read(path)
    assert [column.name for column in data.columns] == columns
    assert said in "\n".join(map(str, data.notes))
    prepared = Preparation.fit(data, plan(data, seed=0)[0].train).inputs(data.inputs)
    assert np.isfinite(prepared).all()


def test_test_rows_come_last_and_are_the_test_part(frame, tmp_path):
    frame.iloc[:45].to_csv(tmp_path / "train.csv", index=False)
    extra = frame.iloc[45:, ::-1].assign(more=1)
    extra.to_csv(tmp_path / "test.csv", index=False)
    data = read(tmp_path / "train.csv", test=tmp_path / "test.csv")
    splits = plan(data, seed=0)
    assert len(splits) == 5  # each of the few other rows validates once
    for split in splits:
        np.testing.assert_array_equal(split.test, np.arange(45, 60))
    np.testing.assert_array_equal(data.inputs["spend"], frame["spend"])
    assert any("ignored in the test data: 'more'" in str(note) for note in data.notes)
    x = np.zeros((12, 3)) + np.arange(12)[:, None]
    np.savez(
        tmp_path / "keras.npz", x_train=x, y_train=np.arange(12) % 2, x_test=x[:4], y_test=np.arange(4) % 2
    )
    np.testing.assert_array_equal(read(tmp_path / "keras.npz").test_rows, np.arange(12, 16))


def test_nothing_but_the_named_file_is_read(tmp_path, monkeypatch):
    """No neighbour that a pattern would match, no folder that names a column, no JAX."""
    folder = tmp_path / "year=2020"
    folder.mkdir()
    text = "v,y\n" + "".join(f"{i},{'pq'[i % 2]}\n" for i in range(20))
    (folder / "d?ta.csv").write_text(text)
    (folder / "data.csv").write_text(text.replace("p", "z"))
    monkeypatch.chdir(folder)
    data = read("d?ta.csv")
    assert (data.task.classes, data.source_columns) == (("p", "q"), ("v",))
    before = sorted(tmp_path.rglob("*"))
    code = (
        "import sys; from fourfold.data import read, plan; from fourfold.preprocessing import Preparation;"
        "d = read('d?ta.csv'); Preparation.fit(d, plan(d, seed=0)[0].train).inputs(d.inputs);"
        "print('jax' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
    )
    assert done.stdout.strip() == "False"
    assert sorted(tmp_path.rglob("*")) == before


def test_importing_data_loads_no_heavy_library():
    heavy = "('jax', 'sklearn', 'duckdb', 'scipy')"
    code = f"import sys, fourfold.data; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_link_that_the_user_names_is_followed(frame, tmp_path):
    (tmp_path / "real.csv").write_bytes(csv(frame))
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert read(tmp_path / "link.csv").fingerprint == read(tmp_path / "real.csv").fingerprint


def test_a_link_to_itself_beside_a_table_is_nothing_to_it(frame, tmp_path):
    frame = frame.copy()
    frame.insert(0, "word", [f"w{place}" for place in range(len(frame))])
    (tmp_path / "real.csv").write_bytes(csv(frame))
    (tmp_path / "loop").symlink_to("loop")
    assert read(tmp_path / "real.csv").rows == len(frame)


def test_clocks_and_dates_are_the_same_in_json_and_csv(tmp_path):
    """DuckDB takes some words of JSON for times, and writes these in a way of its own."""
    at = [f"{9 + i % 5}:{i:02d}" for i in range(40)]
    day = [f"2024-01-{1 + i % 28:02d}" for i in range(40)]
    lasts = [f"{i % 3}:{i:02d}:{i % 7:02d}" for i in range(40)]
    frame = pd.DataFrame({"at": at, "day": day, "lasts": lasts, "y": ["p", "q"] * 20})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "a.parquet")
    found = [read(tmp_path / name) for name in ("a.csv", "a.jsonl", "a.parquet")]
    assert len({data.fingerprint for data in (*found, read(frame))}) == 1
    assert found[1].inputs["at"][:2].tolist() == [9 * 3600, 10 * 3600 + 60]
    learnt = [Preparation.from_json(Preparation.fit(data, np.arange(40)).to_json()) for data in found]
    for preparation in learnt:
        for name in ("a.csv", "a.jsonl", "a.parquet"):
            rows = read_inputs(tmp_path / name, preparation)
            np.testing.assert_array_equal(rows.inputs["at"], found[0].inputs["at"])
            np.testing.assert_array_equal(rows.inputs["lasts"], found[0].inputs["lasts"])


def test_json_keeps_words_of_mixed_columns(tmp_path):
    lines = "".join(f'{{"a": {["3", chr(34) + "x" + chr(34)][i % 2]}, "y": {i % 2}}}\n' for i in range(20))
    (tmp_path / "data.jsonl").write_text(lines)
    assert set(read(tmp_path / "data.jsonl").inputs["a"]) == {"x", "3"}
    nested = pd.read_json(io.StringIO(lines), lines=True).assign(deep=[[[[1], [2]]]] * 20)
    nested.to_json(tmp_path / "nested.jsonl", orient="records", lines=True)
    assert "left out: 'deep' (nested or binary values)" in map(str, read(tmp_path / "nested.jsonl").notes)


class Tensor:
    """What a tensor of torch can do, as far as it is asked."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


def workbook(frame, path):
    """A sheet as Excel stores it, by hand: strings in the cells, numbers as they are."""

    def cell(value):
        text = f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return text if isinstance(value, str) else f"<c><v>{value!r}</v></c>"

    lines = [list(frame.columns), *frame.values.tolist()]
    rows = "".join(f"<row>{''.join(map(cell, line))}</row>" for line in lines)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        sheet = '<sheets><sheet name="data" r:id="a"/></sheets>'
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{relations}">{sheet}</workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", '<r><Relationship Id="a" Target="worksheets/s.xml"/></r>'
        )
        archive.writestr(
            "xl/worksheets/s.xml", f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
        )


TABLES = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "tsv": lambda f, path: f.to_csv(path, index=False, sep="\t"),
    "csv.gz": lambda f, path: f.to_csv(path, index=False, compression="gzip"),
    "csv.xz": lambda f, path: f.to_csv(path, index=False, compression="xz"),
    "decimal commas": lambda f, path: f.to_csv(path, index=False, sep=";", decimal=","),
    "blanks": lambda f, path: path.write_text(f.to_string(index=False)),
    "utf-16": lambda f, path: f.to_csv(path, index=False, encoding="utf-16"),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "json": lambda f, path: f.to_json(path, orient="records", double_precision=15),
    "json of columns": lambda f, path: f.to_json(path, double_precision=15),
    "json of rows": lambda f, path: f.to_json(path, orient="index", double_precision=15),
    "jsonl": lambda f, path: f.to_json(path, orient="records", lines=True, double_precision=15),
    "xlsx": workbook,
}  # fmt: skip


def test_one_table_in_every_form_has_one_fingerprint(tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(48, 3)).round(3), columns=["x0", "x1", "x2"])
    frame["y"] = np.array(["p", "q", "r"])[np.arange(48) % 3]
    x, y = frame[["x0", "x1", "x2"]].to_numpy(), frame["y"].to_numpy()
    found = {}
    for form, write in TABLES.items():
        write(frame, tmp_path / "data")
        found[form] = read(tmp_path / "data").fingerprint
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(csv(frame))))
    found["standard input"] = read("-").fingerprint
    for form, given in {
        "pandas": frame,
        "categories": frame.astype({"y": "category"}),
        "polars": pl.from_pandas(frame),
        "pyarrow": pa.Table.from_pandas(frame, preserve_index=False),
        "dict": frame.to_dict("list"),
    }.items():
        found[form] = read(given).fingerprint
    assert len(set(found.values())) == 1, found
    np.savez(tmp_path / "data.npz", x=x, y=y.astype(str))
    np.save(tmp_path / "X.npy", x)
    np.save(tmp_path / "y.npy", y.astype(str))
    arrays = {
        "npz": read(tmp_path / "data.npz"),
        "npy": read(tmp_path / "X.npy", labels=tmp_path / "y.npy"),
        "numpy": from_arrays(x, y),
        "lists": from_arrays(x.tolist(), y.tolist()),
        "sparse": from_arrays(scipy.sparse.csr_matrix(x), y),
        "jax": from_arrays(jnp.asarray(x), y),
        "torch": from_arrays(Tensor(x), y),
        "single": from_arrays(x.astype(np.float32), y),
    }
    exact = {form: data.fingerprint for form, data in arrays.items() if form not in ("jax", "single")}
    assert len(set(exact.values())) == 1, exact
    assert set(exact.values()) == set(found.values())
    assert arrays["jax"].fingerprint == arrays["single"].fingerprint
    rows = plan(read(frame), seed=0)[0].train
    prepared = [Preparation.fit(data, rows).inputs(data.inputs) for data in (read(frame), arrays["npz"])]
    np.testing.assert_array_equal(*prepared)
