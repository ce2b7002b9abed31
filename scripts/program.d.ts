export function bundleProgram<T>(build: (options: import('esbuild').BuildOptions) => T, folder: string): T;
