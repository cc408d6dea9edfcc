"""What no findings may change, and what none may bring about: properties of the verdict."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.evidence.findings import BaselineFindings, FamilyFindings, Findings
from fourfold.evidence.simulate import World
from fourfold.evidence.statistics import Analysis
from fourfold.evidence.verdict import decide

NAMES = ("dense", "convolution", "recurrent", "attention")
KINDS = {
    "accuracy": {},
    "balanced accuracy": {"classes": (0.85, 0.15), "score": "balanced_accuracy"},
    "three classes": {"classes": (0.8, 0.1, 0.1), "score": "balanced_accuracy"},
    "groups": {"groups": 15},
    "series of steps": {"steps": 5},
    "numbers": {"score": "rmse", "tails": 5},
}


def findings_of(world: World, seed: int, baseline: float | None = None, **options) -> Findings:
    """A study of a world: families of unlike cost, perhaps with a baseline of a known score."""
    random = np.random.default_rng(seed)
    losses, runs, fold = world.draw(random)
    costs = {name: float(cost) for name, cost in zip(NAMES, random.permutation(4) + 1)}
    families = {
        name: FamilyFindings(loss, 100, costs[name]) for name, loss in zip(NAMES, losses.values())
    }
    if baseline is not None:
        one = replace(world, scores=(baseline,), seeds=1)
        found = BaselineFindings(next(iter(one.draw(random)[0].values())), baseline)
        options["baselines"] = {"linear": found}
    return Findings(
        world.score,
        families,
        runs,
        fold,
        protocol="cross-validation" if world.folds > 1 else "hold-out",
        groups=world.group if world.groups else None,
        strata=world.strata if world.classes else None,
        weights=world.weights if world.classes else None,
        **options,
    )


@st.composite
def studies(draw, kinds=tuple(KINDS), seeds=(1, 2, 3), folds=(1, 3)):
    kind, spread = KINDS[draw(st.sampled_from(kinds))], draw(st.sampled_from([0.0, 0.1, 0.3]))
    best = 0.9 - spread * np.arange(draw(st.integers(2, 4))) / 3
    if kind.get("score") == "rmse":
        best = 1 / best
    world = World(
        tuple(best), draw(st.sampled_from(seeds)), draw(st.sampled_from(folds)), 90, run=0.1, **kind
    )
    margin = draw(st.sampled_from([None, 0.0, 0.05, 0.3]))
    baseline = draw(st.sampled_from([None, float(best[-1]), float(best[0])]))
    return findings_of(world, draw(st.integers(0, 10**6)), baseline, margin=margin)


def said(verdict):
    """What a verdict comes to, with rounded numbers."""
    numbers = [
        (e.measure, e.subject, [float(f"{x:.9g}") for x in (e.value, *(e.interval or ()))])
        for e in verdict.evidence
        if e.value is not None
    ]
    return verdict.kind, verdict.family, verdict.equivalents, sorted(numbers)


def alike(left, right):
    """Verdicts with the same kind, families and numbers, up to rounding."""
    (*words, numbers), (*others, theirs) = said(left), said(right)
    assert words == others
    assert [n[:2] for n in numbers] == [n[:2] for n in theirs]
    for (_, _, here), (_, _, there) in zip(numbers, theirs):
        assert here == pytest.approx(there, abs=1e-7, rel=1e-6)


def part(findings: Findings, order: np.ndarray) -> Findings:
    """The same findings of examples in another order."""

    def at(values):
        return None if values is None else values[..., order]

    return replace(
        findings,
        families={f: replace(found, losses=at(found.losses)) for f, found in findings.families.items()},
        baselines={f: replace(found, losses=at(found.losses)) for f, found in findings.baselines.items()},
        runs=at(findings.runs),
        fold=at(findings.fold),
        groups=at(findings.groups),
        strata=at(findings.strata),
        weights=at(findings.weights),
    )


# what changes nothing


@settings(max_examples=25)
@given(studies(), st.randoms(use_true_random=False))
def test_the_order_of_families_and_examples(findings, random):
    order, names = list(range(len(findings.fold))), list(findings.families)
    random.shuffle(order)
    random.shuffle(names)
    shuffled = part(findings, np.array(order))
    shuffled = replace(shuffled, families={name: shuffled.families[name] for name in names})
    alike(decide(findings), decide(shuffled))


@settings(max_examples=25)
@given(studies(kinds=("balanced accuracy", "three classes", "groups")), st.floats(0.1, 10))
def test_the_names_of_classes_and_groups_and_the_scale_of_weights(findings, scale):
    renamed = replace(
        findings,
        groups=None if findings.groups is None else np.array([f"g{-g}" for g in findings.groups]),
        strata=None if findings.strata is None else np.array(["zeta", "eta", "alpha"])[findings.strata],
        weights=None if findings.weights is None else scale * findings.weights,
    )
    alike(decide(findings), decide(renamed))


@settings(max_examples=25)
@given(studies())
def test_a_baseline_that_is_listed_twice(findings):
    twice = {
        **findings.baselines,
        **{f"{name} again": found for name, found in findings.baselines.items()},
    }
    before, after = decide(findings), decide(replace(findings, baselines=twice))
    assert said(before)[:3] == said(after)[:3]
    assert before.sentence == after.sentence and before.why == after.why


@settings(max_examples=25)
@given(studies(), st.sampled_from([None, np.nan, np.inf]))
def test_a_family_that_failed_and_a_baseline_without_numbers(findings, loss):
    failed = None if loss is None else np.full(findings.runs.shape, loss)
    families = {**findings.families, "mine": FamilyFindings(failed, 1, 0.5, status="diverged")}
    nothing = BaselineFindings(np.full((1, len(findings.fold)), np.nan), np.nan)
    broken = replace(findings, families=families, baselines={**findings.baselines, "trees": nothing})
    before, after = decide(findings), decide(broken)
    assert said(before) == said(after)
    assert "Mine is left out: diverged." in after.doubts


@settings(max_examples=15)
@given(studies(kinds=("numbers",)), st.sampled_from([1e-30, 1e-9, 1e9, 1e30]))
def test_the_unit_of_the_target(findings, unit):
    def scaled(found):
        return replace(found, losses=unit**2 * found.losses)

    margin = None if findings.margin is None else unit * findings.margin
    other = replace(
        findings,
        margin=margin,
        families={f: scaled(found) for f, found in findings.families.items()},
        baselines={
            f: replace(scaled(found), validation=unit * found.validation)
            for f, found in findings.baselines.items()
        },
    )
    before, after = decide(findings), decide(other)
    assert said(before)[:3] == said(after)[:3]
    for name in findings.families:
        here, there = (
            next(e.interval for e in v.evidence if (e.measure, e.subject) == ("score", name))
            for v in (before, after)
        )
        assert np.array(here) * unit == pytest.approx(np.array(there), rel=1e-6)


# what must not happen


@settings(max_examples=40)
@given(studies())
def test_a_verdict_agrees_with_its_own_intervals(findings):
    verdict = decide(findings)
    found = {(e.measure, e.subject): e for e in verdict.evidence}
    margin = found["margin", "study"].value
    for (measure, _), e in found.items():
        if e.interval is not None:
            assert e.interval[0] <= e.value <= e.interval[1], measure
    if verdict.kind == "choose":
        assert found["difference to the best other", verdict.family].interval[0] > 0
        assert findings.runs.max() > 0  # one trained model a family shows no family to be better
    if verdict.kind == "equivalent":
        assert len(verdict.equivalents) >= 2 and verdict.family == verdict.equivalents[0]
        for family in verdict.equivalents:
            low, high = found["difference to the best other", family].interval
            assert -margin < low and high < margin
    if findings.baselines and verdict.kind in ("choose", "equivalent"):
        assert found["gain over the baseline", verdict.family].interval[0] > 0


@settings(max_examples=25)
@given(studies(kinds=("accuracy", "balanced accuracy", "three classes", "groups")), st.integers(1, 30))
def test_a_family_that_errs_less_does_not_lose_to_another(findings, fewer):
    """Some examples that no seed of the chosen family got right become right in all."""
    before = decide(findings)
    if before.kind != "choose":
        return
    losses = findings.families[before.family].losses.copy()
    losses[:, np.flatnonzero((losses > 0).all(0))[:fewer]] = 0
    better = {
        **findings.families,
        before.family: replace(findings.families[before.family], losses=losses),
    }
    after = decide(replace(findings, families=better))
    assert after.kind != "none"
    assert after.kind != "choose" or after.family == before.family


@settings(max_examples=25)
@given(studies(), st.integers(2, 4))
def test_families_that_are_one_and_the_same(findings, count):
    one = next(iter(findings.families.values()))
    families = {name: replace(one, flops=float(i)) for i, name in enumerate(NAMES[:count])}
    verdict = decide(replace(findings, families=families))
    assert verdict.kind != "choose" and verdict.family == NAMES[0]


@settings(max_examples=25)
@given(studies(seeds=(2, 3)))
def test_margins_of_nothing_and_of_everything(findings):
    assert decide(replace(findings, margin=0.0)).kind != "equivalent"
    everything = decide(replace(findings, margin=1e6))
    assert everything.kind in ("equivalent", "none", "undecided")
    if not findings.baselines:
        assert everything.kind == "equivalent"
        costs = {name: found.flops for name, found in findings.families.items()}
        assert everything.family == min(costs, key=lambda name: costs[name])


@pytest.mark.parametrize("score", ["accuracy", "rmse", "mase"])
def test_level_families_and_a_margin_of_nothing_say_that_nothing_settles_it(score):
    loss, fold = np.random.default_rng(0).random((3, 60)), np.arange(60) % 3
    families = {name: FamilyFindings(loss, 10, 1.0) for name in NAMES}
    runs = np.arange(3)[:, None] * 3 + fold
    verdict = decide(Findings(score, families, runs, fold, margin=0.0))
    assert (verdict.kind, verdict.settle) == ("undecided", None)
    assert verdict.change.startswith("A margin above 0")
    perfect = {name: replace(found, losses=np.zeros((3, 60))) for name, found in families.items()}
    assert decide(Findings(score, perfect, runs, fold, margin=0.0)).kind == "undecided"


# a guess


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=5),
    st.integers(0, 4),
    st.sampled_from([1, 2]),
    st.integers(0, 100),
)
def test_the_balanced_accuracy_of_a_guess_is_known(counts, guessed, folds, seed):
    """It is one over the number of classes, whichever examples there are; a network that gives it is not known so well."""
    random = np.random.default_rng(seed)
    strata = random.permutation(np.repeat(np.arange(len(counts)), counts))
    n, weights = len(strata), (len(strata) / (len(counts) * np.array(counts)))[strata]
    fold = np.arange(n) % folds
    loss = ((strata != guessed % len(counts)) * weights)[None]
    analysis = Analysis(
        {"a guess": loss, "a network": loss},
        fold[None],
        fold,
        "balanced_accuracy",
        strata=strata,
        weights=weights,
        constant=("a guess",),
        deterministic=("a guess",),
    )
    guess, network = analysis.mean("a guess"), analysis.mean("a network")
    assert (guess.low, guess.high) == (guess.value, guess.value) == pytest.approx((1 / len(counts),) * 2)
    assert network.low < network.value < network.high


@pytest.mark.parametrize("seed", [219, 305, 391, 931, 1120])
def test_means_that_are_equal_are_so_in_any_order(seed):
    """Ties between families, seeds and folds, which the last digit of a sum would break."""
    kind, spread = KINDS[("balanced accuracy", "three classes")[seed % 2]], (0, 0.1, 0.3)[seed % 3]
    count = 2 + seed % 3
    world = World(
        tuple(0.9 - spread * np.arange(count) / 3), 1 + seed % 3, (1, 3)[seed // 3 % 2], 90, run=0.1, **kind
    )
    findings = findings_of(world, seed, margin=0.05)
    for draw in range(20):
        order = np.random.default_rng(draw).permutation(90)
        alike(decide(findings), decide(part(findings, order)))
