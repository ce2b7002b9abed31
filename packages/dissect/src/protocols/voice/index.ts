// Registration of telephony and media stream protocols.
import { classicStun } from './classic-stun.ts';
import { codecProtocols } from './codecs.ts';
import { mgcp, msrp, sap, t38 } from './gateway.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';
import { rtsp } from './rtsp.ts';
import { sdp } from './sdp.ts';
import { sip } from './sip.ts';
import { sipfrag } from './sipfrag.ts';
import { skinny } from './skinny.ts';
import { stun, stunTcp } from './stun.ts';

export const voiceProtocols = [
  sip,
  sipfrag,
  sdp,
  stun,
  stunTcp,
  classicStun,
  rtsp,
  rtp,
  rtcp,
  mgcp,
  sap,
  msrp,
  t38,
  skinny,
  ...codecProtocols,
];
