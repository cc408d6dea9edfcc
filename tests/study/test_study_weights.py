"""Rows that count more than others: in the training loss, the choice on validation rows, the score, the baselines."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from fourfold.comparison import compare
from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.preprocessing.task import Task, regression
from fourfold.study import tested
from fourfold.study.baseline_blocks import weighted
from fourfold.study.baselines import BASELINES
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measured import measure
from fourfold.study.measures import confusion, quality
from fourfold.study.prepared import Prepared
from fourfold.study.study import Study
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
N = 120
X = RNG.normal(size=(N, 3))
HEAVY = np.arange(N) % 2 == 0
Y = np.where(HEAVY, "heavy", "light")  # nothing in X tells them apart
WEIGHTS = np.where(HEAVY, 9.0, 1.0)
EFFORT = replace(EFFORTS["tiny"], steps=80)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    dataset = replace(from_arrays(X, Y), weights=WEIGHTS)
    study = Study(dataset, EFFORT, [0], 0, tmp_path_factory.mktemp("weights"), families=("dense",))
    return measure(study, study.run(Inline()), 0.01)


def test_rows_are_worth_as_many_as_their_weights_say(measured):
    said = next(doubt for doubt in measured.verdict.doubts if doubt.startswith("A small test set"))
    assert said.startswith("A small test set, 120 rows, by their weights as good as 73")  # 600^2 / (60 (81 + 1))


def test_the_heavy_rows_are_learnt_and_counted(measured):
    predicted = measured.predicted()
    right = predicted["dense"][0].argmax(1) == predicted["true"]
    assert right[HEAVY].mean() > 0.9 > 0.2 > right[~HEAVY].mean()
    score = next(e.value for e in measured.verdict.evidence if (e.measure, e.subject) == ("score", "dense"))
    assert score == pytest.approx(np.average(right, weights=WEIGHTS), rel=1e-5)
    assert measured.study.prepared.given.mean() == pytest.approx(1)


def test_weights_are_kept_with_the_prepared_data(measured, tmp_path):
    prepared = measured.study.prepared
    prepared.save(tmp_path)
    assert np.array_equal(Prepared.load(tmp_path, prepared.key).given, prepared.given)
    assert replace(prepared, given=None).key != prepared.key


ESTIMATORS = [(kind, name) for kind in BASELINES for name, found in BASELINES[kind].items() if found.make]


@pytest.mark.parametrize("kind, name", ESTIMATORS)
def test_every_baseline_takes_weights(kind, name):
    y = (X[:, 0] if kind == "regression" else HEAVY.astype(int)).copy()
    for strength in BASELINES[kind][name].strengths[:1]:
        estimator = BASELINES[kind][name].make(strength)
        once = estimator.fit(X, y, **weighted(estimator, np.ones(N))).predict(X)
        again = estimator.fit(X, y, **weighted(estimator, WEIGHTS)).predict(X)
        assert kind == "regression" or (again == 1).sum() >= (once == 1).sum()
        assert np.isfinite(again).all()


CLASSES = Task("classification", ("a", "b", "c"), "softmax", "categorical crossentropy", "accuracy")
LABELS = Task("multilabel", ("a", "b", "c"), "sigmoid", "binary crossentropy", "jaccard")


@given(seed=st.integers(0, 2**31), zeros=st.booleans())
def test_the_further_scores_are_scikit_learns_with_weights(seed, zeros):
    draw = np.random.default_rng(seed)
    w, truth = draw.exponential(size=60), np.arange(60) % 3
    w[:20] *= not zeros
    p = draw.dirichlet(np.ones(3), size=60).round(1)  # with ties
    p = np.clip(p, 0.01, None) / np.clip(p, 0.01, None).sum(1, keepdims=True)
    found = {s.measure: s.values.mean() for s in quality.scores(CLASSES, p[None], truth, weights=w) if len(s.values)}
    told, one_hot = p.argmax(1), np.eye(3)[truth]
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, told, sample_weight=w))
    assert found["balanced accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(truth, told, sample_weight=w)
    )
    assert found["log loss"] == pytest.approx(metrics.log_loss(truth, p, sample_weight=w))
    assert found["Brier score"] == pytest.approx(np.average(((p - one_hot) ** 2).sum(1), weights=w))
    areas = [metrics.roc_auc_score(truth == k, p[:, k], sample_weight=w) for k in range(3)]
    assert found["AUC"] == pytest.approx(np.mean(areas))
    found = {s.measure: s.values.mean() for s in quality.scores(LABELS, p[None], one_hot, weights=w) if len(s.values)}
    for average in ("micro", "macro"):
        of_scikit = metrics.f1_score(one_hot, p > 0.5, average=average, sample_weight=w, zero_division=0)
        assert found[f"{average} F1"] == pytest.approx(of_scikit)
    assert found["subset accuracy"] == pytest.approx(metrics.accuracy_score(one_hot, p > 0.5, sample_weight=w))
    y = draw.normal(size=60)
    found = {s.measure: s.values.mean() for s in quality.scores(regression(y), p[None, :, :1], y, weights=w) if len(s.values)}
    assert found["R2"] == pytest.approx(metrics.r2_score(y, p[:, 0], sample_weight=w))
    assert found["MAE"] == pytest.approx(metrics.mean_absolute_error(y, p[:, 0], sample_weight=w))


def test_balanced_accuracy_is_scikit_learns_where_weights_and_classes_go_together(tmp_path):
    """Nine in ten rows are of one class, also by weight, and rows of the rare class weigh twice as much."""
    x, rare = np.random.default_rng(2).normal(size=(240, 3)), np.arange(240) % 20 == 0
    x[rare, 0] += 2
    weights = np.where(rare, 2.0, 1.0) * np.where(np.arange(240) % 3, 1.0, 2.0)
    dataset = replace(from_arrays(x, np.where(rare, "rare", "usual")), weights=weights)
    assert dataset.task.score == "balanced_accuracy"
    study = Study(dataset, EFFORT, [0], 0, tmp_path, families=("dense",))
    found = measure(study, study.run(Inline()), 0.01)
    scores = {e.subject: e.value for e in found.verdict.evidence if e.measure == "score"}
    predicted = found.predicted()
    for name in scores:
        told = (predicted[name][0] * predicted["class_weights"]).argmax(1)
        true = metrics.balanced_accuracy_score(predicted["true"], told, sample_weight=weights[predicted["rows"]])
        assert scores[name] == pytest.approx(true, rel=1e-5)
    assert {"dense", "majority class"} <= {*scores} and scores["majority class"] == pytest.approx(0.5)


@pytest.mark.parametrize("heavier, score", [(1.0, "balanced accuracy"), (9.0, "accuracy")])
def test_the_score_follows_from_the_weight_of_the_largest_class(heavier, score, tmp_path):
    """Rare rows that stand for many: nine of a hundred with the weight of 81, beside 91."""
    rare = np.arange(300) % 100 < 9
    frame = pd.DataFrame({"x": np.arange(300) % 7, "w": np.where(rare, heavier, 1.0), "y": np.where(rare, "a", "b")})
    dataset = read(frame, target="y", roles=Roles(weight="w"))
    (said,) = [str(note) for note in dataset.notes if note.what.startswith("score: ")]
    share = "91 %" if heavier == 1 else "53 %"
    assert said.startswith(f"score: {score} (the largest class holds {share} of the rows' weight, ")
    whole = [f for f in judge(dataset) if f.slug == "imbalance"]
    assert bool(whole) == (heavier == 1)
    if heavier == 1:
        shares = np.average(rare), 1 - np.average(rare)
        assert dataset.task.class_weights == pytest.approx([1 / (2 * share) for share in shares])


@pytest.mark.parametrize("own_test", [False, True])
def test_balanced_accuracy_of_steps_is_scikit_learns_where_weights_and_classes_go_together(own_test, tmp_path):
    """Series alike in themselves, of unequal lengths; those with rare steps weigh more, and test series have fewer."""
    draw = np.random.default_rng(3)
    lengths = draw.integers(6, 12, size=50)
    rare = [draw.random(steps) < (0.02 if own_test and n > 34 else 0.1) for n, steps in enumerate(lengths)]
    rare[-1][0] = True
    x = [draw.normal(size=(steps, 2)) + 2 * own[:, None] for steps, own in zip(lengths, rare)]
    frame = pd.DataFrame(np.concatenate(x), columns=["a", "b"])
    frame["y"] = np.where(np.concatenate(rare), "rare", "usual")
    frame["w"] = np.repeat([4.0 if own.any() else 1.0 for own in rare], lengths)
    frame["s"], frame["t"] = np.repeat(np.arange(50), lengths), np.concatenate([np.arange(n) for n in lengths])
    test = frame[frame.s > 34] if own_test else None
    learnt = frame if test is None else frame[frame.s <= 34]
    out = tmp_path / "out"
    asked = {"target": "y", "weight": "w", "id": "s", "time": "t", "test": test}
    found = compare(learnt, out=out, effort="tiny", candidates=["dense"], verbose=False, **asked)
    assert found.results["data"]["task"]["score"] == "balanced_accuracy"
    scores = {e.subject: e.value for e in found.evidence if e.measure == "score"}
    with np.load(out / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    there = arrays["true"] >= 0
    alike = (arrays["weights"] / there.sum(axis=1))[:, None] * there
    assert np.ptp(arrays["weights"]) > 0
    for name, score in scores.items():
        told = (arrays[name][0] * arrays["class_weights"]).argmax(-1)
        true = metrics.balanced_accuracy_score(arrays["true"][there], told[there], sample_weight=alike[there])
        assert score == pytest.approx(true, rel=1e-5)
    assert scores["majority class"] == pytest.approx(0.5)
    if not own_test:  # classes are weighted as they are in the mean series
        shares = [alike[arrays["true"] == k].sum() / alike.sum() for k in range(2)]
        assert arrays["class_weights"] == pytest.approx([1 / (2 * share) for share in shares])


def test_balanced_accuracy_of_some_rows_counts_their_classes_alike(tmp_path):
    """Probes test some of the splits; in order of time the rare class is not spread evenly over these."""
    draw = np.random.default_rng(4)
    x, rare = draw.normal(size=(300, 3)), draw.random(300) < np.linspace(0.04, 0.25, 300)
    x[rare, 0] += 2
    dataset = replace(from_arrays(x, np.where(rare, "rare", "usual")), weights=WEIGHTS[np.arange(300) % N])
    dataset = replace(dataset, time_ordered=True)
    assert dataset.task.score == "balanced_accuracy"
    study = Study(dataset, EFFORT, [0], 0, tmp_path, families=("dense",))
    rows = tested.tested(study.prepared)[:100]
    truth = tested.truth(dataset, study.preparations, rows)
    values = draw.dirichlet(np.ones(2), size=(3, 100))
    losses = tested.losses_of(study, values, rows)
    for line, told in zip(losses, dataset.task.predicted_class(values)):
        true = metrics.balanced_accuracy_score(truth, told, sample_weight=dataset.weights[rows])
        assert 1 - line.mean() == pytest.approx(true, rel=1e-5)
    weights = tested.examples(study, rows, np.zeros(100, int))["weights"]
    sums = np.bincount(truth, weights)
    assert sums[0] == pytest.approx(sums[1])


def test_a_majority_class_gives_the_majority(tmp_path):
    """Though by the shares of the classes, which a balanced accuracy decides by, all classes are the same to it."""
    y = np.where(np.arange(120) % 12 == 0, "rare", "usual")
    weights = np.where(np.arange(120) % 5, 1.0, 3.0)
    dataset = replace(from_arrays(X, y), weights=weights)
    study = Study(dataset, EFFORT, [0], 0, tmp_path, families=("dense",))
    found = measure(study, study.run(Inline()), 0.01)
    scores = {e.measure: e.value for e in found.quality if e.subject == "majority class"}
    assert scores["accuracy"] == pytest.approx(np.average(y == "usual", weights=weights))
    assert scores["balanced accuracy"] == pytest.approx(0.5)


def test_a_confusion_counts_rows_and_says_so(measured):
    found = confusion.find(Inquiry(measured.study, measured.trials, 0.01))
    (figure,), predicted = found.figures, measured.predicted()
    counts = metrics.confusion_matrix(predicted["true"], predicted["dense"][0].argmax(1))
    assert [row["value"] for row in figure.rows] == counts.ravel().tolist()
    assert figure.note.startswith("Test rows, each counted as one;")
    assert "test rows, each counted as one" in {e.source for e in found.evidence}
