// "Vouliez-vous dire…": what a question that was not understood, or not surely, may have meant, as buttons.

import { byId, make } from "./dom.js";
import { Refused, post } from "./service.js";

const MOST = 4;
const LEAST_LETTERS = 4;
const WORDS_TRIED = 3;
const FRANCE = { lon: [-63, 56], lat: [-22, 52] };
const NUMBER = /^\s*(\d+\s*(?:bis|ter|quater)?)\b/i;
const PAIR = /^\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*$/;

let latest = 0;

/** Offer what may have been meant by a question whose answer is not sure; `answer` is null where it was refused. */
export async function propose({ q }, answer, onChoose) {
  latest += 1;
  const rank = latest;
  byId("meant").replaceChildren();
  if (!q) return;
  const texts = answer?.position ? around(answer) : await guesses(q, answer);
  if (rank !== latest) return;
  const kept = [...new Set(texts)].filter((text) => text !== q).slice(0, MOST);
  if (kept.length) show(kept, onChoose);
  else if (answer && !answer.position) byId("meant").replaceChildren(make("p", { class: "help" }, "Rien d'approchant dans la liste : un clic sur la carte répond aussi."));
}

function show(texts, onChoose) {
  const buttons = texts.map((text) => make("button", { type: "button", onclick: () => onChoose(text) }, text));
  byId("meant").replaceChildren(make("p", {}, "Vouliez-vous dire…"), make("div", { class: "buttons" }, ...buttons));
}

/** A number whose town or street was only guessed, and other places that the words may name. */
function around({ position }) {
  if (position.firm) return [];
  return [...(position.type === "housenumber" ? [position.label] : []), ...position.alternatives];
}

async function guesses(q, answer) {
  const swapped = swappedPair(q);
  if (swapped) return [swapped];
  if (!answer) return [];
  const number = q.match(NUMBER)?.[1] ?? "";
  const words = q.replace(NUMBER, "").split(/[^\p{L}]+/u).filter((word) => word.length >= LEAST_LETTERS);
  const tried = [q, ...words.sort((one, other) => other.length - one.length).slice(0, WORDS_TRIED)];
  const found = await Promise.all(tried.map(near));
  return found.flat().map(({ label, type }) => (number && type === "street" ? `${number} ${label}` : label));
}

/** "50.95, 1.88" the other way round, where that is in France. */
function swappedPair(q) {
  const [, first, second] = q.match(PAIR) ?? [];
  const within = (value, [least, most]) => Number(value) >= least && Number(value) <= most;
  return first && within(first, FRANCE.lat) && within(second, FRANCE.lon) && Number(first) > Number(second) ? `${second}, ${first}` : "";
}

async function near(q) {
  try {
    const response = await post("search", { q, limit: MOST, autocomplete: 1 });
    return (await response.json()).features.map(({ properties }) => properties);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}
