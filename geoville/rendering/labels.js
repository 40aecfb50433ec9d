"use strict";

const LABEL_SIDES = { center: [0, 0], right: [LABEL_GAP_PX, 0], left: [-LABEL_GAP_PX, 0], top: [0, -LABEL_GAP_PX], bottom: [0, LABEL_GAP_PX] };
const LABELS_FROM_ZOOM = 13;
const LABEL_RANKS = ["label-sector", "label-subject", "label-change", "label-link", "label-place", "label-quarter"];
const NAME_SIDES = ["center", "top", "bottom", "right", "left"];

/* Labels take the first side that is free. One that finds none is hidden until its place is aimed at, and so are all
   but the sector's where the map is too small to bear them. */
function placeLabels(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const sides = map.getZoom() < LABELS_FROM_ZOOM ? [] : ["right", "left", "top", "bottom"];
  const taken = Array.from(document.querySelectorAll(".stage .leaflet-control"), (element) => element.getBoundingClientRect());
  for (const number of document.querySelectorAll(".reason-mark")) taken.push(number.getBoundingClientRect());
  for (const marker of document.querySelectorAll(".leaflet-places-pane path")) {
    taken.push(shrunk(marker.getBoundingClientRect(), LABEL_GAP_PX));
  }
  for (const tooltip of permanentTooltips(map)) {
    const element = tooltip.getElement();
    const isSector = labelRank(tooltip) === 0;
    const isFree = (candidate) => {
      moveLabel(tooltip, candidate);
      const box = element.getBoundingClientRect();
      return !leaves(frame, box) && !taken.some((other) => overlap(other, box));
    };
    const side = isSector ? "top" : (isName(tooltip) ? NAME_SIDES : sides).find(isFree);
    element.classList.toggle("label-hidden", side === undefined);
    if (side !== undefined) taken.push(element.getBoundingClientRect());
  }
}

function moveLabel(tooltip, side) {
  tooltip.options.direction = side;
  tooltip.options.offset = LABEL_SIDES[side];
  tooltip.update();
}

/* A label that found no side free is read all the same by whoever points at its place or reaches it. */
function showWhenAimedAt(layer) {
  const element = layer.getElement();
  const show = (aimed) => layer.getTooltip().getElement()?.classList.toggle("label-aimed", aimed);
  for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => show(true));
  for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => show(false));
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

/* Names of quarters are written at every zoom: they stand inside, and those of the largest come first. */
function isName(tooltip) {
  return /label-(subject|quarter|change)/.test(tooltip.options.className);
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
