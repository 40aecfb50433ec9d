// A planner's own outline: drawn on the map or read from a GeoJSON, then held against the decree, condition by condition.

import { byId, download, make } from "./dom.js";
import { Refused, post } from "./service.js";
import { number, plural } from "./words.js";

const { L } = globalThis;
const FEWEST_CORNERS = 3;
const MOST_BYTES = 5_000_000;
const SHOWN_PLACES = 6;
const SQUARE_METRES_IN_HECTARE = 10_000;

const OUTCOMES = {
  met: { look: "inside", word: "Conditions remplies", words: "Le tracé remplit les conditions du décret, d’après l’estimation." },
  not_met: { look: "outside", word: "Conditions non remplies", words: "Le tracé ne remplit pas les conditions du décret." },
  uncertain: { look: "uncertain", word: "On ne peut pas trancher", words: "L’erreur d’estimation, ou des données partielles, laissent le doute." },
  unknown: { look: "not_found", word: "Hors des données", words: "Les carreaux ne disent rien de ce tracé." },
};
const UNITS = { "revenu médian": "€", densité: "habitants/km²" };

/** The outline in hand. */
export class Outline {
  #map;
  #day;
  #group = L.layerGroup();
  #corners = [];
  #shape = null;
  #isDrawing = false;
  #asked = null;

  /** `day()` gives the date asked about, "" for today. */
  constructor(map, day) {
    this.#map = map;
    this.#day = day;
    if (!byId("outline")) return; // a territory without cells
    map.createPane("outline").style.zIndex = 460;
    this.#group.addTo(map);
    const pressed = {
      "outline-draw": () => (this.#isDrawing ? this.#stop() : this.#start()),
      "outline-centre": () => this.takes(...this.#centre()),
      "outline-undo": () => this.#undo(),
      "outline-close": () => this.#close(),
      "outline-clear": () => this.#clear(),
    };
    for (const [id, work] of Object.entries(pressed)) byId(id).addEventListener("click", work);
    byId("outline-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    this.#watchFiles();
  }

  /** Take a point of the map as a corner, where an outline is being drawn; say whether it was. */
  takes(lon, lat) {
    if (!this.#isDrawing) return false;
    this.#corners.push([lon, lat]);
    this.#drawCorners();
    return true;
  }

  /** Ask about the outline in hand, if there is one. */
  async check() {
    if (!this.#shape) return;
    this.#asked?.abort();
    this.#asked = new AbortController();
    byId("outline-said").textContent = "Calcul…";
    try {
      const response = await post(`perimeters/check?${this.#choices()}`, this.#shape, { signal: this.#asked.signal });
      this.#show(await response.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      this.#say(error.message);
      byId("outline-found").replaceChildren();
    }
  }

  #choices() {
    const asked = { on: this.#day(), threshold_factor: byId("outline-factor").value, minimum: byId("outline-minimum").value };
    return new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  }

  #start() {
    this.#clear();
    this.#isDrawing = true;
    this.#map.doubleClickZoom.disable();
    this.#drawCorners();
    this.#map.getContainer().scrollIntoView({ block: "nearest" });
  }

  #stop() {
    this.#isDrawing = false;
    this.#map.doubleClickZoom.enable();
    this.#corners = [];
    if (!this.#shape) this.#group.clearLayers();
    byId("map-said").textContent = "";
    this.#buttons();
  }

  #undo() {
    this.#corners.pop();
    this.#drawCorners();
  }

  #clear() {
    this.#asked?.abort();
    this.#shape = null;
    this.#group.clearLayers();
    byId("outline-found").replaceChildren();
    this.#say("");
    this.#stop();
  }

  #close() {
    const ring = [...this.#corners, this.#corners[0]];
    this.#open({ type: "Polygon", coordinates: [ring] });
  }

  /** Take a shape as the outline, show it and ask about it. */
  #open(shape) {
    this.#clear();
    this.#shape = shape;
    const drawn = L.geoJSON(shape, { pane: "outline", interactive: false, style: { className: "own-outline" } });
    this.#group.addLayer(drawn);
    const bounds = drawn.getBounds();
    if (bounds.isValid() && !this.#map.getBounds().contains(bounds)) this.#map.fitBounds(bounds, { animate: false });
    this.#buttons();
    this.check();
  }

  #drawCorners() {
    const places = this.#corners.map(([lon, lat]) => [lat, lon]);
    this.#group.clearLayers();
    const own = { pane: "outline", className: "own-outline", interactive: false };
    if (places.length > 1) L.polygon(places, own).addTo(this.#group);
    for (const [rank, place] of places.entries()) {
      const isFirst = rank === 0 && places.length >= FEWEST_CORNERS;
      const corner = L.circleMarker(place, { ...own, className: "own-corner", radius: isFirst ? 9 : 5, interactive: isFirst });
      corner.on("click", (event) => {
        L.DomEvent.stop(event);
        this.#close();
      });
      corner.addTo(this.#group);
    }
    const left = FEWEST_CORNERS - places.length;
    const next = left > 0 ? `encore ${number(left)} au moins` : "toucher le premier, ou Terminer, pour fermer";
    byId("map-said").textContent = `Toucher la carte à chaque angle du tracé\u00a0: ${next}.`;
    this.#buttons();
  }

  #buttons() {
    byId("outline-draw").textContent = this.#isDrawing ? "Abandonner" : "Dessiner sur la carte";
    byId("outline-draw").setAttribute("aria-pressed", String(this.#isDrawing));
    byId("outline-drawing").hidden = !this.#isDrawing;
    byId("outline-undo").disabled = !this.#corners.length;
    byId("outline-close").disabled = this.#corners.length < FEWEST_CORNERS;
    byId("outline-asking").hidden = !this.#shape;
  }

  #centre() {
    const { lng, lat } = this.#map.getCenter().wrap();
    return [lng, lat];
  }

  #watchFiles() {
    const drop = byId("outline-drop");
    byId("outline-upload").addEventListener("change", (event) => {
      if (event.target.files.length) this.#read(event.target.files[0]);
      event.target.value = "";
    });
    drop.addEventListener("dragover", () => drop.classList.add("over"));
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) this.#read(event.dataTransfer.files[0]);
    });
  }

  async #read(file) {
    let shape = null;
    if (file.size <= MOST_BYTES) {
      try {
        shape = JSON.parse(await file.text());
        L.geoJSON(shape);
      } catch {
        shape = null;
      }
    }
    if (shape) this.#open(shape);
    else this.#say(`«\u00a0${file.name}\u00a0» n’est pas un GeoJSON de moins de 5\u00a0Mo\u00a0: l’exporter ainsi, en degrés (WGS\u00a084), depuis le SIG.`);
  }

  #show(found) {
    this.#say("");
    const shown = [
      verdict(found),
      figures(found),
      conditions(found.conditions),
      make("p", { class: "help" }, `Estimé d’après les carreaux de ${found.vintage}, sans valeur réglementaire. ${found.intervals}`),
      found.unverified && make("p", { class: "help" }, `À vérifier : ${found.unverified}.`),
      make("button", { type: "button", onclick: () => this.#save(found) }, "Enregistrer le tracé et ses chiffres (GeoJSON)"),
    ];
    byId("outline-found").replaceChildren(...shown.filter(Boolean));
    byId("outline").scrollIntoView({ block: "nearest" });
  }

  #save(found) {
    const { conditions: tests, communes, iris, share_below: share, median_eur: median, ...plain } = found;
    const properties = { ...plain, share_below: share.value, median_eur: median.value, communes: codes(communes), iris: codes(iris) };
    for (const { test, passed, margin } of tests) Object.assign(properties, { [`${test} : remplie`]: passed, [`${test} : marge`]: margin });
    const features = L.geoJSON(this.#shape).toGeoJSON().features.map(({ geometry }) => ({ type: "Feature", properties, geometry }));
    download(new Blob([JSON.stringify({ type: "FeatureCollection", features })], { type: "application/geo+json" }), "trace.geojson");
  }

  #say(sentence) {
    byId("outline-said").textContent = sentence;
  }
}

const codes = (places) => places.map(({ code }) => code).join(";");

function verdict(found) {
  const { look, word, words } = OUTCOMES[found.outcome];
  return make(
    "div",
    { class: `verdict ${look}` },
    make("p", { class: "word" }, make("span", { class: "mark", "aria-hidden": "true" }), word),
    make("p", { class: "reason" }, words),
    found.supposed && make("p", { class: "badges" }, make("span", { class: "badge" }, found.supposed)),
  );
}

function figures(found) {
  const households = found.households === null ? "" : `, ${plural(Math.round(found.households), "ménage", "ménages")}`;
  const year = found.euros_of ? ` (euros de ${found.euros_of})` : "";
  const rows = [
    ["Habitants", `${number(Math.round(found.population))}${households}`],
    [`Revenu médian par UC${year}`, `${euros(found.median_eur.value)}${range(found.median_eur, euros)}`],
    ["Seuil", euros(found.threshold_eur)],
    ["Part sous le seuil", `${percent(found.share_below.value)}${range(found.share_below, percent)}`],
    ["Surface", `${number(found.area_m2 / SQUARE_METRES_IN_HECTARE, 1)} ha`],
    found.coverage === "whole" ? null : ["Part que les données couvrent", percent(found.share_covered)],
    ["Communes", places(found.communes)],
    ["IRIS", places(found.iris)],
  ];
  const shown = rows.filter((row) => row?.[1]);
  return make("dl", { class: "facts" }, ...shown.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function conditions(tests) {
  return make("ul", { class: "decree", "aria-label": "Conditions du décret" }, ...tests.map(condition));
}

function condition({ test, value, limit, passed, margin, sure, needed }) {
  const figure = (count) => (UNITS[test] ? quantity(count, UNITS[test]) : plural(Math.round(count), "habitant", "habitants"));
  const isKnown = value !== null && limit !== null;
  const state = isKnown ? `${passed ? "Remplie" : "Non remplie"}${sure ? "" : ", sans certitude"}` : "Inconnu";
  const side = test === "revenu médian" ? "moins de" : "au moins";
  const sign = margin < 0 ? "−" : "+";
  return make(
    "li",
    { class: isKnown && passed ? "passed" : "failed" },
    make("p", { class: "row-head" }, make("strong", {}, upper(test)), make("span", { class: sure ? null : "doubt" }, state)),
    isKnown ? make("p", {}, `${figure(value)} pour ${side} ${figure(limit)} : marge ${sign}${figure(Math.abs(margin))}.`) : null,
    needed ? make("p", { class: "help" }, `Pour la remplir : ${needed}.`) : null,
  );
}

function places(found) {
  const shown = found.filter(({ people }) => Math.round(people));
  const more = shown.length > SHOWN_PLACES ? `, et ${plural(shown.length - SHOWN_PLACES, "autre", "autres")}` : "";
  return shown.slice(0, SHOWN_PLACES).map(({ name, people }) => `${name} (${number(Math.round(people))})`).join(", ") + more;
}

const upper = (text) => text[0].toUpperCase() + text.slice(1);
const quantity = (value, unit) => `${number(Math.round(value))}\u00a0${unit}`;
const euros = (value) => (value === null ? "inconnu" : quantity(value, "€"));
const percent = (value) => (value === null ? "inconnue" : `${number(100 * value, 1)}\u00a0%`);
const range = ({ low, high }, written) => (low === null || high === null ? "" : `, entre ${written(low)} et ${written(high)} (90 %)`);
