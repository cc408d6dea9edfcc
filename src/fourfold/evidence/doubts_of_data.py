"""Doubts of the data: leaks, twins, few rows or groups, uneven errors, a large class; each silent about what was not
measured."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, takewhile

from fourfold.evidence.case import Case
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.names import (
    ALIKE,
    AUC,
    BLOCKS_IN_TIME,
    BY_CHANCE,
    DIFFERENT,
    FOUND,
    GROUPS,
    HEAVY,
    HEAVY_IN_PARTS,
    KNOWN_TO,
    LARGEST,
    LARGEST_CLASS,
    LARGEST_OF_STEPS,
    LEVELS,
    MERGED,
    ONE_COLUMN,
    PART_SCORE,
    RAREST,
    REMOVED,
    TWINS,
    UNTOLD,
    UNTOLD_LABEL,
    UNTOLD_NUMBER,
    UNTOLD_OF_STEPS,
)
from fourfold.evidence.sentences import Cite, Cited, Sentence

FEW, FEW_ROWS = "few-rows", 500
"""The finding that rows are few, and below how many tested rows they are."""
UNEVEN = "uneven-target"
"""The finding that a few rows hold most of the target's variance."""
ALIKE_ENOUGH = 0.9
"""The share of their number from which on it is not told as how many rows of one weight rows count."""
NEAR_PERFECT = 0.995
MANY_TWINS, MOSTLY_KNOWN = 0.01, 0.5
MANY_MERGED = 0.1
LARGE_CLASS = 0.7
LISTED = 3
"""Classes that are named one by one."""
HEAVY_TAILS = 12
"""How many times their share of the rows the largest one in a hundred errors hold of the squared error. Normal errors
of 100 rows and more: at most 9 in 98 % of draws. Student's t of 3 degrees of freedom, 400 rows: above 12 in 98 %, and
a nominal 95 % holds the score in 85; of 5 degrees: above 12 in six of ten, and 93 %."""
FEW_GROUPS = 25
"""Below this intervals of errors hold the score too seldom: of 10 groups 88 %, 20 89, 30 95 (250 draws, a hold-out)."""
LEAKS = {
    "gives-target-away": " Is it known when you predict?",
    "made-of-inputs": " Are they known when you predict?",
    "duplicates": "",
}
"""Findings, and what is asked of each."""


def leaks(c: Case) -> Iterator[Sentence]:
    for slug, question in LEAKS.items():
        for e in c.found(slug):
            yield Sentence(f"Leakage suspect: {e.subject}.{question}", [_whole(e)])


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
    if c.found("gives-target-away", "made-of-inputs") or any(c.above(ONE_COLUMN, NEAR_PERFECT)):
        return
    for e in c.above(REMOVED, NEAR_PERFECT):
        yield c.facts.say(
            "Leakage suspect: {share} of the error of guessing is gone with a mere baseline, {baseline}. Is every "
            "input known when you predict?",
            baseline=e.subject,
            share=Cite(REMOVED, e.subject),
        )


def twins(c: Case) -> Iterator[Sentence]:
    """Copies, which are suspect; or rows of so few kinds that most are known, which is another thing: rows of a few
    levels, or of missing values, agree by chance."""
    different, rows, chance = c.number(DIFFERENT), c.number("test rows"), c.number(BY_CHANCE)
    few = different is not None and rows is not None and 2 * different < rows
    if c.found("duplicates"):
        return
    for e in c.above(TWINS, MANY_TWINS):
        known = chance is not None and (e.value or 0.0) > MOSTLY_KNOWN
        if different is not None and (few or known):
            yield c.facts.say(
                "Only {different} different inputs occur, and {share} of the test rows have the same as a training "
                "row: the scores say little of inputs not seen yet.",
                different=Cite(DIFFERENT, "study"),
                share=Cite(TWINS, "study"),
            )
        elif chance is None:
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


def small_test_set(c: Case) -> Iterator[Sentence]:
    """What was feared of few rows before training is told here as it was measured, if training again is known of."""
    rows, groups, subject = c.number("test rows"), c.number(GROUPS), f"{c.family} - {c.runner_up}"
    alike = c.number(ALIKE)
    many = (alike or rows or FEW_ROWS) >= FEW_ROWS
    if many and (groups == 1 or not c.found(FEW)):
        return
    words, cited = "A small test set, {rows} rows", {"rows": Cite("test rows", "study")}
    if c.number(RAREST) is not None:
        words, cited = words + " ({rarest} of the rarest class)", cited | {"rarest": Cite(RAREST, "study")}
    if groups and rows and 1 < groups < rows:
        words, cited = words + " in {groups} groups", cited | {"groups": Cite(GROUPS, "study")}
    if alike and rows and alike < ALIKE_ENOUGH * rows:
        words, cited = words + ", by their weights as good as {alike}", cited | {"alike": Cite(ALIKE, "study")}
    if c.number(KNOWN_TO, subject) is None or not c.identified or groups == 1:
        yield c.facts.say(f"{words}.", **cited)
        return
    words += ": how far {family} is from {other} is known to ± {half}."
    names = {"family": title(c.family), "other": title(c.runner_up or "")}
    yield c.facts.say(words, **cited, **names, half=Cite(KNOWN_TO, subject))


def few_groups(c: Case) -> Iterator[Sentence]:
    """Of accuracies such intervals are wide enough: one more error may be a large part of a group."""
    if c.number(GROUPS) == 1:
        yield Sentence("All test rows are of one group: what other groups would change is not known.")
        return
    for measure, what in ((GROUPS, "groups of test rows"), (BLOCKS_IN_TIME, "blocks of neighbouring test rows")):
        count = c.number(measure)
        if c.lower and count is not None and count < FEW_GROUPS:
            yield c.facts.say(
                "Only {count} {what} are independent: from so few the intervals of scores come out too short; those of "
                "differences hold.",
                count=Cite(measure, "study"),
                what=what,
            )


def order_of_time(c: Case) -> Iterator[Sentence]:
    if c.number(BLOCKS_IN_TIME):
        yield c.facts.say(
            "The {rows} test rows stand in order of time, and may depend on those near them: intervals take them as "
            "{blocks} blocks of neighbours, and come out too short where dependence reaches farther.",
            rows=Cite("test rows", "study"),
            blocks=Cite(BLOCKS_IN_TIME, "study"),
        )


def parts_in_time(c: Case) -> Iterator[Sentence]:
    """Test parts one after the other that differ: the process that is to be predicted changes, or gets harder."""
    parts = takewhile(lambda part: c.number(part, c.family) is not None, (PART_SCORE.format(part=k) for k in count(1)))
    if scores := [c.facts.say("{score}", score=Cite(part, c.family)) for part in parts]:
        yield c.facts.join(
            "",
            [
                Sentence(f"In order of time the test parts differ, more than chance explains: {title(c.family)} has "),
                c.facts.join(", ", scores),
                Sentence(". What comes next may be nearer to the last of these than to the score over all."),
            ],
        )


def heavy_tails(c: Case) -> Iterator[Sentence]:
    """Few errors far above the others: of parts in time that differ, above those of their own part."""
    share, largest, rows = c.number(HEAVY, c.family), c.number(LARGEST, c.family), c.number("test rows")
    in_parts = c.number(HEAVY_IN_PARTS, c.family)
    least = share if share is None or in_parts is None else min(share, in_parts)
    if least and largest and rows and least * rows > HEAVY_TAILS * largest:
        one = largest == 1
        head = "One of the {rows} test rows makes up " if one else "{largest} of the {rows} test rows make up "
        yield c.facts.say(
            head + "{share} of the squared error of {family}: with errors so uneven intervals hold less often than "
            "they say, and what few rows decide may be chance.",
            **({} if one else {"largest": Cite(LARGEST, c.family)}),
            rows=Cite("test rows", "study"),
            share=Cite(HEAVY, c.family),
            family=title(c.family),
        )


def large_class(c: Case) -> Iterator[Sentence]:
    if c.score == "accuracy":
        weight = "" if c.number(ALIKE) is None else "' weight"
        for measure, examples in ((LARGEST_CLASS, "rows"), (LARGEST_OF_STEPS, "steps")):
            for _ in c.above(measure, LARGE_CLASS):
                yield c.facts.say(
                    "One class has {share} of the {examples}: accuracy says little of the others.",
                    share=Cite(measure, "study"),
                    examples=examples + weight,
                )


def untold_classes(c: Case) -> Iterator[Sentence]:
    """Classes, the most frequent first, that an accuracy may pass over in silence."""
    for measure, examples in ((UNTOLD, "test rows"), (UNTOLD_OF_STEPS, "test steps")):
        found = sorted(c.facts.about(measure).values(), key=lambda e: -(e.value or 0.0))
        one = [
            c.facts.say("“{name}” ({rows} " + examples + ")", name=e.subject, rows=Cite(measure, e.subject))
            for e in found[:LISTED]
        ]
        if one:
            more = " and others" if len(found) > LISTED else ""
            end = f"{more}: accuracy says nothing of {'it' if len(found) == 1 else 'them'}."
            start = Sentence("No family ever predicts ")
            yield c.facts.join("", [start, c.facts.join(", ", one), Sentence(end)])


def untold_targets(c: Case) -> Iterator[Sentence]:
    """Of several targets those that are noise to all families, and part of the score all the same."""
    for measure, what, guess in ((UNTOLD_NUMBER, "predict", "its mean"), (UNTOLD_LABEL, "tell", "chance")):
        found = list(c.facts.about(measure).values())
        word = measure.partition(" of ")[0]
        one = [
            c.facts.say(f"“{{name}}” ({word} at best {{value}})", name=e.subject, value=Cite(measure, e.subject))
            for e in found[:LISTED]
        ]
        if one:
            more = " and others" if len(found) > LISTED else ""
            its, it = ("its", "it") if len(found) == 1 else ("their", "them")
            start = Sentence(f"No family is shown to {what} ")
            end = f"{more} better than {guess}: the score counts {its} errors all the same, and a comparison "
            end += f"without {it} may tell the families better apart."
            yield c.facts.join("", [start, c.facts.join(", ", one), Sentence(end)])


def threshold(c: Case) -> Iterator[Sentence]:
    """Where the balanced accuracy and the AUC, which asks for no decision, have different families ahead, beyond the
    interval of the latter."""
    found = c.facts.about(AUC)
    if c.score != "balanced_accuracy" or c.family not in found:
        return
    best = max(found, key=lambda name: found[name].value or 0.0)
    if c.kind == "none" and best in c.baselines:  # as the verdict says
        return
    own, ahead = found[c.family].value or 0.0, found[best]
    by_chance = ahead.interval is not None and own >= ahead.interval[0]
    if (ahead.value or 0.0) - own > (c.number("margin") or 0.0) and not by_chance:
        yield c.facts.say(
            "The score depends on the threshold of a class; by AUC, which needs none, {best} is ahead: {auc} against "
            "{own} of {family}.",
            best=best if best in c.baselines else title(best),
            auc=Cite(AUC, best),
            own=Cite(AUC, c.family),
            family=title(c.family),
        )


def other_findings(c: Case) -> Iterator[Sentence]:
    """What else was found about the data before training; what was feared of uneven targets is said of the errors."""
    measured = (FEW, UNEVEN) if any(heavy_tails(c)) else (FEW,)
    for e in c.facts.about(FOUND).values():
        if e.source not in (*LEAKS, *measured):
            yield Sentence(f"In the data: {e.subject}.", [_whole(e)])


def _whole(found: Evidence) -> Cited:
    """A finding is in words already: its numbers are those of the evidence that it is."""
    return Cited(found.measure, found.subject, "value", found.value or 0.0, found.subject)
