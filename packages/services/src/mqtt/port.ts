// A way to MQTT clients: a broker of our own, or one outside.

export interface PortEvents {
  /** Somebody published to one of the topics that orders come on. `who` is for the log. */
  onOrder(topic: string, payload: Uint8Array, who: string): void;
  /** Connected, again: what is retained may be lost there. */
  onReady(): void;
}

export interface Port {
  /** For people: where it is. */
  readonly place: string;
  readonly isConnected: boolean;
  /** Of what was published while there was no connection, what there was no room for. */
  readonly dropped: number;
  publish(topic: string, payload: object | string, options?: { isRetained?: boolean }): void;
  /** Says good-bye first, where a good-bye is given. */
  close(goodbye?: { topic: string; payload: object }): Promise<void>;
}

export class MqttError extends Error {
  override readonly name = 'MqttError';
}
