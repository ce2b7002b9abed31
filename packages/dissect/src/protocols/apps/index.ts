// Application protocols that have a port of their own and little to do with each other.
import { bencode } from './bencode.ts';
import { bittorrent } from './bittorrent.ts';
import { btDht } from './bt-dht.ts';
import { portProtocols } from './by-port.ts';
import { framedProtocols } from './framed.ts';
import { mqtt } from './mqtt.ts';
import { pgsql } from './pgsql.ts';
import { resp } from './redis.ts';
import { chargen, daytime, echo, time } from './small.ts';

export const appProtocols = [
  ...portProtocols,
  ...framedProtocols,
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
];
