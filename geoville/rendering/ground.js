"use strict";

/* The ground: streets, railways and water in quiet greys, under everything, on one canvas. */

const GROUND_SCALE = 100_000;
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

/* Draws the ground, and gives what takes it away. */
function drawGround(map, layers) {
  map.getContainer().classList.toggle("with-ground", layers.length > 0);
  const options = { pane: "ground", renderer: L.canvas({ pane: "ground", padding: 0.2 }), interactive: false, smoothFactor: 1 };
  const drawn = layers.flatMap(({ color, weight, dashArray, lines, areas }) => {
    const style = { ...options, color, weight, dashArray };
    const surfaces = L.polygon(areas.map((rings) => rings.map(decodeSteps)), { ...style, fillColor: color, fillOpacity: 1 });
    return [[weight, surfaces], [weight, L.polyline(lines.map(decodeSteps), style)]];
  });
  for (const [, layer] of drawn) layer.addTo(map);
  const follow = () => {
    const scale = map.getZoom() >= WIDE_FROM_ZOOM ? 2 : 1;
    for (const [weight, layer] of drawn) layer.setStyle({ weight: weight * scale });
  };
  // Blending makes a browser compose the whole map again at each frame: it rests while the map moves.
  const moving = (isMoving) => () => map.getContainer().classList.toggle("moving", isMoving);
  const [starts, ends] = [moving(true), moving(false)];
  map.on("zoomend", follow).on("movestart", starts).on("moveend", ends);
  follow();
  return () => {
    map.off("zoomend", follow).off("movestart", starts).off("moveend", ends);
    for (const [, layer] of drawn) layer.remove();
    options.renderer.remove();
  };
}
