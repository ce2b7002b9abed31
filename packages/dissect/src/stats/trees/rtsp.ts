// RTSP messages by method and status.
import { rtspPhrases } from '../rtsp-codes.ts';
import { Tap } from '../tap.ts';
import { CLASSES } from './http.ts';
import type { TreeDefinition } from './tree.ts';

export const rtspTree: TreeDefinition = {
  name: 'rtsp,tree',
  title: 'RTSP/Packet Counter',
  about: 'RTSP messages by method and status',
  start(tree) {
    const tap = new Tap(['rtsp'], ['rtsp.method', 'rtsp.status']);
    const total = tree.node(tree.root, 'Total RTSP Packets');
    const requests = tree.node(total, 'RTSP Request Packets');
    const responses = tree.node(total, 'RTSP Response Packets');
    for (const name of CLASSES) tree.node(responses, name);
    tree.node(total, 'Other RTSP Packets');
    return (p) =>
      tap.forEach(p, () => {
        tree.begin(p);
        tree.tick(tree.root, total.name);
        if (tap.has('rtsp.status')) {
          const code = tap.number('rtsp.status');
          tree.tick(total, responses.name);
          const kind = tree.tick(responses, CLASSES[Math.floor(code / 100)] ?? CLASSES[0]!);
          tree.tick(kind, `${code} ${rtspPhrases.get(code) ?? 'Unknown'}`);
        } else if (tap.has('rtsp.method')) tree.tickPivot(requests, tap.text('rtsp.method'));
        else tree.tick(total, 'Other RTSP Packets');
      });
  },
};
