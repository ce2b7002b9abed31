// SCSI command descriptor blocks of block devices (SPC-4 §4.2, SBC-3 §5), and statuses (SAM-5 §5.3).
import { u16, u24, u32, u64 } from '../../core/bytes.ts';

export const commandNames: Readonly<Record<number, string>> = {
  0x00: 'Test Unit Ready',
  0x03: 'Request Sense',
  0x04: 'Format Unit',
  0x08: 'Read(6)',
  0x0a: 'Write(6)',
  0x12: 'Inquiry',
  0x15: 'Mode Select(6)',
  0x16: 'Reserve(6)',
  0x17: 'Release(6)',
  0x1a: 'Mode Sense(6)',
  0x1b: 'Start Stop Unit',
  0x1e: 'Prevent/Allow Medium Removal',
  0x25: 'Read Capacity(10)',
  0x28: 'Read(10)',
  0x2a: 'Write(10)',
  0x2e: 'Write & Verify(10)',
  0x2f: 'Verify(10)',
  0x35: 'Synchronize Cache(10)',
  0x41: 'Write Same(10)',
  0x42: 'Unmap',
  0x55: 'Mode Select(10)',
  0x5a: 'Mode Sense(10)',
  0x5e: 'Persistent Reserve In',
  0x5f: 'Persistent Reserve Out',
  0x88: 'Read(16)',
  0x89: 'Compare & Write(16)',
  0x8a: 'Write(16)',
  0x8f: 'Verify(16)',
  0x91: 'Synchronize Cache(16)',
  0x93: 'Write Same(16)',
  0x9e: 'Service Action In(16)',
  0xa0: 'Report LUNs',
  0xa8: 'Read(12)',
  0xaa: 'Write(12)',
};

export const statusNames: Readonly<Record<number, string>> = {
  0x00: 'Good',
  0x02: 'Check Condition',
  0x04: 'Condition Met',
  0x08: 'Busy',
  0x18: 'Reservation Conflict',
  0x28: 'Task Set Full',
  0x30: 'ACA Active',
  0x40: 'Task Aborted',
};

export function commandName(code: number): string {
  return commandNames[code] ?? `0x${code.toString(16).padStart(2, '0')}`;
}

/** Which blocks a read or a write is about; null for other commands. Sixteen bytes from `at` on are there. */
export function blocksOf(b: Uint8Array, at: number): { readonly lba: number; readonly count: number } | null {
  switch (b[at]) {
    case 0x08:
    case 0x0a:
      return { lba: u24(b, at + 1) & 0x1fffff, count: b[at + 4]! };
    case 0x28:
    case 0x2a:
      return { lba: u32(b, at + 2), count: u16(b, at + 7) };
    case 0xa8:
    case 0xaa:
      return { lba: u32(b, at + 2), count: u32(b, at + 6) };
    case 0x88:
    case 0x8a:
      return { lba: Number(u64(b, at + 2)), count: u32(b, at + 10) };
    default:
      return null;
  }
}
