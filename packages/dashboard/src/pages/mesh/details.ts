// Validates the interface and file system details of a peer; they come from another machine.

export interface InterfaceDetail {
  name: string;
  /** Bytes per second. */
  received: number;
  sent: number;
  /** Errors and drops per second, both directions. */
  lost: number;
}

export interface StorageDetail {
  path: string;
  total: number;
  free: number;
}

export interface Details {
  interfaces: InterfaceDetail[];
  storage: StorageDetail[];
}

const LINES_MAX = 32;
const NAME_MAX = 80;

export function detailsOf(reported: unknown): Details {
  const { interfaces, storage } = asObject(reported);
  return {
    interfaces: asList(interfaces).map(({ name, rx, tx }) => {
      const [into, out] = [asObject(rx), asObject(tx)];
      const lost = [into.errors, into.drops, out.errors, out.drops].reduce<number>(
        (sum, n) => sum + asNumber(n),
        0,
      );
      return { name: asText(name), received: asNumber(into.bytes), sent: asNumber(out.bytes), lost };
    }),
    storage: asList(storage).map(({ path, total, free }) => ({
      path: asText(path),
      total: asNumber(total),
      free: asNumber(free),
    })),
  };
}

type Loose = Record<string, unknown>;

function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

function asList(value: unknown): Loose[] {
  return Array.isArray(value) ? value.slice(0, LINES_MAX).map(asObject) : [];
}

function asNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, NAME_MAX) : '';
}
