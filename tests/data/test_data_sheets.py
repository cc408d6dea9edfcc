"""Workbooks of several sheets: which of them are read, and what is said."""

import csv
import datetime as dt
import zipfile

import numpy as np
import pytest
from data_samples import LABELS

from fourfold.data import read, read_inputs
from fourfold.data.files.text.header import settings_above
from fourfold.data.opening import open_source
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing import Preparation

SPACE = "http://schemas.openxmlformats.org"
NAMES = ["a", "b", "y"]
ROWS = [NAMES, *([i * 7 % 13, i % 5, LABELS[i * i % 3 % 2]] for i in range(20))]
README = [["Field", "Meaning"], ["a", "a length"], ["b", "a width"], ["y", "a kind"]]
OTHERS = [["key", "value"], *([f"k{i}", i] for i in range(30))]


def cell(value, place):
    if isinstance(value, tuple):
        style, number = value
        return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
    if isinstance(value, str) and value.startswith("<c "):
        return value.replace("<c ", f'<c r="{place}" ')
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def workbook(path, sheets, merged=(), formats=(), hidden_rows=(), hidden_columns=()):
    """The least that Excel would call a workbook of several sheets, its styles from 1 on of these number formats, which
    are codes or the numbers of those built in."""
    main = f'xmlns="{SPACE}/spreadsheetml/2006/main"'
    listed = "".join(f'<sheet name="{name}" r:id="r{n}"/>' for n, name in enumerate(sheets))
    links = "".join(f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml"/>' for n in range(len(sheets)))
    relations = f'xmlns:r="{SPACE}/officeDocument/2006/relationships"'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", f"<workbook {main} {relations}><sheets>{listed}</sheets></workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels", f"<r>{links}</r>")
        for n, rows in enumerate(sheets.values()):
            body = "".join(
                f"<row r='{r}' hidden='{r in hidden_rows:d}'>{''.join(cell(value, f'{chr(65 + c)}{r}') for c, value in enumerate(row) if value is not None)}</row>"
                for r, row in enumerate(rows, start=1)
            )
            cells = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
            columns = "".join(f'<col min="{c}" max="{c}" hidden="1"/>' for c in hidden_columns)
            body = f"<cols>{columns}</cols><sheetData>{body}</sheetData><mergeCells>{cells}</mergeCells>"
            archive.writestr(f"xl/worksheets/s{n}.xml", f"<worksheet {main}>{body}</worksheet>")
        codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
        numbers = [code if isinstance(code, int) else 200 + n for n, code in enumerate(formats)]
        styles = "".join(f'<xf numFmtId="{number}"/>' for number in numbers)
        sheet = f'<numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
        archive.writestr("xl/styles.xml", f"<styleSheet {main}>{sheet}</styleSheet>")
    return path


CODES = [["code", "meaning"], *([f"c{i}", f"m{i}"] for i in range(12))]
DICTIONARY = [["name", "of", "type", "unit"], *([name, f"what {name} is", "number", "mm"] for name in (*NAMES, *"cdefghi"))]
LEFT = "data.xlsx#SHEET reads another one"

# name: (sheets, rows, what is said)
WORKBOOKS = {
    "one": ({"data": ROWS}, 20, "sheet: data (the only one)"),
    "years": ({"2021": ROWS, "2022": ROWS, "about": README}, 40, "sheets: '2021', '2022' (they have the same columns; not read: 'about'; data.xlsx#SHEET reads one alone)"),
    "a year of few rows": ({"2021": ROWS, "2022": ROWS[:4]}, 23, "sheets: '2021', '2022' (they have the same columns; all there are; data.xlsx#SHEET reads one alone)"),
    "years below titles": ({"2021": [["of 2021"], *ROWS], "2022": [["of 2022"], *ROWS]}, 40, "left out: 2 rows above the table"),
    "an explanation first": ({"readme": README, "data": ROWS}, 20, f"sheet: data (not read: 'readme'; {LEFT})"),
    "codes first": ({"codes": CODES, "data": ROWS}, 20, "sheet: data (not read: 'codes'"),
    "a dictionary first": ({"dictionary": DICTIONARY, "data": ROWS}, 20, "sheet: data (not read: 'dictionary'"),
    "another table behind": ({"data": ROWS, "keys": OTHERS}, 20, "sheet: data (not read: 'keys'"),
    "a longer one of less columns behind": ({"data": ROWS, "keys": OTHERS * 3}, 20, "sheet: data (not read: 'keys'"),
    "train and test": ({"train": ROWS, "test": ROWS}, 20, "sheet: train (not read: 'test'"),
    "test before train": ({"test": ROWS, "train": ROWS[:12]}, 11, "sheet: train (not read: 'test'"),
    "few rows alone": ({"data": ROWS[:12], "empty": []}, 11, "sheet: data (not read: 'empty'"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOKS)
def test_which_sheets_are_read(name, tmp_path):
    sheets, rows, said = WORKBOOKS[name]
    data = read(workbook(tmp_path / "data.xlsx", sheets))
    assert data.rows == rows and set(data.inputs) == {"a", "b"}
    assert any(str(note).startswith(said) for note in data.notes), data.notes


def test_sheets_whose_columns_stand_in_another_order_are_one_table(tmp_path):
    turned = [row[::-1] for row in ROWS]
    data = read(workbook(tmp_path / "data.xlsx", {"2021": ROWS, "2022": [["of 2022"], *turned]}))
    same = read(workbook(tmp_path / "same.xlsx", {"2021": ROWS, "2022": ROWS}))
    assert data.rows == 40 and all(np.array_equal(data.inputs[name], same.inputs[name]) for name in "ab")
    assert data.target.tolist() == same.target.tolist()


@pytest.mark.parametrize("target, sheet", [("b", "data"), ("remark", "noted")])
def test_the_sheet_with_the_target_is_read(target, sheet, tmp_path):
    noted = [[*row, f"r{i % 2}"] for i, row in enumerate(ROWS[:13])]
    noted[0][-1] = "remark"
    sheets = {"noted": noted, "data": [[*row, 1, 2] for row in ROWS]}
    sheets["data"][0][-2:] = "cd"
    data = read(workbook(tmp_path / "data.xlsx", sheets), target=target)
    assert str(data.notes[0]).startswith(f"sheet: {sheet} ")


def test_new_rows_are_those_of_the_sheets_with_the_columns_of_training(tmp_path):
    data = read(workbook(tmp_path / "data.xlsx", {"data": ROWS}))
    new = [row[:2] for row in ROWS[:4]]
    path = workbook(tmp_path / "new.xlsx", {"codes": CODES, "wide": [["a", *"cdef"], *[[*range(5)]] * 20], "jan": new, "feb": new})
    found = read_inputs(path, Preparation.fit(data, range(20)))
    assert found.inputs["a"].tolist() == [row[0] for row in [*ROWS[1:4], *ROWS[1:4]]]
    assert any(str(note).startswith("sheets: 'jan', 'feb' (they have the same columns; not read: 'codes', 'wide'") for note in found.notes)


def test_test_rows_are_those_of_the_sheet_with_the_columns_of_training(tmp_path):
    train = workbook(tmp_path / "data.xlsx", {"data": ROWS})
    test = workbook(tmp_path / "test.xlsx", {"codes": CODES, "rows": ROWS[:6]})
    assert len(read(train, test=test).test_rows) == 5


def test_workbooks_that_a_pattern_names(tmp_path):
    for month in ("jan", "feb"):
        workbook(tmp_path / f"{month}.xlsx", {month: ROWS})
    data = read(f"{tmp_path}/*.xlsx")
    assert data.rows == 40 and "'feb.xlsx': sheet: feb (the only one)" in map(str, data.notes)


def test_cells_that_are_merged_below_each_other(tmp_path):
    rows = [["town", "v", "y"], *([f"t{i // 5}" if i % 5 == 0 else (0, ""), i % 7, LABELS[i % 2]] for i in range(20))]
    merged = [f"A{start}:A{start + 4}" for start in range(2, 22, 5)]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, merged))
    assert data.inputs["town"].tolist() == [f"t{i // 5}" for i in range(20)]
    assert "merged: 16 cells below each other (each row of these has the value of the first)" in map(str, data.notes)


def test_durations_are_seconds_and_no_dates(tmp_path):
    rows = [["took", "at", "y"], *([(1, 1.5 + i / 8), (2, 45000 + i * 3 % 7), LABELS[i % 2]] for i in range(20))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["[h]:mm:ss", "dd/mm/yyyy"]))
    assert data.inputs["took"][:2].tolist() == [129_600, 140_400]
    assert data.inputs["at"][0] == np.datetime64("2023-03-15")


@pytest.mark.parametrize("typed, read_as", [("28.02.2024", "day.month.year"), ("28-02-2024", "day-month-year"), ("2024-02-28", "ISO"), ("2/28/24", "month/day/year"), ("1/2/2024", "")])  # fmt: skip
def test_dates_that_are_text_among_dates(typed, read_as, tmp_path):
    cells = [typed if i in (5, 15) else "?" if i == 7 else (1, 45000 + i * 3 % 7) for i in range(30)]
    rows = [["at", "v", "y"], *([cell, i % 7, LABELS[i % 2]] for i, cell in enumerate(cells))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["dd/mm/yyyy"]))
    assert data.inputs["at"][0] == np.datetime64("2023-03-15") and np.isnat(data.inputs["at"][7])
    assert (data.inputs["at"][5] == np.datetime64("2024-02-28")) == bool(read_as)
    said = f"dates that are text: in column 'at' (read as {read_as})"
    assert (said in map(str, data.notes)) == bool(read_as)


@pytest.mark.parametrize("damaged", [True, False])
def test_days_that_excel_took_for_months_are_turned_back(damaged, tmp_path):
    """Of dates as 31/12/2020, typed where months come first, it leaves those text whose day is above 12."""
    days = [dt.date(2021, 1, 1) + dt.timedelta(days) for days in range(60)]

    def cell(day):
        if day.day > 12 and damaged:
            return f"{day:%d/%m/%Y}"
        stored = day.replace(month=day.day, day=day.month) if damaged else day
        return 1, (stored - dt.date(1899, 12, 30)).days

    rows = [["at", "v", "y"], *([cell(day), n % 7, LABELS[n % 2]] for n, day in enumerate(days))]
    if not damaged:
        rows[20][0] = "21/01/2021"
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["dd/mm/yyyy"]))
    place = days.index(dt.date(2021, 2, 3))
    assert data.inputs["at"][place] == np.datetime64("2021-02-03")
    assert any("turned round" in note.because or "turned round" in note.what for note in data.notes) is damaged


def test_dates_in_iso_form_say_nothing_of_the_days_of_others(tmp_path):
    cells = [f"2021-01-{day}" if day > 12 else (1, (dt.date(2021, 3, day) - dt.date(1899, 12, 30)).days) for day in range(1, 29)]
    rows = [["at", "v", "y"], *([cell, n % 7, LABELS[n % 2]] for n, cell in enumerate(cells))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["dd/mm/yyyy"]))
    assert data.inputs["at"][[1, 20]].tolist() == [dt.datetime(2021, 3, 2), dt.datetime(2021, 1, 21)]


def test_notes_below_a_sheet(tmp_path):
    data = read(workbook(tmp_path / "data.xlsx", {"data": [*ROWS, ["Source: an office"], ["2020"]]}))
    assert data.rows == 20
    assert "left out: 2 rows at the end (their first cell alone has a value)" in map(str, data.notes)


def test_a_header_that_is_repeated_in_a_sheet(tmp_path):
    data = read(workbook(tmp_path / "data.xlsx", {"data": [*ROWS[:8], NAMES, *ROWS[8:15], NAMES, *ROWS[15:]]}))
    assert data.rows == 20 and data.inputs["a"].dtype == float and data.task.classes == ("p", "q")
    assert "left out: 2 rows (they repeat the header)" in map(str, data.notes)


DEVICE = [["Device", "X100"], ["Serial", 12345], ["Rate", "10 Hz"]]
REPORT = [["A report"], ["Printed on:", "2024-01-05"], []]
BANK = [["Data Source", "Indicators"], [], ["Last Updated Date", "2023-05-18"], []]
MEASURED = [["at", "a", "b", "y"], *([i, *row] for i, row in enumerate(ROWS[1:]))]
YEARS = [["land", "code", *map(str, range(2000, 2012))], *([f"land {i}", f"L{i % 4}", *range(i, i + 12)] for i in range(20))]

ABOVE = {
    "of a device": (DEVICE, MEASURED, 3),
    "of a report": (REPORT, ROWS, 2),
    "above years": (BANK, YEARS, 2),
    "of a form above three names": ([["Patient", "A"], ["Age", 30], ["Sex", "m"], []], [["time", "hr", "state"], *([i, 70 + i * 7 % 5, LABELS[i % 2]] for i in range(20))], 3),
    "above words alone": (DEVICE, [["at", "in", "by", "y"], *([f"t{i}", f"u{i % 4}", f"v{i % 5}", LABELS[i % 2]] for i in range(20))], 3),
}  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("name", ABOVE)
def test_settings_of_two_cells_above_the_names(name, form, tmp_path):
    above, table, rows = ABOVE[name]
    path = tmp_path / f"data.{form}"
    if form == "xlsx":
        workbook(path, {"data": above + table})
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(row + [""] * (len(table[0]) - len(row)) for row in above + table)
    data = read(path)
    assert data.rows == 20 and (*data.source_columns, data.target_name) == tuple(table[0])
    assert any(note.what.startswith("left out: ") and "the table" in note.what for note in data.notes)
    assert form == "csv" or f"left out: {rows} rows above the table (titles, or settings)" in map(str, data.notes)


TWO = {
    "two columns": [["name", "value"], *([f"k{i}", i * 7 % 13] for i in range(20))],
    "names of some columns, and a blank record": [["a", "b"], [], *([i, i * 7 % 5, LABELS[i % 2]] for i in range(20))],
    "names of some columns": [["a", "b"], *([i, i * 7 % 5, LABELS[i % 2], 3] for i in range(20))],
    "a rare third cell": [["a", "b"], *([f"n{i % 7}", f"m{i % 3}", *(["odd"] * (i % 9 == 8))] for i in range(40))],
}  # fmt: skip


@pytest.mark.parametrize("name", TWO)
def test_rows_of_two_cells_that_are_no_settings(name, tmp_path):
    records = [[str(cell) for cell in (*row, "", "")[:4]] for row in TWO[name]]
    assert settings_above(records) == 0


def test_a_strict_workbook(tmp_path):
    rows = [["at", "v", "y"], *([f'<c t="d"><v>2023-03-{1 + i:02d}T06:00:00</v></c>', i, LABELS[i % 2]] for i in range(20))]
    path = workbook(tmp_path / "data.xlsx", {"data": rows})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    strict = "http://purl.oclc.org/ooxml"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            text = text.replace(f"{SPACE}/spreadsheetml/2006", f"{strict}/spreadsheetml")
            archive.writestr(name, text.replace(f"{SPACE}/officeDocument/2006", f"{strict}/officeDocument"))
    data = read(path)
    assert data.rows == 20 and data.inputs["at"][0] == np.datetime64("2023-03-01T06:00")


def test_names_that_are_dates(tmp_path):
    months = [(1, 44562 + 31 * i) for i in range(6)]
    rows = [["store", *months, (1, 44900.25)], *([f"s{i % 4}", *range(i, i + 6), i * 7 % 13] for i in range(20))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["mmm-yy"]))
    assert data.source_columns[:3] == ("store", "2022-01-01", "2022-02-01") and data.target_name == "2022-12-05 06:00:00"


def test_dates_among_words(tmp_path):
    cells = ["open" if i % 5 == 4 else (1, 45000 + i % 3) for i in range(40)]
    rows = [["state", "v", "y"], *([cell, i, LABELS[i % 2]] for i, cell in enumerate(cells))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}, formats=["dd/mm/yyyy"]))
    assert data.inputs["state"][:5].tolist() == ["2023-03-15", "2023-03-16", "2023-03-17", "2023-03-15", "open"]


def test_what_is_hidden_is_read_and_said(tmp_path):
    data = read(workbook(tmp_path / "data.xlsx", {"data": ROWS}, hidden_rows=[3, 4, 7], hidden_columns=[2]))
    assert f"hidden in Excel: {NAMES[1]!r}, 3 rows (read as all others; delete what is not to be used)" in map(str, data.notes)
    assert data.fingerprint == read(workbook(tmp_path / "data.xlsx", {"data": ROWS})).fingerprint


@pytest.mark.parametrize("first", [0, 1, 9])
def test_a_small_table_beside_is_left_out(first, tmp_path):
    small = [["code", "meaning"], ["a", "apple"], ["b", "pear"], ["c", "plum"]]
    beside = [[None, *small[place - first]] if first <= place < first + 4 else [] for place in range(len(ROWS))]
    rows = [[*row, *own] for row, own in zip(ROWS, beside)]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}))
    assert "left out: 2 columns beside the table (smaller tables, of up to 4 rows, behind empty columns)" in map(str, data.notes)
    assert data.fingerprint == read(workbook(tmp_path / "data.xlsx", {"data": ROWS})).fingerprint


def test_columns_behind_an_empty_one_are_columns(tmp_path):
    rows = [[*row[:1], None, *row[1:]] for row in ROWS]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}))
    assert data.fingerprint == read(workbook(tmp_path / "data.xlsx", {"data": ROWS})).fingerprint


@pytest.mark.parametrize("word", ["Total", "Grand total", "Summe"])
def test_a_row_of_totals_without_a_target_is_left_out_and_told(word, tmp_path):
    rows = [["shop", "v", "y"], *([f"s{i}", i % 9, LABELS[i % 2]] for i in range(30)), [word, sum(i % 9 for i in range(30))]]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}))
    assert f"left out: 1 of 31 rows (the target is missing; totals, as '{word}' says)" in map(str, data.notes)
    assert data.inputs.names == ("v",) and data.rows == 30


@pytest.mark.parametrize("means", ["Average", "Mittelwert"])
def test_means_below_totals_without_a_target_are_left_out_with_them(means, tmp_path):
    rows = [["day", "v", "y"], *([f"2024-01-{i + 1:02}", i % 9, LABELS[i % 2]] for i in range(30)), ["Total", 119], [means, 4]]
    data = read(workbook(tmp_path / "data.xlsx", {"data": rows}))
    assert "left out: 2 of 32 rows (the target is missing; totals, as 'Total' says)" in map(str, data.notes)
    alone = [*rows[:31], [means, 4]]
    assert "fourfold predict fills it in" in str(read(workbook(tmp_path / "alone.xlsx", {"data": alone})).notes)


def test_a_row_of_totals_among_lists_of_labels_is_refused_as_its_empty_cell_would_be_a_list(tmp_path):
    rows = [["shop", "v", "y"], *([f"s{i}", i % 9, ("a;b", "b", "a")[i % 3]] for i in range(30)), ["Total", 120]]
    with pytest.raises(DataError, match="rows of totals are among those to learn from: got 'Total' in row 31, which has no target") as caught:
        read(workbook(tmp_path / "data.xlsx", {"data": rows}), task="multilabel")
    assert caught.value.slug == "totals-without-target"


BOOK = {"first": ROWS, "the second #2": [["p", *ROWS[0][1:]], *ROWS[1:16]]}


def test_a_sheet_is_named_behind_the_file(tmp_path):
    path = workbook(tmp_path / "data.xlsx", BOOK)
    data = read(f"{path}#the second #2")
    assert data.source_columns[0] == "p" and data.rows == 15 and data.name == str(path)
    assert "sheet: the second #2 (as asked)" in map(str, data.notes)
    assert read(f"{path}#first").rows == read(path).rows == len(ROWS) - 1
    tested = read(f"{path}#first", test=f"{path}#first")
    assert tested.test_rows is not None and len(tested.test_rows) == len(ROWS) - 1
    learnt = Preparation.fit(data, np.arange(15))
    assert sum(part.rows for part in parts_of_inputs(f"{path}#the second #2", learnt)) == 15
    with pytest.raises(DataError, match="'p' is missing"):
        read_inputs(f"{path}#first", learnt)


def test_a_sheet_that_is_none_is_refused(tmp_path):
    path = workbook(tmp_path / "data.xlsx", BOOK)
    with pytest.raises(OptionError, match="has no sheet of this name: got 'frist', wanted 'first', 'the second #2'. Do this: .*data.xlsx#first$"):
        read(f"{path}#frist")
    (tmp_path / "text.xlsx").write_text("a,y\n" + "1,p\n2,q\n" * 10)
    with pytest.raises(OptionError, match="text.xlsx has no sheets: got .*#first, wanted an Excel file before #"):
        read(f"{tmp_path / 'text.xlsx'}#first")


def test_a_file_whose_name_has_such_a_mark_is_that_file(tmp_path):
    path = workbook(tmp_path / "a.xlsx#first", {"data": ROWS[:16]})
    workbook(tmp_path / "a.xlsx", BOOK)
    assert read(path).rows == 15


@pytest.mark.parametrize("above", [["Sum of sales", "Column Labels"], ["Summe von Umsatz", "Spaltenbeschriftungen"]])
def test_what_excel_writes_above_a_pivot_table_is_no_row(above, tmp_path):
    rows = [["Row Labels", 2021, 2022, 2023, "Kind"], *([f"shop {i}", i * 7 % 13, i % 5, i * i % 11, LABELS[i % 2]] for i in range(30))]
    data = read(workbook(tmp_path / "data.xlsx", {"data": [above, *rows]}))
    assert "left out: 1 row above the table (titles, or settings)" in map(str, data.notes)
    assert (data.rows, data.target_name) == (30, "Kind")
    with (tmp_path / "data.csv").open("w") as file:
        csv.writer(file).writerows([[*above, "", "", ""], *rows])
    assert read(tmp_path / "data.csv").fingerprint == data.fingerprint


DAYS = [(1, 45292 + i) for i in range(40)]


@pytest.mark.parametrize("index", [range(40), DAYS], ids=["counted", "dates"])
def test_the_only_name_beside_an_index_is_no_title(index, tmp_path):
    """As pandas writes a series, or a frame of one column."""
    rows = [[None, "sales"], *([cell, i * 7 % 13 + 0.5] for i, cell in enumerate(index))]
    path = workbook(tmp_path / "data.xlsx", {"data": rows}, formats=[14])
    source = open_source(path)
    assert source.inputs.names == ("column 1", "sales") and len(source.inputs["sales"]) == 40
    titled = workbook(tmp_path / "titled.xlsx", {"data": [["of 2024"], *rows]}, formats=[14])
    assert open_source(titled).inputs.names == ("column 1", "sales")


def test_a_title_above_the_second_of_two_names_is_one(tmp_path):
    rows = [[None, "of 2024"], ["day", "sales"], *([i, i * 7 % 13 + 0.5] for i in range(40))]
    assert open_source(workbook(tmp_path / "data.xlsx", {"data": rows})).inputs.names == ("day", "sales")


@pytest.mark.parametrize(("front", "holds"), [([["see the data"]], "no rows"), ([], "nothing")])
def test_a_table_on_a_hidden_sheet_is_told_to_be_named(front, holds, tmp_path):
    path = workbook(tmp_path / "data.xlsx", {"front": front, "data": ROWS})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace('name="data"', 'name="data" state="hidden"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    said = f"sheet 'front' of .* holds {holds}: got other sheets, not read: 'data'.*data.xlsx#SHEET reads another one"
    with pytest.raises(DataError, match=said):
        read(path)
    assert read(f"{path}#data").rows == 20
