"""Several targets through the real program: every number computed again with scikit-learn, predictions, the report."""

import csv
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputClassifier
from typer.testing import CliRunner

from fourfold.cli import app
from fourfold.comparison import load_model, plan
from fourfold.data import read
from fourfold.errors import FileError
from fourfold.evidence.evidence import Evidence
from fourfold.options import Options
from fourfold.preprocessing.task import Task, regression_of
from fourfold.report import design
from fourfold.study.measures import targets

N = 200
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3))
NUMBERS = pd.DataFrame(
    {
        "length": 3 * X[:, 0] + X[:, 1] ** 2 + 0.1 * RNG.normal(size=N),
        "mass": 1e4 * X[:, 2] + 500 * RNG.normal(size=N),
        "height": 5 + 0.01 * X[:, 2] * X[:, 0],
    }
)
LABELS = pd.DataFrame(
    {
        "red": np.where(X[:, 0] + 0.3 * RNG.normal(size=N) > 0, "yes", "no"),
        "blue": np.where(X[:, 0] + X[:, 1] > 0.8, "yes", "no"),
        "old": np.where(X[:, 2] ** 2 > 1.5, "yes", "no"),
    }
)


def study(folder, targets, *options):
    """The results, the test rows' truth and everyone's predictions of a comparison of a small csv."""
    path = folder / "rows.csv"
    pd.concat([pd.DataFrame(X, columns=["p", "q", "r"]), targets], axis=1).to_csv(path, index=False)
    command = [
        "compare",
        path,
        "--effort",
        "tiny",
        "--families",
        "dense",
        "--out",
        folder / "out",
        "-q",
        *options,
    ]
    done = CliRunner().invoke(app, [str(word) for word in command], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with np.load(folder / "out" / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return json.loads((folder / "out" / "results.json").read_text()), arrays, done.output


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbers")
    return folder, *study(folder, NUMBERS, "--target", "length,mass", "--target", "height")


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    return folder, *study(folder, LABELS, "--target", "red,blue,old")


def found(results, who):
    """Evidence about one who predicts, and the score that decides."""
    rows = [*results["families"], *results["baselines"]]
    (score,) = [row["score"]["value"] for row in rows if who in (row.get("family"), row.get("name"))]
    return {e["measure"]: e["value"] for e in results["evidence"] if e["subject"] == who}, score


def test_every_number_of_several_targets_is_scikit_learns(numbers):
    _, results, arrays, _ = numbers
    truth, names = NUMBERS.to_numpy()[arrays["rows"]], list(NUMBERS)
    np.testing.assert_array_equal(arrays["true"], truth)
    for who in ("dense", "mean", "ridge regression", "boosted trees"):
        got, score = found(results, who)
        (line,) = arrays[who]
        assert line.shape == truth.shape
        deviation = NUMBERS.to_numpy().std(axis=0)
        assert score == pytest.approx(
            np.sqrt(metrics.mean_squared_error(truth / deviation, line / deviation)), rel=1e-5
        )
        assert got["R2"] == pytest.approx(metrics.r2_score(truth, line), rel=1e-5)
        assert got["MAE"] == pytest.approx(
            metrics.mean_absolute_error(truth / deviation, line / deviation), rel=1e-5
        )
        for k, name in enumerate(names):
            wanted = {
                "R2": metrics.r2_score(truth[:, k], line[:, k]),
                "RMSE": metrics.root_mean_squared_error(truth[:, k], line[:, k]),
                "MAE": metrics.mean_absolute_error(truth[:, k], line[:, k]),
            }
            for measure, value in wanted.items():
                assert got[f"{measure} of {name}"] == pytest.approx(value, rel=1e-5), (who, name, measure)


def test_baselines_of_several_targets_are_one_model_a_column(numbers):
    folder, results, arrays, _ = numbers
    made = plan(read(folder / "rows.csv", target=list(NUMBERS)), Options(effort="tiny"), folder)
    split, (x, y) = made.splits[0], (made.prepared.inputs[0], made.prepared.targets[0])
    learnt_from = np.union1d(split.train, split.validation)
    with np.load(next((folder / "out" / "blocks").glob("baseline-ridge-*"))) as file:
        alpha = 1 / file["strength-0"]
    models = {
        "mean": DummyRegressor,
        "ridge regression": lambda: Ridge(alpha=alpha),
        "boosted trees": lambda: HistGradientBoostingRegressor(
            max_iter=60, early_stopping=False, random_state=0
        ),
    }
    for name, make in models.items():
        told = [make().fit(x[learnt_from], y[learnt_from, k]).predict(x[split.test]) for k in range(3)]
        wanted = made.preparations[0].decode(np.stack(told, axis=1))
        np.testing.assert_allclose(arrays[name][0, split.test], wanted, rtol=1e-4, atol=1e-4)
    (usage,) = [row["usage"] for row in results["baselines"] if row["name"] == "boosted trees"]
    assert usage.startswith("sklearn.multioutput.MultiOutputRegressor(sklearn.ensemble.Hist")


def test_the_report_says_what_the_targets_and_their_unit_are(numbers):
    folder, results, _, output = numbers
    assert results["data"]["task"]["targets"] == list(NUMBERS)
    assert results["data"]["task"]["unit"] == "standard deviations"
    assert "3 targets" in " ".join(output.split()) and "(standard" in output and "deviations)" in output
    (each,) = [measure for measure in results["measures"] if measure["name"] == "targets"]
    assert each["answer"].startswith("Fully connected predicts “") and "worst, with" in each["answer"]
    assert {row["group"] for row in each["figures"][0]["rows"]} == set(NUMBERS)
    page = (folder / "out" / "report.html").read_text()
    assert "length, mass, height" in page and "RMSE of mass" in page
    units = {row.cells[0].text: row.cells[4].text for row in design.evidence(results).rows}
    own = {f"{measure} of {name}" for measure in ("RMSE", "MAE") for name in NUMBERS}
    assert {units[measure] for measure in own} == {"unit of its target"}
    assert units["score"] == units["MAE"] == "standard deviations"


def test_the_model_is_shown_in_a_line(numbers):
    folder, results, *_ = numbers
    (row,) = results["families"]
    about = f"of {results['data']['name']!r}: Fully connected, {row['parameters']:,} parameters"
    assert repr(load_model(folder / "out")) == f"<SavedModel {about}>"


def test_new_rows_get_a_prediction_for_each_target_in_its_unit(numbers):
    folder, *_ = numbers
    rows = written(folder)
    told = np.array([[float(row[f"prediction {name}"]) for name in NUMBERS] for row in rows])
    model = load_model(folder / "out")
    np.testing.assert_allclose(told, model.predict(pd.DataFrame(X, columns=["p", "q", "r"])), rtol=1e-6)
    assert metrics.r2_score(NUMBERS, told, multioutput="raw_values")[:2].min() > 0.5


def test_every_number_of_labels_is_scikit_learns(labels):
    _, results, arrays, _ = labels
    truth = (LABELS.to_numpy() == "yes").astype(int)[arrays["rows"]]
    np.testing.assert_array_equal(arrays["true"], truth)
    assert list(arrays["classes"]) == list(LABELS)
    for who in ("dense", "share of each label", "logistic regression", "boosted trees"):
        got, score = found(results, who)
        told = (arrays[who][0] > 0.5).astype(int)
        assert score == pytest.approx(
            metrics.jaccard_score(truth, told, average="samples", zero_division=1.0), rel=1e-6
        )
        wanted = {
            "micro F1": metrics.f1_score(truth, told, average="micro"),
            "macro F1": metrics.f1_score(truth, told, average="macro", zero_division=0.0),
            "subset accuracy": metrics.accuracy_score(truth, told),
            "label accuracy": 1 - metrics.hamming_loss(truth, told),
            "log loss": metrics.log_loss(truth.ravel(), np.clip(arrays[who][0].ravel(), 1e-12, 1)),
            **{
                f"F1 of {label}": metrics.f1_score(truth[:, k], told[:, k], zero_division=0.0)
                for k, label in enumerate(LABELS)
            },
            **{f"AUC of {label}": metrics.roc_auc_score(truth[:, k], arrays[who][0, :, k]) for k, label in enumerate(LABELS)},
        }
        for measure, value in wanted.items():
            assert got[measure] == pytest.approx(value, rel=1e-5, abs=1e-9), (who, measure)


def test_baselines_of_labels_are_one_model_a_label(labels):
    folder, results, arrays, _ = labels
    made = plan(read(folder / "rows.csv", target=list(LABELS)), Options(effort="tiny"), folder)
    split, (x, y) = made.splits[0], (made.prepared.inputs[0], made.prepared.targets[0])
    learnt_from = np.union1d(split.train, split.validation)
    with np.load(next((folder / "out" / "blocks").glob("baseline-logistic-*"))) as file:
        strength = float(file["strength-0"])
    models = {
        "share of each label": DummyClassifier(strategy="prior"),
        "logistic regression": LogisticRegression(C=strength, max_iter=300),
    }
    for name, model in models.items():
        parts = MultiOutputClassifier(model).fit(x[learnt_from], y[learnt_from]).predict_proba(x[split.test])
        wanted = np.stack([part[:, 1] for part in parts], axis=1)
        np.testing.assert_allclose(arrays[name][0, split.test], wanted, rtol=1e-4, atol=1e-5)
    assert results["baselines"][0]["usage"].startswith("sklearn.multioutput.MultiOutputClassifier(")


def test_new_rows_get_a_label_and_its_probability_each(labels):
    folder, *_ = labels
    rows = written(folder)
    told = np.array([[int(row[f"prediction {label}"]) for label in LABELS] for row in rows])
    probable = np.array([[float(row[f"probability {label}"]) for label in LABELS] for row in rows])
    np.testing.assert_array_equal(told, probable > 0.5)
    model = load_model(folder / "out")
    frame = pd.DataFrame(X, columns=["p", "q", "r"])
    np.testing.assert_array_equal(model.predict(frame), told)
    np.testing.assert_allclose(model.predict_proba(frame), probable, atol=1e-6)
    assert metrics.jaccard_score(LABELS == "yes", told, average="samples", zero_division=1.0) > 0.6


def task_of(kind, names):
    if kind == "numbers":
        return regression_of(names)
    return Task("multilabel", tuple(names), "sigmoid", "binary crossentropy", "jaccard")


@pytest.mark.parametrize(
    ("kind", "word", "title", "figure", "says"),
    [
        ("labels", "F1", "Each label", "F1 of each label", "Fully connected tells “n1” best, with F1 20.0 %"),
        ("numbers", "R2", "Each target", "R2 of each target", "Fully connected predicts “n1” best, with R2 20.0 %"),
    ],
)
@pytest.mark.parametrize("measured", [2, 3])
def test_the_best_and_the_worst_are_those_of_the_targets_that_were_measured_alone(
    kind, word, title, figure, says, measured
):
    names = ("n0", "n1", "n2")
    scores = [
        Evidence(f"{word} of {name}", "dense", value, "fraction")
        for name, value in list(zip(names, (0.1, 0.2, 0.15)))[:measured]
    ]
    found = targets.of_each(task_of(kind, names), ["dense"], scores)
    several = title.split()[1] + "s"
    part = f"2 of 3 {several}" if measured == 2 else ""
    assert found.answer == (f"Of {part}, " if part else "") + f"{says}, “n0” worst, with 10.0 %."
    assert (found.title, found.figures[0].title, found.figures[0].x.title) == (title, figure, title.split()[1])
    assert found.figures[0].note == f"Test rows, mean over seeds{'; ' * bool(part)}{part}."


@pytest.mark.parametrize(("kind", "word", "guess"), [("labels", "AUC", 0.5), ("numbers", "R2", 0.0)])
def test_targets_that_no_family_is_shown_to_predict_are_known_where_another_one_is(kind, word, guess):
    spans = {"told": (0.1, 0.3), "noise": (-0.1, 0.1), "surely": None, "by one": (-0.1, 0.1)}
    scores = [
        Evidence(f"{word} of {name}", family, guess + 0.02, "fraction", span and (guess + span[0], guess + span[1]))
        for name, span in spans.items()
        for family in ("dense", "recurrent")
    ]
    scores[-1] = Evidence(f"{word} of by one", "recurrent", guess + 0.2, "fraction", (guess + 0.1, guess + 0.3))
    scores += [Evidence(f"{word} of noise", "boosted trees", 0.99, "fraction", (0.98, 1.0))]
    task, families = task_of(kind, list(spans)), ["dense", "recurrent"]
    (found,) = targets.untold(task, families, scores)
    assert (found.subject, found.value) == ("noise", guess + 0.02)
    assert not targets.untold(task, families, [e for e in scores if e.measure.endswith("noise")])


def test_a_target_of_noise_is_a_doubt(tmp_path):
    noise = pd.DataFrame({"heavy": np.where(X[:, 0] > 0, "yes", "no"), "coin": RNG.choice(["yes", "no"], N)})
    results, *_ = study(tmp_path, noise, "--target", "heavy,coin", "--effort", "quick", "--steps", "100")
    assert any("is shown to tell “coin” (AUC at best " in doubt for doubt in results["verdict"]["doubts"])


def test_a_model_whose_outputs_do_not_fit_its_target_is_refused(numbers, tmp_path):
    folder, *_ = numbers
    shutil.copytree(folder / "out" / "model", tmp_path / "model")
    facts = json.loads((tmp_path / "model" / "model.json").read_text())
    facts["problem"]["units"] = 2
    (tmp_path / "model" / "model.json").write_text(json.dumps(facts))
    with pytest.raises(FileError, match="don't fit the target"):
        load_model(tmp_path)


def written(folder):
    """What the program predicts for the rows that it knows, as csv."""
    command = ["predict", folder / "out", folder / "rows.csv", "--out", folder / "told.csv"]
    done = CliRunner().invoke(app, [str(word) for word in command], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with (folder / "told.csv").open(newline="") as file:
        return list(csv.DictReader(file))
