"""Doubts and explanations: each rule speaks where its evidence says so, cites it, and is silent else."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold.evidence import names
from fourfold.evidence.case import Case
from fourfold.evidence.doubts import doubts
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.explain import LOSSES, PASSES, explain
from fourfold.evidence.findings import BaselineFindings, FamilyFindings, Findings
from fourfold.evidence.sentences import DIFFERENCE, FRACTION, RATE, Facts
from fourfold.evidence.simulate import World
from fourfold.evidence.verdict import decide

NAMES = ("dense", "convolution", "attention")


def findings(accuracies=(0.8, 0.95, 0.88), *further, baseline=0.5, **options) -> Findings:
    """A study in which convolution is chosen and attention comes second, without a doubt of its own."""
    losses, runs, fold = World(accuracies, 5, 5, 1000, run=0.02, training=0.02).draw(np.random.default_rng(0))
    families = {name: FamilyFindings(loss, 100, 10.0) for name, loss in zip(NAMES, losses.values())}
    random = np.random.default_rng(1).random((2, 1, 1000))
    baselines = {
        "majority": BaselineFindings((random[0] > 0.5).astype(float), 0.5, guess=True),
        "linear": BaselineFindings((random[1] > baseline).astype(float), baseline),
    }
    return Findings("accuracy", families, runs, fold, baselines, further=further, **options)


def scores(measure: str, dense: float, convolution: float, attention: float) -> list[Evidence]:
    values = zip(NAMES, (dense, convolution, attention))
    return [Evidence(measure, name, value, FRACTION) for name, value in values]


SIZE_S = names.SIZE_SCORE.format(size="S")
CAP = Evidence(names.SIZE_CAP, "S", 3000, "count")
BEFORE = scores(names.LONGER_BEFORE, 0.8, 0.88, 0.86)
FALLEN = Evidence(names.LONGER_GAIN, "convolution", -0.01, DIFFERENCE, (-0.015, -0.005))
CHANCE = Evidence(names.BY_CHANCE, "study", 0.1, FRACTION, source="duplicates")
SPEAKS = {
    "one rate": (
        [Evidence(names.RATES, "study", 1, "count"), Evidence(names.STEPS, "study", 60, "count")],
        "One learning rate for all, and 60 steps a training: this shows that everything runs",
    ),
    "one column": (
        [Evidence(names.ONE_COLUMN, "id", 0.999, FRACTION)],
        "the column id alone reaches 99.9 %",
    ),
    "twins": ([Evidence(names.TWINS, "study", 0.12, FRACTION)], "12.0 % of the test rows have the same"),
    "few kinds of rows": (
        [Evidence(names.TWINS, "study", 0.98, FRACTION), Evidence(names.DIFFERENT, "study", 256, "count")],
        "Only 256 different inputs occur, and 98.0 % of the test rows have the same as a training row",
    ),
    "many rows that agree by chance": (
        [Evidence(names.TWINS, "study", 0.58, FRACTION), Evidence(names.DIFFERENT, "study", 590, "count"), CHANCE],
        "Only 590 different inputs occur, and 58.0 % of the test rows have the same as a training row",
    ),
    "levels": (
        [Evidence(names.LEVELS, "city", 256, "count"), Evidence(names.MERGED, "city", 0.739, FRACTION)],
        "The column city has 256 levels, too many to tell all apart: in 73.9 % of the rows",
    ),
    "large class": ([Evidence(names.LARGEST_CLASS, "study", 0.75, FRACTION)], "One class has 75.0 %"),
    "a class that is never predicted": (
        [Evidence(names.UNTOLD, "fraud", 12, "count")],
        "No family ever predicts “fraud” (12 test rows): accuracy says nothing of it.",
    ),
    "classes of steps that are never predicted": (
        [Evidence(names.UNTOLD_OF_STEPS, name, rows, "count") for name, rows in (("a", 11), ("b", 40), ("c", 12), ("d", 10))],
        "No family ever predicts “b” (40 test steps), “c” (12 test steps), “a” (11 test steps) and others: "
        "accuracy says nothing of them.",
    ),
    "targets that no family predicts": (
        [Evidence(names.UNTOLD_NUMBER, name, -0.014, FRACTION) for name in ("noise", "luck")],
        "No family is shown to predict “noise” (R2 at best −1.4 %), “luck” (R2 at best −1.4 %) better than its mean: the "
        "score counts their errors all the same, and a comparison without them may tell the families better apart.",
    ),
    "a label that no family tells": (
        [Evidence(names.UNTOLD_LABEL, "coin", 0.51, FRACTION)],
        "No family is shown to tell “coin” (AUC at best 51.0 %) better than chance: the score counts its errors all the "
        "same, and a comparison without it may tell the families better apart.",
    ),
    "edge": (
        [Evidence(names.EDGE_RATE, "dense", 0.03, RATE), Evidence(names.EDGE_GAIN, "dense", 0.02, DIFFERENCE)],
        "may be better still: Fully connected 0.03, 2.0 points better than the next best.",
    ),
    "cap": ([Evidence(names.SIZE_GAIN, "dense", 0.023, DIFFERENCE)], "on validation rows better than the smaller ones: Fully connected by 2.3 points."),
    "short training": (
        [
            Evidence(names.LONGER_GAIN, "dense", 0.023, DIFFERENCE, (0.011, 0.035)),  # 15 points behind
            Evidence(names.LONGER_GAIN, "convolution", 0.015, DIFFERENCE, (0.011, 0.019)),
            Evidence(names.LONGER_GAIN, "attention", 0.052, DIFFERENCE, (0.031, 0.085)),
        ],
        "Training was short: twice the steps improve Convolution by 1.5 points (1.1 to 1.9), Attention by 5.2 points (3.1 "
        "to 8.5).",
    ),
    "training rows that are hardly learnt": (
        scores(names.UNLEARNT, 0.94, 0.02, 0.74),
        "Even their own training rows were hardly learnt by Fully connected, whose loss there is 94 % of a guess's: for "
        "want of steps or of a fitting structure, not of rows. More steps (--steps) would tell which.",
    ),
    "longer training": (
        [*scores(names.LONGER_SCORE, 0.8, 0.87, 0.9), *BEFORE, FALLEN],
        "After twice the steps Attention leads: 90.0 % against 87.0 % of Convolution; before, 86.0 % against 88.0 % (all "
        "without the validation rows).",
    ),
    "finding": (
        [Evidence(names.FOUND, "'id' numbers the 40 rows", 40, "different values", source="counts-rows")],
        "In the data: 'id' numbers the 40 rows.",
    ),
    "stopped": (
        [Evidence(names.STOPPED, "dense", 0.6, FRACTION)],
        "since their validation score fell: Fully connected 60 %.",
    ),
    "failed": (
        [Evidence(names.FAILED, "attention", 0.6, FRACTION), Evidence(names.WORSE, "attention", 0.02, DIFFERENCE)],
        "the ones before are tested: Attention 60 %, by 2.0 points.",
    ),
    "diverged": ([Evidence(names.DIVERGED, "attention", 0.2, FRACTION)], "diverged: Attention 20 %."),
    "equal sizes": (
        [CAP, *scores(SIZE_S, 0.8, 0.84, 0.87)],
        "With at most 3,000 parameters each, Attention leads: 87.0 % against 84.0 % of Convolution.",
    ),
    "validation": (
        scores(names.VALIDATION, 0.8, 0.9, 0.91),
        "On validation rows Attention is ahead: 91.0 % against 90.0 % of Convolution.",
    ),
}
SILENT = {
    "a training that is short for a family far behind": [
        Evidence(names.LONGER_GAIN, "dense", 0.023, DIFFERENCE, (0.011, 0.035))
    ],
    "one column": [Evidence(names.ONE_COLUMN, "petal", 0.96, FRACTION)],
    "twins": [Evidence(names.TWINS, "study", 0.005, FRACTION)],
    "rows that agree by chance": [
        Evidence(names.TWINS, "study", 0.12, FRACTION), Evidence(names.DIFFERENT, "study", 900, "count"), CHANCE
    ],
    "levels": [Evidence(names.LEVELS, "city", 70, "count"), Evidence(names.MERGED, "city", 0.02, FRACTION)],
    "large class": [Evidence(names.LARGEST_CLASS, "study", 0.6, FRACTION)],
    "cap": [Evidence(names.SIZE_GAIN, "dense", 0.005, DIFFERENCE)],
    "edge": [Evidence(names.EDGE_RATE, "dense", 0.1, RATE), Evidence(names.EDGE_GAIN, "dense", 0.009, DIFFERENCE)],
    "training rows that are learnt": scores(names.UNLEARNT, 0.74, 0.02, 0.5),
    "less than matters": [Evidence(names.LONGER_GAIN, "dense", 0.009, DIFFERENCE, (0.005, 0.013))],
    "not shown to gain": [Evidence(names.LONGER_GAIN, "dense", 0.04, DIFFERENCE, (-0.01, 0.09))],
    "ahead by less than matters": [*scores(names.LONGER_SCORE, 0.8, 0.87, 0.875), *BEFORE, FALLEN],
    "ahead before, too": [
        *scores(names.LONGER_SCORE, 0.8, 0.87, 0.9), *scores(names.LONGER_BEFORE, 0.8, 0.86, 0.88), FALLEN
    ],
    "ahead by changes that are not shown": [
        *scores(names.LONGER_SCORE, 0.8, 0.87, 0.9), *BEFORE, replace(FALLEN, interval=(-0.04, 0.02)),
        Evidence(names.LONGER_GAIN, "attention", 0.04, DIFFERENCE, (-0.01, 0.09)),
    ],
    "stopped": [Evidence(names.STOPPED, "dense", 0.2, FRACTION)],
    "failed": [Evidence(names.FAILED, "dense", 0.5, FRACTION), Evidence(names.WORSE, "dense", 0.02, DIFFERENCE)],
    "failed by less than matters": [
        Evidence(names.FAILED, "dense", 0.8, FRACTION), Evidence(names.WORSE, "dense", 0.009, DIFFERENCE)
    ],
    "diverged": [Evidence(names.DIVERGED, "dense", None, FRACTION, reason="not counted")],
    "equal sizes": [CAP, *scores(SIZE_S, 0.8, 0.87, 0.87)],
    "validation": scores(names.VALIDATION, 0.8, 0.92, 0.9),
}


@pytest.mark.parametrize("case", SPEAKS)
def test_a_doubt_speaks_where_evidence_says_so(case, held):
    further, words = SPEAKS[case]
    verdict = decide(findings((0.8, 0.95, 0.88), *further))
    assert (verdict.kind, verdict.family) == ("choose", "convolution")
    assert len(verdict.doubts) == 1 and words in verdict.doubts[0]
    assert verdict.doubts[0].numbers
    held(verdict.doubts[0], verdict.evidence)


@pytest.mark.parametrize(
    "low, gain, said",
    [
        (0.97, (0.12, 0.08, 0.16), True),
        (0.955, (0.12, 0.08, 0.16), False),
        (0.97, (0.12, -0.01, 0.25), False),
        (0.97, (0.08, 0.06, 0.1), False),
        (0.97, None, False),
    ],
)
def test_a_family_that_longer_training_puts_ahead_of_the_baseline_is_told(low, gain, said, held):
    """No family beats 95 %; the lower end of what one has after twice the steps, less a margin of a point, does. It is of
    fewer rows than the baseline's score, and says nothing where nothing is gained on these, or not enough for all."""
    longer = [Evidence(names.LONGER_SCORE, "attention", 0.99, FRACTION, (low, 0.995))]
    if gain is not None:
        longer.append(Evidence(names.LONGER_GAIN, "attention", gain[0], "points", gain[1:]))
    verdict = decide(findings((0.8, 0.9, 0.85), *longer, baseline=0.95, margin=0.01))
    assert verdict.kind == "none"
    listed = [doubt for doubt in verdict.doubts if doubt.startswith("After twice the steps Attention is ahead of linear: ")]
    assert bool(listed) is said
    for doubt in listed:
        held(doubt, verdict.evidence)


@pytest.mark.parametrize(
    "slug, rule, words",
    [
        (
            "gives-target-away",
            Evidence(names.ONE_COLUMN, "id", 0.999, FRACTION),
            "Leakage suspect: 9 of 10 are so. Is it known when you predict?",
        ),
        (
            "made-of-inputs",
            Evidence(names.REMOVED, "linear", 0.999, FRACTION),
            "Leakage suspect: 9 of 10 are so. Are they known when you predict?",
        ),
        ("duplicates", Evidence(names.TWINS, "study", 0.12, FRACTION), "Leakage suspect: 9 of 10 are so."),
    ],
)
def test_what_a_finding_about_the_data_says_no_rule_says_again(slug, rule, words, held):
    plain = Facts([rule, Evidence("seeds", "study", 5, "count")])
    with_finding = Facts([*plain.evidence, Evidence(names.FOUND, "9 of 10 are so", 0.9, source=slug)])
    case = Case(plain, "none", "dense", None, (), "accuracy", True, "linear", (), {})
    (alone,) = doubts(case)
    (instead,) = doubts(replace(case, facts=with_finding))
    assert instead == words != alone
    held(instead, with_finding.evidence)


def test_what_was_feared_of_few_rows_is_told_as_it_was_measured(held):
    fear = Evidence(names.FOUND, "1000 tested rows can show differences of about 50 points", 0.5, source="few-rows")
    verdict = decide(findings((0.8, 0.95, 0.88), fear))
    i = next(e.interval for e in verdict.evidence if (e.measure, e.subject) == ("difference", "convolution - attention"))
    expected = f"how far Convolution is from Attention is known to ± {50 * (i[1] - i[0]):.1f} points."
    assert verdict.doubts == (f"A small test set, 1,000 rows: {expected}",)
    held(verdict.doubts[0], verdict.evidence)


@pytest.mark.parametrize("groups, said", [(None, ""), (np.arange(400) // 20, " in 20 groups"), (np.arange(400), "")])
@pytest.mark.parametrize("alike, by_weight", [((), ""), ((150.3,), ", by their weights as good as 150")])
def test_a_small_test_set_is_as_small_as_its_rarest_class(groups, said, alike, by_weight, held):
    """Where each class counts alike, 39 of 400 rows decide as much as the others; groups of one row are no news."""
    random, strata = np.random.default_rng(0), np.repeat([0, 1], [361, 39])
    weights = np.array([400 / (2 * 361), 400 / (2 * 39)])[strata]
    wrong = random.random((3, 5, 400)) < np.array([0.3, 0.1, 0.2])[:, None, None]
    families = {name: FamilyFindings(loss * weights, 1, 1.0) for name, loss in zip(NAMES, wrong)}
    plan = np.tile(np.arange(5)[:, None], 400), np.zeros(400)
    by_class = {"groups": groups, "strata": strata, "weights": weights}
    known = tuple(Evidence(names.ALIKE, "study", rows, "count") for rows in alike)
    verdict = decide(Findings("balanced_accuracy", families, *plan, protocol="hold-out", further=known, **by_class))
    (doubt,) = [doubt for doubt in verdict.doubts if "small test set" in doubt]
    rows = "400 rows (39 of the rarest class)" + said + by_weight
    assert doubt.startswith(f"A small test set, {rows}: how far ")
    held(doubt, verdict.evidence)


def test_a_small_test_set_is_as_small_as_its_weights_make_it(held):
    verdict = decide(findings((0.8, 0.95, 0.88), Evidence(names.ALIKE, "study", 140.3, "count")))
    said = next(d for d in verdict.doubts if d.startswith("A small test set"))
    assert said.startswith("A small test set, 1,000 rows, by their weights as good as 140: how far Convolution is from")
    held(said, verdict.evidence)
    nearly_alike = decide(findings((0.8, 0.95, 0.88), Evidence(names.ALIKE, "study", 990, "count")))
    assert not any(d.startswith("A small test set") for d in nearly_alike.doubts)


def test_what_one_trained_model_a_family_shows_is_not_called_known():
    wrong = np.random.default_rng(0).random((2, 1, 300)) < 0.2
    families = {name: FamilyFindings(loss.astype(float), 1, 1.0) for name, loss in zip(NAMES, wrong)}
    verdict = decide(Findings("accuracy", families, np.zeros((1, 300)), np.zeros(300), protocol="hold-out"))
    assert "A small test set, 300 rows." in verdict.doubts
    assert any(doubt.startswith("One trained model a family: ") for doubt in verdict.doubts)


def of_numbers(tails: float, rows: int, groups: int = 0) -> Findings:
    world = World((1.0, 2.0), 3, 1, rows, score="rmse", tails=tails, groups=groups)
    losses, runs, fold = world.draw(np.random.default_rng(2))
    families = {name: FamilyFindings(loss, 100, 10.0) for name, loss in zip(NAMES, losses.values())}
    options = {"protocol": "hold-out", "groups": world.group if groups else None}
    return Findings("rmse", families, runs, fold, **options)


@pytest.mark.parametrize(
    "tails, rows, words", [(0, 400, ""), (0, 40, ""), (3, 400, "4 of the 400 test rows make up ")]
)
def test_errors_with_heavy_tails_are_doubted(tails, rows, words, held):
    verdict = decide(of_numbers(tails, rows))
    said = [doubt for doubt in verdict.doubts if "squared error" in doubt]
    assert bool(said) is bool(words)
    for doubt in said:
        losses = of_numbers(tails, rows).families[verdict.family].losses.mean(0)
        share = np.sort(losses)[-4:].sum() / losses.sum()
        assert doubt.startswith(f"{words}{100 * share:.1f} % of the squared error of Fully connected: ")
        held(doubt, verdict.evidence)


@pytest.mark.parametrize("tails", [0, 3])
def test_few_rows_that_decide_are_doubted_once(tails):
    """As their errors were measured, or, where these are even, as the target was found before training."""
    fear = Evidence(names.FOUND, "4 rows of 400 hold 60 % of it", 0.6, source="uneven-target")
    said = decide(replace(of_numbers(tails, 400), further=(fear,))).doubts
    assert ["4 rows of 400" in doubt for doubt in said].count(True) == (tails == 0)
    assert ["squared error" in doubt for doubt in said].count(True) == (tails == 3)


def test_one_row_with_most_of_the_squared_error_is_one_row():
    found = of_numbers(0, 80)
    families = {name: replace(of, losses=of.losses.copy()) for name, of in found.families.items()}
    for of in families.values():
        of.losses[:, 7] = 1000.0
    (doubt,) = [d for d in decide(replace(found, families=families)).doubts if "squared error" in d]
    assert doubt.startswith("One of the 80 test rows makes up 9")


@pytest.mark.parametrize("score, groups, said", [("rmse", 8, True), ("rmse", 60, False), ("accuracy", 8, False)])
def test_few_groups_are_doubted_where_intervals_come_out_too_short(score, groups, said, held):
    found = of_numbers(0, 400, groups)
    if score == "accuracy":
        wrong = {name: replace(of, losses=(of.losses > 1) * 1.0) for name, of in found.families.items()}
        found = replace(found, score=score, families=wrong)
    verdict = decide(found)
    listed = [doubt for doubt in verdict.doubts if "are independent" in doubt]
    assert verdict.doubts[1].startswith(f"A small test set, 400 rows in {groups} groups: how far ")
    assert bool(listed) is said
    for doubt in listed:
        assert doubt.startswith("Only 8 groups of test rows are independent: ")
        held(doubt, verdict.evidence)


def test_few_blocks_in_time_are_doubted_as_few_groups_are(held):
    found = of_numbers(0, 400, 8)
    in_time = Evidence(names.IN_TIME, "study", 400, "count")
    verdict = decide(replace(found, further=(*found.further, in_time)))
    (doubt,) = [doubt for doubt in verdict.doubts if "are independent" in doubt]
    assert doubt.startswith("Only 8 blocks of neighbouring test rows are independent: ")
    held(doubt, verdict.evidence)


def test_a_doubt_about_several_families_is_one_sentence(held):
    """Eight lines of shares hide the doubts that matter."""
    shares = [
        Evidence(names.FAILED, family, share, FRACTION) for family, share in zip(NAMES, (0.8, 0.0, 0.6))
    ]
    lost = [Evidence(names.WORSE, family, size, DIFFERENCE) for family, size in zip(NAMES, (0.03, 0.02, 0.02))]
    verdict = decide(findings((0.8, 0.95, 0.88), *shares, *lost))
    (doubt,) = verdict.doubts
    assert doubt.endswith("are tested: Fully connected 80 %, by 3.0 points; Attention 60 %, by 2.0 points.")
    held(doubt, verdict.evidence)


def test_refits_of_a_family_that_learns_nothing_are_worse_by_chance_alone():
    of_refits = [Evidence(names.FAILED, "dense", 0.8, FRACTION), Evidence(names.WORSE, "dense", 0.03, DIFFERENCE)]
    (doubt,) = decide(findings((0.8, 0.95, 0.88), *scores(names.UNLEARNT, 0.94, 0.02, 0.5), *of_refits)).doubts
    assert doubt.startswith("Even their own training rows were hardly learnt by Fully connected")


def test_a_suspected_leak_comes_before_all_other_doubts():
    """It would make all else worthless."""
    further = [item for case in ("large class", "edge", "one column", "twins") for item in SPEAKS[case][0]]
    found = decide(findings((0.8, 0.95, 0.88), *further)).doubts
    assert [doubt.startswith("Leakage suspect: ") for doubt in found] == [True, True, False, False]


@pytest.mark.parametrize("further", [[], [Evidence(names.IN_TIME, "study", 300, "count")]])
def test_folds_in_order_of_time_also_differ_in_what_they_learn_from(further):
    losses, runs, fold = World((0.9, 0.8), 1, 5, 1000).draw(np.random.default_rng(0))
    families = {name: FamilyFindings(loss, 100, 10.0) for name, loss in zip(NAMES, losses.values())}
    (doubt,) = [d for d in decide(Findings("accuracy", families, runs, fold, further=tuple(further))).doubts if "One seed" in d]
    assert doubt.endswith("from how the folds differ" + ", of which later ones learn from more rows" * bool(further) + ".")


IN_ORDER = Evidence(names.IN_TIME, "study", 500, "count")


def test_rows_in_order_of_time_are_said_to_be_as_many_blocks(held):
    verdict = decide(findings((0.8, 0.95, 0.88), IN_ORDER, groups=np.arange(1000) // 25))
    (doubt,) = [d for d in verdict.doubts if "order of time" in d]
    assert doubt.startswith("The 1,000 test rows stand in order of time") and "as 40 blocks of neighbours" in doubt
    assert not any("group" in sentence for sentence in (*verdict.doubts, *verdict.why, verdict.change))
    held(doubt, verdict.evidence)


@pytest.mark.parametrize("later, further, weighs", [(3.0, [IN_ORDER], False), (3.0, [IN_ORDER], True), (1.0, [IN_ORDER], False), (3.0, [], False)])
def test_test_parts_that_get_harder_are_told_one_by_one(later, further, weighs, held):
    """Errors of a process that changes after the second of five parts in time."""
    random, fold = np.random.default_rng(0), np.arange(500) // 100
    weights = np.where(np.arange(500) % 2 == 0, 1.9, 0.1) if weighs else np.ones(500)
    weights = weights * np.where(fold == 4, 3.0, 0.5)
    weights /= weights.mean()
    scale = np.where(fold < 2, 1.0, later)
    squares = {name: (scale * random.normal(size=(2, 500))) ** 2 for name in NAMES}
    families = {name: FamilyFindings(loss * weights, 100, 10.0) for name, loss in squares.items()}
    runs = np.arange(2)[:, None] * 5 + fold
    verdict = decide(Findings("rmse", families, runs, fold, further=further, weights=weights))
    said = [doubt for doubt in verdict.doubts if doubt.startswith("In order of time the test parts differ")]
    assert len(said) == (later > 1 and bool(further))
    for doubt in said:
        loss = squares[verdict.family].mean(0)
        parts = [np.sqrt(np.average(loss[fold == k], weights=weights[fold == k])) for k in range(5)]
        assert doubt.split(" has ")[1].startswith(", ".join(f"{part:#.3g}" for part in parts) + ". ")
        held(doubt, verdict.evidence)


@pytest.mark.parametrize("tails, uneven", [(0, False), (3, True)])
def test_errors_of_a_part_that_got_harder_are_not_called_uneven(tails, uneven, held):
    """The largest of all lie in the last part, whatever the distribution; in each part they are judged by its mean."""
    random, fold = np.random.default_rng(0), np.arange(1000) // 200
    scale = np.array([0.6, 1.1, 1.5, 1.8, 4.0])[fold]
    errors = random.standard_t(tails, size=(2, 2, 1000)) if tails else random.normal(size=(2, 2, 1000))
    families = {name: FamilyFindings((scale * each) ** 2, 100, 10.0) for name, each in zip(NAMES, errors)}
    verdict = decide(Findings("rmse", families, np.arange(2)[:, None] * 5 + fold, fold, further=[IN_ORDER]))
    loss = families[verdict.family].losses.mean(0)
    share = np.sort(loss)[-10:].sum() / loss.sum()
    assert share > 0.12  # which would be uneven, if the parts were alike
    assert any(doubt.startswith("In order of time the test parts differ") for doubt in verdict.doubts)
    said = [doubt for doubt in verdict.doubts if "squared error" in doubt]
    assert bool(said) is uneven
    for doubt in said:
        assert doubt.startswith(f"10 of the 1,000 test rows make up {100 * share:.1f} % of the squared error of ")
        held(doubt, verdict.evidence)


@pytest.mark.parametrize("measure", [names.VALIDATION, names.LONGER_SCORE, SIZE_S])
@pytest.mark.parametrize("margin, doubted", [(0.01, True), (0.03, False)])
def test_another_order_is_a_doubt_where_it_matters(measure, margin, doubted):
    """Attention leads by 2 points, which the margin calls no difference, or one."""
    further = [*scores(measure, 0.8, 0.9, 0.92), *BEFORE, FALLEN, CAP]
    verdict = decide(findings((0.8, 0.95, 0.88), *further, margin=margin))
    assert verdict.kind == "choose" and any("92.0 % against 90.0 %" in d for d in verdict.doubts) == doubted


def test_another_order_is_a_doubt_also_of_a_family_that_is_only_ahead(held):
    further = [CAP, *scores(SIZE_S, 0.95, 0.8, 0.9), *scores(names.VALIDATION, 0.8, 0.85, 0.9)]
    verdict = decide(findings((0.8, 0.91, 0.88), *further))
    assert (verdict.kind, verdict.family) == ("undecided", "convolution")
    assert "With at most 3,000 parameters each, Fully connected leads: 95.0 % against 80.0 % of Convolution." in verdict.doubts
    assert "On validation rows Attention is ahead: 90.0 % against 85.0 % of Convolution." in verdict.doubts
    for doubt in verdict.doubts:
        held(doubt, verdict.evidence)


def test_of_a_family_whose_training_is_shown_to_be_short_it_is_not_said_twice():
    gain = Evidence(names.LONGER_GAIN, "attention", 0.052, DIFFERENCE, (0.031, 0.085))
    (doubt,) = decide(findings((0.8, 0.95, 0.88), *scores(names.UNLEARNT, 0.5, 0.02, 0.94), gain)).doubts
    assert doubt.startswith("Training was short")


@pytest.mark.parametrize("case", SILENT)
def test_a_doubt_is_silent_else(case):
    assert decide(findings((0.8, 0.95, 0.88), *SILENT[case])).doubts == ()


def test_a_baseline_that_leaves_no_error_is_suspect(held):
    verdict = decide(findings((0.9, 0.9, 0.9), baseline=0.9999))
    (doubt,) = [d for d in verdict.doubts if "Leakage" in d]
    assert "is gone with a mere baseline, linear." in doubt
    held(doubt, verdict.evidence)
    column = Evidence(names.ONE_COLUMN, "id", 0.999, FRACTION)
    (doubt,) = [d for d in decide(findings((0.9, 0.9, 0.9), column, baseline=0.9999)).doubts if "Leakage" in d]
    assert "the column id alone" in doubt


def test_what_is_worse_than_a_guess_makes_no_other_baseline_suspect():
    """As a line through outliers, whose squared error may be a thousand times that of the mean."""
    study = of_numbers(0.0, 400)
    guess = np.ones((1, 400))
    study = replace(
        study,
        baselines={
            "mean": BaselineFindings(guess, 1.0, guess=True),
            "ridge regression": BaselineFindings(1000 * guess, 30.0),
            "boosted trees": BaselineFindings(0.9 * guess, 0.95),
        },
    )
    verdict = decide(study)
    assert not [doubt for doubt in verdict.doubts if "Leakage" in doubt]
    (removed,) = [e.value for e in verdict.evidence if e.measure == names.REMOVED]
    assert removed == pytest.approx(0.1)


@pytest.mark.parametrize(
    "score, linear, said",
    [("balanced_accuracy", 0.84, True), ("balanced_accuracy", 0.7, False), ("accuracy", 0.84, False)],
)
def test_a_leader_by_balanced_accuracy_that_ranks_worse_is_doubted(score, linear, said, held):
    """The threshold of a class is half of the balanced accuracy, and others may rank the rows better."""
    auc = [Evidence(names.AUC, name, 0.7, FRACTION) for name in NAMES]
    found = findings((0.8, 0.95, 0.88), *auc, Evidence(names.AUC, "linear", linear, FRACTION))
    listed = [doubt for doubt in decide(replace(found, score=score)).doubts if "AUC" in doubt]
    assert bool(listed) is said
    for doubt in listed:
        assert doubt.endswith("linear is ahead: 84.0 % against 70.0 % of Convolution.")
        held(doubt, decide(replace(found, score=score)).evidence)


@pytest.mark.parametrize("low, said", [(0.71, True), (0.69, False)])
def test_a_leader_by_auc_is_one_beyond_its_interval(low, said):
    auc = [Evidence(names.AUC, name, 0.7, FRACTION) for name in NAMES]
    ahead = Evidence(names.AUC, "linear", 0.84, FRACTION, (low, 0.97))
    verdict = decide(replace(findings((0.8, 0.95, 0.88), *auc, ahead), score="balanced_accuracy"))
    assert any("AUC" in doubt for doubt in verdict.doubts) is said


def test_a_baseline_ahead_by_auc_is_no_doubt_where_the_baseline_is_the_answer():
    auc = [Evidence(names.AUC, name, 0.7, FRACTION) for name in NAMES]
    found = findings((0.8, 0.8, 0.8), *auc, Evidence(names.AUC, "linear", 0.84, FRACTION), baseline=0.9)
    verdict = decide(replace(found, score="balanced_accuracy"))
    assert verdict.kind == "none" and not [doubt for doubt in verdict.doubts if "AUC" in doubt]


@pytest.mark.parametrize(
    "linear, trees, said", [(0.5, 0.95, True), (0.5, 0.7, False), (0.895, 0.9, False), (0.9, 0.5, False)]
)
def test_a_baseline_that_tests_better_than_the_one_to_beat_is_named(linear, trees, said, held):
    """The validation-best is to be beaten; that another stands above it in the table is no contradiction."""
    wrong = {
        name: (np.arange(1000) < round(1000 * (1 - right))).astype(float)[None]
        for name, right in (("linear", linear), ("trees", trees))
    }
    baselines = {
        name: BaselineFindings(loss, score) for (name, loss), score in zip(wrong.items(), (0.9, 0.8))
    }
    verdict = decide(replace(findings(), baselines=baselines))
    doubts = [doubt for doubt in verdict.doubts if "the one to beat" in doubt]
    assert bool(doubts) is said
    for doubt in doubts:
        assert doubt.startswith(
            "On test rows the best baseline is trees (95.0 %); the one to beat, linear (50.0 %)"
        )
        held(doubt, verdict.evidence)


def test_seeds_that_disagree_are_counted(held):
    rows = np.arange(1000)
    wrong = [[rows < 100, rows < 110, rows < 90], [rows < 105] * 3]
    families = {name: FamilyFindings(np.array(loss, float), 1, 1.0) for name, loss in zip(NAMES, wrong)}
    runs, fold = np.repeat(np.arange(3)[:, None], 1000, 1), np.zeros(1000)
    verdict = decide(Findings("accuracy", families, runs, fold, protocol="hold-out", margin=0.001))
    assert (verdict.kind, verdict.family) == ("undecided", "dense")
    (doubt,) = [d for d in verdict.doubts if " seeds." in d]
    assert doubt == "Fully connected is ahead of Convolution in 2 of 3 seeds."
    held(doubt, verdict.evidence)


@pytest.mark.parametrize("folds", [1, 5])
def test_seeds_that_end_far_apart_are_a_doubt(held, folds):
    random, fold = np.random.default_rng(0), np.arange(1000) % folds
    wrong = random.random((2, 4, 1000)) < 0.1
    wrong[1, 2, fold == folds - 1] = random.random(1000 // folds) < 0.6
    families = {name: FamilyFindings(loss.astype(float), 1, 1.0) for name, loss in zip(NAMES, wrong)}
    protocol = "hold-out" if folds == 1 else "cross-validation"
    study = Findings("accuracy", families, np.arange(4)[:, None] * folds + fold, fold, protocol=protocol)
    (doubt,) = [d for d in decide(study).doubts if "scatter" in d]
    worst = 100 * (1 - wrong[1, 2, fold == folds - 1].mean())
    best = 100 * (1 - wrong[1][:, fold == folds - 1].mean(1).min())
    expected = f"Convolution from {worst:.1f} to {best:.1f} %"
    assert doubt == f"Trainings scatter, on the same test rows by their seed alone: {expected}."
    held(doubt, decide(study).evidence)
    assert not any("scatter" in d for d in decide(replace(study, margin=0.1)).doubts)


@pytest.mark.parametrize("rows", [20, 1000])
def test_seeds_that_differ_as_chance_has_it_are_no_doubt(rows):
    for seed in range(20):
        wrong = np.random.default_rng(seed).random((2, 5, rows)) < 0.3
        families = {name: FamilyFindings(loss.astype(float), 1, 1.0) for name, loss in zip(NAMES, wrong)}
        runs, fold = np.repeat(np.arange(5)[:, None], rows, 1), np.zeros(rows)
        verdict = decide(Findings("accuracy", families, runs, fold, protocol="hold-out"))
        assert not any("scatter" in doubt for doubt in verdict.doubts)


@pytest.mark.parametrize("failing, seeds, said", [(2, 1, True), (0, 1, False), (2, 2, False)])
def test_folds_of_one_seed_that_end_far_apart_are_a_doubt(failing, seeds, said, held):
    """Of two families each fold has 10 % of errors; the third fails in some, which makes its interval wide."""
    fold, wrong = np.arange(1000) // 200, np.random.default_rng(0).random((3, seeds, 1000)) < 0.1
    wrong[2, :, fold < failing] = np.arange(200 * failing)[:, None] % 2
    families = {name: FamilyFindings(loss.astype(float), 1, 1.0) for name, loss in zip(NAMES, wrong)}
    verdict = decide(Findings("accuracy", families, np.arange(seeds)[:, None] * 5 + fold, fold))
    doubts = [d for d in verdict.doubts if d.startswith("From fold to fold the lead over the mean of the other")]
    leads = [100 * (wrong[:2, 0, fold == k].mean() - wrong[2, 0, fold == k].mean()) for k in range(5)]
    assert len(doubts) == said
    for doubt in doubts:
        assert doubt.endswith(f" wide: Attention from −{-min(leads):.1f} to {max(leads):.1f} points.")
        held(doubt, verdict.evidence)


@pytest.mark.parametrize("seeds, words", [(1, "lead over the mean"), (4, "Trainings scatter")])
def test_scores_of_a_fold_whose_rows_weigh_much_are_within_their_bounds(seeds, words):
    """The fold that one training misses weighs one and a half times as much as another, or three times."""
    fold, wrong = np.arange(1000) // 200, np.random.default_rng(0).random((3, seeds, 1000)) < 0.1
    wrong[2, 0, fold == 0] = True
    for heavy in (1.5, 3.0):
        weights = np.where(fold == 0, heavy, 1.0)
        weights /= weights.mean()
        families = {name: FamilyFindings(loss * weights, 1, 1.0) for name, loss in zip(NAMES, wrong)}
        runs = np.arange(seeds)[:, None] * 5 + fold
        verdict = decide(Findings("accuracy", families, runs, fold, weights=weights))
        (doubt,) = [d for d in verdict.doubts if words in d]
        lost = {1: 100 * (wrong[:2, 0, fold == 0].mean() - 1), 4: 0.0}[seeds]
        assert f"Attention from {lost:.1f} to ".replace("-", "−") in doubt


def test_families_that_are_level_have_no_seeds_that_disagree():
    right = {
        name: FamilyFindings(np.zeros((2, 900)), 10, flops)
        for name, flops in (("dense", 1.0), ("recurrent", 2.0))
    }
    fold = np.arange(900) % 5
    verdict = decide(Findings("accuracy", right, np.arange(2)[:, None] * 5 + fold, fold, margin=1e-5))
    assert verdict.kind == "undecided" and not any("ahead" in doubt for doubt in verdict.doubts)


def test_among_equivalent_families_the_order_is_no_doubt():
    further = [CAP, *scores(SIZE_S, 0.95, 0.9, 0.9), *scores(names.VALIDATION, 0.95, 0.9, 0.9)]
    verdict = decide(findings((0.95, 0.95, 0.95), *further, margin=0.1))
    assert verdict.kind == "equivalent" and verdict.doubts == ()


def test_doubts_decide_nothing():
    known = ("few kinds of rows", "many rows that agree by chance")  # else twins are suspect
    told = {name: case for name, case in SPEAKS.items() if name not in known}
    everything = [item for further, _ in told.values() for item in further]
    plain, doubted = decide(findings()), decide(findings((0.8, 0.95, 0.88), *everything))
    assert replace(doubted, doubts=(), evidence=()) == replace(plain, doubts=(), evidence=())
    assert len(doubted.doubts) == len(told)


# why, from the probes

ORDER, SHIFT = (row[0] for row in LOSSES)


def lost(measure: str, value: float, low: float, high: float, family="convolution") -> Evidence:
    return Evidence(measure, family, value, DIFFERENCE, (low, high))


@pytest.mark.parametrize(
    "probes, words",
    [
        (
            [lost(ORDER, 0.14, 0.12, 0.16)],
            "loses 14.0 points (12.0 to 16.0) when positions are permuted: it uses",
        ),
        ([lost(ORDER, -0.001, -0.002, 0.004)], "loses at most 0.4 points when positions are permuted: it needs no order."),
        (
            [lost(ORDER, 0.02, -0.01, 0.05), lost(SHIFT, 0.2, 0.1, 0.3)],
            "when test inputs are moved by one place: it counts on their place, or on what moves out.",
        ),
        ([Evidence(PASSES, "convolution over attention", 120, "count")], "passes Attention from about 120"),
    ],
)
def test_a_probe_says_why(probes, words, held):
    plain = decide(findings())
    verdict = explain(plain, probes)
    assert words in verdict.why[-1] and 2 <= len(verdict.why) <= 3
    assert replace(verdict, why=plain.why) == plain
    held(verdict.why[-1], [*verdict.evidence, *probes])


@pytest.mark.parametrize(
    "probes",
    [
        [],
        [lost(ORDER, 0.14, 0.12, 0.16, "attention")],
        [lost(ORDER, 0.02, -0.01, 0.05)],
        [lost(ORDER, -0.69, -0.73, -0.65)],
        [Evidence(ORDER, "convolution", None, reason="a training of the probe failed")],
        [Evidence(PASSES, "attention over convolution", 120, "count")],
    ],
)
def test_what_no_probe_shows_is_not_said(probes):
    plain = decide(findings())
    assert explain(plain, probes) == plain


def longer(value, low, high, family="convolution"):
    return Evidence(names.LONGER_GAIN, family, value, "difference of fractions", interval=(low, high))


@pytest.mark.parametrize(
    "probe, said",
    [
        (longer(0.06, 0.03, 0.09), True),
        (longer(0.02, 0.01, 0.03), False),  # it lacks more
        (longer(0.06, -0.01, 0.09), False),
        (longer(0.005, 0.001, 0.09), False),  # less than matters
        (longer(0.06, 0.03, 0.09, "dense"), False),
    ],
)
def test_where_none_beats_the_baseline_longer_training_may(probe, said, held):
    plain = decide(findings((0.8, 0.9, 0.85), baseline=0.95))
    assert (plain.kind, plain.family) == ("none", "convolution")
    verdict = explain(plain, [probe])
    if said:
        assert verdict.change.startswith(plain.change) and "twice the steps improve Convolution by" in verdict.change
        held(verdict.change, [*verdict.evidence, probe])
    assert replace(verdict, change=plain.change) == plain and (verdict.change != plain.change) is said


def test_only_a_choice_is_explained():
    undecided = decide(findings((0.8, 0.9, 0.9)))
    assert explain(undecided, [lost(ORDER, 0.14, 0.12, 0.16, undecided.family)]) == undecided
