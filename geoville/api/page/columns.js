// Which columns of a file ask the question: recognised by the service, or chosen here.

import { byId, make } from "./dom.js";

const LIMITS = [
  ["postcode", "Code postal (facultatif)"],
  ["citycode", "Code Insee de la commune (facultatif)"],
];
const POINT = [
  ["lon", "Longitude"],
  ["lat", "Latitude"],
];

/** Show the choice for a file of these columns, then a button that starts. */
export function showColumns(columns) {
  byId("file-columns").replaceChildren(
    make(
      "fieldset",
      { class: "columns" },
      make("legend", {}, "Où est l’adresse ?"),
      way("auto", "Laisser geoville reconnaître les colonnes", [], true),
      columns.length ? way("address", "Choisir les colonnes de l’adresse", addressFields(columns)) : null,
      columns.length ? way("point", "Choisir des coordonnées (WGS 84)", POINT.map(([name, label]) => select(name, label, columns))) : null,
    ),
    make("button", { type: "submit" }, "Vérifier toutes les lignes"),
  );
  showWay();
  byId("file-columns").onchange = showWay;
}

/** Add the choice to a form; the route that reads it. */
export function addColumns(form) {
  const chosen = document.querySelector("#file-columns .way:has(input[name=way]:checked) .fields");
  for (const field of chosen?.querySelectorAll("input:checked, select") ?? []) if (field.value) form.append(field.name, field.value);
  return document.querySelector("#file-columns input[name=way]:checked").value === "point" ? "reverse/csv" : "search/csv";
}

function way(value, label, fields, checked = false) {
  const choice = make("input", { type: "radio", name: "way", value, checked });
  return make("div", { class: "way" }, make("label", {}, choice, ` ${label}`), make("div", { class: "fields" }, ...fields));
}

function addressFields(columns) {
  const ticks = columns.map((name) => make("label", { class: "tick" }, make("input", { type: "checkbox", name: "columns", value: name }), ` ${name}`));
  const group = make("fieldset", {}, make("legend", {}, "Colonnes, dans l’ordre d’une enveloppe"), ...ticks);
  return [group, ...LIMITS.map(([name, label]) => select(name, label, columns))];
}

function select(name, label, columns) {
  const options = columns.map((column) => make("option", { value: column }, column));
  return make("label", { class: "choice" }, make("span", {}, label), make("select", { name }, make("option", { value: "" }, "—"), ...options));
}

function showWay() {
  for (const one of document.querySelectorAll("#file-columns .way"))
    one.querySelector(".fields").hidden = !one.querySelector("input[name=way]").checked;
}
