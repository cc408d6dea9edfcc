"""What readers make of files that are written in unusual ways: encodings, durations, pictures by name, JSON."""

import codecs
import gzip
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from data_samples import LABELS, files, png, refused_and_said, rows

from fourfold.data import read, read_inputs
from fourfold.data.files.arrow_schema import units_of_durations
from fourfold.data.files.text.encoding import NO_TEXT
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import DataError, FileError
from fourfold.preprocessing import Preparation

PLAIN = rows("v,w,y", lambda i: f"{i * 7 % 13},{i % 5}").encode()
TEXTS = {f"{c}__{i}_dot_txt": f"text {c} {i}".encode() for c in "ab" for i in range(8)}

# name: (content or maker, encoding, slug, words of the message)
NOT_IN_THIS_ENCODING = {
    "a table without the mark of UTF-16": (PLAIN, "utf-16", "another-encoding", "line 1 of"),
    "one in no UTF-32": (PLAIN, "utf-32", "another-encoding", "line 1 of"),
    "texts without the mark of UTF-16": (files(**TEXTS), "utf-16", "encoding-of-a-text", "a/0.txt is not in the encoding utf-16: got the bytes 74 65 at its start"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_IN_THIS_ENCODING)
def test_text_that_is_not_in_the_encoding_that_was_named(name, tmp_path):
    content, encoding, slug, words = NOT_IN_THIS_ENCODING[name]
    refused_and_said(content, 2, slug, words, tmp_path, encoding=encoding)


@pytest.mark.parametrize("codec", [*NO_TEXT, "undefined", "rot13", "base64"])
def test_codecs_that_are_not_for_text_files(codec, tmp_path):
    assert codecs.lookup(codec)
    refused_and_said(PLAIN, 2, "unknown-encoding", "wanted one of utf-8", tmp_path, encoding=codec)


# name: (texts of a folder, words of what is said)
STRANGE = {
    "Cyrillic": ("Всё хорошо, спасибо {}", "cp1251", "strange words, such as 'õîðîøî' (as text in another encoding has them; cp1251"),
    "Greek": ("Καλημέρα κόσμε {}", "cp1253", "--encoding NAME overrides"),
    "one byte that is wrong in UTF-8": ("Größe {}", "utf-8", "as UTF-8 looks in another encoding: line 2 of a/3.txt is the first that is none"),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_strange_words_in_a_folder_of_texts_are_said(name, tmp_path):
    text, encoding, said = STRANGE[name]
    for place in range(16):
        path = tmp_path / "ab"[place % 2] / f"{place // 2}.txt"
        path.parent.mkdir(exist_ok=True)
        broken = b"\nwrong: \xff" if encoding == "utf-8" and place == 6 else b""
        path.write_bytes(text.format(place).encode(encoding) + broken)
    notes = [str(note) for note in read(tmp_path).notes if "strange words" in str(note)]
    assert len(notes) == 1 and said in notes[0]
    assert "strange words" not in str(read(tmp_path, encoding="latin-1").notes)


def test_words_of_windows_1252_in_a_folder_are_not_strange(tmp_path):
    texts = {f"{c}__{i}_dot_txt": f"Äpfel, déjà vu, où {c}{i}".encode("cp1252") for c in "ab" for i in range(8)}
    notes = str(read(files(**texts)(tmp_path)).notes)
    assert "cp1252 of 16 of 16 texts" in notes and "strange" not in notes


LABELLED = "id,label\n" + "".join(f"im{i},{LABELS[i % 2]}\n" for i in range(24))


@pytest.mark.parametrize("missing", [0, 11, 23])
def test_a_picture_that_is_missing_is_named_where_most_others_are_there(missing, tmp_path):
    pictures = {f"img__im{i}_dot_png": png() for i in range(24) if i != missing}
    with pytest.raises(FileError) as caught:
        read(files(labels_dot_csv=LABELLED, **pictures)(tmp_path) / "labels.csv")
    assert caught.value.slug == "no-picture" and caught.value.got.endswith(f"data/img/im{missing}.png")


def test_words_of_which_few_name_a_picture_are_words(tmp_path):
    table = rows("id,v,y", lambda i: f"im{i},{i % 7}")
    folder = files(labels_dot_csv=table, img__im0_dot_png=png(), img__im29_dot_jpg=png())(tmp_path)
    assert read(folder / "labels.csv").layout == "flat"


def of_parts(*tables, first=24, listed=True):
    """Pictures without classes in train, and in test those from the ``first`` on, and tables beside them."""
    train = {f"train__im{i}_dot_png": png() for i in range(24)}
    test = {f"test__im{i}_dot_png": png() for i in range(first, first + 6)}
    lines = "id\n" + "".join(f"im{i}\n" for i in range(first, first + 6))
    forms = {"sample_submission_dot_csv": lines.replace("\n", ",p\n").replace("id,p", "id,label")}
    return files(**({"test_dot_csv": lines} if listed else {}), **forms, **dict.fromkeys(tables, LABELLED), **train, **test)


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("first", [24, 0])
@pytest.mark.parametrize("table", ["train_dot_csv", "labels_dot_csv", "train_labels_dot_csv"])
def test_a_table_beside_folders_of_pictures_says_what_they_are(table, first, listed, tmp_path):
    folder = of_parts(table, first=first, listed=listed)(tmp_path)
    data, alone = read(folder), read(folder / table.replace("_dot_", "."))
    assert (data.rows, data.layout, data.target_name, data.name) == (24, "image", "label", str(folder))
    assert (data.inputs == alone.inputs).all() and (data.target == alone.target).all()
    notes = [str(note) for note in data.notes]
    assert f"table: {table.replace('_dot_', '.')} (it holds paths of the pictures)" in notes
    test = "test.csv" if listed else "test"
    (unused,) = (note for note in notes if note.startswith(f"not used: '{test}'"))
    assert f"fourfold predict FOLDER {folder / test} predicts" in unused
    assert [note for note in notes if "ignored" in note] == ["ignored: 'sample_submission.csv' (beside train and test)"]
    (part,) = parts_of_inputs(folder / test, Preparation.fit(data, range(24)))
    assert part.rows == 6


def test_several_tables_beside_folders_of_pictures_are_named(tmp_path):
    make = of_parts("ages_dot_csv", "labels_dot_csv")
    refused_and_said(make, 2, "table-beside-pictures", f"fourfold compare {tmp_path / 'data/ages.csv'}", tmp_path)


def test_a_table_of_the_test_pictures_is_not_that_of_the_others(tmp_path):
    table = rows("id", lambda i: f"im{24 + i}", 6)
    folder = of_parts(listed=False)(tmp_path)
    (folder / "test_labels.csv").write_text(table)
    refused_and_said(lambda _: folder, 2, "no-target", "a subfolder for each class", tmp_path)


def test_no_other_file_beside_pictures_without_classes_is_named(tmp_path):
    folder = of_parts("readme_dot_txt")(tmp_path)
    (folder / "readme.txt").write_text('"Pictures, some of them\nof cats,,\n' * 3)
    refused_and_said(lambda _: folder, 2, "no-target", "a subfolder for each class", tmp_path)


def measured(separator, decimal, start=0, count=40):
    """Numbers whose commas look like those of thousands, written in one of two ways."""
    lines = [separator.join(("a", "b", "y"))]
    for i in range(start, start + count):
        a, b = f"{1 + i * 7 % 13 / 1.7:.3f}", f"{i % 5 / 8:.2f}"
        lines.append(separator.join((a.replace(".", decimal), b.replace(".", decimal), LABELS[i * i % 3 % 2])))
    return "\n".join(lines) + "\n"


WAYS = [(",", "."), (";", ",")]


@pytest.mark.parametrize("test", WAYS)
@pytest.mark.parametrize("way", WAYS)
def test_test_rows_and_files_of_a_folder_are_read_in_the_way_of_their_own_file(way, test, tmp_path):
    folder = files(a_dot_csv=measured(*way), b_dot_csv=measured(*test, 40))(tmp_path)
    whole = tmp_path / "whole.csv"
    whole.write_text(measured(",", ".", 0, 80))
    for data in (read(folder / "a.csv", test=folder / "b.csv"), read(folder)):
        assert all(np.array_equal(data.inputs[name], read(whole).inputs[name]) for name in "ab")
        said = "; ".join(map(str, data.notes))
        assert (".csv': numbers in 'a', 'b' (" in said) == (way != test)
    new = read_inputs(folder / "a.csv", Preparation.fit(read(folder / "a.csv", test=folder / "b.csv"), range(40)))
    assert np.array_equal(new.inputs["a"], read(whole).inputs["a"][:40])


@pytest.mark.parametrize("form", ["json", "parquet", "csv"])
@pytest.mark.parametrize(
    ("way", "clock"),
    [("%Y-%m-%d", 0), ("%d.%m.%Y", 0), ("%m/%d/%Y", 0), ("%a, %d %b %Y", 0), ("%B %d, %Y", 0), ("%d.%m.%Y %H:%M", 30)],
)
def test_test_rows_may_write_dates_otherwise(form, way, clock, tmp_path):
    times = pd.date_range("2021-03-04", periods=60, freq="36h") + pd.Timedelta(minutes=clock)
    frame = pd.DataFrame({"when": times, "y": [LABELS[i * i % 3 % 2] for i in range(60)]})
    new = frame.tail(20)
    if form == "json":
        new.assign(when=times[-20:].strftime("%Y-%m-%d %H:%M:%S")).to_json(tmp_path / "b.json", orient="records")
    else:
        (new.to_parquet if form == "parquet" else new.to_csv)(tmp_path / f"b.{form}", index=False)
    frame.assign(when=times.strftime(way)).to_csv(tmp_path / "whole.csv", index=False)
    frame.head(40).assign(when=times[:40].strftime(way)).to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv", test=tmp_path / f"b.{form}")
    wanted = times if clock else [*pd.to_datetime(times[:40].strftime(way), format=way), *times[40:]]
    assert [*pd.to_datetime(data.inputs["when"])] == [*wanted]


def test_numbers_beside_words_of_the_data_are_refused_still(tmp_path):
    words = rows("a,b,y", lambda i: f"{['red', 'blue'][i % 2]},{i % 7}")
    folder = files(a_dot_csv=words, b_dot_csv=measured(",", "."))(tmp_path)
    with pytest.raises(DataError) as caught:
        read(folder / "a.csv", test=folder / "b.csv")
    assert caught.value.slug == "test-column-type" and "got numbers, wanted words such as" in str(caught.value)


@pytest.mark.parametrize(
    ("learnt", "tested", "classes"),
    [
        (("no", "yes"), ("0", "1"), ("no", "yes")),
        (("no", "yes"), ("False", "True"), ("no", "yes")),
        (("No", "Yes"), ("n", "y"), ("No", "Yes")),
        (("0", "1"), ("no", "yes"), ("0", "1")),
        (("0", "1"), ("FALSE", "TRUE"), ("0", "1")),
        (("false", "true"), ("0", "1"), ("false", "true")),
    ],
)
def test_true_and_false_of_test_rows_in_another_way(learnt, tested, classes, tmp_path):
    for name, words in (("train", learnt), ("test", tested)):
        rows = [f"{i % 5},{words[i % 2]},{words[i % 3 == 0]}" for i in range(20)] + [f"1,{words[0]},"]
        (tmp_path / f"{name}.csv").write_text("\n".join(["a,member,y", *rows]) + "\n")
    data = read(tmp_path / "train.csv", test=tmp_path / "test.csv")
    assert data.task.classes == classes and data.target[:20].tolist() == data.target[20:].tolist()
    assert data.inputs["member"][:20].tolist() == data.inputs["member"][20:].tolist()
    assert any("they mean the same of true and false" in str(note) for note in data.notes)


def test_truths_of_test_rows_in_a_frame_beside_zeros_and_ones():
    frame = pd.DataFrame({"a": range(20), "y": [0, 1] * 10})
    data = read(frame, test=frame.assign(y=frame["y"] == 1))
    assert data.task.classes == ("0", "1") and data.target[:20].tolist() == data.target[20:].tolist()


def test_words_that_are_no_truths_are_not_mixed_with_numbers(tmp_path):
    (tmp_path / "train.csv").write_text("a,y\n" + "1,neg\n2,pos\n" * 8)
    (tmp_path / "test.csv").write_text("a,y\n" + "1,0\n2,1\n" * 8)
    with pytest.raises(DataError, match="another type"):
        read(tmp_path / "train.csv", test=tmp_path / "test.csv")


GOOD_LINE, CUT_LINE = '{"v": 1, "y": "p"}\n', '{"v": 1, "y"\n'

# name: (JSON, what the message begins with)
CUT = {
    "the first line": (CUT_LINE + GOOD_LINE * 20, "line 1 of"),
    "a line": (GOOD_LINE * 12 + CUT_LINE + GOOD_LINE * 20, "line 13 of"),
    "a line behind blank ones": (GOOD_LINE * 12 + "\n \n" + CUT_LINE + GOOD_LINE * 20, "line 15 of"),
    "the last line": (GOOD_LINE * 30 + CUT_LINE.strip(), "line 31 of"),
    "a line with a name twice": (GOOD_LINE * 12 + '{"v": 1, "v": 2}\n' + GOOD_LINE * 20, "line 13 of"),
    "an object of a list": ("[" + ",".join([GOOD_LINE] * 12 + [CUT_LINE] + [GOOD_LINE] * 20) + "]", "record 13 of"),
}  # fmt: skip


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())], ids=["plain", "gz"])
@pytest.mark.parametrize("name", CUT)
def test_the_line_of_json_that_is_damaged(name, pack, tmp_path):
    text, where = CUT[name]
    refused_and_said(pack(text), 2, "damaged-json-lines", where, tmp_path)


SHEET = [["v", "w", "y"], *[[str(i * 7 % 13), str(i % 5), LABELS[i * i % 3 % 2]] for i in range(40)]]
COLUMNS_OF_SHEET = [list(column) for column in zip(*SHEET)]


@pytest.mark.parametrize("shown", [{"majorDimension": "ROWS", "values": SHEET}, {"majorDimension": "COLUMNS", "values": COLUMNS_OF_SHEET}, {"values": SHEET}])  # fmt: skip
def test_lists_under_a_name_are_a_table_with_its_names_in_the_first(shown, tmp_path):
    (tmp_path / "sheet.json").write_text(json.dumps({"range": "Sheet1!A1:C41", **shown}))
    (tmp_path / "sheet.csv").write_text("\n".join(map(",".join, SHEET)))
    data = read(tmp_path / "sheet.json")
    assert data.fingerprint == read(tmp_path / "sheet.csv").fingerprint
    said = "rows: the 40 lists of 'values' below the names in the first (what stands beside them is no row)"
    assert said in map(str, data.notes)


def test_empty_cells_at_the_ends_of_lists_may_be_left_out(tmp_path):
    cells = [["y", "v", "w"], *[[row[2], row[0], row[1]][: 2 + place % 3] for place, row in enumerate(SHEET[1:])]]
    (tmp_path / "sheet.json").write_text(json.dumps({"values": cells}))
    data = read(tmp_path / "sheet.json", target="y")
    assert data.rows == 40 and np.isnan(data.inputs["w"]).sum() == 14


def test_lists_beside_another_list_are_no_table_alone(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps({"x": SHEET, "y": ["p", "q"] * 20}))
    refused_and_said(lambda folder: folder / "x.json", 2, "no-inputs", "left out: 'x'", tmp_path)


def trips(unit="ns"):
    """A frame of durations, some of them missing, numbers and classes."""
    seconds = np.random.default_rng(0).integers(60, 9000, 40)
    took = pd.to_timedelta(seconds, unit="s").astype(f"timedelta64[{unit}]").to_series(index=range(40))
    took[3] = pd.NaT
    return pd.DataFrame({"took": took, "v": seconds % 7, "y": [LABELS[i * i % 3 % 2] for i in range(40)]})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_durations_of_parquet_are_seconds_as_those_of_frames(unit, library, tmp_path):
    frame = trips(unit)
    if library == "pandas":
        frame.to_parquet(tmp_path / "trips.parquet")
    else:
        pl.from_pandas(frame).write_parquet(tmp_path / "trips.parquet")
    data, plain = read(tmp_path / "trips.parquet"), read(frame)
    assert data.fingerprint == plain.fingerprint and data.inputs["took"][0] == frame["took"][0].total_seconds()
    assert "column took: number (in seconds: 1:23:45 is 5025)" in map(str, data.notes)


@pytest.mark.parametrize("trained", ["parquet", "csv"])
def test_new_durations_of_parquet_are_seconds_however_those_of_training_were_written(trained, tmp_path):
    frame = trips()
    frame.to_parquet(tmp_path / "trips.parquet")
    frame.to_csv(tmp_path / "trips.csv", index=False)
    preparation = Preparation.fit(read(tmp_path / f"trips.{trained}"), range(40))
    new = read_inputs(tmp_path / "trips.parquet", preparation)
    np.testing.assert_array_equal(new.inputs["took"], frame["took"].dt.total_seconds())
    assert not any("missing" in str(note) and "took" in str(note) for note in new.notes)


@pytest.mark.parametrize("schema", [b"", b"?", b"/////wAAAAA=", b"/////" + b"/" * 400, b"A" * 400])
def test_a_schema_of_arrow_that_is_damaged_says_nothing(schema):
    assert units_of_durations(schema) == []
