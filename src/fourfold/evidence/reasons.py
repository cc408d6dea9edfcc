"""The verdict in words: why, the price, what would change it, the doubts. Each number is evidence."""

from __future__ import annotations

from dataclasses import replace

from fourfold.evidence.case import Case
from fourfold.evidence.cited import cited, flops_ratio
from fourfold.evidence.compared import Compared
from fourfold.evidence.doubts import doubts
from fourfold.evidence.findings import title
from fourfold.evidence.names import OVER_GUESS
from fourfold.evidence.scoring import SCORE_WORDS, units
from fourfold.evidence.sentences import Cite, Part, Sentence, enumerated, show

ENDS: tuple[Part, Part] = ("low", "high")


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
        self.facts = cited(compared, family, others, self.settled_by)

    @property
    def grouped(self) -> bool:
        return self.c.findings.groups is not None and not self.c.findings.in_time

    def say(self, template: str, **parts: str | Cite) -> Sentence:
        return self.facts.say(template, **parts)

    @property
    def better(self) -> str:
        """After a number: what it means for the score to be better by so much."""
        return f"lower in {SCORE_WORDS[self.c.findings.score]}" if self.lower else "better"

    @property
    def best_other(self) -> str:
        return "the best other family" if self.others[1:] else "the other family"

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
            words = "Undecided: {family}, compared with no other family, is " + (
                f"known from one {'group of test rows' if self.c.groups == 1 else 'trained model'} alone."
                if self.family in self.c.beating
                else "not shown to beat the baseline."
            )
            return self.say(alone if self.kind == "choose" else words, family=family)
        if self.kind == "choose":
            return self.say(
                f"Choose {{family}}: {{gap}} {self.better} than {self.best_other}, {{other}}.",
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
        if self.c.groups == 1:
            end = "it leaves out what other groups would change"
        elif not self.c.identified:
            end = "with one trained model a family it leaves out what training again would change"
        elif self.c.findings.one_rate:
            end = "at one learning rate, which may suit one family and not another"
        elif i.low > 0:
            end = "above zero" if self.kind == "choose" else "above zero, but the baseline is not beaten"
        elif i.high >= m:  # "to 1.0 points, more than the margin of 1.0" would read as a slip
            high = show(i.high, self.gap_unit, interval=(i.low, i.high))
            inside = "does" if high == show(m, self.gap_unit) else "do gains of more than"
            end = f"zero lies inside, and so {inside} the margin of {{margin}}"
        elif i.low > -m:
            end = "no other family is shown to be as close to the best"
        else:
            end = "zero lies inside, and so do losses of more than the margin of {margin}"
        template = f"{{family}} is better than {self.best_other} by {{low}} to {{high}} ({{level}} interval): "
        best = "difference to the best other"
        sentence = self.say(
            f"{template}{end}",
            level=Cite("confidence level", "study"),
            family=title(self.family),
            low=Cite(best, self.family, "low", bare=True),
            high=Cite(best, self.family, "high"),
            **({"margin": self.margin} if "{margin}" in end else {}),
        )
        alone = self.c.pairs[self.family][other]
        ends = [Sentence(".")]
        if alone.low > i.low + m:  # one that is known less reaches lower
            low, high = (replace(self.gap(other), part=part, bare=part == "low") for part in ENDS)
            ends = [self.say("; against {other} alone by {low} to {high}.", other=title(other), low=low, high=high)]
        return self.facts.join("", [sentence, *ends])

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
        found = self.c.findings.baselines
        tested = {name: float(one.losses.mean()) for name, one in found.items()}
        chosen = not found[baseline].guess and tested[baseline] > min(tested.values())
        return self.say(
            word
            + " the baseline to beat, {baseline} ({score})"
            + ", the best on validation rows" * chosen
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
            words += f" than {title(self.family)}" * (self.kind == "none")
            head = self.say(words, name=title(other), gap=self.gap(other, size=True))
        if flops_ratio(self.c, self.family, other) is None:
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
        if self.runner_up is None and self.kind == "undecided" and self.family not in self.c.beating:
            return self.say(
                "A gain of {family} over the baseline that is sure: its lower bound is {low}.",
                family=title(self.family),
                low=Cite("gain over the baseline", self.family, "low"),
            )
        if self.runner_up is None and self.kind == "choose":
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
            return Sentence("Only other test rows: on these the baseline makes no error that a family could avoid.")
        if self.c.over_guess is not None and self.c.over_guess.low <= 0:
            return Sentence("Inputs that tell more of the target: not even the baseline is shown to beat a guess.")
        if self.facts.find(gain) > 0:
            words = "A gain of {family} over the baseline that is sure: its lower bound is {low}"
            sure = self.say(words, family=family, low=replace(gain, part="low"))
            if self.settled_by:
                return self.facts.join("; ", [sure, self._needed("show it, if it is as large as it seems")])
            more = "groups" if self.grouped else "rows"
            return Sentence(f"{sure}; more seeds or {more} narrow the interval.", sure.numbers)
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
        if self.c.groups == 1:
            return Sentence("Test rows of other groups: one alone says nothing of the next.")
        if self.c.findings.one_rate:
            return Sentence("More learning rates: the family that leads at one of them may be behind at its own best.")
        if not self.settled_by:
            return Sentence("A margin above 0: without one, families that are level are never equivalent.")
        needed = self._needed("settle it")
        return Sentence(f"{needed[:1].upper()}{needed[1:]}", needed.numbers)

    def _needed(self, end: str) -> Sentence:
        """How many seeds, or more rows, would do what ``end`` says; from one seed that can't be counted."""
        design = self.c.analysis.design
        rows = "rows" if design.folds > 1 else "test rows"
        new = " in groups of their own" if self.grouped else ""
        names = {"seeds": "about {seeds} seeds", "more rows": f"about {{more}} more {rows}{new}"}
        keys = {"seeds": "seeds", "more rows": "more"}
        wanted = [name for name in names if name in self.settled_by]
        parts = [self.say(names[k], **{keys[k]: Cite(f"{k} needed", "study")}) for k in wanted]
        end = end if design.seeds > 1 else "show what training again changes"
        return self.facts.join("", [self.facts.join(" and ", parts), Sentence(f" would {end}.")])

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
            c.analysis.components.runs_identified,
            c.baseline,
            tuple(c.findings.baselines),
            left_out,
        )
        return doubts(case)
