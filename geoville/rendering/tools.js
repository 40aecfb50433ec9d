"use strict";

/* Measure, full screen, print, north, mini-map. */

const METRES_IN_A_KILOMETRE = 1000;

function writtenDistance(metres) {
  const far = metres >= METRES_IN_A_KILOMETRE;
  const value = far ? metres / METRES_IN_A_KILOMETRE : Math.round(metres);
  return `${value.toLocaleString("fr-FR", { maximumFractionDigits: far ? 2 : 0 })}\u00a0${far ? "km" : "m"}`;
}

function say(text) {
  const status = document.querySelector("#status");
  status.textContent = text;
  status.hidden = !text;
}

/* Points are added by a click, or by Enter at the centre of the view; Escape ends. */
function setUpMeasure(map) {
  const button = document.querySelector("#measure");
  const line = L.polyline([], { color: "#0b57d0", weight: 3, interactive: false, pane: "places" });
  const tell = () => {
    const points = line.getLatLngs();
    let metres = 0;
    for (let index = 1; index < points.length; index += 1) metres += map.distance(points[index - 1], points[index]);
    say(points.length > 1 ? `Distance : ${writtenDistance(metres)}` : "Mesure : cliquer sur la carte, Échap pour finir");
  };
  const set = (on) => {
    button.setAttribute("aria-pressed", String(on));
    map.getContainer().classList.toggle("measuring", on);
    line.setLatLngs([]);
    if (on) {
      line.addTo(map);
      map.closePopup();
      tell();
    } else {
      line.remove();
      say("");
    }
  };
  const add = (latlng) => {
    line.addLatLng(latlng);
    tell();
  };
  button.addEventListener("click", () => set(!isMeasuring()));
  map.on("click", ({ latlng }) => isMeasuring() && add(latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (isMeasuring() && event.key === "Enter" && event.target === map.getContainer()) add(map.getCenter());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isMeasuring()) set(false);
  });
}

function isMeasuring() {
  return document.querySelector("#measure").getAttribute("aria-pressed") === "true";
}

/* The map and its legend take the whole screen; the text is left out. */
function setUpFullScreen(map) {
  const button = document.querySelector("#full-screen");
  const main = document.querySelector("main");
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else main.requestFullscreen();
  });
  document.addEventListener("fullscreenchange", () => {
    button.setAttribute("aria-pressed", String(document.fullscreenElement === main));
    map.invalidateSize();
  });
}

/* The sheet has its own proportions: the map is laid out again for it, on the same place, before the browser prints. */
function setUpPrint(map) {
  const layOut = (printing) => {
    const bounds = map.getBounds();
    document.body.classList.toggle("printing", printing);
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds, { animate: false });
    placeLabels(map);
  };
  document.querySelector("#print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => layOut(true));
  window.addEventListener("afterprint", () => layOut(false));
}

function addNorth(map) {
  const north = L.control({ position: "topright" });
  north.onAdd = () => {
    const element = textElement("div", "N", "north");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", "Le nord est en haut");
    return element;
  };
  north.addTo(map);
}

function addMiniMap(map, backdrop) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const element = L.DomUtil.create("div", "mini-map");
    element.setAttribute("aria-hidden", "true");
    L.DomEvent.disableClickPropagation(element);
    return element;
  };
  control.addTo(map);
  const still = { dragging: false, touchZoom: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false };
  const mini = L.map(control.getContainer(), {
    ...still, keyboard: false, zoomControl: false, attributionControl: false, zoomSnap: 0,
  });
  control.getContainer().removeAttribute("tabindex");
  const style = { stroke: false, fillColor: "#aab3bd", fillOpacity: 1 };
  const territory = L.geoJSON(backdrop.toGeoJSON(), { style: () => style, interactive: false }).addTo(mini);
  mini.fitBounds(territory.getBounds(), { padding: [4, 4], animate: false });
  const frame = L.rectangle(map.getBounds(), { color: "#8a0f5b", weight: 2, fill: false, interactive: false }).addTo(mini);
  map.on("moveend", () => frame.setBounds(map.getBounds()));
  mini.on("click", ({ latlng }) => map.panTo(latlng));
}
