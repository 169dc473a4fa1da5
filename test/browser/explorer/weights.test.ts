import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharesOf, strongestWeights } from '../../../src/explorer/parts/weights/bins.js';
import { generateWeights } from './fixture/generated.js';
import { expectAccessible, PartsPage } from './parts-page.js';

const parts = new PartsPage();
beforeAll(() => parts.start());
afterAll(() => parts.stop());

/** Pixels of the canvas that have a colour, and how large it is. */
function painted(page: Page) {
  return page.locator('canvas').evaluate(element => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 0) continue;
      count++;
      colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    }
    return { width: canvas.width, height: canvas.height, count, colours: colours.size };
  });
}

describe('the pictures of weights in a browser', () => {
  it('paint a cell for each weight, and none where there is none', async () => {
    const page = await parts.open('part=weights&n=64');
    const matrix = generateWeights(64);
    const weights = matrix.rows.reduce((sum, row) => sum + sharesOf(row, 64).length, 0);
    await expect.poll(() => painted(page)).toMatchObject({ width: 64, height: matrix.rows.length, count: weights });
    expect((await painted(page)).colours).toBeGreaterThan(10);
    await page.getByLabel('Lines of those without weights, too').check();
    await expect.poll(() => painted(page)).toMatchObject({ width: 64, height: 64, count: weights });
    await page.close();
  });

  it('put 4,096 by 4,096 into fewer pixels', async () => {
    const page = await parts.open('part=weights&n=4096');
    await page.getByLabel('Lines of those without weights, too').check();
    await expect.poll(async () => (await painted(page)).height).toBe(683);
    const { width, count } = await painted(page);
    expect(width).toBe(683);
    expect(count).toBeGreaterThan(600);
    await page.getByText('A column stands for 6 uids').waitFor();
    await page.close();
  });

  it('say what is under the arrow keys and under the pointer', async () => {
    const page = await parts.open('part=weights&n=64');
    const matrix = generateWeights(64);
    const map = page.getByRole('application', { name: /Heat map/ });
    await map.focus();
    await page.keyboard.press('ArrowDown');
    const { to, share } = sharesOf(matrix.rows[1]!, 64)[0]!;
    for (let i = 0; i < to; i++) await page.keyboard.press('ArrowRight');
    const said = `uid ${matrix.rows[1]!.uid} gives uid ${to} ${(100 * share).toFixed(2)} % of its weights`;
    await page.getByText(said).waitFor();
    await page.keyboard.press('Control+Home');
    await page.getByText('uid 0 gives uid 0 nothing').waitFor();
    const box = (await map.boundingBox())!;
    await page.mouse.move(box.x + (box.width * (to + 0.5)) / 64, box.y + (box.height * 1.5) / matrix.rows.length);
    await page.getByText(said).waitFor();
    await page.close();
  });

  it('follow the theme', async () => {
    const page = await parts.open('part=weights&n=64', 'light');
    const colour = () =>
      page
        .locator('.hm-scale span')
        .first()
        .evaluate(element => getComputedStyle(element).backgroundColor);
    const light = await colour();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(colour).not.toBe(light);
    await page.close();
  });

  it('let the keyboard choose a neuron of the graph and open it', async () => {
    const page = await parts.open('part=weights&n=64');
    const list = page.getByRole('listbox', { name: 'Neurons that weigh or are weighed' });
    const edges = strongestWeights(generateWeights(64), 100, 'self');
    const uids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
    expect(await list.getByRole('option').count()).toBe(uids.length);
    await list.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowDown']) await page.keyboard.press(key);
    const chosen = list.getByRole('option', { selected: true });
    expect(await chosen.getAttribute('id')).toBe(`wg-${uids[1]}`);
    expect(await list.getAttribute('aria-activedescendant')).toBe(`wg-${uids[1]}`);
    await page.getByText(new RegExp(`^uid ${uids[1]} weighs`)).waitFor();
    // The browser's own keys stay its own: nothing here takes them.
    const taken = await list.evaluate(element =>
      ['altKey', 'ctrlKey', 'metaKey'].map(
        held =>
          !element.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'ArrowLeft', cancelable: true, bubbles: true, [held]: true }),
          ),
      ),
    );
    expect(taken).toEqual([false, false, false]);
    await page.keyboard.press('End');
    await page.getByText(new RegExp(`^uid ${uids.at(-1)} `)).waitFor();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe(`#/neuron/1/${uids.at(-1)}`);
    await page.getByRole('combobox', { name: 'Strongest' }).selectOption('50');
    await expect.poll(() => page.locator('.wg-edge').count()).toBe(50);
    await page.close();
  });

  it('say the same as a table', async () => {
    const page = await parts.open('part=weights&n=64');
    const first = strongestWeights(generateWeights(64), 1)[0]!;
    const cells = page.getByRole('table').getByRole('row').nth(1).getByRole('cell');
    expect(await cells.allTextContents()).toEqual([
      ...[String(first.from), String(first.to), `${(100 * first.share).toFixed(2)} %`, String(first.u16)],
    ]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('have no accessibility error in %s', async scheme => {
    const page = await parts.open('part=weights&n=256', scheme);
    await expectAccessible(page);
    await page.close();
  });
});
