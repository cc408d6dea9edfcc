"""Evidence as plain data, and sentences whose numbers are evidence."""

import json
import pickle

import pytest

from fourfold.errors import OptionError
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import DIFFERENCE, FRACTION, LEVEL, SCALED, TARGET, Cite, Facts, show


def test_evidence_survives_a_json_file():
    for evidence in (
        Evidence("score", "dense", 0.5, FRACTION, (0.4, 0.6), "a method", "5 seeds"),
        Evidence("calibration error", "dense", None, reason="below 500 test rows"),
    ):
        data = json.loads(json.dumps(evidence.to_dict())) | {"of a later version": 1}
        assert Evidence.from_dict(data) == evidence


@pytest.mark.parametrize(
    "arguments, slug",
    [
        ({"value": None}, "no-reason"),
        ({"value": 1.0, "interval": (2.0, 1.0)}, "bad-interval"),
        ({"value": 1.0, "interval": (float("nan"), 1.0)}, "bad-interval"),
    ],
)
def test_evidence_without_a_meaning_is_refused(arguments, slug):
    with pytest.raises(OptionError, match="'score' of 'dense'") as caught:
        Evidence("score", "dense", **arguments)
    assert caught.value.slug == slug


def test_a_sentence_cites_only_what_was_found():
    facts = Facts([Evidence("score", "dense", 0.9, FRACTION), Evidence("AUC", "dense", None, reason="no")])
    for cite in (Cite("score", "attention"), Cite("score", "dense", "low"), Cite("AUC", "dense")):
        with pytest.raises(OptionError) as caught:
            facts.say("{x}", x=cite)
        assert caught.value.slug == "not-in-evidence"


def test_a_sentence_keeps_its_numbers_when_it_travels():
    facts = Facts([Evidence("gap", "dense", -0.0062, DIFFERENCE)])
    sentence = facts.say("{gap} worse", gap=Cite("gap", "dense", size=True))
    assert sentence == "0.6 points worse"
    again = pickle.loads(pickle.dumps(sentence))
    assert again == sentence and again.numbers == sentence.numbers


@pytest.mark.parametrize(
    "value, unit, text",
    [
        (0.99949, FRACTION, "99.9 %"),
        (-0.00001, DIFFERENCE, "0.00 points"),
        (-0.0123, DIFFERENCE, "−1.2 points"),
        (0.0, DIFFERENCE, "0.0 points"),
        (9.96, "times", "10 times"),
        (1234567, "count", "1,234,567"),
        (0.95, LEVEL, "95 %"),
        (0.0001234, TARGET, "0.000123"),
        (123.4, TARGET, "123"),
        (1234.5, TARGET, "1,234"),
        (0.05678, TARGET, "0.0568"),
    ],
)
def test_numbers_are_shown_as_precisely_as_they_are_known(value, unit, text):
    assert show(value, unit) == text


@pytest.mark.parametrize("unit", [TARGET, SCALED])
def test_a_number_with_an_interval_is_told_no_finer_than_this_is_known(unit):
    facts = Facts([
        Evidence("lost", "dense", 0.0289, unit, (0.0000163, 0.0578)),
        Evidence("difference", "dense", 0.0641, unit, (-1.274, 1.402)),
        Evidence("bound", "dense", -0.0633, unit, (-0.127, float("inf"))),
    ])  # fmt: skip
    said = []
    for measure in ("lost", "difference", "bound"):
        low = Cite(measure, "dense", "low")
        said.append(facts.say("{value} from {low}", value=Cite(measure, "dense"), low=low))
    assert said == ["0.0289 from 0.00002", "0.064 from −1.27", "−0.0633 from −0.127"]
