import { type Bins, tone } from './bins.js';
import { colourTable, type Theme } from './palette.js';

/** One pixel a cell; style sheets make it larger. Cells without weights stay clear. */
export function paintBins(canvas: HTMLCanvasElement, bins: Bins, theme: Theme): void {
  canvas.width = Math.max(1, bins.columns);
  canvas.height = Math.max(1, bins.rows);
  const context = canvas.getContext('2d');
  if (context === null || bins.strongest.length === 0) return;
  const image = context.createImageData(bins.columns, bins.rows);
  const colours = colourTable(theme);
  for (const [i, share] of bins.strongest.entries()) {
    const index = tone(share, bins.top);
    if (index === 0) continue;
    const [red, green, blue] = colours[index]!;
    image.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
