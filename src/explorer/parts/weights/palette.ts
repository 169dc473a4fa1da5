export type Theme = 'light' | 'dark';
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Cividis (Nuñez, Anderton, Renslow 2018): its lightness rises evenly and it looks the same with red-green blindness.
 * Ten steps of it, dark to light.
 */
const CIVIDIS: readonly Rgb[] = [
  [0, 34, 78],
  [8, 51, 112],
  [53, 69, 108],
  [79, 87, 108],
  [102, 105, 112],
  [125, 124, 120],
  [148, 142, 119],
  [174, 163, 113],
  [200, 184, 102],
  [255, 234, 70],
];

/** The colour of a strength above 0, up to 1: the stronger, the further from the ground of the theme. */
export function colourOf(strength: number, theme: Theme): Rgb {
  // The end next to the ground is left out, so that the weakest weight still stands out from none.
  const away = 0.12 + 0.88 * Math.min(1, strength);
  const place = (theme === 'dark' ? away : 1 - away) * (CIVIDIS.length - 1);
  const low = Math.min(CIVIDIS.length - 2, Math.floor(place));
  const part = place - low;
  return [0, 1, 2].map(i =>
    Math.round(CIVIDIS[low]![i]! * (1 - part) + CIVIDIS[low + 1]![i]! * part),
  ) as unknown as Rgb;
}

/** 256 colours for the tones of a canvas. Tone 0 is no weight and has none: the ground shows. */
export function colourTable(theme: Theme): readonly Rgb[] {
  return Array.from({ length: 256 }, (_, i) => colourOf(i / 255, theme));
}

/** Relative luminance, as WCAG 2 has it. */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
