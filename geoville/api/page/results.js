// What came of a file: how many rows of each answer, those to look at one by one, and what to keep.

import { byId, download, make } from "./dom.js";
import { VERDICTS, number, plural } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST_LISTED = 300;
const UNSURE = 3;
const KEPT_PER_REASON = 1_000;

const LOOKS = {
  inside: { fill: "#12355b", edge: "#ffffff" },
  outside: { fill: "#ffffff", edge: "#4a5563" },
  uncertain: { fill: "#f2b84b", edge: "#7a4a00" },
};

/** Answers about addresses or points, counted as they come. */
export class Answers {
  rows = 0;
  #counts = new Map();
  #toLookAt = new Map();
  #points;

  constructor(points) {
    this.#points = points;
  }

  add(row) {
    this.rows += 1;
    this.#counts.set(row.verdict, (this.#counts.get(row.verdict) ?? 0) + 1);
    const why = reasonToLook(row);
    if (why) keep(this.#toLookAt, why, row);
    if (row.verdict in LOOKS && row.lon !== null) this.#points.add(row.line, [row], LOOKS[row.verdict], [VERDICTS[row.verdict], row.label, row.name]);
  }

  /** The answers in words: a table of counts, a list of rows to look at. */
  show() {
    return [summary(this.#counts, this.rows), mapTick(this.#points), listed(this.#toLookAt, this.#points, (row) => [row.asked || "(ligne vide)", row.reason])];
  }
}

/** Why a row is to be looked at by somebody; null where it is not. */
function reasonToLook({ verdict, status, quality }) {
  if (status === "error") return "En erreur";
  if (status === "skipped") return null;
  if (verdict === "uncertain" || verdict === "not_found") return VERDICTS[verdict];
  return quality === UNSURE ? "Position peu sûre" : null;
}

export function keep(kinds, why, row) {
  if (!kinds.has(why)) kinds.set(why, { count: 0, rows: [] });
  const kind = kinds.get(why);
  kind.count += 1;
  if (kind.rows.length < KEPT_PER_REASON) kind.rows.push(row);
}

function summary(counts, rows) {
  const named = Object.entries(VERDICTS).map(([code, word]) => [swatch(LOOKS[code]), word, counts.get(code) ?? 0]);
  const without = rows - named.reduce((total, [, , count]) => total + count, 0);
  const lines = without ? [...named, [swatch(), "Sans réponse (ligne vide ou illisible)", without]] : named;
  return make(
    "table",
    { class: "summary" },
    make("caption", {}, "Lignes par verdict"),
    make("tbody", {}, ...lines.map(([mark, word, count]) => make("tr", {}, make("th", { scope: "row" }, mark, word), make("td", {}, number(count))))),
  );
}

/** The mark that an answer has on the map; an empty room where it has none. */
export function swatch(look) {
  const drawing = document.createElementNS(SVG, "svg");
  const said = { class: "swatch", viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true", focusable: "false" };
  for (const [name, value] of Object.entries(said)) drawing.setAttribute(name, value);
  if (!look) return drawing;
  const mark = document.createElementNS(SVG, "circle");
  for (const [name, value] of Object.entries({ cx: 8, cy: 8, r: 6, fill: look.fill, stroke: look.edge === "#ffffff" ? look.fill : look.edge, "stroke-width": 1.5 }))
    mark.setAttribute(name, value);
  drawing.append(mark);
  return drawing;
}

/** Whether the answers are on the map. */
export function mapTick(points) {
  if (!points.size) return null;
  points.show(true);
  points.fit();
  return make(
    "label",
    { class: "tick" },
    make("input", { type: "checkbox", checked: true, onchange: (event) => points.show(event.target.checked) }),
    make("span", {}, `Montrer les réponses sur la carte (${plural(points.size, "ligne située", "lignes situées")})`),
  );
}

/** The rows to look at, by why; `words(row)` gives what is asked and why it is not sure. */
export function listed(kinds, points, words) {
  const total = [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
  if (!total) return make("p", {}, "Aucune ligne à regarder de plus près.");
  const list = make("ol", { class: "to-look-at" });
  const rest = make("p", { class: "help" });
  const fill = (why) => {
    const some = [...kinds].filter(([name]) => !why || name === why);
    const rows = some.flatMap(([name, { rows: kept }]) => kept.map((row) => [name, row])).sort(([, one], [, other]) => one.line - other.line);
    const count = some.reduce((sum, [, kind]) => sum + kind.count, 0);
    const shown = rows.slice(0, MOST_LISTED);
    list.replaceChildren(...shown.map(([name, row]) => item(name, row, words(row), points)));
    rest.textContent = count > shown.length ? `Et ${plural(count - shown.length, "autre", "autres")}, dans le fichier.` : "";
  };
  fill("");
  const choice = make(
    "select",
    { id: "look-at", onchange: (event) => fill(event.target.value) },
    make("option", { value: "" }, `Toutes (${number(total)})`),
    ...[...kinds].map(([name, { count }]) => make("option", { value: name }, `${name} (${number(count)})`)),
  );
  return make(
    "div",
    { class: "look-at" },
    make("h3", {}, "Lignes à regarder"),
    make("div", { class: "choice" }, make("label", { for: "look-at" }, "Lesquelles"), choice),
    make("div", { class: "list-scroll", role: "region", tabindex: "0", "aria-label": "Lignes à regarder" }, list),
    rest,
  );
}

function item(name, row, [asked, reason], points) {
  const look = points.has(row.line)
    ? make("button", { type: "button", class: "link", "aria-label": `Voir la ligne ${row.line} sur la carte`, onclick: () => points.look(row.line) }, "Voir sur la carte")
    : null;
  return make("li", {}, make("p", { class: "row-head" }, make("strong", {}, `Ligne ${number(row.line)}`), make("span", {}, name), look), make("p", {}, asked), make("p", { class: "help" }, reason ?? ""));
}

/** Buttons that save the files, each under its name; the first is the file that was sent, answered. */
export function savers([answered, ...others]) {
  const saver = ({ name, blob }, label) => make("button", { type: "button", title: name, onclick: () => download(blob, name) }, label);
  const kinds = others.map((file) => saver(file, OTHER_FILES.find(([ending]) => file.name.endsWith(ending))[1]));
  return make("div", { class: "buttons savers" }, saver(answered, `Enregistrer ${answered.name}`), ...kinds);
}

const OTHER_FILES = [
  [".xlsx", "Synthèse (Excel)"],
  [".pdf", "Une page (PDF)"],
  [".relire.html", "Lignes à vérifier (page web)"],
  [".html", "Carte (page web)"],
];

/** Show what came of the file. */
export const showResults = (parts) => byId("file-summary").replaceChildren(...parts.filter(Boolean));
