// INSEE's cells, drawn on one canvas by their mean living standard; what is imputed is crossed out.

import { make } from "./dom.js";
import { number } from "./words.js";

const { L } = globalThis;
const CLASSES = [
  [14_000, "#993404"],
  [17_000, "#d95f0e"],
  [20_000, "#fe9929"],
  [24_000, "#fed98e"],
  [Infinity, "#ffffd4"],
];
const UNKNOWN = "#c9ccd1";

export const isCells = ({ id }) => id.startsWith("cells");

/** Cells with a tooltip each. */
export function cellsLayer(features) {
  return L.geoJSON(features, {
    pane: "cells",
    renderer: L.canvas({ pane: "cells", padding: 0.3 }),
    style: ({ properties }) => ({
      color: properties.imputed ? "#5b6673" : "#fff",
      weight: properties.imputed ? 1 : 0.6,
      dashArray: properties.imputed ? "2 3" : null,
      fillColor: colourOf(properties.mean_eur),
      fillOpacity: 1,
    }),
    onEachFeature: ({ properties }, layer) => layer.bindTooltip(() => tooltip(properties), { sticky: true }),
  });
}

/** Legend of the classes, the poorest first; each says its bounds. */
export function cellsKey(vintage) {
  const swatches = CLASSES.map(([, colour], rank) => {
    const swatch = make("i", { class: `cell-key cell-key-${rank}` }, rank === CLASSES.length - 1 ? `${bound(rank - 1)} et plus` : `moins de ${bound(rank)}`);
    swatch.style.setProperty("--fill", colour);
    return swatch;
  });
  return make("span", { class: "cell-keys" }, make("strong", {}, `Niveau de vie moyen, euros de ${vintage} par an (Insee)`), ...swatches, make("i", { class: "cell-key imputed" }, "valeur imputée"));
}

const bound = (rank) => `${number(CLASSES[rank][0])}\u00a0€`;

const colourOf = (mean) => (mean === null ? UNKNOWN : CLASSES.find(([most]) => mean < most)[1]);

function tooltip({ people, mean_eur: mean, poor_share: poor, imputed }) {
  const rows = [
    people === null ? "" : `${number(Math.round(people))} habitants`,
    mean === null ? "niveau de vie non publié" : `niveau de vie moyen : ${number(mean)}\u00a0€ par an`,
    poor === null ? "" : `${number(poor * 100, 1)}\u00a0% de ménages pauvres`,
    imputed ? "valeurs imputées par l’Insee (moins de 11 ménages)" : "",
  ];
  return make("div", { class: "tip" }, make("strong", {}, "Carreau de 200\u00a0m"), ...rows.filter(Boolean).map((row) => make("span", {}, row)));
}
