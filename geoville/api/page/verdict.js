// The answer in words: the verdict, what it is worth, and what it rests on.

import { byId, make } from "./dom.js";
import { BASES, POSITIONS, QUALITIES, VERDICTS, distance, longDate, period, side } from "./words.js";

/** Show an answer. The live region says the verdict, its reason and its basis; the rest is read at leisure. */
export function showAnswer(answer) {
  const [reason, ...reasons] = answer.reasons;
  byId("verdict").replaceChildren(
    make(
      "div",
      { class: `verdict ${answer.verdict}` },
      make("p", { class: "word" }, make("span", { class: "mark", "aria-hidden": "true" }), VERDICTS[answer.verdict]),
      make("p", { class: "when" }, `au ${longDate(answer.on)}`),
      make("p", { class: "reason" }, withoutWord(reason, answer.verdict)),
      answer.verdict === "not_found" ? null : make("p", { class: `basis ${answer.basis}` }, BASES[answer.basis]),
    ),
  );
  byId("details").replaceChildren(
    ...[facts(answer), list("Ce qui fonde la réponse", reasons), periods(answer), sources(answer)].filter(Boolean),
  );
  byId("tools").hidden = false;
}

/** Show why there is no answer. */
export function showRefusal(sentence) {
  byId("verdict").replaceChildren(make("p", { class: "refusal" }, sentence));
  byId("details").replaceChildren();
  byId("tools").hidden = true;
}

/** The sentence of a verdict without its first word, which is written above it. */
function withoutWord(sentence, verdict) {
  const [head, ...rest] = sentence.split(" : ");
  if (head !== VERDICTS[verdict]) return sentence;
  const text = rest.join(" : ");
  return text[0].toUpperCase() + text.slice(1);
}

function facts({ position, distance_m: metres, accuracy_m: accuracy, quality }) {
  if (!position) return null;
  const rows = [
    ["Position trouvée", position.label],
    ["Nature", POSITIONS[position.type]],
    ["Distance à la limite", metres === null ? "" : side(metres)],
    ["Précision de la position", accuracy === null ? "" : accuracy === 0 ? "prise pour exacte" : `à ${distance(accuracy)} près`],
    ["Qualité (échelle de l’Insee)", QUALITIES[quality] ?? ""],
    ["Source de la position", position.source ?? ""],
    ["Autres lieux possibles", position.alternatives.join(" ; ")],
  ];
  const kept = rows.filter(([, value]) => value);
  return make("dl", { class: "facts" }, ...kept.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function periods(answer) {
  const lines = answer.periods.map((item) =>
    make(
      "li",
      {},
      make("strong", {}, `Génération ${item.generation}`),
      ` (${period(item.valid_from, item.valid_to)})\u00a0: `,
      make("strong", {}, VERDICTS[item.verdict].toLowerCase()),
      `, ${item.name} (${item.code}), ${item.distance_m === null ? "à plus de 50\u00a0km" : side(item.distance_m)}.`,
    ),
  );
  return lines.length ? section("Selon la génération", make("ul", {}, ...lines)) : null;
}

function sources(answer) {
  const lines = [...answer.references.map((text) => `Texte : ${text}`), ...answer.sources.map((source) => `Source : ${source.citation}`)];
  if (!lines.length) return null;
  const items = lines.map((line) => make("li", {}, line));
  return make("details", { class: "sources" }, make("summary", {}, "Textes et sources"), make("ul", {}, ...items));
}

const list = (title, lines) => (lines.length ? section(title, make("ul", {}, ...lines.map((line) => make("li", {}, line)))) : null);

const section = (title, ...content) => make("section", { class: "part" }, make("h3", {}, title), ...content);
