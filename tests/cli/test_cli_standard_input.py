"""New rows through a pipe: predictions of every form of them, and what is refused."""

import gzip
import io
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

FORMS = {
    "csv": lambda rows: rows.to_csv(index=False).encode(),
    "tsv": lambda rows: rows.to_csv(index=False, sep="\t").encode(),
    "packed": lambda rows: gzip.compress(rows.to_csv(index=False).encode()),
    "lines of JSON": lambda rows: rows.to_json(orient="records", lines=True).encode(),
    "a list of JSON": lambda rows: rows.to_json(orient="records").encode(),
    "parquet": lambda rows: rows.to_parquet(),
}

# name: (bytes, exit code, words of the message)
REFUSED = {
    "nothing": (b"", 2, "standard input is empty: got 0 bytes"),
    "blanks": (b"\n\n", 2, "standard input holds nothing but blanks"),
    "other columns": (b"v,w\n1,2\n", 2, "the columns of standard input are not those that the model was trained on"),
    "a pickle": (b"\x80\x04\x95" + bytes(20), 3, "standard input is no data that Fourfold reads: got a pickle"),
}


@pytest.fixture
def piped(run, monkeypatch, study):
    def predicting(content, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        return run("predict", study, "-", *options)

    return predicting


@pytest.mark.parametrize("form", FORMS)
def test_rows_of_every_form_have_the_predictions_of_their_file(form, piped, run, study, tmp_path):
    file = study.parent / "messy.csv"
    wanted = run("predict", study, file)
    rows = pd.read_csv(file).drop(columns="=kind")
    got = piped(FORMS[form](rows), "--out", "-")
    assert got.code == 0
    told = [pd.read_csv(io.StringIO(text))["prediction"].tolist() for text in (got.out, wanted.out)]
    assert told[0] == told[1] and len(told[0]) == 90
    to_file = piped(FORMS[form](rows), "--out", "p.csv")
    assert (to_file.code, to_file.out) == (0, "") and (tmp_path / "p.csv").read_text() == got.out


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, piped, tmp_path):
    content, code, words = REFUSED[name]
    ended = piped(content, "--out", "p.csv")
    assert (ended.code, ended.out) == (code, "") and words in ended.err and not (tmp_path / "p.csv").exists()


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("sent", "code"), SIGNALS)
def test_an_interrupt_while_rows_are_awaited_leaves_no_file(sent, code, study, tmp_path):
    (tmp_path / "temporary").mkdir()
    command = [sys.executable, "-m", "fourfold", "predict", str(study), "-", "-o", "p.csv"]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes) as waiting:
        waiting.stdin.write(b"size\n" + b"1\n" * 2**20)  # more than a pipe holds: it returns when rows are read
        waiting.stdin.flush()
        waiting.send_signal(sent)
        _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == code, said
    assert [place.name for place in tmp_path.rglob("*")] == ["temporary"], said


WRITING = """
import signal, time
from pathlib import Path
from fourfold.cli.ending import _interrupt, _terminate
from fourfold.predictions import _writer
signal.signal(signal.SIGINT, _interrupt)
signal.signal(signal.SIGTERM, _terminate)
with _writer(Path({file!r})) as write:
    write({{"prediction": ["a", "b"] * 50_000}})
    print(sorted(path.name for path in Path().iterdir()), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("file", ["p.csv", "p.parquet"])
@pytest.mark.parametrize(("sent", "code"), SIGNALS)
def test_an_interrupt_while_predictions_are_written_leaves_no_file(sent, code, file, tmp_path):
    command = [sys.executable, "-c", WRITING.format(file=file)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as writing:
        assert f".{file}." in writing.stdout.readline().decode()
        writing.send_signal(sent)
        _, said = writing.communicate(timeout=30)
    assert writing.returncode == code and not list(tmp_path.iterdir()), said


def walks():
    """Series of ten steps, of which those that rise have a class, and the steps above their mean another."""
    draw = np.random.default_rng(0)
    rows = pd.DataFrame({"who": np.repeat([f"s{n:02d}" for n in range(30)], 10), "t": np.tile(np.arange(10), 30)})
    rows["x"] = draw.normal(size=300).round(3) + np.where(np.arange(300) // 10 % 2, rows.t * 0.4, 0)
    rows["kind"] = np.where(np.arange(300) // 10 % 2, "rising", "level")
    rows["above"] = np.where(rows.x > rows.x.mean(), "yes", "no")
    return rows


SERIES = {
    "a class of each": (["who", "t", "x", "kind"], ("--target", "kind", "--id", "who", "--time", "t")),
    "a class of each step": (["who", "t", "x", "above"], ("--target", "above", "--id", "who", "--time", "t")),
    "a forecast": (["who", "t", "x"], ("--forecast", "1", "--season", "1", "--id", "who", "--time", "t")),
}


@pytest.mark.parametrize("name", SERIES)
def test_series_and_a_header_alone_are_predicted_as_from_a_file(name, run, monkeypatch, tmp_path):
    columns, options = SERIES[name]
    rows = walks()[columns]
    if name == "a forecast":
        rows = pd.concat([rows.assign(t=rows.t + 10 * part) for part in range(3)])
    rows.to_csv(tmp_path / "rows.csv", index=False)
    options = (*options, "--effort", "tiny", "--families", "dense", "--out", "of", "--quiet")
    assert run("compare", "rows.csv", *options).code == 0
    for part in (rows, rows[:0]):
        part.to_csv(tmp_path / "new.csv", index=False)
        wanted = run("predict", "of", "new.csv")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "new.csv").read_bytes())))
        got = run("predict", "of", "-")
        assert (got.code, got.out) == (0, wanted.out), got.err
        assert got.err == wanted.err.replace("new.csv", "standard input")
    assert len(got.out.splitlines()) == 1 and "no rows: standard input (it has a header alone)" in got.err
