"""A study's numbers don't depend on what JAX is told; a device that is not here is told."""

import os
import subprocess
import sys

import jax
import numpy as np
import pytest
from sklearn.datasets import load_iris

import fourfold
from fourfold.core.settings import USUAL, of_a_process

ODD = {
    "enable_x64": True, "debug_nans": True, "debug_infs": True, "disable_jit": True, "default_prng_impl": "rbg",
    "threefry_partitionable": False, "numpy_dtype_promotion": "strict", "numpy_rank_promotion": "raise",
}  # fmt: skip
X, Y = load_iris(return_X_y=True)


def trained():
    return fourfold.AttentionClassifier(size="S", learning_rate=0.03, steps=30).fit(X, Y)


def test_every_setting_is_tried():
    assert {*ODD} == {*USUAL} and not {*ODD.items()} & {*USUAL.items()}
    for name, value in USUAL.items():
        assert getattr(jax.config, f"jax_{name}") == value, "JAX's own value"


@pytest.mark.parametrize("name", ODD)
def test_a_family_is_trained_as_ever(name):
    with getattr(jax, name)(ODD[name]):
        model = trained()
        assert getattr(jax.config, f"jax_{name}") == ODD[name]  # the caller's own are left as they were
    np.testing.assert_array_equal(model.predict_proba(X), trained().predict_proba(X))


def test_a_comparison_is_as_ever():
    def table():
        return fourfold.FourfoldClassifier(effort="tiny", candidates=["recurrent"]).fit(X, Y).table_

    usual = table()
    with jax.enable_x64(True), jax.debug_nans(True), jax.numpy_dtype_promotion("strict"):
        assert table() == usual


def test_a_process_starts_with_the_usual_settings():
    odd = {f"JAX_{name.upper()}": str(value) for name, value in ODD.items()}
    code = f"import jax; print(*(getattr(jax.config, f'jax_{{name}}') for name in {[*USUAL]}))"
    command = [sys.executable, "-c", code]
    for environment, settings in ((odd, ODD), (odd | of_a_process(), USUAL)):
        ended = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
        assert ended.stdout.split() == [*map(str, settings.values())]


@pytest.mark.parametrize("arguments", [("compare", "iris", "--dry-run"), ("predict", "study", "new.csv")])
def test_a_kind_of_device_that_is_not_here(arguments, tmp_path):
    (tmp_path / "study").mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "fourfold", *arguments],
        env=os.environ | {"JAX_PLATFORMS": "tpu"}, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    said = "JAX finds no device of the kind that it is told to use: got JAX_PLATFORMS=tpu, wanted a kind that is here"
    assert ended.returncode == 4 and said in ended.stderr and "Do this: unset JAX_PLATFORMS" in ended.stderr
