"""Where one class has most of the rows: which class a row is given, and that every place gives the same."""

import io
import itertools
from dataclasses import replace
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest
import sklearn.linear_model
import sklearn.model_selection
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from fourfold.comparison import compare, plan
from fourfold.data import from_arrays, read
from fourfold.data.splits import plan_without_test
from fourfold.estimators import FourfoldClassifier
from fourfold.evidence import names
from fourfold.options import Options
from fourfold.predictions import RARE, predict_file
from fourfold.preprocessing.task import class_weights, classification, predicted_class
from fourfold.study.architecture import architecture
from fourfold.study.baseline_blocks import _score
from fourfold.study.baselines import BASELINES
from fourfold.study.blocks import _predicted_class, sweep_of
from fourfold.study.candidates import Problem
from fourfold.study.prepared import prepare
from fourfold.study.saved_model import SavedModel
from fourfold.study.single import _rank
from fourfold.study.tested import activated
from fourfold.study.workers import Inline


def rare(count: int, share: float, seed: int = 0):
    """Rows whose three columns say something of a class of this share."""
    draw = np.random.default_rng(seed)
    y = (np.arange(count) < round(share * count)).astype(int)
    x = draw.normal(size=(count, 3)).astype("float32")
    x[:, 0] += 1.2 * y
    order = draw.permutation(count)
    return x[order], y[order]


# ---- the decision ----------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 3), st.integers(2, 4), st.integers(0, 2**31))
def test_no_decision_has_a_higher_expected_balanced_accuracy(classes, points, seed):
    """All decisions on a few points whose classes have known probabilities are tried."""
    p = np.random.default_rng(seed).dirichlet(np.ones(classes), size=points)  # each point as likely
    weights = 1 / (classes * p.mean(axis=0))

    def expected(decision):
        return np.mean(weights[list(decision)] * p[np.arange(points), list(decision)])

    best = max(map(expected, itertools.product(range(classes), repeat=points)))
    assert expected(predicted_class(p, weights)) == pytest.approx(best)


def test_without_weights_the_most_probable_class_is_predicted_class():
    p = np.random.default_rng(0).dirichlet(np.ones(4), size=(3, 20))
    assert np.array_equal(classification(np.arange(4).astype(str)).predicted_class(p), p.argmax(-1))


@pytest.mark.parametrize("classes", [2, 3])
def test_networks_tell_from_logits_what_is_told_from_probabilities(classes):
    p, weights = np.random.default_rng(0).dirichlet(np.ones(classes), size=200), (0.4, 3.0, 7.0)[:classes]
    logits = np.log(p) + 5
    if classes == 2:
        logits = logits[:, 1:] - logits[:, :1]
    for some in (weights, ()):
        assert np.array_equal(_predicted_class(jnp.asarray(logits), some), predicted_class(p, some))


def test_weights_are_of_the_rows_that_teach():
    labels = np.array(["no"] * 90 + ["yes"] * 10 + ["yes"] * 5)
    assert classification(labels, test_rows=5).class_weights == pytest.approx((100 / 180, 100 / 20))
    assert classification(np.array(["no", "yes"])).class_weights == ()
    assert class_weights(np.array(["no"] * 4), ["no", "yes"]) == pytest.approx((0.5, 2.0))


# ---- everywhere the same ---------------------------------------------------------------------------------


def test_networks_and_baselines_are_scored_on_validation_rows_as_on_tested_ones():
    x, y = rare(400, 0.1)
    data = from_arrays(x, y)
    prepared, _ = prepare(data, plan(data, Options(effort="tiny"), None).splits)
    rows = prepared.splits[0].validation
    truth, weights = prepared.targets[0, rows, 0], prepared.weights_of(rows)
    baseline = BASELINES["classification"]["logistic regression"]
    model = baseline.of(1.0, y).fit(x, y)
    p = model.predict_proba(x[rows])
    wanted = np.average(data.task.predicted_class(p) == truth, weights=weights)
    assert wanted > np.average(p.argmax(1) == truth, weights=weights) + 0.05
    assert _score("classification", model, x[rows], prepared.targets[0, :, 0], prepared, rows) == pytest.approx(wanted)
    net = architecture("dense", Problem("flat", (3,), 1, 300), "S", "sigmoid", ())
    each = sweep_of(net, False, tuple(prepared.class_weights.tolist())).per_example
    scores = each(jnp.asarray(truth[:, None]), jnp.asarray(np.log(p[:, 1:] / p[:, :1])))[1]
    assert np.average(scores, weights=weights) == pytest.approx(wanted)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_validation_score_is_scikit_learns_of_the_validation_rows(weighted, tmp_path):
    """In order of time a rare class becomes more frequent: the validation rows have other shares than all rows."""
    draw = np.random.default_rng(4)
    x, y = draw.normal(size=(300, 3)), (draw.random(300) < np.linspace(0.04, 0.25, 300)).astype(int)
    x[:, 0] += 1.2 * y
    w = draw.integers(1, 4, 300).astype(float)
    data = replace(from_arrays(x, y), time_ordered=True, weights=w if weighted else None)
    study = plan(data, Options(effort="tiny", candidates=["dense"]), tmp_path)
    (trials,) = study.run(Inline()).values()
    (block,) = study.blocks(study.learning_rates)
    outputs = block.load(tmp_path)["outputs"]
    assert len(block.runs) == len(trials.all) > 1
    for one, trial in zip(outputs, sorted(trials.all, key=lambda trial: block.runs.index(trial.run))):
        rows = study.splits[trial.run.split].validation
        p = activated(one[: len(rows)], "sigmoid")
        told = data.task.predicted_class(np.concatenate([1 - p, p], axis=1))
        wanted = balanced_accuracy_score(y[rows], told, sample_weight=w[rows] if weighted else None)
        assert trial.validation_score == pytest.approx(wanted, abs=1e-5)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rare")
    return compare(*rare(300, 0.1), effort="tiny", out=folder, candidates=["dense"], seeds=2, verbose=False)


def test_the_score_is_scikit_learns_of_what_is_predicted_class(study):
    with np.load(study.folder / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    shown = {row.get("family", row.get("name")): row["score"]["value"] for row in _rows(study)}
    for who in ("dense", "logistic regression", "boosted trees", "majority class"):
        lines = (arrays[who] * arrays["class_weights"]).argmax(-1)
        wanted = np.mean([balanced_accuracy_score(arrays["true"], line) for line in lines])
        assert shown[who] == pytest.approx(wanted, abs=1e-6), who
    assert shown["logistic regression"] > 0.65 and shown["majority class"] == pytest.approx(0.5)


def test_the_validation_score_is_evidence_of_balanced_accuracy_too(study):
    """So that a family that is ahead on validation rows alone is told of."""
    (found,) = [e for e in study.evidence if e.measure == names.VALIDATION]
    assert found.subject == "dense" and 0.5 < found.value < 1


def test_a_guess_has_the_score_that_it_has_on_any_rows(study):
    scores = {row.get("family", row.get("name")): row["score"] for row in _rows(study)}
    guess = scores.pop("majority class")
    assert guess["low"] == guess["value"] == guess["high"]
    assert all(score["low"] < score["value"] - 0.01 for score in scores.values())


def test_a_test_set_of_its_own_has_its_own_shares(tmp_path):
    (x, y), (tx, ty) = rare(300, 0.1), rare(90, 0.37, seed=1)
    for name, columns in (("train", (x, y)), ("test", (tx, ty))):
        lines = [f"{','.join(map(str, row))},{'yes' if one else 'no'}" for row, one in zip(*columns)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["a,b,c,y", *lines]))
    found = compare(
        str(tmp_path / "train.csv"),
        test=str(tmp_path / "test.csv"),
        effort="tiny",
        out=tmp_path / "out",
        candidates=["dense"],
        verbose=False,
    )
    with np.load(tmp_path / "out" / "predictions.npz", allow_pickle=False) as file:
        lines = (file["dense"] * file["class_weights"]).argmax(-1)
        wanted = np.mean([balanced_accuracy_score(file["true"], line) for line in lines])
        assert file["class_weights"] == pytest.approx((300 / 540, 300 / 60))
    assert _rows(found)[0]["score"]["value"] == pytest.approx(wanted, abs=1e-6)
    data = read(str(tmp_path / "train.csv"))
    note = next(note for note in data.notes if note.what == "score: balanced accuracy")
    assert "the largest multiple of its share" in note.because


def test_the_model_tells_so_and_still_does_when_it_is_read_back(study):
    x, _ = rare(300, 0.1)
    p, said = study.model.predict_proba(x), study.model.predict(x)
    assert np.array_equal(said == 1, p[:, 1] * 0.9 > p[:, 0] * 0.1)
    assert np.array_equal(SavedModel.load(study.folder / "model").predict(x), said)


def test_new_rows_come_with_how_their_class_is_told(study):
    text = io.StringIO()
    notes = predict_file(study.folder, rare(300, 0.1, seed=1)[0], text)
    written = np.array([line.split(",")[-3:] for line in text.getvalue().splitlines()[1:]], float)
    told, largest = written[:, 0], written[:, 1:].argmax(axis=1)
    assert (told > largest).any() and not (told < largest).any()
    assert RARE in notes


def test_an_estimator_tells_rare_classes():
    x, y = rare(300, 0.1)
    labels = np.array(["zz no", "a yes"])[y]  # the order of the labels is not that of the classes' shares
    estimator = FourfoldClassifier(effort="tiny", candidates=["dense"]).fit(x, labels)
    p, said = estimator.predict_proba(x), estimator.predict(x)
    assert list(estimator.classes_) == ["a yes", "zz no"]
    assert np.array_equal(said == "a yes", p[:, 0] * 0.9 > p[:, 1] * 0.1)
    assert balanced_accuracy_score(labels, said) > balanced_accuracy_score(
        labels, estimator.classes_[p.argmax(1)]
    )


def _rows(found):
    return [*found.results["families"], *found.results["baselines"]]


def test_the_line_that_fits_a_baseline_tells_classes_as_the_study_does(study):
    """Its score on held out rows is near the table's, where the most probable class would be far below."""
    (line,) = [row["usage"] for row in study.results["baselines"] if row["name"] == "logistic regression"]
    estimator, _, remark = line.partition(".fit(x, y)")
    assert estimator.startswith("sklearn.model_selection.FixedThresholdClassifier(")
    assert estimator.endswith("threshold=0.1)") and remark.partition("; C: ")[0] == "  # x standardised"
    x, y = rare(300, 0.1)
    said = sklearn.model_selection.cross_val_predict(eval(estimator, {"sklearn": sklearn}), x / x.std(axis=0), y, cv=5)
    (row,) = [row for row in study.results["baselines"] if row["name"] == "logistic regression"]
    assert balanced_accuracy_score(y, said) == pytest.approx(row["score"]["value"], abs=0.03)


def test_of_several_classes_the_line_says_how_a_class_is_predicted_class():
    line = BASELINES["classification"]["boosted trees"].usage(1.0, class_weights=(0.4, 3.0, 7.0))
    assert line.endswith(".fit(x, y)  # a row's class: (predict_proba(x) / shares of the classes).argmax(axis=1)")
    assert "#" not in BASELINES["classification"]["majority class"].usage(1.0, class_weights=(0.4, 3.0, 7.0))


def test_one_family_alone_is_ranked_by_the_classes_that_it_tells():
    """Of two trainings one tells all rare rows, once classes count alike, and has the larger loss."""
    x, y = rare(200, 0.1)
    dataset = from_arrays(x, np.where(y, "yes", "no"))
    split = plan_without_test(dataset, seed=0)
    prepared, _ = prepare(dataset, [split])
    problem = Problem("flat", (3,), 1, 200)
    block = SimpleNamespace(net=architecture("dense", problem, "S", "sigmoid", ()), absolute=False)
    told = prepared.targets[0, split.validation, 0] > 0

    def ranked(rare_ones, others):
        p = np.where(told, rare_ones, others)
        outputs = np.log(p / (1 - p))[:, None].astype("float32")
        return _rank(SimpleNamespace(status=0, outputs=outputs), block, prepared)

    assert ranked(0.103, 0.097) > ranked(0.096, 0.02)
    assert ranked(0.103, 0.097)[1] == pytest.approx(1) and ranked(0.096, 0.02)[1] == pytest.approx(0.5)
