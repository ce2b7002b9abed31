// One peer: what it is, where it stands.
import type { ComponentChildren } from 'preact';
import type { MeshPeer } from '../../api/types.ts';
import { count } from '../../format/numbers.ts';
import { dayAndClock } from '../../format/time.ts';
import type { Mesh } from '../../state/mesh.ts';
import { Panel } from '../../ui/panel.tsx';

interface Props {
  peer: MeshPeer;
  mesh: Mesh;
  onOpen: (id: string) => void;
}

export function PeerCard({ peer, mesh, onOpen }: Props) {
  const children = [...mesh.peers.values()].filter(({ parent }) => parent === peer.id);
  return (
    <Panel
      title={peer.id}
      class="peer-card"
      note={peer.id === mesh.peer ? 'this machine' : peer.id === mesh.root ? 'the root' : undefined}
    >
      <dl class="facts">
        <Fact name="State">
          {peer.status}
          {peer.revoked !== null && <span class="quiet"> ({peer.revoked})</span>}
        </Fact>
        <Fact name="Role">{peer.role}</Fact>
        <Fact name="Parent">
          {peer.parent === null ? (
            '–'
          ) : (
            <button type="button" class="link" onClick={() => onOpen(peer.parent!)}>
              {peer.parent}
            </button>
          )}
        </Fact>
        <Fact name="Children">{count(children.length)}</Fact>
        <Fact name="Address">
          <span class="mono">{peer.addresses.join(' ') || '–'}</span>
        </Fact>
        <Fact name="Member since">{dayAndClock(peer.admitted)}</Fact>
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="num">{children}</dd>
    </div>
  );
}
