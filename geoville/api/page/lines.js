// Answers told line by line, a JSON document on each: what the service says of a file while it works.

const LINES = "application/x-ndjson";

/** Read the documents of a response as they come. */
export async function* documents(response) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of response.body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}

/** Headers that ask to be told line by line. */
export const told = { Accept: LINES };

/** Files that come in parts, in base64, by name. */
export class Files {
  #parts = new Map();

  add({ name, type, part }) {
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    if (!this.#parts.has(name)) this.#parts.set(name, { type, pieces: [] });
    this.#parts.get(name).pieces.push(bytes);
  }

  /** Each with its name and what it holds. */
  get all() {
    return [...this.#parts].map(([name, { type, pieces }]) => ({ name, blob: new Blob(pieces, { type }) }));
  }
}
