// The answer in words: the verdict, what it is worth, and what it rests on.

import { byId, make } from "./dom.js";
import { BASES, POSITIONS, QUALITIES, VERDICTS, distance, longDate, period, side } from "./words.js";

/** Show an answer. The live region says the verdict, its reason and its basis; the rest is read at leisure. */
export function showAnswer(answer) {
  const [reason, ...reasons] = answer.reasons;
  const bare = isBareStreet(answer);
  byId("grounds").hidden = false;
  byId("verdict").replaceChildren(
    make(
      "div",
      { class: `verdict ${answer.verdict}` },
      make("p", { class: "word" }, make("span", { class: "mark", "aria-hidden": "true" }), VERDICTS[answer.verdict]),
      make("p", { class: "when" }, `au ${longDate(answer.on)}`),
      make("p", { class: "reason" }, bare ? streetSentence(answer) : withoutWord(reason, answer.verdict)),
      bare ? make("button", { type: "button", onclick: addNumber }, "Ajouter le numéro") : null,
      make("p", { class: "badges" }, answer.verdict === "not_found" ? null : make("span", { class: `basis ${answer.basis}` }, BASES[answer.basis]), veille(answer)),
    ),
  );
  byId("details").replaceChildren(
    ...[facts(answer), list("Ce qui fonde la réponse", bare ? reasons.slice(1) : reasons), periods(answer), sources(answer)].filter(Boolean),
  );
  byId("tools").hidden = false;
}

/** Show why there is no answer. */
export function showRefusal(sentence) {
  showOnly(make("p", { class: "refusal" }, sentence));
}

/** Show the page as it opens. */
export function showNothing() {
  showOnly(make("p", { class: "invitation" }, INVITATION));
}

const INVITATION = "Tapez trois lettres pour voir des adresses, ou touchez la carte là où se trouve le lieu.";

function showOnly(paragraph) {
  byId("verdict").replaceChildren(paragraph);
  byId("meant").replaceChildren();
  byId("details").replaceChildren();
  byId("rules").replaceChildren();
  byId("tools").hidden = true;
  byId("share-box").hidden = true;
  byId("grounds").hidden = true;
}

/** Whether a street alone was found, where its number is what lacks. */
const isBareStreet = ({ verdict, position }) => verdict === "uncertain" && position?.type === "street" && !position.firm && !position.alternatives.length;

/** One sentence: what was found of a street, and what would make the answer sure. */
function streetSentence({ perimeters, nearest, distance_m: metres }) {
  const rested = metres === null ? null : [...perimeters, ...nearest].find((perimeter) => perimeter.distance_m === metres);
  const where = rested ? ` : un de ses points est à ${side(metres).replace(/^à /, "")} de « ${rested.name} »` : "";
  return `Rue trouvée, sans numéro${where}. Ajoutez le numéro pour une réponse sûre.`;
}

/** Put the caret where the number of a street is written. */
function addNumber() {
  const field = byId("address");
  field.value = ` ${field.value.trim()}`;
  field.focus();
  field.setSelectionRange(0, 0);
}

/** A badge for who lies in a quarter under watch, which no rule of a QPV follows from. */
function veille({ perimeters, nearest }) {
  const held = [...perimeters, ...nearest].find(({ kind, distance_m: metres }) => kind === "veille" && metres <= 0);
  return held ? make("span", { class: "badge veille", title: held.name }, held.estimated ? "En veille active (estimée)" : "En veille active") : null;
}

/** The sentence of a verdict without its first word, which is written above it. */
function withoutWord(sentence, verdict) {
  const [head, ...rest] = sentence.split(" : ");
  if (head !== VERDICTS[verdict]) return sentence;
  const text = rest.join(" : ");
  return text[0].toUpperCase() + text.slice(1);
}

function facts(answer) {
  const { position, distance_m: metres, accuracy_m: accuracy, quality } = answer;
  if (!position) return null;
  const rows = isBareStreet(answer) ? [
    ["Position trouvée", position.label],
    ["Nature", "rue, sans numéro"],
    ["Source de la position", position.source ?? ""],
  ] : [
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
