// Names of types, classes and codes as dns.log has them (base/protocols/dns/consts.zeek; IANA "DNS Parameters").

const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'A', 2: 'NS', 3: 'MD', 4: 'MF', 5: 'CNAME', 6: 'SOA', 7: 'MB', 8: 'MG', 9: 'MR', 10: 'NULL' },
  ...{
    11: 'WKS',
    12: 'PTR',
    13: 'HINFO',
    14: 'MINFO',
    15: 'MX',
    16: 'TXT',
    17: 'RP',
    18: 'AFSDB',
    19: 'X25',
  },
  ...{
    20: 'ISDN',
    21: 'RT',
    22: 'NSAP',
    23: 'NSAP-PTR',
    24: 'SIG',
    25: 'KEY',
    26: 'PX',
    27: 'GPOS',
    28: 'AAAA',
  },
  ...{
    29: 'LOC',
    30: 'EID',
    31: 'NIMLOC',
    32: 'NB',
    33: 'SRV',
    34: 'ATMA',
    35: 'NAPTR',
    36: 'KX',
    37: 'CERT',
  },
  ...{ 38: 'A6', 39: 'DNAME', 40: 'SINK', 41: 'EDNS', 42: 'APL', 43: 'DS', 44: 'SSHFP', 45: 'IPSECKEY' },
  ...{ 46: 'RRSIG', 47: 'NSEC', 48: 'DNSKEY', 49: 'DHCID', 50: 'NSEC3', 51: 'NSEC3PARAM', 52: 'TLSA' },
  ...{ 53: 'SMIMEA', 55: 'HIP', 56: 'NINFO', 57: 'RKEY', 58: 'TALINK', 59: 'CDS', 60: 'CDNSKEY' },
  ...{
    61: 'OPENPGPKEY',
    62: 'CSYNC',
    63: 'ZONEMD',
    64: 'SVCB',
    65: 'HTTPS',
    99: 'SPF',
    249: 'TKEY',
    250: 'TSIG',
  },
  ...{ 251: 'IXFR', 252: 'AXFR', 253: 'MAILB', 254: 'MAILA', 255: '*', 256: 'URI', 257: 'CAA' },
};

export function typeNameOf(type: number): string {
  return TYPES[type] ?? `query-${type}`;
}

export const classNames: Readonly<Record<number, string>> = {
  ...{ 1: 'C_INTERNET', 2: 'C_CSNET', 3: 'C_CHAOS', 4: 'C_HESOD', 254: 'C_NONE', 255: 'C_ANY' },
};

export const opcodeNames: Readonly<Record<number, string>> = {
  ...{ 0: 'query', 1: 'inverse-query', 2: 'server-status', 4: 'notify', 5: 'dynamic-update', 6: 'dso' },
};

export const rcodeNames: readonly string[] = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSet'],
  ...[
    'NOTAUTH',
    'NOTZONE',
    'unassigned-11',
    'unassigned-12',
    'unassigned-13',
    'unassigned-14',
    'unassigned-15',
  ],
];
