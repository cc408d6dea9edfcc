"""Variants of the data, and the probes that train on them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.core.streams import Stream
from fourfold.data import from_arrays
from fourfold.evidence import names
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.measurement import NOISE_OF_RATES
from fourfold.evidence.sentences import DIFFERENCE, FRACTION
from fourfold.evidence.statistics import Analysis
from fourfold.study import measured, probes, tested
from fourfold.study.architecture import architecture
from fourfold.study.blocks import Block, Run
from fourfold.study.candidates import Problem
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measures import MEASURES as ALL
from fourfold.study.measures import confusion, ease, longer, memorisation, order, sample_efficiency, shift
from fourfold.study.price import of_measures
from fourfold.study.rates import noise_between
from fourfold.study.study import Study
from fourfold.study.trials import Trial, Trials
from fourfold.study.variants import position_order, varied
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
N, T = 240, 12
X = RNG.normal(size=(N, T, 1))
WHERE = RNG.integers(0, T - 2, N)
UP = RNG.integers(0, 2, N)
for row, (at, up) in enumerate(zip(WHERE, UP)):  # a rising or a falling step somewhere: neighbours matter
    X[row, at : at + 3, 0] += (np.arange(3) - 1) * (4 if up else -4)
Y = np.where(UP, "up", "down")
EFFORT = replace(
    EFFORTS["standard"],
    seeds=2,
    steps=120,
    sizes=("S",),
    learning_rates=(1e-2, 3e-2),
    extensions=0,
    shares=(0.1, 0.5),
    orders=("whole", "local"),
)
MEASURES = (
    order.MEASURE,
    sample_efficiency.MEASURE,
    memorisation.MEASURE,
    ease.MEASURE,
    longer.MEASURE,
    confusion.MEASURE,
)


@pytest.fixture(scope="module")
def inquiry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probes")
    families = ("dense", "convolution")
    study = Study(from_arrays(X, Y), EFFORT, [0, 1], 0, folder, families=families)
    executor = Inline()
    trials = study.run(executor)
    study.probe(trials, MEASURES, executor)
    return Inquiry(study, trials, 0.01)


@given(
    shape=st.one_of(st.tuples(st.integers(2, 40)), st.tuples(st.integers(2, 12), st.integers(2, 12))),
    how=st.sampled_from(["whole", "local", "block"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_a_permutation_moves_every_position_once(shape, how, seed):
    found = position_order(shape, how, np.random.default_rng(seed))
    assert sorted(found.tolist()) == list(range(int(np.prod(shape))))


def test_local_permutations_stay_inside_pieces_and_blocks_keep_neighbours():
    draw = np.random.default_rng(3)
    local = position_order((64,), "local", draw)
    assert np.array_equal(local // 8, np.arange(64) // 8) and not np.array_equal(local, np.arange(64))
    block = position_order((64,), "block", draw)
    inside = np.arange(64) % 8 != 7
    assert np.all(np.diff(block)[inside[:-1]] == 1) and not np.array_equal(block, np.arange(64))


def test_smaller_samples_lie_inside_larger_ones_and_keep_the_classes_shares(inquiry):
    prepared = inquiry.study.prepared
    small, large = (varied(prepared, f"rows:{share}", 5) for share in (0.25, 0.5))
    for whole, few, many in zip(prepared.splits, small.splits, large.splits):
        assert set(few.train) < set(many.train) < set(whole.train)
        assert np.array_equal(few.test, whole.test) and np.array_equal(few.validation, whole.validation)
        share = prepared.targets[0, many.train, 0].mean() - prepared.targets[0, whole.train, 0].mean()
        assert abs(share) < 0.02


def test_shares_of_training_rows_are_as_many_rows_in_each_split_in_order_of_time(tmp_path):
    """Later splits learn from more rows: a quarter of each would be no number of training rows."""
    data = replace(from_arrays(X[:, 0], Y), time_ordered=True)
    effort = replace(EFFORT, learning_rates=(1e-2,), shares=(0.25,), steps=10, probe_seeds=1)
    study = Study(data, effort, [0], 0, tmp_path, families=("dense",))
    parts = [len(split.train) for split in study.splits]
    fewer = varied(study.prepared, "rows:0.25", 5)
    assert max(parts) > 3 * min(parts)
    assert {len(split.train) for split in fewer.splits} == {round(min(parts) / 4)}
    trials = study.run(Inline())
    study.probe(trials, [sample_efficiency.MEASURE], Inline())
    found = sample_efficiency.find(Inquiry(study, trials, 0.01))
    (figure,) = found.figures
    assert found.answer.startswith(f"With {round(min(parts) / 4)} training rows, ")
    assert [row["x"] for row in figure.rows] == [round(min(parts) / 4), round(np.mean(parts))]
    said = f"At the right end are all training rows of each split, {min(parts)} to {max(parts)}, at their mean."
    assert said in figure.note


def test_shuffled_labels_are_tested_on_rows_that_were_trained(inquiry):
    prepared = inquiry.study.prepared
    variant = varied(prepared, "labels:shuffled", 1)
    assert not np.array_equal(variant.targets, prepared.targets)
    assert np.array_equal(np.sort(variant.targets, axis=1), np.sort(prepared.targets, axis=1))
    for whole, found in zip(prepared.splits, variant.splits):
        assert set(found.test) | set(found.validation) <= set(found.train)
        assert len(found.test) == len(whole.test) and len(found.validation) == len(whole.validation)


@pytest.mark.parametrize("hyperparameters", [False, True])
def test_the_trainings_of_all_measures_are_known_beforehand(hyperparameters, inquiry, monkeypatch):
    """The time that is left can't be told without them."""
    study = inquiry.study
    monkeypatch.setattr(study, "hyperparameters", hyperparameters)
    monkeypatch.setattr(study, "learning_rates", [3e-3, 1e-2, 3e-2])
    asked = [task for task in study.wanted(inquiry.trials, ALL) if isinstance(task, Block)]
    assert of_measures(study) == sum(len(block.runs) for block in asked) > 0
    assert {bool(block.settings) for block in asked} == {False, hyperparameters}


def test_a_permuted_row_holds_the_same_numbers(inquiry):
    prepared = inquiry.study.prepared
    variant = varied(prepared, "order:whole", 1)
    assert np.array_equal(np.sort(variant.inputs, axis=2), np.sort(prepared.inputs, axis=2))
    assert not np.array_equal(variant.inputs, prepared.inputs)


def test_convolution_loses_by_a_permutation_and_the_dense_family_does_not(inquiry):
    found = {(e.subject): e for e in order.find(inquiry).evidence}
    dense, convolution = found["dense"], found["convolution"]
    assert dense.interval[0] <= 0 <= dense.interval[1]
    assert convolution.value > 0.1 and convolution.interval[0] > 0


def test_probe_scores_are_those_of_the_rows_they_name(inquiry):
    study, trials = inquiry.study, inquiry.trials["convolution"]
    measurement = sample_efficiency.find(inquiry)
    rows = [row for row in measurement.figures[0].rows if row["series"] == "convolution"]
    assert [row["x"] for row in rows] == [15, 77, study.training_rows]
    right = []
    for (_, split), trial in study.probed(trials, "rows:0.1").items():
        test = study.prepared.splits[split].test
        right.append((trial.outputs[:, 0] > 0) == study.prepared.targets[0, test, 0])
    assert rows[0]["value"] == pytest.approx(np.concatenate(right).mean())


def test_with_few_rows_none_leads_where_none_beats_a_guess_with_all(inquiry):
    families = list(inquiry.trials)
    assert "scores best" in sample_efficiency.find(replace(inquiry, guessing=families[1:])).answer
    said = sample_efficiency.find(replace(inquiry, guessing=families)).answer
    assert said.startswith("With 15 training rows, as with all, no family is shown to beat a guess: they score ")


def test_a_longer_training_is_the_same_training_with_twice_the_steps(inquiry):
    study = inquiry.study
    found = {(e.measure, e.subject): e for e in longer.find(inquiry).evidence}
    assert found[longer.STEPS, "study"].value == 240
    for family, trials in inquiry.trials.items():
        again = study.probed(trials, "", 2)
        plain = {(t.run.seed, t.run.split): t for t in trials.by_setting[trials.best()]}
        assert again.keys() == plain.keys()
        right = []
        for by_run in (plain, again):
            right.append([])
            for (_, split), trial in by_run.items():
                test = study.prepared.splits[split].test
                right[-1] += ((trial.outputs[:, 0] > 0) == study.prepared.targets[0, test, 0]).tolist()
        for run, trial in again.items():
            assert trial.run == plain[run].run and trial.size == plain[run].size
            assert max(trial.check_steps) > max(plain[run].check_steps) or trial.steps < 240
        gain, score, before = (found[m, family] for m in names.OF_MEASURES)
        assert score.value == pytest.approx(np.mean(right[1]))
        assert before.value == pytest.approx(np.mean(right[0]))
        assert gain.value == pytest.approx(np.mean(right[1]) - np.mean(right[0]))
        assert gain.interval[0] <= gain.value <= gain.interval[1]


@pytest.mark.parametrize("measure, name", [(order, order.LOSS), (longer, names.LONGER_GAIN)])
def test_intervals_of_probes_hold_for_all_families_at_once(inquiry, measure, name):
    """Those of a family alone are narrower, as those of one in so many that share the five per cent."""
    alone = replace(inquiry, trials={"dense": inquiry.trials["dense"]})
    together, single = (
        next(e for e in measure.find(each).evidence if (e.measure, e.subject) == (name, "dense"))
        for each in (inquiry, alone)
    )
    width, narrow = (e.interval[1] - e.interval[0] for e in (together, single))
    assert together.value == single.value and "all families at once" in together.method
    assert width > 1.05 * narrow > 0


def test_families_that_gain_by_longer_training_are_named(inquiry, tmp_path):
    """After three steps no family has learnt what it can."""
    families = ("dense", "convolution")
    short = Study(from_arrays(X, Y), replace(EFFORT, steps=3), [0, 1], 0, tmp_path, families=families)
    trials = short.run(Inline())
    short.probe(trials, [longer.MEASURE], Inline())
    measurement = longer.find(Inquiry(short, trials, 0.01))
    assert measurement.answer.startswith("With 6 steps, twice as many, Convolution gains ")
    found = measured.measure(short, trials, 0.01)
    assert [d for d in found.verdict.doubts if d.startswith("Training was short: ") and "Convolution by " in d]


def test_what_longer_training_is_not_shown_to_change_has_no_order():
    """Trainings that scatter by 70 points gain 20, or lose as many."""
    gains = [
        Evidence(names.LONGER_GAIN, family, value, DIFFERENCE, (value - half, value + half))
        for family, value, half in (("dense", 0.01, 0.005), ("convolution", 0.2, 0.7), ("attention", -0.03, 0.02))
    ]
    steps = Evidence(longer.STEPS, "study", 600, "count")
    sure = "Fully connected gains 1.0 points (0.5 to 1.5); Attention loses 3.0 points (1.0 to 5.0)"
    unsure = "shown to gain: Convolution −50.0 to 90.0 points"
    for found, words in ((gains, f"{sure}; not {unsure}"), (gains[1:2], f"none is {unsure}"), (gains[::2], sure)):
        answer = longer._answer([steps, *found])
        assert answer == f"With 600 steps, twice as many, {words}."
        assert len(answer.numbers) == 1 + sum(3 if probes.is_change(one) else 2 for one in found)


def test_a_longer_training_that_failed_is_said(inquiry, monkeypatch):
    monkeypatch.setattr(inquiry.study, "probed", lambda *_: {})
    measurement = longer.find(inquiry)
    missing = [e for e in measurement.evidence if e.measure == names.LONGER_GAIN]
    assert measurement.answer == "" and [e.reason for e in missing] == ["a training of the probe failed"] * 2


def test_scores_with_fewer_rows_know_how_the_families_scatter_over_seeds_and_folds(inquiry):
    """As in the table of results: families trained on as many rows share an estimate, not one family's sizes."""
    study, families = inquiry.study, inquiry.trials
    found = {(e.measure, e.subject): e for e in sample_efficiency.find(inquiry).evidence}
    losses = {}
    for family in families:
        by_name, predicted = probes.losses(inquiry, family, {"15": "rows:0.1"})
        losses[family] = by_name["15"]
    together = tested.analysis(study, losses, predicted)
    for family in families:
        score = together.mean(family)
        evidence = found["score with 15 training rows", family]
        assert (evidence.value, *evidence.interval) == (score.value, score.low, score.high)


@pytest.mark.parametrize("wrong, words", [(0.5, "less than one row a seed"), (1.0, "1 row"), (1.5, "1.5 rows"), (31.5, "31.5 rows")])
def test_few_confused_rows_are_counted_in_words_that_fit(wrong, words):
    counts = np.array([[10.0, wrong], [0.0, 10.0]])
    evidence = confusion._worst_pair("dense", counts, ["a", "b"], "row", "20 rows")
    assert f"“a” for “b” ({words})." in confusion._answer(evidence, "row")


def test_the_intervals_of_probes_know_which_rows_depend_on_each_other(inquiry, monkeypatch):
    def design():
        analysis = probes.paired(inquiry, "dense", {"half": "rows:0.5"})
        moved = sample_efficiency.find(inquiry).evidence
        return analysis.design.groups, [e.interval for e in moved if e.subject == "dense" and e.interval]

    alone, spans = design()
    grouped = replace(inquiry.study.dataset, groups=np.arange(N) // 4)
    monkeypatch.setattr(inquiry.study, "dataset", grouped)
    together, wider = design()
    assert (alone, together) == (N, N // 4) and wider != spans


def test_memorisation_tells_what_is_stored_from_chance(inquiry):
    found = {e.subject: e for e in memorisation.find(inquiry).evidence}
    assert found["study"].value == pytest.approx(max(UP.mean(), 1 - UP.mean()))
    assert found["dense"].value > 0.6 and found["dense"].unit == FRACTION


def test_ease_says_how_soon_and_how_evenly(inquiry):
    found = {(e.measure, e.subject): e for e in ease.find(inquiry).evidence}
    steps = found[ease.STEPS, "convolution"]
    assert 0 < steps.interval[0] <= steps.value <= steps.interval[1] <= EFFORT.steps
    assert 0 <= found[ease.SCATTER, "dense"].value < 0.5


def test_families_that_take_as_many_rates_are_not_told_apart():
    shares = [Evidence(ease.WORKS, family, 0.5, FRACTION) for family in ("dense", "recurrent")]
    assert ease._answer(shares).endswith("50 % come near the best in every family.")
    shares[1] = replace(shares[1], value=0.25)
    assert ease._answer(shares).endswith("50 % come near the best in Fully connected; 25 % in Recurrent.")
    shares.append(replace(shares[0], subject="attention"))
    assert "50 % come near the best in Fully connected and Attention; 25 % in Rec" in ease._answer(shares)
    shares[1] = replace(shares[1], value=None, reason=ease.GUESSES)
    assert ease._answer(shares).endswith("; in Recurrent no rate is shown to beat a guess by more than the margin.")
    none = [replace(e, value=None, reason=ease.GUESSES) for e in shares]
    assert ease._answer(none) == "In no family is a rate shown to beat a guess by more than the margin."
    steps = [Evidence(ease.STEPS, family, 69.0 + noise, "count") for family, noise in (("dense", 1e-5), ("recurrent", 0))]
    assert ease._answer(steps) == "Every family is near its final score, after 69 steps."
    steps.append(replace(steps[0], subject="attention", value=90.0))
    assert ease._answer(steps) == "Fully connected and Recurrent are the first to be near their final score, after 69 steps."


def of_rates(scores: dict[float, list[float]]) -> Trials:
    """Trials of one family: the validation scores of each rate, one a split."""
    trials, empty = Trials("dense"), np.zeros(0)
    for rate, listed in scores.items():
        for split, score in enumerate(listed):
            run = Run(rate, 0, split)
            trials.add(Trial("dense", "S", run, split, 0, 1, score, 1 - score, 1 - score, *[empty] * 5))
    return trials


def test_rates_that_work_are_counted_unless_noise_hides_them():
    """Few rows in each split: one that is told right more moves a rate's score by more than the margin."""
    steady = {0.01: [0.80, 0.90, 0.70, 0.80], 0.03: [0.81, 0.90, 0.71, 0.80], 0.1: [0.50, 0.62, 0.41, 0.50]}
    found = ease.of_family(of_rates(steady), tuple(steady), "accuracy", 0.01, 1.0, 0.5)
    assert found.share == pytest.approx(2 / 3) and 0 < found.noise < 0.02
    noisy = {0.01: [0.8, 1.0, 0.6, 0.8], 0.03: [1.0, 0.8, 0.8, 0.6], 0.1: [0.8, 0.6, 1.0, 0.6]}
    found = ease.of_family(of_rates(noisy), tuple(noisy), "accuracy", 0.01, 1.0, 0.5)
    gaps = [np.subtract(noisy[0.01], noisy[rate]) for rate in (0.03, 0.1)]
    assert found.noise == pytest.approx(np.median([gap.std(ddof=1) / 2 for gap in gaps]))
    assert found.share is None and not ease._share("dense", found, DIFFERENCE).applicable


def test_a_family_that_learnt_nothing_may_end_above_a_guess_on_validation_rows():
    """By luck: the best of many checks and rates; that no run ends better would be untrue."""
    trials = list(of_rates({0.01: [0.6, 0.7]}).of(("S", 0.01)))
    assert ease._steps("dense", trials, 0.5, learns=False).reason == ease.GUESSES
    assert ease._steps("dense", trials, 0.9, learns=True).reason == "no run ends better than a guess"


@pytest.mark.parametrize(("best", "share"), [(0.515, 2 / 3), (0.505, 0.0), (0.4, 0.0)])
def test_no_rate_works_where_none_beats_a_guess(best, share):
    """As on labels without a pattern: all rates are then as good as the best one."""
    steady = {0.01: [best, best], 0.03: [best - 0.004, best - 0.004], 0.1: [0.3, 0.3]}
    assert ease.of_family(of_rates(steady), tuple(steady), "accuracy", 0.01, 1.0, 0.5).share == pytest.approx(share)
    errors = {rate: [-1 + score - 0.5 for score in scores] for rate, scores in steady.items()}  # 1 is the mean's
    found = ease.of_family(of_rates(errors), tuple(errors), "rmse", 0.02, 4.0, -1.0)
    assert found.share == pytest.approx(share)
    assert ease._share("dense", found, DIFFERENCE).applicable is found.learns is (share > 0)
    tested = ease.of_family(of_rates(steady), tuple(steady), "accuracy", 0.01, 1.0, 0.5, guesses=True)
    assert tested.share == 0 and not tested.learns


def test_root_mean_squares_of_rates_are_those_of_all_trainings_by_which_a_rate_is_chosen():
    """The mean of the roots would put another rate first, and call the same trainings' score another number."""
    errors = {0.01: [-1.0, -1.0, -1.0, -13.0], 0.03: [-3.0, -3.0, -3.0, -3.0]}  # of single roots the mean is 1.65, 1.73
    trials = of_rates(errors)
    found = ease.of_family(trials, tuple(errors), "rmse", 0.02, 10.0, -20.0)
    means = {row["rate"]: row["validation"]["mean"] for row in found.rates}
    assert min(means, key=means.__getitem__) == trials.best()[1] == 0.03
    assert means == {rate: pytest.approx(10 * np.sqrt(-np.mean(of))) for rate, of in errors.items()}
    assert found.rates[0]["validation"]["high"] == pytest.approx(10 * np.sqrt(13))
    slope = 10 / (2 * np.sqrt(-np.mean(errors[0.01])))  # of the other rate nothing varies
    assert found.noise == pytest.approx(slope * np.std(errors[0.01], ddof=1) / 2)


def test_seeds_of_one_split_share_its_noise():
    """What a split's validation rows do to all seeds alike is not averaged away by more seeds."""
    one = of_rates({0.01: [0.8, 1.0, 0.6, 0.8], 0.03: [1.0, 0.8, 0.8, 0.6]})
    two = of_rates({0.01: [0.8, 1.0, 0.6, 0.8], 0.03: [1.0, 0.8, 0.8, 0.6]})
    for trial in one.all:
        two.add(replace(trial, run=replace(trial.run, seed=1)))
    rates = (0.01, 0.03)
    assert noise_between(two, rates, "accuracy", 1.0) == noise_between(one, rates, "accuracy", 1.0)


def test_rates_that_noise_hides_are_said_with_it():
    shares = [Evidence(ease.WORKS, "dense", None, FRACTION, reason="noise")]
    noise = [Evidence(NOISE_OF_RATES, family, 0.047, DIFFERENCE) for family in ("dense", "recurrent")]
    told = "hich learning rates work can't be told where noise between them is at least twice the margin: "
    assert ease._answer([*shares, *noise[:1]]) == f"W{told}Fully connected 4.7 points."
    shares.append(Evidence(ease.WORKS, "recurrent", 0.5, FRACTION))
    assert ease._answer([*shares, *noise]).endswith(f"in Recurrent; w{told}Fully connected 4.7 points.")


def test_confusion_counts_each_test_row_once(inquiry):
    for figure in confusion.find(inquiry).figures:
        assert sum(row["value"] for row in figure.rows) == pytest.approx(N)
        ups = sum(row["value"] for row in figure.rows if row["row"] == "up")
        assert ups == pytest.approx(UP.sum())


def test_tables_have_no_order_and_few_rows_no_shares(tmp_path):
    study = Study(
        from_arrays(RNG.normal(size=(40, 3)), Y[:40]), EFFORT, [0], 0, tmp_path, families=("dense",)
    )
    inquiry = Inquiry(study, {}, 0.01)
    assert not order.find(inquiry).applicable and order.MEASURE.wants(study, {}) == []
    few = replace(EFFORT, shares=(0.1,))
    study = Study(from_arrays(RNG.normal(size=(40, 3)), Y[:40]), few, [0], 0, tmp_path, families=("dense",))
    assert not sample_efficiency.find(Inquiry(study, {}, 0.01)).applicable


def test_a_dense_network_whose_first_rows_are_permuted_along_does_not_notice():
    net = architecture("dense", Problem("image", (6, 6, 1), 3, 100), "S", "softmax", ())
    values = {path: np.asarray(value) for path, value in net.trained.init(Stream(0)).items()}
    x = RNG.normal(size=(20, 6, 6, 1)).astype(np.float32)
    moved = position_order((6, 6), "whole", np.random.default_rng(1))
    kernel = next(path for path in values if values[path].shape[0] == 36)
    along = values | {kernel: values[kernel][moved]}
    permuted = x.reshape(20, 36)[:, moved].reshape(x.shape)
    here, there = net.trained.apply(values, x).outputs, net.trained.apply(along, permuted).outputs
    assert np.allclose(here, there, atol=1e-5)
    assert not np.allclose(here, net.trained.apply(values, permuted).outputs, atol=1e-2)


def test_families_that_test_no_better_than_a_guess_are_told_from_those_that_learn():
    draw, fold = np.random.default_rng(0), np.arange(500) % 5
    losses = {name: (draw.random((1, 500)) > share).astype(float) for name, share in (("a", 0.5), ("b", 0.7))}
    guess = (draw.random((1, 500)) > 0.5).astype(float)
    predicted = tested.Predictions(np.arange(500), np.zeros((1, 500, 2)), fold[None], fold)
    assert measured.no_better(losses, guess, predicted, "accuracy", {}) == {"a"}
    assert measured.no_better(losses, None, predicted, "accuracy", {}) == set()


@pytest.mark.parametrize("rows, shown", [(2000, True), (60, False)])
def test_families_change_places_only_where_it_is_shown(rows, shown):
    """One is 10 points ahead with few rows, the other with many: 2,000 test rows show it, 60 don't."""
    draw, fold = np.random.default_rng(1), np.arange(rows) % 5
    runs = np.arange(2)[:, None] * 5 + fold
    right = {16: {"a": 0.8, "b": 0.7}, 64: {"a": 0.85, "b": 0.95}}
    analyses = {}
    for count, shares in right.items():
        losses = {name: (draw.random((2, rows)) > share).astype(float) for name, share in shares.items()}
        analyses[count] = Analysis(losses, runs, fold)
    found = sample_efficiency.crossings(analyses)
    assert [e.subject for e in found] == ["b over a"] * shown
    assert all(16 < e.value < 64 for e in found)


def test_families_that_are_level_at_a_measured_number_of_rows_change_places_there():
    fold = np.arange(400) % 5
    runs = np.arange(2)[:, None] * 5 + fold
    analyses = {}
    for count, wrong in {16: (40, 120), 64: (80, 80), 256: (120, 40)}.items():
        losses = {name: np.tile(np.arange(400) % 100 < n / 4, (2, 1)).astype(float) for name, n in zip("ab", wrong)}
        analyses[count] = Analysis(losses, runs, fold)
    found = sample_efficiency.crossings(analyses)
    assert [(e.subject, round(e.value or 0)) for e in found] == [("b over a", 64)]
    del analyses[256]
    assert not sample_efficiency.crossings(analyses)


@pytest.mark.parametrize("low, said", [(-0.01, True), (0.01, False)])
def test_an_order_of_families_within_noise_is_no_loss_that_is_shown(low, said):
    for measure, answer in (
        (order.LOSS, lambda found: order._answer(found, ())),
        (shift.ONE, lambda found: shift._answer(found, "step", ())),
    ):
        found = [
            Evidence(measure, "convolution", 0.03, DIFFERENCE, (low, 0.07)),
            Evidence(measure, "dense", -0.02, DIFFERENCE, (-0.05, 0.01)),
        ]
        none = "none is shown to lose: Convolution −1.0 to 7.0 points, Fully connected −5.0 to 1.0 points."
        sure = "Convolution loses 3.0 points (1.0 to 7.0); not shown to lose: Fully connected −5.0 to 1.0 points."
        assert answer(found).endswith(f", {none if said else sure}")
        found[1] = replace(found[1], value=-0.694, interval=(-0.734, -0.655))
        assert "Fully connected gains 69.4 points (65.5 to 73.4)" in answer(found)
        found[0] = replace(found[0], value=0.0, interval=(-0.01, 0.07))
        assert answer(found).endswith("; not shown to lose: Convolution −1.0 to 7.0 points.")


@pytest.mark.parametrize(
    "measure, answer, changes, said",
    [
        (
            shift.ONE,
            lambda found: shift._answer(found, "step", ()),
            {"convolution": 0.0, "recurrent": 0.0, "attention": 0.275},
            "Attention loses 27.5 points (22.5 to 32.5); "
            "not shown to lose: Convolution −5.0 to 5.0 points, Recurrent −5.0 to 5.0 points.",
        ),
        (
            order.LOSS,
            lambda found: order._answer(found, ()),
            {"dense": -0.063333333333000004, "recurrent": 0.08, "attention": -0.0633333333339},
            "Recurrent loses 8.0 points (3.0 to 13.0); "
            "Fully connected gains 6.3 points (1.3 to 11.3), and so does Attention.",
        ),
        (
            order.LOSS,
            lambda found: order._answer(found, ()),
            {"convolution": 0.275, "recurrent": 0.055, "attention": 0.055},
            "Convolution loses 27.5 points (22.5 to 32.5); "
            "Recurrent loses 5.5 points (0.5 to 10.5), and so does Attention.",
        ),
        (
            order.LOSS,
            lambda found: order._answer(found, ()),
            {"dense": 0.06, "convolution": 0.06, "recurrent": 0.06},
            "Fully connected loses 6.0 points (1.0 to 11.0), and so do Convolution and Recurrent",
        ),
    ],
)
def test_families_that_lose_the_same_are_named_together(measure, answer, changes, said):
    found = [Evidence(measure, name, at, DIFFERENCE, (at - 0.05, at + 0.05)) for name, at in changes.items()]
    assert said in answer(found)


def test_who_guesses_has_nothing_to_lose(inquiry):
    """And so no rank among those who do: it would lose least whatever is moved or permuted."""
    inquiry.study.probe(inquiry.trials, (shift.MEASURE,), Inline())
    for measure in (order, shift):
        plain = measure.find(inquiry).answer
        assert "has nothing to lose" not in plain and "Fully connected" in plain
        asked = replace(inquiry, guessing={"dense"})
        assert measure.find(asked).answer.endswith("; Fully connected, not shown to beat a guess, has nothing to lose.")


@pytest.mark.parametrize("kept", [True, False])
def test_of_trainings_that_scatter_by_more_than_there_is_to_lose_no_loss_is_told(kept):
    """An interval from -68 to 73 points is no answer, and ranks nobody."""
    wide = [Evidence(order.LOSS, name, 0.02, DIFFERENCE, (-0.68, 0.73)) for name in ("dense", "attention")]
    sure = [Evidence(order.LOSS, "convolution", 0.2, DIFFERENCE, (0.1, 0.3))] * kept
    said = order._answer([*sure, *wide], (), {"dense", "attention"})
    unknown = (
        "what Fully connected and Attention lose is not known: their trainings scatter by more than there is to lose."
    )
    start = "Convolution loses 20.0 points (10.0 to 30.0); " * kept
    assert said == f"With all positions permuted, {start}{unknown}"
    shown = [Evidence(order.LOSS, "dense", 0.9, DIFFERENCE, (0.1, 1.0))]
    assert "loses 90.0 points" in order._answer(shown, (), {"dense"})  # a loss that is shown is told


def test_how_much_there_is_to_lose_is_the_lead_over_a_guess(inquiry, monkeypatch):
    inquiry.study.probe(inquiry.trials, (order.MEASURE,), Inline())
    found = order.find(inquiry)
    assert "is not known" not in found.answer and all(row["known"] for row in found.figures[0].rows)
    at = probes.paired(inquiry, "dense", {order.KINDS["whole"]: "order:whole"}).values[probes.PLAIN]
    monkeypatch.setattr(order, "_guess", lambda study: at)  # a lead of nothing, which any scatter exceeds
    found = order.find(inquiry)
    assert "what Fully connected loses is not known: " in found.answer
    assert not any(row["known"] for row in found.figures[0].rows if row["series"] == "dense")
    asked = order.find(replace(inquiry, guessing=set(inquiry.trials)))  # who guesses has nothing to lose, which is known
    assert "is not known" not in asked.answer and all(row["known"] for row in asked.figures[0].rows)
    assert all(row["guesses"] for row in asked.figures[0].rows) and not any(row["guesses"] for row in found.figures[0].rows)


@pytest.mark.parametrize("shown", [True, False])
def test_an_order_of_families_with_few_rows_within_noise_is_said_to_be_none(shown):
    measure, curves = sample_efficiency._measure(16), {"recurrent": {16: 0.79}, "dense": {16: 0.82}}
    found = [Evidence(measure, family, curves[family][16], FRACTION, (0.75, 0.86)) for family in curves]
    found.append(Evidence(sample_efficiency.FEWEST, "study", 16, "count"))
    answer = sample_efficiency._answer(found, curves, shown, lower=False)
    none = "no family is shown to differ from another: they score 79.0 % (75.0 to 86.0 %) to 82.0 % (75.0 to 86.0 %)."
    assert answer.endswith(none) is not shown
    ranked = "Fully connected scores best, 82.0 %" in answer, "Recurrent worst, 79.0 %" in answer
    assert ranked == (shown, shown)


@pytest.mark.parametrize(
    "families, said",
    [(("dense",), " scores 82.0 %"), (("dense", "recurrent"), " scores as the other does, 82.0 %"),
     (("dense", "recurrent", "attention"), " scores as all others do, 82.0 %")],
)  # fmt: skip
def test_families_that_score_alike_with_few_rows_are_as_many_as_there_are(families, said):
    measure, curves = sample_efficiency._measure(16), {family: {16: 0.82} for family in families}
    found = [Evidence(measure, family, 0.82, FRACTION, (0.75, 0.86)) for family in families]
    found.append(Evidence(sample_efficiency.FEWEST, "study", 16, "count"))
    assert f"Fully connected{said}" in sample_efficiency._answer(found, curves, False, lower=False)


def test_every_family_that_scores_worst_with_few_rows_is_named():
    scores = {"dense": 0.6, "convolution": 0.7, "attention": 0.6}
    measure, curves = sample_efficiency._measure(16), {family: {16: score} for family, score in scores.items()}
    found = [Evidence(measure, family, score, FRACTION, (0.5, 0.8)) for family, score in scores.items()]
    found.append(Evidence(sample_efficiency.FEWEST, "study", 16, "count"))
    answer = sample_efficiency._answer(found, curves, True, lower=False)
    assert "Convolution scores best, 70.0 % (50.0 to 80.0 %); " in answer
    assert answer.endswith("Fully connected worst, 60.0 % (50.0 to 80.0 %) and Attention at 60.0 % (50.0 to 80.0 %).")


def test_whether_families_differ_with_few_rows_is_read_from_their_losses(inquiry):
    """Intervals of two scores may overlap where the difference, row by row, is plain."""
    study, right = inquiry.study, {}
    for family, trials in inquiry.trials.items():
        right[family] = np.zeros(study.dataset.rows)
        for (_, split), trial in study.probed(trials, "rows:0.1").items():
            test = study.prepared.splits[split].test
            right[family][test] += (trial.outputs[:, 0] > 0) == study.prepared.targets[0, test, 0]
    differences = (right["convolution"] - right["dense"]) / len(study.seeds)
    plainly = differences.mean() > 5 * differences.std() / np.sqrt(len(differences))
    answer = sample_efficiency.find(inquiry).answer
    assert plainly and "With 15 training rows, Convolution scores best" in answer, (differences.mean(), answer)


def test_families_that_differ_in_one_row_are_not_shown_to_differ(inquiry, monkeypatch):
    convolution, probed = inquiry.trials["convolution"], inquiry.study.probed
    other = replace(convolution)

    def one_row_changed(trials, variant, times):
        found = probed(trials, variant, times)
        if trials is other:
            key = min(found)
            signs = np.where(np.arange(len(found[key].outputs)) == 0, -1, 1)[:, None]
            found[key] = replace(found[key], outputs=found[key].outputs * signs)
        return found

    monkeypatch.setattr(inquiry.study, "probed", one_row_changed)
    alike = replace(inquiry, trials={"dense": other, "convolution": convolution})
    assert "With 15 training rows, no family is shown to differ from another: " in sample_efficiency.find(alike).answer


@pytest.mark.parametrize("splits, said", [(3, "validation rows and were trained in 3 of 5 splits:"), (5, "validation rows:")])
def test_probes_say_on_how_many_splits_they_were_trained(splits, said):
    study = SimpleNamespace(probe_runs=lambda: [(0, split) for split in range(splits)], splits=range(5))
    assert f"did not learn from {said} their scores" in probes.beside_the_table(study)
