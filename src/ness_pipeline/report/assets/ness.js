// What every page does: the theme button, tooltips that Escape closes, and the charts.
"use strict";
window.ness = window.ness || {};

(function () {
  const root = document.documentElement;

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function keep(theme) {
    try { localStorage.setItem("ness-theme", theme); } catch { /* a browser may keep nothing for files */ }
  }

  const button = document.getElementById("theme");
  if (button) {
    const say = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      keep(root.dataset.theme);
      say();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", say);
    say();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".term").forEach((term) => term.classList.add("shut"));
  });
  for (const wake of ["focusin", "pointerover"]) {
    document.addEventListener(wake, (event) => {
      const term = event.target instanceof Element && event.target.closest(".term");
      if (term) term.classList.remove("shut");
    });
  }

  // A chart's spec is shared by all pages; its rows are in the page, beside the table.
  async function draw(figure) {
    const canvas = figure.querySelector(".canvas");
    const spec = structuredClone(window.ness.charts[figure.dataset.chart]);
    spec.datasets = { ...spec.datasets, rows: JSON.parse(figure.querySelector("script.rows").textContent) };
    const width = canvas.clientWidth, size = 12 * parseFloat(getComputedStyle(root).fontSize) / 16;
    for (const part of ["axis", "legend", "header"]) spec.config[part].labelFontSize = size;
    spec.config.axis.labelLimit = Math.max(96, Math.min(spec.config.axis.labelLimit, width * 0.36));
    if (spec.spec) {
      spec.spec.width = Math.max(180, width - 64);
      spec.facet.row.header.labelLimit = width - 48;
    }
    if (width < 480) spec.config.legend.columns = spec.height && spec.height.step ? 1 : 2;
    for (const channel of Object.values(spec.encoding || {})) {
      if (channel.legend && channel.legend.columns > 1) channel.legend.columns = Math.max(1, Math.floor(width * 0.6 / (13 * size)));
      if (channel.axis && channel.axis.labelLimit) channel.axis.labelLimit = Math.min(channel.axis.labelLimit, width * 0.5);
    }
    if (spec.height && spec.height.step) {
      const field = (spec.encoding || spec.layer[0].encoding).y.field;
      spec.height = spec.height.step * new Set(spec.datasets.rows.map((row) => row[field])).size;
    }
    const formatLocale = { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["", ""] };
    await window.vegaEmbed(figure.querySelector(".drawing"), spec, { actions: false, renderer: "svg", formatLocale });
    // The picture is described once, by the element around it, and not mark by mark.
    for (const part of canvas.querySelectorAll("[role], [aria-roledescription]")) {
      for (const name of ["role", "aria-roledescription", "aria-label"]) part.removeAttribute(name);
    }
    figure.dataset.drawn = String(width);
  }

  async function drawAll() {
    for (const figure of document.querySelectorAll("figure[data-chart]")) {
      const canvas = figure.querySelector(".canvas");
      if (Math.abs(canvas.clientWidth - Number(figure.dataset.drawn || -99)) < 24) continue;
      try {
        await draw(figure);
      } catch (error) {
        canvas.textContent = "The chart could not be drawn; the table below has its numbers.";
        console.error(error);
      }
    }
    root.dataset.charts = "drawn";
  }

  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 250); });
  drawAll();
})();
