// Fingers on a touch screen, which Playwright's own touchscreen can only tap with.
import type { Locator } from 'playwright-core';

const STEPS = 5;

/**
 * Moves one or more fingers over an element, and lifts them.
 *
 * @param moves for each finger the places where it is put down and lifted, as shares of the element's width
 */
export async function swipe(
  element: Locator,
  ...moves: readonly (readonly [number, number])[]
): Promise<void> {
  await element.waitFor();
  const { x, y, width, height } = (await element.boundingBox())!;
  const page = element.page();
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove', done: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: moves.map(([from, to], id) => ({
        id,
        x: x + width * (from + (to - from) * done),
        y: y + height / 2,
      })),
    });
  await touch('touchStart', 0);
  for (let step = 1; step <= STEPS; step++) await touch('touchMove', step / STEPS);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}
