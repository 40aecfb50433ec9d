// The ground: streets, railways and water of what the map shows, in quiet greys under everything.

import { Refused, getJson } from "./service.js";

const MARGIN = 0.5; // around the view, in parts of it: a small move loads nothing

/** Keep the ground under a map; where the service has none, or does not answer, the map does without. */
export function watchGround(map) {
  map.createPane("ground").style.zIndex = 360;
  map.getPane("ground").style.pointerEvents = "none";
  let held = null;
  let remove = () => {};
  let asking = new AbortController();

  async function refresh() {
    if (held?.contains(map.getBounds()) && map.getZoom() - held.zoom < 2) return;
    asking.abort();
    asking = new AbortController();
    const box = map.getBounds().pad(MARGIN);
    box.zoom = map.getZoom();
    try {
      const layers = await getJson(`page/ground?bbox=${written(box)}`, asking.signal);
      remove();
      remove = drawGround(map, layers);
      held = box;
    } catch (error) {
      if (!(error instanceof Refused) && error.name !== "AbortError") throw error;
    }
  }

  map.on("moveend", refresh);
  refresh();
}

/** A box as the service reads it, within the globe. */
export function written(box) {
  const west = Math.max(box.getWest(), -180);
  const east = Math.min(box.getEast(), 180);
  return [west, Math.max(box.getSouth(), -90), east, Math.min(box.getNorth(), 90)].map((degrees) => degrees.toFixed(5)).join(",");
}
