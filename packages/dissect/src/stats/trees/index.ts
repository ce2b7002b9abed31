import { dnsTree } from './dns.ts';
import { httpRequestTree, httpSequenceTree, httpServerTree, httpTree } from './http.ts';
import { ipTrees } from './ip.ts';
import { http2Tree, lengthsTree } from './others.ts';
import { rtspTree } from './rtsp.ts';
import type { TreeDefinition } from './tree.ts';

export type { TreeDefinition } from './tree.ts';

/** All `-z NAME,tree`. */
export const TREES: readonly TreeDefinition[] = [
  dnsTree,
  httpTree,
  httpRequestTree,
  httpSequenceTree,
  httpServerTree,
  http2Tree,
  rtspTree,
  lengthsTree,
  ...ipTrees,
];
