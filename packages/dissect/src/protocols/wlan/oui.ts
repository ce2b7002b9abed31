// Organizationally unique identifiers, as the lines of 802.11's elements show them.
import type { Value } from '../../core/field.ts';
import { organisationNames } from '../names/llc.ts';

/** Of chips and access points, beside those that LLC knows. */
const names: Readonly<Record<number, string>> = {
  0x000fac: 'Ieee 802.11',
  0x00037f: 'Atheros Communications, Inc.',
  0x000c43: 'Ralink Technology, Corp.',
  0x001018: 'Broadcom',
  0x004096: 'Cisco Systems, Inc',
};

export const ouiName = (oui: number): string | undefined => names[oui] ?? organisationNames[oui];

/** `00:50:f2 (Microsoft Corp.)` */
export function ouiText(oui: number): string {
  const digits = oui.toString(16).padStart(6, '0').match(/../g)!.join(':');
  const name = ouiName(oui);
  return name === undefined ? digits : `${digits} (${name})`;
}

export const ouiLine =
  (title: string) =>
  (value: Value): string =>
    `${title}: ${ouiText(Number(value))}`;
