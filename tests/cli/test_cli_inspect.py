"""fourfold inspect, and the options about data that compare shares with it."""

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from cli_samples import fourfold, told_in

from fourfold import comparison

ROWS = "".join(f"{i % 17},{i // 4},n{i},{i % 3},{'xz'[i % 2]},{'pq'[i % 2]}\n" for i in range(60))
LEAKY = "v,patient,name,w,copy,y\n" + ROWS


def test_inspect_says_what_it_found_and_loads_no_jax(tmp_path):
    (tmp_path / "d.csv").write_text(LEAKY)
    code = "import sys; from fourfold.cli import main\ntry: main()\nfinally: print('jax' in sys.modules, file=sys.stderr)"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code, "inspect", "d.csv"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "False\n")
    assert done.stdout.startswith("d.csv: 60 rows of ")
    assert (
        "! column 'copy' alone tells the target (100.0 % of what guessing misses). Do this: --drop copy, if"
        in done.stdout
    )
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]


def test_inspect_as_plain_data(run, tmp_path):
    (tmp_path / "d.csv").write_text(LEAKY)
    plain = json.loads(run("inspect", "d.csv", "--json").out)
    leak = next(finding for finding in plain["findings"] if finding["slug"] == "gives-target-away")
    assert leak["columns"] == ["copy"] and leak["important"] and leak["number"] == 1.0
    assert plain["rows"] == 60 and plain["target"] == "y"


def test_compare_says_the_important_findings(run, tmp_path):
    (tmp_path / "d.csv").write_text(LEAKY)
    ended = run("compare", "d.csv", "--dry-run")
    assert ended.code == 0 and "column 'copy' alone tells the target" in ended.err
    assert run("compare", "d.csv", "--dry-run", "--quiet").err == ""


OPTIONS = [
    ("--rows 30", 0, "sample: 30 of 60 rows"),
    ("--rows 0", 2, "got --rows 0, wanted 10 or more"),
    ("--group patient", 0, "groups: 15 of patient"),
    ("--weight w --id name", 0, "weights: w, 0 to 2"),
    ("--weight nothing", 2, "--weight is not a column: got 'nothing'"),
    ("--time-ordered", 0, "order of time: as the rows stand"),
    ("--drop patient", 0, "left out: 'patient' (as asked)"),
    ("--time-ordered --group patient", 2, "wanted one of them"),
    ("--image-size 32", 2, "there are no files of pictures to resize"),
    ("--target-per series", 2, "each row has its target, and none is a series: got --target-per series"),
    ("--tokens words", 2, "there are no texts to cut: got --tokens words, and data of layout flat"),
    ("--tokens letters", 2, "there is no unit of text of this name: got 'letters', wanted one of words, characters"),
    ("--text-length 300", 2, "there are no texts to cut: got --text-length 300, and data of layout flat"),
    ("--text-length 0", 2, "so much of a text can't be read: got --text-length 0, wanted 1 to 16,384"),
    ("--x d.csv", 2, "one source of data is needed: got DATA d.csv and --x d.csv"),
    ("--y y.npy", 2, "x and y differ in length: got 60 rows of x and 30 of y"),
]


@pytest.mark.parametrize(("options", "code", "words"), OPTIONS, ids=[options for options, *_ in OPTIONS])
def test_options_about_data(run, tmp_path, options, code, words):
    (tmp_path / "d.csv").write_text(LEAKY)
    np.save(tmp_path / "y.npy", np.arange(30) % 2)
    ended = run("inspect", "d.csv", *options.split())
    assert ended.code == code and words in ended.out + ended.err, ended


def test_arrays_of_two_files(run, tmp_path):
    x, y = np.random.default_rng(0).normal(size=(90, 4)), np.arange(90) % 3
    np.save(tmp_path / "X.npy", x)
    np.save(tmp_path / "y.npy", y)
    (tmp_path / "y.csv").write_text("kind\n" + "".join(f"k{label}\n" for label in y))
    for arguments in (["--x", "X.npy", "--y", "y.npy"], ["X.npy", "--y", "y.csv"]):
        assert "classification into 3 classes" in run("inspect", *arguments).out
    sample = run("inspect", "--x", "X.npy", "--y", "y.npy", "--rows", 40, "--json")
    assert json.loads(sample.out)["rows"] == 40
    missing = run("inspect", "X.npy")
    assert missing.code == 2 and "Do this: --y FILE, or an npz file with x and y" in missing.err


def test_standard_input(run, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LEAKY.encode())))
    assert run("inspect", "-").out.startswith("standard input: 60 rows")
    piped = fourfold("inspect", "-", cwd=tmp_path, input="")
    assert (piped.returncode, piped.stdout) == (
        2,
        "",
    ) and "standard input is empty: got 0 bytes" in piped.stderr


def test_rows_without_a_target_are_said_and_left_out(run, tmp_path):
    (tmp_path / "d.csv").write_text(LEAKY.replace(",q\n", ",\n", 2).replace("y\n", "y\n,,,,,\n", 1))
    said = run("inspect", "d.csv", "--id", "name").out
    assert "left out: 2 of 60 rows (the target is missing; fourfold predict fills it in)" in said
    assert "- the target 'y' is missing in 2 of 60 rows, and these are left out. Do this: fourfold predict fills" in said
    assert json.loads(run("inspect", "d.csv", "--json").out)["rows"] == 58


LATIN = "d\udce9.csv"  # the bytes of Latin-1, as old archives unpack them


def test_a_file_whose_name_is_not_utf_8_is_read(run, tmp_path):
    try:
        (tmp_path / LATIN).write_text(LEAKY)
    except OSError:
        pytest.skip("the file system takes names in UTF-8 alone")
    ended = run("inspect", LATIN)
    assert ended.code == 0 and ended.out.startswith("d\\udce9.csv: 60 rows of ")
    model = SimpleNamespace(net=SimpleNamespace(family="dense"), facts={"data": LATIN})
    assert b"on d\\udce9.csv.\n" in comparison._about(model, {"learning_rate": 0.01, "seed": 0}).encode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_letters_that_standard_output_lacks_are_written_as_their_escapes(tmp_path, encoding):
    (tmp_path / "d−é.csv").write_text(LEAKY)
    said = fourfold("inspect", "d−é.csv", cwd=tmp_path, env=told_in(encoding), encoding=encoding)
    shown = "d−é.csv".encode(encoding, "backslashreplace").decode(encoding)
    assert (said.returncode, said.stderr) == (0, "") and said.stdout.startswith(f"{shown}: 60 rows of ")
