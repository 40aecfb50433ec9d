"use strict";

/* The online ground: off until it is asked for, remembered by this browser alone, replaced by words where it is not
   reached. One-file maps and the page of the service share it. */

const ONLINE_KEY = "geoville.plan-en-ligne";
const DEEPEST_ZOOM = 22;

/* A browser may refuse to remember, as some do for files opened from a disk: the choice then lasts as long as the page. */
function rememberedOnline() {
  try {
    return localStorage.getItem(ONLINE_KEY);
  } catch {
    return null;
  }
}

function rememberOnline(on) {
  try {
    localStorage.setItem(ONLINE_KEY, on ? "1" : "0");
  } catch {
    // nothing to do: see above
  }
}

/* `box` switches the ground of some maps; `say(text)` tells that it is not reached, or nothing. */
function offerOnlineGround(maps, tiles, box, say) {
  const remembered = rememberedOnline();
  box.checked = remembered === null ? tiles.shown : remembered === "1";
  const grounds = maps.map((map) => onlineGround(map, tiles, say));
  const follow = () => grounds.forEach((turn) => turn(box.checked));
  box.addEventListener("change", () => {
    rememberOnline(box.checked);
    follow();
  });
  addEventListener("online", follow);
  follow();
}

function onlineGround(map, tiles, say) {
  const lost = `${tiles.name} injoignable\u00a0: la carte garde son propre fond.`;
  const { attribution, max_zoom: maxNativeZoom } = tiles;
  const layer = L.tileLayer(tiles.url, { pane: "tilePane", attribution, maxNativeZoom, maxZoom: DEEPEST_ZOOM, referrerPolicy: "no-referrer" });
  const seen = (isSeen) => map.getContainer().classList.toggle("with-tiles", isSeen);
  let told = false;
  const tell = (text) => {
    if (text || told) say(text);
    told = text !== "";
  };
  layer.on("tileload", () => {
    seen(true);
    tell("");
  });
  layer.on("tileerror", () => tell(map.getContainer().classList.contains("with-tiles") ? `Une partie du ${tiles.name} manque.` : lost));
  return (on) => {
    layer.remove();
    seen(false);
    tell(on && !navigator.onLine ? lost : "");
    if (!on || !navigator.onLine) return;
    if (!map.attributionControl) L.control.attribution({ prefix: false }).addTo(map);
    layer.addTo(map);
  };
}
