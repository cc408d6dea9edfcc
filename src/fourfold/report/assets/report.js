// Draws the charts. Vega interprets expressions as syntax trees, so the page needs no eval.
(() => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specs = read("chart-specs");
  const config = read("chart-config");

  const draw = async (holder) => {
    const spec = specs[holder.dataset.chart][Number(holder.dataset.panel)];
    const compiled = vegaLite.compile({ ...spec, config }).spec;
    const drawing = holder.appendChild(document.createElement("div"));
    drawing.ariaHidden = "true"; // the holder's label says what is drawn; Vega would write its own over it
    const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
      expr: vegaInterpreter.expressionInterpreter,
      renderer: "svg",
      container: drawing,
      hover: false,
    });
    await view.runAsync();
    holder.dataset.drawn = "yes";
  };

  // A chart takes the width that it has when it is drawn, so it waits until what it stands in is open.
  const waiting = new Set(document.querySelectorAll("[data-chart]"));
  const drawWhatIsSeen = () => {
    for (const holder of waiting) {
      if (holder.closest("details:not([open])")) continue;
      waiting.delete(holder);
      draw(holder).catch((error) => {
        console.error(error);
        holder.removeAttribute("role"); // it is words now
        holder.removeAttribute("aria-label");
        holder.textContent = "This chart could not be drawn; its table holds the same numbers.";
        const table = holder.closest("section").querySelector("details:not(.more)");
        if (table) table.open = true;
      });
    }
  };
  const opened = ({ target }) => {
    if (!target.open) return;
    drawWhatIsSeen();
    window.dispatchEvent(new Event("resize")); // the page may have been turned since a chart was drawn
  };
  document.addEventListener("toggle", opened, true);

  // On a narrow screen what stands behind the answers is closed, but for what the reader opens; paper has it all.
  const more = [...document.querySelectorAll(".more")];
  const narrow = window.matchMedia("(max-width: 40rem)");
  const paper = window.matchMedia("print");
  let folded = false;
  let kept = [];
  const fold = () => {
    if (paper.matches || narrow.matches === folded) return;
    if (folded) kept = more.filter((details) => details.open);
    folded = narrow.matches;
    for (const details of more) details.open = !folded || kept.includes(details);
  };
  window.addEventListener("resize", fold);

  // A link to a measure opens it, one to something in it, too.
  const show = () => {
    const target = document.getElementById(window.location.hash.slice(1));
    const details = target?.closest(".more") ?? target?.querySelector(":scope > .more");
    if (!details || details.open) return;
    details.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", show);

  fold();
  show();
  drawWhatIsSeen();

  // On paper charts have their tables; all evidence is many pages, and printed only where it was opened.
  const closed = [];
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open], .evidence)")) {
      closed.push(details);
      details.open = true;
    }
    drawWhatIsSeen();
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed.splice(0)) details.open = false;
  });
})();
