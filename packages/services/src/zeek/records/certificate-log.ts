// Certificates as they come in handshakes: a row of files.log for each, and one of x509.log for those not seen of late.
import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { type FileHashes, writeFile } from './files.ts';
import type { Logs, Seen } from './log.ts';
import { distinguishedName, x509Log } from './x509.ts';

/** What other logs say of a certificate. */
export interface Certificate {
  readonly fuid: string;
  /** SHA-256 in hexadecimal. */
  readonly fingerprint: string;
  /** Null where it can't be read. */
  readonly subject: string | null;
  readonly issuer: string | null;
  /** Whether a server of this name may have it (RFC 9525 §6). */
  isFor(serverName: string): boolean | null;
}

/** As in Zeek, one is logged again after a day. */
const AGAIN_S = 86_400;
/** Certificates remembered; then the oldest is forgotten, and would be read and logged again. */
const KNOWN_MAX = 2048;
const CHAIN_MAX = 10;

/** What is kept of a certificate, so that one that comes again need not be read again. */
interface Known {
  readonly hashes: FileHashes;
  readonly certificate: X509Certificate | null;
  readonly subject: string | null;
  readonly issuer: string | null;
  /** When it was logged. */
  time: number;
}

export class CertificateLog {
  readonly #logs: Logs;
  readonly #source: string;
  /** By fingerprint, the one that was logged longest ago first. */
  readonly #known = new Map<string, Known>();

  /** @param source the protocol that they come over, as files.log calls it */
  constructor(logs: Logs, source = 'SSL') {
    this.#logs = logs;
    this.#source = source;
  }

  /** Takes a chain as it was sent: the first is that of the sender. */
  see(seen: Seen, chain: readonly Uint8Array[]): Certificate[] {
    return chain.slice(0, CHAIN_MAX).map((bytes, depth) => this.#seeOne(seen, bytes, depth));
  }

  #seeOne(seen: Seen, bytes: Uint8Array, depth: number): Certificate {
    const isOwn = depth === 0;
    const fingerprint = hash('sha256', bytes);
    const known = this.#known.get(fingerprint) ?? readCertificate(bytes, fingerprint);
    const { hashes, certificate, subject, issuer } = known;
    const mimeType = isOwn ? 'application/x-x509-user-cert' : 'application/x-x509-ca-cert';
    const source = this.#source;
    const { fuid } = writeFile(this.#logs, seen, bytes, {
      ...{ source, depth, mimeType, hashes, analyzers: ['X509'] },
    });
    if (this.#isNews(fingerprint, known, seen.time) && certificate !== null) {
      const key = publicKeyOf(certificate);
      const [isHost, isClient] = [isOwn && !seen.isOrig, isOwn && seen.isOrig];
      this.#logs.write(x509Log, { time: seen.time, fingerprint, certificate, key, isHost, isClient });
    }
    const isFor = (name: string) => (certificate === null ? null : isHostOf(certificate, name));
    return { fuid, fingerprint, subject, issuer, isFor };
  }

  #isNews(fingerprint: string, known: Known, time: number): boolean {
    if (time - known.time < AGAIN_S) return false;
    this.#known.delete(fingerprint);
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    known.time = time;
    this.#known.set(fingerprint, known);
    return true;
  }
}

function readCertificate(bytes: Uint8Array, sha256: string): Known {
  const certificate = certificateFrom(bytes);
  return {
    hashes: { md5: hash('md5', bytes), sha1: hash('sha1', bytes), sha256 },
    certificate,
    subject: certificate === null ? null : distinguishedName(certificate.subject),
    issuer: certificate === null ? null : distinguishedName(certificate.issuer),
    time: Number.NEGATIVE_INFINITY,
  };
}

function certificateFrom(bytes: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

/** A name may be whatever the client likes: an invalid one, as with a zero byte in it, matches no certificate. */
function isHostOf(certificate: X509Certificate, name: string): boolean {
  try {
    return certificate.checkHost(name) !== undefined;
  } catch {
    return false;
  }
}

/** Null for kinds of keys that are not known here. */
function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch {
    return null;
  }
}
