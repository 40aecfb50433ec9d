// Perimeters as drawn: a line and a fill for each nature. Full lines are official, dashes are estimates.

import { make } from "./dom.js";
import { KINDS, number, period } from "./words.js";

const { L } = globalThis;
const SVG = "http://www.w3.org/2000/svg";
const FORMER = ["zus", "cucs"];
const CASING_PX = 4;
const BAND = { colour: "#b3541e", width_px: 2 };
const BAND_DASHES = ["2 4", "8 5", "14 6"];
const MOST_LABELS = 40;
const SUBJECT_SCALE = 1.5;
const DIMMED = 0.45;
const HEART_STEPS = 16;
const SIDES = ["center", "top", "bottom"];

/** Name of the line of a collection ("qpv-2024") or of a nature, among those of the service; its title says its worth. */
export function lineName(id, title = "") {
  const [kind] = id.split("-");
  if (kind === "qpv" && title.includes("généralisé")) return "qpv_generalised";
  if (kind === "iris") return "former_estimated";
  if (kind === "sectors") return "npnru_estimated";
  const name = FORMER.includes(kind) ? "former" : kind;
  return id.endsWith("-estimated") ? `${name}_estimated` : name;
}

export const inForce = ({ valid_from: start, valid_to: end }, day) => (!start || start <= day) && (!end || day <= end);

/** Perimeters of a collection as they stand on a day: what is not in force is pale and hollow, `named` kind has labels,
    the `subject` of an answer is drawn stronger and the others recede. */
export function drawPerimeters({ id, title, features }, line, { day, named, subject }) {
  const name = lineName(id, title);
  const about = features.some(({ properties }) => properties.code === subject) ? subject : null;
  const ordered = [...features].sort((one, other) => (one.properties.code === about) - (other.properties.code === about));
  const casing = L.geoJSON(ordered, {
    pane: "perimeters",
    interactive: false,
    style: ({ properties }) => ({ color: "#fff", weight: widthOf(line, properties, about) + CASING_PX, opacity: 0.85 * strength(properties, about), fill: false }),
  });
  const drawn = L.geoJSON(ordered, {
    pane: "perimeters",
    style: ({ properties }) => style(line, name, inForce(properties, day), properties, about),
    onEachFeature: ({ properties }, layer) => explain(layer, () => tooltip(properties, title)),
  });
  return L.layerGroup([casing, drawn, ...labels(drawn, day, named, about)]);
}

const widthOf = (line, { code }, subject) => line.width_px * (code === subject ? SUBJECT_SCALE : 1);
const strength = ({ code }, subject) => (subject && code !== subject ? DIMMED : 1);

/** Names of the quarters that hold that day, where there are few enough to be read. */
function labels(drawn, day, named, subject) {
  const quarters = drawn.getLayers().filter(({ feature: { properties } }) => properties.kind === named && inForce(properties, day));
  if (quarters.length > MOST_LABELS) return [];
  return quarters.map((layer) => {
    const { name, code } = layer.feature.properties;
    const label = L.tooltip({ permanent: true, direction: "center", className: code === subject ? "map-label subject" : "map-label" });
    return label.setLatLng(heartOf(layer)).setContent(make("span", {}, name));
  });
}

/** A place well inside a shape: of a grid of places in it, the one farthest from its line. */
function heartOf(layer) {
  const parts = layer.getLatLngs();
  const rings = (parts[0][0] instanceof L.LatLng ? parts : parts.flat()).map((ring) => ring.map(({ lng, lat }) => [lng, lat]));
  const box = layer.getBounds();
  const narrow = Math.cos((box.getCenter().lat * Math.PI) / 180);
  let best = [box.getCenter().lng, box.getCenter().lat];
  let farthest = -1;
  for (let column = 1; column < HEART_STEPS; column += 1) {
    for (let row = 1; row < HEART_STEPS; row += 1) {
      const at = [box.getWest() + ((box.getEast() - box.getWest()) * column) / HEART_STEPS, box.getSouth() + ((box.getNorth() - box.getSouth()) * row) / HEART_STEPS];
      const [inside, metres] = depth(at, rings, narrow);
      if (inside && metres > farthest) [best, farthest] = [at, metres];
    }
  }
  return [best[1], best[0]];
}

/** Whether a place is inside some rings, and how far from them, in degrees of latitude squared. */
function depth([x, y], rings, narrow) {
  let inside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let end = 0, start = ring.length - 1; end < ring.length; start = end, end += 1) {
      const [[fromX, fromY], [toX, toY]] = [ring[start], ring[end]];
      if (fromY > y !== toY > y && x < ((toX - fromX) * (y - fromY)) / (toY - fromY) + fromX) inside = !inside;
      const [along, across] = [(toX - fromX) * narrow, toY - fromY];
      const [awayX, awayY] = [(x - fromX) * narrow, y - fromY];
      const part = Math.max(0, Math.min(1, (awayX * along + awayY * across) / (along * along + across * across || 1)));
      nearest = Math.min(nearest, (awayX - part * along) ** 2 + (awayY - part * across) ** 2);
    }
  }
  return [inside, nearest];
}

/** Write the subject's name first, then the largest quarters'; a name that the frame cuts, that lies over another, the
    position or the legend, moves above or below its place, or is not written. */
export function placeLabels(map) {
  const room = map.getContainer().getBoundingClientRect();
  const taken = [...document.querySelectorAll(".leaflet-control, .pin, #legend")].map((element) => element.getBoundingClientRect());
  const written = [];
  map.eachLayer((layer) => layer instanceof L.Tooltip && layer.options.permanent && written.push(layer));
  written.sort((one, other) => other.options.className.length - one.options.className.length);
  for (const label of written) {
    const element = label.getElement();
    const free = SIDES.find((side) => {
      label.options.direction = side;
      label.update();
      const box = element.getBoundingClientRect();
      const cut = box.left < room.left || box.right > room.right || box.top < room.top || box.bottom > room.bottom;
      return !cut && !taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
    });
    element.style.visibility = free ? "" : "hidden";
    if (free) taken.push(element.getBoundingClientRect());
  }
}

/** Bands of an answer's perimeter, which rules look at; the dashes grow with the distance. */
export function drawBands(features) {
  return L.layerGroup(
    features.map((feature, rank) =>
      L.geoJSON(feature, {
        pane: "perimeters",
        style: { color: BAND.colour, weight: BAND.width_px, dashArray: BAND_DASHES[rank], fill: false },
        onEachFeature: ({ properties }, layer) => explain(layer, make("span", {}, properties.name)),
      }),
    ),
  );
}

/** Legend of the bands of an answer. */
export const bandKeys = (features) =>
  features.map(({ properties }, rank) =>
    make("p", { class: "layer", title: properties.note }, keyOf({ ...BAND, dashes: BAND_DASHES[rank] }, "none"), make("span", {}, properties.name)),
  );

/** Key of a line for a legend: the dashes and the fill tell natures apart without colours. */
export function keyOf(line, name) {
  const key = document.createElementNS(SVG, "svg");
  const box = document.createElementNS(SVG, "rect");
  Object.entries({ class: "key", viewBox: "0 0 34 20", "aria-hidden": "true" }).forEach(([attribute, value]) => key.setAttribute(attribute, value));
  const shape = { x: 3, y: 3, width: 28, height: 14, fill: fillOf(name), stroke: line.colour, "stroke-width": Math.min(line.width_px, 3), "stroke-dasharray": line.dashes };
  Object.entries(shape).forEach(([attribute, value]) => box.setAttribute(attribute, value));
  key.append(box);
  return key;
}

/** Nature of a perimeter, in words: its collection's where it has none of its own. */
export const natureOf = ({ kind, estimated, accuracy_m: accuracy }, title) =>
  kind ? `${KINDS[kind]}${estimated ? ", estimé" : ", contour officiel"}${accuracy ? `, généralisé (${accuracy} m)` : ""}` : title;

/** Generation of an official perimeter, or cells of an estimate. */
export const vintageOf = ({ generation, vintage }) =>
  generation ? `Génération ${generation}` : vintage ? `Carreaux de ${vintage}` : "";

const fillOf = (name) => (name === "none" ? name : `url(#fill-${name.replace(/_estimated|_generalised/, "")})`);

/** A tooltip. It must not make of each shape a stop of the keyboard: the table says the same. */
function explain(layer, content) {
  layer.bindTooltip(content, { sticky: true });
  layer.on("add", () => layer.getElement()?.setAttribute("tabindex", "-1"));
}

function style(line, name, holds, properties, subject) {
  return {
    color: line.colour,
    weight: holds ? widthOf(line, properties, subject) : 1.5,
    opacity: (holds ? 1 : 0.7) * strength(properties, subject),
    dashArray: holds ? line.dashes || null : "1 4",
    lineCap: "butt",
    fillColor: fillOf(name),
    fillOpacity: holds ? 1 : 0,
  };
}

/** People of a quarter, one figure: those whom Insee counts, else those of its cells. */
function peopleOf({ population_insee: insee, population_insee_source: source, population, population_cells: cells }) {
  if (insee) return `${plural(insee, "habitant", "habitants")} (${source})`;
  const counted = population ?? cells;
  return counted ? plural(Math.round(counted), "habitant", "habitants") : "";
}

function tooltip(properties, title) {
  const rows = [
    natureOf(properties, title),
    properties.code ?? "",
    vintageOf(properties),
    period(properties.valid_from, properties.valid_to),
    peopleOf(properties),
  ];
  return make("div", { class: "tip" }, make("strong", {}, properties.name ?? ""), ...rows.filter(Boolean).map((row) => make("span", {}, row)));
}
