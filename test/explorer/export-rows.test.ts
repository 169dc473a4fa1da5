import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, columnById, positions } from '../../src/explorer/parts/table/columns.js';
import { csvField, exportName, toCsv, toJson } from '../../src/explorer/parts/table/export-rows.js';
import { anyRows, neuronRow } from './rows.js';

/** RFC 4180, as strict as it is. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  const fields = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y;
  while (fields.lastIndex < text.length) {
    const match = fields.exec(text);
    if (!match) throw new Error(`no CSV at ${fields.lastIndex}`);
    const field = match[1]!;
    lines[lines.length - 1]!.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (match[2] === '\r\n') lines.push([]);
  }
  expect(lines.pop()).toEqual([]);
  return lines;
}

describe('CSV', () => {
  it.each([
    '=1+1',
    '+1',
    '-1+2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =HYPERLINK("http://evil")',
    '\u0000=1',
    '\u200b=1',
    '＝1',
    '＋1',
  ])('makes no formula of the text %j', text => {
    const field = csvField(text);
    expect(field.replace(/^"/, '')).toMatch(/^'/);
  });

  it('leaves numbers, flags and plain text as they are', () => {
    expect([-1.5, 2, true, undefined, '5Grw', '10.0.0.1:8091'].map(csvField)).toEqual([
      ...['-1.5', '2', 'true', '', '5Grw', '10.0.0.1:8091'],
    ]);
  });

  it('quotes what would end a field', () => {
    expect(csvField('a,"b"\r\nc')).toBe('"a,""b""\r\nc"');
    expect(csvField(' a')).toBe('" a"');
  });

  it('comes back as it went, whatever strangers wrote', () => {
    fc.assert(
      fc.property(anyRows, rows => {
        const context = { position: positions(rows), epochsPerDay: 72 };
        const [titles, ...lines] = parseCsv(toCsv(rows, COLUMNS, context));
        expect(titles).toEqual(COLUMNS.map(column => column.id));
        const expected = rows.map(row => COLUMNS.map(column => column.value(row, context)));
        expect(lines.map(line => line.map(unguarded))).toEqual(expected.map(line => line.map(v => String(v ?? ''))));
      }),
      { seed: 4 },
    );
  });

  it('never begins a field with what a spreadsheet runs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), text => {
        expect(csvField(text).replace(/^"/, '')).not.toMatch(/^[\s\p{C}]*[=+\-@＝＋－＠]/u);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('has the chosen columns only, with whole values', () => {
    const rows = [neuronRow({ uid: 3, stake: 1.123456789 })];
    const columns = [columnById('uid')!, columnById('stake')!, columnById('hotkey')!];
    expect(toCsv(rows, columns, { position: positions(rows), epochsPerDay: undefined })).toBe(
      `uid,stake,hotkey\r\n3,1.123456789,${rows[0]!.hotkey}\r\n`,
    );
  });
});

describe('JSON', () => {
  it('has the rows with everything, the block and the subnet', () => {
    const rows = [neuronRow({ uid: 1, axon: { ip: '::1', port: 9 } })];
    expect(JSON.parse(toJson({ block: 7, netuid: 2 }, rows))).toEqual({
      netuid: 2,
      block: 7,
      neurons: JSON.parse(JSON.stringify(rows)),
    });
    expect(exportName({ block: 7, netuid: 2 }, 'json')).toBe('metagraph-2-block-7.json');
  });
});

/** Without the apostrophe that keeps a spreadsheet from running the text. */
function unguarded(field: string): string {
  return /^'([\s\p{C}]*[=+\-@＝＋－＠]|[\t\r\n])/u.test(field) ? field.slice(1) : field;
}
