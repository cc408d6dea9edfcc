"""What is looked for in the columns of a large text takes no more memory where there are more rows."""

from __future__ import annotations

import duckdb

from fourfold.data.files.relation import Relation
from fourfold.data.files.sql import LEAST_SCRATCH
from fourfold.data.files.text.delimited import SPELLED, _each

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
