"""The estimators keep scikit-learn's promises: its own checks, its tools around them, pickles and clones."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks as checks

import fourfold
from fourfold.errors import OptionError
from fourfold.study.blocks import sweep_of

pytestmark = pytest.mark.usefixtures("compiled_quickly")

FAMILIES = ("Dense", "Convolution", "Recurrent", "Attention")
X, Y = load_iris(return_X_y=True)


def tiny(name, **parameters):
    """An estimator whose training takes moments."""
    if name.startswith("Fourfold"):
        return getattr(fourfold, name)(**{"effort": "tiny", "candidates": ["dense"], **parameters})
    small = {"size": "S", "learning_rate": 0.03, "steps": 60}
    return getattr(fourfold, name)(**{**small, **parameters})


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["Classifier", "Regressor"])
@pytest.mark.parametrize("name", ["Fourfold", *FAMILIES])
def test_passes_all_checks_of_scikit_learn(name, kind):
    found = checks.check_estimator(tiny(name + kind), on_skip=None)
    assert {check["status"] for check in found} <= {"passed", "skipped"} and len(found) > 40


@pytest.mark.parametrize(
    "name", ["FourfoldClassifier", *(f"{f}{k}" for f in FAMILIES for k in ("Classifier", "Regressor"))]
)
def test_passes_the_checks_that_train_nothing(name):
    estimator = tiny(name)
    for check in (
        checks.check_parameters_default_constructible, checks.check_get_params_invariance, checks.check_set_params,
        checks.check_no_attributes_set_in_init, checks.check_mixin_order, checks.check_valid_tag_types,
        checks.check_estimators_unfitted, checks.check_fit1d, checks.check_fit2d_1sample, checks.check_complex_data,
        checks.check_estimator_sparse_array, checks.check_estimators_empty_data_messages, checks.check_supervised_y_no_nan,
        checks.check_requires_y_none,
    ):  # fmt: skip
        check(name, estimator)
    if name.endswith("Classifier"):
        checks.check_classifiers_one_label_sample_weights(name, estimator)


def test_passes_a_handful_of_the_checks_that_train():
    for check in (
        checks.check_dict_unchanged, checks.check_methods_subset_invariance, checks.check_methods_sample_order_invariance,
        checks.check_dataframe_column_names_consistency, checks.check_estimators_pickle,
        checks.check_classifiers_multilabel_output_format_predict, checks.check_classifiers_multilabel_output_format_predict_proba,
    ):  # fmt: skip
        check("DenseClassifier", tiny("DenseClassifier"))
    checks.check_regressor_multioutput("DenseRegressor", tiny("DenseRegressor"))


def test_several_targets_keep_their_columns_and_their_type():
    labels = np.stack([X[:, 2] > 2, X[:, 3] > 1.3], axis=1)
    model = tiny("DenseClassifier").fit(X, labels)
    assert (
        model.predict(X).dtype == bool
        and model.predict_proba(X).shape == (150, 2)
        and model.score(X, labels) > 0.8
    )
    assert tiny("DenseRegressor").fit(X[:, :2], X[:, 2:]).score(X[:, :2], X[:, 2:]) > 0.7


def test_works_in_the_tools_of_scikit_learn():
    model = make_pipeline(StandardScaler(), tiny("DenseClassifier"))
    assert cross_val_score(model, X, Y, cv=3).min() > 0.85
    search = GridSearchCV(tiny("DenseClassifier"), {"learning_rate": [1e-6, 0.03]}, cv=2).fit(X, Y)
    assert search.best_params_ == {"learning_rate": 0.03} and search.score(X, Y) > 0.9


def test_weights_travel_through_the_tools_of_scikit_learn():
    weights, groups, middle = {"sample_weight": (Y < 2).astype(float)}, np.arange(150) // 5, Y == 1
    named = {f"denseclassifier__{name}": value for name, value in {**weights, "groups": groups}.items()}
    model = make_pipeline(StandardScaler(), tiny("DenseClassifier")).fit(X, middle, **named)
    assert model.score(X[Y < 2], middle[Y < 2]) > 0.95 and model.score(X[Y == 2], middle[Y == 2]) < 0.5
    with sklearn.config_context(enable_metadata_routing=True):
        asking = tiny("DenseClassifier").set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        assert cross_val_score(asking, X, middle, cv=KFold(2, shuffle=True, random_state=0), params=weights).min() > 0.9
    with pytest.raises(TypeError, match=r"DenseClassifier.fit\(\) got an unexpected keyword argument 'weights'"):
        tiny("DenseClassifier").fit(X, Y, weights=weights["sample_weight"])


def test_pickles_and_copies_predict_the_same_and_clones_are_unfitted():
    model = tiny("DenseClassifier").fit(X, Y)
    expected = model.predict_proba(X)
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(other.predict_proba(X), expected)
    with pytest.raises(NotFittedError):
        clone(model).predict(X)


def test_the_comparison_as_an_estimator(tmp_path):
    model = tiny("FourfoldClassifier", out=tmp_path / "study").fit(X, Y)
    assert model.verdict_["kind"] in ("choose", "none") and model.verdict_["family"] == "dense"
    assert [row["family"] for row in model.table_] == ["dense"] and model.score(X, Y) > 0.9
    kept = fourfold.load_model(tmp_path / "study")
    np.testing.assert_array_equal(kept.predict(X), model.predict(X))
    other = pickle.loads(pickle.dumps(model))
    assert other.verdict_ == model.verdict_
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_a_comparison_without_a_folder_leaves_none_and_still_reports(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model = tiny("FourfoldRegressor").fit(X[:, 1:], X[:, 0])
    assert not list(tmp_path.iterdir()) and model.score(X[:, 1:], X[:, 0]) > 0.5
    assert model.comparison_.report(tmp_path / "report.html").stat().st_size > 10_000


def test_the_learning_rate_is_chosen_on_validation_rows_and_divergence_is_said():
    model = tiny("DenseClassifier", learning_rate=[1e-7, 0.03]).fit(X, Y)
    assert model.model_.facts["learning_rate"] == 0.03
    assert tiny("DenseClassifier", learning_rate=[0.03, 1e38]).fit(X, Y).score(X, Y) > 0.9
    with pytest.raises(OptionError, match="diverged.*Do this: learning_rate=1e"):
        tiny("DenseRegressor", learning_rate=1e38).fit(X[:, 1:], X[:, 0])


def test_fits_of_similar_sizes_share_one_compiled_program():
    first, second = tiny("DenseClassifier").fit(X, Y), tiny("DenseClassifier").fit(X[:140], Y[:140])
    assert first.model_.net.problem == second.model_.net.problem
    before = sweep_of.cache_info().misses
    tiny("DenseClassifier", seed=3).fit(X[5:], Y[5:])
    assert sweep_of.cache_info().misses == before


def test_a_seed_decides_everything():
    probabilities = [tiny("DenseClassifier", seed=seed).fit(X, Y).predict_proba(X) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(probabilities[0], probabilities[1])
    assert np.abs(probabilities[0] - probabilities[2]).max() > 1e-3


def test_probabilities_sum_to_one_in_their_own_precision():
    model = tiny("DenseClassifier").fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=0, atol=4e-16)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("learning_rate", rate) for rate in (-1, 0, [0.01, -1], float("nan"), [], "auto", None, float("inf"))),
        *(("steps", steps) for steps in (0, -1, "9", 2.5)),
        *(("batch_size", size) for size in (0, -4, 2.5)),
        *(("seed", seed) for seed in (None, -1, np.random.RandomState(0), "a")),
    ],
)
def test_parameters_that_train_nothing_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=rf"^{name} is .*got {name}=.*wanted") as caught:
        tiny("DenseClassifier", **{name: value}).fit(X, Y)
    assert isinstance(caught.value, OptionError)


def test_parameters_of_numpy_are_numbers():
    given = {"steps": np.int64(3), "seed": np.uint8(2), "batch_size": np.int32(16), "learning_rate": np.float32(0.03)}
    plain = {"steps": 3, "seed": 2, "batch_size": 16, "learning_rate": float(np.float32(0.03))}
    found = [tiny("DenseClassifier", **parameters).fit(X, Y).predict_proba(X) for parameters in (given, plain)]
    np.testing.assert_array_equal(*found)


def test_a_batch_has_no_more_rows_than_there_are():
    whole, larger = (tiny("DenseClassifier", steps=5, batch_size=size).fit(X, Y) for size in (128, 10**6))
    np.testing.assert_array_equal(whole.predict(X), larger.predict(X))


def test_sparse_rows_and_rows_with_words():
    sparse = scipy.sparse.csr_matrix(np.where(X > 3, X, 0))
    dense = tiny("DenseClassifier").fit(sparse.toarray(), Y)
    np.testing.assert_array_equal(tiny("DenseClassifier").fit(sparse, Y).predict_proba(sparse), dense.predict_proba(sparse.toarray()))
    frame = pd.DataFrame(X[:, :2], columns=["a", "b"]).assign(kind=np.where(X[:, 3] > 1.3, "wide", "narrow"))
    model = tiny("DenseClassifier").fit(frame.to_numpy(), Y)
    np.testing.assert_array_equal(model.predict(frame.to_numpy()), model.predict(frame.to_numpy().tolist()))
    assert model.score(frame.to_numpy(), Y) > 0.8


@pytest.mark.parametrize("name", ["DenseRegressor", "RecurrentRegressor"])
@pytest.mark.parametrize(("center", "spread"), [(50, 0.02), (1e4, 1.0), (-50, 0.02), (0, 1.0)])
def test_where_zero_lies_does_not_decide_how_well_is_learnt(name, center, spread):
    """Frequencies, temperatures in kelvin, pressures: what varies is a small part of the number."""
    shape = X[:, 2] / 3 + 0.1 * np.sin(9 * X[:, 0])
    model = tiny(name, steps=300).fit(X, center + spread * shape)
    assert model.score(X, center + spread * shape) > 0.85


def test_labels_beyond_double_precision_stay_apart():
    codes = np.array([5, 10**17, 10**17 + 1])[Y]
    model = tiny("DenseClassifier").fit(X, codes)
    assert model.classes_.tolist() == [5, 10**17, 10**17 + 1] and model.predict_proba(X).shape == (150, 3)
    assert model.score(X, codes) > 0.8


@pytest.mark.parametrize("name", ["y", "z", "kind"])
def test_a_target_may_be_called_as_a_column(name):
    frame = pd.DataFrame(X[:, :3], columns=list("xyz"))
    model = tiny("FourfoldClassifier").fit(frame, pd.Series(Y, name=name))
    assert model.model_.preparation.source_columns == ("x", "y", "z") and model.score(frame, Y) > 0.5
