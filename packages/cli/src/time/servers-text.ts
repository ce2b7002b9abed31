// Time servers as a table: those that were asked here, and those that the mesh follows.
import { numberTable } from '../terminal/table.ts';
import { offsetText, spanText } from './text.ts';

export interface ServerLine {
  readonly host: string;
  readonly isAuthenticated: boolean;
  /** Of a symmetric key; null or absent: it is NTS, if anything. */
  readonly keyId?: number | null;
  readonly stratum: number | null;
  /** Seconds. */
  readonly estimate: { readonly offset: number; readonly delay: number; readonly jitter: number } | null;
  /** Seconds: the truth lies within offset ± this. Infinity: there is no estimate. */
  readonly distance: number;
  readonly role: 'truth' | 'outlier' | 'falseticker' | 'unusable';
  /** Why it gives no time. */
  readonly fault: string | null;
}

const ROLES: Record<ServerLine['role'], string> = {
  truth: '',
  outlier: 'outlier',
  falseticker: 'false',
  unusable: 'unusable',
};

export function serversText(servers: readonly ServerLine[]): string {
  const head = ['server', 'auth', 'stratum', 'offset', 'jitter', 'delay', 'distance', ''];
  const rows = servers.map(
    ({ host, isAuthenticated, keyId = null, stratum, estimate, distance, role, fault }) => [
      host,
      keyId !== null ? `key ${keyId}` : isAuthenticated ? 'NTS' : 'none',
      stratum === null ? '-' : String(stratum),
      estimate === null ? '-' : offsetText(estimate.offset),
      estimate === null ? '-' : spanText(estimate.jitter),
      estimate === null ? '-' : spanText(estimate.delay),
      spanText(distance),
      fault ?? ROLES[role],
    ],
  );
  return numberTable([head, ...rows]);
}
