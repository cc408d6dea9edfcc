"""The candidates are at the level of their families: near published accuracies, and no worse than a peer's MLP."""

import pytest
from benchmarks.levels import beside_mlp, levels


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["GunPoint", "ItalyPowerDemand"])
def test_near_published_accuracies(name):
    for level in levels(name):
        assert level.near, f"{level.family}: {level.mean:.1f}, published {level.published}"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["wine", "breast-cancer"])
def test_not_worse_than_an_mlp_with_defaults(name):
    found = beside_mlp(name, sizes=("S", "M"))
    assert found.not_worse, found
