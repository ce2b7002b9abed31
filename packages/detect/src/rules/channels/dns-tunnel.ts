import type { DnsEvent } from '../../events/events.ts';
import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Report, Rule, Watcher } from '../rule.ts';
import { ALTERNATIVE_EXFILTRATION, DNS_CHANNEL } from '../techniques.ts';
import { isOrdinary, partsOf } from './dns-names.ts';

const WINDOW_S = 600;
/** Number of distinct names below one domain that indicates a channel, by their average length in characters. */
const LIMITS: readonly (readonly [characters: number, names: number])[] = [
  [60, 25],
  [30, 50],
  [15, 400],
];
/** Record types requested only by tunnels: NULL (RFC 1035 §3.3.10, experimental), and one for private use. */
const ODD_TYPES = new Set([10, 65399]);
const ODD_NAMES = 10;
/** Bytes by which an average answer exceeds its question if it carries data. */
const ANSWER_BYTES = 40;

interface Domain {
  readonly names: Recent;
  /** Distinct names requested with a type that only tunnels use. */
  odd: number;
  /** Distinct names ever seen, and their characters in total. */
  added: number;
  characters: number;
  questionBytes: number;
  questions: number;
  answerBytes: number;
  answers: number;
}

const THRESHOLD = `within ${WINDOW_S / 60} minutes, ${LIMITS.map(([characters, names]) => `${names} distinct names of ${characters} characters or more on average`).join(', or ')}, from one client below one domain; or ${ODD_NAMES} names of type NULL`;
const EXEMPTIONS =
  'Some fifty domains of content delivery networks, antivirus vendors and block lists; reverse look-ups; multicast DNS. A repeated name counts once.';

/** The counters of both rules, which differ in whether answers carry data. */
function watchNames(
  speak: (report: Report, domain: Domain, event: DnsEvent, base: string, isMany: boolean) => void,
): (report: Report) => Watcher {
  return (report) => {
    const domains = new Bounded<Domain>(KEYS_MAX, ({ names }) => names.size);
    return {
      dns(event) {
        const { client, name, type, isResponse, bytes, time, frame, stream, serverPort } = event;
        if (serverPort === 5353 || serverPort === 5355 || serverPort === 137) return;
        const parts = partsOf(name);
        if (parts === null || isOrdinary(parts.base)) return;
        const domain = domains.for(`${client} ${parts.base}`, () => ({
          names: new Recent(WINDOW_S),
          odd: 0,
          added: 0,
          characters: 0,
          questionBytes: 0,
          questions: 0,
          answerBytes: 0,
          answers: 0,
        }));
        if (isResponse) {
          domain.answers++;
          domain.answerBytes += bytes;
        } else {
          domain.questions++;
          domain.questionBytes += bytes;
        }
        // In a one-way capture the names come from the answers.
        if (parts.data !== '' && (!isResponse || domain.questions === 0)) {
          if (!domain.names.items.has(parts.data)) {
            domain.added++;
            if (ODD_TYPES.has(type)) domain.odd++;
            domain.characters += parts.data.length;
          }
          domain.names.add(parts.data, time, frame, stream);
        }
        const mean = domain.characters / Math.max(1, domain.added);
        const limit = LIMITS.find(([characters]) => mean >= characters);
        const isMany = limit !== undefined && domain.names.size >= limit[1];
        if (isMany || domain.odd >= ODD_NAMES) speak(report, domain, event, parts.base, isMany);
      },
    };
  };
}

function carriesBack({ answers, answerBytes, questions, questionBytes }: Domain): boolean {
  return answers > 0 && answerBytes / answers > questionBytes / Math.max(1, questions) + ANSWER_BYTES;
}

export const dnsTunnel: Rule = {
  id: 'dns-tunnel',
  title: 'DNS tunnel',
  severity: 'high',
  technique: DNS_CHANNEL,
  threshold: `${THRESHOLD}; and answers on average ${ANSWER_BYTES} bytes longer than their questions`,
  source:
    'RITA (unique subdomains of a domain), nDPI (labels over 48 characters); iodine and dnscat2 use 30 to 200 characters a name',
  exemptions: EXEMPTIONS,
  advice:
    'Find the querying program on the client; block the domain at the resolver, and allow clients no other resolver.',
  watch: watchNames((report, domain, { client, server, time }, base) => {
    if (!carriesBack(domain)) return;
    const { names, characters } = domain;
    report({
      key: `${client} ${base}`,
      time,
      source: client,
      target: `${base} via ${server}`,
      confidence: 0.9,
      summary: `${client} queried ${names.size} distinct names below ${base} within ${spanText(names.last - names.first)}, ${Math.round(characters / domain.added)} characters each, and received data in the answers`,
      frames: names.frames,
      streams: names.streams.slice(0, 1),
      facts: { domain: base, names: names.size, bytesUp: characters, bytesDown: domain.answerBytes },
    });
  }),
};

export const dnsExfiltration: Rule = {
  id: 'dns-exfiltration',
  title: 'Exfiltration through DNS (one-way DNS tunnel)',
  severity: 'high',
  technique: ALTERNATIVE_EXFILTRATION,
  threshold: `${THRESHOLD}; and answers without data`,
  source: 'RITA (unique subdomains of a domain); only the questions carry data',
  exemptions: EXEMPTIONS,
  advice:
    'Find the querying program on the client, and the data it could read; block the domain at the resolver.',
  watch: watchNames((report, domain, { client, server, time }, base, isMany) => {
    // Record types that only tunnels use are reported by dns-tunnel.
    if (!isMany || carriesBack(domain)) return;
    const { names, characters } = domain;
    report({
      key: `${client} ${base}`,
      time,
      source: client,
      target: `${base} via ${server}`,
      confidence: 0.75,
      summary: `${client} sent ${characters} characters in ${domain.added} names below ${base} within ${spanText(names.last - names.first)}`,
      frames: names.frames,
      streams: names.streams.slice(0, 1),
      facts: { domain: base, names: names.size, bytesUp: characters },
    });
  }),
};
