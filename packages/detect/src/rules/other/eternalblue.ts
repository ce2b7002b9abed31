import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { REMOTE_EXPLOIT } from '../techniques.ts';

const SUMMARIES = {
  eternalblue: 'continued an NT transaction by one of another kind, as EternalBlue does',
  doublepulsar: 'asked for the backdoor DoublePulsar',
  'doublepulsar-answer': 'found the backdoor DoublePulsar',
};

export const eternalblue: Rule = {
  id: 'eternalblue',
  title: 'EternalBlue or DoublePulsar (MS17-010)',
  severity: 'high',
  technique: REMOTE_EXPLOIT,
  threshold:
    'in SMB 1, a secondary TRANSACTION2 request for an NT transaction, or a TRANSACTION2 request of the reserved kind SESSION_SETUP; critical if that is answered as by the backdoor',
  source:
    'CVE-2017-0144, MS17-010; [MS-CIFS] §2.2.6.15: clients do not send that request; scanners for the backdoor (nmap) do',
  exemptions: 'None: no client sends either.',
  advice:
    'Isolate the source. Install MS17-010 on the target and disable SMB 1; if the backdoor answered, set the target up again.',
  watch(report) {
    return {
      suspect({ what, client, server, serverPort, time, frame, stream }) {
        if (what !== 'eternalblue' && what !== 'doublepulsar' && what !== 'doublepulsar-answer') return;
        const target = endpoint(server, serverPort);
        report({
          key: `${client} ${server}`,
          time,
          source: client,
          target,
          severity: what === 'doublepulsar-answer' ? 'critical' : 'high',
          confidence: 0.95,
          summary: `${client} ${SUMMARIES[what]} on ${target}`,
          frames: [frame],
          streams: [stream],
        });
      },
    };
  },
};
