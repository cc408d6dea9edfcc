"""Text whose columns do not stand between plain marks: the same rows as from a csv, what is said, or the line at fault."""

import time

import numpy as np
import pytest
from data_samples import LABELS, made, refused_and_said

from fourfold.data import read, read_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing.preparation import Preparation

ROWS = [(f"{i * 7 % 13}", f"x, {i % 3}", LABELS[i * i % 3 % 2]) for i in range(40)]


ALIGNED = {"0": "up 0", "1": "down to 1", "2": "a b c 2"}


def lines(row, *, above=(), below=(), rows=ROWS):
    return "\n".join([*above, *(row(*one) for one in rows), *below]) + "\n"


def framed(header, row, *, frame, each=False):
    between = [frame] if each else []
    body = [part for one in ROWS for part in (row(*one), *between)]
    return "\n".join([frame, header, frame, *body, *([] if each else [frame])]) + "\n"


# name: (text, words of what is said)
FORMS = {
    "ARFF": (lines(lambda v, w, y: f"{v}, '{w}', {y}", above=("% of Weka", "@relation r", "", "@attribute v numeric", "@attribute 'w' {'x, 0'}", "@ATTRIBUTE \"y\" string", "@DATA", "% rows")), "ARFF: names from its attributes"),
    "markdown": (lines(lambda v, w, y: f"| {v} | {w} | {y} |", above=("| v | w | y |", "|---|:---|--:|")), "a frame of bars and dashes"),
    "markdown without outer bars": (lines(lambda v, w, y: f"{v} | {w} | {y}", above=("v | w | y", "--|---|--")), "a frame"),
    "output of mysql": (framed("| v  | w    | y |", lambda v, w, y: f"| {v:>2} | {w} | {y} |", frame="+----+------+---+") + "40 rows in set\n", "left out: 1 line around the table (such as '40 rows in set')"),
    "output of psql": (lines(lambda v, w, y: f" {v:>2} | {w} | {y}", above=(" v  | w | y", "----+---+---"), below=("(40 rows)", "")), "such as '(40 rows)'"),
    "a grid of restructured text": (framed("| v  | w    | y |", lambda v, w, y: f"| {v:>2} | {w} | {y} |", frame="+----+------+---+", each=True), "a frame"),
    "a list of SAP": (framed("|v   |w     |y  |", lambda v, w, y: f"|{v:>4}|{w:6}|{y:3}|", frame="-" * 17), "a frame"),
    "what ROOT prints": ("*" * 24 + "\n" + lines(lambda v, w, y: f"* {v:>4} * {w:6} * {y:>4} *", above=("*    v * w      *    y *", "*" * 24), below=("*" * 24, "==> 40 selected entries")), "a frame of stars around cells"),
    "settings as instruments write them, and a title": (lines(lambda v, w, y: f"{v}\t{w}\t{y}", above=("Version\t3.08", "", "Path:\tC:\\a", "", "Results", "v\tw\ty")), "left out: 3 lines around the table (such as 'Version\\t3.08')"),
    "a title above blanks": (lines(lambda v, w, y: f"{v} {w.replace(', ', '')} {y}", above=("Station: North, 2020", "", "v w y")), "left out: 1 line around the table (such as 'Station: North, 2020')"),
    "a title above blanks, and rows that are counted": (lines(lambda v, w, y: f"{v} {w.replace(', ', '')} {y}", above=("Station North of 2020", "v w y"), below=("(40 rows)",)), "left out: 2 lines around the table (such as 'Station North of 2020')"),
    "a title above columns of fixed widths": (lines(lambda v, w, y: f"{v:<4}{ALIGNED[w[-1]]:<11}{y}", above=("Measurements 1998-2020", "of the mill", "", "v   w          y")), "left out: 2 lines around the table (such as 'Measurements 1998-2020')"),
    "ARFF of KEEL": (lines(lambda v, w, y: f"{v}, '{w}', {y}", above=("@relation r", "@attribute v real [0, 40]", "@attribute 'w' {'x, 0'}", "@attribute y {p, q}", "@inputs v, w", "@outputs y", "@data")), "ARFF: names from its attributes"),
    "lines that box characters draw": (framed("│ v │ w │ y │", lambda v, w, y: f"│ {v} │ {w} │ {y} │", frame="├───┼───┼───┤"), "a frame"),
    "names and values": (lines(lambda v, w, y: f'v={v} w="{w}" y={y}'), "name=value in each line: 'v', 'w', 'y'"),
    "columns of fixed widths": (lines(lambda v, w, y: f"{v:<4}{ALIGNED[w[-1]]:<11}{y}", above=("v   w          y",)), "columns of fixed widths (the same places"),
    "a line of dashes below the names": (lines(lambda v, w, y: f"{v} {w.replace(', ', '')} {y}", above=("v w y", "-- -- --")), "left out: 1 line below the names (dashes)"),
    "what pandas prints": (lines(lambda v, w, y: f"{v} {w.replace(', ', '')} {y}", above=("v w y",), below=("", "[40 rows x 3 columns]")), "such as '[40 rows x 3 columns]'"),
    "blanks before quotes": (lines(lambda v, w, y: f'{v}, "{w}", {y}', above=("v, w, y",)), "quotes: blanks before them left out"),
    "backslashes before quotes": (lines(lambda v, w, y: f'{v},"say \\"{w}\\"",{y}', above=("v,w,y",)), "quotes: \\ before those within cells"),
    "quotes around whole lines": (lines(lambda v, w, y: f'"{v},""{w}"",{y}"', above=('"v,w,y"',)), "quotes: those around whole lines left out"),
    "double colons": (lines(lambda v, w, y: f"{v}::{w}::{y}", above=("v::w::y",)), "separated by double colons"),
    "tildes around commas": (lines(lambda v, w, y: f"{v}~{w}~{y}", above=("v~w~y",)), "separated by tildes"),
    "what Hive writes": (lines(lambda v, w, y: f"{v}\x01{w}\x01{y}", above=("v\x01w\x01y",)), "separated by \\x01"),
    "carets and quotes": (lines(lambda v, w, y: f'{v}^"{w}"^{y}', above=("v^w^y",)), "separated by carets"),
    "typographic quotes": (lines(lambda v, w, y: f"{v},“{w}”,{y}", above=("v,w,y",)), "quotes: typographic ones around cells"),
    "German typographic quotes": (lines(lambda v, w, y: f"{v},„{w}“,{y}", above=("v,w,y",)), "quotes: typographic"),
    "questions of Qualtrics": (lines(lambda v, w, y: f'{v},"{w}",{y}', above=("v,w,y", '"How, old?",Why?,Which?', '"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}"')), "the questions and identifiers of Qualtrics"),
    "questions of Qualtrics over several lines": (lines(lambda v, w, y: f'{v},"{w}",{y}', above=("v,w,y", '"How,\n\nold?","Why\n?",Which?', '"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}"')), "the questions and identifiers of Qualtrics"),
    "names over several lines, and dashes": (lines(lambda v, w, y: f'{v},"{w}",{y}', above=('v,"\nw",y', "--,--,--")), "left out: 1 line below the names (dashes)"),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", FORMS)
def test_the_rows_are_those_of_a_csv(name, encoding, tmp_path):
    text, said = FORMS[name]
    data = read(made(text.encode(encoding), tmp_path), task="classification")
    assert data.target_name == "y" and data.target.tolist() == [y for *_, y in ROWS]
    assert said in "\n".join(map(str, data.notes)), data.notes
    assert data.inputs["v"].tolist() == [float(v) for v, *_ in ROWS]
    words = ["".join(letter for letter in word if letter.isdigit()) for word in data.inputs["w"]]
    assert words == [w[-1] for _, w, _ in ROWS]


BODY = {name: "".join(FORMS[name][0].splitlines(True)[1:]) for name in ("columns of fixed widths", "names and values")}
MARKDOWN = FORMS["markdown"][0]
REFUSED = {
    "a row with a bar too many": (MARKDOWN + "".join(MARKDOWN.splitlines(True)[2:] * 3) + "| 1 | a | b | p |\n", "ragged-frame", "line 163 of"),
    "a row of ARFF that is too short": ("@relation r\n@attribute v real\n@attribute y {p,q}\n@data\n1,p\n2\n", "arff-line", "got 1 values, wanted 2"),
    "ARFF of KEEL whose target is not the last": ("@relation r\n@attribute v real\n@attribute w real\n@outputs v\n@data\n1,2\n", "arff-line", "got '@outputs v'"),
    "ARFF of several tables in one": ("@relation r\n@attribute bag relational\n", "arff-line", "line 2 of"),
    "ARFF without rows": ("@relation r\n@attribute v real\n", "arff-without-data", "no line @data"),
    "a name that none of the lines above has": (FORMS["names and values"][0] * 3 + "z=1 y=p\n", "no-pair", "line 121 of"),
    "a line that is not aligned": (FORMS["columns of fixed widths"][0] + BODY["columns of fixed widths"] * 3 + "x" * 12 + "\n", "not-aligned", "line 162 of"),
    "columns that touch": (lines(lambda v, w, y: f"{v:<4}{w[3:] * 6}{y}", above=("v   w     y",)), "no-inputs", "pandas.read_fwf"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_lines_at_fault_are_named(name, tmp_path):
    content, slug, words = REFUSED[name]
    refused_and_said(content, 2, slug, words, tmp_path)


def test_missing_values_and_quotes_of_arff(tmp_path):
    rows = "".join(["1,?,p\n", " ? ,'it\\'s, so' , q \n", "3,\"?\",q\n", "4,t,?\n"][i % 4] for i in range(40))
    data = read(made(f"@relation r\n@attribute a real\n@attribute b string\n@attribute c {{p,q}}\n@data\n{rows}", tmp_path))
    assert data.rows == 30 and data.inputs["b"][:3].tolist() == [None, "it's, so", None]
    assert np.isnan(data.inputs["a"][1]) and data.target[:3].tolist() == ["p", "q", "q"]


def test_numbers_that_arff_declares_as_categories_are_such_also_in_new_rows(tmp_path):
    declared = "@relation r\n@attribute size real\n@attribute code {1,2,3}\n@attribute kind {4,5,6,7,8}\n@data\n"
    text = declared + "".join(f"{i % 7},{i % 3 + 1 if i % 5 else '?'},{i % 4 + 4}\n" for i in range(40))
    data = read(made(text, tmp_path))
    assert [(column.name, column.kind) for column in data.columns] == [("size", "number"), ("code", "category")]
    assert (data.task.kind, data.task.classes) == ("classification", ("4", "5", "6", "7"))
    assert any(note.because == "its values are numbers that name classes" for note in data.notes)
    preparation = Preparation.fit(data, np.arange(data.rows))
    csv = made(text[len(declared) :].replace("?", "").join(["size,code,kind\n", ""]), tmp_path)
    assert read_inputs(csv, preparation).inputs["code"].tolist() == data.inputs["code"].tolist()
    asked = read(made(text, tmp_path), task="regression")
    assert asked.task.kind == "regression" and asked.target[:4].tolist() == [4.0, 5.0, 6.0, 7.0]
    plain = read(made(text.replace("{1,2,3}", "integer"), tmp_path))
    assert [column.kind for column in plain.columns] == ["number", "number"]


def test_labels_of_zero_and_one_in_arff_may_be_several_targets(tmp_path):
    declared = "@relation r\n@attribute v real\n@attribute L1 {0,1}\n@attribute L2 {1,0}\n@data\n"
    path = made(declared + "".join(f"{i % 7},{i % 2},{i % 3 % 2}\n" for i in range(40)), tmp_path)
    assert read(path, target="L1,L2", task="multilabel").task.classes == ("L1", "L2")
    assert read(path).task.label_type == "integer"


def test_years_name_columns(tmp_path):
    text = "country,code,2000,2001,2002\n" + "".join(f"land {i},L{i},{i}.5,{i % 7},{i % 5}.25\n" for i in range(30))
    data = read(made(text, tmp_path))
    assert data.rows == 30 and data.target_name == "2002" and "2000" in data.inputs


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n" + "".join(f"{i},{LABELS[i % 2]}\n" for i in range(20)),
        "a|b|y\n" + "".join(f"{i}|{i % 3}|{LABELS[i % 2]}\n" for i in range(20)),
        "text\ty\n" + "".join(f'he said "{i}" = {i}\t{LABELS[i % 2]}\n' for i in range(20)),
    ],
)
def test_plain_text_is_read_as_it_is(text, tmp_path):
    data = read(made(text, tmp_path))
    assert data.rows == 20 and np.isin(data.target, LABELS).all()
    assert not any(word in "".join(map(str, data.notes)) for word in ("frame", "quotes:", "=", "widths"))


TABLE = "day;who;amount;kind\n" + "".join(f"0{i % 9 + 1}.01.2024;k{i % 3};{i},50;{LABELS[i % 2]}\n" for i in range(30))

# name: (lines above a table of four columns, how many are left out)
ABOVE = {
    "settings of a bank": (["Account;;;", "Number;DE12 3456;;", "From;01.01.2024 - 31.01.2024;;", ""], 4),
    "settings of one cell less, below a title": (["Report", "number;of;2024"], 2),
    "a title": (["Report", ""], 2),
    "a title of a cell for each column": (["Report;;;"], 1),
}


@pytest.mark.parametrize("name", ABOVE)
def test_settings_above_a_table(name, tmp_path):
    lines, count = ABOVE[name]
    data = read(made("\n".join(lines) + "\n" + TABLE, tmp_path))
    assert set(data.source_columns) == {"day", "who", "amount"} and data.rows == 30
    notes = "; ".join(map(str, data.notes))
    assert f"left out: {count} line{'s' * (count > 1)} above the table" in notes


def test_names_that_are_empty_at_the_end_are_names(tmp_path):
    body = "".join(f"k{i % 3};{LABELS[i % 2]};{'uv'[i % 3 % 2]};\n" for i in range(30))
    assert read(made(f"who;kind;;\n{body}", tmp_path), target="kind").target_name == "kind"


def test_a_table_whose_rows_are_variables(tmp_path):
    text = "\n".join(f"{name}," + ",".join(str(i * step % 13) for i in range(60)) for name, step in (("a", 1), ("b", 7), ("y", 5)))
    header = "variable," + ",".join(f"p{i}" for i in range(60)) + "\n"
    refused_and_said(header + text, 2, "too-few-rows", "if each row is a variable, turn the table", tmp_path)


def test_hard_blanks_in_names_are_blanks(tmp_path):
    data = read(made("a\u00a0b,c,y\n" + "".join(f"{i},{i % 7},{LABELS[i % 2]}\n" for i in range(30)), tmp_path))
    assert set(data.inputs) == {"a b", "c"}


def test_names_between_other_marks_than_the_rows(tmp_path):
    data = read(made("v,w,y\n" + "".join(f"{i};{i % 7};{LABELS[i % 2]}\n" for i in range(30)), tmp_path))
    assert set(data.inputs) == {"v", "w"} and data.target_name == "y" and data.rows == 30
    assert "names between commas: 'v', 'w', 'y' (the line above is cut so, the rows are not)" in map(str, data.notes)


@pytest.mark.parametrize("header", ["", "v1\tv2\n"])
def test_classes_before_texts_are_the_target(header, tmp_path):
    text = header + "".join(f"{['ham', 'spam'][i % 2]}\tgo until point {i}, only\n" for i in range(60))
    data = read(made(text, tmp_path))
    assert data.task.classes == ("ham", "spam") and data.layout == "text" and data.rows == 60
    assert "the only column of few words; the other holds texts" in "; ".join(map(str, data.notes))


NONE_OF_CLASSES = ("10{i:02d}", "Mon Apr 06 22:{i:02d}:45 PDT 2009", "no query", "user{i}")


@pytest.mark.parametrize("header", ["", "y0,id,day,query,user,text\n"])
def test_classes_before_others_and_texts_are_the_target_of_a_table_without_names(header, tmp_path):
    lines = (",".join([f"{i % 2 * 4}", *(cell.format(i=i) for cell in NONE_OF_CLASSES)]) for i in range(60))
    path = made(header + "".join(f"{line},go until point {i} only\n" for i, line in enumerate(lines)), tmp_path)
    if header:
        with pytest.raises(FourfoldError, match="nearly as many classes as rows"):
            read(path)
        return
    data = read(path)
    assert (data.target_name, data.task.classes) == ("x0", ("0", "4"))
    assert "the only column of few whole numbers; the last holds texts" in "; ".join(map(str, data.notes))


def test_other_classes_before_texts_leave_the_target_open(tmp_path):
    text = "".join(f"{i % 2 * 4},{i % 3},go until point {i} only\n" for i in range(60))
    with pytest.raises(FourfoldError, match="'x2' has nearly as many classes as rows"):
        read(made(text, tmp_path))


@pytest.mark.parametrize("cell", ["x", "-", "=", "a=", "|", "1±", "1 h ", "“", "("])
def test_a_long_cell_takes_no_time(cell, tmp_path):
    text = "v,w,y\n" + "".join(f"{i},{i % 7},{LABELS[i % 2]}\n" for i in range(30))
    start = time.perf_counter()
    assert read(made(f'{text}"{cell * 100_000}",1,p\n', tmp_path)).rows == 31
    assert time.perf_counter() - start < 10


CURVE = [(f"{i * 0.5:.3f}", f"{i * 37 % 101}") for i in range(120)]


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_a_curve_below_settings_in_sections(mark, tmp_path):
    above = ["[Header]", mark.join(["Program", "Lab 5"]), "", "[Curve(A)]", mark.join(["Points", "120"]), mark.join(["t (min)", "level"])]
    data = read(made("\n".join([*above, *map(mark.join, CURVE)]) + "\n", tmp_path))
    assert (data.source_columns, data.target_name, data.rows) == (("t (min)",), "level", 120)
    assert data.inputs["t (min)"][:3].tolist() == [0, 0.5, 1]
    assert "left out: 4 lines around the table (such as '[Header]')" in "\n".join(map(str, data.notes))


def test_a_title_above_rows_without_names_is_none_of_them(tmp_path):
    rows = "".join(f"2010-02-27T06:30:{i // 20:02}.{i % 20 * 50:03}  {i * 37 % 101}\n" for i in range(100))
    data = read(made("TIMESERIES M, 100 samples, 20 per second\n" + rows, tmp_path))
    assert data.rows == 100 and data.columns[0].kind == "date" and data.target[:2].tolist() == [0, 37]


def test_texts_below_a_word_are_no_table(tmp_path):
    text = "Said\n" + "".join(f"so it is not {i} at all\n" for i in range(20))
    with pytest.raises(FourfoldError) as caught:
        read(made(text, tmp_path))
    assert caught.value.slug == "no-inputs"


def test_lines_above_names_of_more_columns_are_to_be_removed(tmp_path):
    text = "Tracks\n100\n,,A,,,B,,,\nframe,part,x,y,z,x,y,z\n" + "".join(f"{i},0,1,2,3,4,5,{i % 7}\n" for i in range(30))
    refused_and_said(text, 2, "ragged-row", "Do this: remove the lines above the one that names the columns", tmp_path)


def test_sentences_around_a_table_are_no_blocks_of_its_rows(tmp_path):
    data = read(made(f"# Results\n\nOf 2020.\n\n{MARKDOWN}\nSo far.\n", tmp_path), task="classification")
    said = [str(note) for note in data.notes if "left out" in str(note)]
    assert data.rows == len(ROWS) and said == ["left out: 3 lines around the table (such as '# Results')"]
