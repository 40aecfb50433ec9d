// The answers of a file on the map: a mark for each place, coloured by its answer.

import { byId, make } from "./dom.js";

const { L } = globalThis;
const RADIUS_PX = 6;
const CLOSE_ZOOM = 16;
const MOST_POINTS = 50_000;

/** Marks of one file; `styles` gives colours by answer. */
export class Points {
  #map;
  #renderer;
  #group = L.layerGroup();
  #marks = new Map();

  constructor(map) {
    this.#map = map;
    map.createPane("answers").style.zIndex = 450;
    this.#renderer = L.canvas({ pane: "answers", padding: 0.4 });
  }

  /** Take away the marks of the file before. */
  clear() {
    this.#group.clearLayers();
    this.#group.remove();
    this.#marks.clear();
  }

  /** Draw what a line was answered, at its places; `words` are the lines of its label. */
  add(line, places, { fill, edge }, words) {
    for (const { lon, lat } of places) {
      if (this.#group.getLayers().length >= MOST_POINTS) return;
      const mark = L.circleMarker([lat, lon], {
        renderer: this.#renderer,
        pane: "answers",
        radius: RADIUS_PX,
        color: edge,
        weight: 1.5,
        fillColor: fill,
        fillOpacity: 0.9,
        bubblingMouseEvents: false,
      });
      mark.bindTooltip(() => make("span", { class: "tip" }, ...words.filter(Boolean).map((text) => make("span", {}, text))));
      mark.on("click", () => mark.openTooltip());
      this.#group.addLayer(mark);
      if (!this.#marks.has(line)) this.#marks.set(line, mark);
    }
  }

  /** How many lines have a mark. */
  get size() {
    return this.#marks.size;
  }

  has(line) {
    return this.#marks.has(line);
  }

  /** Show the marks, or hide them. */
  show(shown) {
    if (shown) this.#group.addTo(this.#map);
    else this.#group.remove();
  }

  /** Look at all of them, beside the legend where it leaves room. */
  fit() {
    const places = this.#group.getLayers().map((mark) => mark.getLatLng());
    if (!places.length) return;
    const legend = byId("legend").offsetWidth;
    const beside = legend * 2 < this.#map.getSize().x ? legend : 0;
    this.#map.fitBounds(L.latLngBounds(places), { maxZoom: CLOSE_ZOOM, paddingTopLeft: [30, 30], paddingBottomRight: [beside + 30, 30], animate: false });
  }

  /** Look at the mark of a line. */
  look(line) {
    const mark = this.#marks.get(line);
    this.show(true);
    this.#map.setView(mark.getLatLng(), Math.max(this.#map.getZoom(), CLOSE_ZOOM), { animate: false });
    mark.openTooltip();
    this.#map.getContainer().scrollIntoView({ block: "nearest" });
  }
}
