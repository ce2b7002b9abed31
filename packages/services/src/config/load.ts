// Loads the configuration from defaults, eyrie.toml, EYRIE_SECTION_KEY and flags, in ascending precedence.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parse, TomlError } from 'smol-toml';
import { type Config, ConfigSchema, type Section } from './schema.ts';

/** An invalid value, name or file; the message names it, its place and what is valid, in one line. */
export class ConfigError extends Error {}

export interface ConfigSources {
  /** Path of --config, which must exist. Default: the usual places, where the file is optional. */
  readonly path?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Values of flags, by section and key. */
  readonly flags?: { readonly [S in Section]?: Readonly<Record<string, unknown>> };
  /** Flag names by `section.key`, where they differ from the key; for error messages. */
  readonly flagNames?: Readonly<Record<string, string>>;
}

type Sections = Record<string, Record<string, unknown>>;

/** @throws ConfigError */
export function loadConfig({
  path,
  env = process.env,
  flags = {},
  flagNames = {},
}: ConfigSources = {}): Config {
  const config = defaultConfig() as unknown as Sections;
  const file = path ?? usualPlaces(env).find((place) => existsSync(place));
  if (file !== undefined) apply(config, readToml(file), file);
  for (const [name, text] of Object.entries(env)) applyVariable(config, name, text);
  for (const [section, values] of Object.entries(flags))
    for (const [key, value] of Object.entries(values ?? {}))
      if (value !== undefined)
        set(config, section, key, value, flagNames[`${section}.${key}`] ?? `--${key.replaceAll('_', '-')}`);
  return config as unknown as Config;
}

/** The defaults of all options. */
export function defaultConfig(): Config {
  return Value.Create(ConfigSchema);
}

/** Paths searched for eyrie.toml, in this order. Relative base directories are ignored (XDG Base Directory 0.8 §3). */
function usualPlaces(env: NodeJS.ProcessEnv): string[] {
  const base = env.XDG_CONFIG_HOME ?? '';
  const home = isAbsolute(base) ? base : join(homedir(), '.config');
  return [join(home, 'eyrie', 'eyrie.toml'), '/etc/eyrie/eyrie.toml'];
}

function readToml(path: string): Sections {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path}: ${whyUnread(error as NodeJS.ErrnoException)}`);
  }
  try {
    return parse(text) as Sections;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw new ConfigError(`${path}:${error.line}:${error.column}: ${reason}`);
  }
}

function whyUnread({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file; check the name';
  if (code === 'EACCES') return 'you may not read this file; ask its owner, or run with more rights';
  return `cannot be read: ${message}`;
}

function apply(config: Sections, from: Sections, where: string): void {
  for (const [section, values] of Object.entries(from)) {
    if (typeof values !== 'object' || values === null)
      throw new ConfigError(
        `${where}: ${section} is outside of any section; there are ${sectionNames().join(', ')}`,
      );
    for (const [key, value] of Object.entries(values))
      set(config, section, key, value, `${where}: ${section}.${key}`);
  }
}

/** Ignores variables that name no option, such as EYRIE_CAPTURES. */
function applyVariable(config: Sections, name: string, text: string | undefined): void {
  if (text === undefined || !name.startsWith('EYRIE_')) return;
  for (const section of sectionNames()) {
    const start = `EYRIE_${section.toUpperCase()}_`;
    if (!name.startsWith(start)) continue;
    const key = name.slice(start.length).toLowerCase();
    if (key in optionsOf(section)) set(config, section, key, text, name);
  }
}

function set(config: Sections, section: string, key: string, value: unknown, where: string): void {
  const options = sectionNames().some((name) => name === section) ? optionsOf(section) : undefined;
  if (options === undefined)
    throw new ConfigError(`${where}: there is no section ${section}; there are ${sectionNames().join(', ')}`);
  const schema = options[key];
  if (schema === undefined)
    throw new ConfigError(
      `${where}: there is no such option; section ${section} has ${Object.keys(options).join(', ')}`,
    );
  const converted = typeof value === 'string' ? Value.Convert(schema, value) : value;
  if (!Value.Check(schema, converted))
    throw new ConfigError(`${where}: ${JSON.stringify(value)}: must be ${wanted(schema)}`);
  config[section]![key] = converted;
}

/** Describes the valid values: `a whole number from 0 to 65535 (ms)`. */
export function wanted(schema: TSchema): string {
  const { minimum, maximum, unit, oneOfTexts, default: standard, type } = schema;
  if (oneOfTexts !== undefined) return `one of ${oneOfTexts.join(', ')}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return `a text such as ${JSON.stringify(standard)}`;
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const bounds = minimum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  return `${kind}${bounds}${unit === undefined ? '' : ` (${unit})`}`;
}

export function sectionNames(): Section[] {
  return Object.keys(ConfigSchema.properties) as Section[];
}

export function optionsOf(section: string): Readonly<Record<string, TSchema>> {
  return ConfigSchema.properties[section as Section].properties as Record<string, TSchema>;
}
