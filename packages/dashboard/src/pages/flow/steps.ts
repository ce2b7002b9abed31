// Rows of a ladder diagram: who sent what to whom, in which order, and what is odd about it.
import type { FlowSegment } from '../../api/types.ts';
import { secondsBetween } from '../../format/time.ts';

const [FIN, SYN, RST] = [0x01, 0x02, 0x04];
/** A pause of this many seconds is shown as one. */
const PAUSE_SECONDS = 0.5;

export type Tone = 'plain' | 'begin' | 'end' | 'odd' | 'broken';

export interface Step {
  packet: FlowSegment;
  /** Seconds since the first packet: 0.001234. */
  since: string;
  /** Seconds of silence before it; 0: none worth showing. */
  pause: number;
  text: string;
  tone: Tone;
}

const ODD = /retransmission|out_of_order|lost_segment|duplicate_ack/;
const BROKEN = /zero_window$|window_full/;

export function stepsOf(segments: readonly FlowSegment[]): Step[] {
  return segments.map((packet, i) => {
    const before = segments[i - 1];
    const pause = before === undefined ? 0 : Number(packet.time) - Number(before.time);
    return {
      packet,
      since: secondsBetween(segments[0]!.time, packet.time).replace('−0.000000', '0.000000'),
      pause: pause >= PAUSE_SECONDS ? pause : 0,
      text: textOf(packet),
      tone: toneOf(packet),
    };
  });
}

/** The Info column without the ports, which are the same in all rows. */
function textOf({ summary, protocol, length }: FlowSegment): string {
  return summary === null ? `${protocol}, ${length} bytes` : summary.replace(/(^|\] )\d+ → \d+ /, '$1');
}

function toneOf({ tcp }: FlowSegment): Tone {
  if (tcp === null) return 'plain';
  const { flags, findings } = tcp;
  if (flags & RST || findings.some((finding) => BROKEN.test(finding))) return 'broken';
  if (findings.some((finding) => ODD.test(finding))) return 'odd';
  if (flags & SYN) return 'begin';
  return flags & FIN ? 'end' : 'plain';
}
