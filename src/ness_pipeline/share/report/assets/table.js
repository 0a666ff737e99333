// The table of countries sorts by a heading and filters by words and region.
"use strict";

(function () {
  const by = (id) => document.getElementById(id);
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
})();
