"""Large texts: what is looked for in their columns takes no more memory where there are more rows, and what they hold
is the same however they are read."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from fourfold.data import read, reading
from fourfold.data.files.relation import Relation
from fourfold.data.files.sql import LEAST_SCRATCH
from fourfold.data.files.text import delimited
from fourfold.data.files.text.delimited import SPELLED, _each
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import FileError
from fourfold.preprocessing import Preparation

ROWS, COLUMNS = 2_000_000, 8


def test_words_that_all_differ_are_not_held(tmp_path):
    """They would take several times the memory that there is, beyond what DuckDB can put aside."""
    settings = {"memory_limit": f"{LEAST_SCRATCH}MiB", "threads": "1", "temp_directory": str(tmp_path / "spill")}
    cells = [f"c{number}" for number in range(COLUMNS)]
    with duckdb.connect(str(tmp_path / "rows"), config=settings) as connection:
        words = ", ".join(f"'{cell} ' || (range * 2654435761)::VARCHAR AS {cell}" for cell in cells)
        connection.execute(f"CREATE TABLE cells AS SELECT {words} FROM range({ROWS})")
        connection.execute(f"INSERT INTO cells SELECT {', '.join(['v'] * COLUMNS)} FROM (VALUES ('NA'), ('NA')) AS t(v)")
        rows = Relation(connection, "cells", [], {}, kept=True)
        assert _each(rows, SPELLED, cells) == dict.fromkeys(cells, (True, ["NA"]))


@pytest.mark.parametrize("limited", [False, True], ids=["with memory", "where memory is short"])
def test_lines_within_quotes_that_look_like_rows(limited, tmp_path, monkeypatch):
    """Where a text is read in several places at once, one that begins within a cell must not take its lines for rows."""
    monkeypatch.setattr(delimited, "available_memory", lambda: 2**30 if limited else 2**34)
    cells = ["".join(f"a{row},b\n" for _ in range(40 + row % 7)) for row in range(60_000)]
    path = tmp_path / "notes.csv"
    path.write_text("note,kind\n" + "".join(f'"{cell}",{row % 2}\n' for row, cell in enumerate(cells)))
    found = read(str(path), rows=20, target="kind", layout="text")
    assert found.rows == 20 and any("20 of 60,000 rows" in str(note) for note in found.notes)


@pytest.mark.parametrize("length", [1_900_000, 1_999_000, 2_090_000])
@pytest.mark.parametrize("free", [2**30, 2**34])
def test_the_longest_line_is_the_same_however_little_memory_there_is(length, free, tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "available_memory", lambda: free)
    path = tmp_path / "texts.csv"
    rows = (f'"{"ab c" * (length // 4) if row % 7 == 3 else f"word {row}"}",{row % 2}\n' for row in range(40))
    path.write_text("text,y\n" + "".join(rows))
    if length > 2_000_000:
        with pytest.raises(FileError, match=r"line 5 of \S+texts.csv is too long"):
            read(str(path))
    else:
        assert read(str(path)).rows == 40


@pytest.mark.parametrize("free, parts", [(2**34, 1), (130_000_000, 3), (2**20, 20)])
def test_new_rows_are_read_in_smaller_parts_where_memory_is_short(free, parts, tmp_path, monkeypatch):
    rows = [f"{i % 7},{i * 13 % 11}" for i in range(300_000)]
    (tmp_path / "small.csv").write_text("a,b,y\n" + "\n".join(f"{row},{i % 2}" for i, row in enumerate(rows[:100])))
    (tmp_path / "new.csv").write_text("a,b\n" + "\n".join(rows))
    model = Preparation.fit(read(tmp_path / "small.csv"), range(100))
    monkeypatch.setattr(reading, "available_memory", lambda: free)
    found = [*parts_of_inputs(str(tmp_path / "new.csv"), model)]
    assert len(found) == parts and sum(part.rows for part in found) == 300_000
    assert np.concatenate([part.inputs["b"] for part in found]).tolist() == [i * 13 % 11 for i in range(300_000)]
