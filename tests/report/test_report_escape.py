"""Text from elsewhere can't act in any place where it is printed."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import choose, hostile, none, regression, undecided

from fourfold.report import escape, table

anything = st.text(st.characters(codec=None), max_size=40)


@given(anything)
def test_visible_text_holds_nothing_that_acts(text):
    shown = escape.visible(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
    shown.encode("utf-8")
    assert escape.visible(shown) == shown


def test_visible_keeps_what_people_write():
    for text in ("naïve", "日本語", "می‌خواهم", "👩‍🔬", "x² ≤ 5 %"):
        assert escape.visible(text) == text
    assert escape.terminal("a\x1b]0;title\x07b") == "a\\x1b]0;title\\x07b"


@given(
    st.recursive(
        anything | st.floats(allow_nan=False, allow_infinity=False) | st.none(),
        lambda v: st.lists(v) | st.dictionaries(anything, v),
    )
)
def test_script_json_is_json_that_cannot_leave_its_element(value):
    text = escape.script_json(value)
    assert "<" not in text and text.isascii()
    json.loads(text)


@given(anything)
def test_file_names_are_one_plain_component(text):
    name = escape.file_name(text)
    assert name and len(name.encode()) <= 101
    assert not set(name) & set('/\\:*?"<>|\0 \n') and not name.startswith((".", "-")) and ".." not in name
    assert name.split(".")[0].lower() not in escape.RESERVED


@given(anything)
def test_csv_cells_are_never_formulas(text):
    cell = escape.csv_cell(text)
    assert is_number(cell) or not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["-0", "-0.5", "+3", "-1e5", "1.5"])
def test_csv_cells_that_are_numbers_stay_as_they_are(cell):
    assert escape.csv_cell(cell) == cell
    assert escape.csv_cell(f"{cell}+1|cmd") != f"{cell}+1|cmd" or cell[0] not in "+-"


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_table_csv_reads_back_exactly():
    results, _ = regression()
    rows = list(csv.DictReader(io.StringIO(table.to_csv(results))))
    assert [row["family"] for row in rows] == [
        "dense",
        "convolution",
        "recurrent",
        "attention",
        "mean",
        "ridge regression",
    ]
    for row, source in zip(rows, [*results["families"], *results["baselines"]]):
        for key, column in (("value", "score"), ("low", "low"), ("high", "high")):
            assert float(row[column]) == source["score"][key]
    assert [row["kind"] for row in rows] == ["family"] * 4 + ["baseline"] * 2
    assert int(rows[1]["flops"]) == 1_190_000


def test_the_table_holds_inductive_bias_and_hyperparameters_where_they_were_measured():
    results, _ = choose()
    filled = {row["family"]: row for row in table.rows(results)}
    assert filled["convolution"]["order_loss"] == pytest.approx({"value": 0.141, "low": 0.133, "high": 0.149})
    assert filled["convolution"]["hyperparameters"] == {"learning rate": 0.62, "width": 0.2}
    line = next(csv.DictReader(io.StringIO(table.to_csv(results))))
    assert (line["order_loss"], line["hyperparameters"]) == ("0.001", "learning rate, width")
    for row in table.rows(undecided()[0]):
        assert row["order_loss"] is None and row["hyperparameters"] is None


@pytest.mark.parametrize("sample, families", [(choose, ["convolution"]), (undecided, []), (none, [])])
def test_table_csv_says_chosen_of_the_family_that_the_verdict_says_to_use(sample, families):
    results, _ = sample()
    rows = list(csv.DictReader(io.StringIO(table.to_csv(results))))
    results["verdict"]["family"] = results["verdict"]["family"] or "convolution"  # the best so far
    assert [row["family"] for row in rows if row["chosen"] == "yes"] == families


def test_table_csv_of_hostile_names():
    rows = list(csv.reader(io.StringIO(table.to_csv(hostile()[0]))))
    assert len({len(row) for row in rows}) == 1
    assert any(cell == "'=HYPERLINK(1)" for row in rows for cell in row)
