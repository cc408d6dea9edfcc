"""New rows: checked by name, in their order, in any form; all that is wrong in one message."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from fourfold.data import from_arrays, plan, read, read_inputs, reading
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.prediction.noticed import Noticed
from fourfold.data.series.ahead import Ahead
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
N = 60
FRAME = pd.DataFrame(
    {
        "id": np.arange(1, N + 1),
        "age": RNG.integers(18, 80, N).astype(float),
        "city": RNG.choice(["Bonn", "Köln", "Ulm"], N),
        "code": RNG.choice(["1", "2", "A"], N),
        "member": RNG.random(N) > 0.5,
        "joined": pd.Timestamp("2021-03-01") + pd.to_timedelta(RNG.integers(0, 900, N), unit="D"),
        "label": RNG.choice(["yes", "no"], N),
    }
)


@pytest.fixture(scope="module")
def learnt():
    data = read(FRAME)
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    return Preparation.from_json(preparation.to_json()), preparation.inputs(data.inputs)


NEW = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "jsonl": lambda f, path: f.to_json(path, orient="records", lines=True, date_format="iso"),
}


@pytest.mark.parametrize("form", NEW)
def test_rows_from_files_keep_their_order(form, learnt, tmp_path):
    preparation, prepared = learnt
    order = RNG.permutation(N)[:17]
    path = tmp_path / f"new.{form}"
    NEW[form](FRAME.iloc[order].drop(columns="label")[FRAME.columns[-2::-1]], path)
    rows = read_inputs(path, preparation)
    np.testing.assert_array_equal(preparation.inputs(rows.inputs), prepared[order])
    np.testing.assert_array_equal(rows.others["id"].astype(int), FRAME["id"].iloc[order])
    assert (rows.rows, rows.notes) == (17, ())


def test_rows_from_frames(learnt):
    preparation, prepared = learnt
    for frame in (FRAME, pl.from_pandas(FRAME), FRAME.convert_dtypes()):
        rows = read_inputs(frame, preparation)
        np.testing.assert_array_equal(preparation.inputs(rows.inputs), prepared)
        assert rows.others.names == ("id", "label")


def test_everything_that_is_wrong_is_in_one_message(learnt):
    bad = FRAME.rename(columns={"city": "citty"}).drop(columns="member")
    bad = bad.assign(age="old", joined=3.5)
    with pytest.raises(DataError) as caught:
        read_inputs(bad, learnt[0])
    assert str(caught.value) == (
        "the columns of data are not those that the model was trained on: "
        "got 'age' holds words such as 'old' instead of numbers; "
        "'city' is missing (is it 'citty'?); 'member' is missing; 'joined' holds numbers instead of dates written as year-month-day, "
        "wanted 'age', 'city', 'code', 'member', 'joined'. "
        "Do this: rename 'citty' to 'city'; add 'member', or rename what holds it; write 'age', 'joined' as in training"
    )


def test_of_many_columns_the_first_are_told_and_how_many_more_there_are():
    wide = pd.DataFrame(RNG.normal(size=(N, 12)), columns=[f"v{place}" for place in range(12)])
    known = Preparation.fit(read(wide.assign(y=["a", "b"] * 30)), range(40))
    with pytest.raises(DataError, match="'v7' is missing; and 4 more, wanted 'v0'"):
        read_inputs(wide[[]].assign(w=1.0), known)


def test_rows_without_names_of_columns_and_of_another_number_are_told_to_need_names(learnt, tmp_path):
    (tmp_path / "new.csv").write_text("18,1,2\n30,4,2\n42,3,1\n")
    with pytest.raises(DataError, match="'city' is missing; .*write the names of the columns above the rows"):
        read_inputs(tmp_path / "new.csv", learnt[0])


CHANGES = {
    "extra column": (lambda f: f.assign(more=1), "ignored: 'more' (the training data had no such column)"),
    "unseen level": (lambda f: f.assign(city=["Rom", *f["city"][1:]]), "column city: 'Rom' not told apart"),
    "words among numbers": (lambda f: f.assign(age=["?!", *map(str, f["age"][1:])]),
        "column age: 1 word such as '?!' taken for missing"),
    "all missing": (lambda f: f.assign(age=None), "no value in 60 of 60 rows: 'age' (all that were learnt from had one)"),
    "some missing": (lambda f: f.assign(age=f["age"].mask(f.index < 2), joined=f["joined"].mask(f.index < 2)),
        "no value in 2 of 60 rows: 'age', 'joined'"),
    "numbers that were words": (lambda f: f.assign(code=1), ""),
    "ones for booleans": (lambda f: f.assign(member=f["member"].astype(int)), ""),
    "words for booleans": (lambda f: f.assign(member=f["member"].astype(str)), ""),
    "words for dates": (lambda f: f.assign(joined=f["joined"].astype(str)), ""),
    "words for numbers": (lambda f: f.assign(age=f["age"].astype(str)), ""),
}  # fmt: skip


# name: (change of the frame, words of what is said): the same inputs as before
ALIKE = {
    "names in another case": (lambda f: f.rename(columns=str.upper), " taken for 'age', 'city', 'code', 'member', 'joined' (case, blanks and marks"),
    "names with blanks and marks": (lambda f: f.rename(columns={"joined": " Joined_ "}), "column 'Joined_' taken for 'joined'"),
    "yes for true": (lambda f: f.assign(member=np.where(f["member"], "Yes", "no")), "column member: 'Yes', 'no' taken for 'true', 'false'"),
    "letters for truths": (lambda f: f.assign(member=np.where(f["member"], "T", "F")), "taken for 'true', 'false'"),
    "words in another case": (lambda f: f.assign(city=f["city"].str.upper()), "'BONN' taken for"),
    "marks that nobody sees": (lambda f: f.rename(columns={"age": "a\u200bge"}).assign(city=f["city"] + "\u200b"), " taken for 'Bonn'"),
    "words with more blanks": (lambda f: f.assign(city=f["city"] + " "), ""),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_codes_whose_zeros_were_taken_out_are_known(form, tmp_path):
    """As programs do that read codes as numbers."""
    codes = ["00501", "10001", "02134"] * 10
    preparation = Preparation.fit(read({"code": codes, "y": ["p", "q", "q"] * 10}), np.arange(30))
    new = pd.DataFrame({"code": [501, 10001, 2134, 77]})
    new.to_csv(tmp_path / "new", index=False) if form == "csv" else new.to_parquet(tmp_path / "new")
    rows = read_inputs(tmp_path / "new", preparation)
    assert rows.inputs["code"].tolist() == ["00501", "10001", "02134", "77"]
    notes = [*map(str, rows.notes)]
    assert "column code: '501', '2134' taken for '00501', '02134'" in notes and "'77' not told apart" in str(notes)
    some = read_inputs({"code": ["501", "02134"]}, preparation)
    assert some.inputs["code"].tolist() == ["501", "02134"]


@pytest.mark.parametrize("name", ALIKE)
def test_names_and_words_that_differ_in_case_and_blanks_alone(name, learnt, tmp_path):
    preparation, prepared = learnt
    change, said = ALIKE[name]
    change(FRAME).to_csv(tmp_path / "new.csv", index=False)
    rows = read_inputs(tmp_path / "new.csv", preparation)
    np.testing.assert_array_equal(preparation.inputs(rows.inputs), prepared)
    assert all(word in "; ".join(map(str, rows.notes)) for word in said.split(" taken for ", 1)), rows.notes


def test_names_that_may_be_either_of_two_are_refused(learnt):
    with pytest.raises(DataError, match="'city' is missing"):
        read_inputs(FRAME.rename(columns={"city": "City"}).assign(CITY="Bonn"), learnt[0])


def test_words_of_truths_the_other_way_round():
    table = {"v": range(30), "w": ["yes", "no", "no"] * 10, "y": [0, 1] * 15}
    preparation = Preparation.fit(read(table), np.arange(30))
    rows = read_inputs({"v": [1, 2], "w": [True, False]}, preparation)
    assert rows.inputs["w"].tolist() == ["yes", "no"]
    assert "column w: 'true', 'false' taken for 'yes', 'no'" in map(str, rows.notes)


WORDS_OF_SPREADSHEETS = [("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("Vrai", "Faux"), ("VERDADERO", "FALSO"), ("VERO", "FALSO"), ("VERDADEIRO", "FALSO")]  # fmt: skip


@pytest.mark.parametrize("true, false", WORDS_OF_SPREADSHEETS)
def test_true_and_false_of_spreadsheets_are_one_thing_in_all_languages(true, false):
    words = [true, false, false, true, false] * 6
    data = read({"v": range(30), "w": words, "y": words[::-1]})
    plain = read({"v": range(30), "w": [word == true for word in words], "y": [word == true for word in words[::-1]]})
    assert data.columns == plain.columns and data.task == plain.task and data.fingerprint == plain.fingerprint
    preparation = Preparation.fit(plain, np.arange(30))
    assert read_inputs({"v": [1, 2], "w": [true, false]}, preparation).inputs["w"].tolist() == [1, 0]


# name: (change of the frame, words of what is said)
FAR = {
    "another unit": (lambda f: f.assign(age=f["age"] * 365), "column age: 60 of 60 rows far outside what was learnt, such as"),
    "one absurd value": (lambda f: f.assign(age=[9999, *f["age"][1:]]), "column age: 1 of 60 rows far outside what was learnt, such as 9999 (learnt from 1"),
    "years later": (lambda f: f.assign(joined=f["joined"] + pd.Timedelta(days=4000)), "column joined: 60 of 60 rows far outside what was learnt, such as 20"),
    "words never seen": (lambda f: f.assign(city=["Bonn"] * 10 + ["Rom"] * 50), "column city: 'Rom' not told apart (not among the levels learnt; 50 of 60 rows)"),
    "a little more": (lambda f: f.assign(age=f["age"] + 20), ""),
    "fractions in the place of percent": (
        lambda f: f.assign(age=f["age"].abs() / 1e6 + 1e-6), "column age: all 60 rows outside what was learnt, such as "),
}  # fmt: skip


@pytest.mark.parametrize("name", FAR)
def test_values_far_from_those_learnt_are_said(name, learnt, monkeypatch, tmp_path):
    change, said = FAR[name]
    rows = read_inputs(change(FRAME), learnt[0])
    notes = "\n".join(map(str, rows.notes))
    assert said in notes and bool(said) == bool(notes)
    change(FRAME).to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.setattr(reading, "PART", 7 * 7)
    parts = [part.noticed for part in parts_of_inputs(tmp_path / "new.csv", learnt[0])]
    assert len(parts) > 1 and "\n".join(map(str, sum(parts, Noticed()).said())) == notes


@pytest.mark.parametrize("name", CHANGES)
def test_what_can_be_understood_is_understood_and_said(name, learnt):
    preparation, prepared = learnt
    change, said = CHANGES[name]
    rows = read_inputs(change(FRAME), preparation)
    inputs = preparation.inputs(rows.inputs)
    assert inputs.shape == prepared.shape and np.isfinite(inputs).all()
    assert said in "\n".join(map(str, rows.notes)) and bool(rows.notes) == bool(said)
    if "booleans" in name or "dates" in name or name == "words for numbers":
        np.testing.assert_array_equal(inputs, prepared)
    if name == "numbers that were words":
        codes = [i for i, column in enumerate(preparation.input_names) if column.startswith("code")]
        np.testing.assert_array_equal(inputs[:, codes], [[1, 0, 0]] * N)


@pytest.mark.parametrize(
    "kind", ["flat", "constant columns", "series", "image", "tokens", "texts", "flattened"]
)
def test_arrays(kind, tmp_path):
    y = np.arange(N) % 2
    x = {
        "flat": RNG.normal(size=(N, 4)),
        "constant columns": np.stack([np.ones(N), np.arange(N), np.zeros(N)], axis=1),
        "series": RNG.normal(size=(N, 7, 2)),
        "image": RNG.integers(0, 255, (N, 6, 6)).astype(np.uint8),
        "tokens": RNG.integers(0, 9, (N, 5)),
        "texts": np.array([f"text number {i}" for i in range(N)]),
        "flattened": RNG.normal(size=(N, 6, 2)),
    }[kind]
    layout = {"tokens": "text", "texts": "text", "flattened": "flat"}.get(kind)
    data = from_arrays(x, y, layout=layout)
    preparation = Preparation.fit(data, np.arange(40))
    prepared = preparation.inputs(data.inputs)
    np.testing.assert_array_equal(preparation.inputs(read_inputs(x[5:9], preparation).inputs), prepared[5:9])
    np.savez(tmp_path / "new.npz", x=x[:3])
    np.testing.assert_array_equal(
        preparation.inputs(read_inputs(tmp_path / "new.npz", preparation).inputs), prepared[:3]
    )
    with pytest.raises(DataError, match=r"(is not what|not those that) the model was trained on"):
        read_inputs(np.zeros((3, 11, 3)) if kind != "texts" else np.zeros((3, 2)), preparation)
    with pytest.raises(DataError, match="no rows to predict"):
        read_inputs(x[:0], preparation)


@pytest.mark.parametrize(
    ("learnt", "new", "said"),
    [
        (255, 1.0, "pixels of at most 1.5: another scale (the model has learnt from pixels around 12"),
        (1.0, 255, "pixels above 8: another scale (the model has learnt from pixels around 0."),
        (255, 255, ""),
        (1.0, 1.0, ""),
        (255, 0, ""),
    ],
)
def test_pixels_on_another_scale_than_those_learnt_are_said(learnt, new, said):
    """A model that is given pictures divided by 255 sees next to nothing; black ones may be black."""
    pixels = RNG.random((N, 6, 6, 1))
    of_bytes = [np.round(255 * pixels).astype(np.uint8), pixels]
    data = from_arrays(of_bytes[learnt == 1.0], np.arange(N) % 2, layout="image")
    given = np.zeros_like(of_bytes[0]) if not new else of_bytes[new == 1.0]
    notes = "".join(map(str, read_inputs(given, Preparation.fit(data, np.arange(N))).notes))
    assert said in notes and bool(said) == ("another scale" in notes)


def test_a_frame_for_a_model_that_was_trained_on_an_array():
    x = RNG.normal(size=(N, 3))
    data = from_arrays(x, np.arange(N) % 2)
    preparation = Preparation.fit(data, np.arange(40))
    rows = read_inputs(pd.DataFrame(x, columns=["a", "b", "c"]), preparation)
    np.testing.assert_array_equal(preparation.inputs(rows.inputs), preparation.inputs(data.inputs))
    assert [str(note) for note in rows.notes] == ["columns taken in their order (one side has no names)"]


# name: (cells of training, new cells, what they are, words of a note)
WRITTEN = {
    "decimal commas": (["1.234,5", "7,25"], ["1.234", "2.000"], [1234, 2000], ""),
    "thousands": (["1,234.5", "7.25"], ["1,234", "2,5"], [1234, np.nan], "'2,5' taken for missing (it holds numbers written as 1,234.5)"),
    "money": (["$1.5", "$7"], ["$2", "3", "4 €"], [2, 3, np.nan], "1 word such as '4 €' taken for missing"),
    "percent": (["12 %", "7%"], ["5 %", "0.05"], [5, np.nan], "written as 1234.5 %"),
    "plain": (["1.5", "2"], ["1.5", "2,5", "1e3"], [1.5, np.nan, 1000], "1 word such as '2,5'"),
    "days first": (["28/1/2020", "2/2/2020"], ["1/2/2020"], ["2020-02-01"], ""),
    "months first": (["1/28/2020", "2/2/2020"], ["1/2/2020", "1/20/2020", "13/2/2020"], ["2020-01-02", "2020-01-20", "NaT"], "written as month/day/year"),
    "without marks": ([20200100 + day for day in range(1, 29)], [20200202], ["2020-02-02"], ""),
    "codes": (["00501", "10001"], ["00501", "10001", "501"], ["00501", "10001", "501"], "'501' not told apart"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_words_are_read_as_they_were_in_training(name, tmp_path):
    """In training alone it is settled how numbers and dates are written; new rows are too few to tell."""
    cells, new, means, said = WRITTEN[name]
    rows = "".join(f"{cells[i % len(cells)]};{'pq'[i // len(cells) % 2]}\n" for i in range(120))
    (tmp_path / "data.csv").write_text(f"v;y\n{rows}", encoding="utf-8")
    data = read(tmp_path / "data.csv")
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(90)).to_json())
    (tmp_path / "new.csv").write_text("v;id\n" + "".join(f"{cell};007\n" for cell in new), encoding="utf-8")
    found = read_inputs(tmp_path / "new.csv", learnt)
    np.testing.assert_array_equal(found.inputs["v"], np.array(means, dtype=found.inputs["v"].dtype))
    assert said in "\n".join(map(str, found.notes)), found.notes
    assert found.others["id"].tolist() == ["007"] * len(new)


@pytest.mark.parametrize("new", [["2,371", "168", "?"], ["12,371", "1,168"], ["1,234,567.5", "12"]])
def test_commas_of_new_numbers_that_stand_between_thousands(new):
    learnt = Preparation.fit(read({"v": ["1371", "12"] * 60, "y": ["p", "p", "q"] * 40}), np.arange(90))
    found = read_inputs({"v": new}, learnt)
    means = [np.nan if cell == "?" else float(cell.replace(",", "")) for cell in new]
    np.testing.assert_array_equal(found.inputs["v"], means)
    said = "\n".join(map(str, found.notes))
    assert "column v: number (commas taken for thousands)" in said and ("no value in 1 of 3 rows" in said) == ("?" in new)


IN_UNIT = {
    "another unit": "write 'v' in kg instead of g, as in training",
    "a unit": "write 'v' as plain numbers, without 'kg', as in training",
    "a sign": "write 'v' as plain numbers, without '%', as in training",
    "money in some": "write 'v' as plain numbers, without '$', as in training",
}
"""What to do of those below that are in another unit."""

# name: (cells of training, new cells, what is said of these)
OTHERWISE = {
    "another unit": (["12 kg", "7 kg", "9 kg"], ["500 g", "7 g", "12 g"], "numbers written as 1234.5 g, such as '500 g' "),
    "a unit": (["12", "7", "9"], ["12 kg", "7 kg", "9 kg"], "numbers written as 1234.5 kg, such as '12 kg' "),
    "a sign": (["12", "7", "9"], ["12 %", "7%"], "numbers written as 1234.5 %, such as '12 %' "),
    "money in some": (["1.5", "2"], ["$5", "2"], "numbers written as 1234.5 $, such as '$5' "),
    "words": (["1.5", "2"], ["old", "new"], "words such as 'old' "),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
def test_columns_that_are_written_otherwise_throughout_are_refused(name):
    cells, new, said = OTHERWISE[name]
    data = read({"v": cells * 60, "y": ["p", "p", "q"] * (20 * len(cells))})
    with pytest.raises(DataError) as caught:
        read_inputs({"v": new}, Preparation.fit(data, np.arange(90)))
    assert f"'v' holds {said}instead of" in str(caught.value)
    assert caught.value.do == IN_UNIT.get(name, "write 'v' as in training")


# name: (cells of training, new cells, what they are, how they were read)
IN_ANOTHER_WAY = {
    "decimal commas": (["1.5", "2.25"], ["1,5", "2"], [1.5, 2], "number (with decimal commas)"),
    "decimal commas beside a mark": (["1.5", "2.25"], ["1,5", "-", "2,25"], [1.5, np.nan, 2.25], "number (with decimal commas)"),
    "decimal points": (["1,5", "2,25"], ["1.5", "2"], [1.5, 2], "number (with decimal points)"),
    "three digits behind points": (["1,5", "2,25"], ["1.500", "2.250"], [1.5, 2.25], "number (with decimal points)"),
    "thousands by commas": (["1.234,5", "2,25"], ["1,234.5", "2"], [1234.5, 2], "number (commas taken for thousands)"),
    "thousands among whole numbers": (["1500", "225"], ["1,500", "250"], [1500, 250], "number (commas taken for thousands)"),
    "points for ISO dates": (["2024-01-31", "2024-02-28"], ["01.02.2024", "03.04.2024"], ["2024-02-01", "2024-04-03"], "date (dates, read as day.month.year)"),
    "slashes for ISO dates": (["2024-01-31", "2024-02-28"], ["31/01/2024", "03/04/2024"], ["2024-01-31", "2024-04-03"], "date (dates, read as day/month/year)"),
    "names of months": (["2024-01-31", "2024-02-28"], ["Feb 3, 2024", "Jan 31, 2024"], ["2024-02-03", "2024-01-31"], "date (dates, read as month day, year)"),
    "no marks": (["2024-01-31", "2024-02-28"], ["20240203", "20240131"], ["2024-02-03", "2024-01-31"], "date (dates, read as yearmonthday)"),
    "points for slashes": (["31/01/2024", "28/02/2024"], ["01.11.2024", "03.04.2024"], ["2024-11-01", "2024-04-03"], "date (dates, read as day.month.year)"),
    "months first": (["28/1/2020", "2/2/2020"], ["1/28/2020", "2/3/2020"], ["2020-01-28", "2020-02-03"], "date (dates, read as month/day/year)"),
    "days first": (["1/28/2020", "2/2/2020"], ["2/3/2020", "28/1/2020"], ["2020-03-02", "2020-01-28"], "date (dates, read as day/month/year)"),
    "days first, with dashes": (["1-28-2020", "2-2-2020"], ["2-3-2020", "28-1-2020"], ["2020-03-02", "2020-01-28"], "date (dates, read as day-month-year)"),
}  # fmt: skip

# name: (cells of training, new cells, the separator of their file, between what there is a doubt)
IN_DOUBT = {
    "a comma before three digits": (["1.5", "2.25"], ["1,500", "2,250"], ",", "numbers such as '1,500', which may be 1500 or 1.5"),
    "the same beside a mark": (["1.5", "2.25"], ["950", "1,500"], ",", "numbers such as '1,500', which may be 1500 or 1.5"),
    "the same among whole numbers, between semicolons": (["1500", "225"], ["1,500", "2,250"], ";", "numbers such as '1,500', which may be 1500 or 1.5"),
    "slashes": (["2024-01-31", "2024-02-28"], ["01/02/2024", "03/04/2024"], ",", "dates such as '01/02/2024', of which 01 or 02 may be the month"),
    "dashes": (["31/01/2024", "28/02/2024"], ["03-03-2024", "01-11-2024"], ",", "dates such as '01-11-2024', of which 01 or 11 may be the month"),
}  # fmt: skip


def _written_otherwise(cells, new, folder, separator=","):
    """Files of training rows, and of rows whose column v is written in another way."""
    rows = pd.DataFrame({"v": cells * 60, "w": np.arange(60 * len(cells)) % 7, "y": [*"ppq"] * (20 * len(cells))})
    rows.to_csv(folder / "data.csv", index=False)
    others = pd.DataFrame({"v": new, "w": 1, "y": ["p", "q", "p"][: len(new)]})
    others.to_csv(folder / "new.csv", index=False, sep=separator)
    data = read(folder / "data.csv", target="y")
    return Preparation.from_json(Preparation.fit(data, np.arange(90)).to_json())


@pytest.mark.parametrize("name", IN_ANOTHER_WAY)
def test_columns_in_one_other_way_of_writing_are_read_as_new_rows_and_as_test_rows(name, tmp_path):
    cells, new, means, said = IN_ANOTHER_WAY[name]
    found = read_inputs(tmp_path / "new.csv", _written_otherwise(cells, new, tmp_path))
    np.testing.assert_array_equal(found.inputs["v"], np.array(means, dtype=found.inputs["v"].dtype))
    assert f"column v: {said}" in map(str, found.notes)
    both = read(tmp_path / "data.csv", target="y", test=tmp_path / "new.csv")
    np.testing.assert_array_equal(both.inputs["v"][-len(new) :], found.inputs["v"])
    assert f"'new.csv': {said.split(' ')[0]}s in 'v' (" in "\n".join(map(str, both.notes))


@pytest.mark.parametrize("name", IN_DOUBT)
def test_columns_that_may_be_read_in_two_ways_are_refused_as_new_rows_and_as_test_rows(name, tmp_path):
    cells, new, separator, doubt = IN_DOUBT[name]
    learnt = _written_otherwise(cells, new, tmp_path, separator)
    with pytest.raises(DataError) as caught:
        read_inputs(tmp_path / "new.csv", learnt)
    assert f"'v' holds {doubt}, instead of" in str(caught.value) and caught.value.do == "write 'v' as in training"
    with pytest.raises(DataError) as caught:
        read(tmp_path / "data.csv", target="y", test=tmp_path / "new.csv")
    assert (caught.value.slug, caught.value.got) == ("test-column-in-doubt", doubt)


def test_points_beside_decimal_commas_are_thousands_of_new_rows_too(tmp_path):
    learnt = _written_otherwise(["1500", "225"], ["1.500", "250"], tmp_path)
    (tmp_path / "new.csv").write_text("v;w;y\n1.500;1,5;p\n250;2,5;q\n")
    found = read_inputs(tmp_path / "new.csv", learnt)
    assert found.inputs["v"].tolist() == [1500, 250]
    assert "column v: number (points taken for thousands)" in map(str, found.notes)
    assert read(tmp_path / "data.csv", target="y", test=tmp_path / "new.csv").inputs["v"][-2:].tolist() == [1500, 250]


@pytest.mark.parametrize("files", [1, 2])
def test_days_where_months_were_are_no_guess_of_a_part_of_the_rows(files, tmp_path, monkeypatch):
    """Those before the first that shows it would be read with days as months."""
    days = ["1/2/2024", "2/3/2024", "3/4/2024", "31/5/2024"]
    learnt = _written_otherwise(["1/28/2020", "2/2/2020"], days[:3], tmp_path)
    monkeypatch.setattr(reading, "PART", 4 if files == 1 else reading.PART)
    for number, own in enumerate(np.array_split(days, files)):
        pd.DataFrame({"v": own, "w": 1}).to_csv(tmp_path / f"part{number}.csv", index=False)
    with pytest.raises(DataError, match="'v' holds dates written as day/month/year, such as '3"):
        list(parts_of_inputs(str(tmp_path / "part*.csv"), learnt))


# name: (cells of training, new cells, as plain numbers where all are such, what they are, what is said of these)
UNITS = {
    "none has one": (["12 kg", "7 kg", "9.5 kg"], ["12", "31.2"], True, [12, 31.2], "column v: 2 of 2 rows without a unit, taken for kg, such as 12"),
    "one has none": (["12 kg", "7 kg", "9.5 kg"], ["12 kg", "31.2"], False, [12, 31.2], "column v: 1 of 2 rows without a unit, taken for kg, such as 31.2"),
    "none, and a gap": (["12 kg", "7 kg", "9.5 kg"], ["12", None], True, [12, np.nan], "column v: 1 of 2 rows without a unit, taken for kg"),
    "decimal commas": (["1,5 kg", "7,25 kg", "2,0 kg"], ["1,75"], False, [1.75], "column v: 1 of 1 rows without a unit, taken for kg, such as 1.75"),
    "percent": (["12 %", "7%"], ["12", "7"], True, [12, 7], "column v: 2 of 2 rows without a unit, taken for %, such as 12"),
    "small percent": (["12 %", "7%"], ["0.12", "0.07"], True, [0.12, 0.07], "column v: numbers of at most 1, taken for percent"),
    "money": (["$1.5", "$7", "$9"], ["2", "3"], True, [2, 3], "column v: 2 of 2 rows without a unit, taken for $, such as 2"),
    "a scale": (["7/10", "4/10", "10/10"], ["8", "2"], True, [8, 2], "column v: 2 of 2 rows without a unit, taken for /10, such as 8"),
    "clocks": (["1:30", "12:05"], ["90", "61.5"], True, [90, 61.5], "column v: numbers, taken for seconds"),
    "angles": (["48.25N", "12.55S"], ["48.5", "-12.25"], True, [48.5, -12.25], "column v: numbers, taken for degrees"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNITS)
def test_numbers_without_the_unit_of_training_are_taken_for_it_and_said_to_be_in_all_forms(name, tmp_path):
    cells, new, plain, means, said = UNITS[name]
    data = read({"v": cells * 60, "y": [*"ppq"] * (20 * len(cells))}, target="y")
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(90)).to_json())
    frame = pd.DataFrame({"v": new, "id": ["a", "b"][: len(new)]})
    frame.to_csv(tmp_path / "new.csv", index=False)
    frame.to_parquet(tmp_path / "words.parquet")
    given = [tmp_path / "new.csv", tmp_path / "words.parquet", frame]
    if plain:
        numbers = frame.assign(v=frame["v"].astype(float))
        numbers.to_parquet(tmp_path / "new.parquet")
        numbers.to_json(tmp_path / "new.json", orient="records")
        given += [tmp_path / "new.parquet", tmp_path / "new.json", numbers]
    for form in given:
        found = read_inputs(form, learnt)
        np.testing.assert_allclose(found.inputs["v"], means)
        assert [said in str(note) for note in found.notes].count(True) == 1, found.notes
        assert sum("taken for" in str(note) for note in found.notes) == 1


@pytest.mark.parametrize("bare", [40, 3])
def test_a_history_without_the_unit_of_training_is_said_to_be(bare):
    days = pd.date_range("2020-01-01", periods=40).astype(str)
    values = (10 + np.sin(np.arange(40.0) ** 2)).round(2).tolist()
    words = [f"{value} ppm" for value in values]
    data = read({"day": days, "v": words}, roles=Roles(time="day"), ahead=Ahead(2), target="v")
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(4)).to_json())
    whole = read_inputs({"day": days, "v": words}, learnt)
    mixed = [*words[: 40 - bare], *map(str, values[40 - bare :])]
    for new in (mixed, values) if bare == 40 else (mixed,):
        found = read_inputs({"day": days, "v": new}, learnt)
        np.testing.assert_array_equal(found.inputs, whole.inputs)
        assert f"column v: {bare} of 40 rows without a unit, taken for ppm" in str([*map(str, found.notes)])
    assert "without a unit" not in str([*map(str, whole.notes)])


@pytest.mark.parametrize("form", NEW)
def test_parts_of_a_file_are_its_rows(form, learnt, tmp_path, monkeypatch):
    preparation = learnt[0]
    new = FRAME.drop(columns="label").assign(code=["odd", *FRAME["code"][1:-1], "strange"])
    NEW[form](new, tmp_path / "new")
    whole = read_inputs(tmp_path / "new", preparation)
    monkeypatch.setattr(reading, "PART", 7 * 6)
    parts = list(parts_of_inputs(tmp_path / "new", preparation))
    assert [part.rows for part in parts] == [7] * 8 + [4]
    for name in whole.inputs:
        np.testing.assert_array_equal(
            np.concatenate([part.inputs[name] for part in parts]), whole.inputs[name]
        )
    assert sum((part.noticed for part in parts), Noticed()).said() == whole.notes
    assert "'odd', 'strange' not told apart" in str(whole.notes[0])


@pytest.mark.parametrize("headers", [1, 3, 9])
def test_parts_of_a_file_that_repeats_its_header_lose_no_row(headers, learnt, tmp_path, monkeypatch):
    """Files that were put one behind the other: 54 rows make nine parts of six with nothing to spare."""
    rows = FRAME.head(54)
    pieces = np.array_split(np.arange(54), headers + 1)
    path = tmp_path / "new.csv"
    path.write_text("".join(rows.iloc[piece].to_csv(index=False) for piece in pieces))
    monkeypatch.setattr(reading, "PART", 6 * 7)
    parts = list(parts_of_inputs(path, learnt[0]))
    ages = np.concatenate([part.inputs["age"] for part in parts])
    np.testing.assert_array_equal(ages, rows["age"])


def test_one_row_as_a_dict_and_infinite_numbers_are_said():
    table = {"v": [i * 1.5 for i in range(30)], "w": ["a", "b", "c"] * 10, "y": [0, 1] * 15}
    preparation = Preparation.fit(read(table), np.arange(30))
    assert read_inputs({"v": 7.0, "w": "a"}, preparation).inputs["v"].tolist() == [7.0]
    rows = read_inputs({"v": [1.0, np.inf], "w": ["a", "b"]}, preparation)
    assert "column v: 1 word such as 'inf' taken for missing (it holds numbers)" in map(str, rows.notes)
    rows = read_inputs({"v": [np.inf, -np.inf] * 9, "w": ["a", "b"] * 9}, preparation)
    assert "taken for missing" in str(rows.notes[0]) and not any("outside what was learnt" in str(one) for one in rows.notes)


def test_shorter_series_of_a_model_without_masks_are_said():
    x = RNG.normal(size=(30, 6, 2))
    preparation = Preparation.fit(from_arrays(x, np.arange(30) % 2), np.arange(30))
    rows = read_inputs([x[0], x[1][:4]], preparation)
    assert list(map(str, rows.notes)) == ["filled up to 6 steps: 1 series (with the means of the channels)"]


X = np.random.default_rng(0).normal(size=(30, 6, 2))
STEPS = {f"{channel}{step}": X[:, step, place] for place, channel in enumerate("ab") for step in range(6)}
LONG = {"who": np.repeat(np.arange(30), 6), "at": np.tile(np.arange(6), 30), "a": X[:, :, 0].ravel(), "b": X[:, :, 1].ravel()}


CALLED_X = {"x" if name == "a" else name: values for name, values in LONG.items()}


def with_holes(columns, holes):
    return {name: np.where(np.isin(np.arange(len(own)), holes.get(name, [])), np.nan, own) for name, own in columns.items()}


SERIES = {
    "array": (X, {}, np.where(np.isin(X, X[[2, 4], 1, 0]), np.inf, X), "2 values of x"),
    "series of unequal lengths": ([*X[:29], X[29, :4]], {}, [np.where(X[2] == X[2, 1, 0], np.nan, X[2]), X[4, :3]], "1 value of x"),
    "wide": ({**STEPS, "y": np.arange(30) % 2}, {"layout": "sequence"}, with_holes(STEPS, {"a0": [1, 2], "b3": [7]}), "3 values of x"),
    "long": ({**LONG, "y": LONG["who"] % 2}, {"roles": Roles(id="who", time="at")}, with_holes(LONG, {"a": [1], "b": [3, 8]}), "3 values of 'b', 'a'"),
    "a channel called x": ({**CALLED_X, "y": LONG["who"] % 2}, {"roles": Roles(id="who", time="at")}, with_holes(CALLED_X, {"x": [1], "b": [3, 8]}), "3 values of 'b', 'x'"),
    "steps": ({**LONG, "y": (LONG["a"] > 0).astype(int)}, {"roles": Roles(id="who", time="at")}, with_holes(LONG, {"a": [1], "b": [3, 8]}), "3 values of 'b', 'a'"),
    "pictures": (X[..., None], {"layout": "image"}, np.where(np.isin(X, X[2, 1, 0]), np.nan, X)[..., None], "1 value of x"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERIES)
def test_values_that_are_missing_in_series_are_counted_over_all_parts(name, monkeypatch):
    given, options, new, said = SERIES[name]
    data = read(given, **options) if isinstance(given, dict) else from_arrays(given, np.arange(30) % 2, **options)
    preparation = Preparation.fit(data, np.arange(data.rows))
    note = f"missing: {said} (NaN or infinite; replaced with the channel's mean)"
    whole = {key: own for key, own in given.items() if key != "y"} if isinstance(given, dict) else given
    assert note in map(str, read_inputs(new, preparation).notes)
    assert not any("missing: " in str(one) for one in read_inputs(whole, preparation).notes)
    monkeypatch.setattr(reading, "PART", 1)
    monkeypatch.setattr(reading, "FEWEST_AT_ONCE", 1)
    parts = list(parts_of_inputs(new, preparation))
    assert note in map(str, sum((one.noticed for one in parts[1:]), parts[0].noticed).said())


def test_a_text_of_another_name():
    texts = [f"text number {i} of it" for i in range(60)]
    preparation = Preparation.fit(from_arrays(texts, np.arange(60) % 2, layout="text"), np.arange(60))
    assert read_inputs({"review": ["new text", "other"]}, preparation).rows == 2


# name: (what the file holds, how many rows are read, words of a note)
ONE_COLUMN = {
    "two words each": ("name\nJohn Smith\nMary Jones\n", 2, ""),
    "bars": ("name\nJohn | Smith\nMary | Jones\n", 2, ""),
    "commas without quotes": ("name\nSmith, John\nJones\n", 2, ""),
    "quotes around some": ('"name"\n"Smith, John\njunior"\nMary "May" Jones\n', 2, ""),
    "a mark of UTF-8 and Windows": ("\ufeffname\r\nJohn Smith\r\nMary Jones\r\n", 2, ""),
    "another case": ("Name\nJohn Smith\nMary Jones\n", 2, "column 'Name' taken for 'name'"),
    "another name": ("text\nJohn Smith\nMary Jones\n", 2, "column 'text' taken for 'name' (it is the only one)"),
    "two columns": ("name,id\nJohn Smith,7\n", 1, "ignored: 'id'"),
    "a quote at the end of the head": ("name\n" + '"John\nSmith"\n' * 60, 60, ""),
}


@pytest.mark.parametrize("name", ONE_COLUMN)
def test_text_below_the_only_name_that_is_needed_is_not_cut(name, tmp_path):
    """Names of two words are no two columns; with no other column nothing is said of what is between them."""
    text, rows, said = ONE_COLUMN[name]
    firsts = ("John Smith", 'Mary "May" Jones', "Ann, junior")
    names = [f"{first} {last}" for first in firsts for last in map(str, range(20))]
    data = read({"name": names, "y": ["a", "b"] * 30}, layout="text")
    (tmp_path / "new.csv").write_text(text, encoding="utf-8", newline="")
    found = read_inputs(tmp_path / "new.csv", Preparation.fit(data, np.arange(60)))
    assert found.rows == rows
    assert str(found.inputs["name"][0]).startswith(("John", "Smith, John"))
    notes = "\n".join(map(str, found.notes))
    assert said in notes and bool(said) == bool(notes)


def test_new_texts_of_nothing_are_counted_over_all_parts():
    texts = [f"text number {i} of it" for i in range(60)]
    learnt = Preparation.fit(read({"review": texts, "y": ["a", "b"] * 30}), np.arange(60))
    rows = read_inputs({"review": ["text", None, " "]}, learnt)
    assert list(map(str, rows.notes)) == ["no text in 2 of 3 rows: 'review' (predicted as empty texts)"]
    assert (rows.noticed + rows.noticed).said()[0].what == "no text in 4 of 6 rows: 'review'"
    assert read_inputs({"review": ["text", "it"]}, learnt).notes == ()


@pytest.mark.parametrize(
    "turn, do",
    [
        (lambda x: x.transpose(0, 2, 1), r"turn its axes: x.transpose\(0, 2, 1\)"),
        (lambda x: x[0], r"give it as an array of one row: x\[None\]"),
        (lambda x: x[:, :-1], "give series of 3 steps, as all were in training"),
        (lambda x: x[:, :, :-1], "give the new rows in the form of those of training"),
    ],
)
def test_what_to_do_with_arrays_of_another_shape(turn, do):
    x = np.random.default_rng(0).normal(size=(20, 3, 8))
    preparation = Preparation.fit(from_arrays(x, np.arange(20) % 2), range(20))
    with pytest.raises(DataError, match=do):
        read_inputs(turn(x), preparation)


@pytest.mark.parametrize("learnt, new", [((8, 8, 1), (8, 8)), ((1, 8, 8), (8, 8)), ((12, 1), (12,))])
def test_the_axis_of_the_only_channel_may_be_left_out(learnt, new):
    """Grey pictures and series of one channel come with it and without it."""
    x = np.random.default_rng(0).normal(size=(20, *learnt))
    preparation = Preparation.fit(from_arrays(x, np.arange(20) % 2), range(20))
    rows = read_inputs(x.reshape(20, *new), preparation)
    assert np.array_equal(rows.inputs.ravel(), x.ravel())
    assert any("their only channel has no axis" in str(note) for note in rows.notes)
    assert not read_inputs(x, preparation).notes


def test_a_header_alone_is_no_rows_of_a_table_and_no_error(learnt, tmp_path):
    """A step of a pipeline may have nothing to do; what is wrong with the columns is said all the same."""
    path = tmp_path / "new.csv"
    FRAME.drop(columns="label").head(0).to_csv(path, index=False)
    (rows,) = parts_of_inputs(str(path), learnt[0])
    assert rows.rows == 0 and rows.others.names == ("id",)
    assert [str(note) for note in rows.notes] == [f"no rows: {path} (it has a header alone)"]
    path.write_text("id,age\n")
    with pytest.raises(DataError, match="'city' is missing"):
        list(parts_of_inputs(str(path), learnt[0]))
    with pytest.raises(DataError, match="0 rows"):
        read_inputs(FRAME.head(0), learnt[0])
    empty = tmp_path / "new.json"
    empty.write_text("[]")
    with pytest.raises(DataError, match="new.json has no rows to predict"):  # nothing is known of its columns
        list(parts_of_inputs(str(empty), learnt[0]))


def _days(form):
    """Days and clocks of 2024, as they stand in a form."""
    days = pd.Series(pd.date_range("2024-01-01", periods=N, freq="31h"))
    if form == "ISO":
        return days.dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
    if form == "days first":
        return days.dt.strftime("%d.%m.%Y %H:%M").tolist()
    since = (days - pd.Timestamp(0)) // pd.Timedelta(1, form)
    return [int(count) for count in since]


@pytest.mark.parametrize(
    ("learnt", "new", "said"),
    [
        ("ISO", "ms", "milliseconds since 1970"),
        ("ISO", "s", "seconds since 1970"),
        ("days first", "ns", "nanoseconds since 1970"),
        ("ms", "ISO", "dates, read as year-month-day"),
        ("days first", "ISO", "dates, read as year-month-day"),
        ("ms", "s", "seconds since 1970"),
    ],
)
@pytest.mark.parametrize("only", [N, 1])
def test_dates_that_are_counted_since_1970_are_those_of_other_forms(learnt, new, said, only, tmp_path):
    """As JSON of pandas has them: in a column of dates they can be nothing else."""
    data = read({"day": _days(learnt), "v": RNG.normal(size=N), "y": ["p", "q"] * (N // 2)})
    preparation = Preparation.fit(data, np.arange(N))
    same = read_inputs({"day": _days(learnt)[:only], "v": [1.0] * only}, preparation)
    pd.DataFrame({"day": _days(new)[:only], "v": 1.0}).to_csv(tmp_path / "new.csv", index=False)
    found = read_inputs(tmp_path / "new.csv", preparation)
    minutes = np.timedelta64(1, "m")
    assert (np.abs(found.inputs["day"] - same.inputs["day"]) < minutes).all()
    assert f"column day: date ({said})" in map(str, found.notes)


@pytest.mark.parametrize(("learnt", "new"), [("ISO", 0.5e9), ("ISO", 45292.0)])
def test_numbers_that_may_be_other_counts_are_refused_as_dates(learnt, new):
    data = read({"day": _days(learnt), "v": RNG.normal(size=N), "y": ["p", "q"] * (N // 2)})
    with pytest.raises(DataError, match="'day' holds") as caught:
        read_inputs({"day": [new] * 3, "v": [1.0] * 3}, Preparation.fit(data, np.arange(N)))
    assert caught.value.do == "write 'day' as in training"


@pytest.mark.parametrize(("clocks", "said"), [(["1:30", "12:05"], True), (["1h 30m", "45m"], True), (["48\u00b030'N", "12\u00b005'S"], False)])
def test_plain_numbers_where_clocks_were_learnt_are_said_to_be_seconds(clocks, said, tmp_path):
    """A workbook that pandas wrote has days in their place; of durations in parquet their type says what they are."""
    learnt = Preparation.fit(read({"v": clocks * 60, "y": ["p", "p", "q"] * 40}), np.arange(90))
    pd.DataFrame({"v": [0.5, 0.25]}).to_parquet(tmp_path / "plain.parquet")
    note = "column v: numbers, taken for seconds (learnt from such as "
    assert (note in str([*map(str, read_inputs(tmp_path / "plain.parquet", learnt).notes)])) == said
    pd.DataFrame({"v": pd.to_timedelta([90, 60], unit="s")}).to_parquet(tmp_path / "typed.parquet")
    for new in (tmp_path / "typed.parquet", pd.read_parquet(tmp_path / "typed.parquet"), {"v": clocks}):
        assert note not in str([*map(str, read_inputs(new, learnt).notes)])


@pytest.mark.parametrize(("folder", "got"), [("", "got pictures, wanted"), ("cat", "got pictures, wanted")])
def test_pictures_for_a_model_of_a_table_are_told_to_be_pictures(folder, got, learnt, tmp_path):
    for kind in ("cat", "dog"):
        (tmp_path / kind).mkdir()
        for number in range(3):
            Image.new("L", (4, 4), number).save(tmp_path / kind / f"{number}.png")
    with pytest.raises(DataError, match="is not what the model was trained on") as caught:
        read_inputs(tmp_path / folder, learnt[0])
    assert got in str(caught.value) and caught.value.do == "give the new rows in the form of those of training"
