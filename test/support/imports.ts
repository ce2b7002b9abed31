// What a TypeScript file imports, and whether its package may.

import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Layer, Manifest } from './repository.ts';

interface Import {
  specifier: string;
  typeOnly: boolean;
}

// Static imports begin a line, as Biome formats them; quotes cannot stand between the keyword and `from`.
const STATIC = /^(import|export)(\s+type)?\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"`]([^'"`]+)['"`]/g;

export function importsOf(source: string): Import[] {
  const found: Import[] = [];
  for (const match of source.matchAll(STATIC)) {
    found.push({ specifier: match[3]!, typeOnly: match[2] !== undefined });
  }
  for (const match of source.matchAll(BARE)) found.push({ specifier: match[1]!, typeOnly: false });
  for (const match of source.matchAll(DYNAMIC)) found.push({ specifier: match[1]!, typeOnly: false });
  return found;
}

/** One line for each import of `source` (the file at `path`, in packages/) that its package may not make. */
export function forbiddenImports(path: string, source: string, layer: Layer, manifest: Manifest): string[] {
  const folder = path.split('/').slice(0, 2).join('/');
  const declared = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };

  function whyNot({ specifier, typeOnly }: Import): string | null {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      return target.startsWith(`${folder}/`) ? null : 'reaches into another package: import it by name';
    }
    if (layer.pure) return 'it imports nothing, so that it runs in a browser';
    if (isBuiltin(specifier)) return null;

    const name = packageName(specifier);
    if (!(name in declared)) return `${name} is not in the dependencies of ${folder}/package.json`;
    if (!name.startsWith('@eyrie/')) return null;

    const other = name.slice('@eyrie/'.length);
    if (layer.imports.includes(other)) return null;
    if (!layer.types?.includes(other)) return `its package may not import ${other}: imports only go down`;
    return typeOnly ? null : `only types of ${other} may be imported here: import type`;
  }

  return importsOf(source).flatMap((found) => {
    const reason = whyNot(found);
    return reason === null ? [] : [`${path} imports '${found.specifier}': ${reason}`];
  });
}

/** `@scope/name/deep/file` belongs to `@scope/name`, `name/deep` to `name`. */
function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
