// Expert information of a whole capture (`-z expert`): distinct items with their frequency.
import {
  type AddExpertInfo,
  expertProtocol,
  groups,
  reportExpertInfo,
  type Severity,
} from '../core/expert.ts';
import { COLUMN, NESTED, type Packet, SHOWN } from '../core/packet.ts';

/** Distinct items kept. */
const FINDINGS_MAX = 20_000;

/** Characters of a message, as in Wireshark. */
const MESSAGE_MAX = 239;

export interface ExpertFinding {
  readonly severity: Severity;
  /** `Sequence`, `Malformed`, … */
  readonly group: string;
  /** Short name. */
  readonly protocol: string;
  readonly message: string;
  count: number;
  /** The first frame with this item. */
  readonly frame: number;
}

export class ExpertFindings {
  readonly #all: ExpertFinding[] = [];
  /** By message: most messages are constants, which are found without reading their characters. */
  readonly #byMessage = new Map<string, ExpertFinding[]>();
  #packet: Packet | null = null;
  #layer = 0;

  add(p: Packet): void {
    this.#packet = p;
    for (let layer = 0; layer < p.count; layer++) {
      const flags = p.flags[layer]!;
      if (p.protocols[layer]!.expert === null || (flags & (SHOWN | NESTED)) === 0) continue;
      // Layers quoted in an ICMP error were reported with the packet itself. Malformed layers never set columns.
      if ((flags & COLUMN) === 0 && p.protocols[layer]!.name !== '_ws.malformed') continue;
      this.#layer = layer;
      reportExpertInfo(p, layer, this.#addExpertInfo);
    }
  }

  /** Packet comments from the capture file. */
  addComment(frame: number, text: string): void {
    this.#count('comment', groups.comment[1], 'Frame', text, frame);
  }

  readonly #addExpertInfo: AddExpertInfo = (severity, group, message, place): void => {
    const p = this.#packet!;
    const protocol = place?.protocol ?? expertProtocol(p, this.#layer);
    this.#count(severity, groups[group][1], protocol, message, p.number);
  };

  #count(severity: Severity, group: string, protocol: string, text: string, frame: number): void {
    const message = text.length > MESSAGE_MAX ? text.slice(0, MESSAGE_MAX) : text;
    const same = this.#byMessage.get(message);
    const known = same?.find(
      (each) => each.severity === severity && each.group === group && each.protocol === protocol,
    );
    if (known !== undefined) known.count++;
    else if (this.#all.length < FINDINGS_MAX) {
      const found = { severity, group, protocol, message, count: 1, frame };
      this.#all.push(found);
      if (same === undefined) this.#byMessage.set(message, [found]);
      else same.push(found);
    }
  }

  /** In order of first appearance. */
  list(): ExpertFinding[] {
    return [...this.#all];
  }
}
