// A way to MQTT clients: a broker of our own, or one outside.

/** Who has published something. */
export interface Orderer {
  /** The peer whose certificate was shown, '' where the word of whoever may publish there is the word of this peer. */
  readonly by: string;
  /** For the log. */
  readonly name: string;
}

export interface PortEvents {
  /** Somebody published to one of the topics that orders come on. */
  onOrder(topic: string, payload: Uint8Array, who: Orderer): void;
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

/** Until it is ended: what is begun and stopped again and again leaves nothing behind. */
export function listenTo<T>(listeners: T[], listener: T): () => void {
  listeners.push(listener);
  return () => {
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
  };
}

export class MqttError extends Error {
  override readonly name = 'MqttError';
}
