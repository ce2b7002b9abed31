// Bundles the web page: packages/dashboard/src becomes a few precompressed files with content hashes in their names, and
// a manifest. `npm ci` runs this, and `npm start` again if a source has changed.
// Plain JavaScript: it must run on whatever Node `npm ci` was started with.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const room = join(root, 'packages/dashboard');
export const folder = join(room, '.bundle');

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * True if the page is built, and no source has changed since.
 * @returns {boolean}
 */
export function isFresh() {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return false;
  const { sources } = JSON.parse(readFileSync(path, 'utf8'));
  return sources.every(([source, modifiedMs, size]) => {
    const found = statSync(join(root, source), { throwIfNoEntry: false });
    return found !== undefined && found.mtimeMs === modifiedMs && found.size === size;
  });
}

/**
 * @typedef {{ type: string, bytes: number, gzipBytes: number, immutable: boolean }} PageFile
 * @returns {Promise<{ index: string, files: Record<string, PageFile>, sources: [string, number, number][] }>}
 *   `index`, the page's address; `files`, by address; `sources`, what it was made of
 */
export async function bundlePage() {
  const { build, transform } = await import('esbuild');
  // Built beside the old one and then swapped, so that a server never sees a partial build.
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'packages/dashboard/src/main.tsx', theme: 'packages/dashboard/src/theme.ts' },
    outdir: join(made, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    // The first view does not wait for the code of the others.
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2023', 'chrome111', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file', '.svg': 'file' },
    publicPath: '/assets',
    legalComments: 'none',
    plugins: [lazyStyles(transform)],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const outputs = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const html = indexPage(readFileSync(join(room, 'src/index.html'), 'utf8'), metafile);
  const manifest = { index: '/index.html', files: {}, sources: sourcesOf(metafile) };
  for (const { name, contents } of outputs) add(made, manifest, `/assets/${name}`, contents);
  add(made, manifest, '/index.html', Buffer.from(html));
  writeFileSync(join(made, 'manifest.json'), JSON.stringify(manifest, null, 1));
  rmSync(folder, { recursive: true, force: true });
  renameSync(made, folder);
  return manifest;
}

/** Styles of what is loaded later come as text with its code, minified: esbuild has one style sheet for each entry point. */
function lazyStyles(transform) {
  return {
    name: 'lazy-styles',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.lazy\.css$/ }, async ({ path }) => {
        const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true });
        return { contents: code.trim(), loader: 'text' };
      }),
  };
}

/** Writes a file and its compressed copy, and adds it to the manifest. */
function add(made, manifest, address, contents) {
  const path = join(made, address);
  const type = types[extname(address)] ?? 'application/octet-stream';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  const file = { type, bytes: contents.length, gzipBytes: contents.length };
  if (!address.endsWith('.woff2')) {
    const gzip = gzipSync(contents, { level: 9 });
    writeFileSync(`${path}.gz`, gzip);
    writeFileSync(`${path}.br`, brotliCompressSync(contents));
    file.gzipBytes = gzip.length;
  }
  // A file with a content hash in its name never changes.
  file.immutable = address.startsWith('/assets/');
  manifest.files[address] = file;
}

/** Inserts the file names into the HTML: the entry points, and preloads of their static imports. */
function indexPage(template, metafile) {
  const outputs = Object.entries(metafile.outputs);
  const entry = (name) => outputs.find(([, out]) => out.entryPoint === `packages/dashboard/src/${name}`);
  const [mainPath, main] = entry('main.tsx');
  const address = (path) => `/assets/${basename(path)}`;
  const imports = main.imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
  const fonts = outputs.map(([path]) => path).filter((path) => /inter-regular.*\.woff2$/.test(path));
  const tags = [
    `<script src="${address(entry('theme.ts')[0])}"></script>`,
    ...fonts.map(
      (path) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="${address(path)}">`,
    ),
    `<link rel="stylesheet" href="${address(main.cssBundle)}">`,
    ...imports.map((path) => `<link rel="modulepreload" href="${address(path)}">`),
    `<script type="module" src="${address(mainPath)}"></script>`,
  ];
  return template.replace('<!-- files -->', () => tags.join('\n    '));
}

function sourcesOf(metafile) {
  const inputs = Object.keys(metafile.inputs).map((path) => resolve(root, path));
  return [...inputs, join(room, 'src/index.html'), fileURLToPath(import.meta.url)]
    .filter((path) => !relative(root, path).startsWith('node_modules'))
    .map((path) => [relative(root, path), statSync(path).mtimeMs, statSync(path).size]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    if (!process.argv.includes('--if-changed') || !isFresh()) await bundlePage();
  } catch (error) {
    console.error(
      `the web page could not be put together (${String(error.message ?? error).split('\n')[0]})`,
    );
  }
}
