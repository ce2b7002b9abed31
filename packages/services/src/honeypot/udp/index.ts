// The list of all decoys over UDP.
import type { UdpDecoy } from './decoy.ts';
import { dns } from './dns.ts';
import { ntp } from './ntp.ts';
import { sip } from './sip.ts';
import { snmp } from './snmp.ts';
import { ssdp } from './ssdp.ts';
import { tftp } from './tftp.ts';

export const udpDecoys: readonly UdpDecoy[] = [dns, ntp, snmp, sip, ssdp, tftp];

export function udpDecoyNamed(name: string): UdpDecoy | null {
  return udpDecoys.find((each) => each.name === name) ?? null;
}
