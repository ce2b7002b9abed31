// HTTP and SSDP messages by kind, by requested host and URI, and by server.
import { netAddress } from '../../core/text.ts';
import type { CounterNode } from '../counter-tree.ts';
import { Tap } from '../tap.ts';
import type { TreeDefinition } from './tree.ts';

/** Classes of status codes (RFC 9110 §15; the same for RTSP, RFC 2326 §7.1.1). */
export const CLASSES = [
  '???: broken',
  '1xx: Informational',
  '2xx: Success',
  '3xx: Redirection',
  '4xx: Client Error',
  '5xx: Server Error',
];

const MESSAGES = ['http', 'ssdp'];
const FIELDS = [
  'http.request.method',
  'http.request.uri',
  'http.host',
  'http.response.code',
  'http.response.code.desc',
];

/** UPnP's M-SEARCH counts as SEARCH, as in Wireshark. */
export function methodOf(tap: Tap): string {
  return tap.text('http.request.method').replace(/^M-/, '');
}

/** `404 Not Found` */
export function statusText(tap: Tap): string {
  const code = tap.number('http.response.code');
  return `${code} ${tap.text('http.response.code.desc') || `Unknown (${code})`}`;
}

export const httpTree: TreeDefinition = {
  name: 'http,tree',
  title: 'HTTP/Packet Counter',
  about: 'HTTP messages by method and status',
  start(tree) {
    const tap = new Tap(MESSAGES, FIELDS);
    const total = tree.node(tree.root, 'Total HTTP Packets');
    const requests = tree.node(total, 'HTTP Request Packets');
    const responses = tree.node(total, 'HTTP Response Packets');
    for (const name of CLASSES) tree.node(responses, name);
    tree.node(total, 'Other HTTP Packets');
    return (p) =>
      tap.forEach(p, () => {
        tree.begin(p);
        tree.tick(tree.root, total.name);
        if (tap.has('http.response.code')) {
          tree.tick(total, responses.name);
          const kind = Math.floor(tap.number('http.response.code') / 100);
          tree.tick(tree.tick(responses, CLASSES[kind] ?? CLASSES[0]!), statusText(tap));
        } else if (tap.has('http.request.method')) tree.tickPivot(requests, methodOf(tap));
        else tree.tick(total, 'Other HTTP Packets');
      });
  },
};

export const httpRequestTree: TreeDefinition = {
  name: 'http_req,tree',
  title: 'HTTP/Requests',
  about: 'HTTP requests by host and path',
  start(tree) {
    const tap = new Tap(MESSAGES, FIELDS);
    const hosts = tree.node(tree.root, 'HTTP Requests by HTTP Host');
    return (p) =>
      tap.forEach(p, () => {
        tree.begin(p);
        if (!tap.has('http.request.method')) return;
        tree.tick(tree.root, hosts.name);
        if (!tap.has('http.host')) return;
        const host = tree.tick(hosts, tap.text('http.host'));
        if (tap.has('http.request.uri')) tree.tick(host, tap.text('http.request.uri'));
      });
  },
};

/**
 * Request sequences: below each page, the requests it caused (by Referer) and its redirections (by Location). A page is
 * placed where it was seen last, and its ancestors are counted with it. Beyond DEPTH_MAX (a redirection loop) a page
 * starts again at the top level.
 */
export const httpSequenceTree: TreeDefinition = {
  name: 'http_seq,tree',
  title: 'HTTP/Request Sequences',
  about: 'HTTP requests below the page that referred to them, and redirections',
  start(tree) {
    // Not SSDP: the Location of an announced device's description is not a redirection.
    const tap = new Tap(['http'], SEQUENCE_FIELDS);
    const top = tree.node(tree.root, 'HTTP Request Sequences');
    const places = new Map<string, Place>();
    const follow = (from: string, to: string): void => {
      let place = places.get(from);
      if (place === undefined || place.depth >= DEPTH_MAX) place = { node: tree.node(top, from), depth: 1 };
      const above = tree.tick(place.node.parent!, from);
      const below = tree.tick(above, to);
      // The tree is full: the page has no node.
      if (above.name !== from || below === above) return;
      places.set(from, place);
      places.set(to, { node: below, depth: place.depth + 1 });
      for (let node: CounterNode = above; node !== tree.root; node = node.parent!)
        tree.tick(node.parent!, node.name);
    };
    return (p) =>
      tap.forEach(p, () => {
        tree.begin(p);
        if (tap.has('http.response.code') && tap.has('http.location')) {
          const page = tap.text('http.response_for.uri');
          const to = resolved(page, tap.text('http.location'));
          if (to !== '') follow(page, to);
        }
        if (tap.has('http.referer') && tap.has(FULL_URI))
          follow(tap.text('http.referer'), tap.text(FULL_URI));
      });
  },
};

/** Maximum depth of a sequence; real ones reach some dozens. */
const DEPTH_MAX = 200;

interface Place {
  readonly node: CounterNode;
  /** 1 at the top level. */
  readonly depth: number;
}

const FULL_URI = 'http.request.full_uri';
const SEQUENCE_FIELDS = [
  'http.response.code',
  'http.response_for.uri',
  'http.location',
  'http.referer',
  FULL_URI,
];

/** Resolves a Location against a page (RFC 3986 §5.2), without removing dot segments; '' if that fails. */
function resolved(from: string, location: string): string {
  const scheme = from.indexOf('://');
  if (scheme < 0) return '';
  if (location === '') return from;
  if (location.startsWith('//')) return `${from.slice(0, scheme)}:${location}`;
  if (location.includes('://')) return location;
  const page = from.replace(/[#?].*$/s, '');
  if (location.startsWith('?')) return page + location;
  const host = scheme + 3;
  if (location.startsWith('/')) {
    const path = page.indexOf('/', host);
    return path < 0 ? '' : page.slice(0, path) + location;
  }
  const last = page.lastIndexOf('/');
  return `${last < host ? page : page.slice(0, last)}/${location}`;
}

export const httpServerTree: TreeDefinition = {
  name: 'http_srv,tree',
  title: 'HTTP/Load Distribution',
  about: 'HTTP requests and responses by server',
  start(tree) {
    const tap = new Tap(MESSAGES, FIELDS);
    const requests = tree.node(tree.root, 'HTTP Requests by Server');
    const byAddress = tree.node(requests, 'HTTP Requests by Server Address');
    const byHost = tree.node(requests, 'HTTP Requests by HTTP Host');
    const responses = tree.node(tree.root, 'HTTP Responses by Server Address');
    return (p) =>
      tap.forEach(p, () => {
        tree.begin(p);
        if (tap.has('http.request.method')) {
          tree.tick(tree.root, requests.name);
          const server = netAddress(p, p.netDst);
          tree.tick(requests, byAddress.name);
          const address = tree.tick(byAddress, server);
          if (!tap.has('http.host')) return;
          const host = tap.text('http.host');
          tree.tick(requests, byHost.name);
          tree.tick(address, host);
          tree.tick(tree.tick(byHost, host), server);
        } else if (tap.has('http.response.code')) {
          const code = tap.number('http.response.code');
          tree.tick(tree.root, responses.name);
          tree.tick(tree.tick(responses, netAddress(p, p.netSrc)), code >= 100 && code < 400 ? 'OK' : 'KO');
        }
      });
  },
};
