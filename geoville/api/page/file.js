// A whole file: chosen or dropped, looked at, answered row by row, counted, given back. Nothing of it stays on the service.

import { Actions } from "./actions.js";
import { addColumns, foldColumns, showColumns } from "./columns.js";
import { byId } from "./dom.js";
import { Files, documents, told } from "./lines.js";
import { Points } from "./points.js";
import { Answers, savers, showResults } from "./results.js";
import { isReview, reviewOf } from "./review.js";
import { Refused, upload } from "./service.js";
import { plural } from "./words.js";

const SAID_EVERY = 20;
const KEPT = { table: "table", report: "report", page: "page", map: "map" };

let facts = {};
let points = null;
let file = null;
let seen = null;
let stop = null;

/** Watch the form; `day()` gives the date asked about, "" for today; answers are drawn on the map. */
export function watchFile(day, map, known) {
  facts = known;
  points = new Points(map);
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
    if (file && seen) send(day());
  });
  byId("file-stop").addEventListener("click", () => stop?.abort());
}

/** Look at a file: its first rows, and what its columns are taken for. */
async function open(chosen, sheet = "") {
  stop?.abort();
  stop = new AbortController();
  file = chosen;
  seen = null;
  points.clear();
  byId("file-columns").replaceChildren();
  showResults([]);
  say(`«\u00a0${file.name}\u00a0»\u00a0: lecture des premières lignes.`);
  const form = new FormData();
  form.append("data", file);
  if (sheet) form.append("sheet", sheet);
  await unlessRefused(async () => {
    seen = await (await upload("files/preview", form, stop.signal)).json();
    say(`«\u00a0${file.name}\u00a0», ${plural(seen.columns.length, "colonne", "colonnes")}.`);
    showColumns(seen, (name) => open(file, name));
  });
}

async function send(day) {
  const form = new FormData();
  form.append("data", file);
  const route = addColumns(form, seen);
  const isActions = route.startsWith("actions");
  if (isActions) for (const result of Object.values(KEPT)) if (result !== KEPT.page || facts.paper) form.append("result", result);
  if (!isActions) form.append("review", "true");
  if (day) form.append("on", day);
  stop = new AbortController();
  points.clear();
  showResults([]);
  say("");
  show(0);
  const answers = isActions ? new Actions(points, facts.grounds) : new Answers(points);
  await unlessRefused(async () => {
    const { files, left, said } = await followed(await upload(route, form, stop.signal, told), answers);
    const page = files.find(isReview);
    const review = page && (await reviewOf(page, left));
    const named = files.filter((one) => one !== page || review).map(({ name, blob }, rank) => ({ name: rank ? name : file.name.replace(/(\.[^.]*)?$/, "-qpv$1"), blob }));
    foldColumns();
    showResults([savers(named), review, ...answers.show()]);
    say([`Terminé\u00a0: ${plural(answers.rows, "ligne", "lignes")}.`, ...said].join(" "));
  });
  byId("file-progress").hidden = true;
}

/** Take the answers as they come; the files that follow them, how many rows are `left` to be checked, what is `said` of all. */
async function followed(response, answers) {
  const files = new Files();
  let left = null;
  let said = [];
  for await (const { row, table, review, remarks, file: part, problem } of documents(response)) {
    left = review ?? left;
    said = remarks ?? said;
    if (problem) throw new Refused(problem.detail);
    if (row) answers.add(row);
    if (row && answers.rows % SAID_EVERY === 1) show(answers.rows);
    if (table) {
      answers.sum(table);
      show(answers.rows, "Écriture de la synthèse et de la carte");
    }
    if (part) files.add(part);
  }
  if (!files.all.length) throw new TypeError("the answer is cut");
  return { files: files.all, left, said };
}

async function unlessRefused(work) {
  try {
    await work();
  } catch (error) {
    if (error.name === "AbortError") say("Arrêté\u00a0: rien n’a été enregistré.");
    else if (error instanceof Refused) say(error.message);
    else say("La réponse s’est interrompue\u00a0: rien n’est à garder, recommencer.");
  }
}

function show(rows, step = "") {
  const bar = byId("file-bar");
  byId("file-progress").hidden = false;
  if (seen.count === null) bar.removeAttribute("value");
  else {
    bar.max = Math.max(seen.count, 1);
    bar.value = Math.min(rows, bar.max);
  }
  byId("file-step").textContent = step || (rows ? plural(rows, "ligne répondue", "lignes répondues") : "Envoi et lecture");
}

const say = (sentence) => (byId("file-said").textContent = sentence);
