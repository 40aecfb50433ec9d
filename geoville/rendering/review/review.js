(() => {
  "use strict";
  const given = JSON.parse(document.getElementById("rows").textContent);
  const rows = given.rows;
  const decisions = new Map();
  const names = { inside: "dedans", outside: "dehors", later: "plus tard" };
  const keys = { d: "inside", h: "outside", p: "later" };
  const of = (id) => document.getElementById(id);
  let current = 0;
  let saved = true;

  const percent = (chance) => {
    if (chance === null) return "probabilité inconnue";
    const text = (100 * chance).toFixed(1).replace(".", ",");
    if (chance < 0.001) return "dedans\u00a0: moins de 0,1\u00a0%";
    if (chance > 0.999) return "dedans\u00a0: plus de 99,9\u00a0%";
    return `dedans\u00a0: ${text}\u00a0%`;
  };

  const element = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  };

  // Metres go up to the north, pixels down.
  const path = (lines, closed) =>
    lines.map((line) => "M" + line.map(([x, y]) => `${x} ${-y}`).join("L") + (closed ? "Z" : "")).join("");

  const draw = (shown) => {
    const svg = of("map");
    svg.replaceChildren();
    svg.parentElement.hidden = !shown;
    if (!shown) return;
    const half = shown.half_m;
    svg.setAttribute("viewBox", `${-half} ${-half} ${2 * half} ${2 * half}`);
    for (const quarter of shown.quarters) element("path", { class: "quarter", d: path(quarter, true), "fill-rule": "evenodd" }, svg);
    element("path", { class: "street", d: path(shown.streets, false) }, svg);
    element("path", { class: "limit", d: path(shown.limits, false) }, svg);
    element("path", { class: "region", d: path(shown.region, true), "fill-rule": "evenodd" }, svg);
    const size = half / 22;
    for (const [x, y, text] of shown.numbers) {
      element("circle", { class: "number", cx: x, cy: -y, r: size / 4 }, svg);
      element("text", { x: x + size / 3, y: -y - size / 3, "font-size": size }, svg).textContent = text;
    }
    element("circle", { class: "point", cx: 0, cy: 0, r: size / 1.6 }, svg);
    const step = half > 400 ? 200 : 50;
    const [left, low] = [-half * 0.94, half * 0.94];
    element("path", { class: "point", d: `M${left} ${low}h${step}` }, svg);
    element("text", { x: left, y: low - size / 2, "font-size": size }, svg).textContent = `${step} m`;
  };

  const say = (text, good) => {
    of("message").textContent = text;
    of("message").classList.toggle("good", Boolean(good));
  };

  const tell = () => {
    const done = [...decisions.values()].filter((one) => one.decision !== "later").length;
    const left = rows.length - done;
    of("count").textContent = `(${rows.length})`;
    of("progress").textContent =
      `${done} décidée${done > 1 ? "s" : ""}, ${left} à décider` + (saved ? "" : " ; non enregistré");
  };

  const mark = (rank) => {
    const button = of("list").children[rank].firstChild;
    const made = decisions.get(rows[rank].key);
    button.lastChild.textContent = made ? names[made.decision] : "";
  };

  const show = (rank, focus) => {
    if (!rows.length) return;
    const items = of("list").children;
    items[current].firstChild.removeAttribute("aria-current");
    current = Math.min(Math.max(rank, 0), rows.length - 1);
    const row = rows[current];
    const button = items[current].firstChild;
    button.setAttribute("aria-current", "true");
    button.scrollIntoView({ block: "nearest" });
    if (focus) button.focus({ preventScroll: true });
    of("line").textContent = `Ligne ${row.line}`;
    of("chance").textContent = percent(row.probability);
    of("asked").textContent = row.asked;
    of("found").textContent = row.found === row.asked ? "" : `Trouvé\u00a0: ${row.found}`;
    of("reasons").replaceChildren(...row.reasons.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    const made = decisions.get(row.key);
    for (const one of document.querySelectorAll("[data-decision]")) {
      one.setAttribute("aria-pressed", String(Boolean(made) && made.decision === one.dataset.decision));
    }
    draw(row.map);
  };

  const next = () => {
    const open = (rank) => !decisions.has(rows[rank].key);
    for (let step = 1; step <= rows.length; step += 1) {
      const rank = (current + step) % rows.length;
      if (open(rank)) return rank;
    }
    return current;
  };

  const decide = (decision) => {
    if (!rows.length) return;
    const who = of("who").value.trim();
    if (!who) {
      say("Écrivez d’abord qui décide\u00a0: le fichier des décisions le dit.");
      of("who").focus();
      return;
    }
    say("");
    const { key, line } = rows[current];
    decisions.set(key, { key, line, decision, by: who, at: new Date().toISOString() });
    saved = false;
    rows.forEach((row, rank) => row.key === key && mark(rank));
    tell();
    show(next());
  };

  const save = () => {
    const kept = [...decisions.values()].filter((one) => one.decision !== "later");
    if (!kept.length) {
      say("Rien n’est encore décidé.");
      return;
    }
    const document_ = {
      format: "geoville-decisions", version: 1, source: given.name, on: given.on,
      data_version: given.data_version, decisions: kept,
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 1) + "\n"], { type: "application/json" }));
    link.download = `decisions-${given.name.replace(/\.[^.]*$/, "")}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
    saved = true;
    tell();
    say(`${kept.length} décision${kept.length > 1 ? "s" : ""} dans « ${link.download} ».`, true);
  };

  rows.forEach((row, rank) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const short = row.probability === null ? "?" : `${Math.round(100 * row.probability)}\u00a0%`;
    for (const [name, text] of [["number", `l. ${row.line}`], ["asked", row.asked], ["done", ""]]) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = name === "number" ? short : text;
      button.append(part);
    }
    button.title = `Ligne ${row.line}`;
    button.addEventListener("click", () => show(rank));
    item.append(button);
    of("list").append(item);
  });
  for (const one of document.querySelectorAll("[data-decision]")) {
    one.addEventListener("click", () => decide(one.dataset.decision));
  }
  of("save").addEventListener("click", save);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input")) {
      if (event.key === "Enter" || event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key in keys) decide(keys[key]);
    else if (key === "s") save();
    else if (event.key === "ArrowDown") show(current + 1, true);
    else if (event.key === "ArrowUp") show(current - 1, true);
    else return;
    event.preventDefault();
  });
  addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });
  tell();
  if (rows.length) show(0);
  else of("progress").textContent = "Rien n’est à vérifier dans ce fichier.";
})();
