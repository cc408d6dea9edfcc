"""Programs that run for moments are compiled without optimisation: that halves the time of these tests."""

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def compiled_quickly():
    before = jax.config.jax_disable_most_optimizations
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
