// INSEE's cells: colours, classes, hatches and words are those of every map of geoville, by the same code.

import { byId, heldTogether, make } from "./dom.js";
import { getJson } from "./service.js";

const TOLD = 5; // figures of a cell under the pointer

export const isCells = ({ id }) => id.startsWith("cells");

/** What draws the cells of one grid, and writes its legend; `theme` is by what they are coloured. */
export class Cells {
  #map;
  #vintage;
  #canvas = null;
  #legends = [];
  #theme = "";
  #tip = L.tooltip({ direction: "top", offset: [0, -6] });
  group = L.layerGroup();

  constructor(map, vintage) {
    this.#map = map;
    this.#vintage = vintage;
    map.on("mousemove", ({ latlng }) => this.#tell(latlng));
    map.on("mouseout movestart", () => this.#tip.remove());
    this.group.on("remove", () => byId("cells-key").replaceChildren());
    this.group.on("add", () => this.#showLegend());
  }

  async load(box, signal) {
    const { data, legends } = await getJson(`page/cells/${this.#vintage}?bbox=${box}`, signal);
    this.#legends = legends;
    this.#canvas = new CellCanvas(data);
    this.group.clearLayers().addLayer(this.#canvas);
    this.#colour(this.#theme || legends[0].key);
  }

  #colour(key) {
    this.#theme = key;
    this.#canvas.setTheme(key);
    if (this.#map.hasLayer(this.group)) this.#showLegend();
  }

  #showLegend() {
    if (!this.#legends.length) return;
    const choice = make("select", { id: "theme", onchange: () => this.#colour(choice.value) }, ...this.#legends.map(({ key, name }) => make("option", { value: key }, name)));
    choice.value = this.#theme;
    const legend = this.#legends.find(({ key }) => key === this.#theme);
    byId("cells-key").replaceChildren(make("label", { for: "theme" }, "Carreaux colorés par"), choice, make("h3", {}, legend.title), classesOf(legend), notesOf(legend));
  }

  #tell(latlng) {
    const row = this.#canvas && this.#map.hasLayer(this.group) ? this.#canvas.at(latlng) : -1;
    if (row < 0) return this.#tip.remove();
    const { title, rows } = this.#canvas.properties(row);
    const told = rows.slice(0, TOLD).map(([label, value]) => make("span", {}, `${label} : ${value}`));
    this.#tip.setLatLng(latlng).setContent(make("div", { class: "tip" }, make("strong", {}, title), ...told)).addTo(this.#map);
  }
}

function classesOf({ colours, labels, people, mark, mark_rank: rank, has_unknown: hasUnknown }) {
  const list = make("ul", { class: "classes" });
  colours.forEach((colour, index) => {
    if (mark && index === rank) list.append(make("li", { class: "threshold" }, mark));
    list.append(make("li", {}, swatch(colour), make("span", {}, labels[index]), people.length ? make("small", {}, people[index]) : null));
  });
  if (hasUnknown) list.append(make("li", {}, swatch("url(#fill-unknown)"), make("span", {}, "Non publié")));
  if (mark) list.append(make("li", {}, swatch(colours[1], "url(#fill-imputed)"), make("span", {}, "Hachures : carreau imputé par l'Insee")));
  return list;
}

function swatch(...fills) {
  const key = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ class: "key", viewBox: "0 0 26 16", "aria-hidden": "true" })) key.setAttribute(name, value);
  for (const fill of fills) {
    const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ width: 26, height: 16, fill })) box.setAttribute(name, value);
    key.append(box);
  }
  return key;
}

function notesOf({ notes }) {
  const folded = make("details", { class: "method" }, make("summary", {}, "Comment ces couleurs sont faites"));
  folded.append(...notes.map((note) => make("p", {}, heldTogether(note))));
  return folded;
}
