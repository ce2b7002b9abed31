/** The benchmark's tasks: the commands for each, and our goals. */

export interface Command {
  readonly tool: string;
  /** Program and arguments; FILE is replaced by the capture. */
  readonly words: readonly string[];
}

/** Least ratio of the other tool's wall time to ours. */
export interface Goal {
  readonly than: string;
  readonly ratioMin: number;
  readonly ratioAim?: number;
}

export interface Task {
  readonly name: string;
  readonly what: string;
  readonly commands: readonly Command[];
  readonly goals: readonly Goal[];
  /** Limit of our peak memory; absent if it may grow with the conversations. */
  readonly peakBytesMax?: number;
  /** Limit of our median wall time. */
  readonly wallSecondsMax?: number;
  /** Measured on ten packets instead of the mixes. */
  readonly tiny?: boolean;
}

/** Placeholder for our program in a command line. */
export const OURS = 'eyrie';

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'frame.len',
  'ip.src',
  'ip.dst',
  'tcp.srcport',
  'tcp.dstport',
  '_ws.col.Protocol',
];

const FLAT_MEMORY_BYTES = 250 * 1024 * 1024;
const START_SECONDS_MAX = 0.15;

function command(tool: string, line: string): Command {
  return { tool, words: line.split(' ') };
}

const fieldOptions = `-T fields ${FIELDS.map((field) => `-e ${field}`).join(' ')}`;

export const TASKS: readonly Task[] = [
  {
    name: 'io,phs',
    what: 'protocol hierarchy of every packet',
    commands: [
      command(OURS, 'eyrie read -n -q -z io,phs FILE'),
      command('tshark', 'tshark -n -q -z io,phs -r FILE'),
      command('tcpdump', 'tcpdump -nr FILE'),
      command('ndpiReader', 'ndpiReader -q -i FILE'),
      command('capinfos', 'capinfos FILE'),
    ],
    goals: [
      { than: 'tshark', ratioMin: 10, ratioAim: 20 },
      { than: 'tcpdump', ratioMin: 1 },
      { than: 'ndpiReader', ratioMin: 1 },
    ],
    peakBytesMax: FLAT_MEMORY_BYTES,
  },
  {
    name: 'fields',
    what: 'eight fields of every packet',
    commands: [
      command(OURS, `eyrie read -n ${fieldOptions} FILE`),
      command('tshark', `tshark -n ${fieldOptions} -r FILE`),
    ],
    goals: [{ than: 'tshark', ratioMin: 15, ratioAim: 30 }],
    peakBytesMax: FLAT_MEMORY_BYTES,
  },
  {
    name: 'lines',
    what: 'a summary line of every packet',
    commands: [command(OURS, 'eyrie read -n FILE'), command('tshark', 'tshark -n -r FILE')],
    goals: [{ than: 'tshark', ratioMin: 6 }],
    peakBytesMax: FLAT_MEMORY_BYTES,
  },
  {
    name: 'conv,tcp',
    what: 'the full path to flows',
    commands: [
      command(OURS, 'eyrie read -n -q -z conv,tcp FILE'),
      command('tshark', 'tshark -n -q -z conv,tcp -r FILE'),
      command('ndpiReader', 'ndpiReader -q -i FILE'),
    ],
    goals: [],
  },
  {
    name: 'start',
    what: 'ten packets: the start of the process',
    commands: [
      command(OURS, 'eyrie read -n FILE'),
      command('tshark', 'tshark -n -r FILE'),
      command('tcpdump', 'tcpdump -nr FILE'),
    ],
    goals: [],
    wallSecondsMax: START_SECONDS_MAX,
    tiny: true,
  },
];
