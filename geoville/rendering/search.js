"use strict";

/* Search among what is drawn, by the letters of its name; nothing leaves the page. */

const MAX_FOUND = 8;

function folded(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/’/g, "'").toLowerCase();
}

function setUpSearch(map, layers) {
  const input = document.querySelector("#search");
  const list = document.querySelector("#found");
  let found = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const choose = (index) => {
    input.value = found[index].properties.title;
    close();
    reveal(map, found[index]);
  };
  const mark = (index) => {
    active = (index + found.length) % found.length;
    Array.from(list.children, (option, rank) => option.setAttribute("aria-selected", String(rank === active)));
    input.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const open = () => {
    const words = folded(input.value).split(/\s+/).filter(Boolean);
    const holds = ({ properties }) => words.every((word) => folded(properties.title).includes(word));
    found = words.length ? drawnFeatures(layers).filter(holds).slice(0, MAX_FOUND) : [];
    list.replaceChildren(...found.map(({ properties }, index) => searchOption(properties.title, index, choose)));
    if (words.length && !found.length) list.append(emptyOption());
    list.hidden = !words.length;
    input.setAttribute("aria-expanded", String(words.length > 0));
    active = -1;
  };

  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (!found.length || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active < 0 && event.key === "ArrowUp" ? -1 : active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      choose(Math.max(active, 0));
    }
  });
}

function searchOption(title, index, choose) {
  const option = textElement("li", title);
  option.id = `found-${index}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose(index);
  });
  return option;
}

function emptyOption() {
  const option = textElement("li", "Rien de ce nom sur la carte", "nothing");
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.setAttribute("aria-disabled", "true");
  return option;
}
