// Registration of industrial and power grid protocols.
import { bacapp, bacnet, bvlc } from './bacnet.ts';
import { cip, cipClass, cipManager, cipModbus, cipPccc } from './cip.ts';
import { dnp3 } from './dnp3.ts';
import { cipio, enip } from './enip.ts';
import { asdu, iec104 } from './iec104.ts';
import { mbtcp, mbudp, modbus } from './modbus.ts';
import { s7comm } from './s7comm.ts';

export const industrialProtocols = [
  dnp3,
  mbtcp,
  mbudp,
  modbus,
  s7comm,
  iec104,
  asdu,
  enip,
  cip,
  cipManager,
  cipClass,
  cipPccc,
  cipModbus,
  cipio,
  bvlc,
  bacnet,
  bacapp,
];
