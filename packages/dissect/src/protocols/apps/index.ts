// Registration of application protocols, each with a port of its own.

import { dicom } from '../dicom/dicom.ts';
import { afp, dsi } from './afp.ts';
import { amqp } from './amqp.ts';
import { bencode } from './bencode.ts';
import { bittorrent } from './bittorrent.ts';
import { btDht } from './bt-dht.ts';
import { contentProtocols } from './by-content.ts';
import { portProtocols } from './by-port.ts';
import { cql } from './cql.ts';
import { dropbox } from './dropbox.ts';
import { framedProtocols } from './framed.ts';
import { git } from './git.ts';
import { kafka } from './kafka.ts';
import { knownMachines } from './known/machines.ts';
import { knownSoftware } from './known/software.ts';
import { memcache } from './memcache.ts';
import { mqtt } from './mqtt.ts';
import { mysql } from './mysql.ts';
import { pgsql } from './pgsql.ts';
import { resp } from './redis.ts';
import { rsync } from './rsync.ts';
import { chargen, daytime, echo, time } from './small.ts';
import { socks } from './socks.ts';
import { tns } from './tns.ts';
import { tplink } from './tplink.ts';
import { udt } from './udt.ts';
import { vnc } from './vnc/vnc.ts';
import { x11 } from './x11.ts';

export const appProtocols = [
  udt,
  ...portProtocols,
  ...framedProtocols,
  ...contentProtocols,
  dicom,
  ...knownSoftware,
  ...knownMachines,
  echo,
  chargen,
  daytime,
  time,
  mqtt,
  pgsql,
  resp,
  bittorrent,
  bencode,
  btDht,
  dropbox,
  memcache,
  socks,
  x11,
  vnc,
  tns,
  dsi,
  afp,
  git,
  rsync,
  tplink,
  mysql,
  kafka,
  cql,
  amqp,
];
