// Which columns of a file ask the question: recognised by the service, or chosen here.

import { byId, make } from "./dom.js";

const LIMITS = [
  ["postcode", "Code postal (facultatif)"],
  ["citycode", "Code Insee de la commune (facultatif)"],
];
const SEVERAL = "|";
const POINT = [
  ["lon", "Longitude"],
  ["lat", "Latitude"],
];

/** Show the choice for a file, then a button that starts; columns that are not known here are typed. */
export function showColumns(columns) {
  const named = (name, label) => (columns ? select(name, label, columns) : typed(name, label));

  byId("file-columns").replaceChildren(
    make(
      "fieldset",
      { class: "columns" },
      make("legend", {}, "Où est l’adresse ?"),
      way("auto", "Laisser geoville reconnaître les colonnes", [], true),
      way("address", "Choisir les colonnes de l’adresse", [addressField(columns), ...LIMITS.map((one) => named(...one))]),
      way("point", "Choisir des coordonnées (WGS 84)", POINT.map((one) => named(...one))),
    ),
    make("button", { type: "submit" }, "Vérifier toutes les lignes"),
  );
  showWay();
  byId("file-columns").onchange = showWay;
}

/** Add the choice to a form; the route that reads it. */
export function addColumns(form) {
  const chosen = document.querySelector("#file-columns .way:has(input[name=way]:checked) .fields");
  for (const field of chosen?.querySelectorAll("input:checked, input[type=text], select") ?? [])
    for (const name of field.name === "columns" ? field.value.split(SEVERAL) : [field.value]) if (name.trim()) form.append(field.name, name.trim());
  return document.querySelector("#file-columns input[name=way]:checked").value === "point" ? "reverse/csv" : "search/csv";
}

function way(value, label, fields, checked = false) {
  const choice = make("input", { type: "radio", name: "way", value, checked });
  return make("div", { class: "way" }, make("label", {}, choice, ` ${label}`), make("div", { class: "fields" }, ...fields));
}

function addressField(columns) {
  if (!columns) return typed("columns", "Colonnes de l’adresse, séparées par une barre |");
  const ticks = columns.map((name) => make("label", { class: "tick" }, make("input", { type: "checkbox", name: "columns", value: name }), ` ${name}`));
  return make("fieldset", {}, make("legend", {}, "Colonnes de l’adresse"), ...ticks);
}

const typed = (name, label) => choice(label, make("input", { type: "text", name, id: `column-${name}` }));

function select(name, label, columns) {
  const options = columns.map((column) => make("option", { value: column }, column));
  return choice(label, make("select", { name, id: `column-${name}` }, make("option", { value: "" }, "—"), ...options));
}

const choice = (label, field) => make("div", { class: "choice" }, make("label", { for: field.id }, label), field);

function showWay() {
  for (const one of document.querySelectorAll("#file-columns .way"))
    one.querySelector(".fields").hidden = !one.querySelector("input[name=way]").checked;
}
