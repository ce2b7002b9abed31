// Protocols of plants and power grids.
import { dnp3 } from './dnp3.ts';
import { asdu, iec104 } from './iec104.ts';
import { mbtcp, mbudp, modbus } from './modbus.ts';
import { s7comm } from './s7comm.ts';

export const industrialProtocols = [dnp3, mbtcp, mbudp, modbus, s7comm, iec104, asdu];
