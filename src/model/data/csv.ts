/** What a hostile file may make of a row. */
const [MAX_FIELD, MAX_FIELDS] = [1 << 20, 1000];

/**
 * The rows of comma-separated values (RFC 4180: fields with commas, quotes or line breaks are quoted, quotes doubled), as they come in.
 * Lines end in LF or CRLF; empty lines are left out. Throws an error that names the row.
 */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  const reader = new CsvReader();
  for await (const part of text) yield* reader.read(part);
  yield* reader.end();
}

class CsvReader {
  private row = 1;
  private fields: string[] = [];
  private field = '';
  /** `closed`: after the quote that ends a field, or between the two of a doubled one. */
  private state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';

  *read(text: string): Generator<string[]> {
    for (const { 0: token } of text.matchAll(/[",\n]|[^",\n]+/g)) {
      if (this.state === 'quoted') {
        if (token === '"') this.state = 'closed';
        else this.add(token);
      } else if (token === '"') {
        if (this.state === 'plain') this.add(token);
        else {
          if (this.state === 'closed') this.add(token);
          this.state = 'quoted';
        }
      } else if (token === ',') {
        this.endField();
      } else if (token === '\n') {
        yield* this.endRow();
      } else if (this.state === 'closed') {
        if (token !== '\r')
          throw new Error(`row ${this.row}: ${JSON.stringify(token.slice(0, 20))} after a quoted field`);
      } else {
        this.add(token);
        this.state = 'plain';
      }
    }
  }

  *end(): Generator<string[]> {
    if (this.state === 'quoted') throw new Error(`row ${this.row}: a quoted field does not end`);
    yield* this.endRow();
  }

  private add(text: string): void {
    this.field += text;
    if (this.field.length > MAX_FIELD) {
      throw new Error(`row ${this.row}: a field of more than ${MAX_FIELD} characters, or a quote that does not end`);
    }
  }

  private endField(): void {
    this.fields.push(this.field);
    if (this.fields.length > MAX_FIELDS) throw new Error(`row ${this.row}: more than ${MAX_FIELDS} fields`);
    this.field = '';
    this.state = 'start';
  }

  private *endRow(): Generator<string[]> {
    if (this.state === 'plain' && this.field.endsWith('\r')) this.field = this.field.slice(0, -1);
    const empty = this.fields.length === 0 && this.field === '' && this.state !== 'closed';
    this.endField();
    const fields = this.fields;
    this.fields = [];
    if (!empty) yield fields;
    this.row++;
  }
}

/** Names of columns that hold text, as data sets on the web have them. */
const TEXT_COLUMN = /^(title|description|text|content|article|body|sentence|headline)$/i;
const LABEL_COLUMN = /^(class|label|class index|category|id|index)$/i;

/**
 * Which columns of a table hold text: by their names when the first row has names, and else those that are no numbers there (ag_news:
 * class, title, description).
 */
export function textColumns(first: readonly string[]): { columns: number[]; header: boolean } {
  const names = first.map(name => name.trim());
  const header = names.some(name => TEXT_COLUMN.test(name) || LABEL_COLUMN.test(name));
  const all = [...names.keys()];
  const named = all.filter(i => TEXT_COLUMN.test(names[i]!));
  const columns = header ? named : all.filter(i => names[i] !== '' && !Number.isFinite(Number(names[i])));
  return { columns, header };
}

/** A document of the text columns of a row: one line each, without blank lines, which part documents. */
export function documentOf(values: readonly string[]): string {
  return values
    .map(value => value.replace(/\s*\n\s*/g, '\n').trim())
    .filter(Boolean)
    .join('\n');
}
