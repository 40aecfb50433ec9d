// The rules that a place may open, by what can be said of each.

import { byId, make } from "./dom.js";
import { plural } from "./words.js";

const SHOWN = {
  met: ["Condition de lieu remplie", "✓"],
  nearly: ["Presque remplies", "≈"],
  to_check: ["À vérifier", "?"],
  unverified: ["Non vérifiées (texte ou validité)", "?"],
};
const FOLDED = { over: "Terminées", not_met: "Condition de lieu non remplie", unknown: "Périmètre inconnu ici" };

/** Show the rules of an answer; none where there is no answer. */
export function showRules(rules = []) {
  const groups = Object.entries(SHOWN).map(([status, [title, mark]]) => group(withStatus(rules, status), title, mark));
  const folded = Object.entries(FOLDED).map(([status, title]) => group(withStatus(rules, status), title, "–"));
  byId("rules").replaceChildren(
    ...(rules.length ? [make("h2", {}, "Ce que le lieu peut ouvrir")] : []),
    ...(rules.length && !groups.some(Boolean) ? [make("p", {}, "Aucune règle connue n’est remplie, presque remplie ou à vérifier pour ce lieu.")] : []),
    ...groups.filter(Boolean),
    ...(folded.some(Boolean) ? [make("details", { class: "part" }, make("summary", {}, "Autres règles"), ...folded.filter(Boolean))] : []),
  );
}

const withStatus = (rules, status) => rules.filter((rule) => rule.status === status);

function group(rules, title, mark) {
  if (!rules.length) return null;
  return make(
    "section",
    { class: "part rules" },
    make("h3", {}, make("span", { class: "rule-mark", "aria-hidden": "true" }, mark), title),
    ...rules.map(shown),
  );
}

function shown(rule) {
  const checks = rule.to_check.map((text) => make("li", {}, text));
  return make(
    "details",
    { class: "rule" },
    make("summary", {}, rule.name, checks.length ? make("small", {}, plural(checks.length, "point à vérifier", "points à vérifier")) : null),
    make("p", {}, rule.reason),
    checks.length ? make("ul", {}, ...checks) : null,
    make("p", { class: "reference" }, rule.reference, rule.verified ? "" : " (texte non vérifié par geoville)"),
  );
}
