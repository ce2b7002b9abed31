// Registration of Bluetooth protocols: HCI, radio link, and what they carry.
import { acl } from './acl.ts';
import {
  bluetoothH4,
  bluetoothMonitor,
  hciCommand,
  hciEvent,
  hciH4,
  hciIso,
  hciMonitor,
  hciSco,
  isoData,
} from './hci.ts';
import { l2cap } from './l2cap.ts';
import { bluetoothLe, bluetoothLeRadio, btle, btleRadio, common } from './le.ts';
import { att, avctp, avdtp, avrcp, bnep, bthid, rfcomm, sdp, smp } from './profiles.ts';

export const bluetoothProtocols = [
  bluetoothH4,
  bluetoothMonitor,
  bluetoothLe,
  bluetoothLeRadio,
  hciH4,
  hciMonitor,
  hciCommand,
  hciEvent,
  hciSco,
  hciIso,
  isoData,
  acl,
  l2cap,
  att,
  smp,
  sdp,
  rfcomm,
  avdtp,
  avctp,
  avrcp,
  bthid,
  bnep,
  btleRadio,
  btle,
  common,
];
