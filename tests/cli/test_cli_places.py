"""Studies in places that can not take them: where nothing may be written, or that hold another."""

import shutil


def test_the_table_of_a_study_is_printed_where_its_report_can_not_be_drawn(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "there")
    told = run("report", "there")
    (tmp_path / "there" / "report.html").unlink()
    (tmp_path / "there" / "report.html").mkdir()
    ended = run("report", "there")
    assert (ended.code, ended.out) == (4, told.out) and "Fully connected" in ended.out
    assert ended.err.startswith("fourfold: there/report.html can't be written (Is a directory): ")
    assert ended.err.endswith("Do this: write to another place with --out, or copy the study to one\n")


def test_a_study_of_the_same_file_that_was_read_otherwise_is_told_apart(run, tmp_path, study):
    shutil.copytree(study, tmp_path / "there")
    ended = run("compare", study.parent / "messy.csv", "--drop", "size", "--out", "there")
    assert ended.code == 2
    assert "messy.csv (target =kind) with other values or options in there, wanted " in ended.err
