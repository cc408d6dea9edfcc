"""What should make one doubt a verdict: rules on evidence, each silent about what was not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.scoring import is_error
from fourfold.evidence.sentences import Cite, Cited, Facts, Sentence

# The measures that a study hands over for the doubts (`Findings.further`), and their subjects.
EDGE_RATE = "best learning rate at the grid's edge"  # a family
EDGE_GAIN = "gain of the rate at the grid's edge"  # a family
SIZE_GAIN = "gain of the largest size"  # a family
SIZE_SCORE = "score at size {size}"  # a family
SIZE_CAP = "parameters at most"  # a size
RATES = "learning rates"  # the study
STEPS = "steps of a training"  # the study
STOPPED = "share of runs that stopped early"  # a family
DIVERGED = "share of runs that diverged"  # a family
FAILED = "share of refits that were left out"  # a family
VALIDATION = "validation score"  # a family
LARGEST_CLASS = "share of the largest class"  # the study
LARGEST_OF_STEPS = "share of the largest class of steps"  # the study
ONE_COLUMN = "score of one column alone"  # the best column
TWINS = "share of test rows with a twin in training"  # the study
DIFFERENT = "different inputs"  # the study
IN_TIME = "rows in order of time"  # the study
LEVELS = "levels"  # a column of words
MERGED = "share of rows whose level has no place of its own"  # a column of words
FOUND = "finding about the data"  # what was found, in words; its source is the finding's slug
AUC = "AUC"  # a family or a baseline
LONGER_GAIN = "gain by twice the steps"  # a family
LONGER_SCORE = "score after twice the steps"  # a family
OF_MEASURES = (LONGER_GAIN, LONGER_SCORE)
# Those that come of the losses.
AHEAD = "seeds in which it is ahead"  # family - runner-up
REMOVED = "share of the error of guessing removed"  # the baseline to beat
LARGEST = "largest errors"  # a family: how many rows are one in a hundred
HEAVY = "share of the largest errors in the squared error"  # a family
GROUPS = "groups of test rows"  # the study

FEW_SEEDS = 5
FEW_ROWS = 500
NEAR_PERFECT = 0.995
MANY_STOPPED = 0.5
MANY_DIVERGED = 0.05
MANY_FAILED = 0.5
MANY_TWINS = 0.01
MANY_MERGED = 0.1
LARGE_CLASS = 0.7
HEAVY_TAILS = 12
"""How many times their share of the rows the largest one in a hundred errors hold of the squared error. Normal errors
of 100 rows and more: at most 9 in 98 % of draws. Student's t of 3 degrees of freedom, 400 rows: above 12 in 98 %, and
a nominal 95 % holds the score in 85; of 5 degrees: above 12 in six of ten, and 93 %."""
FEW_GROUPS = 25
"""Below this intervals of errors hold the score too seldom: of 10 groups 88 %, 20 89, 30 95 (250 draws, a hold-out)."""
LEAKS = {"gives-target-away": " Is it known when you predict?", "duplicates": ""}  # findings, what is asked of each


@dataclass(frozen=True)
class Case:
    """A verdict and its evidence. ``lower``: whether a lower score is the better one."""

    facts: Facts
    kind: str
    family: str
    runner_up: str | None
    equivalents: tuple[str, ...]
    score: str
    identified: bool
    baseline: str | None  # the one to beat
    baselines: tuple[str, ...]
    statuses: dict[str, str]  # of the families that are left out

    @property
    def lower(self) -> bool:
        return is_error(self.score)

    def number(self, measure: str, subject: str = "study") -> float | None:
        found = self.facts.about(measure).get(subject)
        return None if found is None else found.value

    def above(self, measure: str, threshold: float) -> Iterator[Evidence]:
        return (e for e in self.facts.about(measure).values() if (e.value or 0.0) > threshold)

    def found(self, *slugs: str) -> list[Evidence]:
        """The findings about the data that have one of these slugs."""
        return [e for e in self.facts.about(FOUND).values() if e.source in slugs]

    def leader(self, measure: str) -> str | None:
        """The family that a measure puts first, where it is another than the verdict's families."""
        found = self.facts.about(measure)
        if self.family not in found:
            return None
        sign = 1 if self.lower else -1
        best = min(found, key=lambda f: (sign * (found[f].value or 0.0), f != self.family))
        return None if best in (self.family, *self.equivalents) else best


def doubts(case: Case) -> tuple[Sentence, ...]:
    """All that the rules below find."""
    return tuple(sentence for rule in RULES for sentence in rule(case))


def few_seeds(c: Case) -> Iterator[Sentence]:
    if not c.identified:
        yield Sentence("One trained model a family: no interval knows what training again would change.")
    elif c.number("seeds") == 1:
        yield Sentence("One seed: what training again would change is judged from how the folds differ.")
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


def small_test_set(c: Case) -> Iterator[Sentence]:
    if not c.found("few-rows") and (c.number("test rows") or FEW_ROWS) < FEW_ROWS:
        yield c.facts.say("A small test set: {rows} rows.", rows=Cite("test rows", "study"))


def few_groups(c: Case) -> Iterator[Sentence]:
    """Of accuracies such intervals are wide enough: a whole group is counted as an error."""
    count = c.number(GROUPS)
    if c.lower and count is not None and count < FEW_GROUPS:
        yield c.facts.say(
            "Only {count} groups of test rows are independent: from so few the intervals of scores come out too short; "
            "those of differences hold.",
            count=Cite(GROUPS, "study"),
        )


def order_of_time(c: Case) -> Iterator[Sentence]:
    if c.number(IN_TIME):
        yield c.facts.say(
            "The {rows} rows stand in order of time, and may depend on those near them: as far as they do, intervals come "
            "out too short.",
            rows=Cite(IN_TIME, "study"),
        )


def heavy_tails(c: Case) -> Iterator[Sentence]:
    share, largest, rows = c.number(HEAVY, c.family), c.number(LARGEST, c.family), c.number("test rows")
    if share and largest and rows and share * rows > HEAVY_TAILS * largest:
        one = largest == 1
        head = "One of the {rows} test rows makes up " if one else "{largest} of the {rows} test rows make up "
        yield c.facts.say(
            head + "{share} of the squared error of {family}: with errors so uneven intervals come out too short, and "
            "what few rows decide may be chance.",
            **({} if one else {"largest": Cite(LARGEST, c.family)}),
            rows=Cite("test rows", "study"),
            share=Cite(HEAVY, c.family),
            family=title(c.family),
        )


def left_out(c: Case) -> Iterator[Sentence]:
    for family, status in c.statuses.items():
        yield Sentence(f"{title(family)} is left out: {status}.")


def one_column(c: Case) -> Iterator[Sentence]:
    """A column that is the target in disguise: known to the table, not to who will predict."""
    if c.found("gives-target-away"):
        return
    reaches, word = "reaches", "balanced accuracy"
    if c.lower or c.score == "jaccard":
        reaches, word = "explains", f"of {'the target' if c.lower else 'a label'}'s variance"
    for e in c.above(ONE_COLUMN, NEAR_PERFECT):
        yield c.facts.say(
            "Leakage suspect: the column {column} alone {reaches} {score} {word}. Is it known when you predict?",
            column=e.subject,
            reaches=reaches,
            score=Cite(ONE_COLUMN, e.subject),
            word=word,
        )


def near_perfect_baseline(c: Case) -> Iterator[Sentence]:
    """Where no single column says why."""
    if c.found("gives-target-away") or any(c.above(ONE_COLUMN, NEAR_PERFECT)):
        return
    for e in c.above(REMOVED, NEAR_PERFECT):
        yield c.facts.say(
            "Leakage suspect: {share} of the error of guessing is gone with a mere baseline, {baseline}. Is every "
            "input known when you predict?",
            baseline=e.subject,
            share=Cite(REMOVED, e.subject),
        )


def twins(c: Case) -> Iterator[Sentence]:
    """Copies, which are suspect; or rows of so few kinds that all are known, which is another thing."""
    different, rows = c.number(DIFFERENT), c.number("test rows")
    few = different is not None and rows is not None and 2 * different < rows
    if c.found("duplicates"):
        return
    for _ in c.above(TWINS, MANY_TWINS):
        if few:
            yield c.facts.say(
                "Only {different} different inputs occur, and {share} of the test rows have the same as a training "
                "row: the scores say little of inputs not seen yet.",
                different=Cite(DIFFERENT, "study"),
                share=Cite(TWINS, "study"),
            )
        else:
            yield c.facts.say(
                "Leakage suspect: {share} of the test rows have the same inputs as a training row.",
                share=Cite(TWINS, "study"),
            )


def merged_levels(c: Case) -> Iterator[Sentence]:
    for e in c.above(MERGED, MANY_MERGED):
        yield c.facts.say(
            "The column {column} has {levels} levels, too many to tell all apart: in {share} of the rows all families "
            "read it as one of the rest. Fewer levels, or columns of what they are made of, would tell more.",
            column=e.subject,
            levels=Cite(LEVELS, e.subject),
            share=Cite(MERGED, e.subject),
        )


def large_class(c: Case) -> Iterator[Sentence]:
    if c.score == "accuracy":
        for measure, examples in ((LARGEST_CLASS, "rows"), (LARGEST_OF_STEPS, "steps")):
            for _ in c.above(measure, LARGE_CLASS):
                yield c.facts.say(
                    "One class has {share} of the {examples}: accuracy says little of the others.",
                    share=Cite(measure, "study"),
                    examples=examples,
                )


def threshold(c: Case) -> Iterator[Sentence]:
    """Where the balanced accuracy and the AUC, which asks for no decision, have different families ahead."""
    found = c.facts.about(AUC)
    if c.score != "balanced_accuracy" or c.family not in found:
        return
    best = max(found, key=lambda name: found[name].value or 0.0)
    if c.kind == "none" and best in c.baselines:  # as the verdict says
        return
    if (found[best].value or 0.0) - (found[c.family].value or 0.0) > (c.number("margin") or 0.0):
        yield c.facts.say(
            "The score depends on the threshold of a class; by AUC, which needs none, {best} is ahead: {auc} against "
            "{own} of {family}.",
            best=best if best in c.baselines else title(best),
            auc=Cite(AUC, best),
            own=Cite(AUC, c.family),
            family=title(c.family),
        )


def short_training(c: Case) -> Iterator[Sentence]:
    """Families that would still gain: they are compared by how fast they learn."""
    gains = [
        c.facts.say(
            "{family} by {gain} ({low} to {high})",
            family=title(e.subject),
            gain=Cite(LONGER_GAIN, e.subject),
            low=Cite(LONGER_GAIN, e.subject, "low", bare=True),
            high=Cite(LONGER_GAIN, e.subject, "high", bare=True),
        )
        for e in still_gaining(c.facts, c.number("margin") or 0.0)
    ]
    if gains:
        words = Sentence("Training was short: twice the steps improve ")
        yield c.facts.join("", [words, c.facts.join(", ", gains), Sentence(".")])


def still_gaining(facts: Facts, margin: float) -> list[Evidence]:
    """What families are shown to gain by twice the steps, where it is more than the margin."""
    found = facts.about(LONGER_GAIN).values()
    return [e for e in found if e.interval is not None and e.interval[0] > 0 and (e.value or 0.0) > margin]


def longer_training(c: Case) -> Iterator[Sentence]:
    """The order of families after twice the steps, where it is another."""
    leader = c.leader(LONGER_SCORE) if c.kind == "choose" else None
    if leader is None:
        return
    ahead = abs((c.number(LONGER_SCORE, leader) or 0.0) - (c.number(LONGER_SCORE, c.family) or 0.0))
    if ahead > (c.number("margin") or 0.0):
        yield c.facts.say(
            "After twice the steps {leader} leads: {best} against {own} of {family}.",
            leader=title(leader),
            best=Cite(LONGER_SCORE, leader),
            own=Cite(LONGER_SCORE, c.family),
            family=title(c.family),
        )


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
    for e in c.above(SIZE_GAIN, c.number("margin") or 0.0):
        yield c.facts.say(
            "{family}: the best size is at the cap on parameters, on validation rows {gain} better than the "
            "smaller ones.",
            family=title(e.subject),
            gain=Cite(SIZE_GAIN, e.subject),
        )


def equal_parameters(c: Case) -> Iterator[Sentence]:
    """The order of families at equal size, where it is another than at the sizes that they chose."""
    for size in c.facts.about(SIZE_CAP):
        measure = SIZE_SCORE.format(size=size)
        leader = c.leader(measure) if c.kind == "choose" else None
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
    leader = c.leader(VALIDATION) if c.kind == "choose" else None
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
    if c.kind in ("choose", "undecided") and ahead is not None and seeds and ahead < seeds and not level:
        yield c.facts.say(
            "{family} is ahead of {other} in {ahead} of {seeds} seeds.",
            family=title(c.family),
            other=title(c.runner_up or ""),
            ahead=Cite(AHEAD, subject),
            seeds=Cite("seeds", "study"),
        )


def unsteady_runs(c: Case) -> Iterator[Sentence]:
    for measure, threshold, words in (
        (DIVERGED, MANY_DIVERGED, "Runs at the chosen settings diverged: "),
        (
            STOPPED,
            MANY_STOPPED,
            "Runs at the chosen settings ended before their last step, since their validation score fell: ",
        ),
        (
            FAILED,
            MANY_FAILED,
            "Models that got worse when they were trained again with the validation rows, so that the ones before are "
            "tested: ",
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


def leaks(c: Case) -> Iterator[Sentence]:
    for slug, question in LEAKS.items():
        for e in c.found(slug):
            yield Sentence(f"Leakage suspect: {e.subject}.{question}", [_whole(e)])


def other_findings(c: Case) -> Iterator[Sentence]:
    """What else was found about the data before training."""
    for e in c.facts.about(FOUND).values():
        if e.source not in LEAKS:
            yield Sentence(f"In the data: {e.subject}.", [_whole(e)])


def _whole(found: Evidence) -> Cited:
    """A finding is in words already: its numbers are those of the evidence that it is."""
    return Cited(found.measure, found.subject, "value", found.value or 0.0, found.subject)


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
    leaks,
    one_column,
    near_perfect_baseline,
    twins,
    merged_levels,
    one_rate,
    few_seeds,
    small_test_set,
    few_groups,
    order_of_time,
    heavy_tails,
    left_out,
    large_class,
    threshold,
    short_training,
    longer_training,
    edge_of_the_grid,
    size_at_the_cap,
    equal_parameters,
    validation_disagrees,
    seeds_disagree,
    unsteady_runs,
    other_baseline,
    no_baseline,
    other_findings,
)
"""In the order in which a report shows what they find: a leak first, which would make all else worthless. A rule that
would say what a finding about the data says already is silent: one thing is said once."""
