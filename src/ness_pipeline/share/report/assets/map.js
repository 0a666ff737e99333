// The map of the world in the Equal Earth projection: outlines, a circle for each area without one, and what the pointer shows.
"use strict";

(function () {
  const { outlines, circles, uncoded } = window.ness.geography;
  const panel = document.getElementById("panel-map"), canvas = document.getElementById("globe");
  const tip = document.getElementById("map-tip");
  const HEIGHT = 0.487;  // of the width, as the projection has it
  const FINGER = 14;     // pixels around a circle that a finger may miss it by
  const insides = Object.fromEntries(circles.map((one) => [one.code, one.inside]));
  let view = null, areas = [], drawnAt = 0;

  function spec(width) {
    const radius = Math.max(2.2, width / 290);
    const look = { fill: { signal: "datum.fill || 'var(--paper)'" }, stroke: { value: "var(--border)" }, strokeWidth: { value: width < 500 ? 0.35 : 0.6 }, cursor: { value: "pointer" } };
    return {
      width, height: Math.round(width * HEIGHT), padding: 2, autosize: "none", background: "transparent",
      projections: [{ name: "world", type: "equalEarth", fit: { type: "Sphere" }, size: [{ signal: "width" }, { signal: "height" }] }],
      data: [
        { name: "areas", values: areas },
        { name: "sphere", values: [{ type: "Sphere" }] },
        {
          name: "outlines", values: outlines, format: { type: "topojson", feature: "countries" },
          transform: [{ type: "lookup", from: "areas", key: "iso3", fields: ["properties.a3"], values: ["code", "fill"], as: ["code", "fill"], default: null }],
        },
        {
          // Circles are moved apart where they would hide each other.
          name: "circles", values: circles, transform: [
            { type: "geopoint", projection: "world", fields: ["longitude", "latitude"], as: ["placed_x", "placed_y"] },
            { type: "formula", as: "x", expr: "datum.placed_x" },
            { type: "formula", as: "y", expr: "datum.placed_y" },
            {
              type: "force", static: true, iterations: 200, forces: [
                { force: "x", x: "placed_x", strength: 0.08 }, { force: "y", y: "placed_y", strength: 0.08 },
                { force: "collide", radius: radius + 0.6, strength: 1, iterations: 8 },
              ],
            },
            { type: "lookup", from: "areas", key: "code", fields: ["code"], values: ["fill"], as: ["fill"] },
          ],
        },
      ],
      marks: [
        {
          type: "shape", from: { data: "sphere" }, interactive: false,
          encode: { update: { fill: { value: "var(--sea)" }, stroke: { value: "var(--line)" } } },
          transform: [{ type: "geoshape", projection: "world" }],
        },
        {
          type: "shape", from: { data: "outlines" },
          encode: {
            update: { ...look, stroke: { signal: "!datum.fill ? 'var(--line)' : datum.fill === 'url(#hatch)' ? 'var(--faint)' : 'var(--border)'" }, zindex: { value: 0 } },
            hover: { stroke: { value: "var(--ink)" }, strokeWidth: { value: 1.4 }, zindex: { value: 1 } },
          },
          transform: [{ type: "geoshape", projection: "world" }],
        },
        {
          type: "symbol", from: { data: "circles" },
          encode: {
            update: { ...look, stroke: { value: "var(--quiet)" }, x: { field: "x" }, y: { field: "y" }, size: { value: 4 * radius ** 2 } },
            hover: { stroke: { value: "var(--ink)" }, strokeWidth: { value: 2 } },
          },
        },
      ],
    };
  }

  // --- what lies under the pointer -------------------------------------------------------------------------------------
  function areaAt(event, item) {
    const datum = item && item.datum;
    if (event.pointerType === "touch" && !(datum && insides[datum.code] !== undefined)) {
      const box = canvas.querySelector("svg").getBoundingClientRect();
      const distance = (one) => Math.hypot(one.x + 2 - (event.clientX - box.left), one.y + 2 - (event.clientY - box.top));
      const near = view.data("circles").map((one) => [distance(one), one]).filter(([away]) => away <= FINGER);
      if (near.length) return near.sort((a, b) => a[0] - b[0])[0][1];
    }
    return datum && (datum.code || datum.properties) ? datum : null;
  }

  function linesOf(datum) {
    const area = areas.find((one) => one.code === datum.code);
    if (!area) {
      const about = datum.properties || datum;
      const isUncoded = uncoded.includes(about.a3);
      return { name: about.name, lines: [isUncoded ? "This outline has no code in ISO 3166-1, so no source gives numbers for it." : "Not in this publication"] };
    }
    const inside = areas.find((one) => one.code === insides[area.code]);
    const note = inside ? [`On this coarse map its place lies inside the outline of ${inside.name}; only its circle shows its own value.`] : [];
    return { ...area, lines: [...area.lines, ...note] };
  }

  function show(event, datum, isKept) {
    const { name, lines, href } = linesOf(datum);
    const title = document.createElement(isKept && href ? "a" : "strong");
    title.textContent = name;
    if (isKept && href) title.href = href;
    tip.replaceChildren(title, ...lines.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
    tip.classList.toggle("kept", isKept);
    tip.hidden = false;
    const box = panel.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth))}px`;
    tip.style.top = `${y + tip.offsetHeight + 30 > box.height ? Math.max(0, y - tip.offsetHeight - 12) : y + 16}px`;
  }

  function listen() {
    view.addEventListener("pointermove", (event, item) => {
      if (event.pointerType === "touch") return;
      const datum = areaAt(event, item);
      if (datum) show(event, datum, false);
      else tip.hidden = true;
    });
    view.addEventListener("click", (event, item) => {
      const datum = areaAt(event, item), area = datum && areas.find((one) => one.code === datum.code);
      if (!datum) tip.hidden = true;
      else if (event.pointerType === "touch" || !area || !area.href) show(event, datum, true);
      else location.href = area.href;
    });
  }
  canvas.addEventListener("pointerleave", () => { if (!tip.classList.contains("kept")) tip.hidden = true; });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

  // --- drawing ---------------------------------------------------------------------------------------------------------
  async function draw() {
    const width = Math.floor(canvas.clientWidth) - 4;
    if (width < 50 || !areas.length) return;  // the other tab is open, or no numbers are here yet
    drawnAt = width;
    if (view) view.finalize();
    ({ view } = await window.vegaEmbed(canvas, spec(width), { mode: "vega", actions: false, ast: true, defaultStyle: false, renderer: "svg", tooltip: false }));
    for (const part of canvas.querySelectorAll("[role], [aria-roledescription]")) {
      for (const name of ["role", "aria-roledescription", "aria-label"]) part.removeAttribute(name);
    }
    listen();
    canvas.dataset.drawn = String(width);
  }

  // Each area as `code`, `iso3`, `name`, `fill`, `lines` that the pointer shows, and `href` of its page.
  window.ness.paintMap = async (painted) => {
    areas = painted;
    tip.hidden = true;
    await draw();
  };
  window.ness.drawMap = draw;

  let waiting;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (Math.abs(canvas.clientWidth - 4 - drawnAt) > 8) draw(); }, 250);
  });
})();
