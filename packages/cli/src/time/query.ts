// `eyrie time query SERVER`: one server, and all that it reports of itself.
import { type NtpPacket, referenceText, type SourceStatus, TimeKeeper } from '@eyrie/clock';
import { FAILED } from '../errors.ts';
import { askRepeatedly, type CompareOptions, serverJson } from './compare.ts';
import { samplesOf, sourcesOf } from './sources.ts';
import { behindText, offsetText, spanText } from './text.ts';

const LEAPS = [
  'no leap second is near',
  'the last minute today has 61 seconds',
  'the last minute today has 59 seconds',
  'not synchronised',
];

export async function query(server: string, options: CompareOptions): Promise<number> {
  const sources = sourcesOf([server], options);
  await askRepeatedly(sources[0]!, samplesOf(options.samples));
  const [state] = new TimeKeeper(sources).verdict().sources;
  const { estimate, packet, fault, rootDistance } = state!;
  if (options.json) {
    console.log(
      JSON.stringify(
        { ...serverJson(state!), reference: packet === null ? null : referenceOf(packet) },
        null,
        2,
      ),
    );
  } else if (estimate === null || packet === null) {
    console.error(`eyrie: ${server}: ${fault ?? 'no answer'}`);
  } else {
    const lines = [
      `server          ${server}`,
      `authenticated   ${authenticationOf(state!)}`,
      `stratum         ${packet.stratum}, follows ${referenceOf(packet)}`,
      `leap            ${LEAPS[packet.leap]}`,
      `offset          ${offsetText(estimate.offset)}, jitter ${spanText(estimate.jitter)}`,
      `delay           ${spanText(estimate.delay)}`,
      `root            delay ${spanText(packet.rootDelay)}, dispersion ${spanText(packet.rootDispersion)}, distance ${spanText(rootDistance)}`,
      `precision       ${spanText(2 ** packet.precision)}`,
    ];
    console.log(`${lines.join('\n')}\n\n${behindText(estimate.offset, rootDistance)}`);
  }
  return estimate === null ? FAILED : 0;
}

function authenticationOf({ isAuthenticated, keyId }: SourceStatus): string {
  if (!isAuthenticated) return 'no: the answer could have been changed in transit (--nts, --keys)';
  return keyId === null ? 'yes, by NTS' : `yes, by key ${keyId}`;
}

/** At stratum 1 a name, beyond it an IPv4 address (RFC 5905 §7.3). */
function referenceOf({ stratum, referenceId }: NtpPacket): string {
  return stratum <= 1 ? referenceText(referenceId) || 'itself' : referenceId.join('.');
}
