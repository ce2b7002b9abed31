// The entry to dissection: frames go in, one after the other; after each, the packet's layers stand to be read.
import type { Frame } from '../files/frame.ts';
import { isBulkUsual, runBulk } from '../protocols/bulk.ts';
import { frame as frameProtocol } from '../protocols/frame.ts';
import '../protocols/index.ts';
import '../expert/index.ts';
import { data } from './data.ts';
import { COLUMN, Packet } from './packet.ts';
import { Session, type SessionOptions } from './session.ts';
import { linkTypes } from './table.ts';

export class Dissector {
  readonly session: Session;
  /** The packet of the last `dissect`; borrowed, as the frame's bytes are. */
  readonly packet: Packet;
  readonly #isBulkUsual = isBulkUsual();

  constructor(options: SessionOptions = {}) {
    this.session = new Session(options);
    this.packet = new Packet(this.session);
  }

  dissect(frame: Frame): Packet {
    const p = this.packet;
    this.pass(frame);
    p.reset(frame);
    p.push(frameProtocol, p.linkType < 0 ? COLUMN : 0);
    if (p.at < p.end && !(this.#isBulkUsual && runBulk(p))) p.run(linkTypes.get(p.linkType) ?? data);
    if (p.flow >= 0) this.session.flows.count(p);
    return p;
  }

  /** A frame that somebody else dissects: only when it came is of interest. */
  pass(frame: Frame): void {
    const session = this.session;
    session.previousSeconds = session.lastSeconds;
    session.previousNanoseconds = session.lastNanoseconds;
    // A block that is no packet and has no time of its own leaves the time where it was, as in Wireshark.
    if (frame.hasTime || frame.linkType >= 0 || session.firstSeconds < 0) {
      session.lastSeconds = frame.seconds;
      session.lastNanoseconds = frame.nanoseconds;
    }
    if (session.firstSeconds < 0) {
      session.firstSeconds = session.previousSeconds = frame.seconds;
      session.firstNanoseconds = session.previousNanoseconds = frame.nanoseconds;
    }
  }
}
