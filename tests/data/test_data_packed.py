"""Packed files, Excel, patterns, folders, standard input and samples give the rows that a plain csv gives."""

import bz2
import gzip
import io
import lzma
import os
import sys
import zipfile

import duckdb
import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, reading
from fourfold.data.columns.roles import Roles
from fourfold.data.values.numerals import style_of
from fourfold.errors import FourfoldError

N = 60


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": rng.normal(size=N).round(3),
            "day": pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 900, N), unit="D"),
            "member": rng.random(N) > 0.5,
            "city": rng.choice(["Bonn", "Köln", "Ulm, <Süd>"], N),
            "label": rng.choice(["yes", "no"], N),
        }
    )


def zstd(text, path):
    """Packed as the zstd program would: DuckDB writes it."""
    lines = pd.DataFrame({"line": text.decode().splitlines()})
    duckdb.from_df(lines).write_csv(
        str(path), header=False, quotechar="", escapechar="", sep="\x01", compression="zstd"
    )


def cell(value, place):
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value.replace("<", "&lt;")}</t></is></c>'
    if isinstance(value, pd.Timedelta):
        return f'<c r="{place}" s="1"><v>{value / pd.Timedelta(days=1)!r}</v></c>'
    if isinstance(value, pd.Timestamp):
        return f'<c r="{place}" s="1"><v>{(value - pd.Timestamp("1899-12-30")).days}</v></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def workbook(path, rows, prologue=""):
    """The least that Excel would call a workbook."""
    space = "http://schemas.openxmlformats.org"
    lines = "".join(
        f"<row>{''.join(cell(value, f'{chr(65 + c)}{r}') for c, value in enumerate(row))}</row>"
        for r, row in enumerate(rows, start=1)
    )
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{space}/officeDocument/2006/'
        'relationships"><sheets><sheet name="hidden" state="hidden" r:id="a"/><sheet name="first" r:id="b"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{space}/package/2006/relationships">'
        '<Relationship Id="b" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{space}/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet2.xml": f'{prologue}<worksheet xmlns="{space}/spreadsheetml/2006/main"><sheetData>'
        f"{lines}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)


WRITERS = {
    "data.csv.gz": lambda text, path: path.write_bytes(gzip.compress(text)),
    "data.csv.bz2": lambda text, path: path.write_bytes(bz2.compress(text)),
    "data.csv.xz": lambda text, path: path.write_bytes(lzma.compress(text)),
    "data.csv.zst": zstd,
}


@pytest.mark.parametrize("name", WRITERS)
def test_packed_files(name, frame, tmp_path):
    WRITERS[name](frame.to_csv(index=False).encode(), tmp_path / name)
    assert read(tmp_path / name).fingerprint == read(frame).fingerprint
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(FourfoldError, match="damaged or cut off") as caught:
        read(tmp_path / name)
    assert caught.value.exit_code == 2


def test_excel(frame, tmp_path):
    rows = [list(frame), *(list(row) for row in frame.itertuples(index=False))]
    workbook(tmp_path / "data.xlsx", rows)
    data = read(tmp_path / "data.xlsx")
    assert data.fingerprint == read(frame).fingerprint
    assert "sheet: first (not read: 'hidden')" in map(str, data.notes)
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    workbook(tmp_path / "bad.xlsx", rows, prologue=entity)
    with pytest.raises(FourfoldError, match="document type") as caught:
        read(tmp_path / "bad.xlsx")
    assert caught.value.exit_code == 3


def test_clocks_and_units_of_excel(tmp_path):
    rows = [["at", "v", "w", "y"], ["h", "mm", "kg", "class"]]
    rows += [[pd.Timedelta(minutes=547 + i), i % 7, i % 5, "pq"[i % 2]] for i in range(40)]
    workbook(tmp_path / "data.xlsx", rows)
    data = read(tmp_path / "data.xlsx")
    assert data.inputs["at"][:2].tolist() == [547 * 60, 548 * 60]
    assert "left out: 1 line below the names (units, and no row: 'h', 'mm', 'kg', 'class')" in map(
        str, data.notes
    )


def test_patterns_folders_and_standard_input(frame, tmp_path, monkeypatch):
    """Parts in several forms, one of them with its columns in another order."""
    folder = tmp_path / "parts"
    folder.mkdir()
    frame[:20].to_csv(folder / "a.csv", index=False)
    frame[20:40].iloc[:, ::-1].to_csv(folder / "b.csv.gz", index=False)
    frame[40:].to_parquet(folder / "c.parquet")
    (folder / "readme").write_text("not a table")
    (folder / ".hidden.csv").write_text("x")
    reference = read(frame)
    assert read(folder).fingerprint == reference.fingerprint
    assert read(str(folder / "?.*")).fingerprint == reference.fingerprint
    text = io.BytesIO(frame.to_csv(index=False).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(text))
    assert read("-").fingerprint == reference.fingerprint
    both = tmp_path / "both"
    both.mkdir()
    frame[:40].to_csv(both / "train.csv", index=False)
    frame[40:].to_csv(both / "test.csv", index=False)
    np.testing.assert_array_equal(read(both).test_rows, np.arange(40, 60))
    frame.rename(columns={"size": "height"}).to_csv(folder / "d.csv", index=False)
    with pytest.raises(FourfoldError, match=r"d.csv has other columns .* no 'size'; 'height' beside them"):
        read(folder)


@pytest.mark.parametrize("ways", [("%Y-%m-%d", "%d.%m.%Y"), ("%d/%m/%Y", "%m/%d/%Y"), ("%B %d, %Y", "%Y-%m-%d", "%d %b %Y")])
def test_each_part_may_write_dates_in_its_own_way(frame, tmp_path, ways):
    size = N // len(ways)
    for place, way in enumerate(ways):
        part = frame[place * size : (place + 1) * size]
        part.assign(day=part["day"].dt.strftime(way)).to_csv(tmp_path / f"{place}.csv", index=False)
    assert read(tmp_path).fingerprint == read(frame).fingerprint
    (tmp_path / "9.csv").write_text("size,day,member,city,label\n1,soon,true,Bonn,yes\n2,later,true,Ulm,no\n")
    assert "date" not in {column.kind for column in read(tmp_path).columns}


def test_a_part_that_is_a_link_out_of_the_folder(frame, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    frame.to_csv(folder / "a.csv", index=False)
    frame.to_csv(tmp_path / "private.csv", index=False)
    os.symlink(tmp_path / "private.csv", folder / "b.csv")
    with pytest.raises(FourfoldError, match="leads out of the data's folder") as caught:
        read(folder)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("form", ["csv", "parquet", "json", "npz"])
def test_a_sample_is_exact_in_order_and_the_same_each_time(form, tmp_path):
    rows = 4000
    frame = pd.DataFrame({"v": np.arange(rows) + 0.5, "y": np.arange(rows) % 3})
    path = tmp_path / f"data.{form}"
    {
        "csv": lambda: frame.to_csv(path, index=False),
        "parquet": lambda: frame.to_parquet(path),
        "json": lambda: frame.to_json(path, orient="records"),
        "npz": lambda: np.savez(path, x=frame[["v"]].to_numpy(), y=frame["y"].to_numpy()),
    }[form]()
    data = read(path, rows=300)
    v = data.inputs["v"] if form != "npz" else data.inputs[:, 0]
    assert len(v) == 300 and (np.diff(v) > 0).all()
    np.testing.assert_array_equal(data.target.astype(int), (v - 0.5) % 3)
    assert 0.4 * rows < v.mean() < 0.6 * rows and v.max() > 0.9 * rows
    assert "sample: 300 of 4,000 rows (as asked); --rows N overrides" in map(str, data.notes)
    assert read(path, rows=300).fingerprint == data.fingerprint
    assert read(path, rows=rows).rows == rows


def test_what_is_too_large_is_sampled_unasked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CELLS", 1000)
    folder = tmp_path / "parts"
    folder.mkdir()
    for part in range(4):
        frame = pd.DataFrame({"v": part + np.arange(600) / 1000, "y": np.arange(600) % 2})
        frame.to_csv(folder / f"{part}.csv", index=False)
    data = read(folder)
    assert data.rows == 500
    assert np.bincount(data.inputs["v"].astype(int)).min() > 100  # each part has its share
    assert "sample: 500 of 2,400 rows (1,000 cells are read at most); --rows N overrides" in map(
        str, data.notes
    )


NUMERALS = [
    (["$1,234.50", "($2.00)", "$-3"], [1234.5, -2, -3], "$ left out"),
    (["1.234,50 EUR", "7 EUR"], [1234.5, 7], "decimal commas"),
    (["12 %", "7%"], [12, 7], "12 % is 12"),
    (["12 %", "0.12"], [None, 0.12], ""),
    (["€ 5", "$ 5"], [None, None], ""),
    (["1,234", "5,678"], [1234, 5678], "thousands"),
    (["1,5", "2.5"], [1.5, None], "decimal commas"),
    (["1.234.567", "2"], [1234567, 2], "points taken for thousands"),
    (["1'234.5", "1 000"], [1234.5, 1000], "apostrophes taken for thousands, blanks taken for thousands"),
    (["−5", "1e3"], [-5, 1000], ""),
    (["12-34", "192.168.0.1", "1,2,3", "12:30"], [None] * 4, "decimal commas"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "numbers", "said"), NUMERALS, ids=[words[0] for words, *_ in NUMERALS])
def test_numbers_as_people_write_them(words, numbers, said):
    style = style_of(words)
    assert [style.parse(word) for word in words] == numbers
    assert said in style.said and (said or not style.said)


def test_a_sample_of_a_long_table_keeps_whole_series(tmp_path, monkeypatch):
    """Of the ids some are drawn, each with all of its steps, the same from every form."""
    steps = pd.DataFrame(
        {
            "who": np.repeat([f"k{n}" for n in range(200)], 10),
            "when": np.tile(np.arange(10), 200),
            "v": np.arange(2000) % 17,
            "y": np.repeat(["p", "q"] * 100, 10),
        }
    )
    steps.to_csv(tmp_path / "steps.csv", index=False)
    steps.to_parquet(tmp_path / "steps.parquet")
    (tmp_path / "parts").mkdir()
    for part in range(2):
        steps[part::2].to_csv(tmp_path / "parts" / f"{part}.csv", index=False)
    roles = Roles(id="who", time="when")
    data = read(tmp_path / "steps.csv", rows=600, roles=roles)
    assert data.inputs.shape == (60, 10, 1) and not np.isnan(data.inputs).any()
    assert "sample: 60 of 200 series, 600 of 2,000 rows (as asked; all rows of each who)" in "\n".join(
        map(str, data.notes)
    )
    assert read(tmp_path / "parts", rows=600, roles=roles).inputs.shape == (60, 10, 1)
    for other in (tmp_path / "steps.parquet", steps):
        assert read(other, rows=600, roles=roles).inputs.shape == (60, 10, 1)
