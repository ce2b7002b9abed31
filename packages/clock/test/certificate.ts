// Creates a certificate for localhost with openssl, deleted after the test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly folder: string;
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly remove: () => void;
}

export function certificate(): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-clock-'));
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-addext', names];
  execFileSync('openssl', [...request.split(' '), ...files], { stdio: 'ignore' });
  return {
    folder,
    key: readFileSync(join(folder, 'key.pem')),
    cert: readFileSync(join(folder, 'cert.pem')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
