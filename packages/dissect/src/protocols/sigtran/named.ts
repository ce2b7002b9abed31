// Signalling that is named and read no further: what stands above SCCP and ISDN's links.
import { sctpPorts, udpPorts } from '../../core/table.ts';
import { head } from '../link/head.ts';

export const h248 = head({ name: 'h248', title: 'H.248 MEGACO', column: 'H.248', on: [[udpPorts, 2945]] });
export const gsmAbisRsl = head({
  name: 'gsm_abis_rsl',
  title: 'Radio Signalling Link (RSL)',
  column: 'RSL',
  on: [],
});
export const gsmAbisOml = head({
  name: 'gsm_abis_oml',
  title: 'GSM A-bis OML',
  column: 'OML',
  on: [],
});
export const bssap = head({ name: 'bssap', title: 'BSSAP/BSAP', column: null, on: [] });
export const ranap = head({
  name: 'ranap',
  title: 'Radio Access Network Application Part',
  column: 'RANAP',
  on: [],
});
export const sgsap = head({
  name: 'sgsap',
  title: 'SGs Application Part (SGsAP)',
  column: 'SGSAP',
  on: [[sctpPorts, 29118]],
});
