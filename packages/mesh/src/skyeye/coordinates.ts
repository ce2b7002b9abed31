// Network coordinates, from which the latency between any two peers is estimated without a measurement between them
// (Vivaldi: Dabek et al., SIGCOMM 2004): a plane for the network, a height for the access link.

export interface Coordinate {
  x: number;
  y: number;
  height: number;
  /** Estimated relative error; 1.5 before the first measurement. */
  error: number;
}

const CE = 0.25;
const CC = 0.25;
const HEIGHT_MIN = 0.05;
const ERROR_MAX = 1.5;
/** Where anything was measured: on a busy LAN most of a time there and back is waiting, and estimates are off by multiples. */
const ERROR_MEASURED_MAX = 1.49;
/** Lower bound of the error: with two errors of zero, the weight would be 0/0. */
const ERROR_MIN = 1e-6;
const FAR_MS = 60_000;

/** Returns the estimated round-trip time in milliseconds. */
export function latencyBetween(a: Omit<Coordinate, 'error'>, b: Omit<Coordinate, 'error'>): number {
  return Math.hypot(a.x - b.x, a.y - b.y) + a.height + b.height;
}

export const unknownPlace: Coordinate = { x: 0, y: 0, height: HEIGHT_MIN, error: ERROR_MAX };

/**
 * Moves a coordinate one step so that its estimate agrees better with a measured latency (§2.5, §5.4 of the paper).
 *
 * @param fraction random, 0 to 1: the direction in which two peers at the same position separate
 */
export function moved(own: Coordinate, other: Coordinate, measuredMs: number, fraction: number): Coordinate {
  if (!(measuredMs > 0 && measuredMs < FAR_MS) || !isSane(other)) return own;
  const estimatedMs = latencyBetween(own, other);
  const weight = own.error / Math.max(own.error + other.error, ERROR_MIN);
  const wrong = Math.abs(estimatedMs - measuredMs) / measuredMs;
  const error = Math.min(ERROR_MEASURED_MAX, wrong * CE * weight + own.error * (1 - CE * weight));
  const push = CC * weight * (measuredMs - estimatedMs);
  const apart = Math.hypot(own.x - other.x, own.y - other.y);
  const angle = 2 * Math.PI * fraction;
  const [ux, uy] =
    apart > 1e-6
      ? [(own.x - other.x) / estimatedMs, (own.y - other.y) / estimatedMs]
      : [Math.cos(angle), Math.sin(angle)];
  return {
    x: own.x + push * ux,
    y: own.y + push * uy,
    height: Math.max(
      HEIGHT_MIN,
      own.height + (push * (own.height + other.height)) / Math.max(estimatedMs, 1e-6),
    ),
    error,
  };
}

/** Whether anything was measured yet: even a rough coordinate distinguishes near from far. */
export function isKnown({ error }: Coordinate): boolean {
  return error < ERROR_MAX;
}

/** Rejects coordinates outside of any plausible range. */
function isSane({ x, y, height, error }: Coordinate): boolean {
  return (
    [x, y, height, error].every(Number.isFinite) &&
    Math.hypot(x, y) < FAR_MS &&
    height >= 0 &&
    height < FAR_MS &&
    error >= 0 &&
    error <= ERROR_MAX
  );
}
