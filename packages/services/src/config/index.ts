// The configuration's interface.

export { secondsIn } from './duration.ts';
export { exampleToml } from './example.ts';
export {
  ConfigError,
  type ConfigSources,
  defaultConfig,
  loadConfig,
  optionsOf,
  sectionNames,
} from './load.ts';
export { reference } from './reference.ts';
export type { Config } from './schema.ts';
export { bytesIn } from './size.ts';
export { tokenMistake } from './token.ts';
