"use strict";

/* What every map shares: popups, labels, keyboard, words in French.
   Texts come from data: they are only ever written as text nodes, never as HTML. */

const LABEL_GAP_PX = 3;
const POPUP_GAP_PX = 24;

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
    list.append(textElement("dt", label), textElement("dd", value));
  }
  content.append(list);
  if (properties.note) content.append(textElement("p", properties.note, "note"));
  return content;
}

const POPUP_OPTIONS = { maxWidth: 320, autoPanPadding: [POPUP_GAP_PX, POPUP_GAP_PX] };

/* Called by folium's layers for each feature. */
function bindDetails(feature, layer) {
  const properties = feature.properties;
  if (properties.title) layer.bindPopup(() => popupContent(properties), POPUP_OPTIONS);
  if (properties.label) {
    layer.bindTooltip(textElement("span", properties.label), {
      permanent: properties.labelled,
      direction: properties.kind === "sector" ? "top" : "right",
      offset: properties.kind === "sector" ? [0, -2] : [LABEL_GAP_PX, 0],
      className: `label label-${properties.kind}`,
    });
  }
  if (properties.kind === "area") layer.bindTooltip(textElement("span", properties.title), { sticky: true, className: "label" });
  if (["place", "area", "link"].includes(properties.kind)) {
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
      layer.openPopup();
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
