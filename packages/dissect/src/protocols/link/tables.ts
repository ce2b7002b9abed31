// Dispatch tables of link headers with few registered protocols.
import { Table } from '../../core/table.ts';

/** Linux's own protocol numbers (linux/if_ether.h, ETH_P_*). */
export const sllTypes = new Table('sll.ltype', 2048);
/** Linux hardware types (linux/if_arp.h) whose packets follow the cooked header as they are. */
export const sllHardware = new Table('sll.hatype');
/** Address families of BSD loopback headers. */
export const nullFamilies = new Table('null.type');
/** Subtypes of IEEE 802.3's slow protocols. */
export const slowSubtypes = new Table('slow.subtype');
/** Channel types of MPLS pseudowires (RFC 4385 §5). */
export const pwChannels = new Table('pwach.channel_type', 0);
