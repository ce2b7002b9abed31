// DNS messages by type, code and size; multicast DNS is left out, as in Wireshark.
import { Tap } from '../tap.ts';
import type { TreeDefinition } from './tree.ts';

const LEVELS = ['4th Level or more', '1st Level', '2nd Level', '3rd Level'];

const FIELDS = [
  'dns.flags.response',
  'dns.flags.opcode',
  'dns.flags.rcode',
  'dns.qry.type',
  'dns.qry.class',
  'dns.qry.name.len',
  'dns.count.labels',
  'dns.count.queries',
  'dns.count.answers',
  'dns.count.auth_rr',
  'dns.count.add_rr',
  'dns.response_to',
  'dns.time',
  'dns.unsolicited',
  'dns.retransmission',
];

export const dnsTree: TreeDefinition = {
  name: 'dns,tree',
  title: 'DNS',
  about: 'DNS messages by type, code, size and response time',
  start(tree) {
    const tap = new Tap(['dns'], FIELDS);
    const total = tree.node(tree.root, 'Total Packets');
    const replies = tree.node(total, 'Query/Response');
    const types = tree.node(total, 'Query Type');
    const classes = tree.node(total, 'Class');
    const codes = tree.node(total, 'rcode');
    const opcodes = tree.node(total, 'opcodes');
    tree.node(tree.root, 'Payload size');
    const queries = tree.node(tree.root, 'Query Stats');
    tree.node(queries, 'Qname Len');
    const labels = tree.node(queries, 'Label Stats');
    for (const level of LEVELS) tree.node(labels, level);
    const responses = tree.node(tree.root, 'Response Stats');
    const counts = ['questions', 'authorities', 'answers', 'additionals'] as const;
    for (const count of counts) tree.node(responses, `no. of ${count}`);
    const service = tree.node(tree.root, 'Service Stats');
    const delays = tree.node(service, 'request-response time (msec)');
    delays.isFraction = true;
    tree.node(service, 'no. of unsolicited responses');
    tree.node(service, 'no. of retransmissions');

    return (p) =>
      tap.forEach(p, (p, layer) => {
        if (!tap.has('dns.flags.response')) return;
        tree.begin(p);
        const isResponse = tap.number('dns.flags.response') === 1;
        tree.tick(tree.root, 'Total Packets');
        tree.average(tree.root, 'Payload size', p.stop[layer]! - p.start[layer]!);
        tree.tickPivot(replies, isResponse ? 'Response' : 'Query');
        if (tap.has('dns.qry.type')) {
          tree.tickPivot(types, tap.nameOf('dns.qry.type'));
          tree.tickPivot(classes, tap.nameOf('dns.qry.class'));
        }
        tree.tickPivot(codes, tap.has('dns.flags.rcode') ? tap.nameOf('dns.flags.rcode') : 'No error');
        tree.tickPivot(opcodes, tap.nameOf('dns.flags.opcode'));
        if (isResponse) seeResponse();
        else seeQuery();
      });

    function seeQuery(): void {
      const length = tap.number('dns.qry.name.len');
      if (length >= 0) tree.average(queries, 'Qname Len', length);
      const level = tap.number('dns.count.labels');
      if (level > 0) tree.tick(labels, LEVELS[level < 4 ? level : 0]!);
      if (tap.has('dns.retransmission')) tree.tick(service, 'no. of retransmissions');
    }

    function seeResponse(): void {
      const numbers = ['dns.count.queries', 'dns.count.auth_rr', 'dns.count.answers', 'dns.count.add_rr'];
      // Wireshark 4.0 counts a response twice here if its request is known.
      for (let times = tap.has('dns.response_to') ? 2 : 1; times > 0; times--)
        counts.forEach((count, i) => {
          tree.average(responses, `no. of ${count}`, tap.number(numbers[i]!));
        });
      if (tap.has('dns.unsolicited')) tree.tick(service, 'no. of unsolicited responses');
      else if (tap.has('dns.time')) tree.average(service, delays.name, tap.number('dns.time') / 1e6);
      if (tap.has('dns.retransmission')) tree.tick(service, 'no. of retransmissions');
    }
  },
};
