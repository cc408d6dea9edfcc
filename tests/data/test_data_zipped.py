"""Zip files of tables: the same rows as of the tables, what is said, and what is refused."""

import zipfile

import pytest
from data_samples import LABELS, png, refused_and_said, rows, zipped

from fourfold.data import read
from fourfold.data.opening import open_source, parts_of
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.sample import Reading
from fourfold.errors import DataError, FileError
from fourfold.preprocessing import Preparation

TABLE = rows("Id,v,y", lambda i: f"{i},{i * 7 % 13}", 40)
NEW = rows("Id,v", lambda i: i + 100, label=lambda i: i % 9)

# name: (members, words of what is said, rows)
READ = {
    "one table": ({"data.csv": TABLE}, "zip: data.csv (the only table in it)", 40),
    "beside what programs leave": ({"data.csv": TABLE, "__MACOSX/._data.csv": "\0\5", ".DS_Store": "x"}, "zip: data.csv", 40),
    "in a folder, beside words about it": ({"set/": "", "set/data.csv": TABLE, "set/README.txt": "about"}, "zip: set/data.csv", 40),
    "train and test": ({"train.csv": TABLE, "test.csv": TABLE.replace("0,", "1,", 1)}, "test rows: 40", 80),
    "a competition": ({"train.csv": TABLE, "test.csv": NEW, "sample_submission.csv": "Id,y\n100,p\n"}, "not used: 'test.csv' (no 'y' in it; fourfold predict FOLDER test.csv", 40),
    "parts of one table": ({"a.csv": TABLE, "b.csv": TABLE}, "tables: 2 (a.csv to b.csv, one below the other; their names are no column)", 80),
}  # fmt: skip

# name: (members, exit code, slug, words of the message)
REFUSED = {
    "pictures, too few": ({"a/1.png": png(), "b/2.png": png()}, 2, "too-few-rows", "got 2, wanted at least 10"),
    "a path that leads out": ({"../../evil.csv": TABLE}, 3, "outside-zip", "names that lead out of the folder into which it would be unpacked: got '../../evil.csv'"),
    "a path that leads out, beside a table": ({"data.csv": TABLE, "a\\..\\..\\evil.png": png()}, 3, "outside-zip", "ask for a zip file that was made within"),
    "two tables of one name": ({"a/data.csv": TABLE, "b/data.csv": TABLE}, 2, "folder", "a.zip/**/*.csv', in quotes"),
    "a pickle beside a table": ({"data.csv": TABLE, "data.pkl": "x"}, 3, "pickle", "a pickle inside"),
    "tables of several kinds": ({"a.csv": TABLE, "b.csv": TABLE.replace("v", "w")}, 2, "part-columns", "b.csv has other columns than a.csv"),
    "a bomb": ({"data.csv": "v,y\n" + "0,p\n" * 2**25}, 3, "bomb", "grow beyond reason"),
    "a zip file in it": ({"inner/more.zip": b"PK\3\4" + b"\0" * 40}, 2, "wrong-kind", "got a zip file of 'inner/more.zip', wanted"),
    "zipped twice": ({"data.csv": b"PK\3\4" + b"\0" * 40}, 2, "wrong-kind", "unpack it"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_rows_are_those_of_the_tables(name, tmp_path):
    members, said, count = READ[name]
    data = read(zipped("a.zip", **members)(tmp_path))
    assert data.rows == count and {"v"} <= set(data.inputs) and set(data.target) == set(LABELS)
    notes = "; ".join(map(str, data.notes))
    assert said in notes and "fourfold-" not in notes, notes


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, tmp_path):
    members, code, slug, words = REFUSED[name]
    refused_and_said(zipped("a.zip", **members), code, slug, words, tmp_path)


def test_a_changed_byte_and_a_password_are_found(tmp_path):
    path = zipped("a.zip", **{"data.csv": TABLE})(tmp_path)
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(bytes(content))
    refused_and_said(lambda folder: path, 2, "damaged-archive", "damaged or cut off", tmp_path)
    path = zipped("b.zip", **{"data.csv": TABLE})(tmp_path)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(bytes(content))
    refused_and_said(lambda folder: path, 2, "encrypted-zip", "without a password", tmp_path)


def test_new_rows_from_a_zip_are_read_in_parts(tmp_path):
    path = zipped("a.zip", **{"data.csv": TABLE})(tmp_path)
    preparation = Preparation.fit(read(path), range(40))
    (part,) = parts_of_inputs(path, preparation)
    assert part.rows == 40 and part.inputs["v"].tolist()[:2] == [0, 7]
    assert sum(part.inputs.rows for part in parts_of(str(path), Reading(all=True))) == 40
    assert open_source(str(path)).name == str(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


def test_new_rows_are_one_table_of_a_zip(tmp_path):
    path = zipped("a.zip", **{"train.csv": TABLE, "test.csv": NEW})(tmp_path)
    preparation = Preparation.fit(read(path), range(40))
    with pytest.raises(DataError, match=r"holds several tables: got 'train.csv', 'test.csv'.*name that one"):
        list(parts_of_inputs(path, preparation))


def test_a_damaged_zip_file_in_a_folder_is_named(tmp_path):
    (tmp_path / "data.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(FileError, match="data.zip is a damaged or cut off zip file"):
        read(tmp_path)
    (tmp_path / "table.csv").write_text("v,y\n" + "".join(f"{i * 37 % 11},{i % 2}\n" for i in range(40)))
    (tmp_path / "note.pdf").write_bytes(b"%PDF-1.7")
    said = [str(note) for note in read(tmp_path).notes]
    assert "ignored: 'data.zip' (damaged or cut off; fetch it again)" in said
    assert "ignored: 'note.pdf' (no tables, by their names)" in said


@pytest.mark.parametrize("beside", [(), ("LICENSE", "README.md")])
def test_the_only_zip_file_of_tables_in_a_folder_is_read(beside, tmp_path):
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("data.csv", TABLE)
    for name in beside:
        (tmp_path / name).write_text("what it is about\n")
    data = read(tmp_path)
    said = [str(note) for note in data.notes]
    assert data.rows == 40 and "file: data.zip (the only one with tables)" in said
    assert ("ignored: 'LICENSE', 'README.md' (no tables, by their names)" in said) == bool(beside)
