// Which captures this process stores: advisory locks of a connection that does nothing else, so that they end with the
// process, however it ends. A process that finds one taken does not begin. Between the loss of this connection and the next
// transaction another process may acquire one: the check of each batch (overlap.ts) then keeps packets from being stored twice.
import pg from 'pg';
import { Lock } from '../sql/lock.ts';

const KEYS = `hashtext('eyrie capture of ' || current_schema()), $1`;

/**
 * It is idle for as long as an import takes, which must not end it; and the server has to notice within two minutes that the host
 * of this process is gone, instead of after hours (PostgreSQL manual, connection settings).
 */
const SETTINGS =
  '-c idle_session_timeout=0 -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=5';

export class Claims {
  readonly #config: pg.ClientConfig;
  readonly #lock = new Lock();
  readonly #captures = new Set<number>();
  #client: pg.Client | null = null;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, options: `${config.options ?? ''} ${SETTINGS}` };
  }

  /** False: another process holds it. */
  acquire(capture: number): Promise<boolean> {
    return this.#lock.hold(async () => {
      if (this.#captures.has(capture)) return true;
      const isTaken = await this.#try(await this.#connected(), capture);
      if (isTaken) this.#captures.add(capture);
      else if (this.#captures.size === 0) await this.#disconnect();
      return isTaken;
    });
  }

  release(capture: number): Promise<void> {
    return this.#lock.hold(async () => {
      if (!this.#captures.delete(capture)) return;
      // Without a connection there is no lock either.
      if (this.#captures.size === 0) await this.#disconnect();
      else await this.#client?.query(`SELECT pg_advisory_unlock(${KEYS})`, [capture]).catch(() => {});
    });
  }

  /** If the connection was lost: acquires again what it held, unless another process has acquired it since. */
  reacquire(): Promise<void> {
    return this.#lock.hold(async () => {
      if (this.#captures.size > 0) await this.#connected();
    });
  }

  close(): Promise<void> {
    return this.#lock.hold(async () => {
      this.#captures.clear();
      await this.#disconnect();
    });
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client;
    const client = new pg.Client(this.#config);
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    this.#client = client;
    for (const capture of this.#captures) await this.#try(client, capture);
    return client;
  }

  async #try(client: pg.Client, capture: number): Promise<boolean> {
    try {
      const { rows } = await client.query<{ taken: boolean }>(
        `SELECT pg_try_advisory_lock(${KEYS}) AS taken`,
        [capture],
      );
      return rows[0]!.taken;
    } catch (error) {
      await this.#disconnect();
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }
}
