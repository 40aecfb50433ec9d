// What came of a table of actions: euros and actions by what reaches the quarters, by ground, quarter and theme.

import { make } from "./dom.js";
import { keep, listed, mapTick, swatch } from "./results.js";
import { number, plural } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const REACH_COLOURS = { certain: "#12355b", possible: "#6a8fb5", unknown: "#c9a227", not_shown: "#b8bec6" };
const UNDATED = "Aucune date"; // as common as it is harmless: the summary of a table without dates would list every row
const MOST_TOTALS = 15;
const euros = (value) => `${number(value)}\u00a0€`;

/** Answers about actions, as they come; `grounds` gives the colour of each ground. */
export class Actions {
  rows = 0;
  #toLookAt = new Map();
  #table = null;
  #missing = 0;
  #points;
  #grounds;

  constructor(points, grounds) {
    this.#points = points;
    this.#grounds = grounds;
  }

  add(row) {
    this.rows += 1;
    if (row.kind === "action") for (const why of reasonsToLook(row)) keep(this.#toLookAt, why, row);
    if (row.ground && row.ground !== "in_qpv" && row.missing.length) this.#missing += 1;
    if (row.ground) this.#points.add(row.line, row.places, this.#look(row.ground), [row.title, row.ground_name, row.bearer]);
  }

  sum(table) {
    this.#table = table;
  }

  /** The summary in words and bars, then the rows to look at. */
  show() {
    const { summary, changes, faults, skipped } = this.#table;
    return [
      make("p", { class: "whole" }, `${plural(summary.whole.actions, "action", "actions")}, ${euros(summary.whole.euros)}`, ...without(summary.whole)),
      bars(summary.by_reach, summary.whole),
      totals("Par fondement", summary.by_ground, summary.whole, (total) => swatch(this.#look(total.key))),
      totals("Par quartier", summary.by_quarter, summary.whole),
      totals("Par thème", summary.by_theme, summary.whole),
      changed(changes),
      this.#missing ? make("p", {}, `${plural(this.#missing, "action", "actions")} hors QPV ou sans lieu sûr\u00a0: ce qu’il reste à demander à chaque porteur est dans la synthèse, feuille «\u00a0À compléter\u00a0».`) : null,
      faults ? make("p", {}, `${plural(faults, "ligne", "lignes")} en erreur, hors des comptes.`) : null,
      skipped ? make("p", { class: "help" }, `${plural(skipped, "ligne vide, de total ou d’en-tête répété, gardée", "lignes vides, de total ou d’en-tête répétés, gardées")} à leur place.`) : null,
      mapTick(this.#points),
      listed(this.#toLookAt, this.#points, (row) => [[row.title, row.bearer].filter(Boolean).join(", ") || "(sans titre)", [...(row.declared?.reasons ?? []), ...row.remarks, row.reason].join(" ")]),
    ];
  }

  #look(ground) {
    return { fill: this.#grounds[ground] ?? "#5b6673", edge: "#ffffff" };
  }
}

function reasonsToLook({ ground, declared, remarks }) {
  const reasons = [];
  if (!ground) reasons.push("En erreur");
  if (ground === "unknown") reasons.push("On ne sait pas");
  if (declared?.agreement === "contradicts") reasons.push("Quartier déclaré contredit");
  if (!reasons.length && remarks.some((remark) => !remark.startsWith(UNDATED))) reasons.push("Avec une remarque");
  return reasons;
}

const without = ({ without_amount: count }) => (count ? [`\u00a0; ${plural(count, "action", "actions")} sans montant lisible`] : []);

/** One bar for each degree of certainty: its part of the euros, or of the actions where there are no euros. */
function bars(parts, whole) {
  const rows = parts.map((total) => make("li", {}, make("span", {}, total.label), make("strong", {}, figures(total, whole)), bar(share(total, whole), REACH_COLOURS[total.key])));
  return make("figure", { class: "reach" }, make("figcaption", {}, "Ce qui va aux quartiers prioritaires"), make("ul", {}, ...rows));
}

const share = (total, whole) => (whole.euros ? total.euros / whole.euros : total.actions / Math.max(whole.actions, 1));

function figures(total, whole) {
  const part = share(total, whole).toLocaleString("fr-FR", { style: "percent", maximumFractionDigits: 0 });
  return `${plural(total.actions, "action", "actions")}, ${euros(total.euros)} (${part})`;
}

function bar(part, colour) {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" })) drawing.setAttribute(name, value);
  for (const [width, fill] of [
    [100, "#eef1f4"],
    [100 * part, colour],
  ]) {
    const drawn = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ width, height: 4, fill })) drawn.setAttribute(name, value);
    drawing.append(drawn);
  }
  return drawing;
}

function totals(title, some, whole, mark = () => null) {
  if (!some.some(({ key, actions }) => key && actions)) return null;
  const rows = some.slice(0, MOST_TOTALS).map((total) => {
    const name = make("th", { scope: "row" }, total.label || "(nom inconnu)");
    const drawn = mark(total);
    if (drawn) name.prepend(drawn);
    return make("tr", {}, name, make("td", {}, number(total.actions)), make("td", {}, euros(total.euros)));
  });
  const rest = some.length > MOST_TOTALS ? make("p", { class: "help" }, `Et ${plural(some.length - MOST_TOTALS, "autre", "autres")}, dans la synthèse.`) : null;
  const head = make("thead", {}, make("tr", {}, make("td", {}), make("th", { scope: "col" }, "Actions"), make("th", { scope: "col" }, "Euros")));
  const table = make("table", { class: "summary" }, make("caption", { class: "hidden" }, title), head, make("tbody", {}, ...rows));
  return make("details", { open: some.length <= MOST_TOTALS && title === "Par fondement" }, make("summary", {}, title), table, rest);
}

function changed(changes) {
  if (!changes.length) return null;
  const rows = changes
    .filter(({ group }) => group === "Ensemble" || group === "Ce qui va aux QPV")
    .map(({ label, before, after }) => make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, euros(before?.euros ?? 0)), make("td", {}, euros(after?.euros ?? 0))));
  const head = make("thead", {}, make("tr", {}, make("td", {}), make("th", { scope: "col" }, "Avant"), make("th", { scope: "col" }, "Ce tableau")));
  return make("table", { class: "summary" }, make("caption", {}, "Depuis le tableau d’avant"), head, make("tbody", {}, ...rows));
}
