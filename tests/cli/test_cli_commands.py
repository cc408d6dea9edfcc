"""The command line: help, plans, messages and exit codes, predictions, reports."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys

import duckdb
import numpy as np
import pytest
from cli_samples import TINY, fourfold, messy, told_in
from rich.console import Console

from fourfold import __version__, comparison, load_model
from fourfold.report.progress import Lines
from fourfold.study.efforts import EFFORTS
from fourfold.study.workers import Inline

GOOD = "v,w,y\n" + "".join(f"{i % 13},{i % 7},{'pq'[i % 2]}\n" for i in range(40))


# ---- the program itself ------------------------------------------------------------------------------------


def test_help_and_version(tmp_path):
    version = fourfold("--version", cwd=tmp_path)
    assert (version.returncode, version.stdout, version.stderr) == (0, f"fourfold {__version__}\n", "")
    text = fourfold("compare", "--help", cwd=tmp_path).stdout
    for option in ("--target", "--out", "--effort", "--seed ", "--task", "--layout", "--test", "--seeds",
                   "--bounds", "--margin", "--dry-run", "--force", "--no-examples", "--quiet", "--json"):  # fmt: skip
        assert option in text
    assert re.search(
        r"quick: 4 learning rates x \d+ seeds?, \d+ to [\d,]+ steps, .*\n +standard: .*\n +thorough: ", text
    )
    nothing = fourfold(cwd=tmp_path)
    assert "compare" in nothing.stdout + nothing.stderr and nothing.returncode in (0, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_plan_says_what_it_costs_and_writes_nothing(tmp_path):
    plan = fourfold("compare", "digits", "--dry-run", "--effort", "quick", cwd=tmp_path)
    assert plan.returncode == 0 and plan.stdout == ""
    assert re.search(r"cost: [\d,]+ trainings of \d+ steps, .+ on \d+ idle cores?.*, about [\d,]+ MB", plan.stderr)
    assert re.search(r" \(up to [\d,]+ if the best learning rates lie at the grid's edge\), about ", plan.stderr)
    assert (
        "task: classification into 10 classes" in plan.stderr
        and "layout: image of 8 x 8 pixels" in plan.stderr
    )
    assert list(tmp_path.iterdir()) == []


def test_what_is_inferred_comes_with_the_option_that_overrides_it(run, tmp_path):
    messy(tmp_path / "messy.csv")
    ended = run("compare", "messy.csv", "--dry-run")
    assert ended.code == 0
    assert "target: =kind (the last column); --target NAME overrides" in ended.err
    assert "left out: 'id' (it counts the rows)" in ended.err
    assert re.search(r"missing values: .*<b>color</b> \d+", ended.err)
    other = run("compare", "messy.csv", "--target", "size", "--task", "regression", "--dry-run")
    assert other.code == 0 and "left out: 22 of 90 rows (the target is missing; fourfold predict" in other.err
    quiet = run("compare", "messy.csv", "--dry-run", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


# ---- messages and exit codes -------------------------------------------------------------------------------


def write(name, content):
    return lambda folder: (folder / name).write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )


def npz(**arrays):
    return lambda folder: np.savez(folder / "d.npz", **arrays)


X, Y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 2
BAD = [
    ("no such file", lambda f: None, "nothing.csv", "there is no such file or data set: got 'nothing.csv'", 2),
    ("a close name", lambda f: None, "digit", "Do this: use digits", 2),
    ("an empty file", write("d.csv", ""), "d.csv", "is empty", 2),
    ("an unreadable file", write("d.csv", b"\x00\xff\x00\x01" * 50), "d.csv", "d.csv", 2),
    ("a folder", lambda f: (f / "d.csv").mkdir(), "d.csv", "d.csv is a folder without data: got no files, wanted tables", 2),
    ("a pickle", write("d.pkl", b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94."), "d.pkl", "pickle", 3),
    ("a missing target", write("d.csv", GOOD), "d.csv --target yy", "the target is not a column: got 'yy'.*Do this: --target y", 2),
    ("one class", write("d.csv", GOOD.replace("q", "p")), "d.csv", "one class|the same value", 2),
    ("a class of one", write("d.csv", GOOD + "1,2,r\n"), "d.csv", "'r'.*1 row|one example|only 1", 2),
    ("lengths", npz(x=X, y=Y[:-1]), "d.npz", "30.*29", 2),
    ("NaN beside one value", npz(x=X, y=np.where(Y, np.nan, 1.0)), "d.npz", "missing in some rows: got 15 of 30 rows", 2),
    ("an infinite target", npz(x=X, y=np.where(Y, np.inf, 1.0)), "d.npz", "is infinite in some rows", 2),
    ("objects", npz(x=np.array([[1, None]] * 30), y=Y), "d.npz", "holds Python objects, a pickle", 3),
    ("no effort", write("d.csv", GOOD), "d.csv --effort quik", r"unknown effort: got 'quik' \(did you mean 'quick'\?\)", 2),
    ("no task", write("d.csv", GOOD), "d.csv --task clasification", "Do this: --task classification", 2),
    ("no layout", write("d.csv", GOOD), "d.csv --layout imag", "Do this: --layout image", 2),
    ("a layout that can't be", write("d.csv", GOOD), "d.csv --layout image", "layout|image", 2),
    ("bounds of classes", write("d.csv", GOOD), "d.csv --bounds 0 1", "bounds belong to a regression", 2),
    ("bounds turned around", write("d.csv", GOOD), "d.csv --target v --task regression --bounds 9 0", "the lower one first", 2),
    ("bounds too narrow", write("d.csv", GOOD), "d.csv --target v --task regression --bounds 0 9", "beyond its bounds.*--bounds 0 12", 2),
    ("no seeds", write("d.csv", GOOD), "d.csv --seeds 0", "got --seeds 0, wanted 1 or more", 2),
    ("no steps", write("d.csv", GOOD), "d.csv --steps 0", "without a step: got --steps 0, wanted 1 or more", 2),
    ("a seed below zero", write("d.csv", GOOD), "d.csv --seed -1", "got --seed -1, wanted 0 or more", 2),
    ("seeds in words", write("d.csv", GOOD), "d.csv --seeds many", "Invalid value for '--seeds'.*--help", 2),
    ("no margin", write("d.csv", GOOD), "d.csv --margin nan", "got --margin nan, wanted 0 or more", 2),
    ("a margin in points", write("d.csv", GOOD), "d.csv --margin 5", "farther apart than 1: got --margin 5 of accuracy.*--margin 0.05", 2),
    ("no such option", write("d.csv", GOOD), "d.csv --efort quick", "No such option: --efort.*--effort", 2),
    ("a target of embedded data", lambda f: None, "iris --target petal", "leave out --target", 2),
    ("out is a file", write("d.csv", GOOD), "d.csv --out d.csv", "--out is a file: got d.csv, wanted a folder", 2),
    ("out holds other files", lambda f: [write("d.csv", GOOD)(f), (f / "o").mkdir(), write("o/a", "")(f)], "d.csv --out o", "something that is not a study.*--force", 2),
]  # fmt: skip


@pytest.mark.parametrize(
    "make, arguments, text, code", [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_messages(run, tmp_path, make, arguments, text, code):
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = run("compare", *arguments.split())
    message = ended.err.splitlines()[-1]
    assert message.startswith("fourfold: ") and re.search(text, message), ended.err
    assert (ended.code, ended.out) == (code, "") and "Traceback" not in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_message_of_the_real_program(tmp_path):
    ended = fourfold("compare", "nothing.csv", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "") and ended.stderr.startswith(
        "fourfold: there is no such file"
    )
    wrong = fourfold("compar", "iris", cwd=tmp_path)
    assert wrong.returncode == 2 and "No such command 'compar'" in wrong.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_study(run, tmp_path, study):
    (tmp_path / "d.csv").write_text(GOOD)
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    ended = run("compare", "d.csv", "-o", study, "--effort", "quick")
    assert ended.code == 2
    assert (
        "holds a study of other data or another target: got" in ended.err
        and "--force to replace it" in ended.err
    )
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before


def test_what_is_kept_from_before_is_said(tmp_path, study, monkeypatch):
    monkeypatch.setitem(EFFORTS, "quick", TINY)
    out, options, said = tmp_path / "out", comparison.Options(effort="quick"), io.StringIO()
    shutil.copytree(study, out)
    for block in (out / "blocks").glob("attention-M-*.npz"):
        block.unlink()
    data = comparison.load_data(str(study.parent / "messy.csv"), None, options)
    progress = Lines(Console(file=said, width=80))
    comparison.run(data, options, out, source="messy.csv", progress=progress, executor=Inline())
    lines = said.getvalue().splitlines()
    runs = {name: [line for line in lines if re.match(rf"{name}: \d+ of", line)] for name in ("dense", "attention")}
    assert runs["dense"] and all(", kept from before" in line for line in runs["dense"])
    assert not all(", kept from before" in line for line in runs["attention"])


# ---- the folder --------------------------------------------------------------------------------------------


def test_the_files_of_a_study(study):
    assert {path.name for path in study.iterdir()} >= {
        "results.json", "timings.json", "table.csv", "report.html", "study.json", "model", "blocks"
    }  # fmt: skip
    assert {path.name for path in (study / "model").iterdir()} == {
        "model.json", "preparation.json", "weights.npz", "model.py"
    }  # fmt: skip
    results = json.loads((study / "results.json").read_text())
    assert [row["family"] for row in results["families"]] == [
        "dense",
        "convolution",
        "recurrent",
        "attention",
    ]
    assert {row["status"] for row in results["families"]} == {"trained"}
    assert not re.search(r'"[a-z_]*(second|time|date)[a-z_]*":', json.dumps(results))
    assert set(json.loads((study / "timings.json").read_text())["families"]) >= {"dense", "attention"}
    rows = list(csv.DictReader((study / "table.csv").open()))
    assert [row["kind"] for row in rows] == ["family"] * 4 + ["baseline"] * 3
    names: dict = {}
    exec((study / "model" / "model.py").read_text(), names)
    assert names["model"].count_params() > 0
    page = (study / "report.html").read_text()
    assert "<b>color</b>" not in page and "http" not in re.findall(r'src="(.{4})', page)


def test_the_saved_model_takes_raw_rows(study):
    model = load_model(study)
    raw = study.parent / "messy.csv"
    labels, probabilities = model.predict(str(raw)), model.predict_proba(str(raw))
    assert set(labels) <= {"=1+1", "😀"} and len(labels) == 90
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert model.network.count_params() == sum(np.size(w) for w in model.network.get_weights())


# ---- predict -----------------------------------------------------------------------------------------------


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def table(study):
    with (study.parent / "messy.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def save(path, rows, columns):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def test_predictions_as_csv(run, tmp_path, study):
    ended = run("predict", study, study.parent / "messy.csv")
    rows = read_csv(ended.out)
    assert ended.code == 0 and len(rows) == 90
    assert list(rows[0]) == ["id", "'=kind", "prediction", "probability =1+1", "probability 😀"]
    assert [row["id"] for row in rows[:3]] == ["0", "1", "2"]
    assert {row["prediction"] for row in rows} <= {
        "'=1+1",
        "😀",
    }  # a cell that a spreadsheet would run is quoted
    to_file = run("predict", study, study.parent / "messy.csv", "--out", "p.csv")
    assert (to_file.code, to_file.out) == (0, "") and "wrote p.csv" in to_file.err
    assert (tmp_path / "p.csv").read_text() == ended.out


def test_predictions_are_utf_8_whatever_standard_output_is(tmp_path, study):
    data = study.parent / "messy.csv"
    to_file = fourfold("predict", study, data, "--out", "p.csv", cwd=tmp_path)
    ended = fourfold("predict", study, data, cwd=tmp_path, env=told_in("ascii"), encoding="utf-8")
    assert (to_file.returncode, ended.returncode) == (0, 0) and "😀" in ended.stdout
    assert ended.stdout == (tmp_path / "p.csv").read_text(encoding="utf-8")


def test_predictions_as_parquet(run, study):
    """The same as in csv, in their types; names that a spreadsheet would run need no quote here."""
    want = read_csv(run("predict", study, study.parent / "messy.csv").out)
    assert run("predict", study, study.parent / "messy.csv", "--out", "p.parquet").code == 0
    rows = duckdb.sql("SELECT * FROM 'p.parquet'")
    assert rows.columns == ["id", "=kind", "prediction", "probability =1+1", "probability 😀"]
    assert [str(kind) for kind in rows.types] == ["BIGINT", "VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE"]
    found = rows.fetchall()
    assert [row[0] for row in found] == [int(row["id"]) for row in want]
    assert [f"{row[3]:.6f}" for row in found] == [row["probability =1+1"] for row in want]
    itself = run("predict", study, study.parent / "messy.csv", "--out", study.parent / "messy.csv")
    assert itself.code == 2 and "predictions would take the place of the data" in itself.err
    other = run("predict", study, study.parent / "messy.csv", "--out", "p.xlsx")
    assert other.code == 2 and "wanted a name that ends in .csv or .parquet" in other.err
    packed = run("predict", study, study.parent / "messy.csv", "--out", "there/p.csv.gz")
    assert packed.code == 2 and packed.err.strip().endswith("Do this: --out there/p.csv")


def test_predictions_of_a_header_alone(run, tmp_path, study):
    """A step of a pipeline that has no rows gives the header of its predictions, also among files that have some."""
    names = ["id", "<b>color</b>", "a, b", "size"]
    save(tmp_path / "a.csv", [], names)
    got = run("predict", study, "a.csv")
    assert got.code == 0 and read_csv(got.out) == [] and "no rows: a.csv" in got.err
    assert got.out == "id,prediction,probability =1+1,probability 😀\n"
    save(tmp_path / "b.csv", table(study)[:2], names)
    assert run("predict", study, "[ab].csv", "-o", "p.parquet").code == 0
    rows = duckdb.sql("SELECT * FROM 'p.parquet'")
    assert [str(kind) for kind in rows.types[-3:]] == ["VARCHAR", "DOUBLE", "DOUBLE"] and len(rows.fetchall()) == 2


def test_columns_in_another_order_and_unknown_levels(run, tmp_path, study):
    rows = table(study)
    want = read_csv(run("predict", study, study.parent / "messy.csv").out)
    save(tmp_path / "new.csv", rows, ["<b>color</b>", "a, b", "size"])
    got = run("predict", study, "new.csv")
    assert got.code == 0
    assert [row["prediction"] for row in read_csv(got.out)] == [row["prediction"] for row in want]
    save(tmp_path / "new.csv", [{**rows[0], "<b>color</b>": "mauve"}, rows[1]], list(rows[0]))
    unknown = run("predict", study, "new.csv")
    assert unknown.code == 0 and len(read_csv(unknown.out)) == 2 and "'mauve'" in unknown.err


def test_a_column_that_is_called_as_a_prediction_is_kept(run, tmp_path, study):
    rows = [{**row, "prediction": f"old {i}"} for i, row in enumerate(table(study))]
    save(tmp_path / "new.csv", rows, list(rows[0]))
    found = read_csv(run("predict", study, "new.csv").out)
    want = read_csv(run("predict", study, study.parent / "messy.csv").out)
    assert [row["prediction"] for row in found] == [row["prediction"] for row in want]
    assert [row["prediction as given"] for row in found][:2] == ["old 0", "old 1"]


@pytest.mark.parametrize(
    "columns, text",
    [
        (["size", "a, b"], "'<b>color</b>' is missing"),
        (["size", "a, bb", "<b>color</b>"], r"'a, b' is missing.*'a, bb'"),
    ],
    ids=["missing", "renamed"],
)
def test_columns_that_do_not_fit(run, tmp_path, study, columns, text):
    rows = [{**row, "a, bb": row["a, b"]} for row in table(study)]
    save(tmp_path / "new.csv", rows, columns)
    ended = run("predict", study, "new.csv")
    assert (ended.code, ended.out) == (2, "") and re.search(text, ended.err), ended.err


def test_names_in_another_case_are_taken_and_said(run, tmp_path, study):
    rows = [{**row, "A, B": row["a, b"]} for row in table(study)]
    save(tmp_path / "new.csv", rows, ["size", "A, B", "<b>color</b>"])
    got, want = run("predict", study, "new.csv"), run("predict", study, study.parent / "messy.csv")
    assert [row["prediction"] for row in read_csv(got.out)] == [row["prediction"] for row in read_csv(want.out)]
    assert got.code == 0 and "column 'A, B' taken for 'a, b'" in got.err


def test_rows_of_a_kind_that_does_not_fit(run, tmp_path, study):
    np.savez(tmp_path / "d.npz", x=np.zeros((5, 7, 2)))
    ended = run("predict", study, "d.npz")
    assert ended.code == 2 and ended.err.startswith("fourfold: ") and ended.out == ""
    (tmp_path / "d.csv").write_text('size,"a, b",<b>color</b>\n1.0,many,red\n')
    words = run("predict", study, "d.csv")
    assert (words.code == 2 and "'a, b'" in words.err) or "many" in words.err


def test_a_folder_without_a_model(run, tmp_path, study):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nothing"):
        ended = run("predict", folder, study.parent / "messy.csv")
        assert ended.code == 2 and "wanted a folder that fourfold compare wrote" in ended.err


def test_the_name_of_a_folder_with_a_slip(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "fourfold-messy")
    ended = run("predict", "fourfold-mesy", study.parent / "messy.csv")
    assert ended.code == 2 and ended.err.endswith("Do this: use fourfold-messy\n")
    assert "then use FOLDER" in run("predict", "elsewhere", study.parent / "messy.csv").err


@pytest.mark.parametrize("name", ["weights.npz", "preparation.json", "model.json"])
def test_a_damaged_model(run, tmp_path, study, name):
    shutil.copytree(study, tmp_path / "copy")
    path = tmp_path / "copy" / "model" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content[:-3] if name == "model.json" else content)
    ended = run("predict", "copy", study.parent / "messy.csv")
    assert ended.code == 2 and f"{name} is damaged" in ended.err and ended.out == ""


# ---- report ------------------------------------------------------------------------------------------------


def test_a_report_is_drawn_again(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "copy")
    page = (tmp_path / "copy" / "report.html").read_text()
    (tmp_path / "copy" / "report.html").unlink()
    shutil.rmtree(tmp_path / "copy" / "blocks")
    ended = run("report", "copy")
    again = (tmp_path / "copy" / "report.html").read_text()
    assert ended.code == 0 and len(again.splitlines()) == len(page.splitlines())
    pairs = [pair for pair in zip(page.splitlines(), again.splitlines()) if pair[0] != pair[1]]
    assert pairs and all(new == old.replace(str(study), "copy") for old, new in pairs)
    assert "Fully connected" in ended.out and "boosted trees" in ended.out
    for line in ("fourfold predict copy NEWDATA", "copy/report.html", f"messy.csv --effort quick --out {study}\n"):
        assert line in ended.out
    as_json = run("report", "copy", "--json")
    assert json.loads(as_json.out) == json.loads((study / "results.json").read_text())


def test_a_report_of_nothing(run, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nothing"):
        ended = run("report", folder)
        assert ended.code == 2 and "wanted a folder that fourfold compare finished" in ended.err
    (tmp_path / "empty" / "results.json").write_text('{"schema": 999}')
    ended = run("report", "empty")
    assert ended.code == 2 and ended.err.startswith("fourfold: ") and "Traceback" not in ended.err
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["results.json"]


def test_what_is_typed_first_and_last(run, tmp_path):
    bare, asked = run(), run("--help")
    assert (bare.code, asked.code) == (0, 0) and "Commands:" in bare.out and "\\x0a" not in bare.out + bare.err
    messy(tmp_path / "d.csv")
    cost = json.loads(run("compare", "d.csv", "--dry-run", "--json").out)
    assert cost["replicas"] > 0 and cost["megabytes"] > 100 and cost["most"] >= cost["replicas"]
    script = f"{sys.executable} -m fourfold inspect d.csv | true; exit ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, text=True).returncode == 0


@pytest.mark.parametrize("command", ["compare", "inspect", "predict", "export", "report", "explain"])
def test_help_says_what_an_option_takes(run, command):
    """A file, a column, a number: not the type that Python has for it."""
    options = run(command, "--help").out.partition("Options:")[2]
    assert "--help" in options and not re.search(r"<\w+", options)


@pytest.mark.parametrize(("called", "family"), [("cnn", "convolution"), ("LSTM", "recurrent"), ("dens", "dense")])
def test_a_family_to_explain_is_known_by_its_other_names(run, called, family):
    ended = run("explain", called)
    assert ended.code == 2 and f"got '{called}' (did you mean '{family}'?)" in ended.err


def test_an_option_of_another_command_is_told_as_such(run):
    ended = run("inspect", "iris", "--effort", "quick")
    said = "fourfold inspect has no option --effort, which belongs to fourfold compare\n"
    assert (ended.code, ended.err) == (2, f"fourfold: {said}")
    assert "which belongs to fourfold compare and fourfold inspect" in run("predict", "study", "iris", "--layout", "flat").err
    assert "No such option: --effrt" in run("inspect", "iris", "--effrt", "quick").err


def test_two_kinds_of_workers_are_refused_before_the_data_are_read(run):
    ended = run("compare", "no-file.csv", "--workers", 2, "--scheduler", "tcp://host:1")
    assert ended.code == 2 and "--scheduler names a cluster that runs: got both, wanted one of them" in ended.err


def test_a_study_beside_a_family_to_explain_is_told_its_option(run, tmp_path):
    (tmp_path / "study").mkdir()
    ended = run("explain", "dense", "study")
    assert ended.code == 2 and "Do this: fourfold explain FAMILY --study FOLDER" in ended.err
    assert "several files are one table" in run("compare", "study", "study").err
