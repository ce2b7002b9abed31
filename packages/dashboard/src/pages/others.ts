// The other pages, most of them as one bundle: together they compress to nine tenths of the size of separate bundles.
// It is loaded when one of them is opened, or after the first page has rendered.
import type { ComponentType } from 'preact';
import type { PageName } from '../state/place.ts';
import { later } from '../ui/later.tsx';
import { Captures } from './captures/captures.tsx';
import { Flows } from './flows/flows.tsx';
import { Hosts } from './hosts/hosts.tsx';
import { MeshPage } from './mesh/mesh.tsx';
import { Packets } from './packets/packets.tsx';
import { Security } from './security/security.tsx';
import { StatusPage } from './status/status.tsx';

export const others: Record<Exclude<PageName, 'overview'>, ComponentType> = {
  packets: Packets,
  flows: Flows,
  hosts: Hosts,
  analysis: later(async () => (await import('./opened.ts')).Analysis),
  mesh: MeshPage,
  time: later(async () => (await import('./opened.ts')).TimePage),
  security: Security,
  captures: Captures,
  status: StatusPage,
};
