"""The numbers of a study computed again, with scikit-learn, from the predictions that lie beside them."""

from dataclasses import replace

import numpy as np
import pandas
import pytest
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_iris

from fourfold.comparison import compare
from fourfold.data import from_arrays, read_inputs
from fourfold.evidence import scoring
from fourfold.evidence.names import PREDICTED_FOR
from fourfold.evidence.statistics import Analysis, differences
from fourfold.predictions import predicted
from fourfold.preprocessing.task import Task
from fourfold.study import baselines, tested
from fourfold.study.baseline_blocks import of_each_part
from fourfold.study.baselines import fitted_names
from fourfold.study.efforts import EFFORTS
from fourfold.study.measures import quality
from fourfold.study.study import Study
from fourfold.study.workers import Inline

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


@pytest.mark.parametrize("study", ["diabetes"], indirect=True, scope="module")
def test_written_predictions_of_numbers_far_from_zero_are_those_of_the_model(study):
    """Seven digits of a billion would be the same number for all rows."""
    _, found, _ = study
    model, data = found.model, load_diabetes()
    known = model.preparation.learnt_target
    far = replace(model.preparation, learnt_target=replace(known, center=known.center + 1e9))
    rows = read_inputs(dict(zip(data.feature_names, data.data.T)), far)
    written = predicted(replace(model, preparation=far), rows)["prediction"]
    decoded = model.preparation.decode(model.prepared_outputs(rows.inputs), rows.inputs)
    assert np.abs(written - 1e9 - decoded).max() < known.scale / 1e4
    assert predicted(model, rows)["prediction"] == pytest.approx(decoded, rel=1e-6)


def test_every_score_is_scikit_learns(study):
    name, found, arrays = study
    truth = arrays["true"]
    for who in ("dense", "recurrent", *BASELINES[name]):
        got = {e.measure: e.value for e in found.evidence if e.subject == who}
        if name == "iris":
            np.testing.assert_allclose(arrays[who].sum(axis=-1), 1, rtol=1e-9)  # scikit-learn warns of others
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


@pytest.mark.parametrize("study", ["iris"], indirect=True, scope="module")
def test_intervals_come_of_the_predictions_too(study):
    """Those of classes, whose losses are what is told wrongly; errors of numbers are in units of the target."""
    _, found, arrays = study
    losses = {who: (arrays[who].argmax(-1) != arrays["true"]).astype(float) for who in ("dense", "recurrent")}
    runs = np.arange(2)[:, None] * 5 + arrays["fold"]
    means = Analysis(losses, runs, arrays["fold"]).means()
    gaps = differences(losses, runs, arrays["fold"])
    for row in found.results["families"]:
        own = means[row["family"]]
        assert (own.low, own.high) == pytest.approx((row["score"]["low"], row["score"]["high"]))
        further = {e.measure: e.interval for e in found.evidence if e.subject == row["family"]}
        assert further["accuracy"] == pytest.approx((own.low, own.high)) and further["AUC"] is not None
    for row in found.results["comparisons"]:
        own = gaps[row["family"]]
        assert (own.low, own.high) == pytest.approx((row["low"], row["high"]))


def test_a_validation_score_of_numbers_is_in_their_unit_in_every_split(tmp_path):
    """Two rows hold most of the variance: what preparation divides by differs by far between the folds."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(200, 3))
    y = x[:, 0] - 5 + np.where(np.arange(200) < 2, 60.0, 0.1) * draw.normal(size=200)
    study = Study(from_arrays(x, y), EFFORTS["tiny"], [0], 0, tmp_path, families=("dense",))
    (trials,) = study.run(Inline()).values()
    scales = [preparation.learnt_target.scale for preparation in study.preparations]
    assert max(scales) > 3 * min(scales)
    (block,) = study.blocks(study.learning_rates)
    squares = []
    for outputs, run, preparation in zip(block.load(tmp_path)["outputs"], block.runs, study.preparations):
        rows = study.splits[run.split].validation
        told = preparation.decode(outputs[: len(rows)])
        squares.append(metrics.mean_squared_error(y[rows], told))
        (trial,) = (t for t in trials.all if t.run == run)
        own = scoring.of_validation("rmse", trial.validation_score, study.deviation)
        assert own == pytest.approx(squares[-1] ** 0.5, rel=1e-4)
    whole = scoring.of_validation("rmse", trials.rank(trials.best())[0], study.deviation)
    assert whole == pytest.approx(np.mean(squares) ** 0.5, rel=1e-4)
    guess = scoring.of_validation("rmse", tested.guessing(study.prepared, study.dataset.task), study.deviation)
    assert guess == pytest.approx(y.std(), rel=1e-4)
    (ridge,), ridge_of = study.baselines()["ridge regression"], baselines.BASELINES["regression"]["ridge regression"].of
    wanted = []
    for number, (split, strength) in enumerate(zip(study.splits, of_each_part(ridge, "strength"))):
        inputs = study.prepared.inputs[number]
        fitted = ridge_of(strength, y).fit(inputs[split.train], y[split.train])
        wanted.append(metrics.mean_squared_error(y[split.validation], fitted.predict(inputs[split.validation])))
    told = scoring.of_validation("rmse", np.mean(of_each_part(ridge, "validation")), study.deviation)
    assert told == pytest.approx(np.mean(wanted) ** 0.5, rel=1e-4)


def scores(name, truth, line):
    if name == "diabetes":
        return {
            "R2": metrics.r2_score(truth, line[:, 0]),
            "MAE": metrics.mean_absolute_error(truth, line[:, 0]),
        }
    return {
        "accuracy": metrics.accuracy_score(truth, line.argmax(1)),
        "balanced accuracy": metrics.balanced_accuracy_score(truth, line.argmax(1)),
        "log loss": metrics.log_loss(truth, line),
        "Brier score": np.mean(np.sum((line - np.eye(3)[truth]) ** 2, 1)),
        "AUC": np.mean([metrics.roc_auc_score(truth == k, line[:, k]) for k in range(3)]),
    }


@pytest.mark.parametrize("sure", [1.0, 1 - 1e-14, 0.9])
def test_log_loss_of_errors_that_a_model_is_sure_of_is_scikit_learns(sure):
    task = Task("classification", ("a", "b", "c"), "softmax", "categorical crossentropy", "accuracy")
    truth, rest = np.array([0, 1, 2, 1]), (1 - sure) / 2
    p = np.full((4, 3), rest)
    p[np.arange(4), [0, 0, 2, 1]] = sure
    found = {s.measure: s.values.mean() for s in quality.scores(task, p[None], truth) if len(s.values)}
    assert found["log loss"] == pytest.approx(metrics.log_loss(truth, p), rel=1e-9)
    labels = Task("multilabel", ("a", "b", "c"), "sigmoid", "binary crossentropy", "jaccard")
    found = {s.measure: s.values.mean() for s in quality.scores(labels, p[None], np.eye(3)[truth]) if len(s.values)}
    one_by_one = np.mean([metrics.log_loss(truth == k, p[:, k]) for k in range(3)])
    assert found["log loss"] == pytest.approx(one_by_one, rel=1e-9)


def test_boosted_trees_of_few_rows_are_more_than_a_guess(tmp_path):
    """A leaf of 20 rows, scikit-learn's default, leaves 24 rows without a split."""
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(30, 2)), np.arange(30) % 2
    x[:, 0] += 3 * y
    found = compare(x, y, effort="tiny", out=tmp_path, candidates=["dense"], verbose=False)
    shown = {row["name"]: row for row in found.results["baselines"]}
    assert shown["boosted trees"]["score"]["value"] > 0.8 > shown["majority class"]["score"]["value"]
    made = "HistGradientBoostingClassifier(max_iter=60, early_stopping=False, min_samples_leaf=3).fit(x, y)"
    assert shown["boosted trees"]["usage"].endswith(made)


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
    assert set(arrays) <= {"dense", *BASELINES["diabetes"], *PREDICTED_FOR}
    errors = (arrays["dense"] - arrays["true"].reshape(1, 90, -1)) / arrays.get("scale", 1.0)
    mean = np.average((errors**2).mean(axis=(0, 2)), weights=arrays.get("weights"))
    assert found.table[0]["score"]["value"] == pytest.approx(np.sqrt(mean), rel=1e-5)


@pytest.mark.parametrize("weighted", [True, False])
def test_every_score_of_rare_classes_is_scikit_learns_with_the_weights_beside_the_predictions(weighted, tmp_path):
    draw = np.random.default_rng(0)
    x, rare = draw.normal(size=(200, 3)), np.arange(200) % 8 == 0
    x[rare, 0] += 2
    table = pandas.DataFrame(x, columns=list("abc")).assign(y=np.where(rare, "rare", "usual"))
    if weighted:
        table["w"] = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 40)
    asked = {"target": "y"} | ({"weight": "w"} if weighted else {})
    out = tmp_path / "out"
    found = compare(table, out=out, effort="tiny", candidates=["dense"], verbose=False, **asked)
    with np.load(out / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert found.results["data"]["task"]["score"] == "balanced_accuracy" and ("weights" in arrays) == weighted
    assert set(arrays) <= {"dense", *BASELINES["iris"], *PREDICTED_FOR}
    truth, p, w = arrays["true"], arrays["dense"][0], arrays.get("weights")
    told = (p * arrays["class_weights"]).argmax(1)
    got = {e.measure: e.value for e in found.evidence if e.subject == "dense"}
    for measure, wanted in {
        "accuracy": metrics.accuracy_score(truth, told, sample_weight=w),
        "balanced accuracy": metrics.balanced_accuracy_score(truth, told, sample_weight=w),
        "score": metrics.balanced_accuracy_score(truth, told, sample_weight=w),
        "log loss": metrics.log_loss(truth, p, sample_weight=w),
        "Brier score": np.average(((p - np.eye(2)[truth]) ** 2).sum(1), weights=w),
        "AUC": metrics.roc_auc_score(truth, p[:, 1], sample_weight=w),
    }.items():
        assert got[measure] == pytest.approx(wanted, rel=1e-5), measure
