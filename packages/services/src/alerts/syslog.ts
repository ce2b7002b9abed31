// Sends messages to a syslog server over UDP (RFC 5424, RFC 5426): without delivery guarantee, and never blocking.
import { createSocket } from 'node:dgram';
import { hostname } from 'node:os';

/** Facility "log audit" (RFC 5424 §6.2.1). */
const FACILITY = 13;
/** Bytes of a message. Receivers must accept 480 and should accept 2048 (RFC 5424 §6.1). */
const BYTES_MAX = 1024;

const CONTROLS = /[\x00-\x1f\x7f]/g;

const SEVERITY_CODES = { critical: 2, error: 3, warning: 4, notice: 5, informational: 6 } as const;

export interface SyslogLine {
  readonly severity: keyof typeof SEVERITY_CODES;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** MSGID (RFC 5424 §6.2.7): one word. */
  readonly kind: string;
  readonly text: string;
}

export class Syslog {
  readonly #socket;
  readonly #host: string;
  readonly #port: number;
  readonly #program: string;
  #isClosed = false;

  /**
   * @param target HOST:PORT, an IPv6 address in brackets
   * @param onTrouble called with the reason when a message cannot be sent (an unknown host, say); once per reason
   */
  constructor(target: string, program: string, onTrouble: (trouble: string) => void = () => {}) {
    const colon = target.lastIndexOf(':');
    this.#host = target.slice(0, colon).replace(/^\[|\]$/g, '');
    this.#port = Number(target.slice(colon + 1));
    this.#program = program;
    this.#socket = createSocket(this.#host.includes(':') ? 'udp6' : 'udp4').unref();
    let last = '';
    this.#socket.on('error', ({ message }) => {
      if (message !== last) onTrouble(message);
      last = message;
    });
  }

  /** Does nothing after `close`: visits that are being ended still report. */
  send({ severity, time, kind, text }: SyslogLine): void {
    if (this.#isClosed) return;
    const priority = FACILITY * 8 + SEVERITY_CODES[severity];
    const head = `<${priority}>1 ${new Date(time).toISOString()} ${hostname()} ${this.#program} ${process.pid} ${kind} -`;
    // Line breaks in an attacker's text must not forge a log line at the receiver.
    this.#socket.send(
      Buffer.from(`${head} ${text.replace(CONTROLS, ' ')}`).subarray(0, BYTES_MAX),
      this.#port,
      this.#host,
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    return new Promise((done) => this.#socket.close(() => done()));
  }
}

export function isSyslogTarget(text: string): boolean {
  const port = Number(/^\S+:(\d+)$/.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}
