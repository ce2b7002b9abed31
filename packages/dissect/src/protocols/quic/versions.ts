// QUIC versions: 1 (RFC 9000), 2 (RFC 9369), their drafts, and those of Google and Facebook.

const V1 = 0x00000001;
const V2 = 0x6b3343cf;
const Q050 = 0x51303530;
const T050 = 0x54303530;
const T051 = 0x54303531;

const names = new Map<number, string>([
  [0, 'Version Negotiation'],
  [V1, '1'],
  [V2, '2'],
  [Q050, 'Google Q050'],
  [T050, 'Google T050'],
  [T051, 'Google T051'],
  [0xfaceb001, 'Facebook mvfst (draft-22)'],
  [0xfaceb002, 'Facebook mvfst (draft-27)'],
  [0xfaceb00e, 'Facebook mvfst (Experimental)'],
]);

export function versionName(version: number): string | undefined {
  const draft = version >>> 8 === 0xff0000 ? version & 0xff : 0;
  return draft !== 0
    ? `draft-${String(draft).padStart(2, '0')}`
    : (names.get(version) ?? (isForcing(version) ? 'Forced negotiation' : undefined));
}

/** Whether the version has the form 0x?a?a?a?a, which forces version negotiation (RFC 9000 §15). */
function isForcing(version: number): boolean {
  return (version & 0x0f0f0f0f) === 0x0a0a0a0a;
}

export function isVersion2(version: number): boolean {
  return version === V2;
}

/** Whether packets of this version have the long header of RFC 8999, and the version is known. */
export function isKnown(version: number): boolean {
  if (version === V1 || version === V2 || isForcing(version)) return true;
  if (version === Q050 || version === T050 || version === T051) return true;
  if (version === 0xfaceb001 || version === 0xfaceb002 || version === 0xfaceb00e) return true;
  // Drafts from 11 on have this header.
  return version >>> 8 === 0xff0000 && (version & 0xff) >= 11;
}

/** Whether CRYPTO frames contain TLS; Google's Q050 has another handshake. */
export function hasTls(version: number): boolean {
  return version !== Q050;
}

const salt = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));

/** Initial salts (RFC 9001 §5.2, RFC 9369 §3.3.1, and §5.2 of the drafts of RFC 9001). */
const SALT_V1 = salt('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const SALT_V2 = salt('0dede3def700a6db819381be6e269dcbf9bd2ed9');
const SALT_29 = salt('afbfec289993d24c9e9786f19c6111e04390a899');
const SALT_23 = salt('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const SALT_22 = salt('7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a');
const SALT_Q050 = salt('504574efd066fe2f9d945cfcdbd3a7f0d3b56b45');
const SALT_T050 = salt('7ff579e5acd072915580304c43a2367c60488310');
const SALT_T051 = salt('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d');

/** Salt of a version's Initial secrets; null for unsupported old drafts. */
export function initialSalt(version: number): Uint8Array | null {
  if (version === V2) return SALT_V2;
  if (version === Q050) return SALT_Q050;
  if (version === T050) return SALT_T050;
  if (version === T051) return SALT_T051;
  if (version === 0xfaceb002 || version === 0xfaceb00e) return SALT_23;
  if (version === 0xfaceb001) return SALT_22;
  if (isForcing(version)) return SALT_29;
  const draft = version >>> 8 === 0xff0000 ? version & 0xff : 0;
  if (draft === 0) return version === V1 ? SALT_V1 : null;
  if (draft < 22) return null;
  if (draft === 22) return SALT_22;
  return draft < 29 ? SALT_23 : draft < 33 ? SALT_29 : SALT_V1;
}

/** Prefix of key derivation labels (RFC 9001 §5.1, RFC 9369 §3.3.2). */
export function labelPrefix(version: number): string {
  return version === V2 ? 'quicv2' : 'quic';
}

export const INITIAL = 0;
export const HANDSHAKE = 2;
export const RETRY = 3;

/** Type of a long header packet; version 2 renumbers them (RFC 9369 §3.2). */
export function longType(first: number, version: number): number {
  const type = (first >> 4) & 3;
  return version === V2 ? (type + 3) & 3 : type;
}

export const longTypeNames = ['Initial', '0-RTT', 'Handshake', 'Retry'] as const;
