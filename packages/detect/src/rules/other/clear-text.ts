import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { SNIFFING } from '../techniques.ts';

/** Names of anonymous users. */
const NOBODY = new Set(['', 'anonymous', 'ftp', 'guest']);

export const clearText: Rule = {
  id: 'clear-text-credentials',
  title: 'Credentials in clear text',
  severity: 'low',
  technique: SNIFFING,
  threshold: 'one login whose name and password are sent in clear text; the password itself is never kept',
  source: 'CWE-319; FTP, HTTP, IMAP, POP, SMTP, Telnet, Redis, LDAP and PostgreSQL without TLS',
  exemptions: 'Anonymous FTP; challenge and response, where no password crosses the wire.',
  advice: 'Use the encrypted form of the protocol, and change the password: it has been seen.',
  watch(report) {
    return {
      cleartext({ protocol, user, client, server, serverPort, time, frame, stream }) {
        if (NOBODY.has(user.toLowerCase())) return;
        const target = endpoint(server, serverPort);
        report({
          key: `${protocol} ${client} ${target} ${user}`,
          time,
          source: client,
          target,
          confidence: 0.95,
          summary: `${client} logged in to ${protocol} of ${target} as ${user}, password ****, in clear text`,
          frames: [frame],
          streams: [stream],
          facts: { protocol, user },
        });
      },
    };
  },
};
