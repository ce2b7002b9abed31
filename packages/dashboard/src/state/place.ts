// The navigation state in the URL: all that Back restores. It is in the fragment, `#/packets?q=dns&packet=17`, as the
// API uses the plain paths.

export const PAGES = [
  'overview',
  'packets',
  'flows',
  'hosts',
  'analysis',
  'mesh',
  'time',
  'security',
  'captures',
  'status',
] as const;
export type PageName = (typeof PAGES)[number];

export const pageTitles: Record<PageName, string> = {
  overview: 'Overview',
  packets: 'Packets',
  flows: 'Flows',
  hosts: 'Hosts',
  analysis: 'Analysis',
  mesh: 'Mesh',
  time: 'Time',
  security: 'Security',
  captures: 'Captures',
  status: 'Status',
};

export interface Place {
  page: PageName;
  /** The path after the page: a host's address, a flow's number. */
  item: string;
  /** Display filter. */
  q: string;
  /** Only this capture; null: all. */
  capture: number | null;
  /** Id of the selected packet. */
  packet: number | null;
  /** State of a single page: sorting, views. */
  view: Readonly<Record<string, string>>;
}

const OWN = new Set(['q', 'capture', 'packet']);

export function readPlace(hash: string): Place {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [name = '', item = ''] = splitOnce(path, '/');
  const terms = new URLSearchParams(query);
  const page = (PAGES as readonly string[]).includes(name) ? (name as PageName) : 'overview';
  return {
    page,
    item: decoded(item),
    q: terms.get('q') ?? '',
    capture: whole(terms.get('capture')),
    packet: whole(terms.get('packet')),
    view: Object.fromEntries([...terms].filter(([key]) => !OWN.has(key))),
  };
}

export function writePlace(place: Place): string {
  const terms = new URLSearchParams();
  if (place.q !== '') terms.set('q', place.q);
  if (place.capture !== null) terms.set('capture', String(place.capture));
  if (place.packet !== null) terms.set('packet', String(place.packet));
  for (const [key, value] of Object.entries(place.view)) if (value !== '') terms.set(key, value);
  const query = terms.toString();
  const item = place.item === '' ? '' : `/${encodeURIComponent(place.item)}`;
  return `#/${place.page}${item}${query === '' ? '' : `?${query}`}`;
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}

/** Decodes a component; URLs typed by hand may be malformed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
