// Compression of request bodies: zstd between Eyrie services, gzip for other clients.
import { promisify } from 'node:util';
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import { BusError } from './errors.ts';

export type Encoding = 'none' | 'gzip' | 'zstd';

/** Bytes of a decompressed body. A batch of packets has a few megabytes. */
export const BODY_BYTES_MAX = 64 << 20;

const pack = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };
const unpack = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** Fast level: a body is sent once and thrown away. */
const FAST = {
  gzip: { level: 1 },
  zstd: { params: { [constants.ZSTD_c_compressionLevel]: 1 } },
};

export async function encode(body: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (encoding === 'none') return body;
  return encoding === 'gzip' ? pack.gzip(body, FAST.gzip) : pack.zstd(body, FAST.zstd);
}

/** @throws BusError */
export async function decode(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'zstd')
    throw new BusError('ERR_BODY', `content-encoding ${encoding} is not known; send gzip, zstd or none`);
  try {
    return await unpack[encoding](body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BusError('ERR_BODY_TOO_LARGE', `the body is longer than ${BODY_BYTES_MAX} bytes, unpacked`);
    throw new BusError('ERR_BODY', `the body is not valid ${encoding} data`);
  }
}
