// Protocols of plants and power grids.
import { mbtcp, mbudp, modbus } from './modbus.ts';

export const industrialProtocols = [mbtcp, mbudp, modbus];
