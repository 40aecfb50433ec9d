"use strict";

/* The ground: streets, railways and water in quiet greys, under everything, on one canvas. */

const GROUND_SCALE = 100_000;
const GROUND = {
  water: { color: "#cfe0ea", weight: 1, fillColor: "#cfe0ea" },
  rail: { color: "#c9c4bb", weight: 1.4, dashArray: "6 3" },
  street: { color: "#d5d2cc", weight: 0.8 },
  main: { color: "#bdb9b1", weight: 1.4 },
};
const WIDE_FROM_ZOOM = 15;

function decodeSteps(steps) {
  const vertices = [];
  let [lon, lat] = [0, 0];
  for (let index = 0; index < steps.length; index += 2) {
    lon += steps[index];
    lat += steps[index + 1];
    vertices.push([lat / GROUND_SCALE, lon / GROUND_SCALE]);
  }
  return vertices;
}

function addGround(map) {
  const layers = JSON.parse(document.querySelector("#ground-data").textContent);
  if (!layers.length) return;
  map.getContainer().classList.add("with-ground");
  const options = { pane: "ground", renderer: L.canvas({ pane: "ground", padding: 0.2 }), interactive: false, smoothFactor: 1 };
  const drawn = layers.flatMap(({ kind, lines, areas }) => [
    [kind, L.polygon(areas.map((rings) => rings.map(decodeSteps)), { ...options, ...GROUND[kind], fillOpacity: 1 })],
    [kind, L.polyline(lines.map(decodeSteps), { ...options, ...GROUND[kind] })],
  ]);
  for (const [, layer] of drawn) layer.addTo(map);
  const follow = () => {
    const scale = map.getZoom() >= WIDE_FROM_ZOOM ? 2 : 1;
    for (const [kind, layer] of drawn) layer.setStyle({ weight: GROUND[kind].weight * scale });
  };
  map.on("zoomend", follow);
  follow();
}
