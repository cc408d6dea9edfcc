"""Every number that a sentence shows is evidence: the check that several files hold sentences against."""

import re

import pytest

NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?")


def hold(sentence, evidence):
    """Each number in the text is one that the sentence cites, as it is in the evidence, and none is missing."""
    found = {(e.measure, e.subject): e for e in evidence}
    shown, named = [], []
    for number in sentence.numbers:
        item = found[number.measure, number.subject]
        low, high = item.interval or (None, None)
        assert number.value == {"value": item.value, "low": low, "high": high}[number.part], sentence
        shown += NUMBER.findall(number.text)
        named += NUMBER.findall(number.measure)  # "score with 24 training rows"
    left = NUMBER.findall(sentence)
    for number in shown:
        assert number in left, (number, sentence)
        left.remove(number)
    assert set(left) <= set(named), sentence


@pytest.fixture(scope="session")
def held():
    return hold
