import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { nearestX, pathOf, rangeOf, type Series, shortNumber, thinOut, ticks, tickTexts } from './scale.js';

export interface LineChartProps {
  title: string;
  /** What x is: `block`, `step`. */
  xName: string;
  series: readonly Series[];
  heightPx?: number;
}

/** Until the page says how wide it is. */
const WIDTH_PX = 560;
const RIGHT = 24;
const TOP = 8;
const BOTTOM = 24;
/** Points of a line beyond these cannot be told apart on the picture. */
const MOST_POINTS = 500;
/** Lines of the table in words. */
const MOST_LINES = 60;
/** Of a digit of the axes. */
const CHARACTER_PX = 6.6;
/** Told apart without colour, too. */
const DASHES = [undefined, '7 3', '2 3', '9 3 2 3'];

/** Lines over blocks or steps, with a value under the pointer or the arrow keys, and the same as a table. */
export function LineChart({ title, xName, series, heightPx = 170 }: LineChartProps) {
  const [at, setAt] = useState<number>();
  const picture = useRef<HTMLDivElement>(null);
  const width = useWidth(picture);
  const drawn = useMemo(
    () => series.map(({ name, points }) => ({ name, points: thinOut(points, MOST_POINTS) })),
    [series],
  );
  const xs = [...new Set(drawn.flatMap(line => line.points.map(point => point.x)))].sort((a, b) => a - b);
  if (!drawn.some(line => line.points.some(point => Number.isFinite(point.y)))) {
    return (
      <figure class="lc">
        <figcaption>{title}</figcaption>
        <p class="hm-empty">No values yet.</p>
      </figure>
    );
  }
  const xRange = rangeOf(xs);
  const yRange = rangeOf(drawn.flatMap(line => line.points.map(point => point.y)));
  const yTicks = ticks(yRange, 4);
  const yTexts = tickTexts(yTicks);
  const left = 12 + CHARACTER_PX * Math.max(0, ...yTexts.map(text => text.length));
  const toX = (x: number) => left + ((x - xRange.low) / (xRange.high - xRange.low)) * (width - left - RIGHT);
  const toY = (y: number) =>
    heightPx - BOTTOM - ((y - yRange.low) / (yRange.high - yRange.low)) * (heightPx - TOP - BOTTOM);
  const shown = at === undefined ? undefined : nearestX(xs, at);
  const valuesAt = (x: number) =>
    drawn
      .map(line => `${line.name} ${shortNumber(line.points.find(point => point.x === x)?.y ?? Number.NaN)}`)
      .join(', ');

  const onKeyDown = (event: KeyboardEvent) => {
    // Alt and an arrow is the browser's way back.
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const index = shown === undefined ? xs.length : xs.indexOf(shown);
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: xs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(xs[Math.max(0, Math.min(xs.length - 1, to))]);
  };
  const onPointerMove = (event: PointerEvent & { currentTarget: HTMLDivElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - left) / (width - left - RIGHT);
    setAt(xRange.low + share * (xRange.high - xRange.low));
  };
  return (
    <figure class="lc">
      <figcaption>
        {title}
        {drawn.length > 1 && (
          <span class="lc-legend">
            {drawn.map((line, i) => (
              <span key={line.name}>
                <svg width="26" height="8" aria-hidden="true">
                  <path class={`lc-line lc-${i % 4}`} d="M1 4L25 4" stroke-dasharray={DASHES[i % 4]} />
                </svg>{' '}
                {line.name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div
        ref={picture}
        class="lc-picture"
        role="application"
        aria-label={`${title} by ${xName}; the arrow keys read its values`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read its values
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(undefined)}
      >
        <svg viewBox={`0 0 ${width} ${heightPx}`} role="presentation">
          <g class="lc-axis">
            {yTicks.map((y, i) => (
              <g key={y}>
                <line x1={left} x2={width - RIGHT} y1={toY(y)} y2={toY(y)} />
                <text x={left - 6} y={toY(y)} dy="0.35em" text-anchor="end">
                  {yTexts[i]}
                </text>
              </g>
            ))}
            {ticks(xRange, Math.max(2, Math.floor(width / 90))).map(x => (
              <text key={x} x={toX(x)} y={heightPx - 8} text-anchor="middle">
                {shortNumber(x)}
              </text>
            ))}
          </g>
          {drawn.map((line, i) => (
            <path
              key={line.name}
              class={`lc-line lc-${i % 4}`}
              d={pathOf(line.points, toX, toY)}
              stroke-dasharray={DASHES[i % 4]}
            />
          ))}
          {shown !== undefined && (
            <line class="lc-cursor" x1={toX(shown)} x2={toX(shown)} y1={TOP} y2={heightPx - BOTTOM} />
          )}
        </svg>
      </div>
      <output class="lc-readout" aria-live="polite">
        {shown === undefined
          ? `${xName} ${xs[xs.length - 1]}: ${valuesAt(xs[xs.length - 1]!)}`
          : `${xName} ${shown}: ${valuesAt(shown)}`}
      </output>
      <details class="lc-table">
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{xName}</th>
              {drawn.map(line => (
                <th scope="col" key={line.name}>
                  {line.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {xs.slice(-MOST_LINES).map(x => (
              <tr key={x}>
                <th scope="row">{x}</th>
                {drawn.map(line => (
                  <td key={line.name}>{shortNumber(line.points.find(point => point.x === x)?.y ?? Number.NaN)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** How wide an element is: a picture of as many units has text of the page's size. */
function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(WIDTH_PX);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => setWidth(element.clientWidth || WIDTH_PX);
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [box.current]);
  return width;
}
