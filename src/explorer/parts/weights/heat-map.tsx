import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { WeightMatrix } from '../../data/types.js';
import { useTheme } from '../theme.js';
import { type BinCell, binWeights, describeCell } from './bins.js';
import { HeatScale } from './heat-scale.js';
import { paintBins } from './paint.js';

export interface HeatMapProps {
  matrix: WeightMatrix;
  /** The longer side at most. */
  sizePx?: number;
}

const STEPS: Record<string, readonly [columns: number, rows: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  PageUp: [0, -10],
  PageDown: [0, 10],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
};

/** Who weighs whom, as colours: a line for each that sets weights, a column for each that is weighed. */
export function HeatMap({ matrix, sizePx = 720 }: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [all, setAll] = useState(false);
  const [cell, setCell] = useState<BinCell>({ column: 0, row: 0 });
  const [told, setTold] = useState(false);
  const bins = useMemo(
    () => binWeights(matrix, { columns: sizePx, rows: sizePx, onlySetters: !all }),
    [matrix, sizePx, all],
  );
  useEffect(() => {
    if (canvas.current) paintBins(canvas.current, bins, theme);
  }, [bins, theme]);

  const at = {
    column: Math.min(cell.column, Math.max(0, bins.columns - 1)),
    row: Math.min(cell.row, Math.max(0, bins.rows - 1)),
  };
  const cellPx = Math.max(1, Math.min(28, Math.floor(sizePx / Math.max(1, bins.columns))));
  const linePx = Math.max(cellPx, Math.min(16, Math.floor(160 / Math.max(1, bins.rows))));
  const size = { width: `${bins.columns * cellPx}px`, height: `${bins.rows * linePx}px` };

  const move = (to: BinCell) => {
    setTold(true);
    setCell({
      column: Math.max(0, Math.min(bins.columns - 1, to.column)),
      row: Math.max(0, Math.min(bins.rows - 1, to.row)),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    const row = event.ctrlKey && (event.key === 'Home' || event.key === 'End') ? step[0] : step[1];
    move({ column: at.column + step[0], row: at.row + row });
  };
  const onPointerMove = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    move({
      column: Math.floor(((event.clientX - box.left) / box.width) * bins.columns),
      row: Math.floor(((event.clientY - box.top) / box.height) * bins.rows),
    });
  };

  return (
    <figure class="hm">
      <figcaption>
        Shares of each neuron's weights: who weighs from top to bottom, who is weighed from left to right, both by uid.
        {bins.bin > 1 && ` A column stands for ${bins.bin} uids and shows the strongest.`}
        {bins.rowBin > 1 && ` A line stands for ${bins.rowBin}.`}
      </figcaption>
      <label>
        <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> Lines of those without weights, too
      </label>
      {bins.rows === 0 ? (
        <p class="hm-empty">Nobody has set weights.</p>
      ) : (
        <div class="hm-scroll">
          <div
            class="hm-box"
            role="application"
            aria-label="Heat map of weights; the arrow keys walk over its cells"
            aria-describedby="hm-readout"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over its cells
            tabIndex={0}
            onKeyDown={onKeyDown}
            onPointerMove={onPointerMove}
            style={size}
          >
            <canvas ref={canvas} style={size} />
            <span
              class="hm-cursor"
              aria-hidden="true"
              style={{
                left: `${at.column * cellPx}px`,
                top: `${at.row * linePx}px`,
                width: `${cellPx}px`,
                height: `${linePx}px`,
              }}
            />
          </div>
        </div>
      )}
      <output id="hm-readout" class="hm-readout" aria-live="polite">
        {told ? describeCell(bins, at) : `${bins.lines.length} lines, ${bins.n} columns`}
      </output>
      {bins.top > 0 && <HeatScale theme={theme} top={bins.top} />}
    </figure>
  );
}
