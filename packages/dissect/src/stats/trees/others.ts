// Frame lengths, and HTTP/2 frames by type.
import { Tap } from '../tap.ts';
import type { TreeDefinition } from './tree.ts';

const LENGTHS = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];

export const lengthsTree: TreeDefinition = {
  name: 'plen,tree',
  title: 'Packet Lengths',
  about: 'frames by length',
  start(tree) {
    const whole = tree.node(tree.root, 'Packet Lengths');
    LENGTHS.forEach((from, i) => {
      const to = LENGTHS[i + 1];
      const range = tree.node(whole, to === undefined ? `${from} and greater` : `${from}-${to - 1}`);
      range.from = from;
      range.to = to === undefined ? Infinity : to - 1;
    });
    return (p) => {
      tree.begin(p);
      tree.tickRange(whole, p.wireLength);
    };
  },
};

export const http2Tree: TreeDefinition = {
  name: 'http2,tree',
  title: 'HTTP2',
  about: 'HTTP/2 frames by type',
  start(tree) {
    const tap = new Tap(['http2'], ['http2.type']);
    const all = tree.node(tree.root, 'HTTP2');
    const types = tree.node(all, 'Type');
    return (p) =>
      tap.forEach(p, () => {
        if (!tap.has('http2.type')) return;
        tree.begin(p);
        tree.tick(tree.root, all.name);
        tree.tickPivot(types, tap.nameOf('http2.type'));
      });
  },
};
