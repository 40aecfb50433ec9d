// What a file holds: its first rows, and what each of its columns is taken for, guessed by the service and corrected here.

import { byId, make } from "./dom.js";
import { number, plural } from "./words.js";

const SUBJECTS = [
  ["addresses", "Des adresses"],
  ["coordinates", "Des coordonnées"],
  ["actions", "Des actions (appel à projets, subventions)"],
];
const PROJECTIONS = { "": "Degrés (WGS 84)", 2154: "Lambert-93", 27572: "Lambert II étendu" };

/** What a column of a table of actions may say: the usual first, the others folded. */
export const MEANINGS = [
  ["titre", "Titre de l’action"],
  ["porteur", "Porteur"],
  ["lieu", "Lieu ou adresse"],
  ["code-postal", "Code postal"],
  ["commune", "Commune"],
  ["quartiers", "Quartiers déclarés"],
  ["montant", "Montant"],
  ["theme", "Thème"],
  ["debut", "Premier jour"],
  ["fin", "Dernier jour"],
  ["periode", "Période"],
  ["annee", "Année"],
];
export const OTHER_MEANINGS = [
  ["code-insee", "Code Insee de la commune"],
  ["longitude", "Longitude"],
  ["latitude", "Latitude"],
  ["zone", "Zone (WKT)"],
  ["part-qpv", "Part de bénéficiaires en QPV"],
  ["domiciles", "Domiciles des bénéficiaires"],
  ["secteur", "Secteur desservi (WKT)"],
  ["siret", "SIRET du porteur"],
  ["rna", "Numéro RNA du porteur"],
];

/** Show what was seen of a file, and the choice of its columns; `onSheet(name)` is told of another sheet. */
export function showColumns(seen, onSheet) {
  const subject = seen.subject === "unknown" ? "addresses" : seen.subject;
  const choices = make(
    "details",
    { open: true, class: "choices-of-file" },
    make("summary", {}, "Colonnes et options"),
    ...(seen.sheets.length > 1 ? [sheets(seen.sheets, onSheet)] : []),
    firstRows(seen),
    make(
      "fieldset",
      { class: "subject" },
      make("legend", {}, "Que contient ce fichier\u00a0?"),
      ...SUBJECTS.map(([value, label]) => tick("radio", "subject", value, label, value === subject)),
    ),
    part("addresses", "Colonnes de l’adresse", addressFields(seen)),
    part("coordinates", "Colonnes des coordonnées", pointFields(seen)),
    part("actions", "Ce que disent les colonnes", actionFields(seen)),
  );
  byId("file-columns").replaceChildren(choices, make("button", { type: "submit" }, "Vérifier toutes les lignes"));
  showSubject();
  byId("file-columns").onchange = ({ target }) => {
    if (target.name === "sheet") return; // all this is about to be made again
    showSubject();
    tellUses(seen);
  };
  tellUses(seen);
}

/** Add the choice to a form; the route that reads it. */
export function addColumns(form, seen) {
  const subject = chosenSubject();
  const part = byId("file-columns").querySelector(`.part-${subject}`);
  const value = (name) => part.querySelector(`[name="${name}"]`).value.trim();
  const add = (name, text) => text && form.append(name, text);
  if (seen.sheets.length > 1) form.append("sheet", seen.sheets[0]);
  if (subject === "actions") return addActions(form, seen, part);
  form.append("with_words", "true");
  const taken = part.querySelector("[name=decisions]").files[0];
  if (taken) form.append("decisions", taken);
  if (subject === "coordinates") {
    for (const name of ["lon", "lat", "crs"]) add(name, value(name));
    return "reverse/csv";
  }
  const ticked = ticks(part);
  if (ticked.join("\n") !== seen.address.join("\n") || value("postcode") || value("citycode"))
    for (const name of ticked) form.append("columns", name);
  for (const name of ["postcode", "citycode", "default_citycode"]) add(name, value(name));
  return "search/csv";
}

/** Fold the choice, once there is an answer to look at. */
export const foldColumns = () => byId("file-columns").querySelector(".choices-of-file").removeAttribute("open");

/** What the file is said to hold. */
export const chosenSubject = () => byId("file-columns").querySelector("[name=subject]:checked").value;

/** Columns ticked, those that were guessed in the order of an envelope, then the others as they stand. */
function ticks(part) {
  const ticked = [...part.querySelectorAll("[name=columns]:checked")];
  return ticked.sort((one, other) => one.dataset.rank - other.dataset.rank).map((box) => box.value);
}

function addActions(form, seen, part) {
  const guessed = new Map(seen.actions.map(({ says, column }) => [says, column]));
  for (const select of part.querySelectorAll("select[data-says]"))
    if (select.value !== (guessed.get(select.dataset.says) ?? "")) form.append("column", `${select.dataset.says}=${select.value}`);
  for (const field of part.querySelectorAll("input[type=text], input[type=number]")) if (field.value.trim()) form.append(field.name, field.value.trim());
  for (const field of part.querySelectorAll("input[type=file]")) if (field.files.length) form.append(field.name, field.files[0]);
  if (part.querySelector("[name=seat_as_place]").checked) form.append("seat_as_place", "true");
  return "actions/check/csv";
}

function sheets(names, onSheet) {
  const field = select("sheet", "Feuille du classeur", names, names[0], null);
  field.querySelector("select").addEventListener("change", (event) => onSheet(event.target.value));
  return field;
}

function firstRows({ columns, rows, count, description }) {
  const many = count === null ? "" : `${plural(count, "ligne", "lignes")}, `;
  return make(
    "div",
    { class: "first-rows", role: "region", tabindex: "0", "aria-label": "Premières lignes du fichier" },
    make(
      "table",
      {},
      make("caption", {}, make("span", {}, `${many}${plural(columns.length, "colonne", "colonnes")}. ${description}.`)),
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name || "(sans nom)", make("span", { class: "use" }))))),
      make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell))))),
    ),
  );
}

/** Under the name of each column, what it is taken for. */
function tellUses(seen) {
  const uses = new Map();
  const part = byId("file-columns").querySelector(`.part-${chosenSubject()}`);
  for (const box of part.querySelectorAll("[name=columns]:checked")) uses.set(box.value, "adresse");
  for (const field of part.querySelectorAll("select:not([name=crs])")) if (field.value) uses.set(field.value, field.labels[0].textContent);
  byId("file-columns")
    .querySelectorAll(".first-rows .use")
    .forEach((mark, place) => {
      const use = uses.get(seen.columns[place]);
      mark.textContent = use ? `→ ${use.toLowerCase()}` : "";
    });
}

function part(subject, legend, fields) {
  return make("fieldset", { class: `part-choice part-${subject}` }, make("legend", {}, legend), ...fields);
}

function addressFields({ columns, address, citycode }) {
  const rank = (name, place) => (address.includes(name) ? address.indexOf(name) : address.length + place);
  return [
    make(
      "div",
      { class: "ticks" },
      ...columns.map((name, place) => {
        const label = tick("checkbox", "columns", name, name, address.includes(name));
        label.querySelector("input").dataset.rank = rank(name, place);
        return label;
      }),
    ),
    folded("Préciser la commune", [
      select("postcode", "Code postal, qui limite la recherche", columns, ""),
      select("citycode", "Code Insee de la commune", columns, citycode ?? ""),
      typed("default_citycode", "Code Insee des lignes qui ne disent pas leur commune (62193)"),
    ]),
    decided(),
  ];
}

/** The decisions that the page of a review saved. */
const decided = () => folded("Décisions déjà prises", [given("decisions", "Fichier (.json) que la relecture des lignes à vérifier a enregistré", ".json")]);

function pointFields({ columns, lon, lat, projections }) {
  const known = { ...PROJECTIONS, ...Object.fromEntries(projections.map((code) => [code, PROJECTIONS[code] ?? `EPSG:${code}`])) };
  const crs = make("select", { name: "crs", id: "column-crs" }, ...Object.entries(known).map(([code, name]) => make("option", { value: code }, name)));
  crs.value = projections[0] ?? "";
  return [
    select("lon", "Longitude, ou abscisse (X)", columns, lon ?? ""),
    select("lat", "Latitude, ou ordonnée (Y)", columns, lat ?? ""),
    field("En quel système", crs),
    decided(),
  ];
}

function actionFields({ columns, actions }) {
  const guessed = new Map(actions.map(({ says, column }) => [says, column]));
  const one = ([says, label]) => {
    const choice = select(`column-of-${says}`, label, columns, guessed.get(says) ?? "");
    choice.querySelector("select").dataset.says = says;
    return choice;
  };
  return [
    make("div", { class: "pairs" }, ...MEANINGS.map(one)),
    folded(`Autres colonnes (${number(OTHER_MEANINGS.length)})`, [make("div", { class: "pairs" }, ...OTHER_MEANINGS.map(one))]),
    folded("Options", [
      typed("default_citycode", "Code Insee de la commune des lieux qui n’en disent pas (34172)"),
      given("bearers", "Liste d’associations et de leurs adresses : le siège de chaque porteur"),
      tick("checkbox", "seat_as_place", "true", "Prendre ce siège pour lieu, quand le lieu n’est pas donné", false),
      typed("catchment", "Estimer la part d’habitants en QPV autour de chaque lieu, à tant de mètres", { type: "number", min: "1", max: "5000" }),
      given("decisions", "Tableau déjà répondu, pour reprendre ce qui y est décidé"),
      given("before", "Tableau répondu l’an dernier, à comparer"),
    ]),
  ];
}

const folded = (title, fields) => make("details", {}, make("summary", {}, title), ...fields);

function tick(type, name, value, label, checked) {
  return make("label", { class: "tick" }, make("input", { type, name, value, checked }), make("span", {}, label));
}

const typed = (name, label, more = {}) => field(label, make("input", { type: "text", name, id: identifier(), autocomplete: "off", ...more }));
const given = (name, label, accept = ".csv,.txt,.tsv,.xlsx,.ods") => field(label, make("input", { type: "file", name, id: identifier(), accept }));

function select(name, label, columns, chosen, none = "—") {
  const options = columns.filter((column) => column).map((column) => make("option", { value: column }, column));
  const made = make("select", { name, id: identifier() }, ...(none === null ? [] : [make("option", { value: "" }, none)]), ...options);
  made.value = chosen;
  return field(label, made);
}

const field = (label, input) => make("div", { class: "choice" }, make("label", { for: input.id }, label), input);

let given_ids = 0;
const identifier = () => `file-field-${(given_ids += 1)}`;

function showSubject() {
  const subject = chosenSubject();
  for (const one of byId("file-columns").querySelectorAll(".part-choice")) one.hidden = !one.classList.contains(`part-${subject}`);
}
