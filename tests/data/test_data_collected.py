"""What people export, download and log, as archives, spreadsheets, databases and devices write it."""

import json
import pickle

import numpy as np
import pytest
from data_samples import LABELS, column, files, png, read_and_said, refused_and_said, rows

from fourfold.data import read
from fourfold.data.series.ahead import Ahead
from fourfold.data.values.called import ID


def named(name, content):
    def make(folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def printed(count=30, start=0):
    return "".join(f"{i:<4d}{i % 7:>3d}  {i % 5 / 5:.1f}  {LABELS[i % 2]}\n" for i in range(start, start + count))


def paged(start):
    """A page of a spool: names, dashes and 15 rows."""
    below = (f"{7000 + i * 7:>10} {['CLERK', 'SALES MAN'][i % 2]:<9} {800 + i % 9:>10}" for i in range(start, start + 15))
    return "\n     EMPNO JOB              SAL\n---------- --------- ----------\n" + "\n".join(below) + "\n"


def series(name):
    steps = "".join(f"{i % 5}.5,{i % 3}.25,{i % 7}.75:{LABELS[i % 2]}\n" for i in range(12))
    return f"@problemName {name}\n@timeStamps false\n@univariate true\n@classLabel true p q\n@data\n{steps}"


def table(count=12):
    return rows("v,w,y", lambda i: f"{i % 7},{i % 5}", count)


CIFAR = pickle.dumps({b"data": np.zeros((5, 3072), np.uint8), b"labels": [1] * 5}, 2)
COCO = json.dumps({
    "info": {},
    "images": [{"id": i, "file_name": f"{i:012d}.jpg"} for i in range(20)],
    "annotations": [{"id": i, "image_id": i, "category_id": i % 2} for i in range(20)],
})  # fmt: skip
CELLS = {"oui": ["oui", "non"], "да": ["да", "нет"], "stars": ["★", "★★★"]}

# name: (content or maker, options, words of what is printed)
READ = {
    "adult.data": (rows("", lambda i: f"{20 + i % 40}, {['Private', '?'][i % 3 == 0]}, {70000 + i * 13 % 97}", label=lambda i: [" <=50K", " >50K"][i % 2]).lstrip() + "\n", {}, "missing values: x1 10"),
    "adult.test": ("|1x3 Cross validator\n" + rows("", lambda i: f"{20 + i % 40}, {i % 9}", label=lambda i: [" <=50K.", " >50K."][i % 2]).lstrip() + "\n", {}, "left out: 1 line above the table (such as '|1x3"),
    "housing.data": (rows("", lambda i: f"  0.{i % 9:04d}  {18 + i % 5}.00   2.310  {i % 2}  ", label=lambda i: f" {i % 12 + i / 10:.2f}", separator=" ").lstrip("\n"), {}, "separated by blanks"),
    "winequality": (rows('"fixed acidity";"citric acid";"quality"', lambda i: f"{7 + i % 9 / 10};{i % 10 / 10}", 80, label=lambda i: 3 + i % 6, separator=";"), {}, "findings: 1, 1 of them"),
    "SMSSpamCollection": ("".join(f"{['ham', 'spam'][i % 4 == 0]}\tHello you, call me at {i} o'clock please {i * 7}\n" for i in range(60)), {}, "target: x0 (the only column of few words"),
    "R's write.table": ('"Sepal.Length" "Species"\n' + "".join(f'"{i + 1}" {4 + i % 9 / 10} "{LABELS[i % 2]}"\n' for i in range(30)), {}, "names of rows: the first column"),
    "infinite values of R": (column(["Inf", "-Inf", "NA", "3.5", "4", "5", "6", "7"]), {}, "10 infinite values taken for missing"),
    "psql": (" id | amount | class \n----+--------+-------\n" + "".join(f" {i:2d} |  {i % 7}.50  | {LABELS[i % 2]}\n" for i in range(30)) + "(30 rows)\n\n", {}, "left out: 1 line around the table (such as '(30 rows)')"),
    "sqlcmd": ("id          amount       class\n----------- ------------ -----\n" + "".join(f"{i:<11d} {i % 7 * 1.5:<12} {LABELS[i % 2]}\n" for i in range(30)) + "\n(30 rows affected)\n", {}, "left out: 1 line around the table (such as '(30 rows affected)')"),
    "SQL*Plus": ("  AMOUNT KIND\n-------- ----\n" + "".join(f"{i % 7 + 0.5:8.1f} {LABELS[i % 2]}\n" for i in range(30)) + "\n30 rows selected.\n", {}, "(such as '30 rows selected.')"),
    "a frame of pandas": ("      a    b  y\n" + printed(), {}, "names of rows: the first column"),
    "a nameless series of pandas": (",0\n" + "".join(f"{1821 + i},{i % 9 + i / 100}\n" for i in range(40)), {"ahead": Ahead(3)}, "forecast: the next 3 steps of 0"),
    "two nameless columns of pandas": (",0,1\n" + "".join(f"{i},{i % 9 / 7:.3f},{i % 2}\n" for i in range(40)), {}, "target: 1 (the last column)"),
    "names and values between commas": ("".join(f"Temp: {20 + i % 9}.5 C, Hum: {40 + i % 20} %, State: {['on', 'off'][i % 2]}\n" for i in range(40)), {}, "name: value in each line: 'Temp', 'Hum', 'State'"),
    "names and values between tabs": ("".join(f"ax={i % 9}.5\tay={i % 7}\tkind={LABELS[i % 2]}\n" for i in range(40)), {}, "'ax', 'ay', 'kind'"),
    "LabVIEW": ("LabVIEW Measurement\t\nWriter_Version\t2\n***End_of_Header***\t\n\nX_Value\tVoltage\tLabel\n" + "".join(f"{i % 9 / 100:.6f}\t{i % 7 / 9:.6f}\t{i % 2}\n" for i in range(40)), {}, "lines above the table (such as 'LabVIEW Measurement')"),
    "HOBO": ("Device: HOBO U12\nSerial,12345\n\nDate Time,Temp (°C),State\n" + "".join(f"01/{i % 28 + 1:02d}/23 12:{i % 60:02d}:00 PM,{20 + i % 9 / 10},{['on', 'off'][i % 2]}\n" for i in range(40)), {}, "column Date Time: date (dates, read as month/day/year"),
    "a form of Google": (rows("Timestamp,Email Address,How happy?,Kind", lambda i: f"2023/03/{i % 28 + 1:02d} {i % 12 + 1}:0{i % 10}:11 {['AM', 'PM'][i % 2]} GMT+1,u{i}@x.com,{i % 5 + 1}", 40), {}, "column Timestamp: date (dates, read as year/month/day; '2023/03/01 1:00:11 AM GMT+1' and the like turned to Greenwich time)"),
    "SAP": ("Liste\n\n----------------------\n|Kunde |Betrag   |Typ|\n----------------------\n" + "".join(f"|{100 + i * 7 % 31}   |{100 + i % 9}.50-  |{LABELS[i % 2]}  |\n" for i in range(30)) + "----------------------\n", {}, "a dash behind a number taken for a minus"),
    "a spool of SQL*Plus": (f"SQL> select * from emp;\n{paged(0)}{paged(15)}\n30 rows selected.\n\nSQL> spool off\n", {}, "left out: 3 lines around the table (such as 'SQL> select * from emp;')"),
    "a spool of SQL*Plus without commands": (f"{paged(0)}\n15 rows selected.\n", {}, "columns as wide as the dashes below their names"),
    "what sqlcmd prints": (f"{paged(0)}\n(15 rows affected)\n", {}, "such as '(15 rows affected)'"),
    "what DB2 prints": (f"db2 => select * from emp\n{paged(0)}\n  15 record(s) selected.\n", {}, "such as 'db2 => select * from emp'"),
    "water data of the United States": ("# retrieved: 2024\n#\n" + rows("agency_cd\tdatetime\tflow\tkind\n5s\t20d\t14n\t10s", lambda i: f"USGS\t2024-01-{i % 28 + 1:02d} {i // 28:02d}:00\t{i % 9}.5", separator="\t"), {}, "left out: 1 line below the names (widths and kinds of the columns, and no row: '5s', '20d', '14n', '10s')"),
    "tabs in UTF-16 named .xls": (named("data.xls", rows("Kunde\tBetrag\tTyp", lambda i: f"{100 + i % 9}\t1.{200 + i},50", separator="\t").encode("utf-16")), {}, "column Betrag: number (with decimal commas)"),
    "Excel in German": (("sep=;\n" + rows("Preis;Anteil;Aktiv", lambda i: f"1.{200 + i % 7},00 €;{i % 90},5%", label=lambda i: ["WAHR", "FALSCH"][i % 2], separator=";")).encode("cp1252"), {}, "column Anteil: number (% left out: 12 % is 12, with decimal commas)"),
    "Excel in French": (rows("Prix;Date;Actif", lambda i: f"1\u00a0{200 + i % 7},00 €;{i % 28 + 1:02d}/{i % 12 + 1:02d}/2023", label=lambda i: ["VRAI", "FAUX"][i % 2], separator=";").encode("cp1252"), {}, "column Date: date (dates, read as day/month/year)"),
    "GeoJSON": (named("a.geojson", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [i % 7 / 10, i % 5 / 7]}, "properties": {"kind": LABELS[i % 2]}} for i in range(30)]})), {}, "'geometry.coordinates' (their numbers are columns NAME_0"),
    "an answer of Elasticsearch": (named("a.json", json.dumps({"took": 3, "hits": {"total": 30, "hits": [{"_id": str(i), "_source": {"a": i % 7, "y": LABELS[i % 2]}} for i in range(30)]}})), {}, "rows: the 30 objects of 'hits.hits'"),
    "an answer of Prometheus for a range": (named("a.json", json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"job": job}, "values": [[1700000000 + 15 * i, str(i % 9 / 8)] for i in range(20)]} for job in LABELS]}})), {}, "rows: the 40 samples of 'data.result', each with the labels of its series"),
    "an answer of Prometheus for a moment": (named("a.json", json.dumps({"data": {"resultType": "vector", "result": [{"metric": {"job": LABELS[i % 2]}, "value": [1700000000, str(i % 9 / 8)]} for i in range(20)]}})), {}, "rows: the 20 samples of 'data.result'"),
    "an answer of GraphQL": (named("a.json", json.dumps({"data": {"users": {"edges": [{"node": {"a": i % 7, "y": LABELS[i % 2]}} for i in range(30)]}}})), {}, "rows: the 30 objects of 'data.users.edges'"),
    "an export of MongoDB": (named("a.json", "".join(json.dumps({"a": {"$numberInt": str(i % 7)}, "t": {"$date": f"2023-01-{i % 28 + 1:02d}T00:00:00Z"}, "y": LABELS[i % 2]}) + "\n" for i in range(30))), {}, "objects: 'a', 't'"),
    "pictures and classes in a list": (files(train_dot_txt="".join(f"img/im{i}.png {i % 2}\n" for i in range(20)), **{f"img__im{i}_dot_png": png() for i in range(20)}), {}, "pictures: 8 x 8"),
    "an archive with copies in other forms": (files(Gun_TRAIN_dot_arff="@relation x\n", Gun_TRAIN_dot_ts=series("Gun"), Gun_TRAIN_dot_tsv="p\t1\n", Gun_TEST_dot_ts=series("Gun"), Gun_TEST_dot_arff="@relation x\n"), {}, "data: 24 series of 3x1"),
    "an archive with another problem in it": (files(Gun_TRAIN_dot_ts=series("Gun"), Gun_TEST_dot_ts=series("Gun"), Air_TRAIN_dot_ts=series("Air")), {}, "ignored: 'Air_TRAIN.ts' (beside train and test)"),
    "the same rows as csv and parquet": (lambda folder: twice(folder), {}, "ignored: 'a_test.parquet', 'a_train.parquet'"),
    "what date prints": (column([f"Wed Mar {day:2d} 10:00:00 UTC 2023" for day in range(1, 8)]), {}, "column v: date (dates, read as weekday month day clock year)"),
    "ctime": (column([f"Wed Mar {day:2d} 10:00:00 2023" for day in range(1, 8)]), {}, "column v: date (dates, read as weekday month day clock year)"),
    "moments of Twitter": (column([f"Wed Mar 0{day} 10:00:00 +0000 2023" for day in range(1, 8)]), {}, "column v: date (dates, read as weekday month day clock year)"),
    "ordinals": (column(["1st March 2023", "2nd April 2023", "3rd May 2023", "21st June 2023"]), {}, "column v: date (dates, read as day month year)"),
    "ordinals, the month first": (column(['"March 1st, 2023"', '"April 12th, 2023"']), {}, "column v: date (dates, read as month day, year)"),
    "days of weeks": (column(["2023-W01-3", "2023-W31-7", "2023W521"]), {}, "column v: date (dates, read as year-week)"),
    "names of zones that are no texts": (rows("t,v,y", lambda i: f"2023-03-{i % 28 + 1:02d} {i // 28:02d}:00 CET,{i % 7}", 90), {}, "left out: 't' (dates that are not read)"),
    "names of zones": (column(["2023-03-01 10:00:00 CET", "2023-07-01 10:00:00 CEST"]), {}, "dates with names of zones, such as '2023-03-01 10:00:00 CET'; write their offsets"),
    "places for zones": (column(["2023-03-01 10:00 Europe/Berlin", "2023-07-01 11:00 [Europe/Berlin]"]), {}, "dates with names of zones"),
    "offsets of several zones": (column(["2023-03-01T10:00:00+01:00", "2023-03-02T10:00:00Z"]), {}, "1 date"),
    "marks without width before numbers": (column(["\u200b3", "\ufeff4", "5", "\u200e6"]), {}, "1 number"),
    "marks without width before dates": (column(["\u200e2023-03-01", "\u200e2023-03-02"]), {}, "1 date"),
    "francs": (column(["CHF 1'200.50", "CHF 7.00"]), {}, "column v: number (CHF left out"),
    "hours and minutes in words": (column(["1 h 5 min", "2 h 10 min", "50 min"]), {}, "durations in seconds"),
    "negative percents in brackets": (column(["(3.5%)", "(1.5%)", "2.0%"]), {}, "brackets taken for a minus"),
    "percents on a part": (column([f"{i}%" if i % 2 else f"0.{i}" for i in range(1, 9)]), {}, "20 of 40 values are numbers, but not '1%'"),
    "stars of Fortran": (column([*map(str, range(12)), "*****"]), {}, "words such as '*****' taken for missing"),
    "sizes of files": (column(["1.5 MB", "300 kB", "2 GB"]), {}, "numbers with several endings: 'GB', 'MB', 'kB'"),
    "places in one cell": (column(['"40.1, -74.2"', '"41.5, -73.9"']), {}, "several numbers in a cell"),
    "ratings as fractions": (column(["3 / 10", "7 / 10", "9/10"]), {}, "column v: number (the scale '/10' left out)"),
    "truths in French": (column(CELLS["oui"]), {}, "1 category"),
    "truths in Russian": (column(CELLS["да"]), {}, "1 category"),
    "stars": (column(CELLS["stars"]), {}, "1 category"),
    "addresses of devices": (column(["00:1B:44:11:3A:B7", "00:1B:44:11:3A:0C"]), {}, "1 category"),
    "numbers in hexadecimal": (column(["0xFF", "0x1A", "0x00"]), {}, "1 category"),
    "words for missing behind blanks": (column([" NA", "NA ", "  ?  ", "4", "5.5", "6", "7", "8"]), {}, "missing values: v 15"),
}  # fmt: skip

# name: (content or maker, options, exit code, slug, words of the message)
REFUSED = {
    "a nameless series of pandas as a table": (",0\n" + "".join(f"{1821 + i},{i % 9 + i / 100}\n" for i in range(40)), {}, 2, "no-useful-columns", "--forecast HORIZON, if the rows are steps"),
    "a frame that pandas abridged": ("      a    b  y\n" + printed(5) + "..  ...  ... ..\n" + printed(5, 95) + "\n[100 rows x 3 columns]\n", {}, 2, "abridged-table", "line 7 of"),
    "two tables below comments, as of Google Analytics": ("# ---\n# Pages\n# 20240101-20240131\n\n" + rows("Page,Views,Exit,Kind", lambda i: f"/p{i},{i % 9},{i % 7}", 40) + "\nDay Index,Views\n" + "".join(f"1/{i + 1}/24,{i % 9}\n" for i in range(20)), {}, 2, "second-table", "the names 'Day Index,Views' in line 47"),
    "a spool whose lines are wrapped": (f"SQL> select * from emp;\n{paged(0)}\n       SAL\n----------\n       800\n", {}, 2, "wrapped-rows", "SET LINESIZE 32767"),
    "names that change": ("".join(f"Temp: {20 + i % 9}, State: {LABELS[i % 2]}\n" for i in range(120)) + "Time: 5, State: p\n", {}, 2, "no-pair", "line 121"),
    "rows of pg_dump": ("COPY public.t (a, b, y) FROM stdin;\n" + "1\t2\tp\n" * 20 + "\\.\n", {}, 2, "wrong-kind", "\\copy the_table"),
    "annotations of COCO": (named("instances.json", COCO), {}, 2, "wrong-kind", "one class or number of each"),
    "labels by the names of files": (named("labels.json", json.dumps({f"im{i}.png": LABELS[i % 2] for i in range(20)})), {}, 2, "too-few-rows", 'write [{"name": ..., "value": ...}, ...]'),
    "CIFAR": (files(data_batch_1=CIFAR, batches_dot_meta=b"x", readme_dot_html="<html>"), {}, 3, "pickle", "save the arrays with numpy.savez"),
    "a batch of CIFAR": (named("data_batch_1", CIFAR), {}, 3, "pickle", "a pickle"),
    "classes by their numbers in names": (files(**{f"c{i % 2}_dot_{i}_dot_jpg": png() for i in range(20)}), {}, 2, "no-target", "a csv of their names and classes"),
    "pictures beside labels in JSON": (files(labels_dot_geojson="{}", **{f"im{i}_dot_png": png() for i in range(20)}), {}, 2, "no-target", "a csv of their names and classes"),
    "a table for each series in classes": (files(**{f"{LABELS[i % 2]}__s{i}_dot_csv": rows("t,v,u", str, 5) for i in range(12)}), {}, 2, "folder", "the names of files that are a series each"),
}  # fmt: skip


def twice(folder):
    folder = folder / "data"
    folder.mkdir()
    for part in ("train", "test"):
        (folder / f"a_{part}.csv").write_text(table())
        (folder / f"a_{part}.parquet").write_bytes(b"PAR1")
    return folder


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)


def test_a_nameless_column_of_pandas_loses_no_row(tmp_path):
    (tmp_path / "a.csv").write_text(",0,1\n" + "".join(f"{i},{i % 7},{i + 0.5}\n" for i in range(40)))
    data = read(tmp_path / "a.csv")
    assert data.rows == 40 and data.target[0] == 0.5


def test_names_of_ids():
    ids = ("id", "customer_id", "user id", "patientId", "patientid", "PlayerID", "Customer ID")
    others = ("citric acid", "amount paid", "grid", "valid", "Android", "fluid")
    assert all(map(ID.search, ids)) and not any(map(ID.search, others))


@pytest.mark.parametrize("columns", [3, 30])
def test_spellings_of_missing_values_are_the_same_in_narrow_and_wide_tables(columns, tmp_path):
    words = ["NA", " NA", "nan", "NULL", "?", "", "#N/A", "1.5", "2"]
    cells = [words[i % len(words)] for i in range(90)]
    more = ",".join(str(place) for place in range(columns))
    (tmp_path / "a.csv").write_text(
        "v," + ",".join(f"w{place}" for place in range(columns)) + ",y\n"
        + "".join(f"{cell},{more},{LABELS[i % 2]}\n" for i, cell in enumerate(cells))
    )  # fmt: skip
    values = read(tmp_path / "a.csv").inputs["v"]
    np.testing.assert_array_equal(values[:9], [np.nan] * 7 + [1.5, 2])
