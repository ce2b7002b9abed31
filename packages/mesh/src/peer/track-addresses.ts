// Tracks the addresses of this peer as its networks change, and discovers peers on the same network.

import { GroupSocket } from '../lan/group.ts';
import { Beacon } from '../members/beacon.ts';
import { type Cancel, every } from '../runtime.ts';
import type { Peer } from './peer.ts';

const LOOK_MS = 2_000;

/** @param addressesNow where others find this peer now; @param isOnLan false leaves the network alone */
export async function trackAddresses(
  peer: Peer,
  addressesNow: () => readonly string[],
  isOnLan: boolean,
): Promise<Cancel> {
  const { runtime, standing, directory, switchboard } = peer;
  let group: GroupSocket | null = null;
  const cancelLook = every(runtime, LOOK_MS, () => {
    group?.join();
    const now = addressesNow();
    if (now.join() !== peer.addresses.join()) peer.moved(now);
  });
  if (!isOnLan) return cancelLook;
  try {
    group = await GroupSocket.open((data, host) => beacon.receive(data, host));
  } catch (error) {
    runtime.log('info', 'no discovery on the LAN', { message: (error as Error).message });
    return cancelLook;
  }
  const beacon = new Beacon({
    runtime,
    standing,
    directory,
    switchboard,
    addresses: () => peer.addresses,
    transmit: (datagram) => group?.transmit(datagram),
  });
  beacon.start();
  return () => {
    cancelLook();
    beacon.stop();
    group?.close();
  };
}
