"""What a test or an example leaves to chance is the same in every run."""

import pytest


@pytest.fixture(autouse=True)
def seeded():
    from fourfold.utils import set_random_seed  # once ``tests/conftest.py`` has set JAX up

    set_random_seed(0)
