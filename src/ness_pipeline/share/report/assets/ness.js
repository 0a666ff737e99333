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

  document.addEventListener("submit", (event) => event.preventDefault());  // forms here only hold choices

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".term").forEach((term) => term.classList.add("shut"));
  });
  for (const wake of ["focusin", "pointerover"]) {
    document.addEventListener(wake, (event) => {
      const term = event.target instanceof Element && event.target.closest(".term");
      if (term) term.classList.remove("shut");
    });
  }

  // A long name beside a bar goes over several lines of at most so many letters.
  function wrap(name, letters) {
    const lines = [""];
    for (const word of name.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (longer.length > letters && lines.at(-1)) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  // A legend names only what this page draws; colours stay those of all pages.
  function keepDrawn({ field, scale }, rows) {
    if (!Array.isArray(scale?.domain) || !Array.isArray(scale.range)) return;
    const drawn = scale.domain.map((name, place) => [name, scale.range[place]]).filter(([name]) => rows.some((row) => row[field] === name));
    [scale.domain, scale.range] = [drawn.map(([name]) => name), drawn.map(([, look]) => look)];
  }

  // A chart's spec is shared by all pages; its rows are in the page, beside the table.
  async function draw(figure) {
    const canvas = figure.querySelector(".canvas");
    const spec = structuredClone(window.ness.charts[figure.dataset.chart]);
    spec.datasets = { ...spec.datasets, rows: JSON.parse(figure.querySelector("script.rows").textContent) };
    // A band without any bounds would only warn of its empty axis.
    if (spec.layer && !spec.datasets.rows.some((row) => Number.isFinite(row.lower))) {
      spec.layer = spec.layer.filter((layer) => layer.mark.type !== "area");
    }
    const width = canvas.clientWidth, scale = parseFloat(getComputedStyle(root).fontSize) / 16, size = 12 * scale;
    const letter = 0.53 * size;
    for (const part of ["axis", "legend", "header"]) spec.config[part].labelFontSize = size;
    spec.config.legend.labelLimit = width - 40;
    if (spec.spec) {
      spec.spec.width = Math.max(180, width - 64 * scale);
      spec.spec.height *= scale;
      spec.facet.row.header.labelLimit = width - 48;
    }
    const encodings = [spec, spec.spec || {}, ...(spec.layer || [])].map((one) => one.encoding || {});
    for (const one of encodings) for (const part of Object.values(one)) keepDrawn(part, spec.datasets.rows);
    const isByName = Boolean(spec.height && spec.height.step);
    const names = encodings.flatMap((one) => ["color", "stroke"].flatMap((channel) => one[channel]?.scale?.domain || []));
    const lengths = names.map((name) => name.length), longest = Math.max(0, ...lengths);
    const usual = (longest + lengths.reduce((sum, one) => sum + one, 0) / Math.max(1, lengths.length)) / 2;
    spec.config.legend.columns = Math.max(1, Math.floor((width * (isByName ? 0.7 : 0.9)) / (usual * letter + 30 * scale)));
    if (isByName) {
      spec.config.legend.layout = { top: { anchor: "end" } };  // there is room above the names
      const axes = encodings.map((one) => one.y).filter(Boolean), field = axes[0].field, limit = width * 0.46;
      spec.config.axis.labelLimit = width;  // names are wrapped and never cut
      // The first of two lines stands above the middle of its bar.
      for (const y of axes) y.axis.labelBaseline = { condition: { test: "indexof(datum.label, '\\n') > 0", value: "bottom" }, value: "middle" };
      let lines = 1;
      for (const row of spec.datasets.rows) {
        const wrapped = wrap(row[field], limit / letter);
        row[field] = wrapped.join("\n");
        lines = Math.max(lines, wrapped.length);
      }
      const step = Math.max(spec.height.step * scale, lines > 1 ? lines * (size + 2) + 3 : 0);
      spec.height = step * new Set(spec.datasets.rows.map((row) => row[field])).size;
    } else if (spec.height) {
      spec.height *= scale;
    }
    const formatLocale = { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["", ""] };
    // With `ast` expressions are interpreted: the page allows no text to be run as a script.
    await window.vegaEmbed(figure.querySelector(".drawing"), spec, { actions: false, ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true }, renderer: "svg", formatLocale });
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
