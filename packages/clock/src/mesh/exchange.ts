// Wire format of time requests and responses between peers; the link is encrypted already.

/** Length of the first request of a burst, which states the requester's era, and of its full response. */
const REQUEST_BYTES = 14;
const RESPONSE_BYTES = 52;
/** Length of the follow-up requests and responses, which carry timestamps only. */
const SHORT_REQUEST_BYTES = 2;
const SHORT_RESPONSE_BYTES = 14;

/** An independent time scale. Where two meet, the older one prevails. */
export interface Era {
  /** Random number chosen by its founder. */
  readonly founder: number;
  /** Its age in seconds. */
  readonly age: number;
}

export interface TimeRequest {
  /** Chosen by the requester, echoed in the response. */
  readonly mark: number;
  /** Null in a short request. */
  readonly era: Era | null;
}

export interface Keeper extends Era {
  /** Seconds; Infinity: the responder does not know the time itself. */
  readonly uncertainty: number;
  /** Mesh time minus the responder's counter, in nanoseconds, when the request arrived, by its latest estimate. */
  readonly aheadNs: bigint;
  /** Rate of that difference in seconds per second, and its standard error. */
  readonly skew: number;
  readonly skewError: number;
  /** Hops to the root; 0 for the root itself. */
  readonly level: number;
  /** The responder follows the requester. */
  readonly isYours: boolean;
  /** The root follows time servers. */
  readonly isTraceable: boolean;
}

export interface TimeResponse {
  readonly mark: number;
  /** The responder's counter in nanoseconds when the request arrived; unlike mesh time it is never corrected. */
  readonly t2Ns: bigint;
  /** Nanoseconds from then until the response was sent. */
  readonly heldNs: number;
  /** Null in a short response. */
  readonly keeper: Keeper | null;
}

/** Largest rate between two clocks that are each within the bound of discipline.ts. */
const SKEW_MAX = 4e-3;
const YOURS = 1;
const TRACEABLE = 2;

export function encodeRequest({ mark, era }: TimeRequest): Uint8Array {
  const bytes = new Uint8Array(era === null ? SHORT_REQUEST_BYTES : REQUEST_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, mark);
  if (era === null) return bytes;
  view.setUint32(2, era.founder);
  view.setFloat64(6, era.age);
  return bytes;
}

/** Null if malformed. */
export function decodeRequest(bytes: Uint8Array): TimeRequest | null {
  if (bytes.length !== REQUEST_BYTES && bytes.length !== SHORT_REQUEST_BYTES) return null;
  const view = viewOf(bytes);
  const mark = view.getUint16(0);
  if (bytes.length === SHORT_REQUEST_BYTES) return { mark, era: null };
  const era = { founder: view.getUint32(2), age: view.getFloat64(6) };
  return era.age >= 0 ? { mark, era } : null;
}

export function encodeResponse({ mark, t2Ns, heldNs, keeper }: TimeResponse): Uint8Array {
  const bytes = new Uint8Array(keeper === null ? SHORT_RESPONSE_BYTES : RESPONSE_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, mark);
  view.setBigInt64(2, t2Ns);
  view.setUint32(10, Math.min(heldNs, 0xffff_ffff));
  if (keeper === null) return bytes;
  view.setUint32(14, keeper.founder);
  view.setFloat64(18, keeper.age);
  view.setFloat32(26, keeper.uncertainty);
  view.setUint8(30, keeper.level);
  view.setUint8(31, (keeper.isYours ? YOURS : 0) | (keeper.isTraceable ? TRACEABLE : 0));
  view.setBigInt64(32, keeper.aheadNs);
  view.setFloat64(40, keeper.skew);
  view.setFloat32(48, keeper.skewError);
  return bytes;
}

/** Null if malformed: wrong length, or an impossible age, uncertainty or rate. */
export function decodeResponse(bytes: Uint8Array): TimeResponse | null {
  if (bytes.length !== RESPONSE_BYTES && bytes.length !== SHORT_RESPONSE_BYTES) return null;
  const view = viewOf(bytes);
  const times = { mark: view.getUint16(0), t2Ns: view.getBigInt64(2), heldNs: view.getUint32(10) };
  if (bytes.length === SHORT_RESPONSE_BYTES) return { ...times, keeper: null };
  const flags = view.getUint8(31);
  const keeper = {
    founder: view.getUint32(14),
    age: view.getFloat64(18),
    uncertainty: view.getFloat32(26),
    aheadNs: view.getBigInt64(32),
    skew: view.getFloat64(40),
    skewError: view.getFloat32(48),
    level: view.getUint8(30),
    isYours: (flags & YOURS) !== 0,
    isTraceable: (flags & TRACEABLE) !== 0,
  };
  const isRate = Math.abs(keeper.skew) <= SKEW_MAX && isLength(keeper.skewError);
  return keeper.uncertainty >= 0 && isLength(keeper.age) && isRate ? { ...times, keeper } : null;
}

function isLength(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
