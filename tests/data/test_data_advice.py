"""What is advised: names that can be typed, targets and turned tables, and notes on words that are nearly numbers."""

import json
from dataclasses import replace

import numpy as np
import pandas
import pytest
from data_samples import LABELS, column, made, read_and_said, refused_and_said, rows
from test_data_forms import workbook

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.series.ahead import Ahead
from fourfold.data.values.words import as_written, understood
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.table import missing

BROKEN = rows('shop,"Sold\n(EUR)",w,y', lambda i: f"s{i % 5},{i % 9 + 1},{i % 7}")
STEPS = '"The\nshop","At\ntime",sales\n' + "".join(f"s{i % 2},{i // 2},{i * i * 7 % 97}\n" for i in range(160))
CLOCKS = '"The\nday",The clock,load\n' + "".join(
    f"2024-01-{1 + i // 24:02d},{i % 24}:00,{i * i * 7 % 97}\n" for i in range(240)
)


ITEMS = ("milk", "bread", "tea", "rice", "beans", "oil")
PANEL = "day,store,item,sales,kind\n" + "".join(
    f"2024-{1 + i // 28:02d}-{1 + i % 28:02d},{store},{item},{(i * i * 7 + len(store)) % 97},{LABELS[len(item) % 2]}\n"
    for i in range(56) for store in ("north", "southern") for item in ITEMS
)  # fmt: skip


def pivot(parts, above=False, summed=lambda numbers: sum(numbers)):
    """A table of four regions with so many products each, and a row of totals for each region and for all."""
    blocks, every = [], []
    for place, region in enumerate(["North", "South", "East", "West"]):
        numbers = [40 + (7 * place + 5 * i) % 31 for i in range(parts)]
        lines = [f"{region},p{i},{n},{n}" for i, n in enumerate(numbers)]
        total = f"{region} Total,,{summed(numbers)},{summed(numbers)}"
        blocks += [total, *lines] if above else [*lines, total]
        every += numbers
    total = f"Grand Total,,{summed(every)},{summed(every)}"
    return "Region,Product,Qtr1,Sum\n" + "\n".join([total, *blocks] if above else [*blocks, total])


def answers(labels, count=80):
    """Answers to a question of which several may be given."""
    draw = np.random.default_rng(0)
    tools = np.array(["Excel", "R", "SQL", "Python", "SAS", "Stata", "Julia"])[:labels]
    cells = [";".join(draw.permutation(tools)[: draw.integers(2, labels + 1)]) for _ in range(count)]
    return rows("age,team,tools", lambda i: f"{20 + i * 7 % 40},{i % 3}", count, lambda i: cells[i])


def turned(name, write):
    """A table each row of which is a variable, as a frame writes it to a file."""

    def make(folder):
        frame = pandas.DataFrame({"variable": ["v", "w", "y"], **{f"r{i}": [i % 9, i % 7, i % 2] for i in range(30)}})
        write(frame, folder / name)
        return folder / name

    return make


# name: (content or maker, options, words of what is printed)
READ = {
    "a target whose name has a line break": (BROKEN, {"target": "Sold (EUR)"}, "target: Sold (EUR) (as asked)"),
    "a target as a message escapes it": (BROKEN, {"target": r"Sold\n(EUR)"}, "target: Sold (EUR) (as asked)"),
    "a target as a terminal escapes it": (BROKEN, {"target": r"Sold\x0a(EUR)"}, "target: Sold (EUR) (as asked)"),
    "several targets, one with a line break": (BROKEN, {"target": "Sold  (EUR), w"}, "targets: Sold (EUR), w (as asked)"),
    "what is left out, with a line break": (BROKEN, {"roles": Roles(drop="Sold(EUR),w")}, "left out: 'Sold (EUR)', 'w' (as asked)"),
    "an id with a line break": (BROKEN, {"roles": Roles(id="Sold (EUR)")}, "id: Sold (EUR) (it repeats in 21 rows: --group 'Sold (EUR)' keeps these together)"),
    "groups of two columns": (PANEL, {"roles": Roles(group="store,item")}, "groups: 12 of store, item"),
    "groups with a line break": (BROKEN, {"roles": Roles(group="Sold (EUR)")}, "groups: 9 of Sold (EUR)"),
    "weights with a line break": (BROKEN, {"roles": Roles(weight="Sold (EUR)")}, "weights: Sold (EUR), 1 to 9"),
    "a time with a line break": (STEPS, {"ahead": Ahead(3), "roles": Roles(time="At time", id="The shop")}, "forecast: the next 3 steps of sales"),
    "notes beside a table": (rows("v,w,kind,,", lambda i: f"{i % 9},{i % 7},{LABELS[i % 2]},", label=lambda i: "checked" * (i in (2, 5))), {}, "target: kind (the last column with values in most rows; 'column 5' has 2 values)"),
    "a small table beside a table": (rows("v,w,kind,,Area,Target", lambda i: f"{i % 9},{i % 7},{LABELS[i % 2]},,{'NSWE'[i] if i < 4 else ''}", label=lambda i: 5 + i if i < 4 else ""), {}, "target: kind (the last column with values in most rows; 'Target' has 4 values)"),
    "a forecast beside notes": (rows("day,sales,", lambda i: f"2024-{1 + i // 28:02d}-{1 + i % 28:02d},{i * i * 7 % 97}", 160, lambda i: "holiday" * (i == 3)), {"ahead": Ahead(3)}, "target: sales (the last column with values in most rows; 'column 3' has 1 value)"),
    "steps few of which have a label": (rows("v,w,y", lambda i: f"{i * i % 97},{i * 7 % 13}", 400, lambda i: LABELS[i // 50 % 2] if i % 5 == 0 else ""), {"window": 8}, "target: y ("),
    "a small pivot": (pivot(3), {}, "! rows in which 'Region' is 'East Total', 'Grand Total', 'North Total', 'South Total', 'West Total' hold larger"),
    "a small pivot with totals above": (pivot(2, above=True), {}, "! rows in which 'Region' is 'East Total', 'Grand Total',"),
    "numbers told roughly": (column(["~12", "~300", "7"]), {}, "column v: number (signs for about left out)"),
    "numbers told roughly in words": (column(["approx. 5 kg", "about 7 kg", "9 kg"]), {}, "column v: number (kg left out, signs for about left out)"),
    "thousands and more": (column(['"5,000+"', '"10+"', '"1,000,000+"', "0"]), {}, "column v: number (commas taken for thousands, a plus behind left out)"),
    "millions of dollars with a small letter": (column(["US$12m", "US$3m", "US$850k"]), {}, "column v: number (k is 1,000, M 1,000,000"),
    "prices an hour": (column(["$20/hr", "$7/hr", "$12/hr"]), {}, "column v: category (words, as in '$20/hr'; if these are quantities, write plain numbers such as 1234.5)"),
    "inches": (column(["60'", "42'", "7'"]), {}, "column v: category (words, as in \"60'\"; if"),
    "ranks": (column(["#12", "#7", "#120"]), {}, "column v: category (words, as in '#12'; if"),
    "years and months": (column(["3 yrs 4 mos", "1 yr 2 mos", "2 yrs 1 mo"]), {}, "column v: category (several numbers in a cell, as in '3 yrs 4 mos'; if these are quantities, give each a column)"),
    "feet and inches": (column(["5 ft 4 in", "6 ft 1 in", "5 ft 11 in"]), {}, "column v: category (several numbers in a cell, as in '5 ft 4 in'"),
    "shares of twenty": (column(["7 out of 20", "9 out of 20", "12 out of 20"]), {}, "column v: number (the scale 'out of 20' left out)"),
    "shares of several numbers": (column(["7 out of 20", "9 out of 30", "12 out of 20"]), {}, "column v: category (several numbers in a cell, as in '7 out of 20'"),
    "results of games": (column(["6-2", "3-6", "7-5"]), {}, "column v: category (several numbers in a cell, as in '6-2'"),
    "lengths and widths": (column(["4x7 cm", "5x9 cm", "12x8 cm"]), {}, "column v: category (several numbers in a cell, as in '4x7 cm'"),
    "ranges of ages": (column(["18-25", "26-40", "41-60"]), {}, "column v: category (ranges, as in '18-25'; if these are quantities, write their middles, or both ends in columns)"),
    "ranges of ages that are open": (column(["<18", "18-65", "65+"]), {}, "column v: category (ranges, as in '18-65'"),
    "ranges that end in a dash or in words": (column(["under 18", "18 - 30", "31 - 50", "51-"]), {}, "column v: category (ranges, as in '18 - 30'"),
    "ranges of thousands": (column(["20-40K", "40-60K", "60-120K"]), {}, "column v: category (ranges, as in '20-40K'"),
    "ranges that all differ": (rows("w,v,y", lambda i: f"{i % 9},{300 + i} - {3500 + i * i}", 100), {}, "column v: category (ranges, as in '300 - 3500'"),
    "a day with a line break and its clock": (CLOCKS, {"ahead": Ahead(3), "roles": Roles(time="The day, The clock")}, "forecast: the next 3 steps of load"),
}  # fmt: skip

# name: (content or maker, options, exit code, slug, words of the message)
REFUSED = {
    "a target that is a part of the id": (PANEL, {"roles": Roles(id="store,item"), "target": "item"}, 2, "two-roles", "got 'item'"),
    "a target nearly called as a name with a line break": (BROKEN, {"target": "Sold (EU)"}, 2, "no-such-target", "Do this: --target 'Sold (EUR)'"),
    "a column left out that is nearly called so": (BROKEN, {"roles": Roles(drop="Sold (EU)")}, 2, "no-such-drop", "Do this: --drop 'Sold (EUR)'"),
    "an id nearly called so": (BROKEN, {"roles": Roles(id="Sold (EU)")}, 2, "no-such-column", "Do this: --id 'Sold (EUR)'"),
    "variables in rows of csv": (turned("data.csv", lambda frame, path: frame.to_csv(path, index=False)), {}, 2, "too-few-rows", "turn the table: pandas.read_csv(FILE, index_col=0).T.to_csv('data.csv')"),
    "variables in rows of Excel": (turned("data.xlsx", workbook), {}, 2, "too-few-rows", "turn the table: pandas.read_excel(FILE, index_col=0).T.to_csv('data.csv')"),
    "variables in rows of parquet": (turned("data.parquet", lambda frame, path: frame.to_parquet(path)), {}, 2, "too-few-rows", "turn the table: pandas.read_parquet(FILE).set_index('variable').T.to_csv('data.csv')"),
    "variables in rows of JSON": (turned("data.json", lambda frame, path: frame.to_json(path, orient="records")), {}, 2, "too-few-rows", "turn the table: pandas.read_json(FILE).set_index('variable').T.to_csv('data.csv')"),
    "variables in lines of JSON": (turned("data.jsonl", lambda frame, path: frame.to_json(path, orient="records", lines=True)), {}, 2, "too-few-rows", "turn the table: pandas.read_json(FILE, lines=True).set_index('variable').T.to_csv('data.csv')"),
    "answers of which several may be given": (answers(7), {}, 2, "too-many-classes", "Do this: --task multilabel, if a row can have several of the labels that its cell lists"),
    "a few answers of which several may be given": (answers(4), {}, 2, "class-of-one", "Do this: --task multilabel, if a row can have several of the labels that its cell lists; else remove"),
    "towns and countries": (rows("v,w,town", lambda i: f"{i % 9},{i % 7}", 60, lambda i: f'"T{i}, C{i % 40}"'), {}, 2, "too-many-classes", "Do this: --target w, or another column"),
    "a last word that stands alone, beside one that repeats": (rows("v,kind,where", lambda i: f"{i * 7 % 31}.5,{'ab'[i % 2]}", 40, lambda i: "xyz"[i % 3] if i else "w"), {}, 2, "class-of-one", "Do this: --target kind, or another column; else remove"),
    "crosses in some rows": (rows("v,w,churned", lambda i: f"{i % 9},{i % 7}", 60, lambda i: "x" * (i % 7 < 3)), {}, 2, "missing-target", "got 33 of 60 rows, the first is row 4. Do this: write into the empty cells what they mean, such as no"),
    "a target that is a field of objects": ("".join(json.dumps({"place": {"height": i, "kind": LABELS[i % 2]}, "v": i % 7}) + "\n" for i in range(30)), {"target": "kind"}, 2, "no-such-target", "Do this: --target place.kind"),
    "two columns that differ in blanks alone": (rows("a b,a  b,y", lambda i: f"{i % 9},{i % 7}"), {"target": "ab"}, 2, "no-such-target", "Do this: --target 'a b'"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


# name: (words, what is said of them): none of these becomes numbers
CODES = {
    "parts of houses": (["12A", "7B", "12C", "9"], "numbers with several endings"),
    "grades": (["A+", "B+", "C"], ""),
    "ages from which on": (["7+", "13+", "16+", "18+"], "words, as in '7+'"),
    "so many and more": (["0", "1", "2", "3+"], "12 of 16 values are numbers"),
    "years from which on": (["1990+", "2000+", "2010+"], "words, as in"),
    "states and codes of towns": (["CA 90210", "CA 94105", "CA 96100"], ""),
    "telephones": ([f"555-{1000 + 7 * i}" for i in range(30)], ""),
    "telephones with areas": ([f"({200 + i}) 555-{1000 + 7 * i}" for i in range(30)], ""),
    "versions": (["1.2.3", "1.10.0", "2.0.1"], ""),
    "addresses of computers": (["10.0.0.1", "10.0.0.2", "10.0.1.7"], ""),
    "numbers of parts": (["A-12", "A-13", "A-140"], ""),
    "names with numbers": (["Region 1", "Region 2", "Region 10"], ""),
    "parts with one letter within": ([f"{100 + i}X{200 + i}" for i in range(30)], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_codes_stay_words(name):
    words, said = CODES[name]
    found = understood(np.array(words * 4, dtype=object))
    assert found.kind == "category" and found.said.startswith(said) and bool(found.said) == bool(said), found.said


@pytest.mark.parametrize("words", [["~12", "~300", "7"], ["5,000+", "10,000+"], ["~1.234,5 €", "~2 €"], ["about $5m", "$7m"]])
def test_new_numbers_told_roughly_are_read_as_those_of_training(words):
    found = understood(np.array(words, dtype=object))
    assert as_written(np.array(words, dtype=object), "number", found.written).tolist() == found.values.tolist()


@pytest.mark.parametrize("id", ["store,item", "item , store"])
@pytest.mark.parametrize(
    "options",
    [{"ahead": Ahead(3), "roles": Roles(drop="kind"), "target": "sales"}, {"target": "kind"}],
    ids=["forecast", "series"],
)
def test_new_rows_of_series_that_several_columns_name(options, id, tmp_path):
    names = [name.strip() for name in id.split(",")]
    path = made(PANEL, tmp_path)
    roles = replace(options.get("roles", Roles()), id=id, time="day")
    preparation = Preparation.fit(read(path, **{**options, "roles": roles}), range(3))
    found = read_inputs(path, preparation)
    wanted = [tuple({"store": s, "item": i}[n] for n in names) for s in ("north", "southern") for i in ITEMS]
    assert [*found.others] == names and [*zip(*found.others.values())] == wanted


def test_rows_that_several_columns_name_are_predicted_beside_these(tmp_path):
    path = made(PANEL, tmp_path)
    data = read(path, target="sales", roles=Roles(id="store,item"))
    assert data.ids[:2].tolist() == ["north, milk", "north, bread"] and [one.name for one in data.columns] == ["day", "kind"]
    assert set(read_inputs(path, Preparation.fit(data, range(60))).others) == {"store", "item", "sales"}


def test_several_columns_name_the_series_of_parquet_that_is_read_whole(tmp_path):
    frame = pandas.read_csv(made(PANEL, tmp_path))
    frame.to_parquet(tmp_path / "panel.parquet", index=False)
    options = {"target": "sales", "ahead": Ahead(3), "roles": Roles(id="store,item", time="day", drop="kind")}
    one, other = read(tmp_path / "panel.parquet", **options), read(frame, **options)
    assert one.notes == other.notes and np.array_equal(one.inputs, other.inputs)


def test_a_sample_of_rows_is_no_series_of_several_columns(tmp_path):
    frame = pandas.read_csv(made(PANEL, tmp_path))
    with pytest.raises(FourfoldError) as error:
        read(frame, target="sales", ahead=Ahead(3), roles=Roles(id="store,item", time="day"), rows=100)
    assert error.value.slug == "sampled-series" and "--rows 672" in str(error.value)


def ragged(path, keys, count=60):
    """Lines of objects with these keys, a few of which only some have."""
    values = [{"v": i % 9, "w": i % 7, "when": f"2024-01-{1 + i % 28:02d}", "kind": "ab"[i % 2], "y": LABELS[i % 2]} for i in range(count)]
    given = [{k: value for k, value in one.items() if k in keys and (k in "vy" or i % 3)} for i, one in enumerate(values)]
    path.write_text("".join(json.dumps(one) + "\n" for one in given))
    return path


def test_objects_may_leave_out_what_some_of_training_left_out(tmp_path):
    data = read(ragged(tmp_path / "data.jsonl", ("v", "w", "when", "kind", "y")), target="y")
    preparation = Preparation.fit(data, range(60))
    found = read_inputs(ragged(tmp_path / "new.jsonl", ("v",), 4), preparation)
    said = "taken for missing: 'w', 'when', 'kind' (no row has them, as some of training had none)"
    assert said in map(str, found.notes)
    assert all(missing(found.inputs[name]).all() for name in ("w", "when", "kind"))


@pytest.mark.parametrize(
    "name, keys, wanted",
    [
        ("new.jsonl", ("w", "kind"), "'v' is missing"),  # all rows of training have it
        ("new.csv", ("v",), "'w' is missing"),
        ("new.jsonl", ("y",), "'w' is missing"),
    ],
)
def test_columns_that_new_rows_have_to_have(name, keys, wanted, tmp_path):
    data = read(ragged(tmp_path / "data.jsonl", ("v", "w", "when", "kind", "y")), target="y")
    path = ragged(tmp_path / "new.jsonl", keys, 4)
    if name.endswith("csv"):
        path = tmp_path / name
        path.write_text("v\n1\n2\n")
    with pytest.raises(FourfoldError) as error:
        read_inputs(path, Preparation.fit(data, range(60)))
    assert error.value.slug == "new-columns" and wanted in str(error.value)


def test_many_rows_that_are_called_totals_and_are_no_sums_are_none(tmp_path):
    data = read(made(pivot(3, summed=lambda numbers: 300 + len(numbers)), tmp_path))
    assert not any(finding.slug == "total-rows" for finding in judge(data))


@pytest.mark.parametrize("sales, is_sum", [(95, False), (105, True)])
def test_a_company_called_total_is_no_sum_where_another_is_larger(sales, is_sum, tmp_path):
    """A sum of what is not negative is as large as the largest of them."""
    rows = [f"firm {i},{i * 37 % 101},{i % 7}" for i in range(1, 101)] + [f"Total,{sales},3"]
    data = read(made("\n".join(["name,sales,y", *rows]), tmp_path), target="y")
    assert any(finding.slug == "total-rows" for finding in judge(data)) == is_sum


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)
