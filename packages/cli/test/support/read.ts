// `eyrie read` for tests of what it prints: in a thread that stays for the next one. A process for each would take longer to load
// the dissector than to read a sample. Tests of the process itself, its exit and its pipes start one.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

const EYRIE = join(import.meta.dirname, '../../bin/eyrie.js');
/** They change tables or the environment of the whole process, or read its standard input: such a command has a process of its own. */
const ALONE = /^(-|-d.*|--decode-as.*|--(disable|enable|only)-.*|--key(=.*)?|--processes.*)$/;
const OUTPUT_BYTES_MAX = 1 << 28;
/** For one that hangs. */
const WAIT_MS = 180_000;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `eyrie read` with these arguments prints, and its exit status. Blocks. */
export function eyrieRead(args: readonly string[]): Ended {
  if (args.some((each) => ALONE.test(each)))
    return spawnSync(process.execPath, [EYRIE, 'read', ...args], {
      encoding: 'utf8',
      maxBuffer: OUTPUT_BYTES_MAX,
    });
  reader ??= new Reader();
  return reader.read(args);
}

let reader: Reader | undefined;

class Reader {
  readonly #worker;
  readonly #port;
  /** 1 once the answer is there. */
  readonly #done = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#worker = new Worker(new URL('read-thread.ts', import.meta.url), {
      workerData: { port: port2, done: this.#done },
      transferList: [port2],
    });
    // It ends with the process.
    this.#worker.unref();
    port1.unref();
    this.#port = port1;
  }

  read(args: readonly string[]): Ended {
    Atomics.store(this.#done, 0, 0);
    this.#port.postMessage(args);
    Atomics.wait(this.#done, 0, 0, WAIT_MS);
    const answer = receiveMessageOnPort(this.#port);
    if (answer === undefined) {
      // What it still answers must not be taken for the answer to the next one.
      reader = undefined;
      void this.#worker.terminate();
      throw new Error(`no answer to eyrie read ${args.join(' ')}`);
    }
    return answer.message as Ended;
  }
}
