// Dispatch tables of link headers with few registered protocols.
import { Table } from '../../core/table.ts';

/** Protocols by Linux-specific protocol number (linux/if_ether.h, ETH_P_*). */
export const sllTypes = new Table('sll.ltype', 2048);
/** Protocols by Linux hardware type (linux/if_arp.h) whose packets directly follow the cooked header. */
export const sllHardware = new Table('sll.hatype');
/** Protocols by address family of BSD loopback headers. */
export const nullFamilies = new Table('null.type');
/** Protocols by subtype of IEEE 802.3 slow protocols. */
export const slowSubtypes = new Table('slow.subtype');
/** Protocols by channel type of MPLS pseudowires (RFC 4385 §5). */
export const pwChannels = new Table('pwach.channel_type', 0);
