// `-o NAME:VALUE` and `-d LAYER==SELECTOR,PROTOCOL`: tshark's preferences, where they matter here, and decode-as.
import { readFileSync, statSync } from 'node:fs';
import {
  allProtocols,
  DEFAULT_PREFERENCES,
  disableHeuristic,
  disableProtocol,
  heuristicNames,
  nearestOf,
  type Preferences,
  type Protocol,
  protocolFor,
  tableNamed,
  tableNames,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';

const KEY_LOG = /^(?:tls|ssl|wg)\.keylog_file:(.*)$/s;
const COLUMN_FORMAT = /^gui\.column\.format:(.*)$/s;
const KEY_LOG_BYTES_MAX = 256 << 20;

/** The texts of the files that `-o tls.keylog_file:FILE` and `wg.keylog_file` name. @throws UserError */
export function keyLogs(options: readonly string[]): string[] {
  return options.flatMap((option) => {
    const path = KEY_LOG.exec(option)?.[1]?.trim();
    if (path === undefined) return [];
    try {
      if (statSync(path).size > KEY_LOG_BYTES_MAX)
        throw new UserError(`-o ${option}: a key log has at most 256 MB`);
      return [readFileSync(path, 'latin1')];
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`-o ${option}: the file can't be read; name a key log as SSLKEYLOGFILE makes it`);
    }
  });
}

/** The columns that `-o gui.column.format:…` names; of several the last counts. */
export function columnFormat(options: readonly string[]): string | undefined {
  return options.map((option) => COLUMN_FORMAT.exec(option)?.[1]).findLast((format) => format !== undefined);
}

/** @throws UserError */
export function preferences(options: readonly string[]): Preferences {
  const chosen: Record<keyof Preferences, boolean> = { ...DEFAULT_PREFERENCES };
  for (const option of options) {
    if (KEY_LOG.test(option) || COLUMN_FORMAT.test(option)) continue;
    const colon = option.indexOf(':');
    const name = option.slice(0, colon < 0 ? undefined : colon).trim();
    if (!isPreference(name)) {
      const names = [...Object.keys(chosen), 'tls.keylog_file', 'wg.keylog_file', 'gui.column.format'].join(
        ', ',
      );
      throw new UserError(`-o ${option}: there are these preferences: ${names}`);
    }
    const value = colon < 0 ? '' : option.slice(colon + 1).trim();
    if (!/^(true|false)$/i.test(value))
      throw new UserError(`-o ${option}: say ${name}:TRUE or ${name}:FALSE`);
    chosen[name] = value.toLowerCase() === 'true';
  }
  return chosen;
}

function isPreference(name: string): name is keyof Preferences {
  return Object.hasOwn(DEFAULT_PREFERENCES, name);
}

/** --disable-protocol and its kin. */
export interface ProtocolFlags {
  readonly disableProtocol?: readonly string[];
  readonly enableProtocol?: readonly string[];
  readonly onlyProtocols?: readonly string[];
  readonly disableAllProtocols?: boolean;
  readonly disableHeuristic?: readonly string[];
  readonly enableHeuristic?: readonly string[];
}

/** What carries every packet, or stands for what was not dissected: never disabled. */
const ALWAYS = /^(?:frame|data|_.*|tcp\.segments)$/;

/** Turns protocols off for the whole process. @throws UserError */
export function enableProtocols(flags: ProtocolFlags): void {
  const protocols = allProtocols();
  const named = (flag: string, lists: readonly string[] = []): Set<Protocol> => {
    const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim().toLowerCase());
    return new Set(
      names.flatMap((name) => {
        const found = protocols.filter((each) => each.name.toLowerCase() === name);
        if (found.length === 0)
          throw new UserError(`${flag} ${name}: no such protocol; eyrie fields --protocols lists all`);
        return found;
      }),
    );
  };
  const only = named('--only-protocols', flags.onlyProtocols);
  const enabled = named('--enable-protocol', flags.enableProtocol);
  const isAll = flags.disableAllProtocols === true || only.size > 0;
  const disabled = isAll ? new Set(protocols) : named('--disable-protocol', flags.disableProtocol);
  for (const each of disabled)
    if (!ALWAYS.test(each.name) && !enabled.has(each) && !only.has(each)) disableProtocol(each);
  setHeuristics(flags);
}

function setHeuristics({ disableHeuristic: off = [], enableHeuristic: on = [] }: ProtocolFlags): void {
  const known = heuristicNames();
  for (const name of [...off, ...on])
    if (!known.includes(name)) {
      const near = nearestOf(name, known)[0] ?? 'http_tcp';
      throw new UserError(
        `heuristic ${name}: there is none; did you mean ${near}? -G heuristic-decodes lists all`,
      );
    }
  for (const name of off) if (!on.includes(name)) disableHeuristic(name);
}

const KEYS_MAX = 0x10000;

/** `tcp.port==8888,http`, `udp.port==5000-5010,rtp`. Holds for the whole process. @throws UserError */
export function decodeAs(rules: readonly string[]): void {
  for (const rule of rules) {
    const parts = /^([^=]+)==(\w+)(?:-(\w+))?,(.+)$/.exec(rule);
    if (parts === null) throw new UserError(`-d ${rule}: write it as tcp.port==8888,http`);
    const [, tableName = '', from = '', to = from, name = ''] = parts;
    const table = tableNamed(tableName);
    if (table === undefined) {
      const near = nearestOf(tableName, tableNames());
      const hint = near.length > 0 ? near.join(', ') : 'tcp.port, udp.port, ip.proto or ethertype';
      throw new UserError(`-d ${rule}: no table ${tableName}; did you mean ${hint}?`);
    }
    const [low, high] = [Number(from), Number(to)];
    if (!Number.isInteger(low) || !Number.isInteger(high) || low > high || high >= KEYS_MAX)
      throw new UserError(`-d ${rule}: the selector is a number or range within 0-${KEYS_MAX - 1}`);
    const protocol = protocolFor(name.trim(), table);
    if (protocol === undefined)
      throw new UserError(`-d ${rule}: no protocol ${name}; eyrie fields --protocols lists all`);
    for (let key = low; key <= high; key++) table.set(key, protocol);
  }
}
