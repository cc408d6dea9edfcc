"""New rows whose targets are known: how good the model is on them, in one line."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from fourfold.comparison import compare
from fourfold.evidence.statistics import Analysis
from fourfold.predictions import predict_file
from fourfold.study.saved_model import SavedModel

ROWS = 240


def frame(seed=0):
    draw = np.random.default_rng(seed)
    rows = pd.DataFrame(draw.normal(size=(ROWS, 3)).round(3), columns=["a", "b", "c"])
    rows["size"] = (3 * rows.a + 2 * rows.b + draw.normal(size=ROWS) * 0.3).round(3)
    rows["price"] = (100 + 40 * rows.a - 20 * rows.c + draw.normal(size=ROWS) * 4).round(2)
    rows["label"] = np.where(rows.a + rows.b + 0.4 * draw.normal(size=ROWS) > 0, "yes", "no")
    rows["grade"] = np.digitize(rows.a, [-0.5, 0.5]) + 1
    rows["rare"] = np.where(rows.a + 0.5 * rows.b > 1.4, "bad", "good")
    rows["warm"], rows["wet"] = (rows.a > 0).astype(int), (rows.b + 0.5 * draw.normal(size=ROWS) > 0).astype(int)
    return rows


@pytest.fixture(scope="module")
def learn(tmp_path_factory):
    models = {}

    def learnt(*targets):
        if targets not in models:
            folder = tmp_path_factory.mktemp("-".join(targets))
            frame()[["a", "b", "c", *targets]].to_csv(folder / "rows.csv", index=False)
            options = {"effort": "tiny", "candidates": ["dense"], "verbose": False}
            compare(str(folder / "rows.csv"), target=",".join(targets), out=folder / "of", **options)
            models[targets] = folder / "of"
        return models[targets]

    return learnt


def told(model, rows, path, **options):
    """What is said of the score of these rows, and what was predicted."""
    source = path / "new.csv"
    rows.to_csv(source, index=False, **options)
    notes = predict_file(model, str(source), path / "told.csv")
    return [note for note in notes if note.startswith(("score:", "no score:", "classes that"))], pd.read_csv(path / "told.csv")


def test_classes(learn, tmp_path):
    rows = frame(1).drop(columns=["size", "price", "rare", "grade", "warm", "wet"])
    (line,), found = told(learn("label"), rows, tmp_path)
    right = metrics.accuracy_score(rows.label, found.prediction)
    assert line.startswith(f"score: accuracy {100 * right:.1f} % on 240 rows with 'label' (95 %: ")
    low, high = (float(end.removesuffix(" %")) for end in line.split("95 %: ")[1].split(", if")[0].split(" to "))
    assert low < 100 * right < high < low + 12


def test_classes_that_are_missing_or_unknown_or_written_otherwise(learn, tmp_path):
    rows = frame(1)[["a", "b", "c", "label"]]
    rows.loc[:9, "label"] = None
    rows.loc[10:11, "label"] = "maybe"
    rows.loc[12:, "label"] = rows.label[12:].str.upper()
    (line, strange), found = told(learn("label"), rows, tmp_path)
    right = metrics.accuracy_score(rows.label[10:], found.prediction[10:].str.upper())
    assert f"accuracy {100 * right:.1f} % on 230 of 240 rows with 'label'" in line
    assert strange == "classes that were not learnt: 2 rows with 'maybe', counted as wrong"
    (line,), _ = told(learn("label"), rows.assign(label="perhaps"), tmp_path)
    assert line == "no score: no class that was learnt stands in 'label' (240 rows with 'perhaps')"
    assert told(learn("label"), rows.drop(columns="label"), tmp_path)[0] == []
    assert told(learn("label"), rows.assign(label=None), tmp_path)[0] == []
    assert told(learn("label"), rows[:0], tmp_path)[0] == []


def test_classes_that_are_numbers_though_some_are_missing(learn, tmp_path):
    rows = frame(1)[["a", "b", "c", "grade"]]
    rows["grade"] = rows.grade.where(rows.index >= 5)  # floats, written as 2.0
    (line,), found = told(learn("grade"), rows, tmp_path)
    right = metrics.accuracy_score(rows.grade[5:].astype(int), found.prediction[5:])
    assert f"accuracy {100 * right:.1f} % on 235 of 240 rows" in line


def test_a_rare_class_is_scored_by_balanced_accuracy(learn, tmp_path):
    rows = frame(1)[["a", "b", "c", "rare"]]
    (line,), found = told(learn("rare"), rows, tmp_path)
    right = metrics.balanced_accuracy_score(rows.rare, found.prediction)
    assert f"score: balanced accuracy {100 * right:.1f} % on 240 rows" in line


@pytest.mark.parametrize("options", [{}, {"sep": ";", "decimal": ","}])
def test_numbers(learn, tmp_path, options):
    rows = frame(1)[["a", "b", "c", "price"]]
    rows.loc[[3, 5], "price"] = None
    (line,), found = told(learn("price"), rows, tmp_path, **options)
    there = rows.price.notna()
    root = np.sqrt(metrics.mean_squared_error(rows.price[there], found.prediction[there]))
    assert line.startswith("score: RMSE ") and "on 238 of 240 rows with 'price'" in line
    assert float(line.split()[2]) == pytest.approx(root, rel=5e-3)
    (line,), _ = told(learn("price"), rows[there][:4], tmp_path, **options)
    assert line.endswith("on 4 rows with 'price'")  # of so few no interval
    (line,), _ = told(learn("price"), rows[there][:1], tmp_path, **options)
    assert line.endswith("on 1 row with 'price'")
    (line,), _ = told(learn("price"), rows.assign(price="dear"), tmp_path)
    assert line == "no score: 'price' holds other words than numbers, such as 'dear'"


def test_several_numbers_have_a_score_each(learn, tmp_path):
    rows = frame(1)[["a", "b", "c", "price", "size"]]
    (line,), found = told(learn("price", "size"), rows, tmp_path)
    roots = {name: np.sqrt(metrics.mean_squared_error(rows[name], found[f"prediction {name}"])) for name in ("price", "size")}
    price, size = line.rpartition("; ")[2].split(", ")
    assert float(price.removeprefix("price ")) == pytest.approx(roots["price"], rel=5e-3)
    assert float(size.removeprefix("size ")) == pytest.approx(roots["size"], rel=5e-3)
    in_deviations = [roots[name] / frame()[name].std() for name in roots]
    assert float(line.split()[2]) == pytest.approx(np.sqrt(np.mean(np.square(in_deviations))), rel=0.1)  # of training
    assert "standard deviations on 240 rows with 'price', 'size'" in line
    assert told(learn("price", "size"), rows.drop(columns="size"), tmp_path)[0] == []


def test_labels(learn, tmp_path):
    rows = frame(1)[["a", "b", "c", "warm", "wet"]]
    (line,), found = told(learn("warm", "wet"), rows, tmp_path)
    pairs = rows[["warm", "wet"]].to_numpy(), found[["prediction warm", "prediction wet"]].to_numpy()
    index = metrics.jaccard_score(*pairs, average="samples", zero_division=1.0)
    assert f"score: Jaccard index {100 * index:.1f} % on 240 rows with 'warm', 'wet'" in line
    words = rows.assign(warm=rows.warm.map({0: "no", 1: "yes"}))
    assert told(learn("warm", "wet"), words, tmp_path)[0] == [line]
    (line,), _ = told(learn("warm", "wet"), rows.assign(warm=7), tmp_path)
    assert line == "no score: 'warm' holds other words than 0 and 1, such as '7'"


def test_parts_of_a_file_have_one_score(learn, tmp_path, monkeypatch):
    rows = frame(1)[["a", "b", "c", "label"]]
    whole = told(learn("label"), rows, tmp_path)[0]
    monkeypatch.setattr("fourfold.data.reading.Reading.at_once", lambda self, cells: 50)
    assert told(learn("label"), rows, tmp_path)[0] == whole


def test_rows_that_may_have_been_learnt_from_are_told(learn):
    folder = learn("label").parent
    notes = predict_file(learn("label"), str(folder / "rows.csv"), folder / "told.csv")
    assert notes[-1].startswith("the model was trained on data of this name, ") and "score: accuracy" in notes[-2]


@pytest.fixture(scope="module")
def of_patients(tmp_path_factory):
    """A model that learnt from weighted rows of patients, whose rows are alike."""
    folder = tmp_path_factory.mktemp("patients")
    patients(0).to_csv(folder / "rows.csv", index=False)
    options = {"effort": "tiny", "candidates": ["dense"], "verbose": False, "weight": "w", "group": "ward,patient"}
    compare(str(folder / "rows.csv"), target="label", out=folder / "of", **options)
    return folder / "of"


def patients(seed):
    draw = np.random.default_rng(seed)
    of_each = draw.normal(size=(40, 2)).round(3)
    rows = pd.DataFrame(np.repeat(of_each, 6, axis=0), columns=["a", "b"])
    rows["ward"], rows["patient"] = np.repeat(["x", "y"], 120), np.tile(np.repeat(np.arange(20), 6), 2)
    rows["w"] = draw.choice([0, 0.5, 4], size=240)
    noise = np.repeat(draw.normal(size=40), 6)
    rows["label"] = np.where(rows.a + 0.5 * noise > 0, "yes", "no")
    return rows


def ends(line):
    return [float(end.removesuffix(" %")) for end in line.split("95 %: ")[1].split(", if")[0].split(" to ")]


def test_weights_and_groups_count_as_in_the_comparison(of_patients, tmp_path):
    rows = patients(1)
    (line,), found = told(of_patients, rows, tmp_path)
    assert "ignored" not in "".join(predict_file(of_patients, str(tmp_path / "new.csv"), tmp_path / "again.csv"))
    wrong = (rows.label != found.prediction).to_numpy()
    right = np.average(~wrong, weights=rows.w)
    assert line.startswith(f"score: accuracy {100 * right:.1f} % on 240 rows with 'label', weighted by 'w' (95 %: ")
    assert "if groups of 'ward, patient' are independent)" in line
    groups, none = np.repeat(np.arange(40), 6), np.zeros((1, 240), int)
    weights = (rows.w / rows.w.mean()).to_numpy()
    wanted = Analysis({"": wrong * weights}, none, none[0], groups=groups, weights=weights).mean("")
    assert ends(line) == pytest.approx([100 * wanted.low, 100 * wanted.high], abs=0.051)
    alone = Analysis({"": wrong * weights}, none, none[0], weights=weights).mean("")
    assert wanted.high - wanted.low > 1.5 * (alone.high - alone.low)
    assert SavedModel.load(of_patients).score(rows).value == pytest.approx(right)
    shouted = told(of_patients, rows.rename(columns={"w": "W", "ward": "Ward"}), tmp_path)[0]
    assert shouted == [line]


def test_rows_without_the_columns_of_weights_and_groups_count_alike(of_patients, tmp_path):
    rows = patients(1)
    (line,), found = told(of_patients, rows.drop(columns="w"), tmp_path)
    right = (rows.label == found.prediction).mean()
    assert line.startswith(f"score: accuracy {100 * right:.1f} % on 240 rows with 'label', all alike, without 'w' (95 %")
    (line,), _ = told(of_patients, rows.drop(columns="ward"), tmp_path)
    assert line.endswith("if rows are independent)")
    few = told(of_patients, rows[:24], tmp_path)[0][0]
    assert "on 24 rows" in few and "95 %" not in few  # of four patients


def test_rows_without_a_weight_are_not_scored(of_patients, tmp_path):
    rows = patients(1).astype({"w": object})
    rows.loc[:3, "w"] = None
    rows.loc[4:5, "w"] = "none"
    rows.loc[6:9, "w"] = -1
    (line,), _ = told(of_patients, rows, tmp_path)
    assert "on 230 of 240 rows with 'label', weighted by 'w'" in line
    (line,), _ = told(of_patients, rows.assign(w=0), tmp_path)
    assert line == "no score: all weights are 0"


def test_parts_have_the_groups_of_a_whole(of_patients, tmp_path, monkeypatch):
    rows = patients(1).sample(frac=1, random_state=0)
    whole = told(of_patients, rows, tmp_path)[0]
    monkeypatch.setattr("fourfold.data.reading.Reading.at_once", lambda self, cells: 50)
    assert told(of_patients, rows, tmp_path)[0] == whole


def test_weights_of_a_rare_class_and_of_several_numbers(tmp_path):
    rows, new = patients(0), patients(1)
    for part in (rows, new):
        part["rare"] = np.where(part.a > 1.4, "bad", "good")
        part["p"], part["q"] = (part.a * 3).round(2), (part.b - part.a).round(2)
    options = {"effort": "tiny", "candidates": ["dense"], "verbose": False, "weight": "w", "group": "patient"}
    for target in ("rare", "p,q"):
        names = target.split(",")
        rows[["a", "b", "patient", "w", *names]].to_csv(tmp_path / "rows.csv", index=False)
        compare(str(tmp_path / "rows.csv"), target=target, out=tmp_path / f"of-{target}", **options)
        (line,), found = told(tmp_path / f"of-{target}", new[["a", "b", "patient", "w", *names]], tmp_path)
        if target == "rare":
            balanced = metrics.balanced_accuracy_score(new.rare, found.prediction, sample_weight=new.w)
            assert f"balanced accuracy {100 * balanced:.1f} % on 240 rows with 'rare', weighted by 'w' (95 %" in line
            low, high = ends(line)
            assert low <= 100 * balanced <= high
            continue
        for part in line.rpartition("; ")[2].split(", "):
            name, root = part.split()
            squared = (new[name] - found[f"prediction {name}"]) ** 2
            assert float(root) == pytest.approx(np.sqrt(np.average(squared, weights=new.w)), rel=5e-3)
