// What a link of the page keeps: the date, the view of the map, the layers; what was asked only where the user says so.
// It is kept after the "#", which browsers never send to a server.

/** State that the address of the page carries. */
export function readState() {
  const given = new URLSearchParams(location.hash.slice(1));
  const view = (given.get("map") ?? "").split("/").map(Number);
  return {
    on: /^\d{4}-\d{2}-\d{2}$/.test(given.get("on") ?? "") ? given.get("on") : "",
    view: view.length === 3 && view.every(Number.isFinite) ? { zoom: view[0], lat: view[1], lon: view[2] } : null,
    layers: given.has("layers") ? given.get("layers").split(",").filter(Boolean) : null,
    question: questionOf(given),
  };
}

/** Address of the page in a state. */
export function linkOf({ on, view, layers, question }) {
  const kept = new URLSearchParams();
  if (on) kept.set("on", on);
  if (view) kept.set("map", `${view.zoom}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`);
  if (layers) kept.set("layers", layers.join(","));
  if (question?.q) kept.set("q", question.q);
  else if (question) kept.set("at", `${question.lon},${question.lat}`);
  return `${location.href.split("#")[0]}#${kept}`;
}

/** Keep a state in the address of the page, without what was asked: that stays in the browser's own history. */
export function keepState(state) {
  history.replaceState(history.state, "", linkOf({ ...state, question: null }));
}

/** Remember a question for the buttons that go back and reload; `again` replaces the one that stands. */
export function rememberQuestion(question, state, { again = false } = {}) {
  history[again ? "replaceState" : "pushState"]({ question }, "", linkOf({ ...state, question: null }));
}

/** The question that the browser's history holds for the page as it stands; null where there is none. */
export const rememberedQuestion = () => history.state?.question ?? null;

function questionOf(given) {
  if (given.get("q")) return { q: given.get("q") };
  const [lon, lat] = (given.get("at") ?? "").split(",").map(Number);
  return given.get("at") && Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : null;
}
