// Interface of the gateway to MQTT clients: the built-in broker, or an external one.

/** The publisher of a message. */
export interface Orderer {
  /** The peer by its certificate; '' if clients act as this peer. */
  readonly by: string;
  /** Name for the log. */
  readonly name: string;
}

export interface PortEvents {
  /** A message arrived on an order topic. */
  onOrder(topic: string, payload: Uint8Array, orderer: Orderer): void;
  /** Connected or reconnected: retained messages may be lost. */
  onReady(): void;
}

export interface Port {
  /** Address for display. */
  readonly place: string;
  readonly isConnected: boolean;
  /** Messages dropped while there was no connection. */
  readonly dropped: number;
  publish(topic: string, payload: object | string, options?: { isRetained?: boolean }): void;
  /** Closes, after publishing `goodbye` if given. */
  close(goodbye?: { topic: string; payload: object }): Promise<void>;
}

/** Adds a listener; returns the function that removes it, so that restarts leave nothing behind. */
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
