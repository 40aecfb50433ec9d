"use strict";

/* What every map shares: popups, labels, keyboard, words in French.
   Texts come from data: they are only ever written as text nodes, never as HTML. */

const LABEL_GAP_PX = 3;
const POPUP_GAP_PX = 8;
const LONG_VALUE = 36; // characters, beyond which a value has the width of the card

function textElement(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function popupContent(properties) {
  const content = document.createElement("div");
  content.append(textElement("h3", properties.title));
  const list = document.createElement("dl");
  for (const [label, value] of properties.rows) {
    const long = value.length > LONG_VALUE ? "long" : "";
    list.append(textElement("dt", label, long), textElement("dd", value, long));
  }
  content.append(list);
  if (properties.note) content.append(textElement("p", properties.note, "note"));
  return content;
}

const POPUP_OPTIONS = { autoPanPadding: [POPUP_GAP_PX, POPUP_GAP_PX] };
const INSIDE = 0.13;
const CARD_PX = 294; // two columns of nine rem and what parts them
const CARD_MARGINS_PX = 22;
const CARD_HEIGHT = 0.6; // of the map's

/* A card that fits its map: never wider, and scrolled beyond part of its height, so that opening it hardly moves the map. */
const CardPopup = L.Popup.extend({
  _updateLayout() {
    const { x, y } = this._map.getSize();
    const width = Math.min(CARD_PX, x - CARD_MARGINS_PX - 2 * POPUP_GAP_PX);
    Object.assign(this.options, { minWidth: width, maxWidth: width, maxHeight: Math.round(CARD_HEIGHT * y) - CARD_MARGINS_PX });
    L.Popup.prototype._updateLayout.call(this);
  },
});

function cardPopup(properties) {
  return new CardPopup(POPUP_OPTIONS).setContent(() => popupContent(properties));
}

/* Where no cells are drawn, the inside of quarters has a light tint; over cells it would change their colours. */
function isBare() {
  return document.querySelector("#cell-data")?.textContent === "null";
}

/* The line that a feature is seen by, on a white casing; the feature itself is a wide band, easy to aim at. */
function lineOf(feature, pane) {
  const { properties } = feature;
  const { casing, ...line } = properties.line;
  const under = { color: "#ffffff", weight: line.weight + 2 * casing, opacity: 0.9 * line.opacity, className: "casing" };
  const drawn = casing ? [under, line] : [line];
  const fill = properties.filled && isBare();
  return L.layerGroup(drawn.map((style) => L.geoJSON(feature, { pane, interactive: false, style: { ...style, fill: fill && style === line, fillOpacity: INSIDE } })));
}

/* Where a card opens by the keyboard: the heart of a shape where it is in sight, else its vertex nearest to the centre. */
function anchorOf(layer, map) {
  if (!layer.getBounds) return layer.getLatLng();
  const heart = layer.getBounds().getCenter();
  if (map.getBounds().contains(heart)) return heart;
  const centre = map.getCenter();
  const vertices = layer.getLatLngs().flat(Infinity);
  return vertices.reduce((best, vertex) => (centre.distanceTo(vertex) < centre.distanceTo(best) ? vertex : best));
}

/* Called by folium's layers for each feature. */
function bindDetails(feature, layer) {
  const properties = feature.properties;
  if (properties.title) layer.bindPopup(cardPopup(properties));
  if (properties.line) {
    const drawn = lineOf(feature, layer.options.pane);
    layer.on("add", () => drawn.addTo(layer._map));
    layer.on("remove", () => drawn.remove());
  }
  if (properties.label) {
    layer.bindTooltip(textElement("span", properties.label), {
      permanent: properties.labelled,
      direction: { sector: "top", subject: "center", quarter: "center", change: "center" }[properties.kind] ?? "right",
      offset: { sector: [0, -2], subject: [0, 0], quarter: [0, 0], change: [0, 0] }[properties.kind] ?? [LABEL_GAP_PX, 0],
      className: `label label-${properties.kind}`,
    });
  }
  if (properties.kind === "area") layer.bindTooltip(textElement("span", properties.title), { sticky: true, className: "label" });
  if (["place", "area", "link", "change"].includes(properties.kind)) {
    layer.on("add", () => {
      makeReachable(layer, properties.title);
      if (properties.label && properties.labelled) showWhenAimedAt(layer);
    });
  }
}

function makeReachable(layer, title) {
  const element = layer.getElement();
  if (!element || !title) return;
  element.setAttribute("tabindex", "0");
  element.setAttribute("role", "button");
  element.setAttribute("aria-label", title);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      if (!document.querySelector(".measuring")) layer.openPopup(anchorOf(layer, layer._map));
    }
  });
}

/* Controls and words that every map has, in French. */
function addControls(map) {
  L.control.zoom({ zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer", position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.getContainer().setAttribute("role", "application");
  map.getContainer().setAttribute("aria-label", "Carte : flèches pour se déplacer, + et − pour zoomer");
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "Fermer");
  });
}
