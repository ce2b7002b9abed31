import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { REMOTE_EXPLOIT } from '../techniques.ts';

const WINDOW_S = 600;

export const zerologon: Rule = {
  id: 'zerologon',
  title: 'Zerologon',
  severity: 'critical',
  technique: REMOTE_EXPLOIT,
  threshold: 'one NetrServerAuthenticate with a client credential of eight zeros',
  source:
    'CVE-2020-1472: with AES-CFB8 and a challenge of zeros, one in 256 keys gives a credential of zeros; an honest client sends one once in 2^64',
  exemptions: 'Netlogon over encrypted SMB 3 or sealed, which hides its contents.',
  advice:
    'Update the domain controller and enforce secure RPC; check whether and by whom the password of its machine account was changed.',
  watch(report) {
    const tried = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      suspect({ what, client, server, serverPort, time, frame, stream }) {
        if (what !== 'zero-credential') return;
        const target = endpoint(server, serverPort);
        const known = tried.for(`${client} ${server}`, () => new Recent(WINDOW_S));
        known.add(String(frame), time, frame, stream);
        report({
          key: `${client} ${server}`,
          time,
          source: client,
          target,
          confidence: 0.98,
          summary: `${client} tried ${known.total} times to log on to ${target} as a machine, with a credential of zeros`,
          frames: known.frames,
          streams: known.streams,
          facts: { attempts: known.total },
        });
      },
    };
  },
};
