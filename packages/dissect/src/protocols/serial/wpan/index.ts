// Registration of IEEE 802.15.4, its pseudo-headers and its payloads. ZigBee precedes others because its header is the
// most specific.
import { lowpan } from './lowpan.ts';
import { wpan, wpanPhy, wpanTap } from './wpan.ts';
import { clusterProtocols, zcl } from './zcl.ts';
import { zep } from './zep.ts';
import { aps, lightweightMesh, nwk, zdp, zigbeeBeacon } from './zigbee.ts';

export const wpanProtocols = [
  wpan,
  wpanPhy,
  wpanTap,
  zep,
  nwk,
  lowpan,
  lightweightMesh,
  aps,
  zdp,
  zcl,
  ...clusterProtocols,
  zigbeeBeacon,
];
