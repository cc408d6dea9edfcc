"""The numbers of a study computed again, with scikit-learn, from the predictions that lie beside them."""

import numpy as np
import pandas
import pytest
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_iris

from fourfold.comparison import compare
from fourfold.study.baselines import fitted_names

BASELINES = {
    "iris": ("majority class", "logistic regression", "boosted trees"),
    "diabetes": ("mean", "ridge regression", "boosted trees"),
}


@pytest.fixture(scope="module", params=["iris", "diabetes"])
def study(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    families = ["dense", "recurrent"]
    found = compare(request.param, effort="tiny", out=folder, candidates=families, seeds=2, verbose=False)
    with np.load(folder / "predictions.npz", allow_pickle=False) as file:
        return request.param, found, {name: file[name] for name in file.files}


def test_predictions_name_rows_truth_and_everyone_who_predicts(study):
    name, _found, arrays = study
    data = {"iris": load_iris, "diabetes": load_diabetes}[name]()
    target = data.target[arrays["rows"]]
    assert np.array_equal(arrays["rows"], np.arange(len(data.target)))
    truth = data.target_names[target] if name == "iris" else target
    assert np.array_equal(arrays["classes"][arrays["true"]] if name == "iris" else arrays["true"], truth)
    assert {"dense", "recurrent", *BASELINES[name]} <= set(arrays)
    assert arrays["dense"].shape[:2] == (2, len(target)) and arrays["boosted trees"].shape[0] == 1


def test_every_score_is_scikit_learns(study):
    name, found, arrays = study
    truth = arrays["true"]
    for who in ("dense", "recurrent", *BASELINES[name]):
        got = {e.measure: e.value for e in found.evidence if e.subject == who}
        wanted = [scores(name, truth, line) for line in arrays[who]]
        for measure in wanted[0]:
            mean = np.mean([line[measure] for line in wanted])
            assert got[measure] == pytest.approx(mean, rel=1e-5, abs=1e-7), (who, measure)
        shown = [
            row for row in [*found.results["families"], *found.results["baselines"]] if who in row.values()
        ]
        decides = (
            np.mean([line["accuracy"] for line in wanted]) if name == "iris" else pooled(truth, arrays[who])
        )
        assert shown[0]["score"]["value"] == pytest.approx(decides, rel=1e-5)


def scores(name, truth, line):
    if name == "diabetes":
        return {
            "R2": metrics.r2_score(truth, line[:, 0]),
            "MAE": metrics.mean_absolute_error(truth, line[:, 0]),
        }
    return {
        "accuracy": metrics.accuracy_score(truth, line.argmax(1)),
        "balanced accuracy": metrics.balanced_accuracy_score(truth, line.argmax(1)),
        "log loss": metrics.log_loss(truth, np.clip(line, 1e-12, 1)),
        "Brier score": np.mean(np.sum((line - np.eye(3)[truth]) ** 2, 1)),
        "AUC": np.mean([metrics.roc_auc_score(truth == k, line[:, k]) for k in range(3)]),
    }


def pooled(truth, lines):
    """The root of the mean squared error over all rows and seeds."""
    return np.sqrt(np.mean([metrics.mean_squared_error(truth, line[:, 0]) for line in lines]))


def test_on_many_columns_a_random_forest_takes_the_place_of_boosted_trees(tmp_path):
    draw = np.random.default_rng(0)
    images, y = draw.normal(size=(80, 50, 50)).astype("float32"), np.arange(80) % 2
    images[y == 1, 10:30, 10:30] += 1.5
    found = compare(images, y, effort="tiny", out=tmp_path, candidates=["dense"], verbose=False)
    shown = {row["name"]: row for row in found.results["baselines"]}
    assert list(shown) == ["majority class", "logistic regression", "random forest"]
    assert shown["random forest"]["usage"] == "sklearn.ensemble.RandomForestClassifier().fit(x, y)"
    assert shown["random forest"]["score"]["value"] > 0.8


@pytest.mark.parametrize(
    "kind, columns, outputs, tree",
    [
        ("classification", 2_000, 1, "boosted trees"),
        ("classification", 2_001, 1, "random forest"),
        ("multilabel", 100, 21, "random forest"),
        ("regression", 100, 20, "boosted trees"),
        ("forecast", 9_000, 1, "ridge regression"),
    ],
)
def test_trees_are_boosted_where_that_is_quick(kind, columns, outputs, tree):
    assert fitted_names(kind, columns, outputs)[-1] == tree


@pytest.mark.parametrize("how", ["weight", "scale"])
def test_predictions_hold_what_the_score_knows_of_rows_and_units(how, tmp_path):
    draw = np.random.default_rng(0)
    x = draw.normal(size=(90, 2))
    table = {
        "a": x[:, 0],
        "b": x[:, 1],
        "count": np.tile([1.0, 2.0, 9.0], 30),
        "y": x[:, 0] + draw.normal(size=90),
    }
    asked = {"target": "y", "weight": "count"}
    if how == "scale":
        table |= {"z": 1000 * x[:, 1], "count": draw.normal(size=90)}
        asked = {"target": ["y", "z"]}
    out = tmp_path / "out"
    found = compare(
        pandas.DataFrame(table), out=out, effort="tiny", candidates=["dense"], verbose=False, **asked
    )
    with np.load(out / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert ("weights" in arrays, "scale" in arrays) == (how == "weight", how == "scale")
    errors = (arrays["dense"] - arrays["true"].reshape(1, 90, -1)) / arrays.get("scale", 1.0)
    mean = np.average((errors**2).mean(axis=(0, 2)), weights=arrays.get("weights"))
    assert found.table[0]["score"]["value"] == pytest.approx(np.sqrt(mean), rel=1e-5)
