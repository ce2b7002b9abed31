// Names of SIGTRAN adaptation layer messages, by class and type (RFC 4666 §3.1.2, RFC 3331 §3.1.4, RFC 3868 §3.1.3, RFC
// 4233 §3.1).

export type MessageNames = (classAndType: number) => string;

/** Classes common to all: management, and state and traffic of application server processes. */
const common = {
  0x0000: 'ERR',
  0x0001: 'NTFY',
  0x0301: 'ASPUP',
  0x0302: 'ASPDN',
  0x0303: 'BEAT',
  0x0304: 'ASPUP_ACK',
  0x0305: 'ASPDN_ACK',
  0x0306: 'BEAT_ACK',
  0x0401: 'ASPAC',
  0x0402: 'ASPIA',
  0x0403: 'ASPAC_ACK',
  0x0404: 'ASPIA_ACK',
  0x0901: 'REG_REQ',
  0x0902: 'REG_RSP',
  0x0903: 'DEREG_REQ',
  0x0904: 'DEREG_RSP',
} as const;

/** The same with the spelling that the older layers use in Wireshark. */
const spelled = {
  ...common,
  0x0301: 'ASP_UP',
  0x0302: 'ASP_DOWN',
  0x0303: 'HEARTBEAT',
  0x0304: 'ASP_UP_ACK',
  0x0305: 'ASP_DOWN_ACK',
  0x0306: 'HEARTBEAT_ACK',
  0x0401: 'ASP_ACTIVE',
  0x0402: 'ASP_INACTIVE',
  0x0403: 'ASP_ACTIVE_ACK',
  0x0404: 'ASP_INACTIVE_ACK',
} as const;

const links = {
  0x0501: 'DATA REQ',
  0x0502: 'DATA IND',
  0x0503: 'UNIT DATA REQ',
  0x0504: 'UNIT DATA IND',
  0x0505: 'ESTABLISH REQ',
  0x0506: 'ESTABLISH CONF',
  0x0507: 'ESTABLISH IND',
  0x0508: 'RELEASE REQ',
  0x0509: 'RELEASE CONF',
  0x050a: 'RELEASE IND',
} as const;

const tables: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  m3ua: {
    ...common,
    0x0101: 'DATA',
    0x0201: 'DUNA',
    0x0202: 'DAVA',
    0x0203: 'DAUD',
    0x0204: 'SCON',
    0x0205: 'DUPU',
    0x0206: 'DRST',
  },
  m2ua: {
    ...spelled,
    0x0601: 'DATA',
    0x0602: 'ESTABLISH_REQUEST',
    0x0603: 'ESTABLISH_CONFIRM',
    0x0604: 'RELEASE_REQUEST',
    0x0605: 'RELEASE_CONFIRM',
    0x0606: 'RELEASE_INDICATION',
    0x0607: 'STATE_REQUEST',
    0x0608: 'STATE_CONFIRM',
    0x0609: 'STATE_INDICATION',
    0x060f: 'DATA_ACK',
  },
  sua: {
    ...spelled,
    0x0201: 'DUNA',
    0x0202: 'DAVA',
    0x0203: 'DAUD',
    0x0204: 'SCON',
    0x0205: 'DUPU',
    0x0206: 'DRST',
    0x0701: 'CLDT',
    0x0702: 'CLDR',
    0x0801: 'CORE',
    0x0802: 'COAK',
    0x0803: 'COREF',
    0x0804: 'RELRE',
    0x0805: 'RELCO',
    0x0806: 'RESCO',
    0x0807: 'RESRE',
    0x0808: 'CODT',
    0x0809: 'CODA',
    0x080a: 'COERR',
    0x080b: 'COIT',
  },
  iua: { ...spelled, ...links },
  v5ua: { ...spelled, ...links, 0x0301: 'ASP up' },
  dua: { ...spelled, ...links },
};

export function messagesOf(name: string): MessageNames {
  const table = tables[name] ?? {};
  return (classAndType) => table[classAndType] ?? 'reserved';
}
