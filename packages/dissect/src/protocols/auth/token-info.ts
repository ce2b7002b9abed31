// Parts of the Info column that come from security tokens in a message.
import type { Packet } from '../../core/packet.ts';
import { negoex, negoexInfo } from './negoex.ts';
import { ntlmssp, ntlmsspInfo } from './ntlmssp.ts';

/** `, NTLMSSP_AUTH, User: A\b`: one part per layer in [from, until), each after a comma. */
export function tokenInfo(p: Packet, from: number, until: number = p.count): string {
  let text = '';
  for (let layer = from; layer < until; layer++) {
    const made = p.protocols[layer];
    const info = made === ntlmssp ? ntlmsspInfo(p, layer) : made === negoex ? negoexInfo(p, layer) : '';
    if (info !== '') text += `, ${info}`;
  }
  return text;
}
