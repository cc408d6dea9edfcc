"""Rows whose target is missing: left out and said, in every form; where this may mean something they are refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_data_same_in_all_forms import FORMS, N, cells, excel, given, told

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.prediction.new_rows import read_inputs
from fourfold.data.splits import plan
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.table import missing

RNG = np.random.default_rng(0)
INPUTS = cells(["x", "z"])[["size", "v"]]
BARE = np.flatnonzero(np.arange(N) % 7 == 3)
THERE = np.setdiff1d(np.arange(N), BARE)
TARGETS = {"numbers": RNG.normal(size=N).round(3), "classes": np.array(["mild", "severe", "none"], object)[np.arange(N) % 3]}


def holed(values, rows=BARE):
    """The same with holes in some rows."""
    values = values.copy()
    values[rows] = np.nan if values.dtype.kind == "f" else None
    return values


def finding(data, slug="rows-without-target"):
    return next((one for one in judge(data) if one.slug == slug), None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TARGETS)
def test_rows_without_a_target_are_left_out_in_every_form(name, form, tmp_path):
    frame = cells(["x", "z"]).assign(y=holed(TARGETS[name]))
    data = read(given(form, frame, tmp_path))
    reference = read(frame.iloc[THERE])
    assert data.fingerprint == reference.fingerprint
    assert data.places.tolist() == THERE.tolist() and reference.labelled is None
    said = f"left out: {len(BARE)} of {N} rows (the target is missing; fourfold predict fills it in)"
    assert said in told(data) and said not in told(reference)
    found = finding(data)
    assert f"the target 'y' is missing in {len(BARE)} of {N} rows" in found.what and not found.important
    assert found.number == len(BARE) / N and finding(reference) is None


@pytest.mark.parametrize("form", FORMS)
def test_what_a_program_writes_for_none_is_no_class(form, tmp_path):
    frame = cells(["x", "z"]).assign(y=np.where(np.arange(N) % 7 == 3, "#N/A", TARGETS["classes"].astype(str)))
    assert read(given(form, frame, tmp_path)).places.tolist() == THERE.tolist()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mark", [":", ".", "-", ": c"])
def test_marks_for_none_among_many_numbers_are_no_words(mark, form, tmp_path):
    words = np.where(np.arange(N) % 7 == 3, mark, TARGETS["numbers"].astype(str)).astype(object)
    frame = cells(["x", "z"])
    data = read(given(form, frame.assign(y=words), tmp_path))
    reference = read(frame.assign(y=TARGETS["numbers"]).iloc[THERE])
    assert data.places.tolist() == THERE.tolist()
    assert data.target.tolist() == reference.target.tolist()
    assert f"target y: number ({len(BARE)} words such as {mark!r} taken for missing)" in told(data)


def test_a_mark_among_few_numbers_may_be_a_class(tmp_path):
    data = read(cells(["x", "z"]).assign(y=np.array(["1", "2", "-"], object)[np.arange(N) % 3]))
    assert data.task.classes == ("-", "1", "2")


@pytest.mark.parametrize("word", ["NA", "None", "?", "n.a.", "null"])
@pytest.mark.parametrize("columns", [3, 30])
def test_one_word_that_may_be_a_class_is_told_from_blanks(word, columns, tmp_path):
    y = holed(TARGETS["classes"])
    y[40] = word
    frame = pd.DataFrame({f"v{place}": RNG.normal(size=N) for place in range(columns)}).assign(y=y)
    frame.to_csv(tmp_path / "d.csv", index=False)
    frame.rename(columns={"y": "grade"}).assign(last=1.5 * frame["v0"]).to_csv(tmp_path / "e.csv", index=False)
    for path, options in (("d.csv", {}), ("e.csv", {"target": "grade"}), ("e.csv", {"roles": Roles(drop="last")})):
        with pytest.raises(FourfoldError, match=f"got {len(BARE) + 1} of {N} rows.* such a name needs another") as caught:
            read(tmp_path / path, **options)
        assert caught.value.slug == "missing-target"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("columns", [3, 30])
def test_a_word_that_stands_for_missing_numbers_is_no_class(form, columns, tmp_path):
    frame = pd.DataFrame({f"v{place}": RNG.normal(size=N) for place in range(columns)}).astype(object)
    frame["y"] = np.where(np.isin(np.arange(N), BARE), "NA", TARGETS["classes"])
    with pytest.raises(FourfoldError, match="a class of such a name needs another one"):
        read(given(form, frame, tmp_path))
    frame.loc[5, "v1"] = "NA"
    data = read(given(form, frame, tmp_path))
    assert data.places.tolist() == THERE.tolist()
    assert f"{len(BARE)} of {N} rows (the target is missing, 'NA' as among the numbers of 'v1'; " in "\n".join(told(data))


def test_a_word_that_may_be_a_class_is_seen_wherever_it_stands(tmp_path):
    frame = cells(["x", "z"]).assign(y=TARGETS["classes"], id=[f"r{place}" for place in range(N)])
    frame.loc[50, "y"] = "None"
    inputs, labels = frame[["size", "v", "id"]], frame[["id", "y"]]
    paths = {name: tmp_path / f"{name}.csv" for name in ("inputs", "labels", "alone", "train", "test")}
    tables = (inputs, labels, pd.DataFrame({"nr": range(N), "y": frame["y"]}), frame.iloc[:40], frame.iloc[40:])
    for path, table in zip(paths.values(), tables):
        table.to_csv(path, index=False)
    y = frame["y"].to_numpy()
    ways = (
        lambda: read(paths["inputs"], labels=paths["labels"], roles=Roles(id="id")),
        lambda: read(paths["inputs"], labels=paths["alone"]),
        lambda: read(paths["train"], test=paths["test"], target="y"),
        lambda: read(str(tmp_path / "t*.csv"), target="y"),
        lambda: from_arrays(inputs, y),
        lambda: from_arrays(inputs, y[:, None].tolist()),
        lambda: from_arrays(inputs, frame[["y"]]),
        lambda: from_arrays(inputs, np.array(y.tolist()).astype("S")),
    )
    for way in ways:
        with pytest.raises(FourfoldError, match="1 of 60 rows, .* such a name needs another one"):
            way()


def test_what_is_said_of_each_row_is_left_out_with_it():
    frame = cells(["x", "z"]).assign(y=holed(TARGETS["numbers"]), id=np.arange(N) * 10, w=1.0 + np.arange(N), g=np.arange(N) // 6)
    data = read(frame, target="y", roles=Roles(id="id", weight="w", group="g"))
    assert data.ids.tolist() == [str(place * 10) for place in THERE]
    assert data.weights.tolist() == (1.0 + THERE).tolist()
    assert data.groups.tolist() == [str(place // 6) for place in THERE]
    assert data.target.tolist() == frame["y"][THERE].tolist()


def test_the_order_of_time_holds_for_the_rows_that_are_left():
    days = pd.date_range("2024-01-01", periods=N)[::-1]
    data = read(cells(["x", "z"]).assign(day=days, y=holed(TARGETS["numbers"])), target="y", roles=Roles(time_ordered=True))
    assert data.order.tolist() == [*range(len(THERE))][::-1]
    assert all(split.test.max() < split.train.min() for split in plan(data, seed=0))


def test_test_rows_without_a_target_are_left_out_too(tmp_path):
    frame = cells(["x", "z"]).assign(y=holed(TARGETS["numbers"]))
    data = read(frame.iloc[:40], test=frame.iloc[40:])
    tests = (THERE >= 40).sum()
    assert data.test_rows.tolist() == [*range(len(THERE) - tests, len(THERE))]
    assert f"left out: {len(BARE)} of {N} rows, {20 - tests} of them for test" in "\n".join(told(data))
    with pytest.raises(FourfoldError, match="missing in all test rows") as caught:
        read(frame.iloc[:40], test=frame.iloc[40:].assign(y=np.nan))
    assert caught.value.slug == "test-without-target"
    with pytest.raises(FourfoldError, match="has no values"):
        read(frame.iloc[:40].assign(y=np.nan), test=frame.iloc[40:])


def test_a_row_needs_each_of_several_targets():
    numbers = pd.DataFrame({"v": RNG.normal(size=N), "p": holed(TARGETS["numbers"], [2]), "q": holed(TARGETS["numbers"], [2, 9])})
    data = read(numbers, target=["p", "q"])
    assert data.places.tolist() == [place for place in range(N) if place not in (2, 9)]
    assert "left out: 2 of 60 rows (one of the targets is missing; fourfold predict fills it in)" in told(data)
    labels = numbers.assign(p=holed(1.0 * (np.arange(N) % 2), [5]), q=1.0 * (np.arange(N) % 3 > 0))
    data = read(labels, target=["p", "q"])
    assert data.task.kind == "multilabel" and 5 not in data.places and data.rows == N - 1


def test_an_empty_cell_of_labels_lists_none():
    frame = cells(["x", "z"]).assign(y=np.array(["red;blue", "", "red", "blue"], object)[np.arange(N) % 4])
    data = read(frame, task="multilabel")
    assert data.rows == N and data.labelled is None
    assert "without a label: 15 rows (an empty cell lists none, and is not missing)" in told(data)


def test_series_without_a_target_are_left_out():
    x, y = RNG.normal(size=(N, 9, 2)), holed(TARGETS["numbers"])
    data = from_arrays(x, y)
    np.testing.assert_array_equal(data.inputs, x[THERE])
    assert f"is missing in {len(BARE)} of {N} series" in finding(data).what
    assert f"left out: {len(BARE)} of {N} series (the target is missing" in "\n".join(told(data))


@pytest.mark.parametrize(("rows", "important"), [(30, False), (31, True)])
def test_more_rows_without_a_target_than_with_one_are_important(rows, important):
    found = finding(read(cells(["x", "z"]).assign(y=holed(TARGETS["numbers"], np.arange(rows)))))
    assert found.important == important and ("drawn by chance" in found.do) == important


def test_marks_texts_and_groups_that_get_lost_are_refused():
    frame = cells(["x", "z"]).assign(y=np.where(np.arange(N) % 4, "x", None))
    with pytest.raises(FourfoldError, match="write into the empty cells what they mean"):
        read(frame)
    groups = np.repeat(["a", "b", "c"], 20)
    with pytest.raises(FourfoldError, match="got 2 with a target, wanted at least 3"):
        read(frame.assign(g=groups, y=holed(TARGETS["numbers"], groups == "c")), target="y", roles=Roles(group="g"))


def test_rows_that_are_named_are_those_of_the_data(tmp_path):
    y = [None if i % 9 == 0 else "<1" if i == 8 else str(i * 7) for i in range(N)]
    with pytest.raises(FourfoldError, match="1 of 53, such as '<1' in row 9, wanted numbers"):
        read(cells(["x", "z"]).assign(y=y))
    frame = cells(["x", "z"]).assign(y=holed(TARGETS["numbers"], np.arange(5)), w=1.0 * (np.arange(N) < 30))
    data = read(frame, target="y", roles=Roles(weight="w", time_ordered=True))
    with pytest.raises(FourfoldError, match="rows of a validation part all weigh 0: got 7 rows from row 36 to row 42"):
        plan(data, seed=0)


def test_the_rows_that_were_left_out_can_be_predicted(tmp_path):
    frame = cells(["x", "z"]).assign(y=holed(TARGETS["numbers"]))
    frame.to_csv(tmp_path / "d.csv", index=False)
    data = read(tmp_path / "d.csv")
    preparation = Preparation.fit(data, np.arange(data.rows))
    found = preparation.inputs(read_inputs(tmp_path / "d.csv", preparation).inputs)
    np.testing.assert_array_equal(found[THERE], preparation.inputs(data.inputs))
    assert len(found) == N and replace(data, labelled=None).fingerprint == data.fingerprint


def table(frame, path):
    if path.suffix == ".xlsx":
        excel(frame, path)
    else:
        frame.to_csv(path, index=False)
    return path


def pair(x, y, folder, form="csv"):
    """Both in a file of their own, read together."""
    return read(table(x, folder / f"x.{form}"), labels=table(y, folder / f"y.{form}"))


@pytest.mark.parametrize("form", ["csv", "csv.gz", "xlsx"])
@pytest.mark.parametrize("name", TARGETS)
def test_a_blank_row_of_a_file_of_targets_keeps_its_place(name, form, tmp_path):
    x, bare = INPUTS, np.array([0, 1, 7, 8, 30])
    data = pair(x, pd.DataFrame({"y": holed(TARGETS[name], bare)}), tmp_path, form)
    assert data.places.tolist() == np.setdiff1d(np.arange(N), bare).tolist()
    assert data.fingerprint == read(x.iloc[data.places].assign(y=TARGETS[name][data.places])).fingerprint


@pytest.mark.parametrize("end", ["", "\n\n\n", "  \n\n", "\r\n"])
def test_blank_lines_within_are_rows_and_at_the_end_are_none(end, tmp_path):
    table(INPUTS, tmp_path / "x.csv")
    y = holed(TARGETS["classes"], [4, 5, 20])
    (tmp_path / "y.csv").write_text("y\n" + "\n".join(value or "" for value in y) + "\n" + end)
    data = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert data.places.tolist() == np.setdiff1d(np.arange(N), [4, 5, 20]).tolist()


@pytest.mark.parametrize("blank", ["NaN", '""', "#N/A"])
def test_what_is_written_for_none_at_the_end_is_a_row(blank, tmp_path):
    table(INPUTS, tmp_path / "x.csv")
    (tmp_path / "y.csv").write_text("\n".join(["y", *TARGETS["classes"][2:], blank, blank]) + "\n\n")
    assert read(tmp_path / "x.csv", labels=tmp_path / "y.csv").places.tolist() == [*range(N - 2)]
    (tmp_path / "y.csv").write_text("\n".join(["y", *TARGETS["classes"][2:], "", ""]))
    with pytest.raises(FourfoldError, match="60 rows of x and 58 of y.* NaN where the last ones of y are missing"):
        read(tmp_path / "x.csv", labels=tmp_path / "y.csv")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_row_of_inputs_without_any_value_keeps_its_place(form, tmp_path):
    y = pd.DataFrame({"y": TARGETS["numbers"], "z": TARGETS["numbers"][::-1]})
    x = INPUTS.copy()
    x.loc[5] = None
    y.loc[9] = None
    data = pair(x, y, tmp_path, form)
    assert data.places.tolist() == [place for place in range(N) if place != 9]
    assert missing(data.inputs["size"]).nonzero() == missing(data.inputs["v"]).nonzero() == ([5],)


def test_separators_alone_at_the_end_are_no_rows(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n" + ",\n" + "".join(f"{i},{i % 7}\n" for i in range(1, N)) + ",\n\n,\n")
    table(pd.DataFrame({"y": TARGETS["numbers"]}), tmp_path / "y.csv")
    assert read(tmp_path / "x.csv", labels=tmp_path / "y.csv").rows == N


def test_what_is_missing_of_a_row_that_is_left_out_is_not_asked_for():
    frame = INPUTS.assign(y=holed(TARGETS["numbers"]), w=holed(1.0 + np.arange(N)), g=holed(np.arange(N) // 6 * 1.0))
    data = read(frame, target="y", roles=Roles(weight="w", group="g"))
    assert data.weights.tolist() == (1.0 + THERE).tolist() and len(set(data.groups.tolist())) == 10
    assert "groups: 10 of g (none lies on two sides of a split; not an input)" in told(data)
    row = THERE[20]
    for name, role, words in (("w", "weight", "got nan in row {}"), ("g", "group", "1 rows, the first is row {}")):
        with pytest.raises(FourfoldError, match=words.format(row + 1)):
            read(frame.assign(**{name: holed(frame[name].to_numpy(), [row])}), target="y", roles=Roles(**{role: name}))


def test_an_id_that_repeats_is_counted_among_the_rows_that_are_left():
    frame = INPUTS.assign(y=holed(TARGETS["numbers"]), key=holed(np.arange(N) // 2 * 1.0))
    data = read(frame, target="y", roles=Roles(id="key"))
    assert f"it repeats in {len(THERE) - len(set(THERE // 2))} rows" in "\n".join(told(data))
