"""Data sets in the shapes in which archives, hubs, loggers and offices distribute them: read and said, or refused."""

import base64
import datetime as dt
import glob
import io
import json
import re
import struct
import zipfile
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from data_samples import (
    LABELS,
    X,
    Y,
    column,
    files,
    npz,
    png,
    read_and_said,
    refused_and_said,
    rows,
    target,
    zipped,
)
from PIL import Image

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.errors import FourfoldError

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 6, 6), dtype=np.uint8)
SERIES = "\t".join(f"{value}.5" for value in range(6))
TABLE = rows("v,w,y", lambda i: f"{i % 9},{i % 7}")
PASSENGERS = rows("id,survived,fare,port", lambda i: f"{i},{i % 2},{i % 7}")
MILES = "".join(
    f"{14 + i % 20}.{i % 9}   {4 + i % 3}   {97 + i % 50}.0      {'?' if i == 5 else i}  {1 + i % 3}\t"
    f'"{["ford pinto", "vw 1131 (sw)"][i % 2]}"\n'
    for i in range(40)
)


def shards(folder, n=15):
    """A repository of Hugging Face: parts in several files, and a description of them."""
    data = folder / "repo" / "data"
    data.mkdir(parents=True)
    for name in ("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"):
        frame = pd.DataFrame({"v": np.arange(n) % 7, "w": np.arange(n) % 5, "label": np.arange(n) % 2})
        frame.to_parquet(data / f"{name}.parquet")
    (folder / "repo" / "README.md").write_text("about")
    (folder / "repo" / "dataset_infos.json").write_text(json.dumps({"default": {"splits": {"train": 30}}}))
    return folder / "repo"


def inner_pictures(cell=lambda i: {"bytes": png(), "path": f"{i}.png"}, **others):
    def write(folder):
        cells = [cell(i) for i in range(20)]
        pd.DataFrame({"image": cells, **others, "label": [0, 1] * 10}).to_parquet(folder / "a.parquet")
        return folder / "a.parquet"

    return write


def labels(separator, wrap=str):
    """A column of lists of labels before a last one."""
    return rows("v,w,tags", lambda i: f"{i % 9},{i % 7}", 60, lambda i: f'"{wrap(of(i, separator))}"')


def of(i, separator):
    return separator.join(label for label, every in (("red", 2), ("blue", 3)) if i % every == 0)


# name: (content or maker, words of what is printed)
READ = {
    "UCI: blanks, a tab before names in quotes": (MILES, "separated by blanks"),
    "UCI: rows that are separators alone, and columns without a name": (
        "d;v;w;;\n" + "".join(f"{i % 9};{i % 7},5;{i % 5};;\n" for i in range(30)) + ";;;;\n" * 4,
        "left out: 4 rows (none of their cells has a value)",
    ),
    "UCI: the last columns are empty": (rows("v;w;;", lambda i: f"{i % 9};{i % 5}", label=lambda i: ";", separator=";"), "target: w (the last column with values)"),
    "texts with commas before a tab and a label, without a header": (
        "".join(f"Oh, so many, many words of {i}\t{['ham', 'spam'][i % 3 == 0]}\n" for i in range(90)), "separated by tabs"),
    "numbers with decimal commas without a header": ("".join(f"{i},5;{i % 7},25;{i % 3},5\n" for i in range(30)), "separated by semicolons"),
    "dates and words without a header": ("".join(f"2024-01-{1 + i % 28:02d},{'abc'[i % 3]},n{i % 9}\n" for i in range(40)), "no header"),
    "a class of a text without a header": ("".join(f"text {i} of it,{'abc'[i % 3]}\n" for i in range(90)), "no header"),
    "a name that its column has as a value": (rows("yes,v,y", lambda i: f"{['yes', 'no'][i % 2]},{i % 7}"), "1 number, 1 category"),
    "years as names": (rows("shop,2020,2021,2022,y", lambda i: f"s{i % 3},{i % 9},{i % 7},{i % 5}"), "3 numbers, 1 category"),
    "rupees": (column(['"Rs. 1,23,456"', '"Rs. 7,000"', "Rs. 12"]), "Rs. left out, commas taken for thousands"),
    "the euro of ISO 8859-15 read as Windows writes": (column(["5,50 €", "7,25 €"]).encode("iso-8859-15"), "¤ left out"),
    "Japanese dates": (column(["2023年1月5日", "2023年12月31日"]), "dates, read as year年month月day日"),
    "wide digits": (column(["１２３", "４５", "－７"]), "1 number"),
    "names of files with numbers": (column(["1.jpg", "2.jpg", "10.jpg", "11.jpg"]).replace("jpg", "dat"), "1 category"),
    "lists of labels that nobody asked for": (labels("|").replace('""', '"red"'), "! classes that look like lists of 2 labels: 'blue', 'red'. Do this: --task multilabel"),
    "classes with a comma that are no lists": (rows("v,y", lambda i: i % 7, 30, lambda i: f'"{["Paris, F", "Rome, I"][i % 2]}"'), "into 2 classes ('Paris, F', 'Rome, I')"),
    "json with lists of labels as a target": ("".join(json.dumps({"v": i % 9, "target": [[], ["red"], ["red", "blue"]][i % 3]}) + "\n" for i in range(30)), "task: multilabel, 2 labels ('blue', 'red'), 1 a row (its values are lists of words); --task classification"),
    # npz
    "npz of MedMNIST": (npz(train_images=PIXELS, train_labels=Y[:, None], test_images=PIXELS[:9], test_labels=Y[:9, None], val_images=PIXELS), "test rows: 9 (from test_images and test_labels"),
    "npz of trainX": (npz(trainX=X, trainY=Y, testX=X[:5], testY=Y[:5]), "test rows: 5"),
    "npz with test rows of x and y": (npz(x=X, y=Y, x_test=X[:5], y_test=Y[:5]), "test rows: 5"),
    "npz with unlabelled test rows": (npz(x_train=X, y_train=Y, x_test=X[:5]), "ignored: 'x_test'"),
    "npz with all rows and a part": (npz(x=X, y=Y, x_train=X[:20], y_train=Y[:20]), "ignored: 'x_train', 'y_train'"),
    "npz of durations": (npz(x=(np.arange(30) % 7).astype("m8[s]")[:, None], y=Y), "1 number"),
    "npz of labels in bytes": (npz(x=X, y=np.array([b"cat", b"dog"] * 15)), "('cat', 'dog')"),
    "Planet: tags with blanks between them": (rows("v,w,tags", lambda i: f"{i % 9},{i % 7}", 60, lambda i: ["clear", "road", "clear road", "road clear"][i % 4]), "! classes that look like lists of 2 labels: 'clear', 'road'. Do this: --task multilabel"),
    # folders
    "Hugging Face: shards of parts": (shards, "test rows: 15 (from"),
    "Hugging Face: the only folder": (shards, "folder: data (the only one with tables)"),
    "parquet: a field without any value": (inner_pictures(lambda i: {"size": i * i % 7, "note": None}), "left out: 'image.note'"),
    "parquet: thumbnails beside numbers": (inner_pictures(lambda i: png(), v=range(20)), "left out: 'image' (the pictures themselves; --layout image reads them alone)"),
    "pictures inside of parquet": (inner_pictures(), "pictures: in 'image' (their files stand in its cells)"),
    "pictures inside of parquet without names": (inner_pictures(lambda i: {"bytes": png(), "path": None}), "image of 8 x 8 pixels"),
    "parquet: bytes of pictures and a target": (inner_pictures(lambda i: png()), "image of 8 x 8 pixels"),
    "csv: pictures in base64": (rows("image,y", lambda i: base64.b64encode(png()).decode(), 20, lambda i: LABELS[i % 2]), "pictures: in 'image' (their files stand in its cells)"),
    "csv: pictures as data URIs": (rows("image,y", lambda i: f'"data:image/png;base64,{base64.b64encode(png()).decode()}"', 20, lambda i: LABELS[i % 2]), "image of 8 x 8 pixels"),
    "UCR: both parts in a folder": (files(**{f"A_{part}_dot_tsv": "".join(f"{i % 2}\t{i}.5\t{SERIES}\n" for i in range(n)) for part, n in (("TRAIN", 30), ("TEST", 12))}), "test rows: 12"),
    "UCR: both parts as .ts": (files(**{f"A_{part}_dot_ts": "@univariate true\n@classLabel true a b\n@data\n" + "".join(f"1,2,{i}:{'ab'[i % 2]}\n" for i in range(20)) for part in ("TRAIN", "TEST")}), "test rows: 20"),
    "pictures beside a table of them": (files(metadata_dot_csv="file_name,label\n" + "".join(f"{i}.png,{LABELS[i % 2]}\n" for i in range(16)), **{f"{i}_dot_png": png() for i in range(16)}), "table: metadata.csv (it holds paths of the pictures)"),
    "tables beside another form": (files(a_dot_csv=TABLE, b_dot_ts="@data"), "ignored: 'b.ts' (no tables, by their names)"),
    "texts in Shift-JIS": (files(**{f"{c}__{i}_dot_txt": f"会議{c}{i}".encode("cp932") for c in "ab" for i in range(8)}), "encoding: cp1252 of 16 of 16 texts (not UTF-8); --encoding NAME overrides"),
    "texts in UTF-16 without a mark": (files(**{f"{c}__{i}_dot_txt": f"{c} text {i}".encode("utf-16-le") for c in "ab" for i in range(8)}), "encoding: utf-16-le of 16 of 16 texts"),
    "Kaggle: test rows without the target": (files(train_dot_csv=PASSENGERS, test_dot_csv=rows("id,fare,port", lambda i: f"{i},{i % 7}"), sample_submission_dot_csv="id,survived\n1,0\n"), "target: survived (the only column that the test rows lack)"),
}  # fmt: skip

# name: (content or maker, exit code, slug, words of the message)
REFUSED = {
    "test rows with other capitals": (files(train_dot_csv=TABLE, test_dot_csv=TABLE.replace("v,w,y", "V,w,y")), 2, "test-columns", "no 'v' (is it 'V'?)"),
    "different tables": (files(sales_dot_csv=TABLE, stores_dot_csv="k,kind\n1,a\n"), 2, "part-columns", "name one of the files, if they are different tables"),
    "a folder of such a file and an index": (files(adult_dot_data=TABLE, adult_dot_names="| about\n", Index="Index of adult\n", README="see Index"), 2, "folder", "name the file of data, such as"),
    "a folder of a file that is no table by its name": (files(adult_dot_data=TABLE, adult_dot_names="| about\n"), 2, "folder", "name the file of data, such as"),
    "a folder of such files of both parts": (files(adult_dot_data=TABLE, adult_dot_test=TABLE, adult_dot_names="| about\n" * 999), 2, "folder", "adult.data --test "),
    "a folder of digits of both parts": (files(digits_dot_tes=TABLE, digits_dot_tra=TABLE, digits_dot_names="| about\n"), 2, "folder", "digits.tra --test "),
    "classes of which one is NA": (rows("v,w,y", lambda i: f"{i % 9},{i % 7}", 30, lambda i: ["NA", "EU", "AS"][i % 3]), 2, "missing-target", "words such as NA, None and ? count as missing"),
    "values below what is measured in a target": (target([f"<{i % 2 + 1}" if i % 4 == 0 else i * 7 for i in range(60)]), 2, "words-among-numbers", "15 of 60, such as '<1' in row 1"),
    "sounds inside of parquet": (inner_pictures(lambda i: {"bytes": b"RIFF\x24\0\0\0WAVE", "path": f"{i}.wav"}), 2, "no-inputs", "left out: 'image.bytes' (sounds, which are not read; write features"),
    "pictures inside of parquet of which one is cut off": (inner_pictures(lambda i: {"bytes": png()[: 20 if i == 4 else None], "path": f"{i}.png"}), 2, "damaged-picture", "the picture '4.png' of "),
    "pictures inside of parquet of which one is missing": (inner_pictures(lambda i: {"bytes": png() if i != 4 else None, "path": f"{i}.png"}), 2, "no-embedded-picture", "got row 5"),
    "pictures of a kind that is not read, inside of parquet": (inner_pictures(lambda i: {"bytes": b"\0\0\0\x18ftypheic", "path": f"{i}.png"}), 2, "pictures-inside", "datasets.load_dataset"),
    "a path that is missing": (files(t_dot_csv="file,y\n" + "".join(f"{i}.png,{LABELS[i % 2]}\n" if i != 4 else ",p\n" for i in range(16)), **{f"{i}_dot_png": png() for i in range(16)}), 2, "no-path", "got row 5"),
    "sparse rows of which some are empty": ("".join(f"{i % 2}\n" if i % 5 == 0 else f"{i % 2}  1:0.5 3:{i}\n" for i in range(40)), 2, "wrong-kind", "load_svmlight_file"),
    "sparse rows of queries, with comments": ("# made\n" + "".join(f"{i % 2} qid:{i // 5} 1:0.5 3:{i} # doc\n" for i in range(40)), 2, "wrong-kind", "load_svmlight_file"),
    "MATLAB 7.3": (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + b" " * 90 + bytes(99), 2, "wrong-kind", "h5py.File"),
    "MATLAB 4": (struct.pack("<IIIII", 0, 30, 4, 0, 2) + b"X\0" + X.tobytes(), 2, "wrong-kind", "a MATLAB file"),
    "old Stata": (b"\x72\x02\x01\0" + bytes(99), 2, "wrong-kind", "read_stata"),
    "Arrow as a stream": (b"\xff\xff\xff\xff\x10\0\0\0" + bytes(99), 2, "wrong-kind", "to_parquet"),
    "NetCDF": (b"CDF\x01" + bytes(99), 2, "wrong-kind", "xarray.open_dataset"),
    "FITS": ("SIMPLE  =                    T".ljust(80) + "END".ljust(80), 2, "wrong-kind", "astropy.table"),
    "OpenDocument": (zipped("a.ods", mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"}), 2, "wrong-kind", "save its table as xlsx or csv"),
    "Word": (zipped("a.docx", **{"word/document.xml": "<x/>"}), 2, "wrong-kind", "save its table as xlsx or csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    read_and_said(*READ[name], tmp_path, recwarn)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    refused_and_said(*REFUSED[name], tmp_path)


LISTS = {
    "bars": labels("|"),
    "commas": labels(", "),
    "blanks": labels(" "),
    "Python": labels(", ", lambda text: str(text.split(", ") if text else [])),
    "sets of Python": labels(", ", lambda text: "{" + str(text.split(", "))[1:-1] + "}" if text else "set()"),
    "JSON": labels(", ", lambda text: json.dumps(text.split(", ") if text else []).replace('"', '""')),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_labels_as_people_write_them(name, tmp_path):
    (tmp_path / "data.csv").write_text(LISTS[name])
    data = read(tmp_path / "data.csv", task="multilabel")
    assert data.task.classes == ("blue", "red")
    np.testing.assert_array_equal(data.target, [[i % 3 == 0, i % 2 == 0] for i in range(60)])


def test_the_names_of_a_workbook_may_be_years(tmp_path):
    """Numbers are floats there."""
    cell = "<c><v>{}</v></c>".format
    lines = [["2020", "2021", "2022"], *[[i % 9, i % 7, i * 3 % 31] for i in range(30)]]
    body = "".join(f"<row>{''.join(map(cell, line))}</row>" for line in lines)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{relation}"><sheets><sheet name="d" r:id="a"/></sheets></workbook>')  # fmt: skip
        archive.writestr(
            "xl/_rels/workbook.xml.rels", '<r><Relationship Id="a" Target="worksheets/s.xml"/></r>'
        )
        archive.writestr(
            "xl/worksheets/s.xml", f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>"
        )
    data = read(tmp_path / "a.xlsx")
    assert (data.rows, data.target_name, data.columns[0].name) == (30, "2022", "2020")


N = 40
FRAME = pd.DataFrame(np.random.default_rng(1).normal(size=(N, 3)), columns=list("abc"))
KIND = pd.Series(["p", "q"] * 20, name="kind")
ZONED = pd.date_range("2020-01-01", periods=N, freq="37h", tz="Europe/Berlin")


def with_column(values, **options):
    return read(FRAME.assign(v=values, kind=KIND), target="kind", **options).inputs["v"]


def test_values_of_python_are_those_that_a_file_would_hold():
    hours = np.arange(N) * 3600.0
    for durations in (pd.to_timedelta(hours, unit="s"), [dt.timedelta(seconds=s) for s in hours]):
        np.testing.assert_array_equal(with_column(durations), hours)
    np.testing.assert_array_equal(read(pl.DataFrame({"v": [dt.timedelta(seconds=s) for s in hours], "y": list(KIND)})).inputs["v"], hours)  # fmt: skip
    np.testing.assert_array_equal(
        from_arrays(FRAME, np.arange(N).astype("m8[m]")).target, 60.0 * np.arange(N)
    )
    np.testing.assert_array_equal(with_column([Decimal(i) / 2 for i in range(N)]), np.arange(N) / 2)
    np.testing.assert_array_equal(
        with_column([dt.time(i % 24, 30) for i in range(N)]), np.arange(N) % 24 * 3600 + 1800
    )
    assert set(with_column([b"a", b"b"] * 20)) == {"a", "b"}


def test_dates_with_zones_are_turned_to_greenwich_from_frames_as_from_files(tmp_path):
    FRAME.assign(v=ZONED, kind=KIND).to_parquet(tmp_path / "a.parquet")
    FRAME.assign(v=ZONED, kind=KIND).to_csv(tmp_path / "a.csv", index=False)
    wanted = ZONED.tz_convert(None).to_numpy()
    np.testing.assert_array_equal(with_column(ZONED), wanted)
    np.testing.assert_array_equal(with_column(list(ZONED.to_pydatetime())), wanted)
    for name in ("a.parquet", "a.csv"):
        np.testing.assert_array_equal(read(tmp_path / name).inputs["v"], wanted)
    table = pa.Table.from_pandas(FRAME.assign(v=ZONED, kind=KIND))
    np.testing.assert_array_equal(read(table).inputs["v"], wanted)


def test_masked_values_are_missing():
    hidden = FRAME.to_numpy() > 1
    data = from_arrays(np.ma.masked_where(hidden, FRAME.to_numpy()), KIND)
    np.testing.assert_array_equal(np.isnan(data.inputs), hidden)
    assert from_arrays(FRAME, np.ma.masked_where(np.arange(N) < 2, np.arange(N))).places.tolist() == [*range(2, N)]


def test_rows_as_dicts_and_records_are_tables():
    frame = FRAME.assign(kind=KIND)
    wanted = read(frame).fingerprint
    assert read(frame.to_dict("records")).fingerprint == wanted
    assert from_arrays(frame.to_records(index=False), "kind").fingerprint == wanted


BAD = {
    "names twice": (lambda: from_arrays(FRAME.set_axis(["a", "a", "b"], axis=1), KIND), "repeated-columns", "got 'a'"),
    "another order": (lambda: from_arrays(FRAME, KIND[::-1]), "another-order", "y.loc[x.index]"),
    "nothing": (lambda: read(None), "no-array", "one NoneType"),
    "bytes": (lambda: read(b"v,y\n1,2\n"), "no-array", "one bytes"),
    "an open file": (lambda: read(io.StringIO("v,y\n")), "no-array", "one StringIO"),
    "a generator": (lambda: from_arrays(FRAME, (label for label in KIND)), "no-array", "y can't be used"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_objects_that_can_not_be_used(name):
    make, slug, words = BAD[name]
    with pytest.raises(FourfoldError) as caught:
        make()
    assert (caught.value.exit_code, caught.value.slug) == (2, slug) and words in str(caught.value)


def test_rows_that_were_shuffled_together_or_have_names_of_their_own_are_taken():
    shuffled = np.random.default_rng(0).permutation(N)
    assert from_arrays(FRAME.iloc[shuffled], KIND.iloc[shuffled]).rows == N
    assert from_arrays(FRAME, KIND.set_axis(range(100, 100 + N))).rows == N
    assert from_arrays(FRAME.iloc[shuffled], KIND.iloc[shuffled].to_numpy()).rows == N


def test_an_index_with_a_name_is_said_to_be_no_column():
    named = FRAME.set_axis(range(0, 7 * N, 7)).rename_axis("dose")
    for data in (from_arrays(named, KIND.to_numpy()), read(named.assign(kind=KIND.to_numpy()), target="kind")):
        said = "".join(map(str, data.notes))
        assert "ignored: 'dose' (the index of the frame; x.reset_index() makes it a column)" in said
    assert "the index" not in "".join(map(str, from_arrays(FRAME, KIND).notes))


def test_groups_on_both_sides_of_the_users_own_split_are_said():
    frame = FRAME.assign(who=[f"w{i // 4}" for i in range(N)], kind=KIND)
    data = read(frame[:30], test=frame[20:], target="kind", roles=Roles(group="who"))
    assert "groups: 10 of who (3 of them have test rows and others; not an input)" in map(str, data.notes)
    found = {finding.slug: finding for finding in judge(data)}
    assert found["groups-in-test-and-training"].number == 3
    apart = read(frame[:28], test=frame[28:], target="kind", roles=Roles(group="who"))
    assert "none lies on two sides" in "".join(map(str, apart.notes))
    assert "groups-in-test-and-training" not in {finding.slug for finding in judge(apart)}


def test_a_picture_alone_is_no_table_of_numbers(tmp_path):
    """7.jpg is no number with a unit."""
    for i in range(20):
        Image.fromarray(PIXELS[i]).save(tmp_path / f"{i}.png")
    (tmp_path / "t.csv").write_text("file,y\n" + "".join(f"{i}.png,{LABELS[i % 2]}\n" for i in range(20)))
    assert read(tmp_path / "t.csv").layout == "image"


def test_a_form_to_be_filled_in_is_no_table_beside_others(tmp_path):
    (tmp_path / "images").mkdir()
    for i in range(20):
        Image.fromarray(PIXELS[i]).save(tmp_path / "images" / f"{i:03d}.png")
    (tmp_path / "labels.csv").write_text("id,y\n" + "".join(f"{i:03d},{LABELS[i % 2]}\n" for i in range(20)))
    (tmp_path / "sample_submission.csv").write_text("id,y\n" + "".join(f"{i},p\n" for i in range(100, 110)))
    data = read(tmp_path)
    assert (data.layout, data.rows) == ("image", 20)
    assert "ignored: 'sample_submission.csv' (to be filled in, by their names)" in map(str, data.notes)


def _of_both_parts(folder, form, rng):
    """Inputs and targets in files of their own, of training and of test rows."""
    for part, rows_of_it in (("train", 40), ("test", 20)):
        place = folder / part if form == "folders" else folder
        place.mkdir(exist_ok=True)
        x, y = rng.normal(size=(rows_of_it, 14)).round(3), np.arange(rows_of_it) % 2
        if form == "csv":
            pd.DataFrame(x).add_prefix("v").to_csv(place / f"X_{part}.csv", index=False)
            pd.DataFrame({"kind": y}).to_csv(place / f"y_{part}.csv", index=False)
        else:
            np.savetxt(place / f"X_{part}.txt", x)
            np.savetxt(place / f"y_{part}.txt", y, fmt="%d")


@pytest.mark.parametrize("form", ["folders", "txt", "csv"])
def test_inputs_and_targets_apart_are_refused_with_the_lines_that_read_them(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _of_both_parts(tmp_path, form, np.random.default_rng(0))
    with pytest.raises(FourfoldError, match="has other columns than") as caught:
        read(tmp_path)
    one, both = caught.value.do.split("; with the test rows, in Python ")
    x, y = re.search(r"fourfold inspect --x (\S+) --y (\S+)$", one).groups()
    assert read(x, labels=y).rows == 40
    known = {"numpy": np, "pandas": pd}
    if form == "csv":
        line = both.partition(", the same of")[0]
        exec(line, known)
        exec(line.replace("_train", "_test").replace("'train.csv'", "'test.csv'"), known)
        data = read("train.csv", test="test.csv")
    else:
        exec(both.partition(", then")[0], known)
        data = read("data.npz")
    assert data.rows == 60 and int(np.count_nonzero(data.test_rows)) == 20


def test_a_folder_of_inputs_and_targets_without_test_rows_names_both(tmp_path):
    _of_both_parts(tmp_path, "folders", np.random.default_rng(0))
    for name in ("X_test.txt", "y_test.txt"):
        (tmp_path / "test" / name).unlink()
    with pytest.raises(FourfoldError, match="has other columns than") as caught:
        read(tmp_path / "train")
    assert caught.value.do.endswith(f"--x {tmp_path}/train/X_train.txt --y {tmp_path}/train/y_train.txt")


def test_files_of_as_many_series_each_may_be_channels(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    series = np.random.default_rng(0).normal(size=(24, 15, 3)).round(3)
    for place, name in enumerate(["acc_x", "acc_y", "acc_z"]):
        np.savetxt(f"{name}.txt", series[..., place])
    note = next(str(note) for note in read(tmp_path).notes if "may be channels" in str(note))
    assert note.startswith("files of 24 rows each")
    line = note[note.index("numpy.savez") : note.rindex(")")].replace("y=...", "y=numpy.arange(24) % 2")
    exec(line, {"numpy": np, "glob": glob})
    np.testing.assert_array_equal(read("data.npz").inputs, series)
    np.savetxt("acc_z.txt", series[:20, :, 2])
    assert not any("may be channels" in str(note) for note in read(tmp_path).notes)
