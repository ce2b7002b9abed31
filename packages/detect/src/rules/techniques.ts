// The techniques of MITRE ATT&CK for Enterprise that rules refer to.
import type { Technique } from './rule.ts';

const technique = (id: string, name: string): Technique => ({ id, name });

export const SERVICE_DISCOVERY = technique('T1046', 'Network Service Discovery');
export const SYSTEM_DISCOVERY = technique('T1018', 'Remote System Discovery');
export const ACTIVE_SCANNING = technique('T1595', 'Active Scanning');
export const DIRECT_FLOOD = technique('T1498.001', 'Network Denial of Service: Direct Network Flood');
export const REFLECTION = technique('T1498.002', 'Network Denial of Service: Reflection Amplification');
export const OS_FLOOD = technique('T1499.001', 'Endpoint Denial of Service: OS Exhaustion Flood');
export const SERVICE_FLOOD = technique('T1499.002', 'Endpoint Denial of Service: Service Exhaustion Flood');
export const SYSTEM_EXPLOIT = technique(
  'T1499.004',
  'Endpoint Denial of Service: Application or System Exploitation',
);
export const PASSWORD_GUESSING = technique('T1110.001', 'Brute Force: Password Guessing');
export const PASSWORD_SPRAYING = technique('T1110.003', 'Brute Force: Password Spraying');
export const KERBEROASTING = technique('T1558.003', 'Steal or Forge Kerberos Tickets: Kerberoasting');
export const NAME_POISONING = technique(
  'T1557.001',
  'Adversary-in-the-Middle: LLMNR/NBT-NS Poisoning and SMB Relay',
);
export const ARP_POISONING = technique('T1557.002', 'Adversary-in-the-Middle: ARP Cache Poisoning');
export const DHCP_SPOOFING = technique('T1557.003', 'Adversary-in-the-Middle: DHCP Spoofing');
export const IN_THE_MIDDLE = technique('T1557', 'Adversary-in-the-Middle');
export const DNS_CHANNEL = technique('T1071.004', 'Application Layer Protocol: DNS');
export const ALTERNATIVE_EXFILTRATION = technique('T1048', 'Exfiltration Over Alternative Protocol');
export const NON_APPLICATION_CHANNEL = technique('T1095', 'Non-Application Layer Protocol');
export const WEB_CHANNEL = technique('T1071.001', 'Application Layer Protocol: Web Protocols');
export const SNIFFING = technique('T1040', 'Network Sniffing');
export const NON_STANDARD_PORT = technique('T1571', 'Non-Standard Port');
export const PUBLIC_EXPLOIT = technique('T1190', 'Exploit Public-Facing Application');
export const RESOURCE_HIJACKING = technique('T1496', 'Resource Hijacking');
export const REMOTE_EXPLOIT = technique('T1210', 'Exploitation of Remote Services');
