import { useEffect, useState } from 'preact/hooks';
import { luminance, type Theme } from './weights/palette.js';

/** Whether the page is light or dark, told by its ground: whatever chose it, a canvas has to fit. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => {
    const look = () => setTheme(currentTheme());
    const system = matchMedia('(prefers-color-scheme: dark)');
    const attributes = new MutationObserver(look);
    attributes.observe(document.documentElement, { attributes: true });
    system.addEventListener('change', look);
    look();
    return () => {
      attributes.disconnect();
      system.removeEventListener('change', look);
    };
  }, []);
  return theme;
}

function currentTheme(): Theme {
  const [red = 255, green = 255, blue = 255, alpha = 1] = (
    getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) ?? []
  ).map(Number);
  // No ground of its own: the browser's, which follows the system.
  if (alpha === 0) return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return luminance([red, green, blue]) < 0.18 ? 'dark' : 'light';
}
