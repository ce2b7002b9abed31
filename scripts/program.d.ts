export function bundleProgram(build: typeof import('esbuild').build, folder: string): Promise<string[]>;
