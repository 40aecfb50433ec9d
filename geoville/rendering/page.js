"use strict";

const AT_REST_MS = 400;

function addCells(map) {
  const data = JSON.parse(document.querySelector("#cell-data").textContent);
  if (!data) return null;
  const cells = new CellCanvas(data).addTo(map);
  const open = (latlng) => {
    const row = cells.at(latlng);
    if (row >= 0) cardPopup(cells.properties(row)).setLatLng(latlng).openOn(map);
  };
  map.on("click", ({ latlng }) => isMeasuring() || open(latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer() && !isMeasuring()) open(map.getCenter());
  });
  return cells;
}

/* Called once the map is drawn: `layers` in the order of the boxes that show and hide them. */
function setUpPage(map, layers, backdrop, tiles) {
  addControls(map);
  map.getContainer().setAttribute(
    "aria-label",
    "Carte : flèches pour se déplacer, + et − pour zoomer, Entrée pour lire le carreau du centre",
  );
  if (tiles) offerOnlineGround([map], tiles, document.querySelector("#online"), say);
  drawGround(map, JSON.parse(document.querySelector("#ground-data").textContent));
  const cells = addCells(map);
  addNorth(map);
  if (backdrop) addMiniMap(map, backdrop);
  setUpThemes(cells);
  setUpToggles(map, layers);
  setUpReasons(map);
  setUpFilters(map, layers);
  setUpSearch(map, layers);
  setUpMeasure(map);
  setUpFullScreen(map);
  setUpPrint(map);
  setUpTable(layers, cells);
  let later = 0;
  const settle = () => {
    map.getContainer().classList.toggle("far", map.getZoom() < LABELS_FROM_ZOOM);
    placeLabels(map);
    // Where the view still glides, boxes were read on their way: labels are placed once more at rest.
    clearTimeout(later);
    later = setTimeout(() => placeLabels(map), AT_REST_MS);
  };
  map.on("zoomend moveend viewreset resize", settle);
  settle();
  document.body.dataset.ready = "true";
}
