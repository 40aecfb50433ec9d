// What can be done with an answer: print it, have it attested, share a link to it.

import { byId, download } from "./dom.js";
import { Refused, post } from "./service.js";
import { linkOf } from "./state.js";

/** Watch the buttons; `current()` gives the date, the view, the layers and the question. */
export function watchTools(current) {
  byId("print").addEventListener("click", () => print());
  openWhilePrinting();
  byId("attest").addEventListener("click", () => attest(current()));
  byId("share").addEventListener("click", () => {
    const box = byId("share-box");
    box.hidden = !box.hidden;
    byId("share").setAttribute("aria-expanded", String(!box.hidden));
    byId("share-question").checked = false;
    write(current);
  });
  byId("share-question").addEventListener("change", () => write(current));
  byId("copy").addEventListener("click", copy);
}

/** On paper the legend is printed open; the rules by their names, on the one sheet that they share with the verdict and the map. */
function openWhilePrinting() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("#legend:not([open])")];
    for (const folded of opened) folded.open = true;
  });
  addEventListener("afterprint", () => {
    for (const folded of opened) folded.open = false;
  });
}

function write(current) {
  const { question, ...rest } = current();
  byId("share-link").value = linkOf({ ...rest, question: byId("share-question").checked ? question : null });
}

async function copy() {
  const field = byId("share-link");
  field.select();
  // Browsers give the clipboard to secure pages only: elsewhere the link stays selected, to be copied by hand.
  await navigator.clipboard?.writeText(field.value);
  byId("tools-said").textContent = navigator.clipboard ? "Lien copié." : "Lien sélectionné : le copier avec Ctrl+C.";
}

async function attest({ question, on }) {
  const said = byId("tools-said");
  said.textContent = "Attestation en préparation…";
  try {
    const response = await post("attest", { ...question, ...(on && { on }), format: "pdf" }, { accept: "application/pdf" });
    download(await response.blob(), "releve.pdf");
    said.textContent = "Attestation enregistrée.";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    said.textContent = error.message;
  }
}
