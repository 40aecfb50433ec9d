// The map itself: where it looks, what was asked on it. Its layers are in layers.js.

import { byId, make } from "./dom.js";

const { L, offerOnlineGround } = globalThis;
const CLOSE_ZOOM = 15;
const WIDE_PX = 700;
const DECIMALS = 6; // about ten centimetres

/** Open the map; `onPoint(lon, lat)` is told where the user asks, `onMove()` that the view changed. */
export function openMap(facts, view, { onPoint, onMove }) {
  const map = L.map("map", {
    zoomControl: false,
    zoomSnap: 0.5,
    zoomAnimation: !still(),
    fadeAnimation: !still(),
    minZoom: 5,
    maxZoom: 19,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const [west, south, east, north] = facts.extent;
  const whole = L.latLngBounds([south, west], [north, east]);
  foldLegend(map);
  if (view) map.setView([view.lat, view.lon], view.zoom);
  else map.fitBounds(whole, { paddingBottomRight: besideLegend() });
  if (facts.tiles) offerOnlineGround([map], facts.tiles, byId("online"), (text) => { byId("map-said").textContent = text; });

  const ask = ({ lat, lng }) => onPoint(Number(lng.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS)));
  map.on("click", (event) => ask(event.latlng.wrap()));
  map.on("moveend", onMove);
  byId("ask-centre").addEventListener("click", () => ask(map.getCenter().wrap()));
  byId("whole").addEventListener("click", () => map.fitBounds(whole, { animate: !still(), paddingBottomRight: besideLegend() }));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  // The sheet has its own proportions: the map is laid out for it, on the same place, before the browser prints.
  for (const [name, printing] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(name, () => {
      const [centre, zoom] = [map.getCenter(), map.getZoom()];
      document.body.classList.toggle("printing", printing);
      map.invalidateSize({ animate: false });
      map.setView(centre, zoom, { animate: false });
    });
  }
  return map;
}

/** View of the map, as a link keeps it. */
export const viewOf = (map) => ({ zoom: map.getZoom(), lat: map.getCenter().lat, lon: map.getCenter().lng });

/** Marks the position of an answer, and moves the map to it where it is out of sight or too small. */
export class Mark {
  #map;
  #layer = L.layerGroup();

  constructor(map) {
    this.#map = map;
    this.#layer.addTo(map);
  }

  show(position, accuracy = 0, { move = false } = {}) {
    this.#layer.clearLayers();
    if (!position) return;
    const at = [position.lat, position.lon];
    if (accuracy) L.circle(at, { radius: accuracy, className: "accuracy", interactive: false }).addTo(this.#layer);
    const icon = L.divIcon({ className: "pin", html: make("span"), iconSize: [22, 22] });
    L.marker(at, { icon, interactive: false, keyboard: false }).addTo(this.#layer);
    if (move) this.#map.setView(at, Math.max(this.#map.getZoom(), CLOSE_ZOOM), { animate: !still() });
    else if (!this.#map.getBounds().contains(at)) this.#map.panTo(at, { animate: !still() });
  }
}

/** Room that the open legend takes at the right of the map: what is looked at lies beside it. */
export const besideLegend = () => [byId("legend").open ? byId("legend").offsetWidth : 0, 0];

/** The legend is open where the map is wide, folded on small screens. */
function foldLegend(map) {
  byId("legend").open = map.getSize().x >= WIDE_PX;
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
