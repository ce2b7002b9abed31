// NFS file handles: opaque except to their server, so they are identified by a hash.
import { crc32 } from '../../codec/crc.ts';
import { bytes, uint } from '../../core/field.ts';
import { group, type Shape, type Xdr } from './xdr.ts';

export const handleFields = {
  fhLength: uint('nfs.fh.length', 'length'),
  fhHash: uint('nfs.fh.hash', 'hash (CRC-32)').hex(4),
  fhandle: bytes('nfs.fhandle', 'FileHandle'),
};

const f = handleFields;

/** RFC 1094 §2.3.3. */
const HANDLE2_BYTES = 32;

/** Hash as the Info column shows it. */
export const hashText = (hash: number): string => `0x${hash.toString(16).padStart(8, '0')}`;

function read(x: Xdr, at: number, length: number): void {
  const end = Math.min(at + length, x.end);
  x.handle = crc32(x.b, at, end);
  if (x.out === null) return;
  x.out.add(f.fhHash, at, length, x.handle);
  x.out.add(f.fhandle, at, end - at);
}

/** Reads a handle; its hash is stored in `x.handle` for the Info text. */
export function handle(title: string): Shape {
  return group(title, (x) => {
    const at = x.at;
    if (!x.has(4)) return;
    const length = x.opaque();
    x.out?.add(f.fhLength, at, 4, length);
    read(x, at + 4, length);
  });
}

export function handle2(title: string): Shape {
  return group(title, (x) => {
    if (!x.has(HANDLE2_BYTES)) return;
    x.out?.add(f.fhLength, x.at, 0, HANDLE2_BYTES);
    read(x, x.at, HANDLE2_BYTES);
    x.at += HANDLE2_BYTES;
  });
}

/** Appends the last handle to the Info text: `, FH: 0x12345678`. */
export function tellHandle(label: string): Shape {
  return (x) => {
    if (x.out === null) x.info += label + hashText(x.handle);
  };
}
