import { endpoint, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { ACTIVE_SCANNING } from '../techniques.ts';
import { SCANNERS } from './signatures.ts';

const MISSES = 40;
const MISS_SHARE = 0.7;
const WINDOW_S = 120;

interface Visit {
  readonly misses: Recent;
  /** Responses, and those of them that were misses; both are halved in each window, so that the present counts. */
  answers: number;
  missed: number;
  since: number;
  tool: string;
}

export const webScan: Rule = {
  id: 'web-scan',
  title: 'Web scan',
  severity: 'medium',
  technique: ACTIVE_SCANNING,
  threshold: `requests for ${MISSES} different pages that do not exist or are forbidden within ${WINDOW_S} s, and ${MISS_SHARE * 100} % such responses; or the user agent of a known scanner`,
  source:
    'Zeek and ModSecurity count status 404 per client; gobuster, nikto and dirb request thousands of pages',
  exemptions: 'Sites with dead links, where most pages exist. A repeated page counts once.',
  advice: 'Block the source, and check which of its requests were answered with 200.',
  watch(report) {
    const visits = new Bounded<Visit>(KEYS_MAX, ({ misses }) => misses.size);
    const asked = new Bounded<string[]>(KEYS_MAX, ({ length }) => length);
    return {
      http({ step, client, server, serverPort, uri, userAgent, status, time, frame, stream }) {
        const target = endpoint(server, serverPort);
        const visit = visits.for(`${client} ${target}`, () => ({
          misses: new Recent(WINDOW_S),
          answers: 0,
          missed: 0,
          since: time,
          tool: '',
        }));
        if (step === 'request') {
          const pages = asked.for(String(stream), () => []);
          if (pages.length < 100) pages.push(uri.split('?')[0]!);
          const tool = SCANNERS.exec(userAgent)?.[0];
          if (tool === undefined || visit.tool !== '') return;
          visit.tool = tool;
          report({
            key: `${client} ${target} tool`,
            time,
            source: client,
            target,
            confidence: 0.95,
            summary: `${client} scanned ${target} with ${tool}`,
            frames: [frame],
            streams: [stream],
            facts: { tool },
          });
          return;
        }
        const page = asked.get(String(stream))?.shift() ?? String(frame);
        if (status < 200) return;
        const windows = Math.floor(Math.abs(time - visit.since) / WINDOW_S);
        if (windows > 0) {
          visit.answers /= 2 ** windows;
          visit.missed /= 2 ** windows;
          visit.since = time;
        }
        visit.answers++;
        if (status !== 404 && status !== 403) return;
        visit.missed++;
        visit.misses.add(page, time, frame, stream);
        if (visit.misses.size < MISSES || visit.missed < MISS_SHARE * visit.answers) return;
        report({
          key: `${client} ${target}`,
          time,
          source: client,
          target,
          confidence: 0.85,
          summary: `${client} requested from ${target} ${visit.misses.size} pages that do not exist within ${spanText(visit.misses.last - visit.misses.first)}${visit.tool === '' ? '' : ` (${visit.tool})`}`,
          frames: visit.misses.frames,
          streams: visit.misses.streams,
          facts: { pages: visit.misses.size },
        });
      },
    };
  },
};
