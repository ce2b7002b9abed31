// The colours of the families can be told apart, by everybody and on both grounds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FAMILIES, familyOf } from '../src/families.ts';

type Colour = readonly [number, number, number];

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light. */
const sights: Record<string, readonly number[]> = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** In Oklab, where 0.02 is a difference that is just seen side by side. */
const DISTANCE_MIN = 0.09;

const css = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8');
const [light = '', dark = ''] = css.split(':root[data-theme="dark"]');

function token(sheet: string, name: string): Colour {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(sheet)?.[1];
  assert.ok(hex !== undefined, `--${name} is missing`);
  return [0, 2, 4].map((i) => linear(Number.parseInt(hex.slice(i, i + 2), 16) / 255)) as unknown as Colour;
}

function linear(c: number): number {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function seen(colour: Colour, matrix: readonly number[]): Colour {
  return [0, 1, 2].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        colour.reduce((sum, part, i) => sum + matrix[row * 3 + i]! * part, 0),
      ),
    ),
  ) as unknown as Colour;
}

/** Björn Ottosson's Oklab. */
function oklab([r, g, b]: Colour): Colour {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: Colour, b: Colour): number {
  const [x, y] = [a, b].map(([r, g, blue]) => 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05) as [
    number,
    number,
  ];
  return Math.max(x, y) / Math.min(x, y);
}

for (const [theme, sheet] of [
  ['light', light],
  ['dark', dark],
] as const) {
  test(`${theme}: families keep their distance in every form of sight`, () => {
    for (const [sight, matrix] of Object.entries(sights)) {
      const colours = FAMILIES.map((family) => oklab(seen(token(sheet, `family-${family}`), matrix)));
      for (let i = 0; i < colours.length; i++) {
        for (let j = 0; j < i; j++) {
          const apart = Math.hypot(...colours[i]!.map((part, k) => part - colours[j]![k]!));
          assert.ok(
            apart >= DISTANCE_MIN,
            `${sight}: ${FAMILIES[i]} and ${FAMILIES[j]} are ${apart.toFixed(3)} apart`,
          );
        }
      }
    }
  });

  test(`${theme}: families stand out from the ground (WCAG 1.4.11), text is readable (1.4.3)`, () => {
    const panel = token(sheet, 'panel');
    for (const family of FAMILIES) assert.ok(contrast(token(sheet, `family-${family}`), panel) >= 3, family);
    for (const ground of ['panel', 'ground', 'sunken', 'hover', 'selected']) {
      for (const ink of ['ink', 'ink-2', 'ink-3']) {
        const ratio = contrast(token(sheet, ink), token(sheet, ground));
        assert.ok(ratio >= 4.5, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
    for (const [ink, ground] of [
      ['good', 'good-wash'],
      ['bad', 'bad-wash'],
      ['warn', 'warn-wash'],
      ['accent-ink', 'accent-wash'],
      ['on-accent', 'accent'],
    ] as const) {
      const ratio = contrast(token(sheet, ink), token(sheet, ground));
      assert.ok(ratio >= 4.5, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });
}

test('protocols belong to families by the names that the Protocol column has', () => {
  assert.equal(familyOf('TLSv1.3'), 'secure');
  assert.equal(familyOf('SSHv2'), 'secure');
  assert.equal(familyOf('HTTP/JSON'), 'web');
  assert.equal(familyOf('HTTP2'), 'web');
  assert.equal(familyOf('DHCPv6'), 'names');
  assert.equal(familyOf('ICMPv6'), 'network');
  assert.equal(familyOf('tls'), 'secure');
  assert.equal(familyOf('never heard of'), 'other');
});
