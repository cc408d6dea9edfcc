"""Doubts of how long a training was: families that would still gain, and such as hardly learn."""

from __future__ import annotations

from collections.abc import Iterator

from fourfold.evidence.case import Case
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.names import LONGER_BEFORE, LONGER_GAIN, LONGER_SCORE, UNLEARNT
from fourfold.evidence.sentences import Cite, Facts, Sentence

HARDLY_LEARNT = 0.75
"""Above which share of a guess's loss a family's own training rows are hardly learnt."""


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
        for e in _short(c)
    ]
    if gains:
        words = Sentence("Training was short: twice the steps improve ")
        yield c.facts.join("", [words, c.facts.join(", ", gains), Sentence(".")])


def _short(c: Case) -> list[Evidence]:
    return still_gaining(c.facts, c.number("margin") or 0.0, c.family if c.kind == "choose" else None)


def still_gaining(facts: Facts, margin: float, chosen: str | None = None) -> list[Evidence]:
    """What families are shown to gain by twice the steps, where it is more than the margin; of others than a ``chosen``
    one only what may bring them up to it."""
    scores = {family: e.value or 0.0 for family, e in facts.about("score").items()}

    def may_reach(e: Evidence, most: float) -> bool:
        if chosen not in scores or e.subject not in scores or e.subject == chosen:
            return True
        return most >= abs(scores[chosen] - scores[e.subject])

    return [
        e
        for e in facts.about(LONGER_GAIN).values()
        if e.interval is not None
        and e.interval[0] > 0
        and (e.value or 0.0) > margin
        and may_reach(e, e.interval[1])
    ]


def hardly_learnt(c: Case) -> Iterator[Sentence]:
    """Families that can't tell even the rows that they learn from, where another tells rows that it has not seen.

    Of those whose training is shown to be short that is said already.
    """
    short = {e.subject for e in _short(c)}
    listed = [
        c.facts.say(
            "{family}, whose loss there is {left} of a guess's",
            family=title(e.subject),
            left=Cite(UNLEARNT, e.subject, whole=True),
        )
        for e in c.above(UNLEARNT, HARDLY_LEARNT)
        if e.subject not in short
    ]
    if listed:
        words = Sentence("Even their own training rows were hardly learnt by ")
        end = ": for want of steps or of a fitting structure, not of rows. More steps (--steps) would tell which."
        yield c.facts.join("", [words, c.facts.join("; ", listed), Sentence(end)])


def longer_training(c: Case) -> Iterator[Sentence]:
    """The order of families after twice the steps, where the steps alone made it another.

    These models did not learn from validation rows, and their scores are not those of the table: so those before stand
    beside them, and a family that led then, too, is no news. Nor is one of which no change is shown, nor of the other.
    """
    leader = c.leader(LONGER_SCORE) if c.one_family else None
    gains = {family: e.interval for family, e in c.facts.about(LONGER_GAIN).items() if e.interval is not None}
    if leader is None or not (gains.get(leader, (0, 0))[0] > 0 or gains.get(c.family, (0, 0))[1] < 0):
        return
    first, second = c.number(LONGER_BEFORE, leader), c.number(LONGER_BEFORE, c.family)
    if first is None or second is None or (first < second if c.lower else first > second):
        return
    yield c.facts.say(
        "After twice the steps {leader} leads: {best} against {own} of {family}; before, {first} against {second} (all "
        "without the validation rows).",
        leader=title(leader),
        best=Cite(LONGER_SCORE, leader),
        own=Cite(LONGER_SCORE, c.family),
        family=title(c.family),
        first=Cite(LONGER_BEFORE, leader),
        second=Cite(LONGER_BEFORE, c.family),
    )


def longer_than_for_a_baseline(c: Case) -> Iterator[Sentence]:
    """The family that twice the steps put surely ahead of the baseline that none is shown to beat.

    The longer training was tested on some of the folds, which may be easier than all that the baseline was tested on:
    so it must gain on the same rows, too, and the gain must bring the family's own score past the baseline's.
    """
    own, sign, margin = c.number("score", c.baseline or ""), 1 if c.lower else -1, c.number("margin") or 0.0
    if c.kind != "none" or own is None:
        return
    found = c.facts.about(LONGER_GAIN).values()
    gains = {e.subject: e.value or 0.0 for e in found if e.interval is not None and e.interval[0] > 0}
    ahead = {
        e: sign * (own - e.interval[1 if c.lower else 0])  # by the nearer end
        for e in c.facts.about(LONGER_SCORE).values()
        if e.interval is not None
        and e.subject in gains
        and sign * (own - (c.number("score", e.subject) or 0.0)) + gains[e.subject] > margin
    }
    best = max(ahead, key=lambda e: ahead[e], default=None)
    if best is not None and ahead[best] > margin:
        yield c.facts.say(
            "After twice the steps {family} is ahead of {baseline}: {score} ({low} to {high}) against {own}. Train "
            "longer before you take the baseline.",
            family=title(best.subject),
            baseline=c.baseline or "",
            score=Cite(LONGER_SCORE, best.subject),
            low=Cite(LONGER_SCORE, best.subject, "low", bare=True),
            high=Cite(LONGER_SCORE, best.subject, "high", bare=True),
            own=Cite("score", c.baseline or ""),
        )
