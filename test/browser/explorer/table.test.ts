import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMetagraph } from './fixture/generated.js';
import { expectAccessible, PartsPage } from './parts-page.js';

const parts = new PartsPage();
beforeAll(() => parts.start());
afterAll(() => parts.stop());

/** The cell that the grid says is active: who, which column, where it is on the screen. */
async function active(page: Page) {
  return page.evaluate(() => {
    const grid = document.querySelector('[role=grid]')!;
    const cell = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    const [box, own] = [grid.getBoundingClientRect(), cell?.getBoundingClientRect()];
    return {
      id: cell?.id,
      row: Number(cell?.parentElement?.getAttribute('aria-rowindex')),
      isSeen: own !== undefined && own.top >= box.top && own.bottom <= box.bottom && own.right <= box.right + 1,
      isFocused: document.activeElement === grid,
    };
  });
}

const column = (page: Page, id: string) =>
  page
    .locator(`[role=gridcell][id$="-${id}"]`)
    .evaluateAll(cells =>
      cells
        .sort((a, b) => Number(a.parentElement!.ariaRowIndex) - Number(b.parentElement!.ariaRowIndex))
        .map(cell => cell.textContent),
    );

describe('the metagraph table in a browser', () => {
  it('shows 4,096 neurons by few rows, and says how many there are', async () => {
    const page = await parts.open('part=table&n=4096');
    const grid = page.getByRole('grid', { name: 'Neurons of subnet 1' });
    expect(await grid.getAttribute('aria-rowcount')).toBe('4097');
    expect(await grid.getAttribute('aria-colcount')).toBe('16');
    for (const top of [0, 40_000, 61_234, 122_880]) {
      await grid.evaluate((element, to) => {
        element.scrollTop = to;
      }, top);
      const seen = Math.min(4096, Math.floor(top / 30) + 10);
      await page.locator(`[role=row][aria-rowindex="${seen}"]`).waitFor();
      expect(await page.locator('[role=row]').count()).toBeLessThan(70);
    }
    await page.close();
  });

  it('sorts by a click on a title, and says so', async () => {
    const page = await parts.open('part=table&n=300');
    const stake = page.getByRole('columnheader', { name: 'Stake (α)', exact: true });
    await stake.getByRole('button').click();
    expect(await stake.getAttribute('aria-sort')).toBe('descending');
    const largest = [...generateMetagraph(300).rows].sort((a, b) => b.stake - a.stake)[0]!;
    expect((await column(page, 'uid'))[0]).toBe(String(largest.uid));
    await stake.getByRole('button').click();
    expect(await stake.getAttribute('aria-sort')).toBe('ascending');
    const numbers = (await column(page, 'stake')).map(text => Number(text!.replaceAll(',', '')));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await page.locator('[aria-sort=ascending],[aria-sort=descending]').count()).toBe(1);
    // The arrow keys go on from the title that was clicked.
    await page.keyboard.press('ArrowDown');
    expect(await active(page)).toMatchObject({ id: expect.stringMatching(/-stake$/), row: 2, isFocused: true });
    await page.close();
  });

  it('is walked by the keyboard alone: to the grid, over cells and pages, to a neuron and back', async () => {
    const page = await parts.open('part=table&n=4096');
    for (let i = 0; i < 20 && !(await active(page)).isFocused; i++) await page.keyboard.press('Tab');
    expect(await active(page)).toMatchObject({ row: 1, isFocused: true });
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'PageDown']) await page.keyboard.press(key);
    const paged = await active(page);
    expect(paged.row).toBeGreaterThan(10);
    expect(paged).toMatchObject({ isSeen: true, isFocused: true });
    await page.keyboard.press('Control+End');
    expect(await active(page)).toMatchObject({ row: 4097, isSeen: true });
    await page.keyboard.press('Control+Home');
    expect(await active(page)).toMatchObject({ row: 2, isSeen: true });
    await page.keyboard.press('End');
    expect((await active(page)).id).toMatch(/-daily$/);
    // The titles: Enter sorts by the uid, the largest places first.
    for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'Enter'])
      await page.keyboard.press(key);
    expect(await page.getByRole('columnheader', { name: 'UID' }).getAttribute('aria-sort')).toBe('ascending');
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    expect(new URL(page.url()).hash).toBe('#/neuron/1/1');
    await page.close();
  });

  it('takes a new block in place: scroll, focus and active neuron stay', async () => {
    const page = await parts.open('part=table&n=4096');
    const grid = page.getByRole('grid');
    await grid.focus();
    for (const key of ['ArrowDown', 'PageDown', 'PageDown', 'PageDown']) await page.keyboard.press(key);
    const before = await active(page);
    const scrolled = await grid.evaluate(element => element.scrollTop);
    const updated = page.locator(`[id="${before.id!.replace(/-\w+$/, '-updated')}"]`);
    const blocks = Number(await updated.textContent());
    expect(scrolled).toBeGreaterThan(500);
    for (let i = 0; i < 5; i++) await page.evaluate(() => window.nextBlock());
    await expect.poll(async () => Number(await updated.textContent())).toBe(blocks + 5);
    expect(await active(page)).toEqual(before);
    expect(await grid.evaluate(element => element.scrollTop)).toBe(scrolled);
    // Scrolled far away the active line is still there for a screen reader.
    await grid.evaluate(element => {
      element.scrollTop = 100_000;
    });
    await page.locator('[role=row][aria-rowindex="3340"]').waitFor();
    expect(await active(page)).toMatchObject({ id: before.id, isSeen: false, isFocused: true });
    await page.close();
  });

  it('filters while one types, and says what it does not understand', async () => {
    const page = await parts.open('part=table&n=300');
    const wanted = generateMetagraph(300).rows.filter(row => row.stake > 100 && row.active && row.validatorPermit);
    await page.getByLabel('Filter').fill('stake>100 active permit');
    await page.getByText(`${wanted.length} of 300 neurons`).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(wanted.length + 1));
    await page.getByLabel('Filter').fill('stak>100');
    await page.getByText('There is no column "stak"').waitFor();
    expect(await page.getByLabel('Filter').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Filter').fill('uid=9999');
    await page.getByText('0 of 300 neurons').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    expect(await active(page)).toMatchObject({ row: 1 });
    await page.close();
  });

  it('saves what is filtered, in the order shown', async () => {
    const page = await parts.open('part=table&n=300');
    await page.getByLabel('Filter').fill('permit');
    await page.getByRole('columnheader', { name: 'UID' }).getByRole('button').click();
    const save = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByText(name).click()]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
    };
    const wanted = generateMetagraph(300).rows.filter(row => row.validatorPermit);
    const csv = await save('Save CSV');
    expect(csv.name).toBe('metagraph-1-block-1000.csv');
    const lines = csv.text.trim().split('\r\n');
    expect(lines[0]).toMatch(/^pos,permit,immune,uid,stake,/);
    expect(lines.slice(1).map(line => Number(line.split(',')[3]))).toEqual(wanted.map(row => row.uid));
    const json = await save('Save JSON');
    expect(JSON.parse(json.text)).toEqual({ netuid: 1, block: 1000, neurons: JSON.parse(JSON.stringify(wanted)) });
    await page.close();
  });

  it('lets the reader choose columns', async () => {
    const page = await parts.open('part=table&n=64');
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Rank' }).check();
    await page.getByRole('checkbox', { name: 'Coldkey' }).uncheck();
    await page.getByRole('columnheader', { name: 'Rank' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Coldkey' }).count()).toBe(0);
    await expectAccessible(page);
    await page.close();
  });

  it('shows what strangers wrote as text', async () => {
    const page = await parts.open('part=table&n=64&hostile');
    await page.getByRole('gridcell', { name: '<img src=x onerror=window.owned=1>' }).first().waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate(() => 'owned' in window)).toBe(false);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has no accessibility error in %s', async scheme => {
    const page = await parts.open('part=table&n=4096', scheme);
    await page.getByLabel('Filter').fill('wrong>1');
    await page.getByText('There is no column').waitFor();
    await expectAccessible(page);
    await page.close();
  });
});
