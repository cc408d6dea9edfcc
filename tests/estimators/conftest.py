"""Programs that run for moments are compiled without optimisation: that halves the time of these tests."""

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def compiled_quickly():
    name = "jax_disable_most_optimizations"
    before = jax.config.read(name)
    jax.config.update(name, True)
    yield
    jax.config.update(name, before)
