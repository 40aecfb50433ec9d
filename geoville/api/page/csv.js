// CSV as it is read piece by piece: enough to know the columns of a file, and to count the answers of its result.

const DELIMITERS = [";", ",", "\t", "|"];
const HEADER_BYTES = 65_536;
const FIRST_ROWS = 20;

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
  const lines = text.split(/\r?\n|\r/, FIRST_ROWS);
  const said = /^\s*"?sep=(.)/i.exec(lines[0])?.[1];
  const most = (one) => Math.max(...lines.map((line) => count(line, one)));
  const delimiter = DELIMITERS.includes(said) ? said : DELIMITERS.reduce((best, one) => (most(one) > most(best) ? one : best));
  const reader = new CsvReader(delimiter);
  const records = [...reader.read(text), ...reader.end()].slice(said ? 1 : 0, FIRST_ROWS);
  // The names are the first record that is as wide as any: titles stand above them.
  const width = Math.max(0, ...records.map((record) => record.filter((cell) => cell.trim()).length));
  const columns = records.find((record) => record.filter((cell) => cell.trim()).length * 2 > width) ?? [];
  return { columns: columns.map((name) => name.trim()).filter(Boolean), delimiter, encoding };
}

/** Lines of a file: about its rows, for a progress bar. */
export async function countLines(file) {
  let lines = 0;
  for await (const piece of file.stream()) for (const byte of piece) if (byte === 10) lines += 1;
  return lines;
}

function decoded(bytes) {
  const wide = wideEncoding(new Uint8Array(bytes));
  if (wide) return { text: new TextDecoder(wide).decode(bytes), encoding: wide };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }), encoding: "utf-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}

/** UTF-16 by its mark, or by its null bytes, one in two; null for any other text. */
function wideEncoding(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const nulls = [0, 0];
  bytes.forEach((byte, place) => byte === 0 && (nulls[place % 2] += 1));
  const many = bytes.length / 2 * 0.4;
  if (nulls[1] > many && nulls[0] * 8 < many) return "utf-16le";
  return nulls[0] > many && nulls[1] * 8 < many ? "utf-16be" : null;
}

const count = (line, letter) => line.split(letter).length;
