"use strict";

/* Numbered reasons: each number stands on the map where it is about, and in the text; either one leads to the other. */

const REASON_PX = 24;
const REASON_ZOOM = 16;

function setUpReasons(map) {
  const reasons = JSON.parse(document.querySelector("#reason-data").textContent);
  map.createPane("reasons").style.zIndex = 640;
  const held = new Map(); // how many numbers stand at a place already: they stand side by side
  const marks = reasons.map(({ number, points }) => points.map(([lon, lat]) => {
    const place = `${lon} ${lat}`;
    const rank = held.get(place) ?? 0;
    held.set(place, rank + 1);
    return reasonMark(map, number, [lat, lon], rank);
  }));
  for (const button of document.querySelectorAll("[data-reason]")) {
    button.addEventListener("click", () => reachReason(map, Number(button.dataset.reason), marks));
  }
}

function reasonMark(map, number, at, rank) {
  const anchor = [REASON_PX / 2 - rank * (REASON_PX + 1), REASON_PX + 8];
  const icon = L.divIcon({ className: "reason-mark", html: textElement("span", String(number)), iconSize: [REASON_PX, REASON_PX], iconAnchor: anchor });
  const text = document.querySelector(`#reason-${number}`);
  const mark = L.marker(at, { icon, pane: "reasons", alt: `Raison ${number}`, keyboard: true }).addTo(map);
  mark.getElement().setAttribute("aria-label", `Raison ${number} : ${text.textContent}`);
  mark.on("click", () => isMeasuring() || readReason(number));
  mark.on("keydown", ({ originalEvent }) => {
    if (originalEvent.key !== "Enter" && originalEvent.key !== " ") return;
    originalEvent.preventDefault();
    readReason(number);
  });
  return mark;
}

function readReason(number) {
  const button = document.querySelector(`[data-reason="${number}"]`);
  button.scrollIntoView({ block: "center" });
  button.focus({ preventScroll: true });
  single(number);
}

function reachReason(map, number, marks) {
  const places = L.latLngBounds(marks[number - 1].map((mark) => mark.getLatLng()));
  map.fitBounds(places, { maxZoom: Math.max(map.getZoom(), REASON_ZOOM - 1), padding: [80, 80], animate: false });
  if (innerWidth < 960) map.getContainer().scrollIntoView({ block: "nearest" });
  single(number);
}

function single(number) {
  for (const item of document.querySelectorAll(".reasons li")) item.classList.toggle("single", item.querySelector(`[data-reason="${number}"]`) !== null);
  for (const mark of document.querySelectorAll(".reason-mark")) mark.classList.toggle("single", mark.textContent === String(number));
}
