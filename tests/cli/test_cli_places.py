"""Studies in places that can not take them: where nothing may be written, or that hold another."""

import json
import os
import re
import shutil
import tempfile
from functools import partialmethod
from pathlib import Path

import pytest

import fourfold
from fourfold.errors import FourfoldError
from fourfold.keywords import in_keywords


def test_the_table_of_a_study_is_printed_where_its_report_can_not_be_drawn(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "there")
    told = run("report", "there")
    (tmp_path / "there" / "report.html").unlink()
    (tmp_path / "there" / "report.html").mkdir()
    ended = run("report", "there")
    assert (ended.code, ended.out) == (4, told.out) and "Fully connected" in ended.out
    assert ended.err.startswith("fourfold: there/report.html can't be written (Is a directory): ")
    assert ended.err.endswith("Do this: write to another place (--out ANOTHER for a study, which can be copied there)\n")


def test_a_study_of_the_same_file_that_was_read_otherwise_is_told_apart(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "there")
    ended = run("compare", study.parent / "messy.csv", "--drop", "size", "--out", "there")
    assert ended.code == 2
    assert "messy.csv (target =kind) with other values or options in there, wanted " in ended.err


def _held(folder):
    (folder / "o").mkdir()
    (folder / "o" / "a").write_text("")


def _damaged(folder):
    (folder / "o" / "blocks").mkdir(parents=True)
    (folder / "o" / "study.json").write_text("{")


@pytest.mark.parametrize(
    "make, out, message",
    [
        (lambda f: (f / "o").write_text(""), "o", "--out is a file: got o, wanted a folder. Do this: --out ANOTHER"),
        (_held, "o", "the folder holds something that is not a study: got o, wanted an empty folder or an earlier study of this data. Do this: --out ANOTHER, or --force to write into it"),
        (_damaged, "o", "o/study.json is damaged, so that it can't be said whose study this is: got '{', wanted the file that fourfold compare wrote. Do this: --out ANOTHER; or --force, if the study is one of this data: it goes on from the trainings in it"),
        (lambda f: (f / "o").write_text(""), "o/p", "o/p can't be written (Not a directory): wanted a folder with space and permission to write. Do this: write to another place (--out ANOTHER for a study, which can be copied there)"),
        (lambda f: (f / "o").mkdir(), "o/p/q", "o/p/q can't be written (Permission denied): wanted a folder with space and permission to write. Do this: write to another place (--out ANOTHER for a study, which can be copied there)"),
    ],
    ids=["a file", "something else", "a damaged study", "below a file", "no permission"],
)  # fmt: skip
def test_a_place_that_can_take_no_study_is_refused_before_the_data_are_read(
    run, tmp_path, monkeypatch, make, out, message
):
    make(tmp_path)
    if "Permission" in message:
        monkeypatch.setattr("os.access", lambda place, mode: False)
    ended = run("compare", "nothing.csv", "--out", out)
    assert (ended.err, ended.out) == (f"fourfold: {message}\n", "")
    with pytest.raises(FourfoldError) as caught:
        fourfold.compare("nothing.csv", out=out)
    assert str(caught.value) == in_keywords(message) != message


def test_a_family_is_explained_where_the_study_can_not_be_read(run, tmp_path):
    (tmp_path / "there").mkdir()
    told = run("explain", "dense", "--study", "there")
    (tmp_path / "there" / "results.json").write_text("{")
    ended = run("explain", "dense", "--study", "there")
    assert (ended.code, ended.out, told.err) == (0, told.out, "")
    assert ended.err.startswith("there/results.json holds no results that can be read (")
    assert ended.err.endswith("Do this: fourfold compare DATA --out there\n")


@pytest.mark.parametrize("command", ["predict", "export"])
def test_a_model_that_is_gone_is_named_where_it_lay(run, tmp_path, study, command):
    shutil.copytree(study, tmp_path / "there")
    shutil.rmtree(tmp_path / "there" / "model")
    ended = run(command, "there", *([study.parent / "messy.csv"] if command == "predict" else []))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("fourfold: there/model/model.json can't be read (No such file or directory): ")


UNREAD = [
    (("report", "there"), "results.json"),
    (("predict", "there", "new.csv"), "model/model.json"),
    (("predict", "there", "new.csv"), "model/weights.npz"),
    (("compare", "new.csv", "--out", "there"), "study.json"),
]


@pytest.mark.parametrize(("arguments", "file"), UNREAD, ids=[f"{one[0][0]} {one[1]}" for one in UNREAD])
def test_files_of_a_study_that_may_not_be_read_are_the_machines_matter(
    run, tmp_path, monkeypatch, study, arguments, file
):
    shutil.copytree(study, tmp_path / "there")
    shutil.copy(study.parent / "messy.csv", tmp_path / "new.csv")

    def denied(path, *arguments, usual, **keywords):
        if str(path) == f"there/{file}":
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *arguments, **keywords)

    for name in ("read_text", "read_bytes"):
        monkeypatch.setattr(Path, name, partialmethod(denied, usual=getattr(Path, name)))
    ended = run(*arguments)
    said = f"fourfold: there/{file} may not be read: got Permission denied. Do this: chmod u+r there/{file}\n"
    assert (ended.code, ended.err) == (4, said)


def test_places_that_may_not_be_read_are_no_wrong_options(run, monkeypatch, study, tmp_path):
    shutil.copytree(study, tmp_path / "there")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert run("report", "there").code == 0  # in truth it may be read
    assert run("compare", "digits", "--out", "there").code == 4


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no users by number")
@pytest.mark.parametrize("command", [["predict", "study", "new.csv"], ["export", "study"], ["report", "study"]])
def test_a_study_in_a_closed_folder(run, monkeypatch, command):
    was = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        monkeypatch.chdir(name)
        (Path(name) / "study").mkdir(mode=0)
        os.seteuid(65534 if was == 0 else was)  # root may read everything
        try:
            ended = run(*command)
        finally:
            os.seteuid(was)
            os.chmod(Path(name) / "study", 0o700)
    who = "a" if was == 0 else "u"
    assert (ended.code, ended.out) == (4, "")
    assert re.fullmatch(
        rf"fourfold: study\S* may not be read: got Permission denied, in the folder study. Do this: chmod {who}\+rx study\n",
        ended.err,
    )


@pytest.mark.parametrize(
    "where, value",
    [
        ("data", []),
        ("data.task", 7),
        ("families.0.family", []),
        ("families.0.score", "x"),
        ("data.each", 7),
        ("families.0.curve.mean", {}),
        ("families.0.curve.lowest_loss_step", "x"),
        ("verdict.kind", {}),
    ],
)
def test_results_with_values_of_other_types_are_said_to_be_changed(where, value, run, study, tmp_path):
    shutil.copytree(study, tmp_path / "copy")
    path = tmp_path / "copy" / "results.json"
    results = place = json.loads(path.read_text())
    *names, last = where.split(".")
    for name in names:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    path.write_text(json.dumps(results))
    before = {name: (tmp_path / "copy" / name).read_bytes() for name in ("report.html", "table.csv")}
    ended = run("report", "copy")
    assert ended.code == 2 and ended.err.count("\n") == 1
    assert ended.err.startswith("fourfold: copy/results.json holds ")
    assert "something else than fourfold compare wrote: got " in ended.err or "can be read (no " in ended.err
    assert before == {name: (tmp_path / "copy" / name).read_bytes() for name in before}
    ended = run("predict", "copy", study.parent / "messy.csv", "--out", "p.csv")
    assert ended.code == 0 and (tmp_path / "p.csv").exists()
    assert ("nothing is said of the verdict: copy/results.json holds " in ended.err) is (where == "verdict.kind")

def _failing(x):
    raise ValueError("no layer takes it")


@pytest.mark.parametrize(
    "options, slug",
    [
        ({"effort": "tiny", "hyperparameters": True}, "measures-of-tiny"),
        ({"effort": "tiny", "candidates": {"mine": _failing}}, "own-candidate"),
    ],
    ids=["an option", "a candidate"],
)
def test_a_study_that_is_refused_leaves_no_temporary_folder(tmp_path, monkeypatch, options, slug):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(FourfoldError) as refused:
        fourfold.compare("iris", verbose=False, **options)
    assert refused.value.slug == slug
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_removed_while_the_shell_stands_in_it(run, monkeypatch, tmp_path):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    ended = run("compare", "digits", "--effort", "tiny")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err == (
        "fourfold: the folder in which this was started is gone: wanted one that exists. "
        "Do this: cd to another, and start again\n"
    )
