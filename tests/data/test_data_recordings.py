"""Folders whose files are a series each: lines of numbers, a column a channel."""

import numpy as np
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing.preparation import Preparation

SERIES = [np.random.default_rng(place).normal(size=(8 + place % 3, 2)).round(3) for place in range(24)]
LABELS = ["ab"[place % 2] for place in range(24)]


def lines(array, mark=" ", names=None, decimal=".", time=False):
    told = time if callable(time) else lambda step: [f"{0.1 * step:.1f}"] if time else []
    rows = [[cell.replace(".", decimal) for cell in map(str, row)] for row in array]
    cells = ([names] if names else []) + [[*told(step), *row] for step, row in enumerate(rows)]
    return "".join(mark.join(row) + "\n" for row in cells)


def folder(path, end=".txt", **how):
    for place, (array, label) in enumerate(zip(SERIES, LABELS)):
        (path / label).mkdir(parents=True, exist_ok=True)
        (path / label / f"r{place:02d}{end}").write_text(lines(array, **how))
    return path


FORMS: dict[str, dict] = {
    "blanks": {},
    "commas": {"mark": ",", "end": ".csv"},
    "names": {"mark": ",", "end": ".csv", "names": ["ax", "ay"]},
    "decimal commas": {"mark": ";", "decimal": ","},
    "tabs": {"mark": "\t", "end": ".dat"},
    "a time": {"time": True},
    "a time of days and clocks": {"mark": ",", "time": lambda step: [f"2021-01-05T12:00:{step:02d}.500Z"]},
    "a time of days and of clocks": {"mark": ";", "decimal": ",", "names": ["day", "clock", "ax", "ay"], "time": lambda step: ["05.01.2021", f"12:00:{step:02d}"]},
    "a time of days and clocks between blanks": {"time": lambda step: ["2021-01-05", f"12:00:{step:02d}.250"]},
    "a time of quoted days": {"mark": ",", "names": ["t", "ax", "ay"], "end": ".csv", "time": lambda step: [f'"2021-01-{step + 1:02d}"']},
    "a time with a name": {"mark": ",", "end": ".csv", "names": ["time (s)", "ax", "ay"], "time": True},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_file_is_the_series_that_a_program_holds(tmp_path, form):
    data = read(folder(tmp_path / "f", **FORMS[form]))
    order = [place for label in "ab" for place, own in enumerate(LABELS) if own == label]
    held = from_arrays([SERIES[place] for place in order], [LABELS[place] for place in order])
    np.testing.assert_array_equal(data.inputs, held.inputs)
    assert data.layout == "sequence" and data.target.tolist() == held.target.tolist()
    assert data.ids[0].startswith("a/r00")
    assert ("left out: " in "\n".join(map(str, data.notes))) == form.startswith("a time")


def test_files_of_nothing_but_days_are_no_series(tmp_path):
    for place in range(24):
        (tmp_path / "ab"[place % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[place % 2] / f"{place}.txt").write_text(f"2021-01-{place + 1:02d}\n2022-01-05\n")
    assert read(tmp_path).layout == "text"


def test_new_files_are_read_as_those_of_training(tmp_path):
    data = read(folder(tmp_path / "f", time=True))
    preparation = Preparation.fit(data, range(24))
    whole = read_inputs(folder(tmp_path / "g", time=True), preparation)
    flat = tmp_path / "flat"
    flat.mkdir()
    for place in (3, 4):
        (flat / f"n{place}.txt").write_text(lines(SERIES[place], time=True))
    new, one = read_inputs(flat, preparation), read_inputs(flat / "n4.txt", preparation)
    np.testing.assert_array_equal(whole.inputs, data.inputs)
    assert new.rows == 2 and new.others["id"].tolist() == ["n3.txt", "n4.txt"]
    np.testing.assert_array_equal(new.inputs[1:], one.inputs)
    np.testing.assert_array_equal(one.inputs[0, :9, 0][: len(SERIES[4])], SERIES[4][:9, 0])


def new(path, array, names=None, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines(array, ",", names, **how))
    return path


def test_channels_are_known_by_their_names(tmp_path):
    """In another order, beside others, in files of training and in new ones."""
    known = Preparation.fit(read(folder(tmp_path / "f", mark=",", names=["ax", "ay"])), range(24))
    turned = read_inputs(new(tmp_path / "t.csv", SERIES[4][:, ::-1], ["ay", "ax"]), known)
    np.testing.assert_array_equal(turned.inputs[0][: len(SERIES[4])], SERIES[4])
    more = np.column_stack([SERIES[4][:, 1], np.arange(len(SERIES[4])), SERIES[4][:, 0]])
    beside = read_inputs(new(tmp_path / "m.csv", more, ["ay", "az", "ax"]), known)
    np.testing.assert_array_equal(beside.inputs, turned.inputs)
    assert "left out: 'az' (the model has no such channel)" in "\n".join(map(str, beside.notes))
    unnamed = read_inputs(new(tmp_path / "u.csv", SERIES[4], time=True), known)
    np.testing.assert_array_equal(unnamed.inputs, turned.inputs)
    assert "columns taken in their order: 'ax', 'ay'" in "\n".join(map(str, unnamed.notes))
    with pytest.raises(DataError, match=r"got 'ax', 'bx', wanted 'ax', 'ay'\. Do this: rename what holds 'ay', or add"):
        read_inputs(new(tmp_path / "o.csv", SERIES[4], ["ax", "bx"]), known)
    new(tmp_path / "f" / "a" / "r02.txt", SERIES[2][:, ::-1], ["ay", "ax"])
    np.testing.assert_array_equal(read(tmp_path / "f").inputs, read(folder(tmp_path / "g")).inputs)


def test_a_new_file_that_rises_has_all_the_channels_that_were_learnt(tmp_path):
    known = Preparation.fit(read(folder(tmp_path / "f")), range(24))
    rising = np.column_stack([np.arange(8.0), np.ones(8)])
    np.testing.assert_array_equal(read_inputs(new(tmp_path / "r.csv", rising), known).inputs[0][:8], rising)


def test_texts_and_odd_files(tmp_path):
    texts = tmp_path / "texts"
    for place, label in enumerate(LABELS):
        (texts / label).mkdir(parents=True, exist_ok=True)
        (texts / label / f"{place}.txt").write_text(f"a line of words\nand {place} more of them\n")
    assert read(texts).layout == "text"
    numbers = folder(tmp_path / "f")
    assert read(numbers, layout="text").layout == "text"
    (numbers / "a" / "r01b.txt").write_text("1 2\n3 x\n")
    with pytest.raises(DataError, match=r"r01b.txt is no series of numbers.*got '3 x'.*remove the file"):
        read(numbers)
    (numbers / "a" / "r01b.txt").write_text("1 2 3\n3 4 5\n")
    with pytest.raises(DataError, match=r"r01b.txt has other columns than r00.txt: got 3 columns, wanted 2 columns"):
        read(numbers)
    (numbers / "a" / "r01b.txt").write_text("1 2\n3\n")
    with pytest.raises(DataError, match="got lines of '1', '2' numbers"):
        read(numbers)


def test_the_only_folder_in_a_folder_holds_the_new_files(tmp_path):
    known = Preparation.fit(read(folder(tmp_path / "f", names=["ax", "ay"], mark=",")), range(16))
    for name in ("n0.csv", "n1.csv"):
        new(tmp_path / "new" / "monday" / name, SERIES[4], ["ay", "ax"])
    rows = read_inputs(tmp_path / "new", known)
    np.testing.assert_array_equal(rows.inputs, read_inputs(tmp_path / "new" / "monday", known).inputs)
    said = [str(note) for note in rows.notes]
    assert "folder: monday (the only one)" in said and "series: 2 files of numbers, each a series" in said


def test_new_series_of_another_length_are_told_which_is_wanted(tmp_path):
    equal = [array[:8] for array in SERIES]
    for place, array in enumerate(equal):
        new(tmp_path / "f" / LABELS[place] / f"r{place:02d}.csv", array, ["ax", "ay"])
    known = Preparation.fit(read(tmp_path / "f"), range(16))
    wanted = r"wanted rows of shape \(8, 2\), 2 columns: 'ax', 'ay'. Do this: give series of 8 steps, as all were"
    with pytest.raises(DataError, match=wanted):
        read_inputs(new(tmp_path / "long.csv", np.concatenate(equal[:2]), ["ax", "ay"]), known)
