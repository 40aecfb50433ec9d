// CSV as it is read piece by piece: enough to know the columns of a file, and to count the answers of its result.

const DELIMITERS = [";", ",", "\t", "|"];
const HEADER_BYTES = 65_536;

/** Reads records from successive pieces of text; a quoted field may hold delimiters and ends of lines. */
export class CsvReader {
  #delimiter;
  #record = [];
  #field = "";
  #quoted = false;
  #afterQuote = false;

  constructor(delimiter) {
    this.#delimiter = delimiter;
  }

  /** Records that are complete with this piece. */
  read(text) {
    const records = [];
    for (const letter of text) {
      if (this.#quoted) {
        if (letter !== '"') this.#field += letter;
        else {
          this.#quoted = false;
          this.#afterQuote = true;
        }
      } else if (letter === '"') {
        if (this.#afterQuote) this.#field += letter; // a doubled quote is one
        this.#quoted = true;
        this.#afterQuote = false;
      } else if (letter === this.#delimiter) this.#endField();
      else if (letter === "\n") records.push(...this.end());
      else if (letter !== "\r") {
        this.#field += letter;
        this.#afterQuote = false;
      }
    }
    return records;
  }

  /** The record under way, where there is one. */
  end() {
    if (!this.#record.length && !this.#field) return [];
    this.#endField();
    const record = this.#record;
    this.#record = [];
    return [record];
  }

  #endField() {
    this.#record.push(this.#field);
    this.#field = "";
    this.#afterQuote = false;
  }
}

/** Columns of a CSV file, its delimiter and its encoding, from its beginning. */
export async function readHeader(file) {
  const bytes = await file.slice(0, HEADER_BYTES).arrayBuffer();
  const { text, encoding } = decoded(bytes);
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = DELIMITERS.reduce((best, one) => (count(line, one) > count(line, best) ? one : best));
  const reader = new CsvReader(delimiter);
  const [columns = []] = [...reader.read(text), ...reader.end()];
  return { columns: columns.map((name) => name.trim()).filter(Boolean), delimiter, encoding };
}

/** Lines of a file: about its rows, for a progress bar. */
export async function countLines(file) {
  let lines = 0;
  for await (const piece of file.stream()) for (const byte of piece) if (byte === 10) lines += 1;
  return lines;
}

function decoded(bytes) {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }), encoding: "utf-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}

const count = (line, letter) => line.split(letter).length;
