"""Rows that are read part after part are those that are read at once, in the order of the file."""

from __future__ import annotations

import os
import tempfile

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, reading
from fourfold.data.columns.roles import Roles
from fourfold.data.opening import open_source, parts_of
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.reading import Reading
from fourfold.data.series.ahead import Ahead
from fourfold.errors import DataError, FileError
from fourfold.preprocessing import Preparation

ROWS, STEP = 10_007, 4_000
"""Several of DuckDB's vectors a part, and rows that are no multiple of either."""

RNG = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "place": np.arange(ROWS),
        "size": np.where(np.arange(ROWS) % 11, RNG.normal(size=ROWS).round(4), np.nan),
        "word": np.where(np.arange(ROWS) % 13, RNG.choice(["red", "blue, or green", 'the "other"'], ROWS), None),
        "when": pd.Timestamp("2001-02-03") + pd.to_timedelta(np.arange(ROWS), "h"),
        "truth": np.arange(ROWS) % 3 == 0,
    }
)
FRAME.loc[::17, "when"] = pd.NaT
WIDE = {f"w{place}": RNG.normal(size=ROWS).round(3) for place in range(21)}
LISTS = [f"[{a}, {b}, 3]" for a, b in RNG.integers(0, 99, (ROWS, 2))]

FORMS = {
    "csv": lambda path: FRAME.to_csv(path, index=False),
    "gzip": lambda path: FRAME.to_csv(path, index=False, compression="gzip"),
    "many columns": lambda path: FRAME.assign(**WIDE).to_csv(path, index=False, na_rep="n/a"),
    "missing values": lambda path: FRAME.to_csv(path, index=False, na_rep="NA"),
    "repeated headers": lambda path: path.write_text(
        "".join(FRAME.iloc[start : start + 3_000].to_csv(index=False) for start in range(0, ROWS, 3_000))
    ),
    "lists": lambda path: FRAME.assign(list=LISTS).to_csv(path, index=False),
    "decimal commas": lambda path: FRAME.to_csv(path, index=False, sep=";", decimal=","),
    "json": lambda path: FRAME.to_json(path, orient="records", date_format="iso"),
    "json lines": lambda path: FRAME.to_json(path, orient="records", lines=True, date_format="iso"),
    "parquet": lambda path: FRAME.to_parquet(path),
    "parquet in small groups": lambda path: FRAME.to_parquet(path, row_group_size=1_000),
}


@pytest.mark.parametrize("form", FORMS)
def test_parts_are_the_whole(form, tmp_path, monkeypatch):
    FORMS[form](path := tmp_path / "rows")
    asked = Reading(all=True)
    whole = open_source(path, asked)
    monkeypatch.setattr(reading, "PART", STEP * len(whole.inputs))
    parts = list(parts_of(path, asked))
    assert [part.inputs.rows for part in parts] == [STEP, STEP, ROWS - 2 * STEP]
    assert {part.notes for part in parts} == {whole.notes}
    assert whole.inputs["place"].tolist() == [*range(ROWS)]
    for name, values in whole.inputs.items():
        np.testing.assert_array_equal(np.concatenate([part.inputs[name] for part in parts]), values)


@pytest.mark.parametrize("form", FORMS)
def test_no_rows_are_put_on_the_disk(form, tmp_path, monkeypatch):
    """Of a file of terabytes none would fit."""
    FORMS[form](path := tmp_path / "rows")
    (apart := tmp_path / "apart").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(apart))
    monkeypatch.setattr(reading, "PART", 100 * len(FRAME.columns))
    parts = parts_of(path, Reading(all=True))
    assert [next(parts).inputs.rows for _ in range(3)]
    assert not [file for file in apart.rglob("*") if file.is_file()]
    parts.close()


@pytest.mark.parametrize("form", ["csv", "parquet in small groups"])
def test_a_file_that_is_cut_off_while_its_parts_are_read_is_said_to_have_changed(form, tmp_path, monkeypatch):
    """Not that it is damaged: it was not, and will not be when whoever writes to it is done."""
    path = tmp_path / "rows"
    FORMS[form](path)
    if form == "csv":  # more than what is read ahead
        path.write_bytes(path.read_bytes() + b"".join(path.read_bytes().splitlines(keepends=True)[1:] * 40))
    monkeypatch.setattr(reading, "PART", STEP * len(FRAME.columns))
    parts = parts_of(path, Reading(all=True))
    next(parts)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(FileError, match="rows changed while it was read"):
        list(parts)


NAMED = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "json": lambda frame, path: frame.to_json(path, orient="records"),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "txt": lambda frame, path: frame.to_csv(path, index=False, header=False, sep=" "),
}


@pytest.mark.parametrize("form", NAMED)
def test_the_names_of_files_are_the_classes_where_that_is_asked_for(form, tmp_path):
    for digit in range(4):
        frame = pd.DataFrame({"a": RNG.normal(digit, size=20).round(3), "b": RNG.normal(size=20).round(3)})
        NAMED[form](frame, tmp_path / f"{digit}.{form}")
    plain = read(tmp_path)
    assert "their names are no column); --target file, --group file or --id file overrides" in str(plain.notes[0])
    for source in (tmp_path, f"{tmp_path}/*.{form}"):
        data = read(source, target="file")
        assert data.task.classes == ("0", "1", "2", "3") and len(data.columns) == 2 and data.rows == 80
        assert "no column" not in str([*map(str, data.notes)])
    learnt = Preparation.fit(data, np.arange(80))
    (new,) = parts_of_inputs(tmp_path / f"2.{form}", learnt)
    assert new.rows == 20 and "file" not in new.inputs
    assert read(tmp_path, roles=Roles(group="file")).groups is not None
    apart = read(f"{tmp_path}/[01].{form}", target="file", test=f"{tmp_path}/[10].{form}")
    assert apart.rows == 80 and apart.task.classes == ("0", "1")


def test_files_that_are_series_each_are_told_by_their_names(tmp_path):
    days = pd.date_range("2020-01-01", periods=60)
    for shop in "abc":
        pd.DataFrame({"day": days, "sales": RNG.normal(9, size=60)}).to_csv(tmp_path / f"{shop}.csv", index=False)
    with pytest.raises(DataError, match="two rows of one series have the same time.*Do this: --id file; "):
        read(tmp_path, ahead=Ahead(2))
    data = read(tmp_path, ahead=Ahead(2), roles=Roles(id="file"))
    assert data.forecast is not None and data.forecast.labels == ("a", "b", "c")
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(9)).to_json())
    for new, labels in ((tmp_path, ["a", "b", "c"]), (tmp_path / "b.csv", ["b"])):
        (found,) = parts_of_inputs(new, learnt)
        assert found.others["file"].tolist() == labels


def test_a_column_called_file_is_that_of_the_table(tmp_path):
    for name in "pq":
        frame = pd.DataFrame({"v": RNG.normal(size=30), "file": ["x", "y"] * 15})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    assert read(tmp_path, target="file").task.classes == ("x", "y")
