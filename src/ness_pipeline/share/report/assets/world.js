// The world page: a metric and a year colour the map and order the ranking; the table sorts and filters.
"use strict";

(function () {
  const page = JSON.parse(document.getElementById("world").textContent);
  const by = (id) => document.getElementById(id);
  const metric = by("metric"), group = by("group"), year = by("year");
  const map = by("tiles"), tiles = [...map.querySelectorAll("[data-code]")];
  const loaded = {};
  const SHORT = 20;
  let shown = null, all = false;

  // --- numbers as the country pages write them -------------------------------------------------------------------
  const thousands = (value, digits) =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replaceAll(",", "\u202f");

  function say(value, kind) {
    if (value === null || value === undefined) return "–";
    if (kind === "share" || kind === "points" || kind === "pct") {
      const percent = kind === "pct" ? value : 100 * value;
      const isSmall = percent !== 0 && Math.abs(percent) < 0.05;
      return `${percent.toFixed(isSmall ? Math.min(9, 1 - Math.floor(Math.log10(Math.abs(percent)))) : 1)}\u00a0${kind === "points" ? "points" : "%"}`;
    }
    if (kind === "count") return thousands(value, 0);
    if (kind === "year") return String(value);
    const size = Math.abs(value);
    if (size > 0 && size < 0.01) return thousands(value, Math.min(9, 1 - Math.floor(Math.log10(size))));
    return thousands(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
  }

  function sayBreak(value, kind) {
    if (kind === "share" || kind === "points") return `${Number((100 * value).toPrecision(4))}\u00a0%`;
    if (kind === "pct") return `${Number(value.toPrecision(4))}\u00a0%`;
    return Number(value.toPrecision(4)).toLocaleString("en-US").replaceAll(",", "\u202f");
  }

  // --- data come as small scripts, because a page opened from a folder may not fetch -------------------------------
  window.ness.receive = (name, data) => { loaded[name] = data; };

  function load(name) {
    if (loaded[name]) return Promise.resolve(loaded[name]);
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onload = () => resolve(loaded[name]);
      script.onerror = () => reject(new Error(`data/${name}.js is missing`));
      document.head.append(script);
    });
  }

  // --- what is chosen ------------------------------------------------------------------------------------------------
  const about = () => page.metrics.find((one) => one.metric === metric.value);

  function fill(select, options, wanted) {
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    if (options.some(([value]) => value === wanted)) select.value = wanted;
    select.closest("label").hidden = options.length < 2;
  }

  function remember() {
    const state = new URLSearchParams({ metric: metric.value });
    if (group.value) state.set("group", group.value);
    if (year.value) state.set("year", year.value);
    history.replaceState(null, "", `#${state}`);
  }

  async function choose(wanted) {
    const one = about();
    fill(group, one.groups.map((name) => [name, page.groups[name] || ""]), wanted.group ?? group.value);
    const name = `${one.metric}.${group.value || "-"}`;
    const data = await load(name);
    const years = data.years.map(String).reverse();
    fill(year, [["", "Latest of each country"], ...years.map((text) => [text, text])], wanted.year ?? year.value);
    shown = { one, data, rows: rowsOf(data, year.value) };
    paint();
    rank();
  }

  // One row per country: the chosen year, or the latest that has a value.
  function rowsOf(data, wanted) {
    const rows = [];
    for (const [code, points] of Object.entries(data.values)) {
      const point = wanted ? points.find((one) => String(one[0]) === wanted) : points[points.length - 1];
      if (point) rows.push({ code, year: point[0], value: point[1], lower: point[2] ?? null, upper: point[3] ?? null });
    }
    return rows;
  }

  const classOf = (value, breaks) => 1 + breaks.filter((edge) => value >= edge).length;
  // Five classes use the darkest and the lightest colour as six do.
  const colour = (place, count) => count < 2 ? 4 : 1 + Math.round((place - 1) * 5 / (count - 1));

  function described(row) {
    const { one, data } = shown;
    const name = page.countries[row.code];
    const range = row.lower === null ? "" : `, range ${say(row.lower, one.kind)} to ${say(row.upper, one.kind)}`;
    return `${name}: ${say(row.value, one.kind)}${range}${row.year ? `, ${row.year}` : ""}`;
  }

  // --- the map ---------------------------------------------------------------------------------------------------------
  function paint() {
    const { one, data, rows } = shown;
    const classes = data.breaks.length + 1;
    const found = new Map(rows.map((row) => [row.code, row]));
    for (const tile of tiles) {
      const row = found.get(tile.dataset.code);
      tile.className = `tile${row ? ` class-${colour(classOf(row.value, data.breaks), classes)}` : ""}`;
      const why = data.why[tile.dataset.code];
      tile.dataset.says = row ? described(row) : `${page.countries[tile.dataset.code] || tile.title}: no value${why ? `. ${page.reasons[why] || why}` : ""}`;
      if (tile.tagName === "A") tile.setAttribute("aria-label", tile.dataset.says);
    }
    const edges = data.breaks.map((edge) => sayBreak(edge, one.kind));
    const texts = edges.length
      ? [`under ${edges[0]}`, ...edges.slice(1).map((edge, place) => `${edges[place]} to ${edge}`), `${edges.at(-1)} and more`]
      : ["all values alike"];
    by("legend").replaceChildren(
      ...texts.map((text, place) => item(`class-${colour(place + 1, classes)}`, text)),
      item("none", "no value"), ...(page.outside ? [item("out", "not in this publication")] : []),
    );
    by("about").textContent = one.description;
    by("title").textContent = one.label + (group.value && group.value !== "all" ? `: ${page.groups[group.value]}` : "");
    const unit = one.unit.charAt(0).toUpperCase() + one.unit.slice(1);
    by("subtitle").textContent = `${unit}${year.value ? `, ${year.value}` : ", latest value of each country"}`;
    by("summary").textContent = summary(rows, one);
    by("pointed").textContent = "";
  }

  function item(name, text) {
    const line = document.createElement("li"), swatch = document.createElement("span");
    swatch.className = `swatch ${name}`;
    line.append(swatch, text);
    return line;
  }

  function summary(rows, one) {
    const total = Object.keys(page.countries).length;
    if (!rows.length) return `None of ${total} countries has a value for this choice.`;
    const sorted = [...rows].sort((a, b) => a.value - b.value);
    const middle = (sorted[(sorted.length - 1) >> 1].value + sorted[sorted.length >> 1].value) / 2;
    const low = sorted[0], high = sorted.at(-1);
    return `${rows.length} of ${total} countries have a value. Lowest: ${page.countries[low.code]} (${say(low.value, one.kind)}); ` +
      `highest: ${page.countries[high.code]} (${say(high.value, one.kind)}); half of them lie above ${say(middle, one.kind)}.`;
  }

  for (const wake of ["pointerover", "focusin"]) {
    map.addEventListener(wake, (event) => {
      const tile = event.target.closest("[data-code]");
      if (tile) by("pointed").textContent = tile.dataset.says || tile.title;
    });
  }

  // One stop of the Tab key; the arrow keys walk to the nearest country that way.
  const links = tiles.filter((tile) => tile.tagName === "A");
  links.forEach((tile, place) => { tile.tabIndex = place ? -1 : 0; });
  const at = (tile) => [Number(tile.dataset.column), Number(tile.dataset.row)];
  const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  function beside(tile, [right, down]) {
    const [x, y] = at(tile);
    let best = null, least = Infinity;
    for (const other of links) {
      const [column, row] = at(other);
      const ahead = (column - x) * right + (row - y) * down;
      const aside = Math.abs((column - x) * down) + Math.abs((row - y) * right);
      if (ahead > 0 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
    }
    return best;
  }

  map.addEventListener("keydown", (event) => {
    const from = event.target.closest("a.tile");
    const to = from && (event.key === "Home" ? links[0] : event.key === "End" ? links.at(-1)
      : STEPS[event.key] && beside(from, STEPS[event.key]));
    if (!to) return;
    event.preventDefault();
    links.forEach((tile) => { tile.tabIndex = -1; });
    to.tabIndex = 0;
    to.focus();
  });

  // --- the ranking -----------------------------------------------------------------------------------------------------
  function rank() {
    const { one, rows } = shown;
    const sign = one.better === "lower" ? 1 : -1;
    const sorted = [...rows].sort((a, b) => sign * (a.value - b.value) || page.countries[a.code].localeCompare(page.countries[b.code]));
    const ends = rows.flatMap((row) => [row.value, row.lower ?? row.value, row.upper ?? row.value]);
    const low = Math.min(0, ...ends), span = Math.max(...ends, low + 1e-9) - low;
    const place = (value) => `${(100 * (value - low) / span).toFixed(2)}%`;
    const list = by("ranking");
    list.replaceChildren(...(all ? sorted : sorted.slice(0, SHORT)).map((row) => {
      const line = document.createElement("li");
      const better = one.better ? 1 + sorted.filter((other) => sign * (other.value - row.value) < 0).length : "";
      line.append(
        put("span", "place", better), link(row.code), track(row, place),
        said(row, one),
      );
      return line;
    }));
    by("direction").textContent = rows.length === 0 ? "No country has a value for this choice."
      : one.better ? `Best first; ${one.better} is better. Where the ranges of two countries overlap, their order is not certain.`
        : "Largest first. This measure says nothing about better or worse, so there are no ranks.";
    const more = by("more");
    more.hidden = sorted.length <= SHORT;
    more.textContent = all ? `Show the first ${SHORT}` : `Show all ${sorted.length} countries`;
  }

  function put(tag, name, text) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function link(code) {
    const made = put("a", "", page.countries[code]);
    if (page.pages.includes(code)) made.href = `country/${code}.html`;
    return made;
  }

  function track(row, place) {
    const made = put("span", "track", "");
    made.setAttribute("aria-hidden", "true");
    if (row.lower !== null) {
      const range = put("span", "range", "");
      range.style.left = place(row.lower);
      range.style.width = `calc(${place(row.upper)} - ${place(row.lower)})`;
      made.append(range);
    }
    const dot = put("span", "dot", "");
    dot.style.left = place(row.value);
    made.append(dot);
    return made;
  }

  function said(row, one) {
    const made = put("span", "said", say(row.value, one.kind));
    const range = row.lower === null ? "" : `${say(row.lower, one.kind)} to ${say(row.upper, one.kind)}`;
    const small = [range, row.year].filter(Boolean).join(", ");
    if (small) made.append(put("small", "", small));
    return made;
  }

  by("more").addEventListener("click", () => { all = !all; rank(); });

  // --- the table -------------------------------------------------------------------------------------------------------
  const table = by("countries"), body = table.tBodies[0], lines = [...body.rows];
  const words = by("filter"), region = by("region");

  function sort(header) {
    const place = header.cellIndex;
    const before = header.getAttribute("aria-sort");
    const order = before === "descending" ? "ascending" : before === "ascending" ? "descending" : header.dataset.first;
    for (const other of table.tHead.rows[0].cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const key = (line) => line.cells[place].dataset.value;
    lines.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);  // no value comes last
      const isNumber = header.classList.contains("number");
      return sign * (isNumber ? Number(left) - Number(right) : left.localeCompare(right));
    });
    body.append(...lines);
  }

  function filter() {
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const wanted = plain(words.value.trim());
    let count = 0;
    for (const line of lines) {
      const fits = (!wanted || plain(line.dataset.words).includes(wanted)) && (!region.value || line.dataset.region === region.value);
      line.hidden = !fits;
      count += fits;
    }
    by("found").textContent = `${count} of ${lines.length} countries`;
  }

  for (const header of table.tHead.rows[0].cells) header.querySelector("button").addEventListener("click", () => sort(header));
  words.addEventListener("input", filter);
  region.addEventListener("change", filter);
  filter();

  // --- begin -----------------------------------------------------------------------------------------------------------
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (page.metrics.some((one) => one.metric === state.metric)) metric.value = state.metric;
  const change = (wanted) => choose(wanted).then(() => { document.documentElement.dataset.world = metric.value; }).catch((error) => {
    by("summary").textContent = "The numbers of this choice could not be read; write the report again.";
    console.error(error);
  });
  for (const select of [metric, group, year]) select.addEventListener("change", () => change({}).then(remember));
  if (page.metrics.length) change(state);
})();
