// DCE/RPC over datagrams, as PROFINET sets up its connections.
import { testCases, udpFrame } from './support.ts';

const HEAD_OF = (type: string, operation: string, interfaceId: string): string =>
  `04${type}2000 100000 00 ${'00'.repeat(16)} ${interfaceId} ${'11'.repeat(16)} 00000000 01000000 05000000 ${operation} ffff ffff 0400 0000 00 00 01020304`;
/** dea00001-6c97-11d1-8271-00a02442df7d, little-endian. */
const DEVICE = '0100a0de976cd111827100a02442df7d';
const UNKNOWN = '0100a0de976cd111827100a02442df7e';

testCases('DCE/RPC datagrams', [
  [
    udpFrame(49152, 34964, HEAD_OF('00', '0000', DEVICE)),
    'eth:ethertype:ip:udp:dcerpc',
    'PNIO-CM',
    'Connect request',
    {
      'dcerpc.opnum': '0',
      'dcerpc.dg_seqnum': '5',
      'dcerpc.dg_ihint': '0xffff',
      'dcerpc.dg_ahint': '0xffff',
      'dcerpc.dg_auth_proto': '0',
      'dcerpc.dg_serial_lo': '0x00',
      'dcerpc.dg_if_id': 'dea00001-6c97-11d1-8271-00a02442df7d',
    },
  ],
  [
    udpFrame(34964, 49152, HEAD_OF('02', '0400', DEVICE), true),
    'eth:ethertype:ip:udp:dcerpc',
    'PNIO-CM',
    'Control response',
    { 'dcerpc.pkt_type': '2' },
  ],
  [
    udpFrame(1000, 2000, HEAD_OF('00', '0300', UNKNOWN)),
    'eth:ethertype:ip:udp:dcerpc',
    'DCERPC',
    'Request: seq: 5 opnum: 3 len: 4 dea00001-6c97-11d1-8271-00a02442df7e V1',
  ],
]);
