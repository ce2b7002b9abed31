// What the data connections of FTP carry (RFC 959 §3.3), for files.log: files, and listings of folders.
import { type Packet, tcpAnalysisBits, transferOf } from '@eyrie/dissect';
import type { Conn } from '../conn/conn.ts';
import { FileStream } from './file-stream.ts';
import type { Logs, Seen } from './log.ts';
import { Waiting } from './waiting.ts';

/** Files that may still be looked up by where their connection went. */
const KNOWN_MAX = 1024;
const OF_FILES = /^(?:RETR|STOR|STOU|APPE)\s+(.+)$/is;

/** A keep-alive repeats a byte, but not its value (RFC 9293 §3.8.4). */
const KEEP_ALIVE = tcpAnalysisBits.get('tcp.analysis.keep_alive')!;

export class FtpContents {
  readonly #logs: Logs;
  readonly #known = new Waiting<string, FileStream>(KNOWN_MAX);

  constructor(logs: Logs) {
    this.#logs = logs;
  }

  /** A packet of a data connection; its further ones follow without. */
  begin({ conn }: Seen): void {
    conn.onPacket ??= (p, seen) => this.#segment(p, seen);
  }

  /** The file that went, or goes, to this address and port. */
  to(address: string, port: number): FileStream | undefined {
    return this.#known.get(`${address} ${port}`);
  }

  /** Also retransmitted segments, which are not dissected: what was sent first may not have been captured. */
  #segment(p: Packet, seen: Seen): void {
    const at = p.payload[p.tcpLayer]!;
    const length = Math.min(p.segmentLength, p.stop[p.tcpLayer]! - at);
    if (length <= 0 || p.isQuoted || (p.analysis & KEEP_ALIVE) !== 0) return;
    const file = this.#fileOf(p, seen);
    // Its first byte has the relative sequence number 1. They start again after 4 GiB (RFC 9293 §3.4).
    const offset = file.end + ((p.relativeSeq - 1 - file.end) | 0);
    file.end = Math.max(file.end, offset + length);
    file.stream.add(offset, p.bufferOf(p.tcpLayer).subarray(at, at + length), seen.time);
  }

  /** One for each direction, as in Zeek: with TLS both sides send (RFC 4217). */
  #fileOf(p: Packet, seen: Seen): { readonly stream: FileStream; end: number } {
    return seen.conn.keep(
      `ftp contents ${seen.isOrig}`,
      () => {
        const filename = OF_FILES.exec(transferOf(p)?.command ?? '')?.[1]?.trim() ?? null;
        const stream = new FileStream(this.#logs, seen, { source: 'FTP_DATA', filename });
        if (seen.conn.kept(`ftp contents ${!seen.isOrig}`) === undefined)
          this.#known.add(keyOf(seen.conn), stream);
        return { stream, end: 0 };
      },
      ({ stream }) => stream.end(),
    );
  }
}

function keyOf({ resp }: Conn): string {
  return `${resp.host} ${resp.port}`;
}
