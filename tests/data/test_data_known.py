"""The targets that new rows have: where they stand, and how they may be written."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.preprocessing import Preparation


def learnt(source, **options):
    data = read(source, **options)
    return Preparation.fit(data, range(20))


def table(target):
    return pd.DataFrame({"a": np.arange(40) * 1.5, "b": np.sin(np.arange(40)), "y": target})


@pytest.mark.parametrize(
    ("target", "new", "wanted"),
    [
        (["no", "yes"] * 20, ["yes", "NO ", None, "perhaps"], [1, 0, np.nan, -1]),
        (["1", "2"] * 20, [2.0, 1.0, np.nan, 3.0], [1, 0, np.nan, -1]),
        ([1, 2] * 20, ["1.0", "2", "", "x"], [0, 1, np.nan, -1]),
        ([True, False] * 20, ["Yes", "no", None, "no"], [1, 0, np.nan, 0]),
        ([True, False] * 20, [True, False, True, True], [1, 0, 1, 1]),
        (["00501", "10001"] * 20, [501, 10001, 501, 501], [0, 1, 0, 0]),
        (np.arange(40) * 1.25, [1, 2.5, np.nan, np.inf], [1, 2.5, np.nan, np.nan]),
        (np.arange(40) * 1.25, ["1,5", "2", None, "3"], [1.5, 2, np.nan, 3]),
        (np.arange(40) * 1.25, [None] * 4, [np.nan] * 4),
    ],
)
def test_a_target_in_a_column(target, new, wanted):
    preparation = learnt(table(target), target="y")
    rows = table([0] * 40)[:4].assign(y=new)
    np.testing.assert_array_equal(read_inputs(rows, preparation).known.values[:, 0], wanted)
    assert read_inputs(rows.drop(columns="y"), preparation).known is None
    assert read_inputs(rows.rename(columns={"y": "other"}), preparation).known is None
    shouted = read_inputs(rows.rename(columns=str.upper), preparation)
    np.testing.assert_array_equal(shouted.known.values[:, 0], wanted)
    assert shouted.others.names == ("Y",) and "ignored" not in "".join(map(str, shouted.notes))


def test_words_are_no_numbers():
    preparation = learnt(table(np.arange(40) * 1.25), target="y")
    assert np.isnan(read_inputs(table("dear")[:4], preparation).known.values).all()
    days = pd.date_range("2024-01-01", periods=4)
    assert read_inputs(table([0] * 40)[:4].assign(y=days), preparation).known is None


def test_texts_in_a_folder_keep_the_names_of_their_files(tmp_path):
    texts = [f"a {word} day of {number}" for number in range(20) for word in ("good", "bad")]
    preparation = learnt(pd.DataFrame({"review": texts, "y": ["yes", "no"] * 20}), target="y")
    for name, text in zip("bca", texts):
        (tmp_path / f"{name}.txt").write_text(text)
    rows = read_inputs(tmp_path, preparation)
    assert rows.others["file"].tolist() == ["a.txt", "b.txt", "c.txt"]
    assert rows.inputs["review"].tolist() == [texts[2], texts[0], texts[1]]


def test_folders_that_are_called_as_classes(tmp_path):
    draw = np.random.default_rng(0)

    def pictures(folder, words, count):
        for word in words:
            (tmp_path / folder / word).mkdir(parents=True)
            for number in range(count):
                pixels = draw.integers(0, 256, (8, 8), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / folder / word / f"{number}.png")
        return tmp_path / folder

    preparation = learnt(pictures("learnt", ["cat", "dog"], 12))
    rows = read_inputs(pictures("new", ["cat", "cow", "dog"], 2), preparation)
    assert [name.split("/")[0] for name in rows.others["picture"]] == ["cat", "cat", "cow", "cow", "dog", "dog"]
    assert rows.known.values[:, 0].tolist() == [0, 0, -1, -1, 1, 1] and rows.known.strange == ("cow",)
    assert read_inputs(pictures("others", ["red", "blue"], 2), preparation).known is None
    assert read_inputs(tmp_path / "new" / "cat" / "0.png", preparation).known is None


def test_arrays_with_their_target(tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 3))
    labels, pairs = (x[:, 0] > 0).astype(int), np.stack([x[:, 0], x[:, 1]], axis=1)
    for y, wanted in ((labels, labels[:6, None]), (x[:, 0] > 0, labels[:6, None]), (labels.astype(str), labels[:6, None]), (x[:, 0], x[:6, :1]), (pairs, pairs[:6])):
        np.savez(tmp_path / "learnt.npz", x=x, y=y)
        preparation = learnt(tmp_path / "learnt.npz")
        np.savez(tmp_path / "new.npz", x=x[:6], y=y[:6])
        np.testing.assert_allclose(read_inputs(tmp_path / "new.npz", preparation).known.values, wanted)
        assert read_inputs(x[:6], preparation).known is None


def test_each_series_has_the_value_of_its_rows():
    draw, names = np.random.default_rng(0), [f"s{n:02d}" for n in range(30)]
    long = pd.DataFrame({"who": np.repeat(names, 8), "t": np.tile(np.arange(8), 30), "x": draw.normal(size=240)})
    long["kind"] = np.repeat(["slow", "fast"] * 15, 8)
    preparation = learnt(long, target="kind", roles=Roles(id="who", time="t"))
    new = long[:32].assign(kind=long.kind.where(np.arange(240) % 8 > 2)[:32])
    new.loc[8:15, "kind"] = None
    rows = read_inputs(new.sample(frac=1, random_state=0), preparation)
    of = dict(zip(rows.others["who"], rows.known.values[:, 0]))
    np.testing.assert_array_equal([of[name] for name in names[:4]], [1, np.nan, 1, 0])
    changing = new.assign(kind=["slow", "fast"] * 16)
    assert read_inputs(changing, preparation).known is None


def test_steps_have_the_values_of_their_places(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 9, 2))
    x[1, 6:] = np.nan
    y = np.where(np.isnan(x[..., 0]), np.nan, x[..., 0] * 3)
    y[0, 2] = np.nan
    np.savez(tmp_path / "steps.npz", x=x, y=y)
    preparation = learnt(tmp_path / "steps.npz", target_per="step")
    assert preparation.task.stepwise
    rows = read_inputs(tmp_path / "steps.npz", preparation)
    wanted = y[~np.isnan(x[..., 0])]
    np.testing.assert_array_equal(rows.known.values[:, 0], wanted)


def test_a_label_beside_the_paths_of_pictures_is_kept(tmp_path):
    draw = np.random.default_rng(0)
    for number in range(24):
        Image.fromarray(draw.integers(0, 256, (8, 8), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    list_of = pd.DataFrame({"path": [f"{number}.png" for number in range(24)], "kind": ["cat", "dog"] * 12})
    list_of[:20].to_csv(tmp_path / "learnt.csv", index=False)
    list_of[20:].to_csv(tmp_path / "new.csv", index=False)
    rows = read_inputs(tmp_path / "new.csv", learnt(tmp_path / "learnt.csv"))
    assert rows.others.names == ("path", "kind") and rows.known.values[:, 0].tolist() == [0, 1, 0, 1]
    assert "left out" not in "".join(map(str, rows.notes))
