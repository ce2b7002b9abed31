// Services of networks: time, flows, access, files.
import { diameter } from './diameter.ts';
import { cflow } from './netflow.ts';
import { ptp } from './ptp.ts';
import { afs, rx } from './rx.ts';
import { sflow } from './sflow.ts';
import { tacacs, tacplus } from './tacacs.ts';

export const networkServices = [rx, afs, sflow, cflow, ptp, tacplus, tacacs, diameter];
