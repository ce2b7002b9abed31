import { protocol } from '../../core/protocol.ts';

/** Stands in frame.protocols where a header inside a packet names another link type. */
export const packetData = protocol({
  name: 'pcap_pktdata',
  title: 'pcap/pcapng packet data',
  step: () => null,
});
