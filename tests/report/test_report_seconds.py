"""What the report shows of timings.json: steps as charts, predictions as a table, all in a column with as many digits."""

from report_samples import choose

from fourfold.report.page import build


def test_the_time_of_a_step_is_drawn_against_length_batch_and_cores_with_all_times_as_its_table():
    page = build(*choose())
    group = next(group for group in page.groups if group.name == "parallel")
    chart = group.charts[-1]
    assert (chart.name, chart.title) == ("step_times", "Time of a training step")
    assert [panel.title for panel in chart.panels] == ["By length", "By batch", "By cores"]
    for panel, places in zip(chart.panels, ([4, 8, 16], [32, 64, 128], [1, 2])):
        lines = [layer for layer in panel.spec["layer"] if layer["mark"]["type"] == "line"]
        assert [line["mark"]["style"] for line in lines] == [f"family-{i}" for i in range(4)]
        assert all([point["x"] for point in line["data"]["values"]] == places for line in lines)
        assert {line["encoding"][side]["scale"]["type"] for line in lines for side in "xy"} == {"log"}
    scales = [panel.spec["layer"][0]["encoding"]["y"]["scale"]["domain"] for panel in chart.panels]
    assert scales[0] == scales[1] == scales[2]
    assert [value["value"] for value in chart.panels[0].spec["layer"][0]["data"]["values"]] == [0.21, 0.42, 0.84]
    assert "Fully connected from 0.210 ms at 4 to 0.840 ms at 16" in chart.panels[0].label
    assert [title for _, title in chart.key] == ["Fully connected", "Convolution", "Recurrent", "Attention"]
    assert len(chart.table.rows) == 4 * 10 and len(chart.table.columns) == 5
    assert chart.reading.startswith("A training step takes least time in Fully connected, 0.420 ms, and most in ")
    assert [table.title for table in page.seconds] == ["Milliseconds of a prediction, by number of examples"]


def test_a_table_has_columns_and_no_length():
    results, timings = choose()
    results["data"]["layout"] = "flat"
    chart = next(chart for chart in build(results, timings).charts if chart.name == "step_times")
    assert [panel.title for panel in chart.panels] == ["By batch", "By cores"]
    assert [column.title for column in chart.table.columns][:3] == ["Family", "Columns", "Batch"]


def test_where_nothing_varies_the_times_are_a_table():
    results, timings = choose()
    timings["steps"] = {"dense": [{"length": 8, "batch": 64, "cores": 1, "milliseconds": 0.42}]}
    chart = next(chart for chart in build(results, timings).charts if chart.name == "step_times")
    assert chart.panels == () and chart.reading == "A training step takes 0.420 ms in Fully connected."
    assert [cell.text for cell in chart.table.rows[0].cells] == ["Fully connected", "8", "64", "1", "0.42"]


def test_a_report_without_timings_draws_no_time():
    results, _ = choose()
    assert "step_times" not in [chart.name for chart in build(results, None).charts]
    assert "step_times" not in [chart.name for chart in build(results, {"steps": {"dense": []}}).charts]


def test_times_of_one_column_have_the_same_decimals():
    times = [{"length": 8, "milliseconds": value} for value in (0.17, 0.127, 1.1)]
    timings = {"steps": {"dense": times}, "latency": {"dense": {"1": 8.1e-05}, "attention": {"1": 0.0017}}}
    steps, latency = build(choose()[0], timings).seconds
    assert [[cell.text for cell in row.cells[1:]] for row in steps.rows] == [
        ["8", "0.17"],
        ["8", "0.13"],
        ["8", "1.10"],
    ]
    assert [row.cells[1].text for row in latency.rows] == ["0.081", "1.700"]
