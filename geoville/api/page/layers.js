// Layers of the map, read from the service's collections for what the map shows, and their legend.

import { make, byId } from "./dom.js";
import { Refused, getJson } from "./service.js";
import { cellsKey, cellsLayer, isCells } from "./cells.js";
import { besideLegend } from "./map.js";
import { drawPerimeters, keyOf, lineName, sparseLabels } from "./perimeters.js";

const { L } = globalThis;
const PAGE_SIZE = 1000;
const MOST_PAGES = 6;
const MARGIN = 0.3; // around the view, in parts of it: a small move loads nothing
const QUARTERS = /^(qpv|candidat)/;
const HIDDEN = /^(iris|sectors|vecu|zus|cucs|cells)/;

/** The layers of a map. */
export class Layers {
  #map;
  #facts;
  #onChange;
  #layers = new Map();
  #loading = new AbortController();
  day = "";

  /** `onChange()` is told that what is drawn, or which layers are on, changed. */
  constructor(map, facts, onChange) {
    this.#map = map;
    this.#facts = facts;
    this.#onChange = onChange;
    map.on("zoomend moveend layeradd", () => sparseLabels(map.getContainer()));
    ["cells", "perimeters"].forEach((name, rank) => (map.createPane(name).style.zIndex = 410 + 10 * rank));
  }

  /** Read which layers there are, and switch on those named, or the usual ones; `look` goes to the quarters. */
  async open(wanted, look) {
    const { collections } = await getJson("collections");
    for (const { id, title } of collections) {
      const usual = !HIDDEN.test(id) || id === this.#facts.cells;
      this.#layers.set(id, { id, title, on: wanted ? wanted.includes(id) : usual, features: [], box: null, drawn: L.layerGroup() });
    }
    this.#showLegend();
    if (look && !this.#facts.country) this.#lookAt(collections.filter(({ id, extent }) => QUARTERS.test(id) && extent?.spatial));
    await this.refresh();
  }

  get names() {
    return [...this.#layers.values()].filter((layer) => layer.on).map((layer) => layer.id);
  }

  /** What is drawn in the view, cells apart, each with the title of its collection. */
  get inView() {
    const view = this.#map.getBounds();
    const shown = [...this.#layers.values()].filter((layer) => layer.on && !isCells(layer));
    return shown.flatMap(({ title, features }) =>
      features.filter((feature) => L.geoJSON(feature).getBounds().intersects(view)).map((feature) => ({ ...feature, title })),
    );
  }

  /** Load what the view lacks, and draw. */
  async refresh() {
    const lacking = [...this.#layers.values()].filter((layer) => layer.on && !layer.box?.contains(this.#map.getBounds()));
    if (lacking.length) {
      this.#loading.abort();
      this.#loading = new AbortController();
      const box = this.#map.getBounds().pad(MARGIN);
      await Promise.all(lacking.map((layer) => this.#load(layer, box, this.#loading.signal)));
    }
    this.#map.getContainer().classList.toggle("with-cells", this.names.some((id) => isCells({ id })));
    this.#onChange();
  }

  /** Draw the perimeters as they stand on another day. */
  showDay(day) {
    this.day = day;
    for (const layer of this.#layers.values()) if (!isCells(layer)) this.#draw(layer);
    this.#onChange();
  }

  /** Nature of the quarters whose names are written: official ones where there are some. */
  get #named() {
    return [...this.#layers.keys()].some((id) => id.startsWith("qpv")) ? "qpv" : "candidat";
  }

  #draw(layer) {
    layer.drawn.clearLayers();
    const made = isCells(layer) ? cellsLayer(layer.features) : drawPerimeters(layer, this.#facts.lines[lineName(layer.id, layer.title)], this.day, this.#named);
    layer.drawn.addLayer(made);
  }

  #lookAt(collections) {
    const bounds = L.latLngBounds([]);
    for (const { extent } of collections) for (const [west, south, east, north] of extent.spatial.bbox) bounds.extend([[south, west], [north, east]]);
    if (bounds.isValid()) this.#map.fitBounds(bounds.pad(MARGIN), { animate: false, paddingBottomRight: besideLegend() });
  }

  async #load(layer, box, signal) {
    const features = [];
    const items = `collections/${encodeURIComponent(layer.id)}/items`;
    let query = `?limit=${PAGE_SIZE}&bbox=${clipped(box)}`;
    try {
      for (let page = 0; query && page < MOST_PAGES; page += 1) {
        const read = await getJson(items + query, signal);
        features.push(...read.features.filter((feature) => feature.geometry));
        const next = read.links.find((link) => link.rel === "next");
        query = next ? new URL(next.href).search : ""; // the service may be behind a proxy that it does not know of
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      byId("map-said").textContent = error.message;
      return;
    }
    layer.features = features;
    layer.box = box;
    this.#draw(layer);
    if (layer.on) layer.drawn.addTo(this.#map);
    byId("map-said").textContent = query ? `${layer.title} : tout ne tient pas, rapprocher la carte.` : "";
  }

  #showLegend() {
    byId("layers").replaceChildren(...[...this.#layers.values()].map((layer) => this.#legendOf(layer)));
  }

  #turn(layer, on) {
    layer.on = on;
    if (on) layer.drawn.addTo(this.#map);
    else layer.drawn.remove();
    byId("layers").querySelector(`[value="${CSS.escape(layer.id)}"]`).checked = on;
  }

  #legendOf(layer) {
    const tick = make("input", { type: "checkbox", value: layer.id });
    tick.checked = layer.on;
    tick.addEventListener("change", () => {
      this.#turn(layer, tick.checked);
      // Cells are opaque: one vintage at a time.
      if (layer.on && isCells(layer)) for (const other of this.#layers.values()) if (other !== layer && other.on && isCells(other)) this.#turn(other, false);
      this.refresh();
    });
    const key = isCells(layer) ? cellsKey(layer.id.split("-").pop()) : keyOf(this.#facts.lines[lineName(layer.id, layer.title)], lineName(layer.id, layer.title));
    return make("label", { class: "layer" }, tick, key, make("span", {}, layer.title));
  }
}

/** A box as the service reads it, within the globe. */
function clipped(box) {
  const west = Math.max(box.getWest(), -180);
  const east = Math.min(box.getEast(), 180);
  return [west, Math.max(box.getSouth(), -90), east, Math.min(box.getNorth(), 90)].map((degrees) => degrees.toFixed(5)).join(",");
}

