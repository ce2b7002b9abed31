import type { EventOf } from '../../events/events.ts';
import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PUBLIC_EXPLOIT } from '../techniques.ts';
import { decode, valuesOf } from './decode.ts';
import { SIGNATURES, type WebAttack } from './signatures.ts';

const SHOWN = 100;

interface Series {
  requests: number;
  readonly frames: number[];
  readonly streams: number[];
  example: string;
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
    const waiting = new Bounded<WebAttack>(KEYS_MAX);

    function speak(event: EventOf<'http'>, attack: WebAttack, isRefused: boolean): void {
      const { client, server, serverPort, time, method } = event;
      const key = `${attack} ${client} ${server} ${serverPort}`;
      const known = series.get(key)!;
      report({
        key,
        time,
        source: client,
        target: endpoint(server, serverPort),
        severity: isRefused ? 'medium' : 'high',
        confidence: 0.9,
        summary: `${attack}: ${client} sent ${endpoint(server, serverPort)} ${known.requests === 1 ? 'a request' : `${known.requests} requests`} such as ${known.example || method}`,
        frames: known.frames,
        streams: known.streams,
        facts: { attack, requests: known.requests },
      });
    }

    return {
      http(event) {
        const { step, client, server, serverPort, stream, frame, status, method, uri } = event;
        if (step === 'response') {
          const attack = waiting.get(String(stream));
          if (attack === undefined || status < 200) return;
          waiting.delete(String(stream));
          speak(event, attack, status >= 400 && status < 500);
          return;
        }
        const attack = attackIn(event);
        if (attack === null) return;
        const known = series.for(`${attack} ${client} ${server} ${serverPort}`, () => ({
          requests: 0,
          frames: [],
          streams: [],
          example: `${method} ${uri.length > SHOWN ? `${uri.slice(0, SHOWN)}…` : uri}`,
        }));
        known.requests++;
        if (known.frames.length < 12) {
          known.frames.push(frame);
          if (!known.streams.includes(stream)) known.streams.push(stream);
        }
        waiting.set(String(stream), attack);
        // An attempt so far; the response may raise its severity.
        speak(event, attack, true);
      },
    };
  },
};

export function attackIn({
  uri,
  body,
  headers,
}: Pick<EventOf<'http'>, 'uri' | 'body' | 'headers'>): WebAttack | null {
  const values = valuesOf(uri, body);
  const inQuery = body === '' ? values : valuesOf(uri, '');
  const lines = headers.map(decode);
  for (const { attack, pattern, in: where } of SIGNATURES) {
    if (where !== 'headers' && (where === 'query' ? inQuery : values).some((value) => pattern.test(value)))
      return attack;
    if ((where === 'headers' || where === 'both') && lines.some((line) => pattern.test(line))) return attack;
  }
  return null;
}
