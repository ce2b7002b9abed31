// The identity that the honeypot simulates. Derived once per installation from a secret seed and stable afterwards, so
// that no two look alike: scanners recognise honeypots by constant features.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';

export interface Persona {
  /** 32 bytes in hexadecimal, from which all simulated content is derived. */
  readonly seed: string;
  readonly hostname: string;
  readonly domain: string;
  /** Login names of the users. */
  readonly users: readonly string[];
  readonly address: string;
  readonly mac: string;
  readonly kernel: string;
  readonly memoryMb: number;
  readonly diskGb: number;
  readonly cpus: number;
  /** Boot time in seconds since 1970. */
  readonly bootedAt: number;
  readonly versions: Versions;
  /** The SSH host key in PEM. */
  readonly hostKey: string;
}

export interface Versions {
  readonly ssh: string;
  readonly nginx: string;
  readonly vsftpd: string;
  readonly redis: string;
  readonly mysql: string;
  readonly postgres: string;
}

const HOSTS = [
  'files',
  'backup',
  'web',
  'db',
  'build',
  'mail',
  'stage',
  'print',
  'media',
  'git',
  'wiki',
  'cam',
  'erp',
];
const DOMAINS = ['corp.lan', 'office.lan', 'internal', 'home.arpa', 'intra.net', 'local.lan'];
const USERS = [
  'anna',
  'ben',
  'carla',
  'david',
  'elena',
  'frank',
  'greta',
  'hugo',
  'ines',
  'jonas',
  'karim',
  'lena',
];
/** Versions by Debian release: an impossible combination would give the honeypot away. */
const RELEASES: readonly (Versions & { readonly kernel: string })[] = [
  {
    kernel: '6.1.0-28-amd64',
    ssh: 'OpenSSH_9.2p1 Debian-2+deb12u3',
    nginx: '1.22.1',
    vsftpd: '3.0.3',
    redis: '7.0.15',
    mysql: '8.0.40',
    postgres: '15.10',
  },
  {
    kernel: '5.10.0-33-amd64',
    ssh: 'OpenSSH_8.4p1 Debian-5+deb11u3',
    nginx: '1.18.0',
    vsftpd: '3.0.3',
    redis: '6.0.16',
    mysql: '8.0.36',
    postgres: '13.18',
  },
];

/** Derives a persona. @param seed 64 hexadecimal digits; only the host key is random */
export function makePersona(seed: string, nowSeconds: number): Persona {
  const dice = new Dice(seed);
  const { kernel, ...versions } = dice.pick(RELEASES);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 3072,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    seed,
    hostname: `${dice.pick(HOSTS)}${dice.number(1, 9).toString().padStart(2, '0')}`,
    domain: dice.pick(DOMAINS),
    users: USERS.filter(() => dice.number(0, 2) === 0).slice(0, 4),
    address: `192.168.${dice.number(1, 60)}.${dice.number(10, 240)}`,
    mac: `52:54:00:${Array.from({ length: 3 }, () => dice.number(0, 255).toString(16).padStart(2, '0')).join(':')}`,
    kernel,
    memoryMb: dice.pick([1987, 3914, 7945, 15_987]),
    diskGb: dice.pick([40, 80, 120, 250]),
    cpus: dice.pick([1, 2, 4]),
    bootedAt: nowSeconds - dice.number(3, 60) * 86_400 - dice.number(0, 86_399),
    versions,
    hostKey: privateKey,
  };
}

/** Loads the persona from `folder`, or creates one there with mode 600, because it contains the host key. */
export function loadPersona(folder: string): Persona {
  const path = join(folder, 'persona.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Persona;
  const persona = makePersona(randomBytes(32).toString('hex'), Math.floor(Date.now() / 1000));
  makeFolder(folder, 0o700);
  writeFileSync(path, JSON.stringify(persona, null, 2), { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return persona;
}

/** Deterministic choices: each follows from the seed and the number of choices before. */
class Dice {
  readonly #seed: string;
  #rolls = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** An integer from `low` to `high`, inclusive. */
  number(low: number, high: number): number {
    const hash = createHash('sha256')
      .update(`${this.#seed}/${this.#rolls++}`)
      .digest();
    return low + (hash.readUInt32BE() % (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.number(0, list.length - 1)]!;
  }
}
