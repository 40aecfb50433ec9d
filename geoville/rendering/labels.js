"use strict";

const LABEL_SIDES = { center: [0, 0], right: [LABEL_GAP_PX, 0], left: [-LABEL_GAP_PX, 0], top: [0, -LABEL_GAP_PX], bottom: [0, LABEL_GAP_PX] };
const LABEL_SHARES = { center: [0.5, 0.5], right: [0, 0.5], left: [1, 0.5], top: [0.5, 1], bottom: [0.5, 0] };
const LABEL_MARGINS = { center: [0, 0], right: [6, 0], left: [-6, 0], top: [0, -6], bottom: [0, 6] }; // of Leaflet's style
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
  const tooltips = permanentTooltips(map);
  const sizes = tooltips.map((tooltip) => tooltip.getElement().getBoundingClientRect());
  tooltips.forEach((tooltip, index) => {
    const isSector = labelRank(tooltip) === 0;
    const boxAt = (side) => (isSector ? sizes[index] : labelBox(map, frame, tooltip, sizes[index], side));
    const isFree = (side) => !leaves(frame, boxAt(side)) && !taken.some((other) => overlap(other, boxAt(side)));
    const side = isSector ? "top" : (isName(tooltip) ? NAME_SIDES : sides).find(isFree);
    tooltip.getElement().classList.toggle("label-hidden", side === undefined);
    if (side === undefined) return;
    taken.push(boxAt(side));
    if (!isSector && side !== tooltip.options.direction) moveLabel(tooltip, side);
  });
}

/* Where Leaflet will put a label on one side of its place: to move it there and look would lay the page out each time. */
function labelBox(map, frame, tooltip, { width, height }, side) {
  const { x, y } = map.latLngToContainerPoint(tooltip.getLatLng());
  const at = (start, axis, place, size) => start + place - size * LABEL_SHARES[side][axis] + LABEL_SIDES[side][axis] + LABEL_MARGINS[side][axis];
  const [left, top] = [at(frame.left, 0, x, width), at(frame.top, 1, y, height)];
  return { left, top, right: left + width, bottom: top + height };
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
