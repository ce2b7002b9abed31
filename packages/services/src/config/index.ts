// The configuration's interface.

export { exampleToml } from './example.ts';
export { ConfigError, type ConfigSources, loadConfig, optionsOf, sectionNames, usualPlaces } from './load.ts';
export { reference } from './reference.ts';
export type { Config, Section } from './schema.ts';
export { tokenMistake } from './token.ts';
