// Organisationally specific TLVs of LLDP: IEEE Std 802.1Q-2018 Annex D, IEEE Std 802.3-2018 §79.3 and ANSI/TIA-1057
// (LLDP-MED).
import { u24, utf8 } from '../../core/bytes.ts';
import { bool, bytes, type Field, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { organisationNames } from '../names/llc.ts';
import { emitParts, type Part } from '../parts.ts';

const IEEE_802_1 = 0x0080c2;
const IEEE_802_3 = 0x00120f;
const MED = 0x0012bb;

const SUPPORTED = { 0: 'Not supported', 1: 'Supported' };
const ENABLED = { 0: 'Disabled', 1: 'Enabled' };
const CAPABLE = { 0: 'Not capable', 1: 'Capable' };
const PRIORITIES = { 0: 'Unknown', 1: 'Critical', 2: 'High', 3: 'Low' };

/** Bits from the lowest on. */
const bits = (prefix: string, names: Readonly<Record<number, string>>, ...lines: string[]): Field[] =>
  lines.map((line, bit) => {
    const [name, title] = line.split('|') as [string, string];
    return bool(`${prefix}.${name}`, title)
      .mask(1 << bit)
      .named(names);
  });

const IEEE1 = 'lldp.ieee.802_1';
const IEEE3 = 'lldp.ieee.802_3';
const MEDIA = 'lldp.media';

const vlanFlags = [
  bool(`${IEEE1}.port_and_vlan_id_flag.supported`, 'Port and Protocol VLAN').mask(2).named(SUPPORTED),
  bool(`${IEEE1}.port_and_vlan_id_flag.enabled`, 'Port and Protocol VLAN').mask(4).named(ENABLED),
];
const aggregation = (prefix: string): Part[] => [
  [
    uint(`${prefix}.aggregation_status`, 'Aggregation Status').hex(1),
    1,
    [
      bool(`${prefix}.aggregation_status.cap`, 'Aggregation Capability').mask(1).named({ 0: 'No', 1: 'Yes' }),
      bool(`${prefix}.aggregation_status.enabled`, 'Aggregation Status').mask(2).named(ENABLED),
    ],
  ],
  [uint(`${prefix}.aggregated_port_id`, 'Aggregated Port Id'), 4],
];
const negotiation = [
  bool(`${IEEE3}.mac_phy_auto_neg_status.supported`, 'Auto-Negotiation').mask(1).named(SUPPORTED),
  bool(`${IEEE3}.mac_phy_auto_neg_status.enabled`, 'Auto-Negotiation').mask(2).named(ENABLED),
];
const advertised = bits(
  `${IEEE3}.pmd_auto_neg_advertised_caps`,
  CAPABLE,
  '1000base_tfd|1000BASE-T (full duplex mode)',
  '1000base_t|1000BASE-T (half duplex mode)',
  '1000base_xfd|1000BASE-X (-LX, -SX, -CX full duplex mode)',
  '1000base_x|1000BASE-X (-LX, -SX, -CX half duplex mode)',
  'fdx_bpause|Asymmetric and Symmetric PAUSE (for full-duplex links)',
  'fdx_spause|Symmetric PAUSE (for full-duplex links)',
  'fdx_apause|Asymmetric PAUSE (for full-duplex links)',
  'fdx_pause|PAUSE (for full-duplex links)',
  '100base_t2fd|100BASE-T2 (full duplex mode)',
  '100base_t2|100BASE-T2 (half duplex mode)',
  '100base_txfd|100BASE-TX (full duplex mode)',
  '100base_tx|100BASE-TX (half duplex mode)',
  '100base_t4|100BASE-T4',
  '10base_tfd|10BASE-T (full duplex mode)',
  '10base_t|10BASE-T (half duplex mode)',
  'other|Other or unknown',
);
const power = [
  bool(`${IEEE3}.mdi_power_support.port_class`, 'Port Class').mask(1).named({ 0: 'PD', 1: 'PSE' }),
  bool(`${IEEE3}.mdi_power_support.supported`, 'PSE MDI Power').mask(2).named(SUPPORTED),
  bool(`${IEEE3}.mdi_power_support.enabled`, 'PSE MDI Power').mask(4).named(ENABLED),
  bool(`${IEEE3}.mdi_power_support.pse_pairs`, 'PSE Pairs Control Ability')
    .mask(8)
    .named({ 0: 'No', 1: 'Yes' }),
];
const powerTypes = {
  0: 'Type 2 PSE Device',
  1: 'Type 2 PD Device',
  2: 'Type 1 PSE Device',
  3: 'Type 1 PD Device',
};
const inventory = (name: string, title: string): Field => text(`${MEDIA}.${name}`, title);
const wakeTimes = ['Transmit', 'Receive', 'Fallback Receive', 'Echo Transmit', 'Echo Receive'];

interface Organisation {
  /** As it stands before the subtype in the TLV's line. */
  readonly name: string;
  readonly subtype: Field;
  /** By subtype: fields of fixed widths. */
  readonly layouts: Readonly<Record<number, readonly Part[]>>;
  /** By subtype: the field that the rest of the TLV is. */
  readonly texts?: Readonly<Record<number, Field>>;
}

const subtype = (name: string, title: string, names: readonly string[]): Field =>
  uint(`lldp.${name}`, title)
    .hex(1)
    .named(Object.fromEntries(names.map((each, i) => [i + 1, each])));
const vlanName = {
  id: uint(`${IEEE1}.vlan.id`, 'VLAN Identifier'),
  length: uint(`${IEEE1}.vlan.name_len`, 'VLAN Name Length'),
  name: text(`${IEEE1}.vlan.name`, 'VLAN Name'),
};
const identity = {
  length: uint(`${IEEE1}.proto.id_length`, 'Protocol Identity Length'),
  id: bytes(`${IEEE1}.proto.id`, 'Protocol Identity'),
};
const medPower = [
  uint(`${MEDIA}.power.type`, 'Power Type').mask(0xc0),
  uint(`${MEDIA}.power.source`, 'Power Source').mask(0x30),
  uint(`${MEDIA}.power.prio`, 'Power Priority').mask(0x0f).named(PRIORITIES),
];

const organisations: Readonly<Record<number, Organisation>> = {
  [IEEE_802_1]: {
    name: 'IEEE',
    subtype: subtype('ieee.802_1.subtype', 'IEEE 802.1 Subtype', [
      'Port VLAN ID',
      'Port and Protocol VLAN ID',
      'VLAN Name',
      'Protocol Identity',
      'VID Usage Digest',
      'Management VID',
      'Link Aggregation',
      'Congestion Notification',
      'ETS Configuration',
      'ETS Recommendation',
      'Priority Flow Control Configuration',
      'Application Protocol',
      'EVB',
      'CDCP',
      'Port extension',
      'Application VLAN',
    ]),
    layouts: {
      1: [[uint(`${IEEE1}.port_vlan.id`, 'Port VLAN Identifier'), 2]],
      2: [
        [uint(`${IEEE1}.port_and_vlan_id_flag`, 'Flags').hex(1), 1, vlanFlags],
        [uint(`${IEEE1}.port_proto_vlan.id`, 'Port and Protocol VLAN Identifier'), 2],
      ],
      3: [
        [vlanName.id, 2],
        [vlanName.length, 1],
      ],
      4: [[identity.length, 1]],
      7: aggregation(IEEE1),
    },
    texts: { 3: vlanName.name, 4: identity.id },
  },
  [IEEE_802_3]: {
    name: 'Ieee 802.3',
    subtype: subtype('ieee.802_3.subtype', 'IEEE 802.3 Subtype', [
      'MAC/PHY Configuration/Status',
      'Power Via MDI',
      'Link Aggregation',
      'Maximum Frame Size',
      'EEE (Energy-Efficient Ethernet)',
    ]),
    layouts: {
      1: [
        [uint(`${IEEE3}.mac_phy_auto_neg_status`, 'Auto-Negotiation Support/Status').hex(1), 1, negotiation],
        [
          uint(`${IEEE3}.pmd_auto_neg_advertised_caps`, 'PMD Auto-Negotiation Advertised Capability').hex(2),
          2,
          advertised,
        ],
        [uint(`${IEEE3}.pmd_mau_type`, 'Operational MAU Type').hex(2), 2],
      ],
      2: [
        [uint(`${IEEE3}.mdi_power_support`, 'MDI Power Support').hex(1), 1, power],
        [uint(`${IEEE3}.mdi_pse_pair`, 'PSE Power Pair'), 1],
        [
          uint(`${IEEE3}.mdi_power_class`, 'Power Class').named({ 1: '0', 2: '1', 3: '2', 4: '3', 5: '4' }),
          1,
        ],
      ],
      3: aggregation(IEEE3),
      4: [[uint(`${IEEE3}.max_frame_size`, 'Maximum Frame Size'), 2]],
      5: wakeTimes.map(
        (title): Part => [uint(`${IEEE3}.eee.${title.toLowerCase().replace(' ', '_')}`, title), 2],
      ),
    },
  },
  [MED]: {
    name: 'Telecommunications Industry Association TR-41 Committee',
    subtype: subtype('media.subtype', 'Media Subtype', [
      'Media Capabilities',
      'Network Policy',
      'Location Identification',
      'Extended Power-via-MDI',
      ...['Hardware', 'Firmware', 'Software'].map((part) => `Inventory - ${part} Revision`),
      'Inventory - Serial Number',
      'Inventory - Manufacturer Name',
      'Inventory - Model Name',
      'Inventory - Asset ID',
    ]),
    layouts: {
      1: [
        [
          uint(`${MEDIA}.subtype.caps`, 'Capabilities').hex(2),
          2,
          bits(
            `${MEDIA}.subtype.caps`,
            CAPABLE,
            'llpd|LLDP-MED Capabilities',
            'network_policy|Network Policy',
            'location_id|Location Identification',
            'mdi_pse|Extended Power via MDI-PSE',
            'mid_pd|Extended Power via MDI-PD',
            'inventory|Inventory',
          ),
        ],
        [
          uint(`${MEDIA}.subtype.class`, 'Class Type').named({
            0: 'Type Not Defined',
            1: 'Endpoint Class I',
            2: 'Endpoint Class II',
            3: 'Endpoint Class III',
            4: 'Network Connectivity',
          }),
          1,
        ],
      ],
      2: [
        [
          uint(`${MEDIA}.app_type`, 'Application Type').named({
            0: 'Reserved',
            1: 'Voice',
            2: 'Voice Signaling',
            3: 'Guest Voice',
            4: 'Guest Voice Signaling',
            5: 'Softphone Voice',
            6: 'Video Conferencing',
            7: 'Streaming Video',
            8: 'Video Signaling',
          }),
          1,
        ],
      ],
    },
    texts: {
      5: inventory('hardware', 'Hardware Revision'),
      6: inventory('firmware', 'Firmware Revision'),
      7: inventory('software', 'Software Revision'),
      8: inventory('sn', 'Serial Number'),
      9: inventory('manufacturer', 'Manufacturer Name'),
      10: inventory('model', 'Model Name'),
      11: inventory('asset', 'Asset ID'),
    },
  },
};

const policy = [
  bool(`${MEDIA}.policy_flag`, 'Policy').mask(0x80_0000).named({ 0: 'Defined', 1: 'Unknown' }),
  bool(`${MEDIA}.tag_flag`, 'Tagged').mask(0x40_0000).named({ 0: 'No', 1: 'Yes' }),
  uint(`${MEDIA}.vlan_id`, 'VLAN Id').mask(0x1f_fe00),
  uint(`${MEDIA}.l2_prio`, 'L2 Priority').mask(0x1c0),
  uint(`${MEDIA}.dscp`, 'DSCP Priority').mask(0x3f),
];
const powerSource = [
  uint(`${IEEE3}.mdi_power_type`, 'Power Type').mask(0xc0).named(powerTypes),
  uint(`${IEEE3}.mdi_power_source`, 'Power Source').mask(0x30),
  uint(`${IEEE3}.mdi_power_priority`, 'Power Priority').mask(0x0f).named(PRIORITIES),
];
/** In tenths of a watt. */
const watts = (name: string, title: string): Field =>
  uint(name, title).shownAs((value) => `${title}: ${Number(value) / 10} W`);
const powerValues = [
  watts(`${IEEE3}.mdi_pde_requested`, 'PD Requested Power Value'),
  watts(`${IEEE3}.mdi_pse_allocated`, 'PSE Allocated Power Value'),
];
const medPowerValue = watts(`${MEDIA}.power.value`, 'Power Value');
const oui = uint('lldp.orgtlv.oui', 'Organization Unique Code').shownAs((value) => {
  const octets = Number(value)
    .toString(16)
    .padStart(6, '0')
    .replace(/..(?=.)/g, '$&:');
  const name = organisations[Number(value)]?.name ?? organisationNames[Number(value)];
  return `Organization Unique Code: ${octets}${name === undefined ? '' : ` (${name})`}`;
});

const unknownSubtype = uint('lldp.unknown_subtype', 'Unknown Subtype');
const unknownContent = bytes('lldp.unknown_subtype.content', 'Unknown Subtype Content');

/** All fields of these TLVs, for the protocol's table. */
export const organisationFields: readonly Field[] = [
  oui,
  unknownSubtype,
  unknownContent,
  ...Object.values(organisations).flatMap(({ subtype: kind, layouts, texts = {} }) => [
    kind,
    ...Object.values(layouts)
      .flat()
      .flatMap(([field, , more]) => [field!, ...(Array.isArray(more) ? (more as Field[]) : [])]),
    ...Object.values(texts),
  ]),
  ...policy,
  ...powerSource,
  ...powerValues,
  ...medPower,
  medPowerValue,
];

/** `IEEE - VLAN Name` */
export function organisationTitle(b: Uint8Array, at: number, end: number): string {
  if (end - at < 4) return 'Organization Specific';
  const known = organisations[u24(b, at)];
  return `${known?.name ?? 'Unknown'} - ${known?.subtype.nameOf(b[at + 3]!) ?? `Unknown (${b[at + 3]})`}`;
}

/** Emits the TLV's value [at, end), at least the organisation and its subtype. */
export function emitOrganisation(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(oui, at, 3);
  const code = u24(b, at);
  const known = organisations[code];
  if (known === undefined) {
    out.add(unknownSubtype, at + 3, 1);
    if (end > at + 4) out.add(unknownContent, at + 4, end - at - 4);
    return;
  }
  const kind = b[at + 3]!;
  out.add(known.subtype, at + 3, 1);
  const rest = emitParts(out, b, at + 4, end, known.layouts[kind] ?? []);
  const field = known.texts?.[kind];
  if (field !== undefined) emitRest(b, field, rest, end, out);
  else if (code === MED && kind === 2 && end - rest >= 3) for (const each of policy) out.add(each, rest, 3);
  else if (code === MED && kind === 4 && end - rest >= 3) emitPower(rest, medPower, [medPowerValue], out);
  else if (code === IEEE_802_3 && kind === 2 && end - rest >= 5)
    emitPower(rest, powerSource, powerValues, out);
}

/** A text or bytes: of the length before it, or, where there is none, up to the end. */
function emitRest(b: Uint8Array, field: Field, at: number, end: number, out: Sink): void {
  const hasLength = field === vlanName.name || field === identity.id;
  const length = hasLength ? (b[at - 1] ?? 0) : end - at;
  if (length === 0 || at + length > end) return;
  if (field.type === 'text') out.add(field, at, length, utf8(b, at, at + length).replace(/\0+$/, ''));
  else out.add(field, at, length);
}

/** A byte of type, source and priority, and values of two bytes. */
function emitPower(at: number, source: readonly Field[], values: readonly Field[], out: Sink): void {
  for (const field of source) out.add(field, at, 1);
  values.forEach((field, i) => {
    out.add(field, at + 1 + 2 * i, 2);
  });
}
