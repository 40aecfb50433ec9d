// The page of the town hall: one question at a time, its answer in words, on a map and in a table.

import { watchAddress } from "./address.js";
import { watchDates } from "./dates.js";
import { byId } from "./dom.js";
import { watchFile } from "./file.js";
import { watchGround } from "./ground.js";
import { Layers } from "./layers.js";
import { Mark, openMap, viewOf } from "./map.js";
import { Outline } from "./outline.js";
import { bandKeys, drawBands } from "./perimeters.js";
import { showRules } from "./rules.js";
import { Refused, getJson, lookUp } from "./service.js";
import { propose } from "./meant.js";
import { keepState, readState, rememberQuestion, rememberedQuestion } from "./state.js";
import { fillTable } from "./table.js";
import { watchTools } from "./tools.js";
import { showAnswer, showNothing, showRefusal } from "./verdict.js";

const { L } = globalThis;
const facts = JSON.parse(byId("facts").textContent);
const state = readState();
let answer = null;
let latest = 0;

const map = openMap(facts, state.view, { onPoint, onMove });
const mark = new Mark(map);
const bands = L.layerGroup().addTo(map);
const layers = new Layers(map, facts, onDrawn);
const outline = new Outline(map, () => state.on);

watchAddress(newQuestion);
watchGround(map);
watchDates(state.on, (day) => {
  state.on = day;
  layers.showDay(shownDay());
  if (state.question) ask(state.question);
  outline.check();
});
watchTools(() => ({ ...current(), question: state.question }));
watchFile(() => state.on, map, facts);
layers.day = shownDay();
said(layers.open(state.layers, !state.view && !state.question));
const fromLink = state.question;
if (fromLink) rememberQuestion(fromLink, current(), { again: true });
else state.question = rememberedQuestion();
if (state.question) {
  byId("address").value = state.question.q ?? "";
  ask(state.question, { move: !state.view });
}
addEventListener("popstate", () => {
  const question = rememberedQuestion();
  byId("address").value = question?.q ?? "";
  if (question) ask(question, { move: true });
  else forget();
});

/** Ask what the user typed or chose, and remember it. */
function newQuestion(q) {
  rememberQuestion({ q }, current());
  ask({ q }, { move: true });
}

function current() {
  return { on: state.on, view: viewOf(map), layers: layers.names };
}

/** The page as before any question. */
function forget() {
  latest += 1;
  answer = null;
  state.question = null;
  showNothing();
  mark.show(null);
  hideBands();
  layers.single(null);
  onDrawn();
}

/** Ask the service, show what it answers; an answer that comes after a later question is dropped. */
async function ask(question, { move = false } = {}) {
  latest += 1;
  const rank = latest;
  state.question = question;
  byId("verdict").setAttribute("aria-busy", "true");
  try {
    const found = await lookUp(question, state.on);
    if (rank === latest) await show(found, move);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (rank === latest) clear(error.message);
    if (rank === latest) propose(question, null, chooseMeant);
  } finally {
    if (rank === latest) byId("verdict").removeAttribute("aria-busy");
  }
}

async function show(found, move) {
  answer = found;
  showAnswer(found);
  showRules(found.rules);
  bringIntoView();
  mark.show(found.position, found.accuracy_m, { move });
  layers.single(decisive(found)?.code ?? null);
  onDrawn();
  propose(state.question, found, chooseMeant);
  await said(showBands(found));
}

function chooseMeant(text) {
  byId("address").value = text;
  newQuestion(text);
}

/** On a small screen the answer may lie under what is seen. */
function bringIntoView() {
  const { top, bottom } = byId("verdict").getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) byId("answer").scrollIntoView({ block: bottom - top < innerHeight ? "nearest" : "start" });
}

/** The perimeter that an answer rests on. */
const decisive = ({ distance_m: metres, perimeters, nearest }) => (metres === null ? undefined : [...perimeters, ...nearest].find((perimeter) => perimeter.distance_m === metres));

function clear(sentence) {
  answer = null;
  showRefusal(sentence);
  showRules();
  mark.show(null);
  hideBands();
  layers.single(null);
  onDrawn();
}

/** Bands around the perimeter that the answer rests on. */
async function showBands(found) {
  hideBands();
  const rested = decisive(found);
  if (!rested) return;
  const around = answer;
  const { features } = await getJson(`perimeters/${encodeURIComponent(rested.code)}/bands?on=${found.on}`);
  if (around !== answer) return;
  bands.addLayer(drawBands(features));
  byId("bands-key").replaceChildren(...bandKeys(features));
}

function hideBands() {
  bands.clearLayers();
  byId("bands-key").replaceChildren();
}

function onPoint(lon, lat) {
  if (outline.takes(lon, lat)) return;
  byId("address").value = "";
  rememberQuestion({ lon, lat }, current());
  ask({ lon, lat });
}

function onMove() {
  said(layers.refresh());
}

function onDrawn() {
  fillTable(layers.inView, answer, shownDay(), (geometry) => map.fitBounds(L.geoJSON(geometry).getBounds()));
  keepState({ on: state.on, view: viewOf(map), layers: layers.names });
}

/** The day that the map is drawn at. */
function shownDay() {
  return state.on || facts.today;
}

/** Say on the map what the service refused. */
async function said(work) {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("map-said").textContent = error.message;
  }
}
