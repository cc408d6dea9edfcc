"""Any figure of a measure becomes a chart whose marks and table hold its rows, and nothing else."""

import itertools
import re
from importlib.resources import files

import pytest
from report_measures import (
    DIFFERENCE,
    FAMILIES,
    FRACTION,
    TARGET,
    axis,
    confusion,
    figure,
    gradients,
    hyperparameters,
    measurement,
    memorisation,
    order,
    parallelism,
    quality,
    sample_efficiency,
    unknown,
)
from report_samples import choose, regression

from fourfold.report import figures, matrix, scores
from fourfold.report import format as fmt
from fourfold.report.design import data_facts, subject
from fourfold.report.page import build

STUDY = scores.read(*choose())


def made(measured, study=STUDY):
    return figures.charts(measured, study)


def drawn(chart, mark, field="value"):
    """What the marks of one kind show, in order."""
    return [
        datum[field]
        for panel in chart.panels
        for layer in panel.spec["layer"]
        if layer["mark"]["type"] == mark and layer["mark"]["style"].startswith("family-")
        for datum in layer["data"]["values"]
    ]


def cells(chart):
    return [[cell.text for cell in row.cells] for row in chart.table.rows]


def test_bars_hold_every_row_in_points_with_its_interval():
    (chart,) = made(order())
    assert chart.title == "Order probe" and chart.question and chart.reading.startswith("Order probe says")
    rows = order()["figures"][0]["rows"]
    assert drawn(chart, "point") == pytest.approx([100 * row["value"] for row in rows])
    assert [title for _, title in chart.key] == ["Fully connected", "Convolution", "Recurrent", "Attention"]
    assert cells(chart)[3] == ["Convolution", "all positions", "14.1 points", "13.3 to 14.9"]
    assert cells(chart)[1][2:] == ["−0.2 points", "−1.0 to 0.6"]
    assert "Convolution, all positions 14.1 points" in chart.panels[0].label


def test_a_value_without_an_interval_has_no_line():
    (chart,) = made(memorisation())
    assert len(drawn(chart, "point")) == 4 and len(drawn(chart, "rule", "low")) == 4 + 3  # bars and intervals
    assert cells(chart)[-1] == ["Attention", "55.0 %", "–"]


def test_scores_far_from_zero_are_not_drawn_as_bars():
    rows = [{"series": f, "group": "", "value": 0.97 + i / 100} for i, f in enumerate(FAMILIES)]
    (chart,) = made(measurement("m", "M", figure("m", "bars", "M", rows, y=axis("accuracy", FRACTION))))
    styles = [layer["mark"]["style"] for layer in chart.panels[0].spec["layer"]]
    assert "zero" not in styles and drawn(chart, "rule") == []


def test_many_groups_give_a_panel_for_each_family_on_one_scale():
    (chart,) = made(hyperparameters())
    assert [panel.title for panel in chart.panels] == list(STUDY.titles.values())
    assert [panel.colour for panel in chart.panels] == [0, 1, 2, 3]
    domains = [panel.spec["layer"][0]["encoding"]["x"]["scale"]["domain"] for panel in chart.panels]
    assert all(domain == domains[0] for domain in domains)


def test_figures_of_one_name_are_panels_of_one_chart_with_one_table_and_each_note_once():
    measured = quality()
    for note, one in zip(("They decide nothing. All at once.", "All at once."), measured["figures"]):
        one["note"] = note
    (chart,) = made(measured)
    assert (chart.title, chart.caption, chart.note) == (
        "Further scores",
        "",
        "They decide nothing. All at once.",
    )
    assert [panel.title for panel in chart.panels] == ["AUC", "Log loss"]
    assert [c.title for c in chart.table.columns] == ["Family", "AUC (%)", "Log loss (nats)"]
    assert cells(chart)[1] == ["Convolution", "99.97", "0.0340"] and len(cells(chart)) == 4
    assert chart.table.rows[1].cells[2].note == "0.0140 to 0.0540"
    ends = [panel.spec["layer"][-1]["encoding"]["x"]["scale"]["domain"] for panel in chart.panels]
    assert ends[0] != ends[1]  # percent and nats


def test_figures_of_one_name_and_quantity_have_one_scale_one_key_and_their_series_one_colour():
    rows = [{"series": s, "group": g, "value": v} for s, g, v in (("end", "a", 3.0), ("start", "b", 1.0))]
    ones = [
        figure("layers", "bars", f"By layer: {family}", rows[i:] + rows[:i], x=axis("layer"), y=axis("norm"))
        for i, family in enumerate(("Dense", "Recurrent"))
    ]
    ones[1]["rows"] = [ones[1]["rows"][0], {"series": "start", "group": "c", "value": 9.0}]
    (chart,) = made(measurement("m", "M", *ones, figure("layers", "bars", "None", [])))
    assert (chart.title, chart.caption, chart.table.title) == ("M", "By layer", "By layer")
    assert [panel.title for panel in chart.panels] == ["Dense", "Recurrent"]
    domains = [panel.spec["layer"][-1]["encoding"]["x"]["scale"]["domain"] for panel in chart.panels]
    assert domains[0] == domains[1] and domains[0][1] > 9
    assert [title for _, title in chart.key] == ["end", "start"]
    styles = [panel.spec["layer"][-1]["mark"]["style"] for panel in chart.panels]
    assert styles == [f"family-{chart.key[1][0]}"] * 2  # of start
    assert [c.title for c in chart.table.columns] == ["What", "At", "end", "start"]
    assert cells(chart) == [
        ["Dense", "a", "3", "–"],
        ["Dense", "b", "–", "1"],
        ["Recurrent", "b", "–", "1"],
        ["Recurrent", "c", "–", "9"],
    ]


def test_lines_are_in_the_order_of_x_and_on_its_logarithm():
    (chart,) = made(sample_efficiency())
    lines = [
        layer for panel in chart.panels for layer in panel.spec["layer"] if layer["mark"]["type"] == "line"
    ]
    styles = [layer["mark"]["style"] for layer in lines if layer["mark"]["style"] != "context"]
    assert styles == [f"family-{i}" for i in range(4)]
    for line in lines:
        assert [point["x"] for point in line["data"]["values"]] == [144, 359, 718, 1437]
        assert line["encoding"]["x"]["scale"]["type"] == "log"
    assert cells(chart)[-1][0] == "1,437" and [c.title for c in chart.table.columns][2] == "Convolution"
    assert "Recurrent from 90.2 % at 144 to 97.7 % at 1,437" in chart.panels[2].label


def test_places_that_are_words_and_values_over_many_sizes():
    by_layer, by_lag = made(gradients())
    x = by_layer.panels[0].spec["layer"][0]["encoding"]["x"]
    assert x["type"] == "ordinal" and x["scale"]["domain"] == ["input", "hidden 1", "hidden 2", "output"]
    assert by_layer.panels[0].spec["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"
    assert by_lag.minor and by_lag.title == "By lag" and by_lag.name == "gradients-1"


def test_zero_is_in_the_table_but_not_on_a_logarithmic_axis():
    rows = [{"series": "dense", "x": x, "value": value} for x, value in enumerate((1.0, 0.1, 0.0))]
    (chart,) = made(measurement("g", "G", figure("g", "lines", "G", rows, y=axis("norm", log=True))))
    assert drawn(chart, "point") == [1.0, 0.1, None] and [row[1] for row in cells(chart)] == ["1", "0.1", "0"]


def test_series_that_are_no_families_take_other_colours():
    (chart,) = made(unknown())  # its second figure has no rows
    assert {panel.colour for panel in chart.panels} == {4, 5, 6, 7}
    assert chart.panels[0].title == "method 0"


def test_tables_name_families_by_their_titles():
    (chart,) = made(parallelism())
    assert chart.panels == () and cells(chart)[2] == ["Recurrent", "a n^2 d + b n d^2", "13"]
    assert chart.table.rows[2].colour == 2


def test_values_in_the_targets_unit_are_not_percent():
    study = scores.read(*regression())
    rows = [{"series": "dense", "group": "", "value": 54.123, "low": -1.5, "high": 60.0}]
    (chart,) = made(measurement("m", "M", figure("m", "bars", "M", rows, y=axis("RMSE", TARGET))), study)
    assert drawn(chart, "point") == [54.123] and cells(chart) == [
        ["Fully connected", "54.1 mg/dl", "−1.50 to 60.0"]
    ]


def matrix_layers(chart, panel=0):
    return {layer["mark"]["style"]: layer["data"]["values"] for layer in chart.panels[panel].spec["layer"]}


def test_a_confusion_matrix_leaves_its_colour_to_the_errors():
    (chart,) = made(confusion())
    assert [panel.title for panel in chart.panels] == list(STUDY.titles.values())
    layers = matrix_layers(chart)
    assert [cell["value"] for cell in layers["margin"]] == [170] * 10
    rows = confusion()["figures"][0]["rows"]
    errors = {(r["row"], r["column"]): r["value"] for r in rows if r["row"] != r["column"] and r["value"]}
    assert {(c["row"], c["column"]): c["value"] for c in layers["heat"]} == errors
    assert {(c["row"], c["column"]) for c in layers["ink"]} == {*errors, *((str(i), str(i)) for i in range(10))}
    assert len(chart.table.rows) == 4 * 10 and cells(chart)[0][:3] == ["Fully connected", "0", "170"]


RARE = {("a", "a"): 190, ("a", "b"): 20, ("b", "a"): 20, ("b", "b"): 168, ("b", "rare"): 12, ("rare", "a"): 9, ("rare", "rare"): 1}


def test_errors_are_coloured_by_their_share_of_the_true_class_alike_in_all_panels():
    rows = [{"row": t, "column": p, "value": RARE.get((t, p), 0)} for t in ("a", "b", "rare") for p in ("a", "b", "rare")]
    better = [row | {"value": 2.0 if (row["row"], row["column"]) == ("rare", "a") else row["value"]} for row in rows]
    (chart,) = made(measurement("confusion", "Confusion", figure("confusion-dense", "matrix", "Dense", rows),
                                figure("confusion-recurrent", "matrix", "Recurrent", better)))  # fmt: skip
    first, second = (
        {(c["row"], c["column"]): c["strength"] for c in matrix_layers(chart, panel)["heat"]} for panel in (0, 1)
    )
    assert first == {("a", "b"): 0.0952, ("b", "a"): 0.1, ("b", "rare"): 0.06, ("rare", "a"): 0.9}
    assert second[("rare", "a")] == 0.6667 and second[("b", "a")] == 0.1
    domains = [panel.spec["layer"][1]["encoding"]["opacity"]["scale"]["domain"] for panel in chart.panels]
    assert domains == [[0, 0.9]] * 2
    assert "share of the row, which is the true class" in chart.reading
    assert chart.panels[0].note.endswith("; the largest share rare taken for a (9 of 10)")
    assert "rare taken for a (9 of 10)" in chart.panels[0].label
    assert [(cell.text, cell.note) for cell in chart.table.rows[2].cells[2:]] == [("9", "90.0 %"), ("0", ""), ("1", "10.0 %")]


def luminance(colour):
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_counts_are_read_on_the_strongest_and_on_the_palest_cell(scheme):
    css = (files("fourfold.report") / "assets" / "report.css").read_text(encoding="utf-8")

    def colour(name):
        found = re.findall(rf"--{name}: #(\w{{6}});", css)[scheme]
        return [int(found[i : i + 2], 16) for i in (0, 2, 4)]

    for opacity in matrix.STRENGTHS:
        ground = [opacity * hue + (1 - opacity) * paper for hue, paper in zip(colour("heat"), colour("paper"))]
        high, low = sorted((luminance(ground), luminance(colour("ink"))), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG 2, text of any size


@pytest.mark.parametrize(
    ("names", "angle"), [(("mild", "none", "severe"), 0), (("frost", "mildew and rust", "whole"), -45)]
)
def test_names_of_columns_are_turned_only_where_they_would_not_fit(names, angle):
    rows = [{"row": true, "column": said, "value": 3} for true in names for said in names]
    ones = [figure(f"confusion-{family}", "matrix", family, rows, x=axis("predicted"), y=axis("true"))
            for family in FAMILIES[:2]]  # fmt: skip
    (chart,) = made(measurement("confusion", "Confusion", *ones))
    assert chart.caption == "True against predicted"
    assert chart.panels[0].spec["layer"][0]["encoding"]["x"]["axis"]["labelAngle"] == angle


def test_classes_whose_long_names_begin_alike_are_told_apart_where_they_are_cut():
    names = ("carcinoma of the lung, stage 1", "carcinoma of the lung, stage 2", "none")
    rows = [{"row": true, "column": said, "value": 3} for true in names for said in names]
    ones = [figure(f"confusion-{family}", "matrix", family, rows, x=axis("predicted"), y=axis("true"))
            for family in FAMILIES[:2]]  # fmt: skip
    (chart,) = made(measurement("confusion", "Confusion", *ones))
    for field in ("x", "y"):
        shown = chart.panels[0].spec["layer"][0]["encoding"][field]["scale"]["domain"]
        assert shown == ["carcin…age 1", "carcin…age 2", "none"]
    assert names[0] in chart.panels[0].label and names[1] in str(chart.table)
    bars = [{"series": FAMILIES[0], "group": name, "value": 0.5} for name in names]
    (chart,) = made(measurement("targets", "Each label", figure("targets", "bars", "F1", bars, x=axis("label"))))
    domain = chart.panels[0].spec["layer"][-1]["encoding"]["y"]["scale"]["domain"]
    assert domain == ["carcinoma o…g, stage 1", "carcinoma o…g, stage 2", "none"]


def test_of_many_classes_those_with_most_errors_are_drawn_and_the_pairs_listed():
    (chart,) = made(confusion(classes=30))
    layers = matrix_layers(chart)
    assert len({cell["row"] for cell in layers["margin"]}) == 20
    assert "20 classes with most errors, of 30" in chart.note
    counts = [int(row[3]) for row in cells(chart) if row[0] == "Convolution"]
    assert len(counts) == 20 and counts == sorted(counts, reverse=True)
    assert all(row[1] != row[2] for row in cells(chart))
    wrong = {str(c): 0 for c in range(30)}
    for each in confusion(classes=30)["figures"]:
        for row in each["rows"]:
            if row["row"] != row["column"]:
                wrong[row["row"]] += row["value"]
                wrong[row["column"]] += row["value"]
    least = min(wrong[cell["row"]] for cell in layers["margin"])
    assert sum(count > least for count in wrong.values()) < 20


def test_counts_that_are_means_over_seeds_are_written_as_counts():
    rows = [
        {"row": true, "column": said, "value": value}
        for (true, said), value in zip(itertools.product("ab", "ab"), (178.4, 120.5, 0.5, 1203.5))
    ]
    (chart,) = made(measurement("confusion", "Confusion", figure("confusion-dense", "matrix", "Dense", rows)))
    assert [cell["text"] for cell in matrix_layers(chart)["margin"]] == ["178", "1,204"]
    assert [cell["text"] for cell in matrix_layers(chart)["heat"]] == ["121", "0.5"]
    assert chart.panels[0].note == "most often a taken for b (121)"


def test_a_table_of_bars_has_intervals_only_where_there_are_some():
    rows = [{"series": f, "group": g, "value": 2.0} for f in ("dense", "recurrent") for g in ("work", "span")]
    bare = figure("m", "bars", "M", rows, x=axis("what grows"), y=axis("growth"))
    held = figure("m", "bars", "M", [row | {"low": 1.0, "high": 3.0} for row in rows], x=axis("what grows"))
    titles = [
        [column.title for column in made(measurement("m", "M", one))[0].table.columns] for one in (bare, held)
    ]
    assert titles == [["Family", "What grows", "Growth"], ["Family", "What grows", "", "Interval"]]


def test_a_measure_without_rows_still_says_its_answer():
    empty = measurement("m", "M", figure("m", "bars", "M", []), figure("n", "matrix", "N", []))
    (chart,) = made(empty)
    assert chart.reading == empty["answer"] and chart.panels == () and chart.table.rows == ()


def test_measures_stand_under_their_headings_and_reasons_in_one_list():
    page = build(*choose())
    under = {group.name: [chart.name for chart in group.charts] for group in page.groups}
    assert under["bias"] == ["order", "sample_efficiency", "memorisation"]
    assert under["ease"] == ["curves", "losses", "rates", "gradients", "gradients-1"]
    assert under["further"] == ["something_new"] and under["errors"] == ["confusion"]
    assert [(fact.name, fact.value) for fact in page.left_out] == [
        ("Shift probe", "the rows of this table have no positions")
    ]


def test_the_filled_table_has_one_short_cell_of_evidence_each():
    page = build(*choose())
    table = {row.cells[0].text: row.cells for row in page.summary.rows}
    assert len(page.summary.columns) == 6 and all(len(row.cells) == 6 for row in page.summary.rows)
    assert [cell.text for cell in table["Convolution"][1:]] == [
        "99.1 %",
        "loses 14.1 points when permuted",
        "14 sequential steps",
        "4 of 4 rates work",
        "learning rate, width",
    ]
    assert table["Convolution"][1].bar and table["Convolution"][2].note == "13.3 to 14.9"
    assert not any(cell.text for cell in table["majority"][2:])
    results, _ = choose()
    results["measures"] = [measurement("order", "Order", reason="the columns have no order")]
    cells = build(results).summary.rows[0].cells
    assert (cells[2].text, cells[2].note) == ("not measured", "the columns have no order")
    assert (cells[5].text, cells[5].note) == ("not measured", "--hyperparameters")


def test_a_gain_is_said_as_a_gain():
    results, _ = choose()
    rows = [{"series": "dense", "group": "all", "value": -0.02, "low": -0.03, "high": -0.01}]
    results["measures"] = [
        measurement("order", "Order", figure("o", "bars", "O", rows, y=axis("loss", DIFFERENCE)))
    ]
    cell = build(results).summary.rows[0].cells[2]
    assert (cell.text, cell.note) == ("gains 2.0 points when permuted", "1.0 to 3.0")


@pytest.mark.parametrize("value", [0.02, -0.02])
def test_what_may_be_chance_is_not_said_to_be_lost_or_gained(value):
    results, _ = choose()
    rows = [{"series": "dense", "group": "all", "value": value, "low": -0.03, "high": 0.04}]
    results["measures"] = [
        measurement("order", "Order", figure("o", "bars", "O", rows, y=axis("loss", DIFFERENCE)))
    ]
    cell = build(results).summary.rows[0].cells[2]
    points = "2.0" if value > 0 else "−2.0"
    assert (cell.text, cell.note) == ("not shown to lose when permuted", f"{points} points (−3.0 to 4.0)")


def test_a_loss_that_is_not_known_is_given_no_number():
    results, _ = choose()
    rows = [{"series": "dense", "group": "all", "value": 0.02, "low": -0.68, "high": 0.73, "known": False}]
    results["measures"] = [
        measurement("order", "Order", figure("o", "bars", "O", rows, y=axis("loss", DIFFERENCE)))
    ]
    cell = build(results).summary.rows[0].cells[2]
    assert cell.text == "loss when permuted not known"
    assert cell.note == "trainings scatter by more than there is to lose"


def test_a_family_that_guesses_has_nothing_to_lose():
    results, _ = choose()
    rows = [{"series": "dense", "group": "all", "value": 0.01, "low": -0.02, "high": 0.03, "guesses": True}]
    results["measures"] = [
        measurement("order", "Order", figure("o", "bars", "O", rows, y=axis("loss", DIFFERENCE)))
    ]
    cell = build(results).summary.rows[0].cells[2]
    assert (cell.text, cell.note) == ("nothing to lose when permuted", "not shown to beat a guess")


def test_sources_are_those_of_methods_that_were_used():
    results, _ = choose()
    everything = " ".join(build(results).sources)
    for name in ("Nadeau", "Vaswani", "Adebayo", "Zhang", "LeCun", "Cho", "Hutter"):
        assert name in everything
    assert "Hochreiter" not in everything  # the recurrent candidate is a GRU
    results |= {"measures": [], "examples": None}
    for family in results["families"][1:]:
        family["score"] = None
    results["design"]["protocol"] = "hold-out"
    assert not re.search("Nadeau|Vaswani|Adebayo|Zhang|LeCun|Cho", " ".join(build(results).sources))
    assert "author" not in build(results).citation


def test_differences_have_digits_of_their_own_and_what_is_not_all_is_not_called_all():
    """A root mean squared error of 13.8 has one decimal; a difference of 0.09 would read 0.1, and its margin 0.3."""
    errors = fmt.score_scale({"kind": "regression"}, (13.8, 14.2))
    assert (errors.text(13.84), errors.difference(-0.0898), errors.signed(0.277)) == ("13.8", "−0.0898", "+0.277")
    shares = fmt.score_scale({"kind": "classification"}, (0.958, 0.9))
    assert shares.span(0.768, 0.9997) == "76.8–99.97" and shares.cell(1.0) == "100.0 %"
    assert shares.span(0.452, 0.99999999) == "45.2 to > 99.99" and shares.difference(-0.0004) == "−0.04 points"


def test_rows_of_a_test_set_of_their_own_are_told_apart():
    data = {"rows": 400, "test_rows": 120, "each": "row", "layout": "flat", "shape": [4]}
    assert subject(data, {"classes": ["a", "b"]})[0] == "400 rows, 120 of them for tests"
    told = {**data, "groups": 20, "weighted": True, "test_rows": 0}
    assert subject(told, {"classes": ["a", "b"]})[0] == "400 rows of 20 groups, weighted"
    assert subject(told | {"groups": 400}, {"classes": ["a", "b"]})[0] == "400 rows, weighted"  # each its own
    assert subject({**data, "time_ordered": True, "test_rows": 0}, {})[0] == "400 rows, in order of time"
    windows = {**data, "each": "window", "groups": 80, "test_rows": 0}  # grouped by when they are
    assert subject(windows | {"series": 12}, {})[0] == "400 windows of 12 series"
    assert subject(windows | {"series": 1}, {})[0] == "400 windows"
    named = data | {"inferred": [{"what": "target", "value": "species", "because": "the last column"}]}
    assert subject(named, {"classes": ["a", "b"]})[-1] == "2 classes of species"
    assert subject(named, {"kind": "regression"})[-1] == "regression of species"
    facts = {fact.name: fact.value for fact in data_facts(data, {"kind": "classification"})}
    assert (facts["Rows"], facts["For tests"]) == ("400", "120")
    assert "For tests" not in {fact.name for fact in data_facts({**data, "test_rows": None}, {})}


def test_a_reading_of_differences_says_how_far_intervals_reach():
    """Of three families and more a third may be the best, and the interval against it the widest."""
    chart = next(chart for chart in build(*choose()).charts if chart.name == "differences")
    assert "each reaches as far as that against any of the others which may be the best." in chart.reading
    assert [column.title for column in chart.table.columns][1] == "Best other"


def test_a_validation_score_is_named_as_within_a_sentence():
    for sample, heading in ((choose, "Validation accuracy (%)"), (regression, "Validation RMSE")):
        chart = next(chart for chart in build(*sample()).charts if chart.name == "rates")
        assert chart.table.columns[2].title.startswith(heading)


def test_no_line_ends_between_a_sign_and_its_number():
    assert fmt.flow("known to ± 8.3 points, to > 99.99 %", 12) == ["known to", "± 8.3 points,", "to > 99.99 %"]
