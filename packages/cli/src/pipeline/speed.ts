import { UserError } from '../errors.ts';

/** `full`, `recorded`, `2`, `0.5`, `10x` as a number; full is Infinity. @throws UserError */
export function speedFrom(text: string): number {
  if (text === 'full') return Infinity;
  if (text === 'recorded') return 1;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw new UserError(`--speed ${text}: must be full, recorded, or a factor, as in 10`);
}
