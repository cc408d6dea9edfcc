"""Cells of workbooks: what their number formats say of them, and what stands among them as text."""

import numpy as np
import pytest
from data_samples import LABELS
from test_data_sheets import workbook

from fourfold.data import read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

CLOCK, HOURS = 1, 2
FORMATS = [20, 46]


def of(path, cells, formats=FORMATS):
    """A workbook with a column of these cells before a number and a class."""
    rows = [["v", "w", "y"], *([cell, i * 7 % 13, LABELS[i % 2]] for i, cell in enumerate(cells))]
    return workbook(path / "data.xlsx", {"data": rows}, formats=formats)


def test_hours_below_a_day_among_hours_beyond_it(tmp_path):
    """Excel gives 23:10 another format than 26:15."""
    minutes = [1200 + 37 * i % 1000 for i in range(40)]
    data = read(of(tmp_path, [(CLOCK if each < 1440 else HOURS, each / 1440) for each in minutes]))
    assert data.inputs["v"].tolist() == [60 * each for each in minutes]


@pytest.mark.parametrize("text, seconds", [("late", np.nan), ("08:15", 29_700), ("8:15 pm", 72_900)])
def test_texts_among_clocks_are_read_as_in_csv(text, seconds, tmp_path):
    cells = [text if i == 7 else (CLOCK, (i * 17 % 96) / 96) for i in range(40)]
    data = read(of(tmp_path, cells))
    assert data.inputs["v"][[0, 1]].tolist() == [0, 15_300]
    np.testing.assert_equal(data.inputs["v"][7], seconds)
    preparation = Preparation.fit(data, range(40))
    new = read_inputs(of(tmp_path, [(CLOCK, 0.5), text, (CLOCK, 0.25)]), preparation).inputs["v"]
    np.testing.assert_equal(new.tolist(), [43_200, seconds, 21_600])


def test_fractions_of_seconds_in_clocks(tmp_path):
    data = read(of(tmp_path, [(1, (60 + i + 0.5) / 86_400) for i in range(40)], ["mm:ss.0"]))
    assert data.inputs["v"][[0, 39]].tolist() == [60.5, 99.5]


def test_hours_beyond_a_day_of_which_a_clock_is_shown(tmp_path):
    data = read(of(tmp_path, [(CLOCK, 0.25 + i / 16) for i in range(40)]))
    assert data.inputs["v"][[0, 12, 39]].tolist() == [21_600, 0, 16 * 3600 + 30 * 60]
    assert "days left out: in column 'v' (of 28 cells, as in csv; the format [h]:mm shows all hours)" in map(str, data.notes)


def test_dates_that_show_a_clock_alone(tmp_path):
    data = read(of(tmp_path, [(CLOCK, 45000 + i / 4) for i in range(40)]))
    assert data.inputs["v"][1] == np.datetime64("2023-03-15T06:00")


@pytest.mark.parametrize("value, said", [('t="str"><f>IF(B2>3,1,"")</f><v></v>', False), ("><f>B2</f><v></v>", True)])
def test_formulas_that_give_nothing_and_those_without_a_value(value, said, tmp_path):
    data = read(of(tmp_path, [f"<c {value}</c>" if i % 4 == 0 else i for i in range(40)]))
    assert np.isnan(data.inputs["v"]).sum() == 10
    assert any(note.what == "formulas without a value: 10 cells" for note in data.notes) == said


@pytest.mark.parametrize("number", [14, 22, 27, 31, 36, 50, 58])
def test_formats_of_dates_that_are_built_in(number, tmp_path):
    data = read(of(tmp_path, [(1, 45000 + i) for i in range(40)], [number]))
    assert data.inputs["v"][0] == np.datetime64("2023-03-15")


@pytest.mark.parametrize("number", [18, 21, 32, 33, 45, 55])
def test_formats_of_clocks_that_are_built_in(number, tmp_path):
    data = read(of(tmp_path, [(1, i / 96) for i in range(40)], [number]))
    assert data.inputs["v"][[0, 1]].tolist() == [0, 900]


@pytest.mark.parametrize("code", [r"_-* #,##0.00\ _D_M_-;\-* #,##0.00\ _D_M_-", "0.0*d", "0.00_h", r"#,##0\ \d", "0 &quot;days&quot;"])
def test_letters_in_formats_of_numbers(code, tmp_path):
    data = read(of(tmp_path, [(1, 45000 + i / 4) for i in range(40)], [code]))
    assert data.inputs["v"][[0, 1]].tolist() == [45000, 45000.25]


@pytest.mark.parametrize("code", [9, 10, "0.0\\ %"])
@pytest.mark.parametrize("typed", ["12.5 %", "12,5%"])
def test_percent_that_is_text_among_percent(typed, code, tmp_path):
    data = read(of(tmp_path, [typed if i % 4 == 3 else (1, i / 64) for i in range(40)], [code]))
    assert data.inputs["v"][[2, 3]].tolist() == [2 / 64, 0.125]
    said = f"percent that is text: in column 'v' ({typed} is 0.125, as those that are numbers)"
    assert said in map(str, data.notes)
    new = of(tmp_path, [(1, 0.25), typed], [code])
    assert read_inputs(new, Preparation.fit(data, range(40))).inputs["v"].tolist() == [0.25, 0.125]


def test_percent_that_is_text_among_plain_numbers(tmp_path):
    data = read(of(tmp_path, ["12 %" if i == 3 else i for i in range(40)]))
    assert not any("percent" in note.what for note in data.notes) and np.isnan(data.inputs["v"][3])


def test_numbers_that_are_shown_with_leading_zeros_are_codes(tmp_path):
    towns = [501, 2139, 10001]
    data = read(of(tmp_path, [(1, towns[i % 3]) for i in range(40)], ["00000"]))
    assert data.inputs["v"][:3].tolist() == ["00501", "02139", "10001"]
    new = of(tmp_path, [(1, 10001), (1, 2139)], ["[$-407]00000"])
    assert read_inputs(new, Preparation.fit(data, range(40))).inputs["v"].tolist() == ["10001", "02139"]


@pytest.mark.parametrize("code", ["0", "00000", "00.00"])
def test_numbers_that_are_shown_without_leading_zeros(code, tmp_path):
    data = read(of(tmp_path, [(1, 10000 + i) for i in range(40)], [code]))
    assert data.inputs["v"][:2].tolist() == [10000, 10001]
    new = read_inputs(of(tmp_path, [(1, 10007), 10008], [code]), Preparation.fit(data, range(40)))
    assert new.inputs["v"].tolist() == [10007, 10008]


def test_a_target_of_formulas_without_a_value_is_told_what_to_do(tmp_path):
    """As programs write them that don't compute: the target is not what the last column with values would be."""
    rows = [["v", "code", "kind"], *([i % 7, f"c{i * 7 % 40}", f"<c ><f>IF(A{i + 2}&gt;3,1,0)</f></c>"] for i in range(40))]
    path = workbook(tmp_path / "data.xlsx", {"data": rows})
    saved = "if formulas give them, open the file in Excel and save it"
    with pytest.raises(DataError, match=f"'code' was taken for it .*the last, 'kind', has none; {saved}"):
        read(path)
    with pytest.raises(DataError, match="open it in Excel and save it, if formulas give them; else choose another"):
        read(path, target="kind")


SHARES = [round(0.01 + i * 37 % 90 / 100, 3) for i in range(40)]
KINDS = [LABELS[i * i % 3 % 2] for i in range(40)]


def _of_shares(folder, form):
    """The same shares as percent in a csv, in a workbook, and as plain numbers in one."""
    path = folder / f"{form}.{'csv' if form.startswith('csv') else 'xlsx'}"
    if form.startswith("csv"):
        mark, comma = (";", ",") if form == "csv with decimal commas" else (",", ".")
        lines = [f"{100 * share:.1f} %".replace(".", comma) + f"{mark}{kind}" for share, kind in zip(SHARES, KINDS)]
        path.write_text("\n".join([f"v{mark}y", *lines]) + "\n")
        return path
    cells = [(1, share) if form == "workbook" else share for share in SHARES]
    return workbook(path, {"data": [["v", "y"], *map(list, zip(cells, KINDS))]}, formats=["0.0%"])


@pytest.mark.parametrize(
    ("learnt", "new", "said"),
    [
        ("csv", "workbook", "shown as percent in the workbook: 0.15 is 15"),
        ("csv with decimal commas", "workbook", "shown as percent in the workbook: 0.15 is 15"),
        ("workbook", "csv", "percent as in the workbook: 15 % is 0.15"),
        ("workbook", "csv with decimal commas", "percent as in the workbook: 15 % is 0.15"),
        ("workbook", "workbook", ""),
        ("csv", "csv", ""),
    ],
)
def test_percent_of_test_rows_are_read_as_the_data_have_them(learnt, new, said, tmp_path):
    data = read(_of_shares(tmp_path, learnt), test=_of_shares(tmp_path, new))
    np.testing.assert_allclose(data.inputs["v"], np.tile(SHARES, 2) * (1 if learnt == "workbook" else 100), atol=1e-12)
    assert said in str(data.notes) and ("in the workbook" in str(data.notes)) == bool(said)


@pytest.mark.parametrize("learnt", ["csv", "csv with decimal commas"])
def test_percent_of_new_rows_in_a_workbook_are_read_as_those_learnt(learnt, tmp_path):
    preparation = Preparation.fit(read(_of_shares(tmp_path, learnt)), np.arange(40))
    found = read_inputs(_of_shares(tmp_path, "workbook"), preparation)
    np.testing.assert_allclose(found.inputs["v"], np.multiply(SHARES, 100))
    assert "column v: number (shown as percent in the workbook: 0.15 is 15)" in map(str, found.notes)
    plain = read_inputs(_of_shares(tmp_path, "plain"), preparation)
    np.testing.assert_allclose(plain.inputs["v"], SHARES)
    assert "column v: numbers of at most 1, taken for percent (learnt from such as 15 %;" in str([*map(str, plain.notes)])
    large = read_inputs({"v": np.multiply(SHARES, 100)}, preparation)
    assert "taken for percent" not in str([*map(str, large.notes)])


@pytest.mark.parametrize("new", ["csv", "csv with decimal commas"])
def test_percent_with_signs_are_read_as_those_that_were_learnt_from_a_workbook(new, tmp_path):
    learnt = Preparation.fit(read(_of_shares(tmp_path, "workbook")), np.arange(40))
    for preparation in (learnt, Preparation.from_json(learnt.to_json())):
        found = read_inputs(_of_shares(tmp_path, new), preparation)
        np.testing.assert_allclose(found.inputs["v"], SHARES)
        assert "column v: number (percent as in the workbook: 15 % is 0.15)" in map(str, found.notes)
    of_plain = Preparation.fit(read(_of_shares(tmp_path, "plain")), np.arange(40))
    with pytest.raises(DataError, match="'v' holds numbers written as"):
        read_inputs(_of_shares(tmp_path, new), of_plain)
