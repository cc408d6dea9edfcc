"""What careful people bring, with the options that they give: read and said, or refused, each for a stated reason."""

import numpy as np
import pytest
from data_samples import LABELS, column, files, png, read_and_said, refused_and_said, rows, target

from fourfold.data.series.ahead import Ahead
from fourfold.data.values.words import as_written, understood


def labelled(train, test):
    """Training and test rows with classes of their own."""
    table = {
        part: rows("v,w,y", lambda i: f"{i % 9},{i % 7}", label=lambda i, two=two: two[i % 2])
        for part, two in (("train", train), ("test", test))
    }
    return files(train_dot_csv=table["train"], test_dot_csv=table["test"])


def films(*classes):
    return files(
        **{
            f"{part}__{c}__{i}_dot_txt": f"a {c} film, {i}"
            for part in ("train", "test")
            for c in classes
            for i in range(8)
        }
    )


def gdp(folder, name="{0}Q{1}", each=4):
    """A series by quarters, or by weeks."""
    lines = [f"{name.format(2000 + i // each, i % each + 1)},{100 + i + i % 7 * 3 % 5}\n" for i in range(150)]
    (folder / "data.csv").write_text("at,gdp\n" + "".join(lines))
    return folder / "data.csv"


def lists(mark, count=lambda i: 12, number=lambda i, k: f"{(i * 7 + k * 5) % 31}.5", around="{}"):
    """A column of numbers with a mark between them, each of ``count`` numbers."""
    cells = [around.format(mark.join(number(i, k) for k in range(count(i)))) for i in range(30)]
    return rows("v,w,y", lambda i: f'"{cells[i]}",{i % 5}')


# name: (content or maker, options, words of what is printed)
READ = {
    "eight numbers and more between semicolons": (lists(";"), {}, "lists: 'v' (their numbers are columns NAME_0"),
    "eight numbers and more between commas": (lists(", "), {}, "lists: 'v' (their numbers are columns NAME_0"),
    "fractions between bars, more in some cells": (lists("|", lambda i: 8 + i % 3), {}, "series: the lists of 'v'"),
    "whole numbers, more in some cells, as those of words": (lists(";", lambda i: 8 + i % 3, lambda i, k: str((i * 7 + k) % 31)), {}, "several numbers in a cell"),
    "seven numbers": (lists(";", lambda i: 7), {}, "several numbers in a cell"),
    "lists as torch prints them": (lists(", ", around="tensor([{}], device='cuda:0')"), {}, "lists: 'v' (their numbers are columns NAME_0"),
    "numbers as torch prints them": (column(["tensor(0.5000)", "\"tensor(-1.2e-05, device='cuda:0')\"", "\"tensor(3., grad_fn=<AddBackward0>)\""]), {}, "column v: number (the names of types around numbers left out)"),
    "numbers as NumPy prints them": (column(["np.float64(0.5)", "np.float64(-1.25)", "np.float64(3.0)"]), {}, "column v: number (the names of types around numbers left out)"),
    "lists as NumPy prints them with their kind": (lists(", ", lambda i: 5 + i % 3, around="array([{}], dtype=float32)"), {}, "series: the lists of 'v'"),
    "lists that NumPy cut off": (rows("v,w,y", lambda i: f'"[{i % 9}.5 {i % 7}.25 ... 3.  {i}.5]",{i % 5}'), {}, "left out: 'v' (lists of which NumPy wrote some numbers alone"),
    "texts without a class beside the classes": (films("pos", "neg", "unsup"), {}, "left out: 'unsup' (files without a class, as the name says)"),
    "two classes, one of them called unlabelled": (films("labelled", "unlabelled"), {}, "into 2 classes ('labelled', 'unlabelled')"),
    "test classes with a dot at the end": (labelled(["<=50K", ">50K"], ["<=50K.", ">50K."]), {}, "test classes '<=50K.', '>50K.' taken for '<=50K', '>50K'"),
    "test classes with other capitals": (labelled(["yes", "no"], ["Yes", "no"]), {}, "test classes 'Yes' taken for 'yes' (case, blanks"),
    "thousands and millions": (column(["1.2k", "3.4M", "850", "12K"]), {}, "column v: number (k is 1,000, M 1,000,000"),
    "money in thousands and millions": (column(["€110.5M", "€565K", "€0"]), {}, "column v: number (k is 1,000"),
    "money in millions": (column(["$222.6M", "$101.7M", "$3M"]), {}, "column v: number (k is 1,000"),
    "money in millions, the currency behind": (column(["2.6M €", "10.7M €", "3B €"]), {}, "column v: number (k is 1,000"),
    "money in millions as words": (column(["$80.8 million", "$1.25 billion", "$950 thousand"]), {}, "column v: number (k is 1,000"),
    "millions and billions as words": (column(["80.8 Mio.", "1.25 Mrd.", "950"]), {}, "column v: number (k is 1,000"),
    "metres and kilobytes": (column(["5 m", "7 kB", "3 m"]), {}, "numbers with several endings: 'kB', 'm'"),
    "millions without money": (column(["222.6M", "101.7M", "3M"]), {}, "column v: number (M left out)"),
    "a target of money in millions": (target([f"${i * 7 % 40}.{i % 10}M" for i in range(40)]), {}, "task: regression, 0 to 3.97e+07"),
    "thousands alone": (column(["1.2k", "3.4k", "7k"]), {}, "column v: number (k left out)"),
    "numbers of houses": (column(["12B", "12", "14", "7K"]), {}, "20 of 40 values are numbers, but not '12B'"),
    "weights in two units": (column(["500 g", "1.2 kg", "700 g", "3 kg"]), {}, "column v: category (numbers with several endings: 'g', 'kg')"),
    "areas in two units, and a dash for none": (column(["0.5 acres", '"5,000 sqft"', '"7,100 sqft"', "1.25 acres", "—"]), {}, "column v: category (numbers with several endings: 'acres', 'sqft')"),
    "sizes in two units, and words": (column(["500 KB", "1.2 MB", "Varies with device", "700 KB", "3 MB"]), {}, "column v: category (numbers with several endings: 'KB', 'MB')"),
    "a number of a ticket among words": (column(["PC 175", "A/5 211", "A/5 29", "C.A. 24", "none"]), {}, "layout: flat"),
    "latitudes of both halves": (column(["45.1N", "3.2S", "12.5N"]), {}, "numbers with several endings: 'N', 'S'"),
    "thousands by points beside decimal commas": (rows("p;v;y", lambda i: f"{i},{i % 90 + 10};{[f'{i % 9 + 1}.{100 + i}', i][i % 3 > 1]}", separator=";"), {}, "column v: number (points taken for thousands)"),
    "money by points beside money with commas": (rows("p;v;y", lambda i: f"{i},5 €;{[f'{i % 9 + 1}.{100 + i} €', '836 €'][i % 3 > 1]}", separator=";"), {}, "column v: number (€ left out, points taken for thousands)"),
    "decimal commas in quotes tell points": (rows("p,v,y", lambda i: f'"{i},25",{[f"{i % 9 + 1}.{100 + i}", i][i % 3 > 1]}'), {}, "column v: number (points taken for thousands)"),
    "thousands by commas beside decimal points": (rows("p;v;y", lambda i: f"{i}.25;{[f'{i % 9 + 1},{100 + i}', i][i % 3 > 1]}", separator=";"), {}, "column v: number (commas taken for thousands)"),
    "millions beside numbers below": (column(["1.135.323", "245.883", "2.769", "836"]), {}, "column v: number (points taken for thousands)"),
    "points that may be thousands, and whole numbers": (rows("v;y", lambda i: f"{[f'{i % 9 + 1}.{100 + i}', i][i % 3 > 1]}", separator=";"), {}, "decimal points: 'v' (three digits follow"),
    "latitudes of both halves to hundredths": (column(["45.17N", "3.25S", "12.5N"]), {}, "column v: number (in degrees: 1.25S is -1.25)"),
    "longitudes of both halves to hundredths": (column(["145.17 E", "3.25 W", "12.5 W"]), {}, "column v: number (in degrees: 1.25W is -1.25)"),
    "letters of both directions": (column(["45.17N", "3.25W", "12.50E"]), {}, "numbers with several endings: 'E', 'N', 'W'"),
    "degrees, and minutes without a mark": (column(["N 48° 12.345", "S48°07.5", "N 7° 3"]), {}, "column v: number (in degrees"),
    "hundreds and thousands by points": (column(["950", "1.200", "2.135", "836"]), {}, "column v: number (points taken for thousands)"),
    "hundreds and thousands of money by points": (column(["950 €", "1.200 €", "2.135 €"]), {}, "column v: number (€ left out, points taken for thousands)"),
    "a target of hundreds and thousands by points": (target(["950", "1.200", "2.135", "836"] * 9, "v,y"), {}, "its values are 4 different whole numbers"),
    "hundreds, and decimals without a zero at an end": (column(["950", "1.204", "2.135"]), {}, "layout: flat, 1 number"),
    "units, and decimals with zeros": (column(["2 kg", "1.200 kg", "2.135 kg"]), {}, "column v: number (kg left out)"),
    "three decimals of money": (column(["1.899 €", "1.759 €", "2.009 €"]), {}, "points taken for decimal, though three digits follow all of them"),
    "rupiah by points": (column(["Rp 1.004.000", "Rp950.000", "Rp 7.500"]), {}, "column v: number (Rp left out, points taken for thousands)"),
    "rupees without paise": (column(["Rs. 70/-", "Rs. 1200/-", "Rs. 15/-"]), {}, "column v: number (Rs. left out)"),
    "accounts, the brackets behind the currency": (column(["$ (33)", "$ 45.00", '"$(1,200)"', '"$ 7 "']), {}, "column v: number ($ left out, commas taken for thousands, brackets taken for a minus)"),
    "times of races below an hour and above": (column(["59:30", "1:02:03", "48:07", "1:15:59"]), {}, "column v: number (in seconds: 1:02:03 is 3723, and 59:30, which has no hours, 3570)"),
    "few times of races above an hour": (column(["59:30", *(f"{m}:07" for m in range(18, 50)), "1:15:59"]), {}, "and 59:30, which has no hours, 3570)"),
    "clocks of which some have seconds": (column(["12:30", "13:02:00", "9:07", "23:15:00"]), {}, "column v: number (in seconds: 1:23 is 4980)"),
    "what is not told of numbers": (column(["12.5", "n.m.", "7.25", "Prefer not to say", "Wei\u00df nicht"]), {}, "words such as 'n.m.' taken for missing"),
    "percent beside zero": (column(["12%", "0", "15%", "40%"]), {}, "column v: number (% left out: 12 % is 12)"),
    "percent beside shares": (column(["12%", "0.37", "15%", "40%"]), {}, "numbers with several endings: '%', 'nothing'"),
    "commas and points": (column([f'"1,5{i}"' for i in range(4)] + [f"1.{i}" for i in range(9)]), {}, "numbers in several ways of writing: '1,50', '1.0'"),
    "lists as NumPy prints them": (rows("v,y", lambda i: f'"[ {i * 7 % 30}.25 -{i % 4}. \n  3e-{i % 3}  .{i % 5}]"'), {}, "layout: flat, 4 numbers (a table)"),
    "pixels with blanks between them": (rows("pixels,y", lambda i: " ".join(str(i * p % 256) for p in range(1, 65))), {"layout": "image"}, "layout: image of 8 x 8"),
    "whole numbers with blanks between them, now more, now fewer": (rows("text,y", lambda i: " ".join(map(str, range(i, i + 9 + i % 2)))), {}, "layout: text"),
    "a class that the target is called as": (rows("day,town,fraud", lambda i: f"2023-01-{1 + i % 28:02d},{['Rome', 'Oslo'][i % 2]}", label=lambda i: ["fraud", "ok"][i % 3 > 0]), {"target": "fraud"}, "into 2 classes ('fraud', 'ok')"),
    "a text of one word above texts without a header": (files(data_dot_tsv="ham\tOk...\n" + "".join(f"{['spam', 'ham'][i % 2]}\tso it is {i}\n" for i in range(40))), {}, "no header: columns are named x0, x1, ..."),
    "a missing value above codes without a header": ("NA,red,p\n" + "".join(f"A{i},red,{LABELS[i % 2]}\n" for i in range(40)), {}, "no header: columns are named x0, x1, ..."),
    "pairs of numbers beside thousands by commas": (rows("v,pop,y", lambda i: f'"{i % 30},{i % 7}","{i % 9 + 1},{100 + i}"'), {}, "column pop: number (commas taken for thousands)"),
    "decimal commas with one digit beside tabs": (rows("v\tw\ty", lambda i: f"3,{400 + i}\t{i + 1},5", separator="\t"), {}, "columns 'v', 'w': number (with decimal commas)"),
    "places between round brackets": (rows("at,y", lambda i: f'"(4{i % 9}.{i + 10}, -{i % 5}.5)"'), {}, "lists: 'at'"),
    "negative numbers between round brackets": (rows("v,y", lambda i: f'"({i + 1},{100 + i})"'), {}, "column v: number (commas taken for thousands, brackets taken for a minus)"),
    "sentences with blank lines between them": ("".join(f"word{i % 9} {['NN', 'VB'][i % 4 % 2]} {LABELS[i % 3 % 2]}\n" + "\n" * (i % 6 == 5) for i in range(60)), {}, "left out: blank lines between 10 blocks of rows (if a series ends at each,"),
    "lists with line feeds within": (rows("v,y", lambda i: f'"[\n  {i},\n  {i * 7 % 5}\n]"'), {}, "lists: 'v'"),
    "labels by number, always two": (rows("v,w,labels", lambda i: f"{i},{i % 7}", label=lambda i: f'"[{i % 3}, {i % 5 + 3}]"'), {"task": "multilabel"}, "task: multilabel, 8 labels"),
    "thousands in one table, hundreds of thousands in another": (files(tables__a_dot_csv=rows("v;y", lambda i: f"1.{100 + i}.567", separator=";"), tables__b_dot_csv=rows("v;y", lambda i: f"{10 + i}.345", separator=";")), {}, "column v: number (points taken for thousands)"),
    "millions in the data, thousands in the test rows": (files(train_dot_csv=rows("v;y", lambda i: f"1.{100 + i}.567", separator=";"), test_dot_csv=rows("v;y", lambda i: f"{10 + i}.345", separator=";")), {}, "column v: number (points taken for thousands)"),
    "test rows whose lists are alike": (files(train_dot_csv=rows("v,y", lambda i: f'"[{i}, {i % 7}]"'), test_dot_csv=rows("v,y", lambda i: '"[1, 2]"')), {}, "layout: flat, 2 numbers"),
    "a class of words that their column is called as": (rows("town,colour,fraud", lambda i: f"{['Rome', 'Oslo'][i % 2]},{['red', 'blue'][i % 2]}", label=lambda i: ["fraud", "ok"][i % 3 > 0]), {"target": "fraud"}, "into 2 classes ('fraud', 'ok')"),
    "quarters": (column(["2020Q1", "2020Q3", "2021-Q2"]), {}, "dates, read as year-quarter"),
    "quarters, the year behind": (column(["Q1 2020", "Q3 2020"]), {}, "dates, read as year-quarter"),
    "quarters without a year": (column(["Q1", "Q3"]), {}, "1 category"),
    "weeks that a year does not have": (column(["2021-W01", "2021-W53"]), {}, "1 category"),
    "dates of mails": (column(['"Mon, 01 Jan 2024 10:00:00 +0000"', '"Tue, 02 Jan 2024 10:00:00 +0000"']), {}, "dates, read as weekday, day month year"),
    "births with years of two digits": (column(["1.5.40", "3.2.61", "7.7.85", "9.9.04"]), {}, "day.month.year, years of two digits from 1940 on"),
    "days with years of two digits": (column(["1.5.19", "3.2.21"]), {}, "years of two digits from 1969 on"),
    "months by name and year": (column(["Jan-20", "Feb-21"]), {}, "dates, read as month-year, years of two digits from 1969 on"),
    "decimal commas before exponents": (rows("v;y", lambda i: f"{i},5E-03", separator=";"), {}, "column v: number (with decimal commas)"),
    "paths as Windows writes them": (files(a_dot_csv="file,y\n" + "".join(f"img\\{i}.png,{LABELS[i % 2]}\n" for i in range(16)), **{f"img__{i}_dot_png": png() for i in range(16)}), {}, "pictures: 8 x 8"),
    "quarters to forecast": (lambda folder: gdp(folder), {"ahead": Ahead(4)}, "season: 4 steps"),
    "weeks to forecast": (lambda folder: gdp(folder, "{0}-W{1:02d}", 52), {"ahead": Ahead(4)}, "steps: 1"),
    "an Id as competitions have it": (rows("Id,v,y", lambda i: f"{i + 1},{i % 9}"), {}, "left out: 'Id' (it counts the rows)"),
    "an ID behind a mark": (rows("row_ID,v,y", lambda i: f"{i + 1},{i % 9}"), {}, "left out: 'row_ID' (it counts the rows)"),
    "an ID that is measured": (rows("ID,v,y", lambda i: f"{i % 7}.5,{i % 9}"), {}, "layout: flat, 2 numbers"),
    "degrees": (column(["12°C", "15.5°C", "-3°C"]), {}, "column v: number (°C left out)"),
}  # fmt: skip

# name: (content or maker, options, exit code, slug, words of the message)
REFUSED = {
    "a data logger's four lines of header": ('"TOA5","CR1000","CR1000","1"\n"TIMESTAMP","RECORD"\n"TS","RN"\n"",""\n', {}, 2, "wrong-kind", "skiprows=[0, 2, 3]"),
    "tables in folders of folders": (files(a__x_dot_csv=rows("v,y", str), b__x_dot_csv=rows("v,y", str)), {}, 2, "folder", "/**/*.csv', in quotes"),
    "a data set as a library saves it, with notes of its own": (files(data_dot_arrow=b"\xff" * 4 + bytes(400), dataset_info_dot_json="{}", state_dot_json="{}"), {}, 2, "wrong-kind", "datasets.load_from_disk"),
    "inputs and target in a folder": (files(X_dot_csv="v\n1\n2\n", y_dot_csv="y\n1\n2\n"), {}, 2, "part-columns", "--x FILE --y FILE, if one holds the target"),
    "amounts that can't be read": (target([f"some {i * 7 % 40}" for i in range(40)]), {}, 2, "too-many-classes", "such as 'some 0', wanted classes with several examples each. Do this: choose another target, or write plain numbers"),
    "amounts that can't be read, as numbers": (target([f"some {i * 7 % 40}" for i in range(40)]), {"task": "regression"}, 2, "regression-of-words", "Do this: --task classification, or write plain numbers such as 1234.5"),
    "numbers below a limit among few amounts": (target(["<0.5" if i % 3 else f"0.{i % 12 + 5}" for i in range(40)] + ["0.95"]), {}, 2, "class-of-one", "Do this: remove these rows, or join classes"),
    "some numbers below a limit among amounts": (target(["<0.5" if i % 3 == 0 else f"0.{i % 13 + 50}" for i in range(40)] + ["0.95"]), {}, 2, "words-among-numbers", "such as '<0.5' in row 1, wanted numbers in all rows"),
    "a word among whole amounts": (target(["Low" if i % 9 == 0 else 80 + i * 7 % 41 for i in range(60)]), {}, 2, "words-among-numbers", "7 of 60, such as 'Low' in row 1"),
    "a date in the last place": (rows("v,w,day", lambda i: f"{i % 9},{i % 7}", label=lambda i: f"2023-01-{1 + i % 28:02d}"), {}, 2, "date-target", "Do this: --target w, or another column"),
    "comments in the last place": (rows("v,w,notes", lambda i: f"{i % 9},{i % 7}", 60, lambda i: f"a good day, so {i}"[:i % 3 * 20].replace(",", "")), {}, 2, "missing-target", "Do this: --target w, or another column, as these are texts"),
    "codes that differ in each row": (target([f"{i:05d}" for i in range(40)]), {}, 2, "too-many-classes", "or write plain numbers"),
    "numbers that differ in each row, as classes": (target([i * 3 for i in range(40)]), {"task": "classification"}, 2, "too-many-classes", "or --task regression, if it is an amount"),
    "test classes that may be either of two": (labelled(["yes", "Yes"], ["YES", "yes"]), {}, 2, "class-only-in-test", "got 'YES'"),
}  # fmt: skip


def test_new_numbers_in_thousands_are_read_as_those_of_training():
    words = np.array(["€1.5K", "€7M", "€850", "€2", "many"], dtype=object)
    written = understood(words[:4]).written
    assert as_written(words, "number", written)[:4].tolist() == [1500, 7e6, 850, 2]


@pytest.mark.parametrize(
    ("words", "new", "numbers"),
    [
        (["45.17N", "3.25S"], ["12.5S", "7.25 N", "7.25W", "98.12N"], [-12.5, 7.25, np.nan, np.nan]),
        (["145.17E", "3.25W"], ["12.5W", "7.25E", "7.25S"], [-12.5, 7.25, np.nan]),
        (["950", "1.200"], ["2.135", "1"], [2135, 1]),
        (["59:30", "1:02:03"], ["0:45", "1:00:00", "45"], [45, 3600, np.nan]),
        (["$ (33)", "$ 45"], ["$ (7)", "($ 7)", "(7)", "$ (7"], [-7, -7, -7, np.nan]),
        (["12 %", "0"], ["7 %", "0.0", "5"], [7, 0, np.nan]),
    ],
)
def test_new_numbers_are_read_as_those_of_training_were_written(words, new, numbers):
    written = understood(np.array(words, dtype=object)).written
    found = as_written(np.array(new, dtype=object), "number", written)
    np.testing.assert_array_equal(found, numbers)


def test_new_years_of_two_digits_are_those_of_training():
    births = np.array(["1.5.40", "3.2.61", "7.7.85", "9.9.04"], dtype=object)
    written = understood(births).written
    new = as_written(np.array(["1.1.39", "1.1.60", "30.2.60"], dtype=object), "date", written)
    assert new.astype("datetime64[Y]").astype(str).tolist() == ["2039", "1960", "NaT"]


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)
