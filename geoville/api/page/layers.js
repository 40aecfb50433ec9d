// Layers of the map, read from the service's collections for what the map shows, and their legend.

import { make, byId } from "./dom.js";
import { Refused, getJson } from "./service.js";
import { Cells, isCells } from "./cells.js";
import { written } from "./ground.js";
import { besideLegend } from "./map.js";
import { drawPerimeters, keyOf, lineName, placeLabels } from "./perimeters.js";

const { L } = globalThis;
const PAGE_SIZE = 1000;
const MOST_PAGES = 6;
const MARGIN = 0.3; // around the view, in parts of it: a small move loads nothing
const QUARTERS = /^(qpv|candidat)/;
const COUNTRYWIDE = /^qpv-\d+$/; // official quarters, which the service knows out of its territory too
const HIDDEN_BESIDE_CANDIDATES = /^(iris|sectors|veille|vecu|zus|cucs|cells)/;
const HIDDEN = /^(iris|sectors|candidat|veille|vecu|zus|cucs|cells)/;

/** The layers of a map. */
export class Layers {
  #map;
  #facts;
  #onChange;
  #layers = new Map();
  #loading = new AbortController();
  #subject = null;
  #chosen = false; // whether the user, or a link, chose the layers
  day = "";

  /** `onChange()` is told that what is drawn, or which layers are on, changed. */
  constructor(map, facts, onChange) {
    this.#map = map;
    this.#facts = facts;
    this.#onChange = onChange;
    map.on("zoomend moveend", () => placeLabels(map));
    this.#watchList();
    ["cells", "perimeters"].forEach((name, rank) => (map.createPane(name).style.zIndex = 410 + 10 * rank));
  }

  /** List every layer, or those that are on. */
  #watchList() {
    const button = byId("all-layers");
    button.addEventListener("click", () => {
      const all = byId("legend").classList.toggle("all");
      button.setAttribute("aria-expanded", String(all));
      button.textContent = all ? "Les couches visibles seules" : "Toutes les couches";
    });
  }

  /** Read which layers there are, and switch on those named, or the usual ones; `look` goes to the quarters. */
  async open(wanted, look) {
    const { collections } = await getJson("collections");
    const hidden = collections.some(({ id }) => id.startsWith("qpv")) ? HIDDEN : HIDDEN_BESIDE_CANDIDATES;
    this.#chosen = wanted !== null;
    for (const { id, title, extent } of collections) {
      const cells = isCells({ id }) ? new Cells(this.#map, id.split("-").pop()) : null;
      const layer = { id, title, cells, days: extent?.temporal?.interval[0] ?? [null, null], features: [], box: null, drawn: cells?.group ?? L.layerGroup() };
      layer.usual = () => (!hidden.test(id) && this.#holds(layer)) || id === this.#facts.cells;
      layer.on = wanted ? wanted.includes(id) : layer.usual();
      this.#layers.set(id, layer);
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
    const [west, south, east, north] = this.#facts.extent;
    const here = this.#map.getBounds().intersects([[south, west], [north, east]]);
    byId("cells-key").hidden = !here; // out of the territory there are no cells, and nothing to read of them
    this.#map.getContainer().classList.toggle("with-cells", here && this.names.some((id) => isCells({ id })));
    this.#onChange();
  }

  /** Whether a layer has something in force on the day: a generation that is over is not drawn beside the one that answers. */
  #holds({ days: [start, end] }) {
    return (!start || start.slice(0, 10) <= this.day) && (!end || this.day <= end.slice(0, 10));
  }

  /** Single out the perimeter, by its code, that an answer is about; null for none. */
  single(code) {
    this.#subject = code;
    for (const layer of this.#layers.values()) if (!isCells(layer)) this.#draw(layer);
    placeLabels(this.#map);
  }

  /** Draw the perimeters as they stand on another day. */
  showDay(day) {
    this.day = day;
    if (!this.#chosen) for (const layer of this.#layers.values()) if (layer.on !== layer.usual() && !isCells(layer)) this.#turn(layer, layer.usual());
    for (const layer of this.#layers.values()) if (!isCells(layer)) this.#draw(layer);
    this.refresh();
  }

  /** Nature of the quarters whose names are written: official ones where there are some. */
  get #named() {
    return [...this.#layers.keys()].some((id) => id.startsWith("qpv")) ? "qpv" : "candidat";
  }

  #draw(layer) {
    layer.drawn.clearLayers();
    const line = this.#facts.lines[lineName(layer.id, layer.title)];
    layer.drawn.addLayer(drawPerimeters(layer, line, { day: this.day, named: this.#named, subject: this.#subject }));
  }

  #lookAt(collections) {
    const bounds = L.latLngBounds([]);
    for (const { extent } of collections) for (const [west, south, east, north] of extent.spatial.bbox) bounds.extend([[south, west], [north, east]]);
    if (bounds.isValid()) this.#map.fitBounds(bounds.pad(MARGIN), { animate: false, paddingBottomRight: besideLegend() });
  }

  async #load(layer, box, signal) {
    if (layer.cells) return this.#loadCells(layer, box, signal);
    const features = [];
    const items = `collections/${encodeURIComponent(layer.id)}/items`;
    let query = `?limit=${PAGE_SIZE}&bbox=${written(box)}`;
    try {
      for (let page = 0; query && page < MOST_PAGES; page += 1) {
        const read = await getJson(items + query, signal);
        features.push(...read.features.filter((feature) => feature.geometry));
        const next = read.links.find((link) => link.rel === "next");
        query = next ? new URL(next.href).search : ""; // the service may be behind a proxy that it does not know of
      }
      if (COUNTRYWIDE.test(layer.id)) {
        const beyond = await getJson(`page/perimeters/${layer.id}?bbox=${written(box)}`, signal);
        features.push(...beyond.features);
        if (beyond.many) query = "left out";
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
    placeLabels(this.#map);
    byId("map-said").textContent = query ? `${layer.title} : tout ne tient pas, rapprocher la carte.` : "";
  }

  async #loadCells(layer, box, signal) {
    try {
      await layer.cells.load(written(box), signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      byId("map-said").textContent = error.message;
      return;
    }
    layer.box = box;
    if (layer.on) layer.drawn.addTo(this.#map);
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
      this.#chosen = true;
      this.#turn(layer, tick.checked);
      // Cells are opaque: one vintage at a time.
      if (layer.on && isCells(layer)) for (const other of this.#layers.values()) if (other !== layer && other.on && isCells(other)) this.#turn(other, false);
      this.refresh();
    });
    const key = isCells(layer) ? make("span", {}) : keyOf(this.#facts.lines[lineName(layer.id, layer.title)], lineName(layer.id, layer.title));
    return make("label", { class: "layer" }, tick, key, make("span", {}, layer.title));
  }
}
