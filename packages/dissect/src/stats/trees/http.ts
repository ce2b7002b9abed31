// HTTP and SSDP messages: by kind, by what was asked of whom, and by server.
import { netAddress } from '../../core/text.ts';
import { Tap } from '../tap.ts';
import type { TreeDefinition } from './tree.ts';

/** RFC 9110 §15, and RTSP has the same (RFC 2326 §7.1.1). */
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
