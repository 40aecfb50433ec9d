// What a file leaves to be checked, decided here: the page that the command line writes too, in a frame over this one.

import { make } from "./dom.js";
import { plural } from "./words.js";

const ENDING = ".relire.html";

/** Whether a file that came with the answers is the page of what is left to be checked. */
export const isReview = ({ name }) => name.endsWith(ENDING);

/**
 * The button that opens that page; nothing where nothing is open. `counted` says how many rows it has, and how many the
 * file leaves open. The frame stays while it is closed: decisions are kept until the next file.
 */
export async function reviewOf({ blob }, { rows, open }) {
  if (!rows) return null;
  const frame = make("iframe", { title: "Lignes à vérifier, à décider une par une" });
  frame.srcdoc = await blob.text();
  const close = make("button", { type: "button", onclick: () => dialog.close() }, "Fermer");
  const dialog = make("dialog", { class: "review", "aria-label": "Relire les lignes à vérifier" }, close, frame);
  const shown = rows < open ? `les ${plural(rows, "première ligne", "premières lignes")} sur ${open}` : `${plural(rows, "ligne", "lignes")}`;
  const show = () => {
    dialog.showModal();
    frame.focus();
  };
  return make(
    "div",
    { class: "review-offer" },
    make("button", { type: "button", id: "review-open", onclick: show }, `Relire ${shown} à vérifier`),
    make("p", { class: "help" }, "Une petite carte par ligne ; décider au clavier, enregistrer les décisions, puis les redonner avec le même fichier (« Décisions déjà prises »)."),
    dialog,
  );
}
