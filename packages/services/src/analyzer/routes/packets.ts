// Routes for packets: pages of the list, one packet's tree, its bytes.
import type { FoundPacket } from '@eyrie/store';
import type { BufferPart } from '../bytes/detail.ts';
import { packetPage } from '../bytes/pages.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { meshTime } from '../mesh-time.ts';
import { packetRow } from '../rows.ts';
import { PacketBytes, PacketBytesQuery, PacketDetail, PacketPage, PacketsQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers, ById } from './answers.ts';

export function addPacketRoutes(app: Server, { store, redissector, details }: Context): void {
  for (const path of ['/packets', '/filter']) {
    const schema = {
      ...answers('packets', 'Rows of the packet list, a page at a time', PacketPage),
      querystring: PacketsQuery,
    };
    app.get(path, { schema }, ({ query }) => packetPage(store, redissector, query));
  }

  app.get(
    '/packets/:id',
    {
      schema: {
        ...answers('packets', 'One packet as a tree, each line with its bytes', PacketDetail),
        params: ById,
      },
    },
    async ({ params }) => {
      const found = await packetOf(params.id);
      const { capture, time } = found.packet;
      const [{ tree, buffers, summary, context }, flow, clock] = await Promise.all([
        details.of(found),
        store.flowOf(found.packet),
        store.clockAt(capture, Number(time)),
      ]);
      return {
        packet: packetRow(found.packet, summary),
        tree,
        buffers: buffers.map(({ buffer, title, data }) => ({ buffer, title, length: data.length })),
        context: { kind: context.kind, packets: context.packets, is_whole: context.isWhole },
        flow: flow?.id ?? null,
        mesh_time: meshTime(time, clock),
      };
    },
  );

  app.get(
    '/packets/:id/bytes',
    {
      schema: {
        ...answers('packets', 'The bytes: the frame, and what was reassembled or decoded', PacketBytes),
        params: ById,
        querystring: PacketBytesQuery,
      },
    },
    async ({ params, query }, reply) => {
      const found = await packetOf(params.id);
      const { buffers } = await details.of(found);
      const wanted = buffers.filter(({ buffer }) => query.buffer === undefined || buffer === query.buffer);
      if (wanted.length === 0)
        throw new ApiError('no_such_buffer', `packet ${params.id} has no buffer ${query.buffer}`);
      if (query.format === 'raw')
        return reply.type('application/octet-stream').send(Buffer.from(wanted[0]!.data) as never);
      return {
        id: found.packet.id,
        captured_length: found.packet.place.capturedLength,
        length: found.packet.length,
        buffers: wanted.map(bufferOf),
      };
    },
  );

  async function packetOf(id: number): Promise<FoundPacket> {
    const found = await store.packet(id);
    if (found === null)
      throw new ApiError('no_such_packet', `there is no packet ${id}`, {
        hint: 'it may have been too old to keep',
      });
    return found;
  }
}

function bufferOf({ buffer, title, data }: BufferPart) {
  return { buffer, title, length: data.length, data: Buffer.from(data).toString('base64') };
}
