"""Whether the first line of a table names its columns, where the user says so."""

import numpy as np
import pandas as pd
import pytest
from data_samples import made, read_and_said
from test_data_sheets import workbook
from typer.testing import CliRunner

from fourfold import compare
from fourfold.cli import app
from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.opening import open_source
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.reading import Reading
from fourfold.errors import OptionError
from fourfold.options import Options
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
CELLS = [[f"{one:.3f}" for one in RNG.normal(size=3)] + ["pq"[i % 2]] for i in range(40)]
WORDS = [["green", "round", "p"], *([["blue", "red"][i % 2], ["flat", "long"][i // 2 % 2], "qqrp"[i % 3 + (i == 38)]] for i in range(40))]
"""A row that looks like names."""


def text(records):
    return "\n".join(map(",".join, records)) + "\n"


def sheet(records):
    return lambda folder: workbook(folder / "data.xlsx", {"data": [list(record) for record in records]}) or folder / "data.xlsx"


@pytest.mark.parametrize("form", [text, sheet], ids=["csv", "xlsx"])
def test_names_that_look_like_a_row(form, tmp_path, recwarn):
    read_and_said(form([["7.1", "0.5", "3", "p"], *CELLS]), "no header: columns are named x0, x1, ... (the first line looks like the others); --header overrides", tmp_path, recwarn)
    path = made(form([["7.1", "0.5", "3", "p"], *CELLS]), tmp_path)
    assert read(path).rows == 41
    data = read(path, header=True)
    assert (data.rows, data.source_columns, data.target_name) == (40, ("7.1", "0.5", "3"), "p")


@pytest.mark.parametrize("form", [text, sheet], ids=["csv", "xlsx"])
def test_a_row_that_looks_like_names(form, tmp_path, recwarn):
    assert open_source(made(form(WORDS), tmp_path)).inputs.names == ("green", "round", "p")
    read_and_said(form(WORDS), "no header: columns are named x0, x1, ... (as asked", tmp_path, recwarn, header=False)
    data = read(made(form(WORDS), tmp_path), header=False)
    assert (data.rows, data.source_columns, data.target_name) == (41, ("x0", "x1"), "x2")
    assert data.inputs["x0"][0] == "green"


def test_new_rows_and_test_rows_know_it_by_the_names_of_training(tmp_path):
    (tmp_path / "a.csv").write_text(text(WORDS))
    (tmp_path / "b.csv").write_text(text([["7.1", "0.5", "3", "p"], *CELLS]))
    for path, header, first in ((tmp_path / "a.csv", False, "green"), (tmp_path / "b.csv", True, float(CELLS[0][0]))):
        data = read(path, header=header)
        assert read(path, header=header, test=path).rows == 2 * data.rows
        preparation = Preparation.from_json(Preparation.fit(data, np.arange(data.rows)).to_json())
        new = read_inputs(path, preparation)
        assert new.rows == data.rows
        assert new.inputs[data.source_columns[0]][0] == first


def test_new_rows_of_an_array_may_have_the_names_of_a_data_frame_without_names(tmp_path):
    x = RNG.normal(size=(40, 3)).round(3)
    preparation = Preparation.fit(read({"x0": x[:, 0], "x1": x[:, 1], "x2": x[:, 2], "y": x[:, 0] > 0}), np.arange(40))
    pd.DataFrame(x).to_csv(tmp_path / "new.csv", index=False)
    assert read_inputs(tmp_path / "new.csv", preparation).inputs["x2"].tolist() == x[:, 2].tolist()
    pd.DataFrame(x).to_csv(tmp_path / "bare.csv", index=False, header=False)
    assert read_inputs(tmp_path / "bare.csv", preparation).rows == 40


def test_a_target_that_is_named_tells_where_the_names_are(tmp_path):
    data = read(made(text([["7.1", "0.5", "3", "label"], *CELLS]), tmp_path), target="label")
    assert (data.rows, data.source_columns) == (40, ("7.1", "0.5", "3"))


def test_lines_of_texts(tmp_path):
    (tmp_path / "a.txt").write_text("Wow\n" + "".join(f"so it is not {i} at all\n" for i in range(20)))
    assert open_source(tmp_path / "a.txt").inputs.names == ("Wow",)
    assert open_source(tmp_path / "a.txt", Reading(header=False)).inputs["text"][0] == "Wow"


REFUSED = {
    "JSON": lambda folder: _json(folder),
    "a folder of texts": lambda folder: _texts(folder),
    "data in memory": lambda folder: {"v": [*range(30)], "y": ["p", "q"] * 15},
    "digits": lambda folder: "digits",
}


def _json(folder):
    (folder / "data.json").write_text("".join(f'{{"v": {i}, "y": "{"pq"[i % 2]}"}}\n' for i in range(30)))
    return folder / "data.json"


def _texts(folder):
    for name in (f"{c}/{i}.txt" for c in "pq" for i in range(6)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"so it is {name}")
    return folder


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_where_no_line_names_columns(name, tmp_path):
    with pytest.raises(OptionError, match="has no line that may name its columns: got --no-header, wanted csv, other text, or Excel") as caught:
        read(REFUSED[name](tmp_path), header=False)
    assert caught.value.slug == "header-of-no-text"


def test_it_is_refused_beside_arrays():
    with pytest.raises(OptionError, match="data in memory has no line"):
        compare(np.zeros((30, 2)), np.arange(30), header=True)


def test_the_command_line_says_it(tmp_path):
    assert [Options(header=header).arguments() for header in (True, False, None)] == [["--header"], ["--no-header"], []]
    path = made(text(WORDS), tmp_path)
    said = CliRunner().invoke(app, ["inspect", str(path), "--no-header"])
    assert said.exit_code == 0, said.output
    assert "no header: columns are named x0, x1, ... (as asked" in said.output


@pytest.mark.parametrize(
    ("above", "labels"),
    [
        ("# by hand\n# of 2020, again\nlabel\n", "pq"),
        ("# by hand\nlabel\n", "pq"),
        ("# by hand\n# label\n", "01"),  # as NumPy writes a name
        ("# label\n", "pq"),
        ("", ["#f00", "#0f0"]),
    ],
)
def test_comments_above_a_single_column_are_no_rows(above, labels, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n" + "".join(f"{i % 7},{i % 5}.5\n" for i in range(40)))
    (tmp_path / "y.csv").write_text(above + "".join(f"{labels[i % 2]}\n" for i in range(40)))
    data = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert data.rows == 40 and set(data.task.classes) == {*labels}
    said = "left out: 1 line above the table" if above.count("\n") == 2 else "left out: 2 lines" if above.count("\n") > 2 else ""
    assert said in "\n".join(map(str, data.notes))


DESCRIBED = [
    ["age", "kind", "who", "w", "code", "note"],
    ["c", "a b\\ c", "string", "continuous", "d", ""],
    ["", "class", "meta type=image", "weight", "i", ""],
    *([f"{i % 9}.5", ["a", "b c"][i % 2], f"r{i}", "1", f"{i % 3}", "uv"[i // 2 % 2]] for i in range(40)),
]


@pytest.mark.parametrize("kind", ["tab", "csv", "xlsx"])
def test_types_and_roles_before_the_names_are_no_part_of_these(kind, tmp_path):
    names = ["mS#who", "C#age", "note", "cD#kind", "i#code"]
    records = [names, *([f"p{i}", str(i * 37 % 11), str(i % 7), "ab"[i % 2], str(i)] for i in range(40))]
    path = tmp_path / f"data.{kind}"
    if kind == "xlsx":
        sheet(records)(tmp_path)
    else:
        path.write_text("\n".join(map("\t".join if kind == "tab" else ",".join, records)) + "\n")
    data = read(path)
    assert [column.name for column in data.columns] == ["age", "note"]
    for line in (
        "names: 'who', 'age', 'note', 'kind', 'code' (types and roles of columns before their names, as of Orange; "
        "values tell the types)",
        "target: kind (the file says so); --target NAME overrides",
        "left out: 'who' (the file says so: meta)",
        "left out: 'code' (the file says so: ignore)",
    ):
        assert line in map(str, data.notes)
    preparation = Preparation.fit(data, np.arange(data.rows))
    (tmp_path / "bare.csv").write_text("age,note\n3,4\n5,6\n")
    assert read_inputs(path, preparation).inputs["age"].tolist() == data.inputs["age"].tolist()
    assert read_inputs(tmp_path / "bare.csv", preparation).inputs["age"].tolist() == [3, 5]


@pytest.mark.parametrize("kind", ["tab", "csv", "xlsx"])
def test_types_and_roles_below_the_names_are_no_rows(kind, tmp_path):
    path = tmp_path / f"data.{kind}"
    if kind == "xlsx":
        sheet(DESCRIBED)(tmp_path)
    else:
        path.write_text("\n".join(map("\t".join if kind == "tab" else ",".join, DESCRIBED)) + "\n")
    data = read(path)
    said = list(map(str, data.notes))
    assert data.rows == 40 and [column.name for column in data.columns] == ["age", "note"]
    for line in (
        "left out: 2 lines below the names (types and roles of columns, as of Orange; values tell the types)",
        "target: kind (the file says so); --target NAME overrides",
        "left out: 'who' (the file says so: meta)",
        "left out: 'code' (the file says so: ignore)",
        "left out: 'w' (the file says so: weight; --weight w weighs the rows by it)",
    ):
        assert line in said
    assert read(path, target="code", roles=Roles(weight="w")).weights is not None
    (tmp_path / "one.csv").write_text("\n".join(map(",".join, DESCRIBED[:4])) + "\n")
    assert read_inputs(tmp_path / "one.csv", Preparation.fit(data, np.arange(data.rows))).rows == 1
    new = read_inputs(path, Preparation.fit(data, np.arange(data.rows))).inputs
    assert new.rows == 40 and new["age"].tolist() == data.inputs["age"].tolist()


def test_letters_that_are_values_are_no_types(tmp_path):
    records = [["a", "b", "kind"], *([["c", "d"][i % 2], ["s", "t"][i // 2 % 2], "pq"[i % 3 % 2]] for i in range(40))]
    assert read(made(text(records), tmp_path)).rows == 40


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("Month,0", ["Month", "0"]),  # as pandas writes a series without a name
        ("unknown,3", ["unknown", "3"]),
        ("2020-03-31,7", ["x0", "x1"]),
        (",7", ["x0", "x1"]),
    ],
)
def test_a_word_above_dates_is_a_name_whatever_stands_beside_it(first, names, tmp_path):
    days = pd.date_range("2020-04-01", periods=40).strftime("%Y-%m-%d")
    path = made(f"{first}\n" + "".join(f"{day},{i % 7}.5\n" for i, day in enumerate(days)), tmp_path)
    assert read(path).source_columns == tuple(names[:1]) and read(path).target_name == names[1]


def test_a_first_line_with_a_date_as_below_it_is_a_row(tmp_path):
    days = pd.date_range("2020-01-03", periods=60, freq="5D")
    text = "".join(f"{'abcdefghijklm'[i % 13]},{day.day} {day:%B %Y %H:%M}\n" for i, day in enumerate(days))
    assert read(made(text, tmp_path), target="x0").rows == 60


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "pandas"])
def test_marks_that_nobody_sees_around_names_are_no_part_of_them(form, tmp_path):
    frame = pd.DataFrame({"\u200bsize": np.arange(40) * 7 % 11, "\ufeffin\u00adner \u200e": 1.5, "kind\u00ad": ["p", "q"] * 20})
    frame.iloc[0, 1] = 2
    path = tmp_path / f"data.{form}"
    if form == "csv":
        frame.to_csv(path, index=False)
    elif form == "json":
        frame.to_json(path, orient="records")
    elif form == "parquet":
        frame.to_parquet(path)
    data = read(frame if form == "pandas" else path, target="kind")
    assert data.source_columns == ("size", "in\u00adner") and data.target_name == "kind"


def test_single_quotes_around_all_names_are_no_part_of_them(tmp_path):
    rows = "".join(f"{i * 7 % 11}\t{'pq'[i % 3 % 2]}\n" for i in range(40))
    assert read(made(f"'size'\t'kind'\n{rows}", tmp_path)).source_columns == ("size",)
    assert read(made(f"'size'\tkind\n{rows}", tmp_path)).source_columns == ("'size'",)


@pytest.mark.parametrize(
    ("first", "below", "header"),
    [
        (["0.51", "0", "1"], lambda i: [f"{i % 9 - 4}.5", f"{i % 2}", f"{i % 3 % 2}"], False),
        (["-0.934", "-0.756", "1", "2"], lambda i: [f"{i % 9 - 4}.5", f"{i % 7}.25", f"{i % 2}", f"{i % 3}"], False),
        (["-3", "0", "1"], lambda i: [f"{i % 9 - 4}", f"{i % 2}", f"{i % 3 % 2}"], False),
        (["red", "0", "1"], lambda i: [["blue", "red"][i % 2], f"{i % 5}", f"{i % 3 % 2}"], False),
        (["2020-01-01", "0", "1"], lambda i: [f"2020-02-{i % 28 + 1:02d}", f"{i % 5}", f"{i % 3 % 2}"], False),
        (["0", "1", "2"], lambda i: [f"{i % 9 - 4}.5", f"{i % 7}.25", f"{i % 3}"], True),
        (["0", "1", "kind"], lambda i: [f"{i % 9 - 4}.5", f"{i % 7}.25", "pq"[i % 3 % 2]], True),
    ],
)
def test_whole_numbers_that_count_are_names_beside_words_alone(first, below, header, tmp_path):
    data = read(made(text([first, *(below(i) for i in range(49))]), tmp_path))
    assert data.rows == 50 - header
    assert any("no header: columns are named x0" in str(note) for note in data.notes) is not header
    assert data.target_name == (first[-1] if header else f"x{len(first) - 1}")


def test_numbers_above_rows_of_the_same_are_a_row(tmp_path):
    pairs = [(i * i % 3 % 2, i % 2) for i in range(40)]
    (tmp_path / "bare.csv").write_text("0,1\n" + "".join(f"{a},{b}\n" for a, b in pairs))
    data = read(tmp_path / "bare.csv")
    assert data.rows == 41 and "no header: columns are named x0, x1, ... (the first line looks like the others)" in " ".join(map(str, data.notes))
    (tmp_path / "named.csv").write_text("0,1\n" + "".join(f"{a + 3},{b}\n" for a, b in pairs))
    assert read(tmp_path / "named.csv").rows == 40


def test_numbers_that_are_repeated_as_names_are_names(tmp_path):
    block = "0,1,2\n" + "".join(f"{i % 5},{i % 7},{i * 37 % 11 + 3}\n" for i in range(20))
    (tmp_path / "data.csv").write_text(block * 3)
    data = read(tmp_path / "data.csv")
    assert data.rows == 60 and "left out: 2 rows (they repeat the header)" in map(str, data.notes)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["a name", "the first cell", "the second cell"])
def test_names_and_cells_may_have_more_than_131072_characters(place, tmp_path):
    records = [["word", *"abcy"], *(["w", *row] for row in CELLS)]
    records[place] = [300_000 * "h", *records[place][1:]]
    data = read(made(text(records), tmp_path))
    assert (data.rows, data.target_name, data.task.classes) == (40, "y", ("p", "q"))


@pytest.mark.parametrize(("above", "first"), [("", "# t"), ("# by a logger\n", "# t"), ("", "#t")])
def test_a_hash_and_a_blank_are_no_part_of_the_first_name(above, first, tmp_path):
    data = read(made(above + f"{first},v,y\n" + "".join(f"{i % 9},{i % 7},{'pq'[i % 2]}\n" for i in range(40)), tmp_path))
    assert data.source_columns == ("t" if first == "# t" else "#t", "v") and data.rows == 40


@pytest.mark.parametrize("target", ["x3", "x0"])
def test_a_header_above_new_rows_of_a_table_without_one(target, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3)).round(3)
    cells, names = np.c_[x, x[:, 0] > 0], ["a", "b", "c", "y"]
    order = [0, 1, 2, 3] if target == "x3" else [3, 0, 1, 2]
    np.savetxt(tmp_path / "learnt.csv", cells[:, order], delimiter=",", fmt="%g")
    preparation = Preparation.fit(read(tmp_path / "learnt.csv", target=target), range(40))
    table = "\n".join(",".join(f"{cell:g}" for cell in row) for row in cells[:5, order])
    bare = "\n".join(",".join(f"{cell:g}" for cell in row) for row in x[:5])
    header = ",".join(names[place] for place in order)
    for text in (bare, table, f"a,b,c\n{bare}", f"{header}\n{table}"):
        (tmp_path / "new.csv").write_text(text + "\n")
        (rows,) = parts_of_inputs(str(tmp_path / "new.csv"), preparation)
        np.testing.assert_array_equal(np.stack([*rows.inputs.values()], axis=1), x[:5])
        said = "\n".join(map(str, rows.notes))
        assert ("no header" in said) == text[0].isdigit() and "taken for missing" not in said


@pytest.mark.parametrize(
    ("years", "codes", "target"),
    [("2020", "R+{}", "2020"), ("2016,2020", "R+{},D+{}", "2020"), ("2020", "{}", "x1")],
)
def test_a_year_above_words_is_a_name(years, codes, target, tmp_path):
    """Above numbers it may be one of them."""
    rows = (f"place {i % 4}," + codes.format(*[i % 3 + 1] * 2) for i in range(30))
    (tmp_path / "a.csv").write_text("\n".join((f"state,{years}", *rows)))
    assert read(tmp_path / "a.csv").target_name == target
