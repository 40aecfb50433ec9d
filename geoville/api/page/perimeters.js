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

/** Perimeters of a collection as they stand on a day; what is not in force is pale and hollow; `named` kind has labels. */
export function drawPerimeters({ id, title, features }, line, day, named) {
  const casing = L.geoJSON(features, {
    pane: "perimeters",
    interactive: false,
    style: { color: "#fff", weight: line.width_px + CASING_PX, opacity: 0.85, fill: false },
  });
  const drawn = L.geoJSON(features, {
    pane: "perimeters",
    style: ({ properties }) => style(line, lineName(id, title), inForce(properties, day)),
    onEachFeature: ({ properties }, layer) => explain(layer, () => tooltip(properties, title)),
  });
  return L.layerGroup([casing, drawn, ...labels(drawn, day, named)]);
}

/** Names of the quarters that hold that day, where there are few enough to be read. */
function labels(drawn, day, named) {
  const quarters = drawn.getLayers().filter(({ feature: { properties } }) => properties.kind === named && inForce(properties, day));
  if (quarters.length > MOST_LABELS) return [];
  return quarters.map((layer) =>
    L.tooltip({ permanent: true, direction: "top", className: "map-label" })
      .setLatLng([layer.getBounds().getNorth(), layer.getBounds().getCenter().lng])
      .setContent(make("span", {}, layer.feature.properties.name)),
  );
}

/** Hide the names that the frame cuts, or that lie over one written before. */
export function sparseLabels(frame) {
  const room = frame.getBoundingClientRect();
  const taken = [];
  for (const label of frame.querySelectorAll(".map-label")) {
    const box = label.getBoundingClientRect();
    const cut = box.left < room.left || box.right > room.right || box.top < room.top || box.bottom > room.bottom;
    const over = taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
    label.style.visibility = cut || over ? "hidden" : "";
    if (!cut && !over) taken.push(box);
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

function style(line, name, holds) {
  return {
    color: line.colour,
    weight: holds ? line.width_px : 1.5,
    opacity: holds ? 1 : 0.7,
    dashArray: holds ? line.dashes || null : "1 4",
    fillColor: fillOf(name),
    fillOpacity: holds ? 1 : 0,
  };
}

function tooltip(properties, title) {
  const rows = [
    natureOf(properties, title),
    properties.code ?? "",
    vintageOf(properties),
    period(properties.valid_from, properties.valid_to),
    properties.population ? `${number(properties.population)} habitants (Insee)` : "",
    properties.population_insee ? `${number(properties.population_insee)} habitants (${properties.population_insee_source})` : "",
  ];
  return make("div", { class: "tip" }, make("strong", {}, properties.name ?? ""), ...rows.filter(Boolean).map((row) => make("span", {}, row)));
}
