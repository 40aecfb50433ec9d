"use strict";

/* Choice of what is drawn: one theme of cells at a time, with its legend, and any number of other layers. */

function setUpThemes(cells) {
  const choice = document.querySelector("#theme");
  if (!choice) return;
  const legends = document.querySelectorAll(".theme-legend");
  const show = () => {
    if (cells) cells.setTheme(choice.value);
    for (const legend of legends) legend.hidden = legend.dataset.theme !== choice.value;
  };
  choice.addEventListener("change", show);
  show();
}

function setUpToggles(map, layers) {
  for (const box of document.querySelectorAll("[data-layer]")) {
    const layer = layers[Number(box.dataset.layer)];
    box.checked = map.hasLayer(layer);
    box.addEventListener("change", () => {
      if (box.checked) layer.addTo(map);
      else layer.remove();
      placeLabels(map);
    });
  }
}

function toggleOf(index) {
  return document.querySelector(`[data-layer="${index}"]`);
}

/* Features with a title, each with the layer that draws it and the rank of the layer that holds it. */
function drawnFeatures(layers) {
  const found = [];
  const visit = (layer, index) => {
    if (layer.feature && layer.feature.properties.title) found.push({ layer, index, properties: layer.feature.properties });
    else if (layer.eachLayer) layer.eachLayer((part) => visit(part, index));
  };
  layers.forEach(visit);
  return found;
}

function reveal(map, { layer, index }) {
  const box = toggleOf(index);
  if (box && !box.checked) box.click();
  if (layer.getBounds) map.fitBounds(layer.getBounds(), { padding: [40, 40], maxZoom: 16, animate: false });
  else map.setView(layer.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
  layer.openPopup(anchorOf(layer, map));
}
