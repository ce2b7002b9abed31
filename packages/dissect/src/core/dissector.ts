// The entry point of dissection: takes one frame at a time and leaves the packet with its layers to be read.
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
  /** The packet dissected last; borrowed like the frame's bytes, so valid until the next call. */
  readonly packet: Packet;
  readonly #isBulkUsual = isBulkUsual();

  constructor(options: SessionOptions = {}) {
    this.session = new Session(options);
    this.packet = new Packet(this.session);
  }

  dissect(frame: Frame): Packet {
    const p = this.packet;
    this.advanceClock(frame);
    p.reset(frame);
    p.push(frameProtocol, p.linkType < 0 ? COLUMN : 0);
    if (p.at < p.end && !(this.#isBulkUsual && runBulk(p))) p.run(linkTypes.get(p.linkType) ?? data);
    if (p.flow >= 0) this.session.flows.count(p);
    return p;
  }

  /** Takes note of the frame's time alone: all that is needed of a frame that another reader dissects (see `FlowPartition`). */
  advanceClock(frame: Frame): void {
    const session = this.session;
    session.previousSeconds = session.lastSeconds;
    session.previousNanoseconds = session.lastNanoseconds;
    // A block that is not a packet and has no timestamp leaves the clock unchanged, as in Wireshark.
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
