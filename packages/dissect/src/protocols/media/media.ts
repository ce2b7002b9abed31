// Bodies without a dissector: unknown media types, and registered types that are only listed by name.

import { data } from '../../core/data.ts';
import { bytes } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { contentOf, lazyReaders, mediaTypes, setMedia, takeContent } from './types.ts';

const f = { type: bytes('media.type', 'Media type') };

function readAll(p: Packet): null {
  takeContent(p);
  p.at = p.end;
  return null;
}

export const media = protocol({
  name: 'media',
  title: 'Media Type',
  fields: f,
  step: readAll,
  emit: (p, layer, out) => out.add(f.type, p.start[layer]!, p.stop[layer]! - p.start[layer]!),
  headline(p, layer) {
    const type = contentOf(p, layer).type?.name ?? 'unknown';
    return `: ${type} (${p.stop[layer]! - p.start[layer]!} bytes)`;
  },
});

setMedia(media);
lazyReaders.add(media);
mediaTypes.add(data, 'application/octet-stream');

/** A body that is named but not dissected. */
function unread(name: string, title: string, column: string | undefined, ...types: string[]): Protocol {
  const made = protocol({ name, title, ...(column === undefined ? {} : { column }), step: readAll });
  mediaTypes.add(made, ...types);
  lazyReaders.add(made);
  return made;
}

const WBXML = [
  'vnd.ms-sync',
  'vnd.ms-sync.wbxml',
  'vnd.nokia.syncset+wbxml',
  'vnd.oma.drm.rights+wbxml',
  'vnd.phonecom.mmc-wbxml',
  'vnd.syncml+wbxml',
  'vnd.syncml.dm+wbxml',
  'vnd.uplanet.alert-wbxml',
  'vnd.uplanet.bearer-choice-wbxml',
  'vnd.uplanet.cacheop-wbxml',
  'vnd.uplanet.channel-wbxml',
  'vnd.uplanet.list-wbxml',
  'vnd.uplanet.listcmd-wbxml',
  'vnd.wap.coc',
  'vnd.wap.connectivity-wbxml',
  'vnd.wap.locc+wbxml',
  'vnd.wap.sic',
  'vnd.wap.slc',
  'vnd.wap.wbxml',
  'vnd.wap.wmlc',
  'vnd.wap.wta-eventc',
  'vnd.wv.csp.wbxml',
  'x-prov.syncset+wbxml',
  'x-wap-prov.browser-bookmarks',
  'x-wap-prov.browser-settings',
].map((name) => `application/${name}`);

export const unreadMedia: readonly Protocol[] = [
  unread('wbxml', 'WAP Binary XML', undefined, ...WBXML),
  unread(
    'cbor',
    'Concise Binary Object Representation',
    undefined,
    'application/cbor',
    'application/cbor-seq',
    'application/senml+cbor',
    'application/sensml+cbor',
  ),
  unread(
    'cose',
    'CBOR Object Signing and Encryption',
    undefined,
    'application/cose',
    'application/cose-key',
    'application/cose-key-set',
  ),
  unread('amf', 'Action Message Format', undefined, 'application/x-amf'),
  unread(
    'git',
    'Git Smart Protocol',
    'Git',
    ...['advertisement', 'request', 'result'].map((part) => `application/x-git-upload-pack-${part}`),
  ),
  unread('mmse', 'MMS Message Encapsulation', 'MMSE', 'application/vnd.wap.mms-message'),
  unread('daap', 'Digital Audio Access Protocol', 'DAAP', 'application/x-dmap-tagged'),
  unread(
    'pkixtsp',
    'PKIX Time Stamp Protocol',
    'PKIXTSP',
    'application/timestamp-query',
    'application/timestamp-reply',
  ),
  unread(
    'cmp',
    'Certificate Management Protocol',
    'CMP',
    'application/pkixcmp',
    'application/x-pkixcmp',
    'application/pkixcmp-poll',
    'application/x-pkixcmp-poll',
  ),
  unread('pkcs10', 'PKCS#10 Certification Request', undefined, 'application/pkcs10'),
  unread('tnef', 'Transport-Neutral Encapsulation Format', undefined, 'application/ms-tnef'),
  unread(
    'ieee1609dot2',
    'IEEE 1609.2 Security',
    undefined,
    'application/x-its',
    'application/x-its-request',
    'application/x-its-response',
  ),
  unread('lwm2mtlv', 'Lightweight M2M TLV', undefined, 'application/vnd.oma.lwm2m+tlv'),
  unread('mikey', 'Multimedia Internet KEYing', undefined, 'application/mikey'),
  unread('ilp', 'OMA Internal Location Protocol', 'ILP', 'application/oma-supl-ilp'),
  unread(
    'ulp',
    'OMA UserPlane Location Protocol',
    'ULP',
    'application/oma-supl-ulp',
    'application/vnd.omaloc-supl-init',
  ),
];
