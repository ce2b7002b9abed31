// Suffixes of a message's Info column for its bodies: ` (text/html)`, `, JavaScript Object Notation (…)`.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { pkixCert } from '../x509/certificate.ts';
import { grpc, protobuf } from './grpc.ts';
import { gif, gifVersion, jfif, png } from './images.ts';
import { json } from './json.ts';
import { media } from './media.ts';
import { textLines } from './text-lines.ts';
import { contentOf } from './types.ts';
import { urlencodedForm } from './urlencoded.ts';
import { xml } from './xml.ts';

function typed(p: Packet, layer: number): string {
  const type = contentOf(p, layer).type;
  return type === null ? '' : ` (${type.name})`;
}

const suffixes = new Map<Protocol, (p: Packet, layer: number) => string>([
  [media, typed],
  [textLines, typed],
  [urlencodedForm, typed],
  [pkixCert, typed],
  [json, (p, layer) => `, JavaScript Object Notation${typed(p, layer)}`],
  [grpc, () => ' (GRPC)'],
  [protobuf, () => ' (PROTOBUF)'],
  [png, () => ' (PNG)'],
  [gif, (p, layer) => ` (${gifVersion(p, layer)})`],
  [jfif, () => ' (JPEG JFIF image)'],
]);

/** Suffixes of all body layers above `layer`, up to the next layer of the same protocol. */
export function bodySuffix(p: Packet, layer: number): string {
  let text = '';
  for (let above = layer + 1; above < p.count && p.protocols[above] !== p.protocols[layer]; above++) {
    // Text left over by JSON belongs to the JSON body; text that is XML has no type of its own.
    if (
      p.protocols[above] === textLines &&
      (p.protocols[above - 1] === json || p.protocols[above + 1] === xml)
    )
      continue;
    text += suffixes.get(p.protocols[above]!)?.(p, above) ?? '';
  }
  return text;
}
