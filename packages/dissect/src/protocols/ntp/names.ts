// Names of NTP's numbers (RFC 5905, RFC 9327, ntp_request.h of the reference implementation).

export const leapNames: Record<number, string> = {
  0: 'no warning',
  1: 'last minute of the day has 61 seconds',
  2: 'last minute of the day has 59 seconds',
  3: 'unknown (clock unsynchronized)',
};

export const versionNames: Record<number, string> = {
  0: 'reserved',
  1: 'NTP Version 1',
  2: 'NTP Version 2',
  3: 'NTP Version 3',
  4: 'NTP Version 4',
  5: 'reserved',
  6: 'reserved',
  7: 'reserved',
};

export const modeNames: Record<number, string> = {
  0: 'reserved',
  1: 'symmetric active',
  2: 'symmetric passive',
  3: 'client',
  4: 'server',
  5: 'broadcast',
  6: 'reserved for NTP control message',
  7: 'reserved for private use',
};

export function stratumName(stratum: number): string {
  if (stratum === 0) return 'unspecified or invalid';
  if (stratum === 1) return 'primary reference';
  return stratum < 16 ? 'secondary reference' : stratum === 16 ? 'unsynchronized' : 'reserved';
}

/** RFC 7822 §3, RFC 8915 §7.6; the others are Autokey's (RFC 5906 §10). */
const autokeyNames = [
  'No-Operation',
  'Association Message',
  'Certificate Message',
  'Cookie Message',
  'Autokey Message',
  'Leapseconds Message',
  'Sign Message',
  'IFF Identity Message',
  'GQ Identity Message',
  'MV Identity Message',
];

const extensionNames: Record<number, string> = {
  0x0104: 'Unique Identifier',
  0x0204: 'NTS Cookie',
  0x0304: 'NTS Cookie Placeholder',
  0x0404: 'NTS Authenticator and Encrypted Extension Fields',
  0x2005: 'Checksum Complement',
};

export function extensionName(type: number): string | undefined {
  const autokey = (type & 0xff) === 2 ? autokeyNames[(type >> 8) & 0x3f] : undefined;
  if (autokey === undefined) return extensionNames[type];
  return `${autokey} ${type < 0x8000 ? 'Request' : type < 0xc000 ? 'Response' : 'Error Response'}`;
}

export const controlOpcodeNames: Record<number, string> = {
  0: 'reserved',
  1: 'read status',
  2: 'read variables',
  3: 'write variables',
  4: 'read clock variables',
  5: 'write clock variables',
  6: 'set trap address/port',
  7: 'asynchronous message',
  8: 'runtime configuration',
  9: 'save config to file',
  10: 'retrieve MRU (mrulist)',
  11: 'retrieve ordered list',
  12: 'request a client nonce',
  31: 'unset trap address/port',
};

export const clockSourceNames: Record<number, string> = {
  0: 'unspecified or unknown',
  1: 'Calibrated atomic clock (e.g. HP 5061)',
  2: 'VLF (band 4) or LF (band 5) radio (e.g. OMEGA, WWVB)',
  3: 'HF (band 7) radio (e.g. CHU, MSF, WWV/H)',
  4: 'UHF (band 9) satellite (e.g. GOES, GPS)',
  5: 'local net (e.g. DCN, TSP, DTS)',
  6: 'UDP/NTP',
  7: 'UDP/TIME',
  8: 'eyeball-and-wristwatch',
  9: 'telephone modem (e.g. NIST)',
};

export const privateRequestNames: readonly string[] = [
  'PEER_LIST',
  'PEER_LIST_SUM',
  'PEER_INFO',
  'PEER_STATS',
  'SYS_INFO',
  'SYS_STATS',
  'IO_STATS',
  'MEM_STATS',
  'LOOP_INFO',
  'TIMER_STATS',
  'CONFIG',
  'UNCONFIG',
  'SET_SYS_FLAG',
  'CLR_SYS_FLAG',
  'MONITOR',
  'NOMONITOR',
  'GET_RESTRICT',
  'RESADDFLAGS',
  'RESSUBFLAGS',
  'UNRESTRICT',
  'MON_GETLIST',
  'RESET_STATS',
  'RESET_PEER',
  'REREAD_KEYS',
  'DO_DIRTY_HACK',
  'DONT_DIRTY_HACK',
  'TRUSTKEY',
  'UNTRUSTKEY',
  'AUTHINFO',
  'TRAPS',
  'ADD_TRAP',
  'CLR_TRAP',
  'REQUEST_KEY',
  'CONTROL_KEY',
  'GET_CTLSTATS',
  'GET_LEAPINFO',
  'GET_CLOCKINFO',
  'SET_CLKFUDGE',
  'GET_KERNEL',
  'GET_CLKBUGINFO',
  '40',
  'SET_PRECISION',
  'MON_GETLIST_1',
  'HOSTNAME_ASSOCID',
  'IF_STATS',
  'IF_RELOAD',
];
