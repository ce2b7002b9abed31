// Registration of telephony signalling: SS7 and ISDN, over SCTP and TCP, and application protocols of mobile networks.
import { dua, iua, m2pa, m2ua, m3ua, sua, v5ua } from './adaptation.ts';
import { cellParts } from './cells.ts';
import { h225 } from './h225.ts';
import { bicc, isup } from './isup.ts';
import { mtp2, mtp3, mtp3mg } from './mtp3.ts';
import { bssap, gsmAbisOml, gsmAbisRsl, gsmIpProtocols, h248, ranap, sgsap } from './named.ts';
import { nas5gs, nasEps } from './nas.ts';
import { h323, q931 } from './q931.ts';
import { sccp } from './sccp.ts';
import { camel, gsmMap, inap, tcap } from './tcap.ts';

export const signallingProtocols = [
  m3ua,
  m2ua,
  m2pa,
  sua,
  iua,
  v5ua,
  dua,
  mtp2,
  mtp3,
  mtp3mg,
  sccp,
  isup,
  bicc,
  tcap,
  gsmMap,
  camel,
  inap,
  bssap,
  ranap,
  sgsap,
  h248,
  gsmAbisRsl,
  gsmAbisOml,
  ...gsmIpProtocols,
  ...cellParts,
  nasEps,
  nas5gs,
  q931,
  h323,
  h225,
];
