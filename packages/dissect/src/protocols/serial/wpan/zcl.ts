// ZigBee Cluster Library (document 07-5123): commands on clusters of attributes; the layer below identifies the
// cluster.
import { data } from '../../../core/data.ts';
import { bool, uint } from '../../../core/field.ts';
import { LISTED, SHOWN } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';

/** Bits of the frame control field, §2.4.1. */
const SPECIFIC = 1;
const MANUFACTURER = 0x04;

/** Profiles as the Protocol column names them. */
const profiles: Readonly<Record<number, string>> = {
  0x0101: 'IPM',
  0x0103: 'T1',
  0x0104: 'HA',
  0x0105: 'CBA',
  0x0106: 'WSN',
  0x0107: 'TA',
  0x0108: 'HC',
  0x0109: 'SE',
  0x010a: 'RS',
  0xa1e0: 'GP',
  0xc05e: '',
  0xc25d: 'C4',
};

/** Commands common to all clusters, §2.4.3. */
const general = (
  'Read Attributes|Read Attributes Response|Write Attributes|Write Attributes Undivided|Write Attributes Response|' +
  'Write Attributes No Response|Configure Reporting|Configure Reporting Response|Read Reporting Configuration|' +
  'Read Reporting Configuration Response|Report Attributes|Default Response|Discover Attributes|' +
  'Discover Attributes Response|Read Attributes Structured|Write Attributes Structured|' +
  'Write Attributes Structured Response|Discover Commands Received|Discover Commands Received Response|' +
  'Discover Commands Generated|Discover Commands Generated Response|Discover Attributes Extended|' +
  'Discover Attributes Extended Response'
).split('|');

/** Clusters with a dissector in Wireshark, by number: the suffix of its name. */
const clusters: Readonly<Record<number, string>> = {
  0x0000: 'general.basic',
  0x0001: 'general.power_config',
  0x0002: 'general.device_temperature_config',
  0x0003: 'general.identify',
  0x0004: 'general.groups',
  0x0005: 'general.scenes',
  0x0006: 'general.onoff',
  0x0007: 'general.onoff.switch.configuration',
  0x0008: 'general.level_control',
  0x0009: 'general.alarms',
  0x000a: 'general.time',
  0x000b: 'general.rssi_location',
  0x000c: 'general.analog.input.basic',
  0x000d: 'general.analog.output.basic',
  0x000e: 'general.analog.value.basic',
  0x000f: 'general.binary_input_basic',
  0x0010: 'general.binary_output_basic',
  0x0011: 'general.binary_value_basic',
  0x0012: 'general.multistate.input.basic',
  0x0013: 'general.multistate.output.basic',
  0x0014: 'general.multistate.value.basic',
  0x0015: 'general.commissioning',
  0x0016: 'general.part',
  0x0019: 'general.ota',
  0x001a: 'general.pwrprof',
  0x001b: 'general.applctrl',
  0x0020: 'general.poll',
  0x0021: 'general.gp',
  0x0025: 'se.keep_alive',
  0x0100: 'closures.shade_config',
  0x0101: 'closures.door_lock',
  0x0200: 'hvac.pump_config_ctrl',
  0x0201: 'hvac.thermostat',
  0x0202: 'hvac.fan_ctrl',
  0x0203: 'hvac.dehum_ctrl',
  0x0204: 'hvac.thermo_ui_config',
  0x0300: 'lighting.color_ctrl',
  0x0301: 'lighting.ballast_ctrl',
  0x0400: 'meas_sensing.illummeas',
  0x0401: 'meas_sensing.illumlevelsen',
  0x0402: 'meas_sensing.tempmeas',
  0x0403: 'meas_sensing.pressmeas',
  0x0404: 'meas_sensing.flowmeas',
  0x0405: 'meas_sensing.relhummeas',
  0x0406: 'meas_sensing.occsen',
  0x0500: 'ias.zone',
  0x0501: 'ias.ace',
  0x0502: 'ias.wd',
  0x0700: 'se.price',
  0x0701: 'se.drlc',
  0x0702: 'se.met',
  0x0703: 'se.msg',
  0x0704: 'se.tun',
  0x0705: 'se.pp',
  0x0706: 'se.em',
  0x0707: 'se.calendar',
  0x0708: 'se.dm',
  0x0709: 'se.events',
  0x070a: 'se.mdu_pairing',
  0x070b: 'se.sub_ghz',
  0x070d: 'se.daily_schedule',
  0x0800: 'se.ke',
  0x0b00: 'ha.applident',
  0x0b01: 'ha.metidt',
  0x0b02: 'ha.applevtalt',
  0x0b03: 'ha.applstats',
  0x0b04: 'meas_sensing.elecmes',
  0x1000: 'general.touchlink',
};

const f = {
  type: uint('zbee_zcl.type', 'Frame Type').at(0, 1).mask(0x03).hex().named({
    0: 'Profile-wide',
    1: 'Cluster-specific',
  }),
  isSpecific: bool('zbee_zcl.ms', 'Manufacturer Specific').at(0, 1).mask(MANUFACTURER),
  direction: bool('zbee_zcl.dir', 'Direction').at(0, 1).mask(0x08),
  noDefault: bool('zbee_zcl.ddr', 'Disable Default Response').at(0, 1).mask(0x10),
  manufacturer: uint('zbee_zcl.cmd.mc', 'Manufacturer Code').le().hex(2),
  sequence: uint('zbee_zcl.cmd.tsn', 'Sequence Number'),
  command: uint('zbee_zcl.cmd.id', 'Command')
    .hex(1)
    .named(Object.fromEntries(general.map((name, i) => [i, name]))),
  specific: uint('zbee_zcl.cs.cmd.id', 'Command').hex(1),
};

const headerLength = (control: number): number => (control & MANUFACTURER ? 5 : 3);

/** Their protocols. */
const byCluster = new Map(
  Object.entries(clusters).map(([id, name]) => [
    Number(id),
    protocol({ name: `zbee_zcl_${name}`, title: `ZigBee ZCL ${name}`, step: () => null }),
  ]),
);
export const clusterProtocols: readonly Protocol[] = [...byCluster.values()];

export const zcl: Protocol = protocol({
  name: 'zbee_zcl',
  title: 'ZigBee Cluster Library',
  column: (p, layer) => `ZigBee ${profiles[(p.mark[layer - 1]! >> 16) & 0xffff] ?? ''}`,
  fields: f,
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < 3) return p.cut(3);
    const length = headerLength(b[start]!);
    if (end - start < length) return p.cut(length);
    p.at = end;
    if ((b[start]! & 3) !== SPECIFIC) return null;
    const cluster = p.mark[p.layer - 1]! & 0xffff;
    const reader = b[start]! & MANUFACTURER ? undefined : byCluster.get(cluster);
    p.at = start + length;
    if (reader !== undefined) {
      p.push(reader, LISTED | SHOWN);
      p.at = end;
    } else if (p.at < end) return data;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [f.type, f.isSpecific, f.direction, f.noDefault]) out.fixed(field);
    const length = headerLength(b[start]!);
    if (length === 5) out.add(f.manufacturer, start + 1, 2);
    out.add(f.sequence, start + length - 2, 1);
    out.add((b[start]! & 3) === SPECIFIC ? f.specific : f.command, start + length - 1, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    const length = headerLength(b[start]!);
    const sequence = b[start + length - 2]!;
    const command = b[start + length - 1]!;
    if ((b[start]! & 3) === SPECIFIC) {
      const name = clusters[p.mark[layer - 1]! & 0xffff]?.replace(/^.*\./, '') ?? 'Cluster';
      return `ZCL ${name}: Command 0x${command.toString(16).padStart(2, '0')}, Seq: ${sequence}`;
    }
    return `ZCL: ${general[command] ?? 'Unknown Command'}, Seq: ${sequence}`;
  },
});
