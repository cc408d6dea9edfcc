"""Targets of several columns: how they are named, what they are taken for, and one message for each that can't be."""

import json

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.splits import plan
from fourfold.errors import FourfoldError
from fourfold.preprocessing.preparation import Preparation

N = 60
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3))
NUMBERS = np.stack([X[:, 0] * 5, X[:, 1] * 1000 + 7], axis=1)
LABELS = (RNG.random((N, 3)) < [0.5, 0.4, 0.3]).astype(int)
FRAME = pd.DataFrame(
    {
        "p": X[:, 0], "q": X[:, 1], "a": NUMBERS[:, 0], "b,c": NUMBERS[:, 1], "still": 1.5, "word": ["u", "v", "w"] * 20,
        "hole": np.where(np.arange(N) == 4, np.nan, 1.0 + np.arange(N)), "yes": np.where(LABELS[:, 0], "yes", "No"),
        "true": LABELS[:, 1] == 1, "bit": LABELS[:, 2],
    }
)  # fmt: skip


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    FRAME.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("target", "names"),
    [("a,q", ("a", "q")), (["q", "a"], ("q", "a")), (["a", "b,c"], ("a", "b,c")), (" a , q", ("a", "q"))],
)
def test_several_columns_are_named_in_one_text_or_in_a_list(table, target, names):
    data = read(table, target=target)
    assert data.task.names == names and data.task.units == 2 and data.task.kind == "regression"
    np.testing.assert_array_equal(data.target, FRAME[list(names)])
    assert not {*names} & {column.name for column in data.columns} and not {*names} & {*data.source_columns}


def test_a_comma_in_a_name_is_no_separator(table):
    assert read(table, target="b,c").target.shape == (N,)


def test_arrays_frames_and_files_bring_several_targets(tmp_path):
    np.savez(tmp_path / "d.npz", x=X, y=NUMBERS)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", NUMBERS)
    named = pd.DataFrame(NUMBERS, columns=["height", "weight"])
    sets = {
        "array": (from_arrays(X, NUMBERS), ("y0", "y1")),
        "list": (from_arrays(X, NUMBERS.tolist()), ("y0", "y1")),
        "frame": (from_arrays(X, named), ("height", "weight")),
        "npz": (read(tmp_path / "d.npz"), ("y0", "y1")),
        "npy": (read(tmp_path / "x.npy", labels=tmp_path / "y.npy"), ("y0", "y1")),
    }
    for data, names in sets.values():
        assert data.task.names == names and data.target_name == ", ".join(names)
        np.testing.assert_array_equal(data.target, NUMBERS)
    assert from_arrays(X, NUMBERS[:, :1]).task.names == ()


def test_columns_of_yes_and_no_are_labels_and_so_are_lists(table, tmp_path):
    data = read(table, target="yes,true,bit")
    assert (data.task.kind, data.task.output, data.task.classes) == (
        "multilabel",
        "sigmoid",
        ("yes", "true", "bit"),
    )
    np.testing.assert_array_equal(data.target, LABELS)
    cells = [";".join(np.array(["red", "blue", "old one"])[row > 0]) for row in LABELS]
    pd.DataFrame({"p": X[:, 0], "q": X[:, 1], "tags": cells}).to_csv(tmp_path / "l.csv", index=False)
    lists = read(tmp_path / "l.csv", target="tags", task="multilabel")
    assert lists.task.classes == ("blue", "old one", "red") and lists.task.names == ()
    np.testing.assert_array_equal(lists.target, LABELS[:, [1, 2, 0]])
    assert from_arrays(X, LABELS, task="regression").task.kind == "regression"


def test_numbers_of_labels_are_not_read_as_decimals(tmp_path):
    pd.DataFrame({"p": X[:, 0], "q": X[:, 1], "tags": ["1,2", "3", "1"] * 20}).to_csv(
        tmp_path / "l.csv", index=False
    )
    assert read(tmp_path / "l.csv", target="tags", task="multilabel").task.classes == ("1", "2", "3")


BAD = [
    ({"target": ["a", "q", "a"]}, "target-twice", "'a'"),
    ({"target": "a,still"}, "constant-target", "leave 'still' out"),
    ({"target": "a,yes"}, "mixed-targets", "numbers in 'a', yes or no in 'yes'"),
    ({"target": "a,word"}, "targets-of-words", "in 'word'"),
    ({"target": "a,tru"}, "no-such-target", "'tru'"),
    ({"target": "a,q", "task": "multilabel"}, "labels-of-numbers", "different values in 'a'"),
    ({"target": "a,q", "task": "classification"}, "labels-of-numbers", "--task regression"),
    ({"target": "a,q", "bounds": (0, 1)}, "bounds-of-several", "2 targets"),
    ({"target": "a,q", "task": "sorting"}, "unknown-task", "multilabel"),
    ({"target": "a,q", "roles": Roles(group="q")}, "two-roles", "'q'"),
    ({"target": "word", "task": "multilabel"}, "no-lists-of-labels", "--task classification"),
    ({"target": list(FRAME.columns)[:4]}, "no-inputs", "targets alone"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "slug", "words"), BAD, ids=[slug for _, slug, _ in BAD])
def test_what_can_not_be_a_target_is_said_in_one_message(tmp_path, options, slug, words):
    frame = FRAME[list(FRAME.columns)[:4]] if slug == "no-inputs" else FRAME
    with pytest.raises(FourfoldError) as caught:
        read(frame, **options)
    assert (caught.value.exit_code, caught.value.slug) == (2, slug) and words in str(caught.value)


def test_labels_of_minus_one_and_one_are_labels():
    """As those of CelebA; a number beside them makes all of them numbers."""
    x, signs = np.random.default_rng(0).normal(size=(60, 2)), np.where(np.arange(120).reshape(60, 2) % 7 > 2, 1, -1)
    data = from_arrays(x, signs)
    assert data.task.kind == "multilabel" and np.array_equal(data.target, signs > 0)
    assert any("each target is -1 or 1, which count as 0 and 1" in str(note) for note in data.notes)
    assert from_arrays(x, signs, task="regression").task.kind == "regression"
    assert from_arrays(x, signs * [1, 2]).task.kind == "regression"


def test_one_hot_classes_are_told_from_labels():
    one_hot = np.eye(3)[np.arange(N) % 3]
    with pytest.raises(FourfoldError, match="argmax"):
        from_arrays(X, one_hot)
    assert from_arrays(X, one_hot, task="multilabel").task.units == 3


def test_the_users_own_test_rows_have_the_same_targets():
    data = from_arrays(X[:40], NUMBERS[:40], x_test=X[40:], y_test=NUMBERS[40:])
    np.testing.assert_array_equal(data.target, NUMBERS)
    with pytest.raises(FourfoldError, match="another number of targets"):
        from_arrays(X[:40], NUMBERS[:40], x_test=X[40:], y_test=np.hstack([NUMBERS, NUMBERS])[40:])


def test_series_in_long_form_have_several_targets():
    long = pd.DataFrame(
        {"who": np.repeat(np.arange(20), 3), "t": np.tile(np.arange(3), 20), "v": RNG.normal(size=60)}
    )
    long["a"], long["b"] = np.repeat(NUMBERS[:20, 0], 3), np.repeat(NUMBERS[:20, 1], 3)
    data = read(long, target="a,b", roles=Roles(id="who", time="t"))
    assert data.inputs.shape == (20, 3, 1)  # pyright: ignore[reportAttributeAccessIssue]
    np.testing.assert_array_equal(data.target, NUMBERS[:20])


def test_folds_share_the_rarest_label_and_the_size_of_numbers():
    x, labels = RNG.normal(size=(200, 2)), (RNG.random((200, 3)) < 0.5).astype(int)
    labels[:, 2] = np.arange(200) % 17 == 0  # 12 rows
    for split in plan(from_arrays(x, labels), seed=0):
        assert labels[split.test, 2].sum() in (2, 3)
    numbers = np.stack([np.arange(200.0), 1e6 * np.arange(200.0)], axis=1)
    means = [numbers[split.test, 0].mean() for split in plan(from_arrays(x, numbers), seed=0)]
    assert np.ptp(means) < 5


def test_findings_name_the_target_that_they_are_about():
    x = RNG.normal(size=(300, 2))
    told = judge(from_arrays(x, np.stack([RNG.normal(size=300), x[:, 1]], axis=1)))
    assert ["y1" in str(f) for f in told if f.slug == "gives-target-away"] == [True]
    labels = np.stack([x[:, 0] > 0, np.arange(300) < 4], axis=1).astype(int)
    found = {f.slug: f for f in judge(from_arrays(x, labels))}
    assert found["rare-labels"].number == 4 and "'y1'" in found["rare-labels"].what
    assert "'y0'" in found["gives-target-away"].what


def test_what_is_learnt_of_targets_comes_back_to_the_last_bit_and_damage_is_refused():
    data = read(FRAME.drop(columns=["hole"]), target="a,q")
    learnt = Preparation.fit(data, range(40))
    scaled = learnt.target(data.target)
    assert scaled.shape == (N, 2) and scaled[:40].std(axis=0) == pytest.approx([1, 1], abs=1e-5)
    np.testing.assert_allclose(learnt.decode(scaled), data.target, rtol=1e-5, atol=1e-5)
    text = learnt.to_json()
    assert Preparation.from_json(text).to_json() == text
    notes = read_inputs(FRAME, learnt).notes
    assert not any("'a'" in str(note) for note in notes)
    for path, value in (
        ("task/names", ["a"]),
        ("task/output", "sigmoid"),
        ("scale", 1.0),
        ("center", [0.0, 1.0, 2.0]),
    ):
        facts = json.loads(text)
        *into, last = path.split("/")
        (facts["target"][into[0]] if into else facts["target"])[last] = value
        with pytest.raises(FourfoldError) as caught:
            Preparation.from_json(json.dumps(facts))
        assert caught.value.slug == "damaged-json", path


def test_how_the_words_of_a_target_are_read_is_said(tmp_path):
    """Units and decimal commas of a target, of several, and between semicolons, where a comma is decimal."""
    lines = [f"{i};{10 + i},{500 + i} kg;{i % 7},250" for i in range(20)]
    (tmp_path / "data.csv").write_text("\n".join(["x;mass;width", *lines]))
    one = read(tmp_path / "data.csv", target="mass")
    assert "target mass: number (kg left out, with decimal commas)" in map(str, one.notes)
    np.testing.assert_allclose(one.target, [10 + i + (500 + i) / 1000 for i in range(20)])
    both = read(tmp_path / "data.csv", target="mass,width")
    assert "target width: number (with decimal commas)" in map(str, both.notes)
    np.testing.assert_allclose(both.target[:, 1], [i % 7 + 0.25 for i in range(20)])


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "frame", "arrays"])
def test_a_blank_is_no_class_in_any_form(form, tmp_path):
    table = pd.DataFrame({"v": np.arange(60) % 7, "y": ["", "p", "q", " "] * 15})
    path = tmp_path / f"data.{form}"
    written = {
        "csv": lambda: table.to_csv(path, index=False),
        "json": lambda: table.to_json(path, orient="records"),
        "parquet": lambda: table.to_parquet(path),
    }
    if form in written:
        written[form]()
    data = from_arrays(X, table["y"].to_numpy()) if form == "arrays" else read(table if form == "frame" else path)
    assert data.task.classes == ("p", "q") and data.places.tolist() == [i for i in range(60) if i % 4 in (1, 2)]


COUNTERS = {"from 101 on": np.arange(101, 161), "in no order": RNG.permutation(N) + 1, "with gaps": np.arange(N) ** 2}


@pytest.mark.parametrize("counts", COUNTERS)
@pytest.mark.parametrize("last", ["2024-01-{:02d}", "w{}"])
def test_a_column_that_numbers_the_rows_is_not_proposed_where_another_may_be_the_target(counts, last, tmp_path):
    path = tmp_path / "t.csv"
    cells = ((k // 7 % 2, count, last.format(k % 59 + 1)) for k, count in enumerate(COUNTERS[counts]))
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in cells))
    with pytest.raises(FourfoldError) as caught:
        read(path, header=False)
    assert caught.value.do.startswith("--target x0, or another column")


@pytest.mark.parametrize("rows", [12, 60])
def test_what_counts_the_rows_is_proposed_as_no_target(rows, tmp_path):
    """Exports of R begin with such a column."""
    path = tmp_path / "t.csv"
    path.write_text("rownames,country\n" + "".join(f"{i},land {i}\n" for i in range(1, rows + 1)))
    with pytest.raises(FourfoldError) as caught:
        read(path)
    assert "--target" not in caught.value.do
