// Elements of the page. Texts are only ever set as text: what an address, a name or a file says is never read as HTML.

export const byId = (id) => document.getElementById(id);

/** A sentence as French typography wants it: no line begins with a sign nor ends with «, and one apostrophe. */
export const heldTogether = (text) => text.replace(/ (?=[:;?!»%€…])|(?<=«) /g, "\u00a0").replaceAll("'", "’");

/** An element with its attributes (null leaves one out) and its children, texts or elements. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null).map((child) => (typeof child === "string" ? heldTogether(child) : child)));
  return element;
}

/** Offer some bytes to the user as a file. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
