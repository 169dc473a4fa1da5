import { colourOf, type Theme } from './palette.js';

const MARKS = [0.01, 0.05, 0.1, 0.25, 0.5, 1];

/** What the colours stand for, up to the strongest share. */
export function HeatScale({ theme, top }: { theme: Theme; top: number }) {
  return (
    <ul class="hm-scale" aria-label="Colours, from the weakest share to the strongest">
      {MARKS.map(part => (
        <li key={part}>
          <span aria-hidden="true" style={{ backgroundColor: `rgb(${colourOf(Math.sqrt(part), theme).join(' ')})` }} />{' '}
          {Number((100 * part * top).toPrecision(2))} %
        </li>
      ))}
    </ul>
  );
}
