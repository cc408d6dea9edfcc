"""Programs that run for moments may be compiled without optimisation, which halves the time of a test.

Not those of images: XLA's convolutions in two dimensions give NaN so on a CPU.
"""

import jax
import pytest


@pytest.fixture(scope="module")
def compiled_quickly():
    name = "jax_disable_most_optimizations"
    before = jax.config.read(name)
    jax.config.update(name, True)
    yield
    jax.config.update(name, before)
