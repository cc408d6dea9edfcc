"""The verdict in words: why, the price, what would change it, the doubts. Each number is evidence."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from fourfold.evidence.case import Case
from fourfold.evidence.compared import Compared
from fourfold.evidence.doubts import doubts
from fourfold.evidence.evidence import ONE_SIDED, Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.names import AHEAD, GROUPS, HEAVY, LARGEST, OVER_GUESS, REMOVED
from fourfold.evidence.scoring import of_loss, units
from fourfold.evidence.sentences import FRACTION, LEVEL, Cite, Facts, Part, Sentence, enumerated, show

SCORE_WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "jaccard": "Jaccard index",
    "rmse": "RMSE",
    "mase": "MASE",
}
ENDS: tuple[Part, Part] = ("low", "high")
ROUNDING = 1e-12
"""Mean losses that differ by less are equal: they are sums in one order or another."""


class Reasons:
    """What can be said of one verdict; the arguments are `verdict.rule`'s."""

    def __init__(
        self,
        compared: Compared,
        kind: str,
        family: str,
        equivalents: list[str],
        settle: dict[str, int] | None,
    ) -> None:
        self.c, self.kind, self.family = compared, kind, family
        self.equivalents, self.settled_by = equivalents, settle or {}
        others = [f for f in compared.ranked if f != family]
        self.others, self.runner_up = others, others[0] if others else None
        self.lower = compared.analysis.lower

    # the evidence

    @cached_property
    def facts(self) -> Facts:
        c, design = self.c, self.c.analysis.design
        unit, gap = units(c.findings.score)
        times = f", {design.repeats} times" if design.repeats > 1 else ""
        protocol = f"{design.folds}-fold cross-validation{times}" if design.folds > 1 else "a hold-out"
        source = f"{design.seeds} seed{'s' * (design.seeds > 1)}, {protocol}, {design.examples} test rows"
        level = f"{100 * c.findings.level:g} %"
        estimand = "training sets and seeds" if design.folds > 1 else "seeds, given this training set"
        crossed = f"crossed random effects, Student's t; of the mean over {estimand}"

        def found(measure, subject, i, unit, method):
            return Evidence(measure, subject, i.value, unit, (i.low, i.high), method, source)

        rows = []
        for f, i in c.scores.items():
            rows.append(found("score", f, i, unit, f"simultaneous {level} interval; {crossed}"))
        for name, family in c.findings.families.items():
            if name not in c.scores:
                rows.append(Evidence("score", name, None, unit, reason=family.status or "no finite losses"))
        for f, i in c.best_others.items():
            method = f"simultaneous {level} interval, comparison with the best; {crossed}"
            rows.append(found("difference to the best other", f, i, gap, method))
        for f, i in c.gains.items():
            method = f"simultaneous {ONE_SIDED} {level} lower bound; {crossed}"
            rows.append(found("gain over the baseline", f, i, gap, method))
        if c.over_guess is not None:
            method = f"{ONE_SIDED} {level} lower bound; crossed random effects, Student's t"
            rows.append(found(OVER_GUESS, c.baseline, c.over_guess, gap, method))
        for f in self.others:
            i = c.pairs[self.family][f]
            method = f"simultaneous {level} interval, many to one; {crossed}"
            rows.append(found("difference", f"{self.family} - {f}", i, gap, method))
        for name in c.findings.baselines:
            value = self._baseline_score(name)
            rows.append(Evidence("score", name, value, unit, method="mean over test rows", source=source))
        for f in c.scores:
            cost = c.findings.families[f]
            rows.append(Evidence("parameters", f, cost.parameters, "count", method="counted"))
            rows.append(Evidence("FLOPs", f, cost.flops, "count", method="counted, a sample"))
            rows.append(Evidence("sequential steps", f, cost.sequential_steps, "count", method="counted"))
        for f in self.others:
            ratio = self._ratio(f)
            if ratio is not None:
                rows.append(Evidence("FLOPs ratio", f"{f} : {self.family}", ratio, "times", method="counted"))
        plan = {"seeds": design.seeds, "folds": design.folds, "test rows": design.examples}
        rows += [Evidence(name, "study", value, "count") for name, value in plan.items()]
        rows += [Evidence(f"{name} needed", "study", v, "count") for name, v in self.settled_by.items()]
        rows += self._seeds_ahead() + self._error_removed() + self._largest_errors() + list(c.findings.further)
        if self.grouped:
            rows.append(Evidence(GROUPS, "study", design.groups, "count", method="counted"))
        rows.append(Evidence("margin", "study", c.margin, gap))
        rows.append(Evidence("confidence level", "study", c.findings.level, LEVEL))
        return Facts(rows)

    def _seeds_ahead(self) -> list[Evidence]:
        """In how many seeds the family's mean loss is below that of the runner-up; seeds are not paired."""
        if self.runner_up is None or self.c.analysis.design.seeds < 2:
            return []
        here, there = (
            np.asarray(self.c.findings.families[f].losses).mean(1) for f in (self.family, self.runner_up)
        )
        subject = f"{self.family} - {self.runner_up}"
        return [Evidence(AHEAD, subject, int((here < there - ROUNDING).sum()), "count", method="counted, seed by seed")]

    def _error_removed(self) -> list[Evidence]:
        """How much of the worst baseline's loss, which is a guess, the baseline to beat leaves out."""
        means = {name: float(found.losses.mean()) for name, found in self.c.findings.baselines.items()}
        if self.c.baseline is None or not max(means.values()) > means[self.c.baseline]:
            return []
        share = 1 - means[self.c.baseline] / max(means.values())
        return [Evidence(REMOVED, self.c.baseline, share, FRACTION, method="1 - its loss / the worst's")]

    def _largest_errors(self) -> list[Evidence]:
        """What the largest one in a hundred squared errors, means over seeds, are of all of the family's."""
        if self.c.findings.score != "rmse":
            return []
        errors = np.sort(np.atleast_2d(np.asarray(self.c.findings.families[self.family].losses)).mean(0))[::-1]
        count, whole = max(1, round(len(errors) / 100)), float(errors.sum())
        if not whole:
            return []
        share, method = float(errors[:count].sum()) / whole, "the largest one in a hundred, mean over seeds"
        return [
            Evidence(LARGEST, self.family, count, "count", method="one in a hundred test rows"),
            Evidence(HEAVY, self.family, share, FRACTION, method=method),
        ]

    @property
    def grouped(self) -> bool:
        return self.c.findings.groups is not None

    def _baseline_score(self, name: str) -> float:
        mean = float(self.c.findings.baselines[name].losses.mean())
        return of_loss(self.c.findings.score, mean)

    def _ratio(self, other: str) -> float | None:
        """FLOPs of the dearer over the cheaper of `other` and the family."""
        here, there = (self.c.findings.families[f].flops for f in (self.family, other))
        return max(here, there) / min(here, there) if min(here, there) > 0 else None

    def say(self, template: str, **parts: str | Cite) -> Sentence:
        return self.facts.say(template, **parts)

    # the sentences

    @property
    def better(self) -> str:
        """After a number: what it means for the score to be better by so much."""
        return f"lower in {SCORE_WORDS[self.c.findings.score]}" if self.lower else "better"

    @property
    def gap_unit(self) -> str:
        return units(self.c.findings.score)[1]

    @property
    def worse(self) -> str:
        return f"higher in {SCORE_WORDS[self.c.findings.score]}" if self.lower else "worse"

    @property
    def margin(self) -> Cite:
        return Cite("margin", "study")

    def gap(self, other: str, *, size: bool = False) -> Cite:
        return Cite("difference", f"{self.family} - {other}", size=size)

    def sentence(self) -> Sentence:
        family = title(self.family)
        if self.kind == "none":
            gain = self.facts.find(Cite("gain over the baseline", self.family))
            if gain == 0:
                end, own = "{family} is level with it.", {}
            else:
                ahead = "is ahead with {own}, which is not enough to be sure."
                end = "{family} " + (ahead if gain > 0 else "comes closest with {own}.")
                own = {"own": Cite("score", self.family)}
            return self.say(
                "No family is shown to beat the baseline, {baseline} ({score}): " + end,
                baseline=self.c.baseline or "",
                score=Cite("score", self.c.baseline or ""),
                family=family,
                **own,
            )
        if self.kind == "equivalent":
            return self.say(
                "{names} are equivalent within {margin}: take {family}, " + self._cheapest() + ".",
                names=enumerated([title(f) for f in self.equivalents]),
                margin=self.margin,
                family=family,
            )
        if self.runner_up is None:
            alone = "Choose {family}: no other family was compared."
            open_still = (
                "Undecided: {family}, compared with no other family, is not shown to beat the baseline."
            )
            return self.say(alone if self.kind == "choose" else open_still, family=family)
        if self.kind == "choose":
            return self.say(
                f"Choose {{family}}: {{gap}} {self.better} than the best other family, {{other}}.",
                family=family,
                gap=self.gap(self.runner_up, size=True),
                other=title(self.runner_up),
            )
        if self.facts.find(self.gap(self.runner_up)) == 0:
            return self.say(
                "Undecided: {family} and {other} are level so far.",
                family=family,
                other=title(self.runner_up),
            )
        return self.say(
            f"Undecided: {{family}} is ahead so far, {{gap}} {self.better} than {{other}}, "
            "which is not enough to choose.",
            family=family,
            gap=self.gap(self.runner_up, size=True),
            other=title(self.runner_up),
        )

    def _cheapest(self) -> str:
        """Why this one of the equivalent families; those that are not shown to beat the baseline may be cheaper."""
        flops = {f: self.c.findings.families[f].flops for f in self.equivalents}
        least, beating = min(flops.values()), [f for f in self.equivalents if f in self.c.beating]
        if flops[self.family] > least:
            alone = "the only one that is shown to beat the baseline"
            return alone if len(beating) == 1 else "the cheapest of those that are shown to beat the baseline"
        if [*flops.values()].count(least) > 1:
            return "as cheap as any of them"
        return "which needs the fewest FLOPs of them" if len(flops) > 2 else "which needs fewer FLOPs"

    def why(self) -> tuple[Sentence, ...]:
        lines = [self._why_scores()]
        if self.runner_up is not None and self.kind in ("choose", "undecided"):
            lines.append(self._why_difference(self.runner_up))
        if self.kind == "equivalent":
            lines.append(self._why_equivalent())
        if self.c.baseline is not None:
            lines.append(self._why_baseline(self.c.baseline))
        if self.kind == "none" and self.c.over_guess is not None and self.c.over_guess.low <= 0:
            lines.append(self._why_guess(self.c.baseline or "", self.c.guess or ""))
        return tuple(lines)

    def _why_guess(self, baseline: str, guess: str) -> Sentence:
        return self.say(
            "That baseline itself is not shown to beat a guess that reads no input, {guess} ({score}): with {level} "
            "confidence the lower bound of its gain is {low}.",
            guess=guess,
            score=Cite("score", guess),
            level=Cite("confidence level", "study"),
            low=Cite(OVER_GUESS, baseline, "low"),
        )

    def _why_scores(self) -> Sentence:
        def one(f: str) -> Sentence:
            return self.say(
                "{name} {value} ({low} to {high})",
                name=title(f),
                value=Cite("score", f),
                low=Cite("score", f, "low", bare=True),
                high=Cite("score", f, "high"),
            )

        order = [self.family, *self.others]
        listed = self.facts.join(", ", [one(f) for f in order])
        word = SCORE_WORDS[self.c.findings.score]
        return Sentence(f"{word[0].upper()}{word[1:]}: {listed}.", listed.numbers)

    def _why_difference(self, other: str) -> Sentence:
        i, m = self.c.best_others[self.family], self.c.margin
        if not self.c.identified:
            end = "with one trained model a family it leaves out what training again would change"
        elif i.low > 0:
            end = "above zero" if self.kind == "choose" else "above zero, but the baseline is not beaten"
        elif i.high >= m:  # "to 1.0 points, more than the margin of 1.0" would read as a slip
            more = "" if show(i.high, self.gap_unit) == show(m, self.gap_unit) else "more than "
            end = f"zero lies inside, and so does {more}the margin of {{margin}}"
        elif i.low > -m:
            end = "no other family is shown to be as close to the best"
        else:
            end = "zero lies inside, and so does being worse by more than the margin of {margin}"
        template = "{family} is better than the best other family by {low} to {high} ({level} interval): "
        best = "difference to the best other"
        return self.say(
            f"{template}{end}.",
            level=Cite("confidence level", "study"),
            family=title(self.family),
            low=Cite(best, self.family, "low", bare=True),
            high=Cite(best, self.family, "high"),
            **({"margin": self.margin} if "{margin}" in end else {}),
        )

    def _why_equivalent(self) -> Sentence:
        best = "difference to the best other"

        def one(f: str) -> Sentence:
            low, high = Cite(best, f, "low", bare=True), Cite(best, f, "high")
            return self.say("{name} {low} to {high}", name=title(f), low=low, high=high)

        def several(families: list[str]) -> Sentence:
            return self.facts.join(", ", [one(f) for f in families])

        parts = [
            self.say("Against the best other, all inside the margin of {margin}: ", margin=self.margin),
            several(self.equivalents),
        ]
        outside = [f for f in self.others if f not in self.equivalents]
        if outside:
            parts += [Sentence("; reaching beyond it: "), several(outside)]
        return self.facts.join("", [*parts, Sentence(".")])

    def _why_baseline(self, baseline: str) -> Sentence:
        measure, f = "gain over the baseline", self.family
        low = self.facts.find(Cite(measure, f, "low"))
        gain = self.facts.find(Cite(measure, f))
        word = "{family} is " + (
            f"{{gain}} {self.better} than"
            if gain > 0
            else f"{{gain}} {self.worse} than"
            if gain
            else "level with"
        )
        sure = "at least {low} " + ("lower" if self.lower else "better")
        end = sure if low > 0 else "the lower bound of its gain is {low}"
        unsure = ", which is not enough to be sure" if low <= 0 < gain else ""
        return self.say(
            word
            + " the baseline to beat, {baseline} ({score})"
            + unsure
            + "; with {level} confidence "
            + end
            + ".",
            family=title(f),
            **({"gain": Cite(measure, f, size=True)} if gain else {}),
            level=Cite("confidence level", "study"),
            baseline=baseline,
            score=Cite("score", baseline),
            low=Cite(measure, f, "low"),
        )

    def price(self) -> tuple[Sentence, ...]:
        return tuple(self._price(f) for f in self.others)

    def _price(self, other: str) -> Sentence:
        """What `other` would give and cost instead."""
        value = self.facts.find(self.gap(other))
        flops = self.c.findings.families
        here, there = flops[self.family].flops, flops[other].flops
        if value == 0:
            head = self.say("{name}: level", name=title(other))
        else:
            words = f"{{name}}: {{gap}} {self.worse if value > 0 else self.better}"
            head = self.say(words, name=title(other), gap=self.gap(other, size=True))
        if self._ratio(other) is None:
            return head
        if here == there:
            return Sentence(f"{head}, as many FLOPs", head.numbers)
        if max(here, there) < 1.05 * min(here, there):
            return Sentence(f"{head}, about as many FLOPs", head.numbers)
        ratio = self.say("{times}", times=Cite("FLOPs ratio", f"{other} : {self.family}"))
        word = "fewer" if there < here else "more"
        return Sentence(
            f"{head}, {ratio} {'as many' if word == 'more' else 'fewer'} FLOPs", head.numbers + ratio.numbers
        )

    def change(self) -> Sentence:
        best = "difference to the best other"
        if self.kind == "none":
            return self._change_of_none()
        if self.runner_up is None and self.kind == "undecided":
            return self.say(
                "A gain of {family} over the baseline that is sure: its lower bound is {low}.",
                family=title(self.family),
                low=Cite("gain over the baseline", self.family, "low"),
            )
        if self.runner_up is None:
            return Sentence("Another family to compare it with.")
        if self.kind == "choose":
            return self.say(
                "A margin above {high} would make it a tie; an interval that reached zero (it starts "
                "at {low}), undecided.",
                high=Cite(best, self.family, "high"),
                low=Cite(best, self.family, "low"),
            )
        if self.kind == "equivalent":
            bound = self._widest()
            return self.say("With a margin below {bound} they are not shown to be equivalent.", bound=bound)
        return self._settle_words()

    def _change_of_none(self) -> Sentence:
        gain, family = Cite("gain over the baseline", self.family), title(self.family)
        if self.facts.find(replace(gain, part="high")) <= 0:
            return Sentence("Nothing: the baseline makes no error that a family could avoid.")
        if self.c.over_guess is not None and self.c.over_guess.low <= 0:
            return Sentence("Inputs that tell more of the target: not even the baseline is shown to beat a guess.")
        if self.facts.find(gain) > 0:
            return self.say(
                "A gain of {family} over the baseline that is sure: its lower bound is {low}; more seeds or {more} "
                "narrow the interval.",
                more="groups" if self.grouped else "rows",
                family=family,
                low=replace(gain, part="low"),
            )
        if self.facts.find(gain) == 0:
            return Sentence("A family that is surely better than the baseline: the best one is level with it.")
        return self.say(
            f"A family that is surely better than the baseline: the closest, {{family}}, is {{gap}} {self.worse}.",
            family=family,
            gap=replace(gain, size=True),
        )

    def _widest(self) -> Cite:
        """The end of an equivalent family's interval that is farthest from zero."""
        best = "difference to the best other"
        ends = [Cite(best, f, part, size=True) for f in self.equivalents for part in ENDS]
        return max(ends, key=lambda cite: abs(self.facts.find(cite)))

    def _settle_words(self) -> Sentence:
        if not self.settled_by:
            return Sentence("A margin above 0: without one, families that are level are never equivalent.")
        new = " in groups of their own" if self.grouped else ""
        names = {"seeds": "about {seeds} seeds", "more rows": "about {more} more rows" + new}
        keys = {"seeds": "seeds", "more rows": "more"}
        parts = [
            self.say(names[k], **{keys[k]: Cite(f"{k} needed", "study")})
            for k in names
            if k in self.settled_by
        ]
        listed = self.facts.join(" and ", parts)
        end = (
            "would settle it"
            if self.c.analysis.design.seeds > 1
            else "would show what training again changes"
        )
        return Sentence(f"{listed[:1].upper()}{listed[1:]} {end}.", listed.numbers)

    def doubts(self) -> tuple[Sentence, ...]:
        c = self.c
        left_out = {
            f: found.status or "no finite losses"
            for f, found in c.findings.families.items()
            if f not in c.scores
        }
        case = Case(
            self.facts,
            self.kind,
            self.family,
            self.runner_up,
            tuple(self.equivalents),
            c.findings.score,
            c.identified,
            c.baseline,
            tuple(c.findings.baselines),
            left_out,
        )
        return doubts(case)
