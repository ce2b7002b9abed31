import type { HttpEvent } from '../../events/events.ts';
import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PUBLIC_EXPLOIT } from '../techniques.ts';
import { linesOf, valuesOf } from './decode.ts';
import { SIGNATURES, type WebAttack } from './signatures.ts';

const SHOWN = 100;

/** Requests of one client to one server with the same kind of attack. */
interface Series {
  readonly attack: WebAttack;
  readonly client: string;
  readonly server: string;
  readonly serverPort: number;
  /** The first request. */
  readonly example: string;
  requests: number;
  readonly frames: number[];
  readonly streams: number[];
}

export const webAttack: Rule = {
  id: 'web-attack',
  title: 'Web attack',
  severity: 'high',
  technique: PUBLIC_EXPLOIT,
  threshold: `one request with an attack pattern: SQL injection, cross-site scripting, path traversal, command, code or NoSQL injection, request forgery, Shellshock, Log4Shell (${SIGNATURES.length} patterns); medium if the server refuses it (4xx)`,
  source:
    'OWASP Core Rule Set and Snort web rules have the same patterns; CVE-2014-6271, CVE-2021-44228, CVE-2022-22965, CVE-2017-5638',
  exemptions:
    'SQL or shell words without the quotes and operators that make them run; markup in request bodies, which editors send; responses.',
  advice:
    'Check the response in the evidence. If the attack succeeded, isolate the server and find out what it disclosed; otherwise patch it and block the source.',
  watch(report) {
    const series = new Bounded<Series>(KEYS_MAX);
    /** By stream, the series of the last request that was an attack and has no response. */
    const waiting = new Bounded<Series>(KEYS_MAX);

    function speak(known: Series, time: number, isRefused: boolean): void {
      const { attack, client, server, serverPort, requests, example, frames, streams } = known;
      const target = endpoint(server, serverPort);
      report({
        key: `${attack} ${client} ${server} ${serverPort}`,
        time,
        source: client,
        target,
        severity: isRefused ? 'medium' : 'high',
        confidence: 0.9,
        summary: `${attack}: ${client} sent ${target} ${requests === 1 ? 'a request' : `${requests} requests`} such as ${example}`,
        frames,
        streams,
        facts: { attack, requests },
      });
    }

    function responded({ stream, client, status, time }: HttpEvent): void {
      const known = waiting.get(String(stream));
      // Not an interim response (RFC 9110 §15.2), nor one that the client itself sends to hide the server's.
      if (known === undefined || status < 200 || client !== known.client) return;
      waiting.delete(String(stream));
      speak(known, time, status >= 400 && status < 500);
    }

    return {
      http(event) {
        if (event.step === 'response') {
          responded(event);
          return;
        }
        const attack = attackIn(event);
        if (attack === null) return;
        const { client, server, serverPort, stream, frame, method, uri } = event;
        const known = series.for(`${attack} ${client} ${server} ${serverPort}`, () => ({
          attack,
          client,
          server,
          serverPort,
          example: `${method} ${uri.length > SHOWN ? `${uri.slice(0, SHOWN)}…` : uri}`,
          requests: 0,
          frames: [],
          streams: [],
        }));
        known.requests++;
        if (known.frames.length < 12) {
          known.frames.push(frame);
          if (!known.streams.includes(stream)) known.streams.push(stream);
        }
        waiting.set(String(stream), known);
        // An attempt so far; the response may raise its severity.
        speak(known, event.time, true);
      },
    };
  },
};

export function attackIn({
  uri,
  body,
  headers,
}: Pick<HttpEvent, 'uri' | 'body' | 'headers'>): WebAttack | null {
  const values = valuesOf(uri, body);
  const inQuery = body === '' ? values : valuesOf(uri, '');
  const lines = linesOf(headers);
  for (const { attack, pattern, in: where } of SIGNATURES) {
    if (where !== 'headers' && (where === 'query' ? inQuery : values).some((value) => pattern.test(value)))
      return attack;
    if ((where === 'headers' || where === 'both') && lines.some((line) => pattern.test(line))) return attack;
  }
  return null;
}
