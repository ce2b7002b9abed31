// Variants of pcap by patched libpcap versions with longer record headers under the same magic number. They are
// recognized by their records: with the wrong header length the second one is implausible.

import type { Window } from './window.ts';

/** 'modified' is Kuznetsov's header of 1999-04-17 and 1999-10-29, 'modified-smp' that of 1999-09-15. */
export type PcapVariant = 'standard' | 'modified' | 'modified-smp' | 'nokia';

export const recordHeaderLength: Record<PcapVariant, number> = {
  standard: 16,
  modified: 24,
  'modified-smp': 28,
  nokia: 20,
};

const RECORDS_TRIED = 3;
/** A larger wire length suggests the wrong record header length rather than damage. */
const WIRE_LENGTH_MAX = 128 << 20;

/**
 * The variant whose first records have the fewest faults; an earlier one in `candidates` wins a tie.
 *
 * @returns the variant, or the number of bytes needed to decide
 */
export function guessVariant(
  window: Window,
  candidates: PcapVariant[],
  little: boolean,
  capturedMax: number,
  snapLength: number,
): PcapVariant | number {
  let best = candidates[0]!;
  let fewest = Number.POSITIVE_INFINITY;
  for (const variant of candidates) {
    const trial = { variant, little, capturedMax, snapLength: snapLength === 0 ? capturedMax : snapLength };
    const faults = countFaults(window, trial);
    if (faults < 0) return -faults;
    if (faults === 0) return variant;
    if (faults < fewest) {
      fewest = faults;
      best = variant;
    }
  }
  return best;
}

interface Trial {
  variant: PcapVariant;
  little: boolean;
  capturedMax: number;
  snapLength: number;
}

/** Number of faults in the first records; minus the number of bytes needed if the records are incomplete. */
function countFaults(window: Window, trial: Trial): number {
  const { view, at, end, finished } = window;
  const headerLength = recordHeaderLength[trial.variant];
  let faults = 0;
  let record = at;
  for (let i = 0; i < RECORDS_TRIED; i++) {
    const body = record + headerLength;
    if (finished && record === end) break;
    if (body > end) return finished ? faults + 1 : at - body;
    if (!hasMarks(view, record, trial)) return Number.POSITIVE_INFINITY;

    const captured = view.getUint32(record + 8, trial.little);
    const wire = view.getUint32(record + 12, trial.little);
    if (view.getUint32(record + 4, trial.little) >= 1e6) faults += 1;
    if (captured > trial.snapLength) faults += 1;
    if (wire > WIRE_LENGTH_MAX) faults += 1;
    if (captured > wire) faults += 1;
    if (captured > trial.capturedMax) return faults + 1;
    record = body + captured;
    if (record > end) return finished ? faults + 1 : at - record;
  }
  return faults;
}

/** Whether the fields specific to this variant have valid values. */
function hasMarks(view: DataView, record: number, { variant, little }: Trial): boolean {
  switch (variant) {
    case 'standard':
      return true;
    case 'nokia': {
      // Observed values: 0xXfbfYZ0W.
      const stuff = view.getUint32(record + 16, little);
      return (stuff & 0x0fff00f0) === 0x0fbf0000;
    }
    default: {
      const interfaceIndex = view.getUint32(record + 16, little);
      const protocol = view.getUint16(record + 20, little);
      const packetType = view.getUint8(record + 22);
      return interfaceIndex <= 10000 && packetType <= 4 && isLinuxProtocol(protocol);
    }
  }
}

/** Whether the value is an EtherType or one of Linux's ETH_P_* values below 0x600. */
function isLinuxProtocol(value: number): boolean {
  return value >= 0x600 || value <= 0x17 || value === 0x60 || value === 0x200 || value === 0x400;
}
