// A statistic of `-z`: sees every packet of the file, and prints its result at the end.
import type { CaptureBytes } from '@eyrie/capture';
import type { Frame, Packet, Session } from '@eyrie/dissect';
import { filterOf } from '../read/filter.ts';
import type { Output } from '../terminal/output.ts';

export interface Statistic {
  /** It needs only layers, addresses and lengths: replies need not be matched with requests. */
  readonly seesLayersOnly?: boolean;
  /** It needs the timing of conversations. */
  readonly isTimed?: boolean;
  /**
   * If several processes each see some of the packets, their results can be merged.
   * False from `add`: the merged result would differ from that of one process.
   */
  readonly parts?: { take(): unknown; add(part: unknown): boolean };
  /** Before the first packet. */
  begin?(session: Session, source: CaptureBytes): void;
  /** Packet and frame are borrowed until it returns. */
  see(p: Packet, frame: Frame): void;
  /** Before the first packet, where nothing else will be printed: it need not keep what it can print at once. */
  streamTo?(out: Output): void;
  /** After the last packet, as text in tshark's words. */
  print(out: Output): void;
  /** The same as plain data, for --json. */
  data(): unknown;
  /** What its tables had no room for; '' if nothing. Part of the text; with --json a note on stderr. */
  leftOut?(): string;
}

/** A name that `-z` knows. */
export interface StatisticKind {
  /** What stands before the arguments: `io,phs`, `conv`. */
  readonly name: string;
  /** The whole, for help and errors: `conv,TYPE[,FILTER]`. */
  readonly usage: string;
  /** A short description. */
  readonly about: string;
  /** From what stands after the name and a comma; '' for nothing. @throws UserError */
  readonly make: (args: string) => Statistic;
}

/** As `Statistic.parts`, of what counts. */
export function partsOf<P>(counter: { part(): P; addPart(part: P): boolean }): Statistic['parts'] & object {
  return { take: () => counter.part(), add: (part) => counter.addPart(part as P) };
}

/** The statistic for the packets that pass the filter alone; an empty filter passes all. */
export function filtered(name: string, filter: string, of: Statistic): Statistic {
  if (filter === '') return of;
  const passes = filterOf(`-z ${name}`, filter);
  return {
    isTimed: passes.isTimed === true || of.isTimed === true,
    seesLayersOnly: passes.seesLayersOnly === true && of.seesLayersOnly === true,
    ...(of.parts !== undefined && passes.needsAllPackets !== true && { parts: of.parts }),
    begin: (session, source) => of.begin?.(session, source),
    see: (p, frame) => {
      if (passes(p)) of.see(p, frame);
    },
    print: (out) => of.print(out),
    data: () => of.data(),
    leftOut: () => of.leftOut?.() ?? '',
  };
}

/** `tcp,ip.addr == 10.0.0.1` is `['tcp', 'ip.addr == 10.0.0.1']`: only the first comma separates. */
export function firstAndRest(args: string): [string, string] {
  const comma = args.indexOf(',');
  return comma < 0 ? [args, ''] : [args.slice(0, comma), args.slice(comma + 1)];
}
