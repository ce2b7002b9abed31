// The protocols of a conversation's payload: which layers tell of them, and lists of their names that conversations share.

/** Layers between transport and application. */
const CARRIERS = ['nbss', 'tpkt', 'cotp'];
/** Those that may hold a server name or a fingerprint. */
const IDENTIFYING_PROTOCOLS = ['tls', 'dtls', 'http', 'http2', 'ssh'];

/** What a layer above the transport is, by protocol id; 0: its protocol was not seen yet. */
const APPLICATION = 1;
export const IDENTIFYING = 2;
export const CARRIER = 3;
/** Segments of a reassembled message: the message itself follows. */
export const SEGMENTS = 4;
/** Bytes that nobody knows, and remarks of the dissector. */
export const NAMELESS = 5;

/** Of a conversation. */
const APPLICATIONS_MAX = 4;
/** Different lists of applications that conversations share; what comes later has a list of its own. */
const LISTS_MAX = 10_000;

/** Of most conversations; under a scan there are many. */
export const NO_APPLICATIONS: readonly string[] = [];
/** By a list of applications: those with one more, by its name. */
const longerLists = new Map<readonly string[], Map<string, readonly string[]>>();
let listsMade = 0;

/** What a layer of this protocol is, above a transport. */
export function kindOf(name: string): number {
  if (name === 'tcp.segments') return SEGMENTS;
  if (name === 'data' || name.startsWith('_ws.')) return NAMELESS;
  if (CARRIERS.includes(name)) return CARRIER;
  return IDENTIFYING_PROTOCOLS.includes(name) ? IDENTIFYING : APPLICATION;
}

/** The list with this name, if there is room: conversations with the same applications share one. */
export function withApplication(list: readonly string[], name: string): readonly string[] {
  if (list.length >= APPLICATIONS_MAX || list.includes(name)) return list;
  let longer = longerLists.get(list);
  const known = longer?.get(name);
  if (known !== undefined) return known;
  const made = [...list, name];
  if (listsMade === LISTS_MAX) return made;
  listsMade++;
  if (longer === undefined) {
    longer = new Map();
    longerLists.set(list, longer);
  }
  longer.set(name, made);
  return made;
}
