// Forwards events to syslog and webhooks, without blocking the honeypot.
import { Syslog, Webhook } from '../alerts/index.ts';
import { type HoneypotEvent, toEcs, toLine } from './event.ts';

export interface ForwardOptions {
  /** HOST:PORT. */
  readonly syslog?: string;
  readonly webhook?: string;
}

/** Event types not forwarded: every connection has them. */
const QUIET = new Set(['connect', 'disconnect']);

export interface Forwarder {
  send(event: HoneypotEvent): void;
  close(): Promise<void>;
}

/** @param onTrouble called when posts begin to fail, and with null when they succeed again */
export function forward(options: ForwardOptions, onTrouble?: (trouble: string | null) => void): Forwarder {
  const syslog = options.syslog === undefined ? null : new Syslog(options.syslog, 'eyrie-honeypot');
  const webhook = options.webhook === undefined ? null : new Webhook(options.webhook, onTrouble);
  return {
    send: (event) => {
      const isQuiet = QUIET.has(event.type);
      const severity = isQuiet ? 'informational' : 'notice';
      syslog?.send({ severity, time: event.time, kind: event.type, text: toLine(event) });
      if (!isQuiet) webhook?.send(toEcs(event));
    },
    close: async () => {
      await Promise.all([syslog?.close(), webhook?.close()]);
    },
  };
}
