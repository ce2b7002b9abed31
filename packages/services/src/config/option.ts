// Defines a configuration option: meaning, unit, bounds, default and trade-off.
import { type TBoolean, type TInteger, type TNumber, type TString, Type } from '@sinclair/typebox';

export interface OptionFacts<T> {
  /** The meaning, in one sentence. */
  readonly what: string;
  readonly default: T;
  /** The trade-off between higher and lower values. */
  readonly tradeOff: string;
  /** `ms`, `bytes`, `packets` …; absent for names. */
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The valid values, if they are enumerated. */
  readonly oneOf?: readonly string[];
  readonly pattern?: string;
}

function described<T>({ what, tradeOff, unit, ...facts }: OptionFacts<T>): object {
  const { oneOf, default: standard, minimum, maximum, pattern } = facts;
  return {
    ...{ description: what, tradeOff, default: standard },
    ...(unit === undefined ? {} : { unit }),
    ...(oneOf === undefined ? {} : { pattern: `^(${oneOf.join('|')})$`, oneOfTexts: oneOf }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

export const option = {
  text: (facts: OptionFacts<string>): TString => Type.String(described(facts)),
  whole: (facts: OptionFacts<number>): TInteger => Type.Integer(described(facts)),
  number: (facts: OptionFacts<number>): TNumber => Type.Number(described(facts)),
  yesNo: (facts: OptionFacts<boolean>): TBoolean => Type.Boolean(described(facts)),
};

/** A TCP port that a service listens on. */
export function port(service: string, standard: number): TInteger {
  return option.whole({
    what: `TCP port of ${service}`,
    default: standard,
    ...{ minimum: 0, maximum: 65_535 },
    tradeOff: '0: any free port; ports below 1024 require privileges',
  });
}

export function host(service: string): TString {
  return option.text({
    what: `address that ${service} listens on`,
    default: '127.0.0.1',
    tradeOff: 'a loopback address is reachable from this machine only; any other from the network',
  });
}
