// What -w writes besides packets: --capture-comment, and the names of a hosts file (-H), which -N shows.
import { readFileSync, statSync } from 'node:fs';
import { formatOf } from '@eyrie/capture';
import { ipv4Bytes, ipv6Bytes, type NameRecord } from '@eyrie/dissect';
import { UserError } from '../errors.ts';

export interface Descriptions {
  readonly comments: readonly string[];
  readonly names: readonly NameRecord[];
}

export interface DescriptionFlags {
  /** --capture-comment */
  readonly captureComment?: readonly string[];
  /** -H */
  readonly hosts?: readonly string[];
  readonly write?: string;
  /** -F */
  readonly fileType?: string;
}

const HOSTS_BYTES_MAX = 64 << 20;
/** Limit of a pcapng option, whose length has 16 bits (§3.5). */
const COMMENT_BYTES_MAX = 0xffff;

/**
 * `showsNames`: the names of -H are shown, whether or not they are written.
 *
 * @throws UserError where there is no file, or none that can hold them
 */
export function descriptions(flags: DescriptionFlags, showsNames = false): Descriptions {
  const { captureComment: comments = [], hosts = [], write, fileType } = flags;
  const flag = comments.length > 0 ? '--capture-comment' : '-H';
  if (comments.length > 0 || (hosts.length > 0 && !showsNames)) {
    const also = flag === '-H' ? '-N n, which shows the names, or with ' : '';
    if (write === undefined) throw new UserError(`${flag} goes with ${also}-w, the file it is written to`);
    if ((fileType ?? formatOf(write)) !== 'pcapng')
      throw new UserError(`${flag}: a pcap file cannot hold it; name the output .pcapng`);
  }
  if (comments.some((text) => Buffer.byteLength(text) > COMMENT_BYTES_MAX))
    throw new UserError(`--capture-comment: has at most ${COMMENT_BYTES_MAX} bytes`);
  return { comments, names: hosts.flatMap(readHosts) };
}

function readHosts(path: string): NameRecord[] {
  let text: string;
  try {
    if (statSync(path).size > HOSTS_BYTES_MAX)
      throw new UserError(`-H ${path}: a hosts file has at most 64 MB`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`-H ${path}: the file can't be read; name one like /etc/hosts`);
  }
  return hostsIn(text);
}

/** Reads lines `192.0.2.1  name alias …  # remark` (hosts(5)); others are ignored. */
export function hostsIn(text: string): NameRecord[] {
  return text.split('\n').flatMap((line) => {
    const [first = '', ...names] = line.replace(/#.*/s, '').trim().split(/\s+/);
    const address = ipv4Bytes(first) ?? ipv6Bytes(first);
    return address === null || names.length === 0 ? [] : [{ address, names }];
  });
}
