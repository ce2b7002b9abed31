// The SBOM of runtime dependencies in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), from package-lock.json. It has
// no timestamp or serial number, so that it is reproducible.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, Locked>>;

export function sbom(): object {
  const { version, packages }: { version: string; packages: Lock } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const paths = Object.keys(packages).filter((path) => isRunning(path, packages[path]!));
  const byRef = new Map(paths.map((path) => [refOf(path, packages), path]));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'eyrie',
        name: 'eyrie',
        version,
        licenses: licensesOf('Apache-2.0'),
      },
    },
    components: [...byRef].map(([ref, path]) => component(ref, path, packages[path]!)),
    dependencies: [
      { ref: 'eyrie', dependsOn: [...byRef].filter(([, path]) => isOurs(path)).map(([ref]) => ref) },
      ...[...byRef].map(([ref, path]) => ({ ref, dependsOn: needsOf(path, packages, byRef) })),
    ],
  };
}

/** Workspaces and their runtime dependencies, without links and development dependencies. */
function isRunning(path: string, { dev, link }: Locked): boolean {
  return path !== '' && dev !== true && link !== true;
}

function isOurs(path: string): boolean {
  return path.startsWith('packages/') && !path.includes('node_modules');
}

function nameOf(path: string, { name }: Locked): string {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Package URL (https://github.com/package-url/purl-spec): the @ of a scope is encoded as %40. */
function refOf(path: string, lock: Lock): string {
  const { version = '' } = lock[path]!;
  return `pkg:npm/${nameOf(path, lock[path]!).replace('@', '%40')}@${version}`;
}

function component(ref: string, path: string, locked: Locked): object {
  const { version, license, integrity, optional } = locked;
  const [group, name] = nameOf(path, locked).startsWith('@')
    ? nameOf(path, locked).split('/')
    : [null, nameOf(path, locked)];
  const sha512 = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  return {
    type: 'library',
    'bom-ref': ref,
    ...(group === null ? {} : { group }),
    ...{ name, version, purl: ref, scope: optional === true ? 'optional' : 'required' },
    ...(license === undefined ? {} : { licenses: licensesOf(license) }),
    ...(sha512 === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] }),
  };
}

function licensesOf(license: string): object[] {
  return /[ ()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

function needsOf(path: string, lock: Lock, byRef: ReadonlyMap<string, string>): string[] {
  const { dependencies = {}, optionalDependencies = {} } = lock[path]!;
  const refs = Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => {
    const found = placeOf(name, path, lock);
    return found === null ? [] : [refOf(found, lock)];
  });
  return [...new Set(refs)].filter((ref) => byRef.has(ref)).sort();
}

/** Node's resolution: the package's own folder, then upwards. Null: optional and not installed on any platform here. */
function placeOf(name: string, from: string, lock: Lock): string | null {
  for (let folder = from; ; ) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const found = lock[place];
    if (found !== undefined) return found.link === true ? `packages/${name.slice('@eyrie/'.length)}` : place;
    if (folder === '') return null;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1));
  }
}
