// Display filters for the names in TLS's logs: versions, cipher suites and alerts are numbers in the packets.
import { fieldNamed } from '@eyrie/dissect';

/** Versions as ssl.log names them. */
const VERSIONS: Readonly<Record<string, number>> = {
  ...{ SSLv3: 0x0300, TLSv10: 0x0301, TLSv11: 0x0302, TLSv12: 0x0303, TLSv13: 0x0304 },
  ...{ DTLSv10: 0xfeff, DTLSv12: 0xfefd, DTLSv13: 0xfefc },
};
const EXTENSION_ONLY: readonly string[] = ['TLSv13', 'DTLSv13'];
const SERVER_HELLO = 2;

/** The answers of servers that chose it: since 1.3 the version stands in an extension (RFC 8446 §4.2.1). */
export function versionFilter(name: string | null): string | null {
  const version = VERSIONS[name ?? ''];
  if (name === null || version === undefined) return null;
  const hs = `${name.startsWith('D') ? 'dtls' : 'tls'}.handshake`;
  const chosen = `${hs}.extensions.supported_version`;
  const is = EXTENSION_ONLY.includes(name)
    ? `${chosen} == ${hex(version)}`
    : `${hs}.version == ${hex(version)} && !${chosen}`;
  return `${hs}.type == ${SERVER_HELLO} && ${is}`;
}

/** The answers of servers that chose it. */
export function cipherFilter(name: string | null): string | null {
  const number = name === null ? undefined : cipherNumbers().get(name);
  return number === undefined
    ? null
    : both(
        (tls) => `${tls}.handshake.type == ${SERVER_HELLO} && ${tls}.handshake.ciphersuite == ${hex(number)}`,
      );
}

export function alertFilter(name: string | null): string | null {
  const number = name === null ? undefined : alertNumbers().get(name);
  return number === undefined ? null : both((tls) => `${tls}.alert_message.desc == ${number}`);
}

/** @param serial hexadecimal; RFC 5280 §4.1.2.2 allows 20 bytes, a longer or a cut one gets no filter */
export function certificateFilter(serial: string): string | null {
  if (!/^(?:[0-9a-f]{2}){1,64}$/i.test(serial)) return null;
  return `x509af.serialNumber == ${serial.toLowerCase().match(/../g)!.join(':')}`;
}

/** A cipher suite or alert is counted over TLS and DTLS together. */
const both = (of: (protocol: string) => string): string => `(${of('tls')}) || (${of('dtls')})`;
const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

const cipherNumbers = numbersBy('tls.handshake.ciphersuite', 0xffff, (name) => name);
const alertNumbers = numbersBy('tls.alert_message.desc', 0xff, (name) =>
  name.toLowerCase().replaceAll(' ', '_'),
);

/** A field's values by their names as in the log, made once they are asked for. */
function numbersBy(
  field: string,
  last: number,
  inLog: (name: string) => string,
): () => ReadonlyMap<string, number> {
  let numbers: Map<string, number> | undefined;
  return () => {
    if (numbers !== undefined) return numbers;
    numbers = new Map();
    for (let value = 0; value <= last; value++) {
      const name = fieldNamed(field)?.nameOf(value);
      if (name !== undefined) numbers.set(inLog(name), value);
    }
    return numbers;
  };
}
