// Interior Gateway Routing Protocol of Cisco (version 1, as described by C. L. Hedrick, "An Introduction to IGRP").
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { ipProtocols } from '../../core/table.ts';

const IGRP = 9;
const HEADER = 12;
const ENTRY = 14;
const UPDATE = 1;
const REQUEST = 2;

const f = {
  version: uint('igrp.version', 'IGRP Version').at(0, 1).mask(0xf0),
  command: uint('igrp.command', 'Command').at(0, 1).mask(0x0f),
  update: uint('igrp.update', 'Update Release').at(1, 1),
  system: uint('igrp.as', 'Autonomous System').at(2, 2),
  interior: uint('igrp.interior_routes', 'Interior routes').at(4, 2),
  systemRoutes: uint('igrp.system_routes', 'System routes').at(6, 2),
  exterior: uint('igrp.exterior_routes', 'Exterior routes').at(8, 2),
  checksum: uint('igrp.checksum', 'Checksum').at(10, 2).hex(),
};

export const igrp = protocol({
  name: 'igrp',
  title: 'Cisco IGRP',
  column: 'IGRP',
  fields: f,
  on: [[ipProtocols, IGRP]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const routes = u16(b, start + 4) + u16(b, start + 6) + u16(b, start + 8);
    const needed = HEADER + routes * ENTRY;
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    if (p.start[layer]! >= p.stop[layer]!) return '';
    const command = p.bufferOf(layer)[p.start[layer]!]! & 15;
    return command === UPDATE ? 'Response' : command === REQUEST ? 'Request' : '';
  },
});
