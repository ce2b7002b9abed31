// DCE/RPC UUIDs as text, and their names.
import { guid, guidLittleEndian } from '../../codec/guid.ts';
import { interfaceTable } from './interface-table.ts';

const names = new Map<string, string>([
  ['8a885d04-1ceb-11c9-9fe8-08002b104860', '32bit NDR'],
  ['71710533-beba-4937-8319-b5dbef9ccc36', '64bit NDR'],
  ['5261574a-4572-206e-b268-6b199213b4e4', 'async MAPI'],
  ['00000000-0000-0000-c000-000000000046', 'IUnknown'],
  ['00000001-0000-0000-c000-000000000046', 'IClassFactory'],
  ['00000000-0000-0000-0000-000000000000', 'NULL'],
]);
for (const [uuid, , column] of interfaceTable) names.set(uuid, column);

/** Name of a UUID, or the UUID itself. */
export function uuidName(uuid: string): string {
  return names.get(uuid) ?? uuid;
}

/** The 16 bytes at `at` as text, in the byte order of the message. */
export function uuidAt(b: Uint8Array, at: number, isLittle: boolean): string {
  return isLittle ? guidLittleEndian(b, at) : guid(b, at);
}
