// Events for others: syslog over UDP (RFC 5424, RFC 5426) and webhooks. Neither may slow the honeypot down.
import { createSocket } from 'node:dgram';
import { hostname } from 'node:os';
import { type HoneypotEvent, toEcs, toLine } from './event.ts';

export interface ForwardOptions {
  /** HOST:PORT. */
  readonly syslog?: string;
  readonly webhook?: string;
}

/** Facility "log audit", severities "notice" and "informational" (RFC 5424 §6.2.1). */
const FACILITY = 13;
const NOTICE = 5;
const INFORMATIONAL = 6;
const SYSLOG_BYTES_MAX = 1024;
/** Events that wait for the webhook; beyond it the oldest are dropped and counted in the next post. */
const WAITING_MAX = 1000;
const POST_MS = 1000;
const TIMEOUT_MS = 5000;
/** Not worth a call: everybody who connects does this. */
const QUIET = new Set(['connect', 'disconnect']);

export interface Forwarder {
  send(event: HoneypotEvent): void;
  close(): Promise<void>;
}

export function forward(options: ForwardOptions): Forwarder {
  const parts = [
    ...(options.syslog === undefined ? [] : [syslog(options.syslog)]),
    ...(options.webhook === undefined ? [] : [webhook(options.webhook)]),
  ];
  return {
    send: (event) => {
      for (const part of parts) part.send(event);
    },
    close: async () => {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}

function syslog(target: string): Forwarder {
  const colon = target.lastIndexOf(':');
  const host = target.slice(0, colon).replace(/^\[|\]$/g, '');
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref();
  socket.on('error', () => {}); // Syslog over UDP promises nothing.
  return {
    send: (event) => {
      const severity = QUIET.has(event.type) ? INFORMATIONAL : NOTICE;
      const time = new Date(event.time).toISOString();
      const head = `<${FACILITY * 8 + severity}>1 ${time} ${hostname()} eyrie-honeypot ${process.pid} ${event.type} -`;
      socket.send(
        Buffer.from(`${head} ${toLine(event)}`).subarray(0, SYSLOG_BYTES_MAX),
        Number(target.slice(colon + 1)),
        host,
      );
    },
    close: () => new Promise((done) => socket.close(() => done())),
  };
}

/** Posts arrays of events as JSON, once a second at most. */
function webhook(url: string): Forwarder {
  let waiting: object[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  let posting: Promise<void> = Promise.resolve();
  const post = async () => {
    timer = null;
    const events = waiting;
    waiting = [];
    const body = JSON.stringify({ events, dropped });
    dropped = 0;
    try {
      const headers = { 'content-type': 'application/json' };
      await fetch(url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
    } catch {
      dropped += events.length;
    }
  };
  return {
    send: (event) => {
      if (QUIET.has(event.type)) return;
      if (waiting.length >= WAITING_MAX) {
        waiting.shift();
        dropped++;
      }
      waiting.push(toEcs(event));
      timer ??= setTimeout(() => {
        posting = posting.then(post);
      }, POST_MS);
    },
    close: async () => {
      if (timer !== null) {
        clearTimeout(timer);
        posting = posting.then(post);
      }
      await posting;
    },
  };
}
