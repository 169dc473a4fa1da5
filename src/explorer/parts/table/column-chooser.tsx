import { COLUMNS } from './columns.js';

export interface ColumnChooserProps {
  shown: ReadonlySet<string>;
  onChange: (shown: ReadonlySet<string>) => void;
}

/** Which columns the table has. The last one cannot be taken away. */
export function ColumnChooser({ shown, onChange }: ColumnChooserProps) {
  const toggle = (id: string) => {
    const next = new Set(shown);
    if (!next.delete(id)) next.add(id);
    if (next.size > 0) onChange(next);
  };
  return (
    <details class="mg-chooser">
      <summary>Columns</summary>
      <fieldset>
        <legend>Columns of the table</legend>
        {COLUMNS.map(column => (
          <label key={column.id} title={column.about}>
            <input
              type="checkbox"
              checked={shown.has(column.id)}
              disabled={shown.size === 1 && shown.has(column.id)}
              onChange={() => toggle(column.id)}
            />{' '}
            {column.title}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
