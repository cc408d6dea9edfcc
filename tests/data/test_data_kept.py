"""Tables as people keep them: what is read, and how it is said; what is refused, and with which words."""

import numpy as np
import pandas as pd
import pytest
from data_samples import LABELS, column, files, read_and_said, refused_and_said, rows

from fourfold.data import read
from fourfold.data.prediction.new_rows import read_inputs
from fourfold.errors import DataError, FourfoldError, OptionError
from fourfold.preprocessing import Preparation

GOOD = rows("v,w,y", lambda i: f"{i},{i % 7}")
SECOND = "name,share,kind\nred,0.5,p\nblue,0.7,q\n"
INPUTS = "a,b\n" + "".join(f"{i * 37 % 11},{i % 5}\n" for i in range(40))
TIMES = [1_600_000_000 + 86_400 * (n * 37 % 101) for n in range(40)]


READ = {
    "a blank line and a row of words that are missing": (column([1, 2, 3, 4, 5], "v,y") + "\n6,p\n", "41 rows"),
    "seconds since 1970": (rows("timestamp,v,y", lambda i: f"{TIMES[i]},{i % 7}"), "column timestamp: date (seconds since 1970)"),
    "seconds with gaps": (rows("time,v,y", lambda i: f"{TIMES[i] if i % 5 else ''},{i % 7}"), "column time: date (seconds since 1970)"),
    "seconds that rise by whole minutes": (rows("step,v,y", lambda i: f"{TIMES[0] + 600 * i},{i % 7}"), "column step: date (seconds since 1970)"),
    "numbers that rise by tens": (rows("step,v,y", lambda i: f"{TIMES[0] + 10 * i},{i % 7}"), "2 numbers (a table)"),
    "milliseconds of days, as pandas writes them": (rows("sold,v,y", lambda i: f"{86_400_000 * (18_000 + i * 37 % 101) if i % 9 else ''},{i % 7}"), "column sold: date (milliseconds since 1970)"),
    "milliseconds of days and one minute": (rows("sold,v,y", lambda i: f"{86_400_000 * (18_000 + i * 37 % 101) + 60_000 * (i == 3)},{i % 7}"), "2 numbers (a table)"),
    "milliseconds of few days": (rows("sold,v,y", lambda i: f"{86_400_000 * (18_000 + i % 6)},{i % 7}"), "2 numbers (a table)"),
    "seconds between quotes in JSON": ("".join(f'{{"timestamp": "{TIMES[i]}", "v": {i % 7}, "y": "{LABELS[i % 2]}"}}\n' for i in range(30)), "column timestamp: date (seconds since 1970)"),
    "milliseconds of MongoDB": ("".join(f'{{"at": {{"$date": {{"$numberLong": "{TIMES[i]}000"}}}}, "v": {i % 7}, "y": "{LABELS[i % 2]}"}}\n' for i in range(30)), "column at.$date.$numberLong: date (milliseconds since 1970)"),
    "seconds and a word": (rows("time,v,y", lambda i: f"{TIMES[i] if i % 11 else 'unknown'},{i % 7}"), "column time: date (seconds since 1970; 3 words such as 'unknown' taken for missing)"),
    "milliseconds": (rows("created_at_time,v,y", lambda i: f"{TIMES[i]}000,{i % 7}"), "date (milliseconds since 1970)"),
    "days of Excel in German": (rows("Belegdatum,v,y", lambda i: f"{44000 + i * 37 % 101},{i % 7}"), "column Belegdatum: date (days since 1899-12-30, as Excel counts)"),
    "days of Excel in French": (rows("Jour,v,y", lambda i: f"{44000 + i * 37 % 101},{i % 7}"), "column Jour: date (days since 1899-12-30, as Excel counts)"),
    "seconds of a Spanish date": (rows("fecha,v,y", lambda i: f"{1640995200 + i * 86400 * 37 % 101},{i % 7}"), "column fecha: date (seconds since 1970)"),
    "days of Excel": (rows("Date,v,y", lambda i: f"{44000 + i * 37 % 101},{i % 7}"), "column Date: date (days since 1899-12-30, as Excel counts)"),
    "durations as large as seconds": (rows("time_ns,v,y", lambda i: f"{TIMES[i]},{i % 7}"), "2 numbers (a table)"),
    "versions as numbers": (rows("version,v,y", lambda i: f"1.{i % 12},{i % 7}"), "'1.1' and '1.10' are one number; if these are versions"),
    "arrows for signs": (rows("change,v,y", lambda i: f"{'▲▼'[i % 2]}{i}.5%,{i % 7}"), "words, as in '▲0.5%'; if these are quantities"),
    "a note of two cells below": (rows("v,w,y", lambda i: f"{i},{i % 7}") + ",,\nSource,Statistics,\n", "left out: 1 of 31 rows"),
    "a part beside train and test": (
        files(train__a_dot_csv=GOOD, test__a_dot_csv=GOOD, validation__a_dot_csv=GOOD),
        "ignored: 'validation' (beside train and test; rows to validate are taken from train: to learn from 'validation', too, put its rows into train)",
    ),
    "another file beside train and test": (
        files(train_dot_csv=GOOD, test_dot_csv=GOOD, more_dot_csv=GOOD), "ignored: 'more.csv' (beside train and test)",
    ),
}  # fmt: skip

REFUSED = {
    "behind a blank line": (GOOD + "\n" + SECOND, 2, "second-table", "the names 'name,share,kind' in line 33"),
    "behind separators alone": (GOOD + ",,\n" + SECOND, 2, "second-table", "line 33"),
    "of fewer columns": (GOOD + ",,\nname,share,\nred,0.5,\n", 2, "second-table", "the names 'name,share,' in line 33"),
    "of other widths": (GOOD + "\nname,share,size,kind\nred,0.5,7,p\n", 2, "second-table", "the names 'name,share,size,kind' in line 33"),
    "of two columns": (GOOD + "\nname,share\nred,0.5\n", 2, "second-table", "the names 'name,share' in line 33"),
    "of other widths behind very many rows": (rows("v,w,y", lambda i: f"{i},{i % 7}", 60_000) + "\nname,share\nred,0.5\n", 2, "second-table", "line 60,003"),
    "behind very many rows": (rows("v,w,y", lambda i: f"{i},{i % 7}", 60_000) + "\n" + SECOND, 2, "second-table", "line 60,003"),
    "between blanks": ((GOOD + "\n" + SECOND).replace(",", " "), 2, "second-table", "in line 33"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn)


@pytest.mark.parametrize("name", REFUSED)
def test_another_table_below_is_refused(name, tmp_path):
    refused_and_said(*REFUSED[name], tmp_path)


@pytest.mark.parametrize("head", ["load\n", ""])
@pytest.mark.parametrize("unit", ["%", "kg"])
def test_a_target_of_quantities_is_one_column(head, unit, tmp_path):
    (tmp_path / "x.csv").write_text(INPUTS)
    (tmp_path / "y.csv").write_text(head + "".join(f"{i * 37 % 11}.5 {unit}\n" for i in range(40)))
    data = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert data.target.tolist() == [i * 37 % 11 + 0.5 for i in range(40)]
    assert any(f"number ({unit} left out" in str(note) for note in data.notes)


@pytest.mark.parametrize(
    ("form", "scale"),
    [("{}/10", "/10"), ("{}.5 out of 100 stars", "out of 100 stars"), ("{},5 von 60", "von 60"), ("{} of 59", "of 59")],
)
def test_numbers_on_one_scale_are_numbers_in_new_rows_too(form, scale, tmp_path):
    most = 11 if scale == "/10" else 60
    data = read({"v": [form.format(i % most) for i in range(120)], "y": [i * 37 % 101 / 7 for i in range(120)]})
    assert any(f"the scale {scale!r} left out" in str(note) for note in data.notes)
    preparation = Preparation.fit(data, np.arange(data.rows))
    new = read_inputs({"v": [form.format(3), form.format(9)]}, preparation).inputs["v"]
    assert np.round(new).tolist() in ([3, 9], [4, 10]) and new[1] - new[0] == 6
    with pytest.raises(DataError):
        read_inputs({"v": ["3 of 7", "9 of 7"]}, preparation)


@pytest.mark.parametrize("form", ["{}/80", "0{}/24"])
def test_pairs_of_numbers_and_months_are_on_no_scale(form):
    data = read({"v": [form.format(i % 9 + 1 + 90 * (i % 7 == 0) * ("80" in form)) for i in range(120)], "y": [*range(60)] * 2})
    assert not any("the scale" in str(note) for note in data.notes)


def test_a_word_in_all_rows_below_names_is_a_column(tmp_path):
    (tmp_path / "data.txt").write_text("v kind y\n" + "".join(f"{i * 37 % 11} a {LABELS[i % 2]}\n" for i in range(40)))
    assert "left out: 'kind' (the same value in all rows)" in map(str, read(tmp_path / "data.txt").notes)


def test_new_times_that_count_are_those_of_training(tmp_path):
    frame = pd.DataFrame({"timestamp": TIMES, "v": np.arange(40) % 7, "y": [LABELS[i % 2] for i in range(40)]})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    data = read(tmp_path / "rows.csv")
    preparation = Preparation.fit(data, range(40))
    days = np.array(TIMES[:3], dtype="datetime64[s]").astype("datetime64[us]")
    for new in ([*TIMES[:3], 5e8], [*map(str, TIMES[:3]), "soon"]):
        pd.DataFrame({"timestamp": new, "v": 1}).to_csv(tmp_path / "new.csv", index=False)
        found = read_inputs(tmp_path / "new.csv", preparation)
        assert found.inputs["timestamp"][:3].tolist() == days.tolist()


def test_the_class_below_genes_says_that_the_table_is_turned(tmp_path):
    genes = "".join(f"gene{g}," + ",".join(f"{g * s * 37 % 11}.5" for s in range(12)) + "\n" for g in range(20))
    names = "id," + ",".join(f"s{s}" for s in range(12)) + "\n"
    refused_and_said(names + genes + "class" + ",case,control" * 6 + "\n", 2, "turned-table", "--target class", tmp_path)
    with pytest.raises(FourfoldError, match=r"1 line below the names \(units.*turn the table: pandas.read_csv"):
        (tmp_path / "first.csv").write_text(names + "class" + ",case,control" * 6 + "\n" + genes)
        read(tmp_path / "first.csv", target="class")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (lambda i: f"{130 + i}/{70 + i}" if i < 6 else f"{i % 4}/2", "a column for each number, with several targets"),
        (lambda i: "<0.5" if i % 6 == 0 else f"{i * 37 % 11}.{i}", "write a number for each limit"),
    ],
)
def test_what_to_do_with_a_target_that_is_nearly_numbers(cells, words, tmp_path):
    (tmp_path / "data.csv").write_text(rows("v,w,y", lambda i: f"{i},{i % 7}", 40, label=cells))
    with pytest.raises(DataError, match=words):
        read(tmp_path / "data.csv")


@pytest.mark.parametrize(("asked", "meant"), [("2", "y"), ("-1", "y"), ("0", "'column 1'"), ("", "'column 1'")])
def test_a_target_that_is_named_by_its_place_is_told_by_its_name(asked, meant, tmp_path):
    (tmp_path / "data.csv").write_text(rows(",v,y", lambda i: f"{i % 5},{i % 7}"))
    with pytest.raises(OptionError, match=f"--target {meant}$"):
        read(tmp_path / "data.csv", target=asked)


def test_places_of_geographic_databases_are_no_texts(tmp_path):
    (tmp_path / "data.csv").write_text(rows("place,w,y", lambda i: f"POINT ({45 + i}.1 {i}.5),{i % 7}"))
    said = [str(note) for note in read(tmp_path / "data.csv").notes]
    assert any("several numbers in a cell, as in 'POINT (45.1 0.5)'; if these are quantities, give" in note for note in said)
    assert "left out: 'place' (places, of several numbers each)" in said
