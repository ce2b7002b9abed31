// Splits names in DNS queries into registered domain and possibly tunnelled data.

export interface NameParts {
  /** The registered domain, or the tag with which a tunnel begins its names. */
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

/** No top-level domain in use is longer than 24 letters, and none has digits but those in Punycode. */
const NO_TOP_LEVEL = /^(?!xn--)(?=.*\d)|^.{25,}$/;

/** Null for names that cannot carry data: too few labels, reverse look-ups, local names. */
export function partsOf(name: string): NameParts | null {
  const labels = name.split('.').filter((label) => label !== '');
  const top = labels.at(-1)?.toLowerCase();
  if (top === undefined || labels.length < 2 || top === 'arpa' || top === 'local' || top === 'lan')
    return null;
  // dnscat2 without a domain of its own: `dnscat.` and then data to the end.
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
 * Domains below which long made-up names are ordinary: reputation look-ups, content networks, telemetry. Their owners do
 * not hand out names for others' data.
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
