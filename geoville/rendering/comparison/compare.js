"use strict";

/* The other map takes the view of the one that moves; it moves in turn, which must not come back to the first. */
function synchronise(one, other) {
  let following = false;
  const follow = (leader, follower) => leader.on("move", () => {
    if (following) return;
    following = true;
    follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    following = false;
  });
  follow(one, other);
  follow(other, one);
}

function setUpComparison(before, after, tiles) {
  for (const [map, name] of [[before, "d’avant"], [after, "d’après"]]) {
    addControls(map);
    drawGround(map, JSON.parse(document.querySelector("#ground-data").textContent));
    map.getContainer().setAttribute("aria-label", `Carte ${name} : flèches pour se déplacer, + et − pour zoomer`);
  }
  after.setView(before.getCenter(), before.getZoom(), { animate: false });
  synchronise(before, after);
  for (const map of [before, after]) {
    const settle = () => {
      map.getContainer().classList.toggle("far", map.getZoom() < LABELS_FROM_ZOOM);
      placeLabels(map);
    };
    map.on("zoomend moveend viewreset resize", settle);
    settle();
  }
  document.body.dataset.ready = "true";
  if (tiles) offerOnlineGround([before, after], tiles, document.querySelector("#online"), (text) => {
    document.querySelector(".online-said").textContent = text;
  });
}
