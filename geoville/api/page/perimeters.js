// Perimeters as drawn: a line and a fill for each nature. Full lines are official, dashes are estimates.

import { make } from "./dom.js";
import { KINDS, number, period } from "./words.js";

const { L } = globalThis;
const SVG = "http://www.w3.org/2000/svg";
const FORMER = ["zus", "cucs"];
const CASING_PX = 4;
const LABELLED = ["qpv", "candidat"];
const MOST_LABELS = 40;

/** Name of the line of a collection ("qpv-2024") or of a nature, among those of the service. */
export function lineName(id) {
  const [kind] = id.split("-");
  if (kind === "iris" || kind === "sectors") return "former_estimated";
  const name = FORMER.includes(kind) ? "former" : kind;
  return id.endsWith("-estimated") ? `${name}_estimated` : name;
}

const lineOf = ({ kind, estimated }) =>
  lineName(!kind ? "iris" : estimated && kind !== "candidat" ? `${kind}-estimated` : kind);

export const inForce = ({ valid_from: start, valid_to: end }, day) => (!start || start <= day) && (!end || day <= end);

/** Perimeters as they stand on a day; what is not in force is pale and hollow. */
export function drawPerimeters(features, lines, day) {
  const casing = L.geoJSON(features, {
    pane: "perimeters",
    interactive: false,
    style: ({ properties }) => ({ color: "#fff", weight: lines[lineOf(properties)].width_px + CASING_PX, opacity: 0.85, fill: false }),
  });
  const drawn = L.geoJSON(features, {
    pane: "perimeters",
    style: ({ properties }) => style(lines, properties, day),
    onEachFeature: ({ properties }, layer) => layer.bindTooltip(tooltip(properties), { sticky: true }),
  });
  return L.layerGroup([casing, drawn, ...labels(drawn)]);
}

/** Names of the quarters, where there are few enough to be read. */
function labels(drawn) {
  const quarters = drawn.getLayers().filter(({ feature }) => LABELLED.includes(feature.properties.kind));
  if (quarters.length > MOST_LABELS) return [];
  return quarters.map((layer) =>
    L.tooltip({ permanent: true, direction: "center", className: "map-label" })
      .setLatLng(layer.getBounds().getCenter())
      .setContent(make("span", {}, layer.feature.properties.name)),
  );
}

/** Bands of an answer's perimeter, which rules look at. */
export function drawBands(features) {
  return L.geoJSON(features, {
    pane: "perimeters",
    style: { color: "#b3541e", weight: 2, dashArray: "2 5", fill: false },
    onEachFeature: ({ properties }, layer) => layer.bindTooltip(make("span", {}, properties.name), { sticky: true }),
  });
}

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

/** Nature of a perimeter, in words. */
export const natureOf = ({ kind, estimated }) =>
  `${KINDS[kind] ?? "Autre périmètre"}${estimated ? ", estimé" : ", contour officiel"}`;

/** Generation of an official perimeter, or cells of an estimate. */
export const vintageOf = ({ generation, vintage }) =>
  generation ? `Génération ${generation}` : vintage ? `Carreaux de ${vintage}` : "";

const fillOf = (name) => `url(#fill-${name.replace("_estimated", "")})`;

function style(lines, properties, day) {
  const line = lines[lineOf(properties)];
  const holds = inForce(properties, day);
  return {
    color: line.colour,
    weight: holds ? line.width_px : 1.5,
    opacity: holds ? 1 : 0.7,
    dashArray: holds ? line.dashes || null : "1 4",
    fillColor: fillOf(lineOf(properties)),
    fillOpacity: holds ? 1 : 0,
  };
}

function tooltip(properties) {
  const rows = [
    natureOf(properties),
    properties.code ?? "",
    vintageOf(properties),
    period(properties.valid_from, properties.valid_to),
    properties.population ? `${number(properties.population)} habitants (Insee)` : "",
  ];
  return make("div", { class: "tip" }, make("strong", {}, properties.name ?? ""), ...rows.filter(Boolean).map((row) => make("span", {}, row)));
}
