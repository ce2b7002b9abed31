import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { KERBEROASTING } from '../techniques.ts';

const SERVICES = 10;
const WINDOW_S = 60;
/** RC4-HMAC and its export form (RFC 4757), whose key is the hash of the password without salt or iterations. */
const WEAK = new Set([23, 24]);
/** Services that run as the computer, whose password is long and random. */
const OF_COMPUTERS = new Set([
  ...['krbtgt', 'host', 'restrictedkrbhost', 'cifs', 'ldap', 'gc', 'dns', 'rpcss', 'rpc', 'wsman', 'termsrv'],
  ...['exchangemdb', 'exchangerfr', 'exchangeab', 'smtpsvc', 'imap4', 'imap', 'pop3', 'pop'],
  ...[
    'msserverclustermgmtapi',
    'msservercluster',
    'microsoft virtual console service',
    'hyper-v replica service',
  ],
  // Replication of directories and of files between domain controllers.
  ...['e3514235-4b06-11d1-ab04-00c04fc2dcd2', 'dfsr-12f9a27c-bf97-4787-9364-d31b6c55eb04'],
]);

export const kerberoasting: Rule = {
  id: 'kerberoasting',
  title: 'Kerberoasting',
  severity: 'high',
  technique: KERBEROASTING,
  threshold: `one user of a client gets tickets under RC4 for ${SERVICES} different services within ${WINDOW_S} s`,
  source:
    'MITRE ATT&CK T1558.003: tools such as GetUserSPNs and Rubeus ask for all service accounts at once, under RC4, whose tickets are quickest to guess',
  exemptions:
    'Tickets under AES; services that run as the computer (host, cifs, ldap, those of Exchange …), whose password nobody guesses, and names of computers.',
  advice:
    'Find the program on the client. Give the service accounts long random passwords (gMSA), and allow them AES only.',
  watch(report) {
    const given = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      ticket({ client, user, server, service, encryption, time, frame, stream }) {
        if (!WEAK.has(encryption) || isOfComputer(service)) return;
        const services = given.for(`${client} ${user.toLowerCase()}`, () => new Recent(WINDOW_S));
        services.add(service.toLowerCase(), time, frame, stream);
        const { size, first, last } = services;
        if (size < SERVICES) return;
        report({
          key: `${client} ${user.toLowerCase()}`,
          time,
          source: client,
          target: server,
          confidence: 0.85,
          summary: `${user === '' ? client : `${user} of ${client}`} got tickets under RC4 for ${size} services within ${spanText(last - first)}, such as ${[...services.items.keys()].slice(0, 3).join(', ')}`,
          frames: services.frames,
          streams: services.streams,
          facts: { services: size },
        });
      },
    };
  },
};

function isOfComputer(service: string): boolean {
  return service.endsWith('$') || OF_COMPUTERS.has(service.toLowerCase().split('/', 1)[0]!);
}
