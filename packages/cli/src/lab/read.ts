// Parses the options of the lab.
import { UserError } from '../errors.ts';

/** `1`, `1%` and `0.5%`: a share, 0 to 1. */
export function readShare(text: string, option: string, maxPercent = 100): number {
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(text);
  if (match === null || Number(match[1]) > maxPercent)
    throw new UserError(`${option} ${text}: write a percentage up to ${maxPercent}, as 1%`);
  return Number(match[1]) / 100;
}

/** `10%/min`, also `10`: a share a minute. */
export function readRate(text: string, option: string, maxPercent: number): number {
  const match = /^(\d+(?:\.\d+)?)(?:%?(?:\/min)?)$/.exec(text);
  if (match === null || Number(match[1]) > maxPercent)
    throw new UserError(`${option} ${text}: write a rate up to ${maxPercent}%/min, as 10%/min`);
  return Number(match[1]) / 100;
}

/** `20ms`, `30s`, `2m`, `1h`; a number without a unit is in the unit of the option. */
export function readSpan(text: string, option: string, unit: 'ms' | 's' | 'h', maxMs: number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const ms = match === null ? Number.NaN : Number(match[1]) * unitsMs[match[2] ?? unit]!;
  if (!(ms <= maxMs))
    throw new UserError(
      `${option} ${text}: write a time up to ${maxMs / unitsMs[unit]!}${unit}, as 20${unit}`,
    );
  return ms;
}

export function readCount(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new UserError(`${option} ${text}: must be a whole number from ${min} to ${max}`);
  return value;
}
