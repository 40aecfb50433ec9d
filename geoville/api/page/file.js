// A whole file: chosen or dropped, answered row by row, counted, given back. Nothing of it stays on the service.

import { addColumns, showColumns } from "./columns.js";
import { CsvReader, countLines, readHeader } from "./csv.js";
import { byId, download, make } from "./dom.js";
import { Refused, upload } from "./service.js";
import { VERDICTS, plural } from "./words.js";

const SPREADSHEET = /\.(xlsx|ods)$/i;

let file = null;
let header = null;
let stop = null;

/** Watch the form; `day()` gives the date asked about, "" for today. */
export function watchFile(day) {
  const drop = byId("drop");
  byId("upload").addEventListener("change", (event) => event.target.files.length && open(event.target.files[0]));
  // A file dropped anywhere must not replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
  byId("file-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (file) send(day());
  });
  byId("file-stop").addEventListener("click", () => stop?.abort());
}

async function open(chosen) {
  stop?.abort();
  file = chosen;
  header = SPREADSHEET.test(file.name) ? null : await readHeader(file);
  byId("file-summary").replaceChildren();
  say(`« ${file.name} »${header ? `, ${plural(header.columns.length, "colonne", "colonnes")}` : ""}.`);
  showColumns(header?.columns);
}

async function send(day) {
  const form = new FormData();
  form.append("data", file);
  const route = addColumns(form);
  if (day) form.append("on", day);
  stop = new AbortController();
  byId("file-summary").replaceChildren();
  say("");
  show(0, header ? Math.max((await countLines(file)) - 1, 1) : null);
  try {
    const response = await upload(route, form, stop.signal);
    finish(await received(response));
  } catch (error) {
    if (error.name === "AbortError") say("Arrêté : rien n’a été enregistré.");
    else if (error instanceof Refused) say(error.message);
    else say("La réponse s’est interrompue : rien n’est à garder, recommencer.");
  } finally {
    byId("file-progress").hidden = true;
  }
}

/** Read the answer as it comes; count its rows by verdict where it is CSV. */
async function received(response) {
  const pieces = [];
  const counts = new Map();
  const reader = header && new CsvReader(header.delimiter);
  const decoder = new TextDecoder(header?.encoding);
  let place = null;
  let rows = 0;
  for await (const piece of response.body) {
    pieces.push(piece);
    for (const record of reader?.read(decoder.decode(piece, { stream: true })) ?? []) {
      if (place === null || place < 0) place = verdictPlace(record); // titles may stand above the names
      else {
        rows += 1;
        counts.set(record[place], (counts.get(record[place]) ?? 0) + 1);
      }
    }
    if (reader) show(rows);
  }
  return { blob: new Blob(pieces, { type: response.headers.get("Content-Type") }), counts, rows };
}

/** Place of the verdict, whose column is renamed where the file has one of that name: the last one is ours. */
const verdictPlace = (columns) => columns.findLastIndex((name) => /^qpv_verdict(_\d+)?$/.test(name));

function finish({ blob, counts, rows }) {
  const name = file.name.replace(/(\.[^.]*)?$/, "-qpv$1");
  byId("file-summary").replaceChildren(
    ...(header ? [summary(counts, rows)] : []),
    make("button", { type: "button", onclick: () => download(blob, name) }, `Enregistrer ${name}`),
  );
  say(header ? `Terminé : ${plural(rows, "ligne", "lignes")}.` : "Terminé.");
}

function summary(counts, rows) {
  const named = Object.entries(VERDICTS).map(([code, word]) => [word, counts.get(code) ?? 0]);
  const without = rows - named.reduce((total, [, count]) => total + count, 0);
  const lines = without ? [...named, ["Sans réponse (ligne vide ou illisible)", without]] : named;
  return make(
    "table",
    { class: "summary" },
    make("caption", {}, "Lignes par verdict"),
    make("tbody", {}, ...lines.map(([word, count]) => make("tr", {}, make("th", { scope: "row" }, word), make("td", {}, String(count))))),
  );
}

function show(rows, total) {
  const bar = byId("file-bar");
  byId("file-progress").hidden = false;
  if (total) bar.max = total;
  if (total === null) bar.removeAttribute("value");
  else bar.value = Math.min(rows, bar.max);
  byId("file-step").textContent = rows ? plural(rows, "ligne répondue", "lignes répondues") : "Envoi et lecture";
}

const say = (sentence) => (byId("file-said").textContent = sentence);
