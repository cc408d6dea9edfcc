"""The page says what the results hold: no number is invented, none is lost, none is computed by a chart."""

import copy
import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import SAMPLES, choose, equivalent, none, regression, undecided

from fourfold.errors import FileError
from fourfold.evidence.measurement import NOISE_OF_RATES
from fourfold.report import files, html, scores, summary
from fourfold.report.design import subject
from fourfold.report.files import load_study, lying_in
from fourfold.report.page import build

REALISTIC = [name for name in SAMPLES if name != "hostile"]


@pytest.mark.parametrize("name", SAMPLES)
def test_is_pure_and_plain_data(name):
    results, timings = SAMPLES[name]()
    before = copy.deepcopy((results, timings))
    first, second = build(results, timings), build(results, timings)
    assert first == second
    assert (results, timings) == before
    json.dumps(dataclasses.asdict(first), allow_nan=False)


@pytest.mark.parametrize("name", REALISTIC)
def test_score_table_shows_every_row_of_the_results(name):
    results, timings = SAMPLES[name]()
    table = build(results, timings).scores
    expected = [*results["families"], *results["baselines"]]
    assert [row.cells[0].text for row in table.rows] == [row.get("title") or row["name"] for row in expected]
    factor = 1 if name == "regression" else 100
    for shown, row in zip(table.rows, expected):
        if row["score"] is None:
            assert shown.kind == "failed" and "out of memory" in shown.cells[0].note
            continue
        low, high = shown.cells[1].note.split("–")
        read = [float(text.rstrip(" %")) for text in (shown.cells[1].text, low, high)]
        assert read == pytest.approx([factor * row["score"][k] for k in ("value", "low", "high")], abs=0.0501)


def _walk(value):
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _walk(child)


@pytest.mark.parametrize("name", SAMPLES)
def test_specs_hold_data_and_no_transforms(name):
    for chart in build(*SAMPLES[name]()).charts:
        assert (chart.reading or chart.minor) and chart.table.rows
        for panel in chart.panels:
            assert panel.label
            for part in _walk(panel.spec):
                if isinstance(part, dict):
                    assert not {
                        "transform",
                        "aggregate",
                        "bin",
                        "timeUnit",
                        "calculate",
                        "url",
                        "expr",
                    } & set(part)
            assert all(layer["data"]["values"] is not None for layer in panel.spec["layer"])


@pytest.mark.parametrize("name", REALISTIC)
def test_each_chart_is_whole_in_its_table(name):
    """Each number that a family's marks show can be read in the table below the chart."""
    page = build(*SAMPLES[name]())
    for chart in page.charts:
        words = " ".join(f"{cell.text} {cell.note}" for row in chart.table.rows for cell in row.cells)
        numbers = [
            float(n.replace(",", "").replace("−", "-"))
            for n in re.findall(r"[−-]?[\d.,]*\d(?:e-?\d+)?", words)
        ]
        drawn = [
            (field, value)
            for panel in chart.panels
            for layer in panel.spec["layer"]
            if layer["mark"]["style"].startswith("family-")
            for datum in layer["data"]["values"]
            for field, value in datum.items()
            if field not in ("trained", "diverged") and isinstance(value, (int, float))
        ]
        assert drawn or not chart.panels or chart.name == "confusion"
        for field, value in drawn:
            assert any(abs(abs(value) - abs(n)) <= 0.0501 for n in numbers), (chart.name, field, value)


def test_a_family_keeps_its_colour_everywhere():
    page = build(*undecided())
    colour = {row.cells[0].text: row.colour for row in page.scores.rows if row.colour is not None}
    assert colour == {"Fully connected": 0, "Convolution": 1, "Recurrent": 2, "Attention": 3}
    for chart in page.charts:
        for panel in chart.panels:
            if panel.title:
                assert panel.colour == colour[panel.title]
                styles = {layer["mark"]["style"] for layer in panel.spec["layer"]}
                assert {s for s in styles if s.startswith("family-")} == {f"family-{panel.colour}"}
        for row in chart.table.rows:
            assert row.colour in (None, colour.get(row.cells[0].text))


def test_each_verdict_says_what_to_do_next():
    for name, sample in SAMPLES.items():
        verdict = build(*sample()).verdict
        assert verdict.sentence and verdict.label, name
    assert build(*undecided()).verdict.next.startswith("fourfold compare seeds.csv --seeds 12")
    assert build(*undecided()).verdict.settle == "about 12 seeds, about 900 more images"
    assert "logistic regression" in build(*none()).verdict.usage
    results, *rest = none()
    gain = {"measure": "gain over a guess", "subject": "logistic regression", "value": 0.01, "interval": [-0.02, 1.0]}
    guessing = results | {"evidence": [*results.get("evidence", ()), gain]}
    assert build(guessing, *rest).verdict.usage == ""
    assert build(*choose()).verdict.usage == ""
    assert [row.tag for row in build(*choose()).scores.rows if row.chosen] == ["chosen"]
    assert not any(row.chosen for sample in (none, undecided) for row in build(*sample()).scores.rows)


def test_what_would_settle_it_is_said_of_what_the_rows_are():
    results, timings = undecided()
    results["data"]["each"] = "series"
    assert build(results, timings).verdict.settle == "about 12 seeds, about 900 more series"
    results["design"]["protocol"] = "hold-out"
    assert build(results, timings).verdict.settle == "about 12 seeds, about 900 more test series"


@pytest.mark.parametrize("sample", [choose, regression])
def test_the_range_of_the_runs_is_called_a_range_and_no_interval(sample):
    """Of errors the lowest run is the best one."""
    charts = {chart.name: chart for chart in build(*sample()).charts}
    rates, curves = charts["rates"].table, charts["curves"].table
    assert [column.title for column in rates.columns][3] == "Lowest to highest run"
    assert "lowest–highest run" in curves.title
    spans = [cell.note.split("–") for row in curves.rows for cell in row.cells[1:] if cell.note]
    assert spans and all(float(low.replace(",", "")) <= float(high.replace(",", "")) for low, high in spans)


def test_further_scores_are_not_said_to_be_read_by_the_verdict():
    text = html.render(*choose())
    assert "<summary>All evidence</summary>" in text and "that the verdict read" not in text


def test_diverged_rates_are_shown_not_hidden():
    page = build(*regression())
    rates = next(chart for chart in page.charts if chart.name == "rates")
    assert "15 of 15 runs diverged at 0.03" in rates.panels[0].note
    lost = next(layer for layer in rates.panels[0].spec["layer"] if layer["mark"]["style"] == "diverged")
    assert [datum["rate"] for datum in lost["data"]["values"]] == [0.03]
    row = next(row for row in rates.table.rows if row.cells[1].text == "0.03")
    assert [cell.text for cell in row.cells[2:]] == ["–", "–", "0", "15"]


@pytest.mark.parametrize(
    ("sample", "line", "head"),
    [(regression, "the line is the RMSE over all runs", "All runs"), (choose, "the line is the mean of the runs", "Mean")],
)
def test_the_line_of_a_learning_curve_is_called_what_it_is(sample, line, head):
    """A root mean square of several runs is no mean of theirs."""
    curves = next(chart for chart in build(*sample()).charts if chart.name == "curves")
    assert line in curves.reading and curves.table.title.startswith(f"{head} (lowest–highest run)")


def test_losses_of_training_and_validation_stand_side_by_side():
    results, timings = choose()
    losses = next(chart for chart in build(results, timings).charts if chart.name == "losses")
    assert losses.reading.endswith("here Attention.")
    notes = {panel.title: panel.note for panel in losses.panels}
    assert notes["Attention"] == "validation: 0.485 at step 175, then 0.620"
    assert notes["Recurrent"].endswith("its lowest")
    learnt, others = (layer for layer in losses.panels[-1].spec["layer"])
    assert "strokeDash" in learnt["mark"] and "strokeDash" not in others["mark"]
    assert [cell.note for cell in losses.table.rows[-1].cells[1:]].count("0.0198") == 1
    assert len(losses.table.rows) == len(results["families"][0]["curve"]["steps"])
    for row in results["families"]:  # as a study of before wrote them
        row["curve"] = {key: values for key, values in row["curve"].items() if "loss" not in key}
    assert "losses" not in {chart.name for chart in build(results, timings).charts}


def test_what_is_missing_is_left_out_and_breaks_nothing():
    results, _ = none()
    results |= {"baselines": [], "evidence": [], "comparisons": [], "model": None}
    for family in results["families"]:
        family |= {
            "status": "failed: lost worker",
            "score": {"value": None},
            "curve": {"steps": []},
            "learning_rates": [],
        }
    page = build(results)
    assert page.charts == () and page.scores.reference is None and page.verdict.usage == ""
    assert [row.cells[0].note for row in page.scores.rows] == ["failed: lost worker"] * 4
    assert page.model == "No model was saved."
    html.render(results)


def test_the_marked_baseline_is_the_one_to_beat():
    results, timings = none()
    assert build(results, timings).scores.reference.label.endswith("logistic regression")
    results["baselines"][0]["to_beat"] = True
    page = build(results, timings)
    assert page.scores.reference.label.endswith("majority") and "majority" in page.verdict.usage


def test_commands_quote_the_folder_and_fit_the_platform():
    results, timings = choose()
    results["folder"] = "my study; rm -rf"
    linux = build(results, timings, platform="linux").commands
    assert linux[0].line == "xdg-open 'my study; rm -rf/report.html'"
    assert linux[1].line == "fourfold predict 'my study; rm -rf' NEWDATA --out predictions.csv"
    assert linux[2].line == results["command"]
    assert build(results, timings, platform="darwin").commands[0].line.startswith("open ")


@pytest.mark.parametrize(
    "made, onward, now",
    [
        ("old", "fourfold compare a.csv --seeds 5 --out old", "fourfold compare a.csv --seeds 5 --out 'new place'"),
        ("fourfold-a", "fourfold compare a.csv --seeds 5", "fourfold compare a.csv --seeds 5 --out 'new place'"),
        ("old", "fourfold.compare(x, y, seeds=5, out='old')", "fourfold.compare(x, y, seeds=5, out='new place')"),
        ("old", None, None),
        ("new place", "fourfold compare a.csv --out ./X", "fourfold compare a.csv --out ./X"),
    ],
)
def test_commands_name_the_folder_in_which_a_study_lies_now(made, onward, now):
    results, timings = choose()
    results["folder"], results["verdict"]["next"] = made, onward
    page = build(lying_in(Path("new place"), results), timings, platform="linux")
    assert [command.line for command in page.commands] == [
        "xdg-open 'new place/report.html'",
        "fourfold predict 'new place' NEWDATA --out predictions.csv",
        results["command"],
    ]
    assert "load_model('new place')" in page.python and page.verdict.next == (now or "")
    assert (results["folder"], results["verdict"]["next"]) == (made, onward)


finite = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-9)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(finite, st.floats(0, 1e9), st.floats(0, 1e9)), min_size=1, max_size=6), st.booleans()
)
def test_bars_keep_the_order_and_the_proportions_of_the_scores(triples, as_regression):
    rows = [
        {"name": str(i), "score": {"value": v, "low": v - below, "high": v + above}}
        for i, (v, below, above) in enumerate(triples)
    ]
    results = {
        "data": {"task": {"kind": "regression" if as_regression else "classification"}},
        "families": [{"family": r["name"], **r} for r in rows],
        "verdict": {"kind": "none"},
    }
    scale = scores.read(results, None).scale
    place, ticks, _ = scores._axis(results["families"], None, scale)
    bars = [place(row["score"]["low"], row["score"]["value"], row["score"]["high"]) for row in rows]
    assert all(0 <= bar.low <= bar.value <= bar.high <= 1 and not bar.beyond for bar in bars)
    assert all(0 <= tick.at <= 1 for tick in ticks)
    for (v, *_), bar in zip(triples, bars):
        for (w, *_), other in zip(triples, bars):
            assert v >= w or bar.value <= other.value


def test_an_interval_that_ends_off_the_axis_is_drawn_with_an_arrow():
    """The axis spans the families and the baseline to beat; a line that stopped at its end would say less than it is."""
    results, timings = regression()
    low, value = (results["families"][0]["score"][key] for key in ("low", "value"))
    arrows = []
    for high in (value, 1000.0):
        results["baselines"][0]["score"] |= {"value": value, "low": low, "high": high}
        bars = [cell.bar for row in build(results, timings).summary.rows for cell in row.cells if cell.bar]
        assert [bar.cut for bar in bars if any(bar.cut)] == [(False, True)] * (high == 1000.0)
        assert all(0 <= bar.low <= bar.high <= 1 for bar in bars)
        arrows.append(html.render(results, timings).count('class="beyond"'))
    assert arrows[1] > arrows[0]


def test_rates_that_noise_hides_are_not_counted_and_why_stands_below_the_table():
    results, timings = choose()
    family = results["families"][0] | {"learning_rate_share": None}
    results["families"][0] = family
    noise = {"measure": NOISE_OF_RATES, "subject": family["family"], "value": 0.047, "unit": ""}
    results["evidence"] = [noise, noise | {"subject": results["families"][1]["family"]}]
    page = build(results, timings)
    assert page.summary.rows[0].cells[-2].text == "not counted"
    (said,) = [note for note in page.scores.notes if "not counted" in note]
    assert said.endswith(f"at least twice the margin: {family['title']} 4.7 points.")


def test_a_baseline_says_what_it_reads_and_what_its_interval_is_made_of():
    results, timings = choose()
    made = "95 %, all families and baselines at once; random effects of examples alone"
    for row in results["baselines"]:
        row["score"]["method"] = f"{made}, Student's t on the logit scale (exact binomial where errors are few)"
    results["baselines"][0]["reads"] = "x: log(1 + count) of each word"
    table = build(results, timings).scores
    notes = [row.cells[0].note for row in table.rows if row.kind == "baseline"]
    assert notes == ["log(1 + count) of each word", *[""] * (len(notes) - 1)]
    assert f"Intervals of baselines: {made}." in table.notes


@pytest.mark.parametrize("other, said", [(0.9764, True), (0.9758, False)], ids=["98.0 and 97.6, 0.3", "98.0 and 97.6, 0.4"])
def test_differences_that_rounded_scores_do_not_show_are_said_to_be_of_those_before(other, said):
    results, timings = choose()
    for row in results["families"]:
        row["score"] |= {"value": 0.9798 if row["family"] == results["verdict"]["family"] else other}
    for row in results["baselines"]:
        row["score"] |= {"value": 0.5}
    notes = build(results, timings).scores.notes
    assert ("Differences are those of scores before they are rounded." in notes) is said


@pytest.mark.parametrize("unit, said", [("", 1), ("kg", 0)])
def test_errors_without_a_named_unit_are_said_to_be_in_the_target_s(unit, said):
    results, timings = regression()
    results["data"]["task"] |= {"score": "rmse", "unit": unit}
    notes = build(results, timings).scores.notes
    assert notes.count("RMSE and its differences are in the target's unit.") == said
    assert not any("target's unit" in note for note in build(*choose()).scores.notes)


def test_each_doubt_of_the_verdict_stands_once():
    """What was found in the data is among them already; the table of findings has the others, too."""
    results, timings = choose()
    finding = {"what": "'id' numbers the rows", "do": "", "important": True, "slug": "counts-rows"}
    results["data"]["findings"] = [finding, finding | {"what": "no matter", "important": False}]
    results["verdict"]["doubts"] = ["In the data: 'id' numbers the rows."]
    page = build(results, timings)
    assert page.verdict.doubts == ("In the data: 'id' numbers the rows.",)
    assert [row.cells[0].text for row in page.findings.rows] == ["'id' numbers the rows", "no matter"]


@pytest.mark.parametrize(
    "method, span", [("one-sided 95 % lower bound", "−0.04 or more"), ("", "−0.04 to 0.45")]
)
def test_a_bound_on_one_side_is_no_interval(method, span):
    results, timings = choose()
    gain = {
        "measure": "gain over the baseline",
        "subject": "dense",
        "value": 0.07,
        "unit": "",
        "method": method,
    }
    results["evidence"] = [gain | {"interval": [-0.04, 0.45]}]
    (row,) = build(results, timings).evidence.rows
    assert row.cells[3].text == span


@pytest.mark.parametrize(
    "name, words", [(".", "there are no results in "), ("results.json", "holds no results that")]
)
def test_a_folder_without_results_is_told_from_one_whose_results_can_not_be_read(tmp_path, name, words):
    if name != ".":
        (tmp_path / name).write_text("{")
    with pytest.raises(FileError, match=words):
        load_study(tmp_path)


@pytest.mark.parametrize("part", [*files.NEEDED])
def test_results_without_what_every_report_says_are_none_that_can_be_read(part, tmp_path):
    whole = json.dumps(choose()[0] | {"schema": 1})
    names = [*filter(None, part.split("."))]
    for name in files.NEEDED[part].split():
        place = results = json.loads(whole)
        for key in names:
            place = place[key]
        for one in place if isinstance(place, list) else [place]:
            one.pop(name)
        (tmp_path / "results.json").write_text(json.dumps(results))
        with pytest.raises(FileError, match=rf"holds no results that can be read \(no {'.'.join([*names, name])}\)"):
            load_study(tmp_path, to_draw=True)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2",
        "null",
        "[1]",
        '{"families": {"dense": 3}, "total_seconds": 1}',
        '{"families": {"dense": {"train": "1"}}, "total_seconds": 1}',
        '{"families": {}, "total_seconds": NaN}',
    ],
)
def test_a_report_does_without_seconds_that_are_none(tmp_path, text):
    (tmp_path / "results.json").write_text(json.dumps(choose()[0] | {"schema": 1}))
    (tmp_path / "timings.json").write_text(text)
    results, timings = load_study(tmp_path)
    assert timings is None and html.render(results, timings)


def test_a_family_none_of_whose_hyperparameters_has_a_share_is_not_called_unmeasured():
    rows = [{"series": "dense", "group": "depth", "value": 0.0}, {"series": "dense", "group": "seeds", "value": 1.0}]
    figure = {"kind": "bars", "rows": rows, "y": {"title": "share", "unit": "fraction"}}
    read = scores.read(*choose())
    assert summary._hyperparameters({"figures": [figure]}, "dense", read).text == "none stands out"
    assert summary._hyperparameters({"figures": [figure]}, "attention", read).text == summary.NOT_MEASURED


def test_the_table_names_no_hyperparameter_that_is_not_told_from_the_seeds():
    shares = {"learning rate": (0.4, True), "depth": (0.2, False), "dropout": (0.1, True), "seeds": (0.3, False)}
    rows = [{"series": "dense", "group": name, "value": v, "found": found} for name, (v, found) in shares.items()]
    figure = {"kind": "bars", "rows": rows, "y": {"title": "share", "unit": "fraction"}}
    cell = summary._hyperparameters({"figures": [figure]}, "dense", scores.read(*choose()))
    assert (cell.text, cell.note) == ("learning rate, dropout", "40.0 %, 10.0 %")


@pytest.mark.parametrize(
    "rates, sizes, said",
    [
        (4, ["M"], "the learning rate is chosen on validation data, inside each training part"),
        (4, ["S", "M"], "the size and learning rate are chosen on validation data, inside each training part"),
        (1, ["S"], "one size, one learning rate: neither is chosen"),
    ],
)
def test_only_what_there_are_several_of_is_said_to_be_chosen(rates, sizes, said):
    results, timings = choose()
    results["design"] |= {"learning_rates": results["design"]["learning_rates"][:rates], "sizes": sizes}
    for row in results["families"]:
        row["learning_rates"] = row["learning_rates"][:rates]
    page = build(results, timings)
    assert next(fact.about for fact in page.design if fact.name == "Protocol") == said
    charts = {chart.name: chart.reading for chart in page.charts}
    assert ("rates" in charts) == ("chosen learning rate" in charts["curves"]) == (rates > 1)
    left_out = [fact.name for fact in page.left_out]
    assert ("How much the learning rate matters" in left_out) == (rates == 1)
    cells = [row.cells[4].text for row in page.summary.rows if row.kind == "family"]
    assert ("not compared" in cells) == (rates == 1)


@pytest.mark.parametrize("taken, tag", [("dense", "cheapest of the tie"), ("attention", "chosen of the tie")])
def test_only_the_cheapest_of_a_tie_is_called_so(taken, tag):
    results, timings = equivalent()
    results["model"], results["verdict"]["family"] = None, taken
    tags = {row.cells[0].text: row.tag for row in build(results, timings).summary.rows if row.kind == "family"}
    assert sorted(tags.values()) == sorted([tag, "tied", "tied", "tied"])
    assert tags["Fully connected" if taken == "dense" else "Attention"] == tag


@pytest.mark.parametrize(
    "families, grey, tag",
    [
        (4, " Grey lines are the other families.", "best of these"),
        (2, " The grey line is the other family.", "better of these"),
        (1, "", ""),
    ],
)
def test_other_families_are_spoken_of_only_where_there_are_some(families, grey, tag):
    results, timings = none()
    results["families"] = results["families"][:families]
    results["model"] = None
    page = build(results, timings)
    readings = {chart.name: chart.reading for chart in page.charts}
    for name, end in (("curves", "to the best."), ("rates", "runs that diverged.")):
        assert readings[name].endswith(end + grey)
    assert page.summary.rows[0].tag == tag


@pytest.mark.parametrize("columns, said", [(1, "1 input"), (10, "10 inputs")])
def test_one_input_is_one(columns, said):
    results, timings = regression()
    results["data"]["shape"] = [columns]
    assert build(results, timings).subject[1] == said


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"layout": "text", "shape": [39], "tokens": "words"}, "up to 39 words each"),
        ({"layout": "text", "shape": [1024], "tokens": "words"}, "up to 1,024 words each"),
        ({"layout": "text", "shape": [39]}, "text 39"),
        ({"layout": "flat", "shape": [1]}, "1 input"),
        ({"layout": "image", "shape": [8, 8, 1]}, "image 8 × 8 × 1"),
    ],
)
def test_the_inputs_are_told_in_a_few_words(data, told):
    assert subject(data | {"rows": 9}, {"kind": "regression"})[1] == told


@pytest.mark.parametrize(("name", "told"), [("species", "3 classes of species"), ("Class", "3 classes"), ("label", "3 classes")])
def test_the_target_is_named_where_its_name_says_more_than_that_it_is_one(name, told):
    data = {"rows": 9, "shape": [4], "layout": "flat", "inferred": [{"what": "target", "value": name, "because": ""}]}
    assert subject(data, {"kind": "classification", "classes": [*"abc"]})[2] == told


@pytest.mark.parametrize(
    ("name", "told", "whole"), [("lab/vowels.ts", "lab/vowels.ts", []), ("/a/long/way/vowels.ts", "vowels.ts", ["Data"])]
)
def test_data_of_an_absolute_path_are_called_by_its_last_part(name, told, whole):
    results, timings = choose()
    results["data"]["name"] = name
    page = build(results, timings)
    assert page.name == told and page.title == f"Which layer for {told}?"
    assert [fact.name for fact in page.data if fact.value == name] == whole
