"""The terminal: 80 columns, no colour needed, nothing that a terminal would obey."""

import io
import re

import pytest
from report_samples import SAMPLES, choose, none, regression, undecided
from rich.console import Console

from fourfold.report import terminal
from fourfold.report.page import build

SCALED = {"large": 1e6, "huge": 1e10}
"""Samples of regression whose scores are so many times those of another."""
REALISTIC = [name for name in SAMPLES if name != "hostile"]


def printed(results, timings, width=80, encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    terminal.render(results, timings, Console(file=stream, width=width, **options))
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("name", REALISTIC)
def test_fits_80_columns_and_cuts_no_number(name):
    results, timings = SAMPLES[name]()
    text = printed(results, timings)
    page = build(results, timings)
    commands = {command.line for command in page.commands} | {page.verdict.next, page.verdict.usage}
    for line in text.splitlines():
        assert len(line) <= 80 or any(command and command in line for command in commands)
    assert "…" not in text
    for row in page.scores.rows:
        for cell in row.cells[1:]:
            assert terminal.short(cell.text) in text
    for words in (page.verdict.sentence, *page.verdict.why, *page.verdict.doubts):
        assert terminal.escape(words).replace(" ", "") in text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("name", REALISTIC)
@pytest.mark.parametrize("width", [60, 80])
def test_no_line_parts_a_number_from_its_unit_or_the_plan_inside_a_part(name, width):
    results, timings = SAMPLES[name]()
    lines = [line.strip() for line in printed(results, timings, width=width).splitlines()]
    assert not any(line.startswith(("% ", "%)", "%,", "%;", "points")) for line in lines)
    for part in build(results, timings).protocol:
        assert len(part) > width or any(part in line for line in lines)


@pytest.mark.parametrize("name", SAMPLES)
def test_writes_no_control_characters_without_colour(name):
    text = printed(*SAMPLES[name]())
    assert all(character == "\n" or character.isprintable() for character in text)


def test_colour_adds_nothing_but_colour():
    plain = printed(*choose())
    coloured = printed(*choose(), force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured
    assert plain.split() == re.sub(r"\x1b\[[0-9;]*m", "", coloured).split()


@pytest.mark.parametrize("name", REALISTIC)
def test_an_ascii_terminal_gets_ascii(name):
    assert printed(*SAMPLES[name](), encoding="ascii").isascii()


def test_commands_can_be_pasted_from_one_line():
    for sample in (choose, undecided, none):
        results, timings = sample()
        page = build(results, timings)
        lines = printed(results, timings, width=40).splitlines()
        for command in (*(c.line for c in page.commands), page.verdict.next, page.verdict.usage):
            assert any(line.endswith(command) for line in lines)


def test_the_answer_follows_the_table_and_what_its_headings_mean_comes_last():
    results, timings = choose()
    text = " ".join(printed(results, timings).split())
    verdict, about = text.index(results["verdict"]["sentence"]), text.index("Rates OK: learning rates of")
    last = build(results, timings).scores.rows[-1].cells[0].text
    assert text.index(last) < verdict < about < text.index("Open the report")


@pytest.mark.parametrize("stepwise, one", [(False, "image"), (True, "step")])
def test_how_classes_are_told_is_said_where_one_is_rare(stepwise, one):
    results, timings = choose()
    assert "multiple of its share" not in printed(results, timings)
    results["data"]["task"] |= {"class_weights": [0.55, 5.0], "stepwise": stepwise}
    text = " ".join(printed(results, timings).split())
    assert f"Each {one} is given the class whose probability is the largest multiple of its share." in text


def test_a_long_score_leaves_names_on_one_line():
    results, timings = choose()
    results["data"]["task"]["score"] = "balanced_accuracy"
    lines = printed(results, timings).splitlines()
    assert any(" Balanced " in line for line in lines)
    for name in ("Fully connected", "logistic regression"):
        assert any(line.startswith(name) for line in lines)


def test_a_score_many_times_smaller_than_the_others_makes_no_column_wider():
    """A baseline that is exact, beside errors of 15: with six decimals for all, columns were cut."""
    results, timings = regression()
    results["baselines"][0]["score"] |= {"value": 0.000145, "low": 0.000139, "high": 0.000151}
    text = printed(results, timings)
    assert "0.000145" in text and not re.search(r"\d\.\d{7}|[1-9]\d*\.\d{4}", text)
    assert "…" not in text and "No room for: Training time;" in text.replace("\n", " ")
    for row in build(results, timings).scores.rows:
        assert row.cells[0].text in text
        for cell in row.cells[1:-1]:
            assert terminal.short(cell.text) in text


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("name", [*REALISTIC, "large", "huge"])
def test_a_narrow_terminal_leaves_out_costs_before_it_cuts_a_name_or_a_number(name, width):
    results, timings = SAMPLES["regression" if name in SCALED else name]()
    if name in SCALED:
        for row in [*results["families"], *results["baselines"]]:
            row["score"] |= {end: row["score"][end] * SCALED[name] for end in ("value", "low", "high")}
    table = build(results, timings).scores
    lines = printed(results, timings, width=width).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Family"))
    shown = lines[start : lines.index("", start)]
    assert max(map(len, shown)) <= width and "…" not in "".join(shown)
    words = " ".join(shown).split()
    for row in table.rows:
        assert set(row.cells[0].text.split()) <= set(words)
        assert set(row.cells[1].text.split()) <= set(words)
        interval = row.cells[1].note.replace("–", "– " if name in SCALED and width == 40 else "–")
        assert row.kind == "failed" or set(interval.split()) <= set(words)
    text = " ".join(" ".join(lines).split())
    if width == 40:
        assert "No room for: Parameters, FLOPs a sample, Sequential steps, " in text and "Train time:" not in text
    elif width == 80:
        assert all(any(line.startswith(row.cells[0].text) for line in shown) for row in table.rows)
        left_out = {"large": "No room for: Sequential steps, Training time", "huge": "No room for: Training time"}
        assert left_out.get(name, "Train time: all runs") in text
        assert name in SCALED or "No room for" not in text
