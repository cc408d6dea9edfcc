"""What is said of many columns in the same words is said once."""

import json

import numpy as np
import pytest
from data_samples import rows

from fourfold.data import read
from fourfold.data.judgement.findings import as_plain, judge

NAMES = [f"{4000 - 10 * k}.0" for k in range(50)]


def test_columns_that_are_written_alike_are_one_note(tmp_path):
    path = tmp_path / "spectra.csv"
    path.write_text(rows(";".join([*NAMES, "y"]), lambda i: ";".join(f"{i % (3 + k)},{k}" for k in range(50)), separator=";"))
    notes = [note for note in read(path).notes if "decimal commas" in str(note)]
    shown = ", ".join(map(repr, NAMES[:8]))
    assert [*map(str, notes)] == [f"columns {shown} and 42 more: number (with decimal commas)"]
    assert [note["columns"] for note in as_plain(read(path))["notes"] if "columns" in note] == [tuple(NAMES)]


def test_columns_that_are_written_otherwise_are_not_joined(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text(rows("a;b;y", lambda i: f"{i % 7},5;{i % 5} kg", separator=";"))
    said = [str(note) for note in read(path).notes if note.what.startswith("column")]
    assert said == ["column a: number (with decimal commas)", "column b: number (kg left out)"]


def _leaking(*names: str) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    kind = random.integers(0, 2, 200)
    leaks = {name: kind * 5 + random.uniform(size=200) for name in names}
    return {**leaks, "v": random.normal(size=200), "kind": np.array(["a", "b"])[kind]}


def test_columns_that_give_the_target_away_are_one_finding():
    found = [one for one in judge(read(_leaking("a", "b c", "d"))) if one.slug == "gives-target-away"]
    assert [*map(str, found)] == [
        "column 'a' alone tells the target (100.0 % of what guessing misses); likewise 'b c', 'd'. "
        "Do this: --drop 'a,b c,d', if they are not known before the target is"
    ]
    assert found[0].columns == ("a", "b c", "d") and json.dumps(found[0].number)


def test_ranks_in_no_order_are_one_finding_that_says_what_they_are():
    random = np.random.default_rng(1)
    table = {name: random.permutation(200) + 1.0 for name in ("wealth", "crime")} | _leaking()
    assert [str(one) for one in judge(read(table)) if one.slug == "counts-rows"] == [
        "column 'wealth' may number the rows: its values are the whole numbers 1 to 200, each of them once; likewise "
        "'crime'. Do this: --drop wealth,crime, if they are not a ranking"
    ]


def test_many_columns_in_whose_order_the_rows_stand_are_one_finding():
    """As the years of a table that is sorted by size."""
    table = {name: np.arange(200) * (place + 3) for place, name in enumerate("abc")} | _leaking()
    assert [str(one) for one in judge(read(table)) if one.slug == "counts-rows"] == [
        "column 'a' numbers the rows: its values are all different and in order; likewise 'b', 'c'. "
        "Do this: --drop a,b,c, if the order of the rows tells nothing of the target"
    ]


@pytest.mark.parametrize("names", [("rows", "cases"), ("id_a", "id_b")])
def test_columns_that_each_need_an_answer_are_not_joined(names):
    """Both after --id would be one id."""
    table = {name: np.arange(200) for name in names} | _leaking()
    assert [one.columns for one in judge(read(table)) if one.slug == "counts-rows"] == [(name,) for name in names]
