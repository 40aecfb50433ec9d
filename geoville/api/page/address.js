// The address field: suggestions while typing, chosen with the keyboard, the mouse or a finger.
// ARIA pattern: combobox with a list that opens on demand; the focus stays in the field.

import { byId, make } from "./dom.js";
import { Refused, post } from "./service.js";
import { POSITIONS, plural } from "./words.js";

const FROM_LETTERS = 3;
const PAUSE_MS = 180;
const MOST = 7;

/**
 * Watch the field. `onAsk(text)` is told what to look up: a suggestion that was chosen, or the text as it stands.
 */
export function watchAddress(onAsk) {
  const field = byId("address");
  const list = byId("suggestions");
  const said = byId("suggestions-said");
  let labels = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function activate(place) {
    active = place;
    if (labels.length) [...list.children].forEach((option, rank) => option.setAttribute("aria-selected", String(rank === place)));
    if (place < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  }

  function choose(place) {
    field.value = labels[place];
    close();
    onAsk(field.value);
  }

  function show(features) {
    labels = features.map((feature) => feature.properties.label);
    list.replaceChildren(...features.map((feature, place) => option(feature.properties, place, choose)));
    if (!labels.length) list.replaceChildren(make("li", { class: "nothing", role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Aucune adresse de ce nom dans la liste."));
    list.hidden = false;
    field.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
    said.textContent = labels.length ? `${plural(labels.length, "adresse proposée", "adresses proposées")}.` : "Aucune adresse proposée.";
  }

  async function suggest(text) {
    asking = new AbortController();
    try {
      const response = await post("search", { q: text, limit: MOST, autocomplete: 1 }, { signal: asking.signal });
      show((await response.json()).features);
    } catch (error) {
      if (error instanceof Refused) said.textContent = error.message;
      else if (error.name !== "AbortError") throw error;
    }
  }

  field.addEventListener("input", () => {
    close();
    const text = field.value.trim();
    if (text.length >= FROM_LETTERS) timer = setTimeout(suggest, PAUSE_MS, text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (!list.hidden && labels.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const places = labels.length + 1; // the field itself is one of the stops
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(((active + 1 + step + places) % places) - 1);
    }
  });
  field.addEventListener("blur", close);
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    if (field.value.trim()) onAsk(field.value.trim());
    else field.focus();
  });
}

function option(properties, place, choose) {
  const nature = POSITIONS[properties.type] ?? "";
  return make(
    "li",
    {
      id: `suggestion-${place}`,
      role: "option",
      "aria-selected": "false",
      onpointerdown: (event) => event.preventDefault(), // the field keeps the focus, so that the list stays open
      onclick: () => choose(place),
    },
    make("span", {}, properties.label),
    make("small", {}, nature),
  );
}
