"""Series as people have them: .ts, npz, wide and long tables, lists of arrays; unequal lengths; odd files."""

import json
import zipfile
from pathlib import Path

import aeon.datasets as aeon
import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.errors import DataError, FourfoldError, OptionError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.series import real_steps

ARCHIVES = Path(aeon.__file__).parent / "data"


def archive(name: str) -> tuple[list[np.ndarray], list[str], Path]:
    """Series (T, C) and labels as aeon reads them, and the file they come from."""
    path = ARCHIVES / name / f"{name}_TRAIN.ts"
    x, y = aeon.load_from_ts_file(str(path))
    return [np.asarray(one).T for one in x], [str(label) for label in y], path


def padded(series: list[np.ndarray]) -> np.ndarray:
    array = np.full((len(series), max(map(len, series)), series[0].shape[1]), np.nan)
    for row, one in zip(array, series):
        row[: len(one)] = one
    return array


def forms(name: str, folder: Path):
    """One archive in every form: (what it is called, its data set)."""
    series, labels, path = archive(name)
    array, channels = padded(series), series[0].shape[1]
    yield ".ts", read(path)

    np.savez(folder / "s.npz", x=array, y=np.array(labels))
    yield "npz", read(folder / "s.npz", layout="sequence")

    names = [f"c{c}_{t}" if channels > 1 else f"{t}" for c in range(channels) for t in range(array.shape[1])]
    cells = array.transpose(0, 2, 1).reshape(len(array), -1)
    rows = [
        ",".join([*("" if v != v else repr(v) for v in row), label])
        for row, label in zip(cells.tolist(), labels)
    ]
    (folder / "wide.csv").write_text("\n".join([",".join([*names, "y"]), *rows]) + "\n")
    yield "wide csv", read(folder / "wide.csv", layout="sequence")

    lines = ["who,when," + ",".join(f"c{c}" for c in range(channels)) + ",y"]
    for number, (one, label) in enumerate(zip(series, labels)):
        for step in reversed(range(len(one))):
            lines.append(f"s{number},{step}," + ",".join(map(repr, one[step].tolist())) + f",{label}")
    (folder / "long.csv").write_text("\n".join(lines) + "\n")
    yield "long csv", read(folder / "long.csv", roles=Roles(id="who", time="when"))

    lists = {f"c{c}": [one[:, c].tolist() for one in series] for c in range(channels)} | {"y": labels}
    frame = pd.DataFrame(lists)
    frame.to_json(folder / "lines.jsonl", orient="records", lines=True, double_precision=15)
    yield "json lines of lists", read(folder / "lines.jsonl", layout="sequence")
    (folder / "rows.json").write_text(json.dumps([dict(zip(lists, row)) for row in zip(*lists.values())]))
    yield "json of lists", read(folder / "rows.json", layout="sequence" if name != "JapaneseVowels" else None)
    frame.to_parquet(folder / "lists.parquet")
    yield "parquet with lists", read(folder / "lists.parquet", layout="sequence")
    frame.to_csv(folder / "lists.csv", index=False)
    yield "csv with lists", read(folder / "lists.csv", layout="sequence")
    arrays = frame.assign(**{f"c{c}": [one[:, c] for one in series] for c in range(channels)})
    yield "a frame of arrays", from_arrays(arrays.drop(columns="y"), arrays["y"], layout="sequence")
    yield "a frame with its target", from_arrays(arrays, "y", layout="sequence")

    yield "list of arrays", from_arrays(series if name != "GunPoint" else array, labels, layout="sequence")


@pytest.mark.parametrize("name", ["GunPoint", "JapaneseVowels", "BasicMotions"])
def test_every_form_gives_the_same_data_set(name, tmp_path):
    series, labels, _ = archive(name)
    for form, data in forms(name, tmp_path):
        assert data.layout == "sequence" and data.task.kind == "classification", form
        np.testing.assert_array_equal(data.inputs, padded(series), form)
        assert [label.lower() for label in data.target] == labels, form
        if name == "JapaneseVowels":
            assert data.lengths is not None and data.lengths.tolist() == list(map(len, series)), form
            assert any(str(note).startswith("lengths: 7 to 26 steps") for note in data.notes), form
        else:
            assert data.lengths is None, form


@pytest.mark.parametrize("form", ["jsonl", "parquet", "frame"])
def test_lists_of_unequal_lengths_are_series(form, tmp_path):
    steps = [np.arange(3.0 + i % 4) + i % 2 for i in range(40)]
    frame = pd.DataFrame({"who": [f"s{i}" for i in range(40)], "v": steps, "age": range(40), "y": list("pq") * 20})

    def written(rows, name):
        path = tmp_path / f"{name}.{form}"
        if form == "jsonl":
            rows.assign(v=[one.tolist() for one in rows["v"]]).to_json(path, orient="records", lines=True)
        elif form == "parquet":
            rows.to_parquet(path)
        return rows if form == "frame" else path

    data = read(written(frame, "train"), target="y", roles=Roles(id="who"))
    assert data.inputs.shape == (40, 6, 1) and data.lengths.tolist() == [3, 4, 5, 6] * 10
    said = list(map(str, data.notes))
    assert "series: the lists of 'v' (a number is a step, a list a channel)" in said
    assert "left out: 'age' (beside series); --layout flat overrides" in said and not any(line.startswith("lists: ") for line in said)
    preparation = Preparation.fit(data, range(30))
    new = frame.iloc[[0, 1, 4]].drop(columns="y")  # none of them as long as the longest that was trained on
    found = read_inputs(written(new, "new"), Preparation.from_json(preparation.to_json()))
    np.testing.assert_array_equal(found.inputs, data.inputs[[0, 1, 4]])
    assert found.others["who"].tolist() == ["s0", "s1", "s4"]


def test_lists_of_training_and_test_rows_need_not_be_as_long(tmp_path):
    for part, longest in (("train", 5), ("test", 7)):
        lines = [{"v": [0.5] * (2 + i % (longest - 1)), "y": "pq"[i % 2]} for i in range(20)]
        (tmp_path / f"{part}.json").write_text("\n".join(map(json.dumps, lines)))
    data = read(tmp_path)
    assert data.inputs.shape == (40, 7, 1) and data.lengths.max() == 7 and data.lengths[:20].max() == 5


def test_channels_of_unequal_lengths_are_said(tmp_path):
    lines = [{"v": [1, 2, 3][: 2 + i % 2], "w": [4, 5, 6], "y": "pq"[i % 2]} for i in range(20)]
    (tmp_path / "a.json").write_text("\n".join(map(json.dumps, lines)))
    data = read(tmp_path / "a.json")
    assert data.inputs.shape == (20, 3, 2)
    assert any(str(note).startswith("channels of unequal lengths: 10 series") for note in data.notes)


def test_what_is_learnt_and_prepared_leaves_padding_out():
    series, labels, _ = archive("JapaneseVowels")
    data = from_arrays(series, labels)
    preparation = Preparation.fit(data, range(100))
    prepared = preparation.inputs(data.inputs)
    values = np.concatenate(series[:100])
    np.testing.assert_allclose(preparation.channels.center, values.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(preparation.channels.scale, values.std(axis=0), rtol=1e-9)
    np.testing.assert_array_equal((prepared != 0).any(axis=-1), real_steps(data.inputs))
    again = Preparation.from_json(preparation.to_json())
    assert again.masked
    np.testing.assert_array_equal(again.inputs(data.inputs), prepared)


def test_a_real_step_of_zeros_is_no_padding():
    flat = [np.zeros(n) for n in (3, 5, 4)] * 6
    data = from_arrays(flat, ["a", "b", "c"] * 6)
    prepared = Preparation.fit(data, range(9)).inputs(data.inputs)
    assert (prepared != 0).any(axis=-1).sum(axis=1).tolist() == [3, 5, 4] * 6
    assert np.abs(prepared).max() < 1e-5


def test_new_series_may_be_shorter_and_longer_ones_are_cut():
    series, labels, path = archive("JapaneseVowels")
    preparation = Preparation.fit(from_arrays(series, labels), range(100))
    short = read_inputs([series[0], series[1]], preparation)
    assert short.inputs.shape == (2, 26, 12)
    np.testing.assert_array_equal(short.inputs[0][: len(series[0])], series[0])
    test = read_inputs(path.with_name("JapaneseVowels_TEST.ts"), preparation)
    assert test.inputs.shape == (370, 26, 12) and "cut after 26 steps: 1 series" in str(test.notes[-1])


def test_new_rows_in_long_form(tmp_path):
    data = dict(forms("JapaneseVowels", tmp_path))["long csv"]
    new = read_inputs(tmp_path / "long.csv", Preparation.fit(data, range(100)))
    np.testing.assert_array_equal(new.inputs, data.inputs)
    assert new.others["who"].tolist()[:2] == ["s0", "s1"]
    assert [column.name for column in data.columns] == [f"c{c}" for c in range(12)]


def test_the_users_own_test_series_may_be_longer():
    _, _, path = archive("JapaneseVowels")
    data = read(path, test=path.with_name("JapaneseVowels_TEST.ts"))
    assert data.inputs.shape == (640, 29, 12) and len(data.test_rows) == 370
    assert data.lengths[:270].max() == 26


def long_table(**changes) -> dict:
    """Six hourly readings of each of 12 beds, in no order."""
    beds, hours = np.repeat(np.arange(12), 6), np.tile(np.arange(6), 12)
    columns = {
        "bed": [f"b{bed:02}" for bed in beds],
        "at": [f"2026-03-01 {hour:02}:00:00" for hour in hours],
        "pulse": (beds * 10 + hours).astype(float).tolist(),
        "ill": ["yes" if bed % 2 else "no" for bed in beds],
    } | changes
    order = np.random.default_rng(0).permutation(72)
    return {name: [values[i] for i in order] for name, values in columns.items()}


def long(target="ill", **changes):
    return read(long_table(**changes), target=target, roles=Roles(id="bed", time="at"))


def test_rows_are_sorted_by_time_and_irregular_stamps_are_said():
    data = long()
    beds = [int(name[1:]) for name in data.ids]
    np.testing.assert_array_equal(data.inputs[..., 0], np.array(beds)[:, None] * 10 + np.arange(6)[None])
    assert data.target.tolist() == ["yes" if bed % 2 else "no" for bed in beds]
    said = "\n".join(map(str, data.notes))
    assert "series: 12 ids of bed, steps in order of at" in said
    assert "time stamps: evenly spaced in all 12 series, 1 hour apart" in said
    gaps = [f"2026-03-0{1 + hour // 4} {hour:02}:00:00" for hour in np.tile(np.arange(6), 12)]
    assert "irregular in 12 of 12 series (their order is used" in "\n".join(map(str, long(at=gaps).notes))


@pytest.mark.parametrize(
    "changes, slug",
    [
        ({"at": ["2026-03-01 00:00:00"] * 72}, "repeated-time"),
        ({"at": [None, *range(71)]}, "missing-time"),
        ({"at": ["soon", "later"] * 36}, "time-type"),
        ({"pulse": [f"word {place}" for place in range(72)]}, "channel-type"),
    ],
)
def test_long_tables_that_are_no_series(changes, slug):
    with pytest.raises(DataError) as caught:
        long(**changes)
    assert caught.value.slug == slug and caught.value.wanted


def test_what_changes_within_a_series_is_no_target_of_it():
    once = long_table(ill=["yes", None, None, None, None, None] * 12)  # in one row of each series
    with pytest.raises(DataError, match="'ill' changes within a series: got yes and nothing .* --target-per step"):
        read(once, target="ill", roles=Roles(id="bed", time="at"))
    changing = long_table(ill=list(range(72)))
    for target, per in [("ill", "series"), (["pulse", "ill"], None)]:
        with pytest.raises(DataError) as caught:
            table = changing if per else changing | {"height": changing["ill"]}
            read(table, target=target, roles=Roles(id="bed", time="at"), target_per=per)
        assert caught.value.slug == "changing-target" and caught.value.wanted


def test_what_is_missing_in_a_few_rows_of_a_series_is_that_of_its_others():
    ill = ["yes" if bed % 2 else "no" for bed in range(12) for _ in range(6)]
    whole = read(long_table(ill=ill), target="ill", roles=Roles(id="bed", time="at"))
    gaps = [None if row in (0, 8, 20) else word for row, word in enumerate(ill)]
    found = read(long_table(ill=gaps), target="ill", roles=Roles(id="bed", time="at"))
    assert found.target.tolist() == whole.target.tolist()
    assert "ill: missing in 3 rows (the value of the series' other rows)" in map(str, found.notes)


def test_ids_of_one_row_each_are_no_series():
    alone = [f"b{row}" for row in range(72)]
    for given, per in ({"time": "at"}, None), ({}, "series"):
        with pytest.raises(DataError, match="each id has one row.*got 72 ids in bed.*leave out --t") as caught:
            read(long_table(bed=alone), target="ill", roles=Roles(id="bed", **given), target_per=per)
        assert "--layout" not in str(caught.value)
    both = Roles(id="bed", time="at")
    assert read(long_table(bed=alone), target="ill", roles=both, layout="flat").inputs.shape == (72, 1)
    assert read(long_table(bed=alone), target="ill", roles=Roles(id="bed")).layout == "flat"


def test_time_needs_an_id_and_columns_that_exist():
    for roles, slug in [
        (Roles(time="at"), "time-without-id"),
        (Roles(id="bad", time="at"), "no-such-series-column"),
    ]:
        with pytest.raises(OptionError) as caught:
            read(long_table(), target="ill", roles=roles)
        assert caught.value.slug == slug
    with pytest.raises(OptionError, match="array"):
        from_arrays(np.zeros((20, 3)), ["a", "b"] * 10, roles=Roles(id="bed", time="at"))


HEADER = "# a comment\n@problemName Odd\n@timeStamps false\n@univariate false\n@dimensions 2\n{more}@classLabel true a b\n@data\n"
LINE = "1,2,?:4,5,6:a\n1,2:3,4:b\n"


def ts(folder: Path, lines: str, more: str = "", header: str = HEADER) -> Path:
    path = folder / "odd.ts"
    path.write_text(header.format(more=more) + lines)
    return path


def test_missing_values_and_lengths_of_a_ts_file(tmp_path):
    data = read(ts(tmp_path, LINE * 6))
    assert data.inputs.shape == (12, 3, 2) and data.lengths.tolist() == [3, 2] * 6
    assert np.isnan(data.inputs[0, 2]).tolist() == [True, False]
    stamped = HEADER.replace("@timeStamps false", "@timestamps TRUE").replace("dimensions 2", "dimensions 1")
    lines = "(2026-01-01 00:00:00,1.5),(2026-01-02 00:00:00,2.5):a\n(0,1),(1,2),(9,5):b\n" * 6
    data = read(ts(tmp_path, lines, header=stamped))
    assert data.inputs[:2, :, 0].tolist()[1] == [1, 2, 5] and data.inputs[0, 1, 0] == 2.5
    assert "irregular in 6 of 12 series" in str(data.notes[0])


@pytest.mark.parametrize(
    "lines, more, said",
    [
        ("1,2:3,4:c\n", "", "line 8 has a label that @classLabel does not list: got c, wanted a, b. Do this: add c behind @classLabel"),
        ("1,2:a\n", "", "line 8 has another number of dimensions: got 1, wanted 2"),
        ("1,x:3,4:a\n", "", "line 8 has a value that is no number: got 'x'"),
        ("1,,2:3,4:a\n", "", "line 8 has a value that is no number: got ''"),
        (LINE, "@equalLength true\n", "line 10 has another length than @equalLength says: got 2 steps in series 2, wanted 3 steps. Do this: @equalLength false"),
        ("1,2:3,4:\n", "", "line 8 has no label: got nothing"),
        ("1,2:3,4:?\n" * 12, "", "the target 'y' has no values"),
        ("1,2,3,4\n", "", "line 8 has no label: got 1,2,3,4"),
        ("1,2::b\n", "", "line 8 has no values in dimension 2: got 1,2::b"),
        (":b\n", "", "line 8 has no values: got :b"),
        ("", "", "it has no series"),
        ("1,2:3,4:a\n", "1,2:3,4:a\n", "line 6 stands before @data"),
        (
            "1,2:3,4:a\n",
            "@equalLength perhaps\n",
            "@equallength is unclear: got 'perhaps', wanted true or false",
        ),
        ("1,2:3,4:a\n", "@seriesLength 1e9\n", "@serieslength is no number"),
    ],
)
def test_ts_files_that_are_not_as_they_should_be(tmp_path, lines, more, said):
    path = ts(tmp_path, lines, more)
    with pytest.raises(FourfoldError) as caught:
        read(path)
    assert said in str(caught.value) and "Do this: " in str(caught.value)


@pytest.mark.parametrize("classes", ["@classLabel true a b", "@targetlabel true"])
def test_series_of_a_ts_file_without_a_label_are_left_out_and_predicted(classes, tmp_path):
    """A question mark in the place of the label, as in the test files of competitions."""
    labels = "ab" if "class" in classes else ["1.5", "2.5"]
    header = HEADER.replace("@classLabel true a b", classes)
    series = [f"1,2,{k}:3,4,{k % 5}" for k in range(24)]
    known, unknown = (
        ts(tmp_path, "".join(f"{one}:{labels[k % 2] if k % 6 or not mark else mark}\n" for k, one in enumerate(series)), header=header).rename(tmp_path / name)
        for name, mark in (("known.ts", ""), ("unknown.ts", "?"))
    )
    data, learnt = read(known), read(unknown)
    assert data.rows == 24 and learnt.rows == 20
    assert "left out: 4 of 24 series (the target is missing; fourfold predict fills it in)" in map(str, learnt.notes)
    preparation = Preparation.fit(data, np.arange(24))
    assert np.array_equal(read_inputs(unknown, preparation).inputs, read_inputs(known, preparation).inputs)


def test_series_of_one_step_in_a_ts_file_may_be_rows(tmp_path):
    path = ts(tmp_path, "1:2:a\n3:4:b\n" * 10)
    with pytest.raises(DataError, match="each series has one step.*Do this: --layout flat"):
        read(path)
    assert read(path, layout="flat").inputs.shape == (20, 2)


@pytest.mark.parametrize(
    "shapes, said",
    [
        ([(0, 2), (5, 2)], "series 1 has no steps"),
        ([(4,), (0,)], "series 2 has no steps"),
        ([(4, 2), (5, 3)], "series 2 has 3 channels, the first has 2"),
        ([(3, 4), (3, 5)], "series 2 has 5 channels, the first has 4.*array.T"),
    ],
)
def test_lists_of_arrays_that_are_no_series(shapes, said):
    with pytest.raises(DataError, match=said):
        from_arrays([np.zeros(shape) for shape in shapes] * 15, [0, 1] * 15)


def test_one_channel_may_have_an_axis_or_none():
    assert from_arrays([np.ones(4), np.ones((5, 1))] * 15, [0, 1] * 15).inputs.shape == (30, 5, 1)


def test_one_long_series_among_many_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("fourfold.data.memory.available_memory", lambda: 2**20)
    lines = (
        "".join("1,2:3,4:a\n" for _ in range(500))
        + ",".join(["1"] * 5000)
        + ":"
        + ",".join(["1"] * 5000)
        + ":b\n"
    )
    with pytest.raises(FourfoldError, match="does not fit into memory"):
        read(ts(tmp_path, lines))


def test_rows_of_an_id_are_series_in_their_order_where_one_target_is_asked_for():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "who": np.repeat([f"p{number}" for number in range(12)], 5),
            "v": generator.normal(size=60).round(3),
            "ill": np.repeat(np.arange(12) % 2, 5),
        }
    )
    data = read(frame, target="ill", roles=Roles(id="who"), target_per="series")
    timed = read(
        frame.assign(at=np.tile(range(5), 12))[["who", "at", "v", "ill"]],
        target="ill",
        roles=Roles(id="who", time="at"),
    )
    np.testing.assert_array_equal(data.inputs, timed.inputs)
    assert data.target.tolist() == timed.target.tolist() and data.ids.tolist() == timed.ids.tolist()
    new = read_inputs(frame[["who", "v"]], Preparation.fit(data, range(12)))
    np.testing.assert_array_equal(new.inputs, data.inputs)
    table = read(frame, target="ill", roles=Roles(id="who"))
    assert table.layout == "flat"
    (repeated,) = [finding for finding in judge(table) if finding.slug == "repeated-ids"]
    assert "--target-per series" in repeated.do
    alone = read(frame.assign(ill=np.arange(60) % 2), target="ill", roles=Roles(id="who"))
    (repeated,) = [finding for finding in judge(alone) if finding.slug == "repeated-ids"]
    assert repeated.do == "--group with the same column"


def test_what_to_do_with_rows_of_one_time_in_their_order():
    ties = pd.DataFrame(long_table()).sort_values(["bed", "at"])
    ties["at"] = ties["at"].rank(method="dense") // 2
    with pytest.raises(DataError, match="--drop at and --target-per series or step, if the rows of each stand") as caught:
        read(ties, target="ill", roles=Roles(id="bed", time="at"))
    assert caught.value.slug == "repeated-time"


def test_training_and_test_series_may_lie_in_one_zip_file(tmp_path):
    """As archives hand them out: the copies of the same rows in other forms are not read twice."""
    path = tmp_path / "Odd.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for part, rows in (("TRAIN", 30), ("TEST", 20)):
            lines = [f"{row},2,{row % 7}:{'ab'[row % 2]}" for row in range(rows)]
            head = ["@univariate true", "@classLabel true a b", "@data"]
            packed.writestr(f"Odd/Odd_{part}.ts", "\n".join(head + lines))
            packed.writestr(f"Odd/Odd_{part}.txt", "\n".join(f"1 {row} 2 {row % 7}" for row in range(rows)))
        packed.writestr("Odd/README.md", "what it is")
    data = read(str(path))
    assert data.layout == "sequence" and data.rows == 50 and len(data.test_rows) == 20
