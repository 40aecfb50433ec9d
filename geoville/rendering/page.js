"use strict";

/* Texts come from data: they are only ever written as text nodes, never as HTML. */

const legend = document.querySelector(".legend");

/* Width of the map that the legend covers: none on a small screen, where it stands under the map. */
const COVERED_WIDTH_PX = getComputedStyle(legend).position === "absolute" ? legend.offsetWidth : 0;

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

const LABEL_GAP_PX = 3;
const POPUP_GAP_PX = 24;


/* Called by folium's layers for each feature. */
function bindDetails(feature, layer) {
  const properties = feature.properties;
  if (properties.title) {
    layer.bindPopup(() => popupContent(properties), {
      maxWidth: 320,
      autoPanPaddingTopLeft: [POPUP_GAP_PX + COVERED_WIDTH_PX, POPUP_GAP_PX],
      autoPanPaddingBottomRight: [POPUP_GAP_PX, POPUP_GAP_PX],
    });
  }
  if (properties.label) {
    layer.bindTooltip(textElement("span", properties.label), {
      permanent: properties.labelled,
      direction: properties.kind === "sector" ? "top" : "right",
      offset: properties.kind === "sector" ? [0, -2] : [LABEL_GAP_PX, 0],
      className: `label label-${properties.kind}`,
    });
  }
  if (properties.kind === "place" || properties.kind === "area") {
    layer.on("add", () => makeReachable(layer, properties.title));
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
      layer.openPopup();
    }
  });
}

const LABEL_SIDES = ["right", "left", "top", "bottom"];

/* Labels take the first side that is free; one that finds none is hidden until the view changes. */
function placeLabels(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const controls = document.querySelectorAll(".stage .legend, .leaflet-control");
  const taken = Array.from(controls, (element) => element.getBoundingClientRect());
  for (const marker of document.querySelectorAll(".leaflet-places-pane path")) {
    taken.push(shrunk(marker.getBoundingClientRect(), LABEL_GAP_PX));
  }
  const tooltips = [];
  map.eachLayer((layer) => {
    if (layer instanceof L.Tooltip && layer.options.permanent) tooltips.push(layer);
  });
  const isSector = (tooltip) => tooltip.options.className.includes("label-sector");
  tooltips.sort((one, other) => isSector(other) - isSector(one));
  for (const tooltip of tooltips) {
    const element = tooltip.getElement();
    const sides = isSector(tooltip) ? ["top"] : LABEL_SIDES;
    const side = sides.find((candidate) => {
      tooltip.options.direction = candidate;
      tooltip.update();
      const box = element.getBoundingClientRect();
      return !leaves(frame, box) && !taken.some((other) => overlap(other, box));
    });
    element.classList.toggle("label-hidden", side === undefined && !isSector(tooltip));
    if (side !== undefined) taken.push(element.getBoundingClientRect());
  }
}

function shrunk(box, margin) {
  return { left: box.left + margin, right: box.right - margin, top: box.top + margin, bottom: box.bottom - margin };
}

function leaves(frame, box) {
  return box.left < frame.left || frame.right < box.right || box.top < frame.top || frame.bottom < box.bottom;
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/* Controls and words that every map has, in French. */
function addControls(map) {
  L.control.zoom({ zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer", position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.getContainer().setAttribute("aria-label", "Carte : flèches pour se déplacer, + et − pour zoomer");
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "Fermer");
  });
}

function setUpPage(map) {
  addControls(map);
  const toggle = document.querySelector(".leaflet-control-layers-toggle");
  toggle.title = "Couches";
  toggle.setAttribute("aria-label", "Couches");
  if (window.matchMedia("(max-height: 43rem)").matches) legend.open = false;
  legend.addEventListener("toggle", () => placeLabels(map));
  map.on("zoomend moveend overlayadd overlayremove", () => placeLabels(map));
  placeLabels(map);
}
