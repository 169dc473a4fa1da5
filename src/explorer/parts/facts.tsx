import type { ComponentChildren } from 'preact';

export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and what they stand for. */
export function Facts({ rows, isBig }: { rows: readonly Fact[]; isBig?: boolean }) {
  return (
    <dl class={isBig ? 'facts big' : 'facts'}>
      {rows
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
