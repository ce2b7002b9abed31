// Converts rows of the table `packet` to packets, with the texts of their dictionary numbers.
import { COMMENTED, ETHER, NONE } from '@eyrie/dissect';
import type { PacketRow } from '../queries.ts';
import type { Dialect, Row } from '../sql/database.ts';
import { captureAndNumberOf, capturedOf, KIND_MASK, KIND_SHIFT } from '../write/packet-rows.ts';
import type { Texts } from './texts.ts';
import { secondsText } from './time.ts';

/** Columns that `packetRows` reads; one more tells whether the filter is undecided. */
export const columnsOf = ({ captured }: Dialect): string =>
  `id, place, time, length, ${captured}, file_offset, src, dst, transport, src_port, dst_port, stream, protocol, path, marks,
   tcp_analysis`;

const [ID, SRC, DST, PROTOCOL, PATH] = [0, 6, 7, 12, 13];

/** Texts are looked up for the rows found: a join would cost more than finding them. */
export async function packetRows(texts: Texts, rows: readonly Row[]): Promise<PacketRow[]> {
  const numbers = (...columns: number[]): number[] =>
    columns.flatMap((column) => rows.map((row) => Number(row[column])));
  const [addresses, protocols, paths, infos] = await Promise.all([
    texts.of('addresses', numbers(SRC, DST)),
    texts.of('protocols', numbers(PROTOCOL)),
    texts.of('paths', numbers(PATH)),
    texts.infos(numbers(ID)),
  ]);
  return rows.map((row) =>
    packetRow(row, {
      src: addresses.get(Number(row[SRC])) ?? '',
      dst: addresses.get(Number(row[DST])) ?? '',
      protocol: protocols.get(Number(row[PROTOCOL])) ?? '',
      path: paths.get(Number(row[PATH])) ?? '',
      info: infos.get(Number(row[ID])) ?? null,
    }),
  );
}

type RowTexts = Pick<PacketRow, 'src' | 'dst' | 'protocol' | 'path'> & { readonly info: string | null };

function packetRow(row: Row, { info, ...texts }: RowTexts): PacketRow {
  const [id, place, time, length, captured, offset] = row;
  const [transport, srcPort, dstPort, stream, , , marks, analysis, candidate] = row.slice(8);
  const [capture, number] = captureAndNumberOf(BigInt(place as bigint));
  const [capturedLength, interfaceId] = capturedOf(BigInt(captured as bigint));
  const hasPorts = Number(transport) > 0;
  const isIp = ((Number(marks) >> KIND_SHIFT) & KIND_MASK) > ETHER;
  const made = {
    id: Number(id),
    capture,
    number,
    time: secondsText(BigInt(time as bigint)),
    ...texts,
    srcIp: isIp ? texts.src : null,
    dstIp: isIp ? texts.dst : null,
    srcPort: hasPorts ? Number(srcPort) : null,
    dstPort: hasPorts ? Number(dstPort) : null,
    transport: hasPorts ? Number(transport) : null,
    length: Number(length),
    tcpAnalysis: Number(analysis),
    stream: stream === NONE ? null : Number(stream),
    place: { offset: Number(offset), capturedLength, interfaceId },
    hasComment: (Number(marks) & COMMENTED) !== 0,
    isCandidate: candidate === true,
  };
  return { ...made, summary: info ?? summaryOf(made) };
}

/** The summary without a stored Info column, as in the view `packets`. */
function summaryOf({ srcPort, dstPort, length, path }: Omit<PacketRow, 'summary'>): string {
  return `${srcPort === null ? '' : `${srcPort} → ${dstPort}, `}${length} bytes, ${path}`;
}
