// Derives the published package.json from the workspace's: built files instead of sources, no development fields.

export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export interface Extras {
  /** Files and folders besides dist and README.md. */
  readonly files?: readonly string[];
  readonly man?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Its dependencies are bundled. */
  readonly isBundled?: boolean;
}

const NODE_MIN = '>=24';

export function publishedManifest(manifest: WorkspaceManifest, extras: Extras = {}): object {
  const { name, version, description, license, type, bin, exports, dependencies = {} } = manifest;
  const { files = [], man, scripts, dependencies: more = {}, isBundled = false } = extras;
  return {
    ...{ name, version, description, license, type },
    engines: { node: NODE_MIN },
    files: [...(exports === undefined && bin === undefined ? [] : ['dist']), ...files],
    ...(bin === undefined ? {} : { bin }),
    ...(man === undefined ? {} : { man }),
    ...(scripts === undefined ? {} : { scripts }),
    ...(exports === undefined ? {} : { exports: builtExports(exports) }),
    ...(isBundled ? {} : { dependencies: { ...dependencies, ...more } }),
    publishConfig: { access: 'public' },
  };
}

/** Maps `./src/index.ts` to `./dist/index.js` and its types; `types` must come first (TypeScript, "exports"). */
function builtExports(exports: Readonly<Record<string, string>>): object {
  const entries = Object.entries(exports).map(([path, source]) => {
    const built = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
    return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  return { ...Object.fromEntries(entries), './package.json': './package.json' };
}
