"""Separators and stray marks where texts stand between double quotes."""

import csv
import gc

import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

LONG = "a plot and a film of some length, as it was, and so on"


def written(tmp_path, lines, name="data.csv", **options):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", **options)
    return str(path)


CUT = {
    "all quoted": (lambda i: f'"{1 + i % 2}","the title number {i}","{LONG} {i}; well"', "x0", ["x1 + x2"]),
    "classes without quotes": (lambda i: f'{1 + i % 2},the title number {i},"{LONG} {i}; well, ok"', "x0", ["x1 + x2"]),
    "two columns": (lambda i: f'"{"np"[i % 2]}eg","{LONG} {i}; well"', "x0", ["x1"]),
    "quotes within quotes": (lambda i: f'"{"np"[i % 2]}eg","say ""{i}; so"" and; ""well"" {LONG}"', "x0", ["x1"]),
    "tabs within quotes": (lambda i: f'"{"np"[i % 2]}eg","{LONG} {i}\twell"', "x0", ["x1"]),
    "commas between quotes of semicolons": (lambda i: f'"{"np"[i % 2]}eg";"{LONG}, {i}, well"', "x0", ["x1"]),
    "blanks after separators": (lambda i: f'"{"np"[i % 2]}eg", "{LONG} {i}; well"', "x0", ["x1"]),
}


@pytest.mark.parametrize("name", CUT)
def test_marks_within_quotes_do_not_cut(tmp_path, name):
    line, target, columns = CUT[name]
    lines = [line(i) for i in range(120)]
    data = read(written(tmp_path, lines))
    assert data.rows == 120 and data.target_name == target
    assert [column.name for column in data.columns] == columns
    mark = ";" if "semicolons" in name else ","
    wanted = next(csv.reader(lines, delimiter=mark, skipinitialspace=True))
    assert data.inputs[columns[0]][0] == "\n".join(wanted[1:])


PLAIN = {
    "semicolons and decimal commas": [f"{i},5;{i % 3};{i % 2}" for i in range(40)],
    "inches": [f'{i};12" x 5";{i % 2}' for i in range(40)],
    "quoted names": [f'"{i}";"b, {i % 3}";"{i % 2}"' for i in range(40)],
    "line breaks within quotes": [f'{i},"one; of\n{i % 3}; it",{i % 2}' for i in range(40)],
}


@pytest.mark.parametrize("name", PLAIN)
def test_other_tables_are_cut_as_before(tmp_path, name):
    mark = "," if "breaks" in name else ";"
    data = read(written(tmp_path, [mark.join("vwy"), *PLAIN[name]]))
    assert data.rows == 40 and data.target_name == "y" and set(data.source_columns) == {"v", "w"}


def messages(**others):
    lines = [f"{('ham', 'spam')[i % 2]}\twell it's the message {i}, so; ok" for i in range(300)]
    for place, text in others.items():
        lines[int(place[1:])] = f"ham\t{text}"
    return lines


STRAY = {
    "one that stays open": ({"_20": '"Aww you must be nearly dead!'}, '"Aww you must be nearly dead!'),
    "one at a word": ({"_20": '"Quoted" she said'}, '"Quoted" she said'),
    "two that seem to belong together": ({"_20": '"so it is', "_24": 'and so "it was"', "_25": '"'}, '"so it is'),
    "one that closes lines below": ({"_20": '"so it is', "_24": 'and so it was"'}, '"so it is'),
    "below the first lines": ({"_20": "so it is", "_250": '"Aww you must'}, "so it is"),
    "beside a cell in quotes": ({"_20": '"Aww', "_10": '"so ""it"" is"'}, '"Aww'),
}


@pytest.mark.parametrize("name", STRAY)
def test_stray_quotes_of_a_tab_separated_file_are_plain_marks(tmp_path, name):
    others, wanted = STRAY[name]
    data = read(written(tmp_path, messages(**others), "messages.txt"))
    texts = data.inputs["x1"].tolist()
    assert data.rows == 300 and data.target_name == "x0" and texts[20] == wanted
    assert texts[0] == "well it's the message 0, so; ok"
    assert any(note.what.startswith("quotes: those that do not enclose a cell are plain") for note in data.notes)
    if "_10" in others:
        assert texts[10] == 'so "it" is'


def test_cells_in_quotes_are_read_as_before(tmp_path):
    lines = messages(_10='"so ""it"" is"', _20='"a line\nand another"')
    data = read(written(tmp_path, lines, "messages.txt"))
    assert data.rows == 300 and data.inputs["x1"][10] == 'so "it" is' and data.inputs["x1"][20] == "a line\nand another"
    assert not any(note.what.startswith("quotes:") for note in data.notes)


def test_quotes_within_cells_are_no_stray_ones(tmp_path):
    data = read(written(tmp_path, messages(_10='he said "so it is"', _20='12" or so'), "messages.txt"))
    assert data.inputs["x1"][20] == '12" or so' and not any(note.what.startswith("quotes:") for note in data.notes)


def test_texts_behind_classes_are_no_target_though_empty_columns_follow(tmp_path):
    lines = ["v1,v2,,,", *(f'{("ham", "spam")[i % 2]},"well it is, the message {i}",,,' for i in range(120))]
    lines[7] = 'ham,"well it is","and more",,'
    data = read(written(tmp_path, lines))
    assert data.target_name == "v1" and [column.name for column in data.columns] == ["v2"]
    assert not any(finding.slug == "texts-left-out" for finding in judge(data))


@pytest.mark.parametrize(
    "line, target",
    [
        (lambda i: f"{i % 5},the product number {i},{i % 3}", "stars"),
        (lambda i: f"{i},the product number {i},so it is {i % 3}", "stars"),
        (lambda i: f"kind {i % 3},red {i % 2} or so,so it is {i % 3}", "stars"),
    ],
)
def test_the_last_column_stays_the_target_of_other_tables(tmp_path, line, target):
    data = read(written(tmp_path, ["v,w,stars", *(line(i) for i in range(120))]))
    assert data.target_name == target


@pytest.mark.filterwarnings("error")
def test_a_file_that_is_looked_at_for_stray_quotes_is_closed(tmp_path):
    (tmp_path / "data.tsv").write_text('v\tsaid\ty\n' + '1\t"so it is"\ta\n2\t"it is not"\tb\n' * 20)
    assert read(tmp_path / "data.tsv").rows == 40
    gc.collect()
