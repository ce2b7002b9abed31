// The persona's certificate: self-signed, as Debian's ssl-cert makes one at installation.
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Persona } from '../persona.ts';

export interface KeyAndCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

const YEAR_MS = 365.25 * 86_400_000;
const made = new Map<string, Promise<KeyAndCertificate>>();

export function certificateOf(persona: Persona): Promise<KeyAndCertificate> {
  let pair = made.get(persona.seed);
  if (pair === undefined) {
    pair = make(persona);
    made.set(persona.seed, pair);
  }
  return pair;
}

async function make({ hostname, domain, bootedAt, seed }: Persona): Promise<KeyAndCertificate> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const asWebKey = (format: 'pkcs8' | 'spki', der: Buffer, uses: KeyUsage[]) =>
    webcrypto.subtle.importKey(format, new Uint8Array(der), algorithm, true, uses);
  const keys = {
    privateKey: await asWebKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), ['sign']),
    publicKey: await asWebKey('spki', publicKey.export({ type: 'spki', format: 'der' }), ['verify']),
  };
  const name = `${hostname}.${domain}`;
  const notBefore = new Date(bootedAt * 1000 - YEAR_MS);
  const cert = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: seed.slice(0, 16),
      name: `CN=${name}`,
      notBefore,
      notAfter: new Date(notBefore.getTime() + 10 * YEAR_MS),
      signingAlgorithm: algorithm,
      keys: keys as never,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
    },
    webcrypto as never,
  );
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert: cert.toString('pem') };
}

type KeyUsage = 'sign' | 'verify';
