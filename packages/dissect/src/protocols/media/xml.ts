// eXtensible Markup Language (W3C XML 1.0), SOAP and the many types built on it: tags, attributes and text.
import { indexOf, spells } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { appended } from './column.ts';
import { contentBytes, contentOf, lazyReaders, mediaTypes, takeContent } from './types.ts';

const f = {
  xmlpi: text('xml.xmlpi', 'XMLPI'),
  doctype: text('xml.doctype', 'Doctype'),
  comment: text('xml.comment', 'Comment'),
  tag: text('xml.tag', 'Tag'),
  attribute: text('xml.attribute', 'Attribute'),
  cdata: text('xml.cdata', 'CDATA'),
};

/** Maximum number of tags, comments and texts shown in the tree. */
const NODES_MAX = 4000;
const decoder = new TextDecoder('utf-8');

export const xml = protocol({
  name: 'xml',
  title: 'eXtensible Markup Language',
  // Wireshark names two vocabularies for which it has a DTD.
  column(p, layer) {
    const type = contentOf(p, layer).type?.name;
    const name =
      type === 'application/smil' ? 'SMIL' : type === 'application/cpim-pidf+xml' ? 'PRESENCE' : 'XML';
    return appended(name)(p, layer);
  },
  fields: f,
  step(p) {
    takeContent(p);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const bytes = contentBytes(p, layer);
    if (bytes === null) return;
    // Offsets are those in the layer's bytes; contents of a compressed body have none.
    const base = contentOf(p, layer).isCompressed ? -1 : p.start[layer]!;
    new Reader(bytes, base, p.start[layer]!, out).read();
  },
});

class Reader {
  readonly #b: Uint8Array;
  readonly #base: number;
  readonly #fallback: number;
  readonly #out: Sink;

  constructor(b: Uint8Array, base: number, fallback: number, out: Sink) {
    this.#b = b;
    this.#base = base;
    this.#fallback = fallback;
    this.#out = out;
  }

  read(): void {
    const b = this.#b;
    let at = 0;
    for (let nodes = 0; at < b.length && nodes < NODES_MAX; nodes++) {
      const open = indexOf(b, 0x3c, at, b.length);
      this.#text(at, open < 0 ? b.length : open);
      if (open < 0) return;
      at = this.#markup(open);
    }
  }

  /** Parses the markup at `<`; returns its end. */
  #markup(at: number): number {
    const b = this.#b;
    if (spells(b, at, b.length, '<!--')) return this.#until(f.comment, at, '-->');
    if (spells(b, at, b.length, '<![CDATA[')) return this.#until(f.cdata, at, ']]>');
    if (spells(b, at, b.length, '<?')) return this.#until(f.xmlpi, at, '?>');
    if (spells(b, at, b.length, '<!')) return this.#until(f.doctype, at, '>');
    if (b[at + 1] === 0x2f) return this.#end(at);
    return this.#tag(at);
  }

  #until(field: typeof f.comment, at: number, mark: string): number {
    const b = this.#b;
    let end = at;
    while (end < b.length && !spells(b, end, b.length, mark)) end++;
    end = Math.min(b.length, end + mark.length);
    this.#add(field, at, end);
    return end;
  }

  #end(at: number): number {
    const end = indexOf(this.#b, 0x3e, at, this.#b.length);
    return end < 0 ? this.#b.length : end + 1;
  }

  #tag(at: number): number {
    const b = this.#b;
    let i = at + 1;
    let quote = 0;
    for (; i < b.length && (quote !== 0 || b[i] !== 0x3e); i++) {
      if (quote === 0 ? b[i] === 0x22 || b[i] === 0x27 : b[i] === quote) quote = quote === 0 ? b[i]! : 0;
    }
    const end = Math.min(b.length, i + 1);
    const place = this.#base < 0 ? this.#fallback : this.#base + at;
    this.#out.open(f.tag, place, this.#base < 0 ? 0 : end - at, this.#string(at, end));
    this.#attributes(at + 1, i);
    this.#out.close();
    return end;
  }

  /** name="value" pairs of [at, end). */
  #attributes(at: number, end: number): void {
    const b = this.#b;
    for (let i = at; i < end; i++) {
      if (b[i] !== 0x3d || (b[i + 1] !== 0x22 && b[i + 1] !== 0x27)) continue;
      let start = i;
      while (start > at && b[start - 1]! > 0x20) start--;
      const close = indexOf(b, b[i + 1]!, i + 2, end);
      if (close < 0) return;
      this.#add(f.attribute, start, close + 1);
      i = close;
    }
  }

  #text(start: number, end: number): void {
    while (start < end && this.#b[start]! <= 0x20) start++;
    while (end > start && this.#b[end - 1]! <= 0x20) end--;
    if (end > start) this.#add(f.cdata, start, end);
  }

  #add(field: typeof f.tag, start: number, end: number): void {
    if (this.#base < 0) this.#out.add(field, this.#fallback, 0, this.#string(start, end));
    else this.#out.add(field, this.#base + start, end - start, this.#string(start, end));
  }

  #string(start: number, end: number): string {
    return decoder.decode(this.#b.subarray(start, end));
  }
}

const PLAIN =
  '3gpp-ims atom auth-policy ccmp conference-info cpim-pidf cpl dds-web im-iscomposing load-control mathml media_control ' +
  'note pidf pidf-diff poc-settings rdf reginfo resource-lists rlmi rls-services rs-metadata rss simple-filter ' +
  'simple-message-summary simservs soap upp-directory vnc.3gpp.iut-config vnd.3gpp-prose vnd.3gpp-prose-pc3ch ' +
  'vnd.3gpp2.bcmcsinfo vnd.wv.csp watcherinfo x-crd xcap-att xcap-caps xcap-diff xcap-el xcap-error xcap-ns xpidf xslt';
const THREE_GPP =
  'access-transfer-events bsf comm-div-info cw iut mid-call replication sms srvcc-ext srvcc-info ' +
  'state-and-event-info transmission-request ussd';
const MISSION_CRITICAL =
  'affiliation-command info location-info mbms-usage-info regroup service-config ue-config user-profile ' +
  'floor-request signed ue-init-config';
const ETSI =
  'aoc cug iptvcommand iptvdiscovery iptvprofile iptvsad-bc iptvsad-cod iptvsad-npvr iptvservice iptvsync ' +
  'iptvueprofile mcid overload-control-policy-dataset pstn sci simservs tsl';
const OMA =
  'access-permissions-list alias-principals-list bcast.associated-procedure-parameter bcast.drm-trigger bcast.imd ' +
  'bcast.notification bcast.sgdd bcast.smartcard-trigger bcast.sprov cab-address-book cab-feature-handler cab-pcc ' +
  'cab-subs-invite cab-user-prefs dd2 drm.risd fnl group-usage-list pal poc.detailed-progress-report ' +
  'poc.final-report poc.groups poc.invocation-descriptor poc.optimized-progress-report scidm.messages suppnot ' +
  'xcap-directory xdcp xdm-apd xdm-hi xdm-prefs xdm-rhi';

function each(prefix: string, names: string): string[] {
  return names.split(' ').map((name) => `${prefix}${name}+xml`);
}

lazyReaders.add(xml);
mediaTypes.add(
  xml,
  'text/xml',
  'application/xml',
  'application/xml-dtd',
  'image/svg+xml',
  'message/imdn+xml',
  'application/smil',
  'text/vnd.wap.co',
  'text/vnd.wap.emn',
  'text/vnd.wap.si',
  'text/vnd.wap.sl',
  'text/vnd.wap.wml',
  'application/vnd.wv.csp.xml',
  'application/x-wms-logconnectstats',
  'application/x-wms-logplaystats',
  'application/x-wms-sendevent',
  ...each('application/', PLAIN),
  ...each('application/vnd.3gpp.', THREE_GPP),
  ...each('application/vnd.3gpp.mcptt-', MISSION_CRITICAL),
  ...each('application/vnd.3gpp.mcdata-', MISSION_CRITICAL),
  ...each('application/vnd.3gpp.mcvideo-', MISSION_CRITICAL),
  ...each('application/vnd.etsi.', ETSI),
  ...each('application/vnd.oma.', OMA),
  ...each('application/vnd.omads-', 'email file folder'),
);
