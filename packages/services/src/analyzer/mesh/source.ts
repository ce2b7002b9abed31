// The mesh as known to a peer on this machine: asks the peer, and converts its answers to the API's shape.
import type { MemberView } from '@eyrie/mesh';
import { ApiError, type ErrorCode } from '../errors.ts';
import type { MeshMeasure, MeshPeer, MeshState } from '../schemas/mesh.ts';
import type { Status } from '../schemas/status.ts';

/**
 * Asks a peer over its control socket.
 *
 * @throws Error with a message of one line if no peer runs, or the peer refuses
 */
export type AskPeer = (method: string, parameters?: Record<string, unknown>) => Promise<unknown>;

interface Branch {
  readonly id: string;
  readonly children: readonly Branch[];
}

interface PeerStatus {
  readonly id: string;
  readonly mesh: string;
  readonly isAuthority: boolean;
}

type Measured = MeshMeasure & { readonly id: string };

export class MeshSource {
  readonly #ask: AskPeer;

  constructor(ask: AskPeer) {
    this.#ask = ask;
  }

  /** @throws ApiError with `code`, or the code for "no peer runs on this machine" */
  async ask<T>(
    method: string,
    parameters: Record<string, unknown> = {},
    code: ErrorCode = 'no_peer',
  ): Promise<T> {
    try {
      return (await this.#ask(method, parameters)) as T;
    } catch (error) {
      const { message, code: why } = error as Error & { code?: string };
      throw new ApiError(why === 'ERR_PEER_STOPPED' ? 'no_peer' : code, message, { cause: error });
    }
  }

  /** The peer that runs on this machine, or why none answers. */
  async here(): Promise<Pick<Status, 'mesh' | 'mesh_problem'>> {
    try {
      const { id, mesh } = await this.ask<PeerStatus>('status');
      return { mesh: { name: mesh, peer: id }, mesh_problem: null };
    } catch (error) {
      if (error instanceof ApiError) return { mesh: null, mesh_problem: error.message };
      throw error;
    }
  }

  async state(): Promise<MeshState> {
    const [status, members, tree, measures] = await Promise.all([
      this.ask<PeerStatus>('status'),
      this.ask<MemberView[]>('members'),
      this.ask<Branch | null>('tree'),
      this.ask<Measured[]>('measures'),
    ]);
    const parents = parentsIn(tree);
    const measured = new Map(
      measures.map(({ id, step, reason, atMs, untilMs }) => [id, { step, reason, atMs, untilMs }]),
    );
    const peers = members.map((member): MeshPeer => {
      const { id, role, status: state, addresses, admittedMs, revoked } = member;
      return {
        id,
        role,
        status: state,
        parent: parents.get(id) ?? null,
        addresses: [...addresses],
        admitted: admittedMs / 1000,
        revoked: revoked?.reason ?? null,
        measure: measured.get(id) ?? null,
      };
    });
    return {
      peer: status.id,
      mesh: status.mesh,
      is_authority: status.isAuthority,
      root: tree?.id ?? null,
      peers,
    };
  }
}

/** Parent by peer, null for the root; peers outside the tree are absent. */
function parentsIn(tree: Branch | null): Map<string, string | null> {
  const parents = new Map<string, string | null>();
  const waiting: [Branch, string | null][] = tree === null ? [] : [[tree, null]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [branch, parent] = next;
    parents.set(branch.id, parent);
    for (const child of branch.children) waiting.push([child, branch.id]);
  }
  return parents;
}
