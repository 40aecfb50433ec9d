// The table that equals the map: every perimeter drawn in the view, and those of the answer.

import { byId, heldTogether, make } from "./dom.js";
import { inForce, natureOf, vintageOf } from "./perimeters.js";
import { longDate, period, plural, side } from "./words.js";

const FAR_M = 1e9; // after all that is known

/** Fill the table; `onShow(geometry)` is told which one to look at. */
export function fillTable(features, answer, day, onShow) {
  const around = answer ? [...answer.perimeters, ...answer.nearest] : [];
  const distances = new Map(around.map((perimeter) => [perimeter.code, perimeter.distance_m]));
  const drawn = new Set(features.map(({ properties }) => properties.code));
  const hidden = around.filter(({ code }) => !drawn.has(code)).map((properties) => ({ properties }));
  const rows = [...features, ...hidden].map((feature) => ({ ...feature, metres: distances.get(feature.properties.code) }));
  rows.sort((one, other) => (one.metres ?? FAR_M) - (other.metres ?? FAR_M));
  byId("rows").replaceChildren(...rows.map((row) => rowOf(row, day, onShow)));
  const about = answer?.position ? " ; distances depuis la position demandée, du plus proche au plus lointain" : "";
  byId("table-caption").textContent = heldTogether(`${plural(rows.length, "périmètre", "périmètres")} au ${longDate(day)}${about}.`);
}

function rowOf({ properties, metres, geometry, title }, day, onShow) {
  const { name, code, valid_from: start, valid_to: end } = properties;
  const days = period(start, end);
  const standing = inForce(properties, day) ? (days ? "en vigueur" : "répond à toute date") : "hors vigueur";
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, geometry ? make("button", { type: "button", class: "link", onclick: () => onShow(geometry) }, name ?? code) : name),
    make("td", {}, code ?? ""),
    make("td", {}, natureOf(properties, title)),
    make("td", {}, vintageOf(properties)),
    make("td", {}, metres === undefined ? "—" : side(metres)),
    make("td", {}, days ? `${standing} (${days})` : standing),
  );
}
