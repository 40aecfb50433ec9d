// The page of the town hall: one question at a time, its answer in words, on a map and in a table.

import { watchAddress } from "./address.js";
import { watchDates } from "./dates.js";
import { byId } from "./dom.js";
import { watchFile } from "./file.js";
import { Layers } from "./layers.js";
import { Mark, openMap, viewOf } from "./map.js";
import { bandKeys, drawBands } from "./perimeters.js";
import { showRules } from "./rules.js";
import { Refused, getJson, lookUp } from "./service.js";
import { keepState, readState } from "./state.js";
import { fillTable } from "./table.js";
import { watchTools } from "./tools.js";
import { showAnswer, showRefusal } from "./verdict.js";

const { L } = globalThis;
const facts = JSON.parse(byId("facts").textContent);
const state = readState();
let answer = null;
let latest = 0;

const map = openMap(facts, state.view, { onPoint, onMove });
const mark = new Mark(map);
const bands = L.layerGroup().addTo(map);
const layers = new Layers(map, facts, onDrawn);

watchAddress((q) => ask({ q }, { move: true }));
watchDates(state.on, (day) => {
  state.on = day;
  layers.showDay(shownDay());
  if (state.question) ask(state.question);
});
watchTools(() => ({ on: state.on, view: viewOf(map), layers: layers.names, question: state.question }));
watchFile(() => state.on);
layers.day = shownDay();
said(layers.open(state.layers, !state.view && !state.question));
if (state.question) {
  byId("address").value = state.question.q ?? "";
  ask(state.question, { move: !state.view });
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
  } finally {
    if (rank === latest) byId("verdict").removeAttribute("aria-busy");
  }
}

async function show(found, move) {
  answer = found;
  showAnswer(found);
  showRules(found.rules);
  mark.show(found.position, found.accuracy_m, { move });
  onDrawn();
  await said(showBands(found));
}

function clear(sentence) {
  answer = null;
  showRefusal(sentence);
  showRules();
  mark.show(null);
  hideBands();
  onDrawn();
}

/** Bands around the perimeter that the answer rests on. */
async function showBands({ distance_m: metres, perimeters, nearest, on }) {
  hideBands();
  const decisive = [...perimeters, ...nearest].find((perimeter) => perimeter.distance_m === metres);
  if (metres === null || !decisive) return;
  const around = answer;
  const { features } = await getJson(`perimeters/${encodeURIComponent(decisive.code)}/bands?on=${on}`);
  if (around !== answer) return;
  bands.addLayer(drawBands(features));
  byId("bands-key").replaceChildren(...bandKeys(features));
}

function hideBands() {
  bands.clearLayers();
  byId("bands-key").replaceChildren();
}

function onPoint(lon, lat) {
  byId("address").value = "";
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
