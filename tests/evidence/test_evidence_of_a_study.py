"""A study from data to results: every sentence of its verdict and of its measures is held against its evidence."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold.data import read
from fourfold.evidence import step_seconds
from fourfold.evidence.sentences import Sentence
from fourfold.study import step_times
from fourfold.study.efforts import EFFORTS
from fourfold.study.measured import measure
from fourfold.study.measures import MEASURES
from fourfold.study.results import as_results
from fourfold.study.study import Study

pytestmark = pytest.mark.slow  # two families in two sizes, and all probes: half a minute
EFFORT = replace(EFFORTS["quick"], steps=40, sizes=("S", "M"), learning_rates=(1e-2,), extensions=0)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder, families = tmp_path_factory.mktemp("study"), ("dense", "convolution")
    study = Study(read("iris"), EFFORT, [0, 1], 0, folder, families)
    trials = study.run()
    study.probe(trials, MEASURES)
    return measure(study, trials, None)


def test_every_sentence_is_held_against_the_evidence(measured, held):
    evidence = [*measured.verdict.evidence, *(e for m in measured.measurements for e in m.evidence)]
    verdict = measured.verdict
    sentences = [verdict.sentence, *verdict.why, *verdict.price, verdict.change, *verdict.doubts]
    sentences += [m.answer for m in measured.measurements if m.answer]
    assert len(sentences) > 6
    for sentence in sentences:
        assert isinstance(sentence, Sentence), sentence
        held(sentence, evidence)


def test_what_is_said_of_the_seconds_of_its_steps_is_held_against_them(measured, held):
    tasks = step_times.of_study(measured.study, measured.trials)
    times = {task.family: task.load(measured.study.folder) for task in tasks}
    found = step_seconds.measured(times, "flat", {family: family for family in times})
    assert found and "A training step takes" in found.answer and found.answer.numbers
    held(found.answer, found.evidence)


def test_all_evidence_that_is_cited_is_in_the_results(measured):
    results = as_results(measured, "a command", "a folder", None, None)
    written = {(item["measure"], item["subject"]) for item in results["evidence"]}
    verdict = measured.verdict
    for sentence in (verdict.sentence, *verdict.why, *verdict.price, verdict.change, *verdict.doubts):
        assert {(n.measure, n.subject) for n in sentence.numbers} <= written
    assert results["verdict"]["doubts"] == [str(doubt) for doubt in verdict.doubts]
    assert np.isfinite([item["value"] for item in results["evidence"] if item["value"] is not None]).all()


def test_the_few_rows_and_seeds_of_this_study_are_doubted(measured):
    assert "Only 2 seeds: what training again would change is known roughly." in measured.verdict.doubts
    assert any(doubt.startswith("A small test set, 150 rows: how far ") for doubt in measured.verdict.doubts)
