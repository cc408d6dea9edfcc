"""Parts of an archive of series: the same data set from every form, and what is said of it."""

import numpy as np
import pytest

from fourfold.data import read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

TRAIN, TEST, STEPS = 60, 40, 12


def series(rows, classes, seed=0, lengths=False):
    """Series (N, T), in some of which NaN follows an end, and the class of each."""
    draw = np.random.default_rng(seed)
    labels = np.arange(rows) % classes + 1
    x = np.round(draw.normal(size=(rows, STEPS)).cumsum(axis=1) + labels[:, None], 4)
    if lengths:
        x[::3, -4:] = np.nan
        x[1, 2] = np.nan
    return x, labels


def text(x, labels, separator, spelled="{:d}"):
    """Rows as the archive writes them: the class, and the steps behind it."""
    cells = ([spelled.format(label), *map(repr, row)] for row, label in zip(x.tolist(), labels.tolist()))
    return "".join(separator.join(row).replace("nan", "NaN") + "\n" for row in cells)


def arff(x, labels):
    head = [f"@attribute att{step} numeric" for step in range(STEPS)]
    classes = ",".join(map(str, sorted({*labels.tolist()})))
    rows = [",".join([*map(repr, row), str(label)]).replace("nan", "?") for row, label in zip(x.tolist(), labels)]
    return "\n".join(["@relation Gun", "", *head, f"@attribute target {{{classes}}}", "", "@data", *rows, ""])


def ts(x, labels):
    head = ["@problemName Gun", "@univariate true", "@classLabel true " + " ".join(map(str, sorted({*labels.tolist()})))]
    rows = [",".join(map(repr, row)).replace("nan", "?") + f":{label}" for row, label in zip(x.tolist(), labels)]
    return "\n".join([*head, "@data", *rows, ""])


FORMS = {
    "tsv": (".tsv", lambda x, y: text(x, y, "\t")),
    "txt": (".txt", lambda x, y: text(x, y, "  ", "{:.7e}")),
    "without an end": ("", lambda x, y: text(x, y, ",")),
    "csv": (".csv", lambda x, y: text(x, y, ",")),
    "arff": (".arff", arff),
    "ts": (".ts", ts),
}


def write(folder, form, classes, lengths=False, name="Gun"):
    end, of = FORMS[form]
    paths = [folder / f"{name}_{part}{end}" for part in ("TRAIN", "TEST")]
    for seed, (path, rows) in enumerate(zip(paths, (TRAIN, TEST))):
        path.write_text(of(*series(rows, classes, seed, lengths)))
    return paths


@pytest.mark.parametrize("classes", [2, 11, 24])
@pytest.mark.parametrize("form", [form for form in FORMS if form != "ts"])
def test_an_archive_gives_the_same_in_each_of_its_forms(form, classes, tmp_path):
    train, test = write(tmp_path, "ts", classes, lengths=True)
    wanted = read(train, test=test)
    found_train, found_test = write(tmp_path, form, classes, lengths=True)
    found = read(found_train, test=found_test)
    assert found.layout == wanted.layout == "sequence"
    np.testing.assert_array_equal(found.inputs, wanted.inputs)
    assert found.task.classes == wanted.task.classes == tuple(map(str, range(1, classes + 1)))
    assert found.target.tolist() == wanted.target.tolist()
    notes = "\n".join(map(str, found.notes))
    assert "lengths: 8 to 12 steps" in notes
    assert "as in the UCR archive; the columns in their order); --layout NAME overrides" in notes


def padded(path, behind):
    """The same file with further cells behind each row."""
    path.write_text("".join(f"{line}\t{behind}\n" for line in path.read_text().splitlines()))


def test_steps_that_no_series_has_are_left_out(tmp_path):
    """Padded to the longest series of a larger archive; new rows may have values there, which no model has seen."""
    wanted = [path.read_text() for path in write(tmp_path, "tsv", 3, lengths=True)]
    unpadded = read(tmp_path)
    for path in (train := tmp_path / "Gun_TRAIN.tsv", test := tmp_path / "Gun_TEST.tsv"):
        padded(path, "NaN\tNaN")
    found = read(train, test=test)
    np.testing.assert_array_equal(found.inputs, unpadded.inputs)
    assert "left out: the last 2 steps (missing in all series)" in map(str, found.notes)
    learnt = Preparation.fit(read(train), np.arange(TRAIN))
    again = read_inputs(test, learnt)
    assert not any(str(note).startswith("ignored") for note in again.notes)
    test.write_text(wanted[1])
    np.testing.assert_array_equal(read_inputs(test, learnt).inputs, again.inputs)
    padded(test, "1.5\tNaN")
    longer = read_inputs(test, learnt)
    np.testing.assert_array_equal(longer.inputs, again.inputs)
    assert "ignored: 'x13' (in training no series had a value there)" in map(str, longer.notes)
    for steps in (STEPS, 5):
        x, y = series(TEST, 3, 1)
        (tmp_path / "new.ts").write_text(ts(x[:, :steps], y))
        found = read_inputs(tmp_path / "new.ts", learnt).inputs
        np.testing.assert_array_equal(found[:, :steps, 0], x[:, :steps])
        assert np.isnan(found[:, steps:]).all() and found.shape == (TEST, STEPS, 1)


def test_a_folder_of_an_archive_is_read_as_its_files_are(tmp_path):
    train, test = write(tmp_path, "tsv", 3)
    found, wanted = read(tmp_path), read(train, test=test)
    assert found.layout == "sequence"
    np.testing.assert_array_equal(found.inputs, wanted.inputs)


def test_an_option_overrides_what_the_names_of_an_archive_tell(tmp_path):
    train, test = write(tmp_path, "tsv", 3)
    assert read(train, test=test, layout="flat").layout == "flat"
    other = read(train, test=test, target="x5")
    assert (other.layout, other.target_name) == ("flat", "x5")
    assert read(train, test=test, target="x0").layout == "sequence"


def counted(folder):
    """The first column counts the rows: a time, and no class."""
    path = folder / "Gun_TRAIN.tsv"
    path.write_text(text(series(TRAIN, 2)[0], np.arange(TRAIN), "\t"))
    return path


def with_names(folder):
    path = write(folder, "csv", 2)[0]
    path.write_text(",".join(["y", *(f"v{step}" for step in range(STEPS))]) + "\n" + path.read_text())
    return path


def called_otherwise(folder):
    return write(folder, "tsv", 2)[0].rename(folder / "train.tsv")


@pytest.mark.parametrize("write_one", [counted, with_names, called_otherwise])
def test_other_tables_stay_tables(write_one, tmp_path):
    assert read(write_one(tmp_path)).layout == "flat"


def test_new_series_are_read_with_and_without_their_classes(tmp_path):
    train, test = write(tmp_path, "tsv", 3, lengths=True)
    learnt = Preparation.fit(read(train), np.arange(TRAIN))
    with_classes = read_inputs(test, learnt).inputs
    (tmp_path / "new.tsv").write_text("".join(line.partition("\t")[2] for line in test.open()))
    np.testing.assert_array_equal(read_inputs(tmp_path / "new.tsv", learnt).inputs, with_classes)
    assert with_classes.shape == (TEST, STEPS, 1)


def test_text_for_a_model_of_ts_files_is_told_how_to_become_series(tmp_path):
    learnt = Preparation.fit(read(write(tmp_path, "ts", 3)[0]), np.arange(TRAIN))
    with pytest.raises(DataError, match=r"Gun_TEST.tsv is not what .* x = numpy.loadtxt\(FILE\)\[:, 1:\]"):
        read_inputs(write(tmp_path, "tsv", 3)[1], learnt)


@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("form", ["tsv", "ts"])
def test_new_series_that_are_shorter_than_all_end_early(form, classes, tmp_path):
    train, test = write(tmp_path, "tsv", 3, lengths=True)
    learnt = Preparation.fit(read(train), np.arange(TRAIN))
    x, y = series(TEST, 3, 1)
    wanted = np.full((TEST, STEPS, 1), np.nan)
    wanted[:, :5, 0] = x[:, :5]
    if form == "ts":
        test = tmp_path / "Gun_TEST.ts"
        test.write_text(ts(x[:, :5], y))
    else:
        lines = text(x[:, :5], y, "\t").splitlines(keepends=True)
        test.write_text("".join(line if classes else line.partition("\t")[2] for line in lines))
    found = read_inputs(test, learnt)
    np.testing.assert_array_equal(found.inputs, wanted)
    said = [str(note) for note in found.notes]
    assert form == "ts" or "series end at 'x5' (the first 5 of 12 columns of steps are there)" in said
