// All pages but the first, as one file: what they share they share once, and together they compress to nine tenths of what
// they would take apart. It comes when one of them is opened, or once the first page stands.
import type { ComponentType } from 'preact';
import type { PageName } from '../state/place.ts';
import { Captures } from './captures/captures.tsx';
import { Flows } from './flows/flows.tsx';
import { Hosts } from './hosts/hosts.tsx';
import { MeshPage } from './mesh/mesh.tsx';
import { Packets } from './packets/packets.tsx';
import { Security } from './security/security.tsx';
import { StatusPage } from './status/status.tsx';
import { TimePage } from './time/time.tsx';

export const others: Record<Exclude<PageName, 'overview'>, ComponentType> = {
  packets: Packets,
  flows: Flows,
  hosts: Hosts,
  mesh: MeshPage,
  time: TimePage,
  security: Security,
  captures: Captures,
  status: StatusPage,
};
