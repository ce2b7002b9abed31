// Signalling protocols above SCCP and ISDN links that are named but not dissected.
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { sctpPorts, tcpPorts, udpPorts } from '../../core/table.ts';
import { head, thenData } from '../link/head.ts';

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

const gsup = head({
  name: 'gsup',
  title: 'Osmocom Generic Subscriber Update Protocol',
  column: 'GSUP',
  on: [],
});

/** GSM over IP (ip.access multiplex of Osmocom): length, stream, message. */
const IPA_HEADER = 3;
const OSMOCOM = 0xee;
const IPA_CONTROL = 0xfe;
const OML = 0xff;
const GSUP_EXTENSION = 5;
const i = {
  length: uint('gsm_ipa.data_len', 'DataLen').at(0, 2),
  protocol: uint('gsm_ipa.protocol', 'Protocol').at(2, 1).hex(),
};
const gsmIpa: Protocol = protocol({
  name: 'gsm_ipa',
  title: 'GSM over IP protocol as used by ip.access',
  column: 'IPA',
  fields: i,
  on: [[tcpPorts, 3002, 3003, 3006, 4222, 4249, 4250]],
  framing: { header: IPA_HEADER, length: (p) => IPA_HEADER + u16(p.buf, p.at) },
  step(p) {
    if (p.end - p.at < IPA_HEADER) return p.cut(IPA_HEADER);
    const stream = p.buf[p.at + 2]!;
    p.at += IPA_HEADER;
    if (stream === IPA_CONTROL || p.at >= p.end) {
      p.at = p.end;
      return null;
    }
    if (stream === OML) return gsmAbisOml;
    if (stream < 0x20) return gsmAbisRsl;
    if (stream !== OSMOCOM || p.buf[p.at] !== GSUP_EXTENSION) return thenData(p);
    p.at++;
    return gsup;
  },
  info: () => '',
});

export const gsmIpProtocols = [gsmIpa, gsup];
