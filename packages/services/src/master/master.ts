import { type Log, type Standing, systemRuntime } from '@eyrie/mesh';
import { LanCourier } from '@eyrie/mesh/lan';
import { LanSocket } from '../lan/socket.ts';

export interface Call {
  port: number;
  multicast: boolean;
  standing: Standing;
  /** Name of the task; '' only shows the text. */
  task: string;
  text: string;
  /** Nodes known from before: the message is retransmitted until all of them acknowledge it. */
  expected: ReadonlySet<string>;
  /** Milliseconds to wait for task results. */
  waitMs: number;
  onAck: (from: string) => void;
  onResult: (from: string, isDone: boolean, text: string) => void;
  log: Log;
}

export interface Outcome {
  acked: ReadonlySet<string>;
  /** Nodes that have sent a result. */
  answered: ReadonlySet<string>;
}

/** Returns null if this peer has no group key yet. */
export async function callNodes(call: Call): Promise<Outcome | null> {
  const { port, multicast, standing, log, task } = call;
  const socket = await LanSocket.open({
    port,
    multicast,
    isListening: false,
    onDatagram: (data, from) => courier.receive(data, from),
    onProblem: (message) => log('debug', 'LAN', { message }),
  });
  const courier = new LanCourier(systemRuntime(log), standing, (datagram, to) =>
    socket.transmit(datagram, to),
  );
  const answered = new Set<string>();
  let whenAllAnswered = () => {};
  let isAcked: ReadonlySet<string> | null = null;
  let id: Uint8Array | null = null;
  courier.onMessage = ({ from, answers, task: state, body }) => {
    if (answers === null || id === null || Buffer.compare(answers, id) !== 0 || answered.has(from)) return;
    answered.add(from);
    call.onResult(from, state === 'done', Buffer.from(body).toString('utf8'));
    if (isAcked !== null && answered.size >= isAcked.size) whenAllAnswered();
  };
  try {
    const acked = await new Promise<ReadonlySet<string> | null>((resolve) => {
      const { expected, onAck } = call;
      id = courier.send({ task, body: Buffer.from(call.text), to: null, expected, onAck, done: resolve });
      if (id === null) resolve(null);
    });
    if (acked === null) return null;
    isAcked = acked;
    if (task !== '' && answered.size < acked.size)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, call.waitMs);
        whenAllAnswered = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    // Leaves time to acknowledge a retransmission of the last result.
    if (task !== '') await new Promise((resolve) => setTimeout(resolve, 200));
    return { acked, answered };
  } finally {
    courier.stop();
    await socket.close();
  }
}

/** Sends the plain text, without acknowledgement, to programs that know no mesh. */
export async function sendPlain(port: number, multicast: boolean, text: string, log: Log): Promise<void> {
  const onProblem = (message: string) => log('debug', 'LAN', { message });
  const socket = await LanSocket.open({
    port,
    multicast,
    isListening: false,
    onDatagram: () => {},
    onProblem,
  });
  socket.transmit(Buffer.from(text), null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await socket.close();
}
