// Splits names in DNS queries into the registered domain and labels that may carry tunnelled data.

export interface NameParts {
  /** The registered domain, or the first label of a tunnel that uses none. */
  readonly base: string;
  /** The rest, without dots. */
  readonly data: string;
}

/** Second levels below country codes under which names are registered: example.co.uk. */
const SECOND_LEVELS = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'go',
  'gov',
  'ne',
  'net',
  'or',
  'org',
  'gob',
  'nom',
]);

/** Matches what cannot be a top-level domain: none is longer than 24 letters, and only those in Punycode have digits. */
const NO_TOP_LEVEL = /^(?!xn--)(?=.*\d)|^.{25,}$/;

let lastName = '';
let lastParts: NameParts | null = null;

/** Null for names that cannot carry data: too few labels, reverse look-ups, local names. Caches the last name. */
export function partsOf(name: string): NameParts | null {
  if (name === lastName) return lastParts;
  lastName = name;
  lastParts = split(name);
  return lastParts;
}

function split(name: string): NameParts | null {
  const labels = name.split('.').filter((label) => label !== '');
  const top = labels.at(-1)?.toLowerCase();
  if (top === undefined || labels.length < 2 || top === 'arpa' || top === 'local' || top === 'lan')
    return null;
  // dnscat2 without a domain: the label `dnscat`, then data to the end.
  if (NO_TOP_LEVEL.test(top)) return { base: labels[0]!.toLowerCase(), data: labels.slice(1).join('') };
  const isBelowSecond =
    top.length === 2 && labels.length > 2 && SECOND_LEVELS.has(labels.at(-2)!.toLowerCase());
  const count = isBelowSecond ? 3 : 2;
  return {
    base: labels.slice(-count).join('.').toLowerCase(),
    data: labels.slice(0, -count).join(''),
  };
}

/**
 * Domains below which long generated names are legitimate: reputation look-ups, content delivery networks, telemetry. Their
 * operators assign the names, so that others cannot tunnel through them.
 */
const ORDINARY = [
  'akadns.net',
  'akamai.net',
  'akamaiedge.net',
  'akamaihd.net',
  'amazonaws.com',
  'apple.com',
  'appspot.com',
  'avast.com',
  'avg.com',
  'azure.com',
  'azureedge.net',
  'avira.com',
  'barracudabrts.com',
  'bitdefender.net',
  'cedexis-radar.net',
  'cloudapp.net',
  'cloudflare.net',
  'cloudfront.net',
  'cymru.com',
  'dnswl.org',
  'e5.sk',
  'edgekey.net',
  'edgesuite.net',
  'fastly.net',
  'fbcdn.net',
  'google.com',
  'googleapis.com',
  'googlesyndication.com',
  'googleusercontent.com',
  'googlevideo.com',
  'gvt1.com',
  'icloud.com',
  'kaspersky-labs.com',
  'kaspersky.com',
  'mcafee.com',
  'microsoft.com',
  'mozilla.com',
  'msedge.net',
  'office.com',
  'office365.com',
  'senderbase.org',
  'sophosxl.net',
  'spamcop.net',
  'spamhaus.net',
  'spamhaus.org',
  'sorbs.net',
  'surbl.org',
  'trafficmanager.net',
  'trendmicro.com',
  'uribl.com',
  'webcfs00.com',
  'windows.com',
  'windows.net',
];
const ordinary = new Set(ORDINARY);

export function isOrdinary(base: string): boolean {
  return ordinary.has(base);
}
