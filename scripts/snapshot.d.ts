import type { BuildOptions } from 'esbuild';

export function bundleReader<T>(build: (options: BuildOptions) => T, folder: string): T;
