"""Numbers, dates and durations as papers, programs and other languages write them, and what is said of each."""

import numpy as np
import pytest
from data_samples import column, read_and_said

from fourfold.data import read, read_inputs
from fourfold.data.values.amounts import is_number
from fourfold.data.values.words import as_written, understood
from fourfold.data.values.written import value_of
from fourfold.preprocessing import Preparation

# name: (words, what they mean, what is said)
NUMBERS = {
    "footnote marks": (["12.3*", "4.5", "7.1†", "8[2]"], [12.3, 4.5, 7.1, 8], "footnote marks left out"),
    "stars of significance": (["0.5***", "(1.2)*"], [0.5, -1.2], "footnote marks left out"),
    "uncertainties": (["1.2 ± 0.1", "3.4+/-0.2"], [1.2, 3.4], "what stands behind ± left out"),
    "uncertainties with a unit": (["1.2 ± 0.1 mm", "3 ± 1 mm", "5 mm"], [1.2, 3, 5], "mm left out"),
    "uncertain digits": (["1.234(5)", "2.3(12)"], [1.234, 2.3], "uncertain digits in brackets left out"),
    "per mille": (["0.5‰", "12 ‰", "3‰"], [0.5, 12, 3], "‰ left out"),
    "double precision of Fortran": (["1.5D+02", "-2.5d-01"], [150, -0.25], "D taken for the exponent"),
    "powers of ten": (["1.5×10³", "2·10⁻²", "3 x 10^2"], [1500, 0.02, 300], "powers of ten multiplied"),
    "digits of Arabic": (["١٢", "٣٫٥"], [12, 3.5], ""),
    "wide yen": (["￥１，２３４", "￥５６７", "￥８９"], [1234, 567, 89], "¥ left out"),
    "a minus before the currency": (["1.234,50- EUR", "99,00 EUR"], [-1234.5, 99], "a dash behind a number taken for a minus"),
    "missing as Stata writes it": ([".", ".a", "1", "2.5"], [np.nan, np.nan, 1, 2.5], "2 words such as '.'"),
    "durations": (["1h 30m", "45m", "2 hours"], [5400, 2700, 7200], "durations in seconds"),
    "durations of ISO": (["PT1H30M", "P1DT0.5S"], [5400, 86400.5], "durations in seconds"),
    "leading zeros": (["007", "12", "0131"], [7, 12, 131], "'007' counts as 7; if these are codes"),
    "codes with an E": (["1E05", "2E07"], [1e5, 2e7], "'1E05' counts as 100000; if these are codes"),
}  # fmt: skip

DATES = {
    "German": (["1. Januar 2020", "28. März 2021"], ["2020-01-01", "2021-03-28"]),
    "French": (["1er janvier 2020", "5 août 2022"], ["2020-01-01", "2022-08-05"]),
    "Spanish": (["1 de enero de 2020", "5 de mayo de 2022"], ["2020-01-01", "2022-05-05"]),
    "days of the week": (["Mo, 06.01.2020", "Di, 07.01.2020"], ["2020-01-06", "2020-01-07"]),
    "months of EViews": (["1990M01", "1990M12"], ["1990-01-01", "1990-12-01"]),
    "months of the IMF": (["1990-M01", "1990-M12"], ["1990-01-01", "1990-12-01"]),
    "points, the year first": (["2024.01.05", "2023.12.31"], ["2024-01-05", "2023-12-31"]),
    "Czech": (["1. ledna 2020", "28. března 2021"], ["2020-01-01", "2021-03-28"]),
    "Finnish": (["tammikuu 2020", "kesäkuu 2021"], ["2020-01-01", "2021-06-01"]),
    "Ukrainian": (["1 січня 2020", "5 травня 2022"], ["2020-01-01", "2022-05-05"]),
    "Hungarian": (["2020. január 1.", "2021. május 28."], ["2020-01-01", "2021-05-28"]),
    "Hungarian, abbreviated": (["2020. jan. 1.", "2021. szept. 28. 14:05"], ["2020-01-01", "2021-09-28"]),
    "months of Hungarian": (["2020. február", "2021. június"], ["2020-02-01", "2021-06-01"]),
    "months of Chinese": (["2020年1月", "2020年12月"], ["2020-01-01", "2020-12-01"]),
    "fiscal years": (["FY2019", "FY 20", "FY2020/21"], ["2019-01-01", "2020-01-01", "2020-01-01"]),
    "fiscal quarters of two digits": (["FY19 Q1", "FY20-Q4", "FY'21 Q2"], ["2019-01-01", "2020-10-01", "2021-04-01"]),
    "fiscal quarters": (["FY2020Q1", "FY2020-Q4", "Q2 FY2021"], ["2020-01-01", "2020-10-01", "2021-04-01"]),
    "years that are counted": (
        [f"{1 + month // 12}-{1 + month % 12:02}" for month in range(14)],
        [f"{2001 + month // 12}-{1 + month % 12:02}-01" for month in range(14)],
    ),
    "spans of ISO": (["2020-01-06/2020-01-12", "2020-01-13/2020-01-19"], ["2020-01-06", "2020-01-13"]),
    "spans with points": (["06.01.2020 - 12.01.2020", "13.01.2020-19.01.2020"], ["2020-01-06", "2020-01-13"]),
    "spans with words": (["Jan 6, 2020 to Jan 12, 2020", "Jan 13, 2020 to Jan 19, 2020"], ["2020-01-06", "2020-01-13"]),
    "spans of quarters": (["2020Q1/2020Q2", "2020Q3/2020Q4"], ["2020-01-01", "2020-07-01"]),
    "ISO without marks": (["20200101T101500", "20200202T000000"], ["2020-01-01", "2020-02-02"]),
}

# name: (words, words of what is said): they stay words
WORDS = {
    "blood pressure": (["120/80", "135/90"], "several numbers in a cell, as in '120/80'"),
    "feet and inches": (["5'11\"", "6'2\""], "several numbers in a cell"),
    "what Excel makes of ranges": (["0-2", "3-Apr", "5-9"], "as Excel turns 3-4 into a date"),
    "ranges": (["10-20", "20-30", "30+"], "ranges, as in '10-20'"),
    "codes that could be months": ([f"1-{month:02}" for month in range(1, 13)], "ranges, as in '1-01'"),
    "addresses of computers": (["192.168.0.1", "10.0.0.7"], ""),
    "numbers of telephones": (["+49 89 1234567", "089/123456"], ""),
    "codes with a letter behind a digit": (["2D", "3D", "5H"], "numbers with several endings"),
    "spans of years": (["2019/2020", "2020/2021"], "several numbers in a cell"),
    "spans that end before they begin": (["12.01.2020 - 06.01.2020", "13.01.2020 - 19.01.2020"], "dates, but not in one way of writing"),
    "hotels and a word": (["3*", "none*", "*"], ""),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_words_that_are_numbers(name):
    words, means, said = NUMBERS[name]
    found = understood(np.array(words, dtype=object))
    assert found.kind == "number" and said in found.said and bool(said) == bool(found.said)
    np.testing.assert_allclose(found.values, means)


@pytest.mark.parametrize("name", DATES)
def test_words_that_are_dates(name):
    words, means = DATES[name]
    found = understood(np.array(words, dtype=object))
    assert found.kind == "date"
    assert found.values.astype("datetime64[D]").astype(str).tolist() == means
    assert ("the first of the two of each span" in found.said) == name.startswith("spans")
    assert ("taken for the calendar's" in found.said) == (name == "fiscal years")
    new = as_written(np.array(words, dtype=object), "date", found.written)
    assert new.tolist() == found.values.tolist()


@pytest.mark.parametrize("name", WORDS)
def test_words_that_stay_words(name):
    words, said = WORDS[name]
    found = understood(np.array(words, dtype=object))
    assert found.kind == "category" and said in found.said and bool(said) == bool(found.said), found.said


@pytest.mark.parametrize("name", [name for name in NUMBERS if "missing" not in name])
def test_new_numbers_are_read_as_those_of_training(name):
    words, means, _ = NUMBERS[name]
    written = understood(np.array(words, dtype=object)).written
    np.testing.assert_allclose(as_written(np.array(words, dtype=object), "number", written), means)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["007", "12", "0131"], "column v: number ('007' counts as 7; if these are codes"),
        (["1E05", "2E07", "3e04"], "column v: number ('1E05' counts as 100000"),
    ],
)
def test_numbers_of_a_file_that_may_be_codes_are_said(cells, said, tmp_path, recwarn):
    read_and_said(column(cells), said, tmp_path, recwarn)


@pytest.mark.parametrize("cells", [["0", "7"], ["0.5", "10"], ["1.5e5", "2"], ["1e-5", "2e-5"]])
def test_plain_numbers_are_no_codes(cells, tmp_path):
    from fourfold.data import read

    (tmp_path / "a.csv").write_text(column(cells))
    assert "codes" not in "".join(map(str, read(tmp_path / "a.csv").notes))


def test_dates_with_a_clock_and_no_marks(tmp_path):
    from fourfold.data import read, read_inputs
    from fourfold.preprocessing import Preparation

    cells = [f"202401{day:02d}1230{day:02d}" for day in range(1, 21)]
    (tmp_path / "a.csv").write_text(column(cells))
    data = read(tmp_path / "a.csv")
    assert data.inputs["v"][1] == np.datetime64("2024-01-02T12:30:02")
    assert "column v: date (dates, read as yearmonthday)" in map(str, data.notes)
    found = read_inputs({"v": [20250101000000]}, Preparation.fit(data, range(40)))
    assert found.inputs["v"][0] == np.datetime64("2025-01-01T00:00:00")
    (tmp_path / "a.csv").write_text(column([f"2024010112{i:02d}99" for i in range(20)]))
    assert read(tmp_path / "a.csv").columns[0].kind == "number"


@pytest.mark.parametrize(
    ("words", "new", "numbers"),
    [
        (["13.5 p", "12.1", "11.7 b", "10.2", ":"], ["9.5 e", "8", ": c"], [9.5, 8.0, np.nan]),
        (["1/2", "3/4", "1 1/2", "2", "-"], ["1/4", "0.5", "3/7"], [0.25, 0.5, np.nan]),
    ],
)
def test_new_numbers_with_flags_and_fractions_are_read_as_those_of_training(words, new, numbers):
    table = {"v": words * 8, "y": ["p", "q", "q", "p"] * 10}
    learnt = Preparation.from_json(Preparation.fit(read(table), np.arange(40)).to_json())
    np.testing.assert_array_equal(read_inputs({"v": new}, learnt).inputs["v"], numbers)


@pytest.mark.parametrize("cell", ["(" + "1" * 400_000, "1" * 400_000 + "x", "[" + "1" * 400_000])
def test_long_digits_that_are_no_list_are_read_in_one_pass(cell):
    """Trying each way to cut the digits in two would take the first of these the better part of an hour."""
    assert value_of(cell) is None and not is_number(cell)


@pytest.mark.parametrize("comma", [True, False])
def test_numbers_among_words_list_no_labels_where_commas_are_decimal(comma):
    words = ["ON", "OFF"] * 200 + [f"{i % 9 + 1},{i % 20 + 2}" for i in range(100)] * 2
    found = understood(np.array(words, dtype=object), comma=comma)
    assert found.kind == "category" and ("lists of 23 labels" in found.said) == (not comma)
