// Draws the charts. Vega interprets expressions as syntax trees, so the page needs no eval.
(() => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specs = read("chart-specs");
  const config = read("chart-config");

  const draw = async (holder) => {
    const spec = specs[holder.dataset.chart][Number(holder.dataset.panel)];
    const compiled = vegaLite.compile({ ...spec, config }).spec;
    const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
      expr: vegaInterpreter.expressionInterpreter,
      renderer: "svg",
      container: holder,
      hover: false,
    });
    await view.runAsync();
    holder.dataset.drawn = "yes";
  };

  for (const holder of document.querySelectorAll("[data-chart]")) {
    draw(holder).catch((error) => {
      console.error(error);
      holder.textContent = "This chart could not be drawn; its table holds the same numbers.";
      holder.closest("section").querySelector("details").open = true;
    });
  }

  // On paper charts have their tables; all evidence is many pages, and printed only where it was opened.
  const closed = [];
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".chart details:not([open])")) {
      closed.push(details);
      details.open = true;
    }
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed.splice(0)) details.open = false;
  });
})();
