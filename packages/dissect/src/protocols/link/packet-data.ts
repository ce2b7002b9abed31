import { protocol } from '../../core/protocol.ts';

/** Listed in frame.protocols where a header within a packet specifies a link type. */
export const packetData = protocol({
  name: 'pcap_pktdata',
  title: 'pcap/pcapng packet data',
  step: () => null,
});
