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

/* Choice of the features shown by what their cards say: those that say nothing of it are left alone. */
function setUpFilters(map, layers) {
  const choices = Array.from(document.querySelectorAll("[data-filter]"));
  if (!choices.length) return;
  const values = ({ properties: { rows = [] } }) => new Map(rows);
  const found = [];
  const visit = (layer, parent) => {
    if (layer.feature && choices.some(({ dataset }) => values(layer.feature).has(dataset.filter))) found.push({ layer, parent, said: values(layer.feature) });
    else if (layer.eachLayer) layer.eachLayer((part) => visit(part, layer));
  };
  layers.forEach((layer) => visit(layer, null));
  const titles = (some) => new Set(some.map(({ layer }) => layer.feature.properties.rows.join() + layer.feature.properties.title)).size;
  const show = () => {
    const kept = found.filter(({ said }) => choices.every(({ value, dataset }) => !value || said.get(dataset.filter) === value));
    for (const { layer, parent } of found) parent.removeLayer(layer);
    for (const { layer, parent } of kept) parent.addLayer(layer);
    document.querySelector("#filtered").textContent = `${titles(kept)} sur ${titles(found)}`;
    placeLabels(map);
  };
  for (const choice of choices) {
    const counts = new Map();
    for (const { said } of found) counts.set(said.get(choice.dataset.filter), (counts.get(said.get(choice.dataset.filter)) ?? 0) + 1);
    const known = [...counts.keys()].filter(Boolean).sort((one, other) => one.localeCompare(other, "fr"));
    for (const value of known) choice.append(Object.assign(textElement("option", `${value} (${counts.get(value)})`), { value }));
    choice.addEventListener("change", show);
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
