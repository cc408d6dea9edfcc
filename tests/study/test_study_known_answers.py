"""Tasks whose answer is known: the verdict names the right family, or none. Quick effort, one seed: minutes."""

import pytest

from fourfold.comparison import compare

# the families that the task's certified gaps leave, and the verdicts that are right
ANSWERS = [
    ("moved-motifs", {"convolution"}, {"choose", "undecided"}),
    ("key-value-recall", {"attention"}, {"choose"}),
    ("flip-flop", {"recurrent", "attention"}, {"choose", "equivalent", "undecided"}),
    ("flat-features", {"dense"}, {"choose", "equivalent", "undecided"}),
    ("noise", None, {"none"}),
]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("task, families, kinds", ANSWERS, ids=[answer[0] for answer in ANSWERS])
def test_verdict(task, families, kinds, tmp_path):
    verdict = compare(task, effort="quick", out=tmp_path).verdict
    assert verdict["kind"] in kinds, verdict["sentence"]
    if families is not None:
        assert verdict["family"] in families, verdict["sentence"]
