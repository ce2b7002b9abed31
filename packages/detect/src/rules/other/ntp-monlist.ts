import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { REFLECTION } from '../techniques.ts';

const REQUESTS = 3;
const WINDOW_S = 600;

export const ntpMonlist: Rule = {
  id: 'ntp-monlist',
  title: 'NTP monlist (amplification)',
  severity: 'medium',
  technique: REFLECTION,
  threshold: `${REQUESTS} requests for the client list of a time server (mode 7, request 20 or 42) from one source in ${WINDOW_S / 60} minutes; low from one on`,
  source: 'CVE-2013-5211; CISA TA14-013A',
  exemptions: "None; a single request, such as an administrator's ntpdc sends, has low severity.",
  advice: 'Update the time server or set `disable monitor`; the source address is that of the victim.',
  watch(report) {
    const sources = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      suspect({ what, client, server, time, frame, stream }) {
        if (what !== 'ntp-monlist') return;
        const known = sources.for(client, () => new Recent(WINDOW_S));
        known.add(String(frame), time, frame, stream);
        report({
          key: client,
          time,
          source: client,
          target: server,
          severity: known.size >= REQUESTS ? 'medium' : 'low',
          confidence: 0.8,
          summary: `${known.size} requests with source ${client} to ${server} for its client list`,
          frames: known.frames,
          streams: known.streams,
          facts: { requests: known.size },
        });
      },
    };
  },
};
