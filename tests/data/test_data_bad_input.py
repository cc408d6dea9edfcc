"""Bad input: one message (what, got, wanted, do this), the right class and exit code, nothing else."""

import gzip
import os
import pickle
import time
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fourfold.data import Dataset, from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.splits import plan
from fourfold.errors import FourfoldError

GOOD = "v,w,y\n" + "".join(f"{i},{i % 7},{'pq'[i % 2]}\n" for i in range(30))
X, Y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 2


def npz(**arrays):
    def make(path):
        with path.open("wb") as file:
            np.savez(file, **arrays)

    return make


def zipped(**members):
    def make(path):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return make


def cut(make, end):
    def cutting(path):
        make(path)
        path.write_bytes(path.read_bytes()[:end])

    return cutting


def npy(shape, dtype="'<f8'", data=b"\0" * 80):
    header = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def parquet(path):
    import pandas as pd

    pd.DataFrame({"v": range(30), "y": Y}).to_parquet(path)


def gzip_bomb(path):
    with gzip.open(path, "wb") as file:
        for _ in range(80):
            file.write(b"0" * 2**20)


# name: (content, exit code, slug, words of the message)
FILES = {
    "empty": (b"", 2, "empty-file", "0 bytes"),
    "blanks": (b" \n\t\n", 2, "blank-file", "nothing but blanks"),
    "header only": (b"v,w,y\n", 2, "header-only", "a header but no rows"),
    "one column": (b"y\n" + b"p\nq\n" * 10, 2, "no-inputs", "--x FILE --y THIS, if it is the target of rows in another file"),
    "one column of numbers": (b"y\n" + b"1.5\n2.5\n" * 10, 2, "no-inputs", "--forecast HORIZON, if its rows are the steps"),
    "constants only": (b"v,y\n" + b"1,p\n1,q\n" * 10, 2, "no-useful-columns",
        "v: the same value in all rows"),
    "an id in no order": (b"tweet_id,y\n" + b"".join(b"%d,%s\n" % (i * 7919 % 10007, b"pq"[i % 2:][:1]) for i in range(30)), 2,
        "no-useful-columns", "different in each. Do this: add columns that vary"),
    "one row": (b"v,y\n1,2\n", 2, "too-few-rows", "wanted at least 10"),
    "one class": (b"v,y\n" + b"1,p\n2,p\n" * 10, 2, "one-class", "only one class: got 'p'"),
    "class of one": (GOOD.encode() + b"1,2,z\n", 2, "class-of-one", "got 'z', wanted at least 2 examples"),
    "a target in too few rows": (b"v,y\n" + b"1,2.5\n2,3.5\n" * 4 + b"1,\n" * 4, 2, "too-few-rows", "got 8"),
    "a target in no row": (b"v,w,y\n" + b"1,2,\n2,1,\n" * 9, 2, "empty-target", "no values"),
    "a target beyond its squares": (b"v,y\n" + b"1,2.5\n" * 9 + b"2,1e160\n", 2, "large-target", "got 1e+160 in row 10"),
    "infinite target": (b"v,y\n1,\n" + b"1,2.5\n" * 9 + b"2,inf\n", 2, "infinite-target", "the first is row 11"),
    "constant target": (b"v,y\n" + b"1,2.5\n2,2.5\n" * 9, 2, "constant-target", "2.5"),
    "a class a row": (b"v,y\n" + b"".join(b"%d,k%d\n" % (i % 5, i) for i in range(40)), 2,
        "too-many-classes", "40 classes"),
    "date target": (b"v,y\n" + b"1,2020-01-01\n2,2020-01-02\n" * 9, 2, "date-target", "classes or numbers"),
    "ragged row": (GOOD.encode() + b"1,2\n", 2, "ragged-row", "line 32 of"),
    "row of many cells too many": (GOOD.encode() + b"1,2,p,4,5,6\n", 2, "ragged-row", "got 6, wanted 3"),
    "long row": (GOOD.encode() + b"1,2,p,4\n", 2, "ragged-row", "got 4, wanted 3"),
    "open quote": (b'v,y\n"1,p\n2,q\n' * 10, 2, "open-quote", "line 2 of"),
    "open quote in the last cells but one": (GOOD.encode() + b'5,"u,p\n' + GOOD.encode()[6:], 2, "open-quote", "line 32 of"),
    "open quote in the last row": (GOOD.encode() + b'5,"u,p\n', 2, "open-quote", "line 32 of"),
    "open quote behind breaks in quotes": (GOOD.encode() + b'5,"u\n\nv",p\n5,"u,p\n', 2, "open-quote", "line 35 of"),
    "html": (b"\n<!doctype HTML><html>404</html>", 2, "wrong-kind", "an HTML page"),
    "xml": (b"<?xml version='1.0'?><a/>", 2, "wrong-kind", "XML"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", 2, "wrong-kind",
        "git lfs pull"),
    "pickle": (pickle.dumps({"x": 1}), 3, "pickle", "can run any program"),
    "old pickle": (b"cos\nsystem\n(S'true'\ntR.", 3, "pickle", "can run any program"),
    "pickled list": (pickle.dumps([1, 2], protocol=0), 3, "pickle", "numpy.savez"),
    "torch": (zipped(**{"archive/data.pkl": b"x"}), 3, "pickle",
        "PyTorch"),
    "excel": (zipped(**{"xl/workbook.xml": b"x"}), 2, "damaged-excel", "a damaged Excel file"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 99, 2, "wrong-kind", "an old Excel"),
    "a workbook with a password": (b"\xd0\xcf\x11\xe0" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), 2, "wrong-kind", "a workbook or document with a password"),
    "zip": (zipped(data=b"v,y\n"), 2, "wrong-kind", "unpack it first"),
    "damaged zip": (b"PK\x03\x04" + b"\1" * 99, 2, "damaged-zip", "damaged or cut off"),
    "npy": (npy((10,)), 2, "no-target", "y, one value for each row of x"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 99, 2, "wrong-kind", "HDF5"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, 2, "wrong-kind", "a picture"),
    "bytes": (b"v,y\n1,\0\n", 2, "wrong-kind", "no text"),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"\0" * 99, 2, "damaged-packing", "damaged or cut off"),
    "cut gzip": (gzip.compress(GOOD.encode())[:-20], 2, "damaged-gzip", "cut off"),
    "changed gzip": (gzip.compress(GOOD.encode())[:-8] + b"\0" * 8, 2, "damaged-gzip", "damaged"),
    "gzip of nothing": (gzip.compress(b""), 2, "empty-file", "after unpacking"),
    "gzip twice": (gzip.compress(gzip.compress(GOOD.encode())), 2, "wrong-kind", "packed twice"),
    "gzip bomb": (gzip_bomb, 3, "bomb", "would grow beyond reason"),
    "cut parquet": (cut(parquet, -99), 2, "damaged-file", "magic bytes"),
    "cut json": (b'{"v": 1, "y": 2}\n{"v": 1,', 2, "damaged-json-lines", "is no valid JSON"),
    "json without objects": (b"[[1, 2], [3, 4]]", 2, "too-few-rows", "got 2"),
    "json over lines": (b'{"v": [1, 2],\n "y": [3, 4]}', 2, "too-few-rows", "got 2"),
    "byte-order mark only": (b"\xff\xfe", 2, "blank-file", "nothing but blanks"),
    "json of lists": (b'{"y": [["a"]]}\n' * 20, 2, "no-columns", "no column that can be used"),
    "npz without x": (npz(a=X, b=Y), 2, "no-x", "got 'a', 'b'"),
    "npz without y": (npz(x=X), 2, "no-target", "y, one value for each row of x"),
    "npz of objects": (npz(x=np.array([{}, 1], dtype=object), y=Y), 3, "pickle", "numpy.array(x, float)"),
    "npz of object labels": (npz(x=X, y=np.array(["p", "q"] * 15, dtype=object)), 3, "pickle",
        "Do this: numpy.array(y, float), or numpy.array(y, str)"),
    "npz of one value y": (npz(x=X, y=np.array(1)), 2, "no-array", "y can't be used: got shape ()"),
    "npz lengths": (npz(x=X, y=Y[:-3]), 2, "different-lengths", "30 rows of x and 27 of y"),
    "npz of NaN targets": (npz(x=X, y=np.where(Y, np.nan, 1.5)), 2, "missing-target", "15 of 30 rows"),
    "npz of one class": (npz(x=X, y=Y * 0), 2, "one-class", "only one class"),
    "npz one-hot": (npz(x=X, y=np.eye(2)[Y]), 2, "one-hot", "y.argmax(axis=1)"),
    "npz of complex": (npz(x=X + 1j, y=Y), 2, "array-type", "got complex numbers, wanted real numbers. Do this: numpy.concatenate([x.real, x.imag], axis=-1)"),
    "npz of records with arrays": (npz(x=np.zeros(30, dtype=[("a", "f8", 3)]), y=Y), 2, "array-type", "records"),
    "npz of 5 axes": (npz(x=np.zeros((30, 2, 2, 2, 2)), y=Y), 2, "array-axes", "x.reshape(len(x), x.shape[1], -1)"),
    "npz of length 0": (npz(x=np.zeros((30, 0, 2)), y=Y), 2, "empty-array", "(30, 0, 2)"),
    "npz constant": (npz(x=np.ones((30, 3)), y=Y), 2, "constant-inputs", "constant"),
    "cut npz": (cut(npz(x=X, y=Y), -40), 2, "damaged-zip", "cut off"),
    "npz bomb": (zipped(**{"x.npy": npy((10**7,), data=b"\0" * 8 * 10**7)}), 3, "bomb",
        "grow beyond"),
    "npz that declares too much": (zipped(**{"x.npy": npy((10**12,)), "y.npy": npy((10,))}), 2,
        "damaged-npz", "80 bytes"),
    "npz that declares too little": (zipped(**{"x.npy": npy((2,)), "y.npy": npy((10,))}), 2,
        "damaged-npz", "16 bytes"),
    "npz of negative shape": (zipped(**{"x.npy": npy((-1,), data=b"")}), 2, "damaged-npz", "shape"),
    "npz with code in its header": (zipped(**{"x.npy": npy("__import__('os')")}), 2, "damaged-npz",
        "no array"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_bad_file(name, tmp_path):
    content, code, slug, words = FILES[name]
    path = tmp_path / "data.csv"
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    start = time.perf_counter()
    with pytest.raises(FourfoldError) as caught:
        read(path)
    assert (caught.value.exit_code, caught.value.slug) == (code, slug)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - start < 10


OPTIONS = [
    (
        {"target": "z"},
        "no-such-target",
        "the target is not a column: got 'z', wanted one of 'v', 'w', 'y'. Do this: --target",
    ),
    ({"target": "V "}, "no-such-target", "--target v"),
    ({"task": "classify"}, "unknown-task", "--task classification"),
    ({"layout": "images"}, "unknown-layout", "--layout image"),
    ({"layout": "sequence", "target": "v"}, "layout-does-not-apply", "columns that are no numbers: 'y'"),
    ({"layout": "image"}, "layout-does-not-apply", "a square number of columns"),
    ({"layout": "text"}, "text-column", "a column of texts beside the target: got 0 columns of words"),
    ({"task": "regression"}, "regression-of-words", "words such as 'p'"),
    ({"bounds": (0, 1)}, "bounds-of-classes", "leave out --bounds"),
    ({"target": "v", "bounds": (3, 1)}, "bounds", "the lower one first"),
    ({"target": "v", "bounds": (0, 9)}, "bounds-too-narrow", "--bounds 0 29"),
    ({"test": "missing.csv"}, "no-such-file", "'missing.csv'"),
    ({"test": "iris"}, "test-of-another-form", "another form"),
]


@pytest.mark.parametrize(("options", "slug", "words"), OPTIONS, ids=[slug for _, slug, _ in OPTIONS])
def test_option_that_cannot_apply(options, slug, words, tmp_path):
    (tmp_path / "data.csv").write_text(GOOD)
    with pytest.raises(FourfoldError) as caught:
        read(tmp_path / "data.csv", **options)
    assert (caught.value.exit_code, caught.value.slug) == (2, slug)
    assert words in str(caught.value)


def test_a_name_that_is_like_another_in_its_end_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(GOOD)
    with pytest.raises(FourfoldError) as caught:
        read("a1.csv")
    assert caught.value.slug == "no-such-file" and caught.value.do == "check its name, and the folder that it is in"


PLACES = [
    ("digit", "no-such-file", "Do this: use digits"),
    ("data.cvs", "no-such-file", "Do this: use data.csv"),
    ("nowhere/data.csv", "no-such-file", "'nowhere/data.csv'"),
    ("https://example.org/data.csv", "url", "download it first"),
    ("hollow", "folder", "a folder without data"),
    ("", "no-such-file", "no file name"),
    ("a\0b", "no-such-file", "no file name"),
    ("x" * 5000, "unreadable-file", "too long"),
    ("/dev/null", "not-a-file", "a regular file"),
    ("pipe", "not-a-file", "a regular file. Do this: write - in its place, and pipe the data in, as in ... | fourfold compare - or ... | fourfold predict FOLDER -"),
    ("broken", "broken-link", "got gone.csv"),
    ("loop", "unreadable-file", "symbolic links"),
    ("linked", "broken-link", "linked/b.csv is a link to a file that does not exist: got gone.csv"),
    ("linked/*.csv", "broken-link", "fetch what it leads to, or remove it"),
    ("classes", "broken-link", "classes/dog/1.txt is a link"),
]


@pytest.mark.parametrize(
    ("name", "slug", "words"), PLACES, ids=[name[:20] or "nothing" for name, _, _ in PLACES]
)
def test_name_that_is_no_data(name, slug, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(GOOD)
    os.mkfifo("pipe")
    os.mkdir("hollow")
    os.symlink("gone.csv", "broken")
    os.symlink("loop", "loop")
    os.makedirs("linked")
    (tmp_path / "linked" / "a.csv").write_text(GOOD)
    os.symlink("gone.csv", "linked/b.csv")
    for animal in ("cat", "dog"):
        os.makedirs(f"classes/{animal}")
        (tmp_path / "classes" / animal / "0.txt").write_text("it has a tail")
    os.symlink("gone.txt", "classes/dog/1.txt")
    with pytest.raises(FourfoldError) as caught:
        read(name)
    assert (caught.value.exit_code, caught.value.slug) == (2, slug)
    assert words in str(caught.value)


def test_machine_errors_have_exit_code_4(tmp_path, monkeypatch):
    (tmp_path / "data.csv").write_text(GOOD)

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.open", denied)
        with pytest.raises(FourfoldError, match="may not be read: got Permission denied") as caught:
            read(tmp_path / "data.csv")
    assert caught.value.exit_code == 4
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    parquet(tmp_path / "data.parquet")
    for name in ("data.npz", "data.parquet"):
        monkeypatch.setattr("fourfold.data.memory.available_memory", lambda: 400)
        with pytest.raises(FourfoldError, match="does not fit into memory") as caught:
            read(tmp_path / name)
        assert (caught.value.exit_code, caught.value.slug) == (4, "not-enough-memory")


ARRAYS = [
    ([[1, 2], [3]], [0, 1], "ragged-array"),
    (X, None, "no-target"),
    (X, np.full(30, None), "empty-target"),
    (X, [{}] * 30, "object-column"),
    (np.array([[{}, 1]] * 30, dtype=object), Y, "object-column"),
    (X, Y[:, None, None], "target-axes"),
    (X, np.array(1), "no-array"),
]


@pytest.mark.parametrize(("x", "y", "slug"), ARRAYS, ids=[slug for *_, slug in ARRAYS])
def test_bad_arrays(x, y, slug):
    with pytest.raises(FourfoldError) as caught:
        from_arrays(x, y)
    assert (caught.value.exit_code, caught.value.slug) == (2, slug)


@pytest.mark.parametrize(
    ("test", "slug", "words"),
    [
        ("v,y\n" + "1,p\n" * 5, "test-columns", "no 'w'"),
        ("v,w\n" + "1,2\n" * 5, "test-columns", "no 'y'"),
        (
            "v,w,y\n" + "1,a,p\n2,b,q\n" * 5,
            "test-column-type",
            "column 'w' has another type in the test data",
        ),
        ("v,w,y\n" + "1,2,p\n2,many,q\n" * 5, "test-column-type", "got words such as 'many', wanted numbers"),
        ("v,w,y\n" + "1,2,z\n" * 5, "class-only-in-test", "got 'z', wanted 'p', 'q'"),
    ],
)
def test_bad_test_file(test, slug, words, tmp_path):
    (tmp_path / "data.csv").write_text(GOOD)
    (tmp_path / "test.csv").write_text(test)
    with pytest.raises(FourfoldError) as caught:
        read(tmp_path / "data.csv", test=tmp_path / "test.csv")
    assert caught.value.slug == slug
    assert words in str(caught.value)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("time_ordered", [False, True])
def test_a_class_of_one_beside_a_test_file_is_said_and_trains(alone, time_ordered, tmp_path):
    """In order of time the latest rows validate, whatever their class; otherwise the only example trains."""
    few = "1,2,z\n" * alone
    (tmp_path / "data.csv").write_text(GOOD + few)
    (tmp_path / "test.csv").write_text("v,w,y\n" + "1,2,p\n3,4,q\n" * 5 + few)
    dataset = read(tmp_path / "data.csv", test=tmp_path / "test.csv", roles=Roles(time_ordered=time_ordered))
    said = [note.because for note in dataset.notes if note.what == "classes with one example beside the test file: 'z'"]
    assert said == ["one example can't both train and validate"] * alone
    if alone:
        row = int(np.flatnonzero(dataset.target == "z")[0])
        splits = plan(dataset, seed=0)
        assert all((row in split.train) is not time_ordered for split in splits)
        assert all(row in [*split.train, *split.validation] for split in splits)


def starts(tmp):
    npz(x=X, y=Y)(tmp / "a")
    parquet(tmp / "b")
    lines = "".join(f'{{"v": {i}, "y": "{"pq"[i % 2]}"}}\n' for i in range(20))
    return [
        GOOD.encode(),
        (tmp / "a").read_bytes(),
        (tmp / "b").read_bytes(),
        lines.encode(),
        gzip.compress(GOOD.encode()),
    ]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return starts(tmp_path_factory.mktemp("fuzz"))


@given(data=st.data())
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_are_read_or_refused(data, seeds, tmp_path):
    """Whatever bytes are changed, cut or put in: a data set or a FourfoldError."""
    content = bytearray(seeds[data.draw(st.integers(0, len(seeds) - 1))])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1)) if content else 0
        kind = data.draw(st.sampled_from(["set", "cut", "insert", "delete"]))
        piece = data.draw(
            st.binary(min_size=1, max_size=8) | st.sampled_from([b'"', b",", b"\n", b"\r", b"{", b"\xff"])
        )
        if kind == "set":
            content[place : place + len(piece)] = piece
        elif kind == "insert":
            content[place:place] = piece
        elif kind == "delete":
            del content[place : place + 40]
        elif data.draw(st.integers(0, 4)) == 0:
            del content[place:]
    path = tmp_path / "data"
    path.write_bytes(bytes(content))
    try:
        assert isinstance(read(path), Dataset)
    except FourfoldError as error:
        assert error.exit_code in (2, 3)
