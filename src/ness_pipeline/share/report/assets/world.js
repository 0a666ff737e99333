// The world page: a metric and a year colour the map and the tiles and order the ranking.
"use strict";

(function () {
  const page = JSON.parse(document.getElementById("world").textContent);
  const by = (id) => document.getElementById(id);
  const metric = by("metric"), group = by("group"), year = by("year");
  const map = by("tiles"), tiles = [...map.querySelectorAll("[data-code]")];
  const loaded = {};
  const SHORT = 20;
  const LATEST = "latest";  // in the address: the latest year of each country
  let shown = null, all = false, picked = "";  // `picked`: the year that the reader chose

  // --- numbers as the country pages write them -------------------------------------------------------------------
  // An exact half goes to the even digit, as on the country pages: 71.25 is 71.2.
  function fixed(value, digits) {
    const scaled = value * 10 ** digits;
    const isHalf = Number.isInteger(value * 2 ** (digits + 1)) && Math.abs(scaled % 1) === 0.5;
    return (isHalf ? 2 * Math.round(scaled / 2) / 10 ** digits : value).toFixed(digits);
  }

  const thousands = (value, digits) =>
    Number(fixed(value, digits)).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replaceAll(",", "\u202f");

  function say(value, kind) {
    if (value === null || value === undefined) return "–";
    if (kind === "share" || kind === "points" || kind === "pct") {
      const percent = kind === "pct" ? value : 100 * value;
      const isSmall = percent !== 0 && Math.abs(percent) < 0.05;
      return `${fixed(percent, isSmall ? Math.min(9, 1 - Math.floor(Math.log10(Math.abs(percent)))) : 1)}\u00a0${kind === "points" ? "points" : "%"}`;
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
    if (year.value || shown.data.opens) state.set("year", year.value || LATEST);
    history.replaceState(null, "", `#${state}`);
  }

  async function choose(wanted) {
    const one = about();
    fill(group, one.groups.map((name) => [name, page.groups[name] || ""]), wanted.group ?? group.value);
    const name = `${one.metric}.${group.value || "-"}`;
    const data = await load(name);
    const years = data.years.map(String).reverse();
    // The index opens with the latest year in which states are ranked, because ranks of different years are not comparable.
    const asked = wanted.year === LATEST ? "" : wanted.year;
    if (asked) picked = asked;
    const first = [asked, picked || undefined, String(data.opens ?? "")].find((text) => text === "" || years.includes(text));
    fill(year, [["", "Latest of each country"], ...years.map((text) => [text, text])], first ?? "");
    shown = { one, data, rows: rowsOf(data, year.value) };
    rank();
    await paint();
  }

  // One row per country: the chosen year, or the latest that has a value.
  function rowsOf(data, wanted) {
    const rows = [];
    for (const [code, points] of Object.entries(data.values)) {
      const point = wanted ? points.find((one) => String(one[0]) === wanted) : points[points.length - 1];
      if (!point) continue;
      const [least = null, most = null, coverage = null, rank = null, best = null, worst = null] = data.beside?.[code]?.[point[0]] ?? [];
      rows.push({
        code, year: point[0], value: point[1], lower: point[2] ?? null, upper: point[3] ?? null, least, most, coverage,
        rank: wanted ? rank : null, best, worst,
      });
    }
    return rows;
  }

  // What stands beside a value: its range; of the index and its halves both ranges and the coverage, line by line.
  function besides(row, one) {
    const lines = [];
    if (row.lower !== null && row.lower !== row.upper) lines.push(`${one.ends}: ${say(row.lower, one.kind)} to ${say(row.upper, one.kind)}`);
    if (row.least !== null) lines.push(`everything missing at its worst, and at its best: ${say(row.least, one.kind)} to ${say(row.most, one.kind)}`);
    if (row.coverage !== null) lines.push(`coverage by weight: ${say(row.coverage, "share")}`);
    return lines;
  }

  const classOf = (value, breaks) => 1 + breaks.filter((edge) => value >= edge).length;
  // Five classes use the darkest and the lightest colour as six do.
  const colour = (place, count) => count < 2 ? 4 : 1 + Math.round((place - 1) * 5 / (count - 1));
  const betterThan = (one, rows, row) => rows.filter((other) => (one.better === "lower" ? other.value < row.value : other.value > row.value)).length;

  // How a country looks that has no value: `none` no data loaded, `never` none exists, `weak` too little behind it.
  const NO_VALUE = { none: "no data loaded", never: "none exists", weak: "not quoted" };
  const FILLS = { none: "var(--none)", never: "url(#hatch)", weak: "var(--weak)" };

  function without(code) {
    const why = shown.data.why[code];
    if (year.value && shown.data.values[code]) return { kind: "none", text: `no value of ${year.value}` };
    const kind = !why || page.no_data.includes(why) ? "none" : page.none_exists.includes(why) ? "never" : "weak";
    const words = why === "not_open" ? "does not apply" : NO_VALUE[kind];
    return { kind, text: `${words}. ${page.reasons[why] || page.reasons.no_data}` };
  }

  // The place of a country: of the index as the file ranks the states of one year, of other measures by the values shown.
  function placeOf(row, rows, one) {
    if (one.is_index) return row.rank;
    return one.better ? 1 + betterThan(one, rows, row) : null;
  }

  // What a pointer shows of a country, line by line.
  function linesOf(row, rows) {
    const { one } = shown;
    const lines = [one.quoted.replace("#", say(row.value, one.kind))];
    lines.push(...besides(row, one));
    const rank = placeOf(row, rows, one);
    const ranked = one.is_index ? shown.data.ranked?.[row.year] : rows.length;
    const others = one.is_index && rank ? `, ${row.best} to ${row.worst} with one other choice` : "";
    const placed = rank ? `rank ${rank} of ${ranked} ${one.of}${others}` : "";
    const small = [row.year ? `${row.year}` : "", placed].filter(Boolean).join(", ");
    return small ? [...lines, small] : lines;
  }

  // --- the map and the tiles -------------------------------------------------------------------------------------------
  function paint() {
    const { one, data, rows } = shown;
    const classes = data.breaks.length + 1;
    const found = new Map(rows.map((row) => [row.code, row]));
    const seen = new Set();
    const areas = Object.entries(page.countries).map(([code, name]) => {
      const row = found.get(code);
      const lacks = row ? null : without(code);
      if (lacks) seen.add(lacks.kind);
      const place = row && colour(classOf(row.value, data.breaks), classes);
      return {
        code, name, iso3: page.iso3[code], look: row ? `class-${place}` : lacks.kind, fill: row ? `var(--class-${place})` : FILLS[lacks.kind],
        lines: row ? linesOf(row, rows) : [lacks.text], href: page.pages.includes(code) ? `country/${code}.html` : "",
      };
    });
    const byCode = new Map(areas.map((area) => [area.code, area]));
    for (const tile of tiles) {
      const area = byCode.get(tile.dataset.code);
      tile.className = `tile ${area.look}`;
      tile.dataset.says = `${area.name}: ${area.lines.join(", ")}`;
      if (tile.tagName === "A") tile.setAttribute("aria-label", tile.dataset.says);
    }
    const edges = data.breaks.map((edge) => sayBreak(edge, one.kind));
    const texts = edges.length
      ? [`under ${edges[0]}`, ...edges.slice(1).map((edge, place) => `${edges[place]} to ${edge}`), `${edges.at(-1)} and more`]
      : rows.length ? ["all values alike"] : [];
    const absent = { none: year.value ? "no data loaded, or none of that year" : "no data loaded", weak: "not quoted (point at a country to see why)", never: "none exists or it does not apply, such as for a country without a sea" };
    by("legend").replaceChildren(
      ...texts.map((text, place) => item(`class-${colour(place + 1, classes)}`, text)),
      ...Object.keys(absent).filter((kind) => seen.has(kind)).map((kind) => item(kind, absent[kind])),
      ...(page.outside ? [item("out", "not in this publication")] : []),
    );
    by("about").textContent = [one.description, year.value ? one.caution : ""].filter(Boolean).join(" ");
    by("title").textContent = one.label + (group.value && group.value !== "all" ? `: ${page.groups[group.value]}` : "");
    const unit = one.unit.charAt(0).toUpperCase() + one.unit.slice(1);
    by("subtitle").textContent = `${unit}${year.value ? `, ${year.value}` : ", latest value of each country"}`;
    by("summary").textContent = summary(rows, one);
    by("globe").setAttribute("aria-label", `Map of the world: ${by("title").textContent}. ${by("summary").textContent} The tiles and the table have each country's value.`);
    by("pointed").textContent = "";
    return window.ness.paintMap(areas);
  }

  function item(name, text) {
    const line = document.createElement("li"), swatch = document.createElement("span");
    swatch.className = `swatch ${name}`;
    line.append(swatch, text);
    return line;
  }

  function summary(rows, one) {
    const total = Object.keys(page.countries).length;
    if (!rows.length) {
      const others = page.metrics.filter((other) => other.countries).length;
      return `This publication has no value to quote for this choice. ${others} other measures have values: choose one above.`;
    }
    const sorted = [...rows].sort((a, b) => a.value - b.value);
    const middle = (sorted[(sorted.length - 1) >> 1].value + sorted[sorted.length >> 1].value) / 2;
    const low = sorted[0], high = sorted.at(-1);
    return `${rows.length} of ${total} countries and territories have a value. Lowest: ${page.countries[low.code]} (${say(low.value, one.kind)}); ` +
      `highest: ${page.countries[high.code]} (${say(high.value, one.kind)}); half of them lie above ${say(middle, one.kind)}.`;
  }

  for (const wake of ["pointerover", "focusin"]) {
    map.addEventListener(wake, (event) => {
      const tile = event.target.closest("[data-code]");
      if (tile) by("pointed").textContent = tile.dataset.says || tile.title;
    });
  }

  // --- tabs: the map for the pointer, the tiles for the keyboard too ---------------------------------------------------
  const tabs = [by("tab-map"), by("tab-tiles")];

  function openTab(tab) {
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      by(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    if (tab.id === "tab-map" && window.ness.drawMap) return window.ness.drawMap();
    return Promise.resolve();
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => openTab(tab));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = tabs.find((one) => one !== tab);
      openTab(other);
      other.focus();
    });
  }
  by("walk-tiles").addEventListener("click", () => {
    openTab(by("tab-tiles"));
    links.find((tile) => tile.tabIndex === 0)?.focus();
  });
  by("tabs").hidden = false;
  openTab(by("tab-map"));

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
    const unranked = (row) => Number(one.is_index && Boolean(year.value) && row.rank === null);
    const sorted = [...rows].sort((a, b) => unranked(a) - unranked(b) || sign * (a.value - b.value) || page.countries[a.code].localeCompare(page.countries[b.code]));
    const ends = rows.flatMap((row) => [row.value, row.lower ?? row.value, row.upper ?? row.value, row.least ?? row.value, row.most ?? row.value]);
    const low = Math.min(0, ...ends), span = Math.max(...ends, low + 1e-9) - low;
    const place = (value) => `${(100 * (value - low) / span).toFixed(2)}%`;
    const list = by("ranking");
    list.replaceChildren(...(all ? sorted : sorted.slice(0, SHORT)).map((row) => {
      const line = document.createElement("li");
      const stands = put("span", "place", placeOf(row, rows, one) ?? "");
      if (row.rank !== null) stands.append(put("small", "", `${row.best} to ${row.worst}`));
      line.append(
        stands, link(row.code), track(row, place),
        said(row, one),
      );
      return line;
    }));
    by("direction").textContent = rows.length === 0 ? "No country has a value for this choice."
      : one.is_index && !year.value ? `Highest first, each country by its latest index. These are of different years, so there are no ranks; choose a year to see them. ${one.doubt}`
      : one.is_index ? `The ${shown.data.ranked?.[year.value] ?? 0} states with an index of ${year.value}, best first; higher is better. Below the rank stand the best and the worst rank that one other choice of ours would give. ${one.doubt}`
      : one.better ? `Best first; ${one.better} is better. ${one.doubt}`
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
    for (const [name, lower, upper] of [["range", row.lower, row.upper], ["range thin", row.least, row.most]]) {
      if (lower === null) continue;
      const range = put("span", name, "");
      range.style.left = place(lower);
      range.style.width = `calc(${place(upper)} - ${place(lower)})`;
      made.append(range);
    }
    const dot = put("span", "dot", "");
    dot.style.left = place(row.value);
    made.append(dot);
    return made;
  }

  function said(row, one) {
    const made = put("span", "said", say(row.value, one.kind));
    if (row.coverage !== null) {
      const lines = [`coverage by weight: ${say(row.coverage, "share")}, ${row.year}`];
      if (row.least !== null) lines.unshift(`everything missing: ${say(row.least, one.kind)} to ${say(row.most, one.kind)}`);
      if (row.lower !== null) lines.unshift(`${one.ends}: ${say(row.lower, one.kind)} to ${say(row.upper, one.kind)}`);
      made.append(...lines.map((text) => put("small", "", text)));
      made.classList.add("long");
      return made;
    }
    const range = row.lower === null ? "" : `${say(row.lower, one.kind)} to ${say(row.upper, one.kind)}`;
    const small = [range, row.year].filter(Boolean).join(", ");
    if (small) made.append(put("small", "", small));
    return made;
  }

  by("more").addEventListener("click", () => { all = !all; rank(); });

  // --- begin -----------------------------------------------------------------------------------------------------------
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (page.metrics.some((one) => one.metric === state.metric)) metric.value = state.metric;
  const change = (wanted) => choose(wanted).then(() => { document.documentElement.dataset.world = metric.value; }).catch((error) => {
    by("summary").textContent = "The numbers of this choice could not be read; write the report again.";
    console.error(error);
  });
  for (const select of [metric, group]) select.addEventListener("change", () => change({}).then(remember));
  year.addEventListener("change", () => {
    picked = year.value;
    change({ year: picked }).then(remember);
  });
  if (page.metrics.length) change(state);
})();
