"use strict";

const LABEL_SIDES = ["right", "left", "top", "bottom"];
const LABEL_RANKS = ["label-sector", "label-link", "label-place"];

/* Labels take the first side that is free; one that finds none is hidden until the view changes. */
function placeLabels(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const taken = Array.from(document.querySelectorAll(".stage .leaflet-control"), (element) => element.getBoundingClientRect());
  for (const marker of document.querySelectorAll(".leaflet-places-pane path")) {
    taken.push(shrunk(marker.getBoundingClientRect(), LABEL_GAP_PX));
  }
  for (const tooltip of permanentTooltips(map)) {
    const element = tooltip.getElement();
    const isSector = labelRank(tooltip) === 0;
    const side = isSector ? "top" : LABEL_SIDES.find((candidate) => {
      tooltip.options.direction = candidate;
      tooltip.update();
      const box = element.getBoundingClientRect();
      return !leaves(frame, box) && !taken.some((other) => overlap(other, box));
    });
    element.classList.toggle("label-hidden", side === undefined);
    if (side !== undefined) taken.push(element.getBoundingClientRect());
  }
}

function permanentTooltips(map) {
  const tooltips = [];
  map.eachLayer((layer) => {
    if (layer instanceof L.Tooltip && layer.options.permanent) tooltips.push(layer);
  });
  return tooltips.sort((one, other) => labelRank(one) - labelRank(other));
}

function labelRank(tooltip) {
  return LABEL_RANKS.findIndex((name) => tooltip.options.className.includes(name));
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
