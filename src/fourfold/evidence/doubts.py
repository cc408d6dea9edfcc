"""What should make one doubt a verdict: rules on evidence, each silent about what was not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fourfold.evidence import doubts_of_data as of_data
from fourfold.evidence import doubts_of_training as of_training
from fourfold.evidence.case import Case
from fourfold.evidence.findings import title
from fourfold.evidence.names import (
    AHEAD,
    BEST_SEED,
    DIVERGED,
    EDGE_GAIN,
    EDGE_RATE,
    FAILED,
    FOLD_LEADS,
    IN_TIME,
    RATES,
    SIZE_CAP,
    SIZE_GAIN,
    SIZE_SCORE,
    STEPS,
    STOPPED,
    UNLEARNT,
    VALIDATION,
    WORSE,
    WORST_SEED,
)
from fourfold.evidence.sentences import Cite, Sentence

FEW_SEEDS = 5
MANY_STOPPED = 0.5
MANY_DIVERGED = 0.05
MANY_FAILED = 0.5


def doubts(case: Case) -> tuple[Sentence, ...]:
    """All that the rules below find."""
    return tuple(sentence for rule in RULES for sentence in rule(case))


def few_seeds(c: Case) -> Iterator[Sentence]:
    if not c.identified:
        yield Sentence("One trained model a family: no interval knows what training again would change.")
    elif c.number("seeds") == 1:
        later = ", of which later ones learn from more rows" if c.number(IN_TIME) else ""
        yield Sentence(f"One seed: what training again would change is judged from how the folds differ{later}.")
    elif (c.number("seeds") or FEW_SEEDS) < FEW_SEEDS:
        yield c.facts.say(
            "Only {seeds} seeds: what training again would change is known roughly.",
            seeds=Cite("seeds", "study"),
        )


def one_rate(c: Case) -> Iterator[Sentence]:
    if c.number(RATES) == 1:
        yield c.facts.say(
            "One learning rate for all, and {steps} steps a training: this shows that everything runs, and is no basis "
            "for a choice.",
            steps=Cite(STEPS, "study"),
        )


def left_out(c: Case) -> Iterator[Sentence]:
    for family, status in c.statuses.items():
        yield Sentence(f"{title(family)} is left out: {status}.")


def edge_of_the_grid(c: Case) -> Iterator[Sentence]:
    rates = [
        c.facts.say(
            "{family} {rate}, {gain} better than the next best",
            family=title(e.subject),
            rate=Cite(EDGE_RATE, e.subject),
            gain=Cite(EDGE_GAIN, e.subject),
        )
        for e in c.above(EDGE_GAIN, c.number("margin") or 0.0)
    ]
    if rates:
        words = "The best learning rate is at the grid's edge, and one beyond it may be better still: "
        yield c.facts.join("", [Sentence(words), c.facts.join("; ", rates), Sentence(".")])


def size_at_the_cap(c: Case) -> Iterator[Sentence]:
    gains = [
        c.facts.say("{family} by {gain}", family=title(e.subject), gain=Cite(SIZE_GAIN, e.subject))
        for e in c.above(SIZE_GAIN, c.number("margin") or 0.0)
    ]
    if gains:
        words = "The best size is at the cap on parameters, on validation rows better than the smaller ones: "
        yield c.facts.join("", [Sentence(words), c.facts.join(", ", gains), Sentence(".")])


def equal_parameters(c: Case) -> Iterator[Sentence]:
    """The order of families at equal size, where it is another than at the sizes that they chose."""
    for size in c.facts.about(SIZE_CAP):
        measure = SIZE_SCORE.format(size=size)
        leader = c.leader(measure) if c.one_family else None
        if leader is not None:
            yield c.facts.say(
                "With at most {cap} parameters each, {leader} leads: {best} against {own} of {family}.",
                cap=Cite(SIZE_CAP, size),
                leader=title(leader),
                best=Cite(measure, leader),
                own=Cite(measure, c.family),
                family=title(c.family),
            )


def validation_disagrees(c: Case) -> Iterator[Sentence]:
    leader = c.leader(VALIDATION) if c.one_family else None
    if leader is not None:
        yield c.facts.say(
            "On validation rows {leader} is ahead: {best} against {own} of {family}.",
            leader=title(leader),
            best=Cite(VALIDATION, leader),
            own=Cite(VALIDATION, c.family),
            family=title(c.family),
        )


def seeds_disagree(c: Case) -> Iterator[Sentence]:
    subject = f"{c.family} - {c.runner_up}"
    ahead, seeds = c.number(AHEAD, subject), c.number("seeds")
    level = c.number("difference", subject) == 0
    if c.one_family and ahead is not None and seeds and ahead < seeds and not level:
        yield c.facts.say(
            "{family} is ahead of {other} in {ahead} of {seeds} seeds.",
            family=title(c.family),
            other=title(c.runner_up or ""),
            ahead=Cite(AHEAD, subject),
            seeds=Cite("seeds", "study"),
        )


def scattered_seeds(c: Case) -> Iterator[Sentence]:
    """Families whose trainings end far apart, by their seed alone."""
    ranges = [
        c.facts.say(
            "{family} from {worst} to {best}",
            family=title(family),
            worst=Cite(WORST_SEED, family, bare=True),
            best=Cite(BEST_SEED, family),
        )
        for family in c.facts.about(WORST_SEED)
    ]
    if ranges:
        words = Sentence("Trainings scatter, on the same test rows by their seed alone: ")
        yield c.facts.join("", [words, c.facts.join(", ", ranges), Sentence(".")])


def unsteady_folds(c: Case) -> Iterator[Sentence]:
    """Families of which one seed says little: against the others, their folds end far apart."""
    ranges = [
        c.facts.say(
            "{family} from {low} to {high}",
            family=title(family),
            low=Cite(FOLD_LEADS, family, "low", bare=True),
            high=Cite(FOLD_LEADS, family, "high"),
        )
        for family in c.facts.about(FOLD_LEADS)
    ]
    if ranges:
        words = (
            "From fold to fold the lead over the mean of the other families scatters more than theirs do, which makes "
            "intervals wide: "
        )
        yield c.facts.join("", [Sentence(words), c.facts.join(", ", ranges), Sentence(".")])


def unsteady_runs(c: Case) -> Iterator[Sentence]:
    for measure, threshold, words in (
        (DIVERGED, MANY_DIVERGED, "Runs at the chosen settings diverged: "),
        (
            STOPPED,
            MANY_STOPPED,
            "Runs at the chosen settings ended before their last step, since their validation score fell: ",
        ),
    ):
        shares = [
            c.facts.say(
                "{family} {share}", family=title(e.subject), share=Cite(measure, e.subject, whole=True)
            )
            for e in c.above(measure, threshold)
        ]
        if shares:
            yield c.facts.join("", [Sentence(words), c.facts.join(", ", shares), Sentence(".")])


def failed_refits(c: Case) -> Iterator[Sentence]:
    """Families many of whose models get worse, by more than the margin, where they learn from more rows; not those that
    learn nothing, whose models differ by chance."""
    shares = [
        c.facts.say(
            "{family} {share}, by {lost}",
            family=title(e.subject),
            share=Cite(FAILED, e.subject, whole=True),
            lost=Cite(WORSE, e.subject),
        )
        for e in c.above(WORSE, c.number("margin") or 0.0)
        if (c.number(FAILED, e.subject) or 0.0) > MANY_FAILED
        and (c.number(UNLEARNT, e.subject) or 0.0) <= of_training.HARDLY_LEARNT
    ]
    if shares:
        words = "Trained again with the validation rows too, many models got worse on these; in their place the ones "
        words += "before are tested: "
        yield c.facts.join("", [Sentence(words), c.facts.join("; ", shares), Sentence(".")])


def other_baseline(c: Case) -> Iterator[Sentence]:
    """Chosen on validation rows, the baseline to beat may not be the one that tests best.

    Said where the family is not surely ahead of that one, too: by the bound of its gain, less what that one is better.
    """
    own, sign = c.number("score", c.baseline or ""), 1 if c.lower else -1
    tested = [e for e in c.facts.about("score").values() if e.subject in c.baselines]
    best = min(tested, key=lambda e: sign * (e.value or 0.0), default=None)
    if own is None or best is None:
        return
    ahead, gain = sign * (own - (best.value or 0.0)), c.facts.about("gain over the baseline").get(c.family)
    sure = gain is not None and gain.interval is not None and gain.interval[0] > ahead
    if sure or not ahead > (c.number("margin") or 0.0):
        return
    yield c.facts.say(
        "On test rows the best baseline is {best} ({score}); the one to beat, {baseline} ({own}), was chosen on "
        "validation rows.",
        best=best.subject,
        score=Cite("score", best.subject),
        baseline=c.baseline or "",
        own=Cite("score", c.baseline or ""),
    )


def no_baseline(c: Case) -> Iterator[Sentence]:
    if c.baseline is None:
        yield Sentence("No baseline was compared.")


RULES: tuple[Callable[[Case], Iterator[Sentence]], ...] = (
    of_data.leaks,
    of_data.one_column,
    of_data.near_perfect_baseline,
    of_data.twins,
    of_data.merged_levels,
    one_rate,
    few_seeds,
    of_data.small_test_set,
    of_data.few_groups,
    of_data.order_of_time,
    of_data.parts_in_time,
    of_data.heavy_tails,
    left_out,
    of_data.large_class,
    of_data.untold_classes,
    of_data.untold_targets,
    of_data.threshold,
    of_training.short_training,
    of_training.longer_training,
    of_training.longer_than_for_a_baseline,
    of_training.hardly_learnt,
    edge_of_the_grid,
    size_at_the_cap,
    equal_parameters,
    validation_disagrees,
    seeds_disagree,
    scattered_seeds,
    unsteady_folds,
    unsteady_runs,
    failed_refits,
    other_baseline,
    no_baseline,
    of_data.other_findings,
)
"""In the order in which a report shows what they find: a leak first, which would make all else worthless. A rule that
would say what a finding about the data says already is silent: one thing is said once."""
