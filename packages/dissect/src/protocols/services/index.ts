// Registration of network services: time, flow export, access, files.
import { coap } from './coap.ts';
import { diameter } from './diameter.ts';
import { doip, uds } from './doip.ts';
import { gsmtapProtocols } from './gsmtap.ts';
import { iscsi } from './iscsi.ts';
import { cemi, kip } from './knx.ts';
import { namedServices } from './named.ts';
import { nbd } from './nbd.ts';
import { cflow } from './netflow.ts';
import { openflowProtocols } from './openflow.ts';
import { pfcp } from './pfcp.ts';
import { portcontrol } from './portcontrol.ts';
import { proxy } from './proxy.ts';
import { ptp } from './ptp.ts';
import { rmcpProtocols } from './rmcp.ts';
import { rtmpt } from './rtmp.ts';
import { afs, rx } from './rx.ts';
import { sflow } from './sflow.ts';

export const networkServices = [
  rx,
  afs,
  sflow,
  cflow,
  ptp,
  portcontrol,
  diameter,
  coap,
  rtmpt,
  iscsi,
  nbd,
  kip,
  cemi,
  ...openflowProtocols,
  doip,
  uds,
  pfcp,
  ...gsmtapProtocols,
  ...rmcpProtocols,
  ...namedServices,
  proxy,
];
