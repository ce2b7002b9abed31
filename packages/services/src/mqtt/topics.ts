// Topic names.

export class Topics {
  readonly root: string;

  constructor(mesh: string) {
    this.root = `eyrie/${mesh}`;
  }

  status = (peer: string): string => `${this.root}/peers/${peer}/status`;
  metrics = (peer: string): string => `${this.root}/peers/${peer}/metrics`;
  findings = (peer: string): string => `${this.root}/peers/${peer}/findings`;
  inbox = (peer: string): string => `${this.root}/inbox/${peer}`;

  get broadcast(): string {
    return `${this.root}/broadcast`;
  }

  /** Topic filters for orders. */
  get orders(): string[] {
    return [`${this.root}/inbox/+`, this.broadcast];
  }

  isOrder(topic: string): boolean {
    return topic === this.broadcast || this.inboxOf(topic) !== null;
  }

  /** The owner of an inbox topic; null for other topics. */
  inboxOf(topic: string): string | null {
    const begin = `${this.root}/inbox/`;
    const rest = topic.slice(begin.length);
    return topic.startsWith(begin) && rest !== '' && !/[/+#]/.test(rest) ? rest : null;
  }
}
