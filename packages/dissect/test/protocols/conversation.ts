// TCP conversations made of what each side says, for protocols of text.
import { join, tcpFrame } from './support.ts';

const encoder = new TextEncoder();

export type Said = string | Uint8Array;

function bytesOfSaid(said: Said): Uint8Array {
  return typeof said === 'string' ? encoder.encode(said) : said;
}

/** Frames of a conversation with a server's port: `['>', what the client says]`, `['<', what the server says]`. */
export function talk(
  port: number,
  turns: readonly (readonly ['>' | '<', Said])[],
  clientPort = 40000,
): Uint8Array[] {
  const seq = { '>': 1, '<': 1 };
  return turns.map(([direction, said]) => {
    const body = bytesOfSaid(said);
    const isReply = direction === '<';
    const frame = tcpFrame(
      isReply ? port : clientPort,
      isReply ? clientPort : port,
      body,
      seq[direction],
      isReply,
    );
    seq[direction] += body.length;
    return frame;
  });
}

/** The frame with its FIN flag set. */
export function closing(frame: Uint8Array): Uint8Array {
  const copy = join(frame);
  copy[14 + 20 + 13]! |= 1;
  return copy;
}

/** An HTTP response of 200 with that body. */
export function response(type: string, body: Said, headers = ''): Uint8Array {
  const bytes = bytesOfSaid(body);
  return join(
    encoder.encode(
      `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`,
    ),
    bytes,
  );
}
