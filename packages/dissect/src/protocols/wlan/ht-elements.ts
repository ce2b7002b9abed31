// High throughput elements (IEEE Std 802.11-2020 §9.4.2.55 and §9.4.2.56).
import { u32le } from '../../core/bytes.ts';
import { type Field, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { bitFields } from '../bits.ts';
import { emitWord, wordFields, wordOf } from './words.ts';

/** Bytes of the HT Capabilities element, and of HT Operation. */
const CAPABILITIES = 26;
const OPERATION = 22;

const SUPPORT = 'Supported | Not supported';
const FEEDBACK =
  'not supported | delayed feedback capable | immediate feedback capable | delayed and immediate feedback capable';
const ANTENNAS =
  '1 TX antenna sounding | 2 TX antenna sounding | 3 TX antenna sounding | 4 TX antenna sounding';

const words = {
  capabilities: wordOf(
    'wlan.ht.capabilities',
    'HT Capabilities Info',
    2,
    'wlan.ht.capabilities.',
    `1 ldpccoding HT LDPC coding capability | Transmitter supports receiving LDPC coded packets | Transmitter does not support receiving LDPC coded packets
2 width HT Support channel width | Transmitter supports 20MHz and 40MHz operation | Transmitter only supports 20MHz operation
c sm HT SM Power Save | Static SM Power Save mode | Dynamic SM Power Save mode | Reserved | SM Power Save disabled
10 green HT Green Field | Transmitter is able to receive PPDUs with Green Field (GF) preamble | Transmitter is not able to receive PPDUs with Green Field (GF) preamble
20 short20 HT Short GI for 20MHz | ${SUPPORT}
40 short40 HT Short GI for 40MHz | ${SUPPORT}
80 txstbc HT Tx STBC | ${SUPPORT}
300 rxstbc HT Rx STBC | No Rx STBC support | Rx support of one spatial stream | Rx support of one and two spatial streams | Rx support of one, two, and three spatial streams
400 delayedblockack HT Delayed Block ACK | Transmitter supports HT-Delayed BlockAck | Transmitter does not support HT-Delayed BlockAck
800 amsdu HT Max A-MSDU length | 7935 bytes | 3839 bytes
1000 dsscck HT DSSS/CCK mode in 40MHz | Will/Can use DSSS/CCK in 40 MHz | Won't/Can't use of DSSS/CCK in 40 MHz
2000 psmp HT PSMP Support | Will/Can support PSMP operation | Won't/Can't support PSMP operation
4000 40mhzintolerant HT Forty MHz Intolerant | Use of 40 MHz transmissions restricted/disallowed | Use of 40 MHz transmissions unrestricted/allowed
8000 lsig HT L-SIG TXOP Protection support | ${SUPPORT}`,
  ),
  ampdu: wordOf(
    'wlan.ht.ampduparam',
    'A-MPDU Parameters',
    1,
    'wlan.ht.ampduparam.',
    `3 maxlength Maximum Rx A-MPDU Length | 8191[Bytes] | 16383[Bytes] | 32767[Bytes] | 65535[Bytes]
1c mpdudensity MPDU Density | no restriction | 1/4 [usec] | 1/2 [usec] | 1 [usec] | 2 [usec] | 4 [usec] | 8 [usec] | 16 [usec]
e0 reserved Reserved`,
  ),
  extended: wordOf(
    'wlan.htex.capabilities',
    'HT Extended Capabilities',
    2,
    'wlan.htex.capabilities.',
    `1 pco Transmitter supports PCO | ${SUPPORT}
6 transtime Time needed to transition between 20MHz and 40MHz | No Transition | 400 usec | 1.5 msec | 5 msec
300 mcs MCS Feedback capability | STA does not provide MCS feedback | Reserved | STA provides only unsolicited MCS feedback | STA can provide MCS feedback in response to MRQ as well as unsolicited MCS feedback
400 htc High Throughput | ${SUPPORT}
800 rdresponder Reverse Direction Responder | ${SUPPORT}`,
  ),
  beamforming: wordOf(
    'wlan.txbf',
    'Transmit Beam Forming (TxBF) Capabilities',
    4,
    'wlan.txbf.',
    `1 txbf Transmit Beamforming | ${SUPPORT}
2 rxss Receive Staggered Sounding | ${SUPPORT}
4 txss Transmit Staggered Sounding | ${SUPPORT}
8 rxndp Receive Null Data packet (NDP) | ${SUPPORT}
10 txndp Transmit Null Data packet (NDP) | ${SUPPORT}
20 impltxbf Implicit TxBF capable | ${SUPPORT}
c0 calibration Calibration | incapable | Limited involvement, cannot initiate | Limited involvement, can initiate | Fully capable
100 csi STA can apply TxBF using CSI explicit feedback | ${SUPPORT}
200 fm.uncompressed.tbf STA can apply TxBF using uncompressed beamforming feedback matrix | ${SUPPORT}
400 fm.compressed.tbf STA can apply TxBF using compressed beamforming feedback matrix | ${SUPPORT}
1800 rcsi Receiver can return explicit CSI feedback | ${FEEDBACK}
6000 fm.uncompressed.rbf Receiver can return explicit uncompressed Beamforming Feedback Matrix | ${FEEDBACK}
18000 fm.compressed.bf STA can compress and use compressed Beamforming Feedback Matrix | ${FEEDBACK}
60000 mingroup Minimal grouping used for explicit feedback reports | No grouping supported | Groups of 1, 2 supported | Groups of 1, 4 supported | Groups of 1, 2, 4 supported
180000 csinumant Max antennae STA can support when CSI feedback required | ${ANTENNAS}
600000 fm.uncompressed.maxant Max antennae STA can support when uncompressed Beamforming feedback required | ${ANTENNAS}
1800000 fm.compressed.maxant Max antennae STA can support when compressed Beamforming feedback required | ${ANTENNAS}
6000000 csi.maxrows Maximum number of rows of CSI explicit feedback | 1 row of CSI | 2 rows of CSI | 3 rows of CSI | 4 rows of CSI
18000000 channelest Maximum number of space time streams for which channel dimensions can be simultaneously estimated | 1 space time stream | 2 space time streams | 3 space time streams | 4 space time streams
e0000000 reserved Reserved`,
  ),
  antennaSelection: wordOf(
    'wlan.asel',
    'Antenna Selection (ASEL) Capabilities',
    1,
    'wlan.asel.',
    `1 capable Antenna Selection Capable | ${SUPPORT}
2 txcsi Explicit CSI Feedback Based Tx ASEL | ${SUPPORT}
4 txif Antenna Indices Feedback Based Tx ASEL | ${SUPPORT}
8 csi Explicit CSI Feedback | ${SUPPORT}
10 if Antenna Indices Feedback | ${SUPPORT}
20 rx Rx ASEL | ${SUPPORT}
40 sppdu Tx Sounding PPDUs | ${SUPPORT}
80n reserved Reserved`,
  ),
  channel: wordOf(
    'wlan.ht.info.delim1',
    'HT Information Subset (1 of 3)',
    1,
    'wlan.ht.info.',
    `3 secchanoffset Secondary channel offset | No secondary channel | Secondary channel is above the primary channel | Reserved | Secondary channel is below the primary channel
4 chanwidth Supported channel width | Channel of any width supported | 20 MHz channel width only
8 rifs Reduced Interframe Spacing (RIFS) | Permitted | Prohibited
f0 reserved_b4_b7 Reserved`,
  ),
  protection: wordOf(
    'wlan.ht.info.delim2',
    'HT Information Subset (2 of 3)',
    2,
    'wlan.ht.info.',
    `3 ht_protection HT Protection | No protection mode | HT non-member protection mode | 20 MHz protection mode | non-HT mixed mode
4 greenfield Non-greenfield STAs present | One or more associated STAs are not greenfield capable | All associated STAs are greenfield capable
8n reserved_b11 Reserved
10 obssnonht OBSS non-HT STAs present | Use of protection for non-HT STAs by overlapping BSSs is needed | Use of protection for non-HT STAs by overlapping BSSs is not needed
1fe0 chan_center_freq_seg_2 Channel Center Frequency Segment 2
e000 reserved_b21_b23 Reserved`,
  ),
  beacons: wordOf(
    'wlan.ht.info.delim3',
    'HT Information Subset (3 of 3)',
    2,
    'wlan.ht.info.',
    `3f reserved_b24_b29 Reserved
40 dualbeacon Dual beacon | AP transmits a secondary beacon | No second beacon is transmitted
80 dualcts Dual Clear To Send (CTS) protection | Required | Not required
100 secondarybeacon Beacon ID | STBC beacon | Primary beacon
200 lsigprotsupport L-SIG TXOP Protection Full Support | All HT STAs in the BSS support L-SIG TXOP protection | One or more HT STAs in the BSS do not support L-SIG TXOP protection
400 pco.active Phased Coexistence Operation (PCO) | Active | Inactive
800 pco.phase Phased Coexistence Operation (PCO) Phase | Switch to or continue 40 MHz phase | Switch to or continue 20 MHz phase
f000 reserved_b36_b39 Reserved`,
  ),
};
// The only number of the words that is decimal: a channel.
words.protection.bits['wlan.ht.info.chan_center_freq_seg_2']!.base = 'dec';

const f = {
  primaryChannel: uint('wlan.ht.info.primarychannel', 'Primary Channel'),
  mcsSet: none('wlan.ht.mcsset', 'Rx Supported Modulation and Coding Scheme Set'),
  mcsMask: none('wlan.ht.mcsset.rxbitmask', 'Rx Modulation and Coding Scheme (One bit per modulation)'),
  highestRate: uint('wlan.ht.mcsset.highestdatarate', 'Highest Supported Data Rate').hex(2).le().mask(0x3ff),
};
const BITMASK = 'wlan.ht.mcsset.rxbitmask.';
/** The 77 bits of the Rx MCS Bitmask, in three little-endian words: at bytes 0, 4 and 6. */
const masks: readonly (readonly [offset: number, fields: Readonly<Record<string, Field>>])[] = [
  [
    0,
    bitFields(
      BITMASK,
      `ff 0to7 Rx Bitmask Bits 0-7
ff00 8to15 Rx Bitmask Bits 8-15
ff0000 16to23 Rx Bitmask Bits 16-23
ff000000 24to31 Rx Bitmask Bits 24-31`,
      { le: true, hexBytes: 4 },
    ),
  ],
  [
    4,
    bitFields(
      BITMASK,
      `1n 32 Rx Bitmask Bit 32
7e 33to38 Rx Bitmask Bits 33-38
1fff80 39to52 Rx Bitmask Bits 39-52`,
      { le: true, hexBytes: 4 },
    ),
  ],
  [6, bitFields(BITMASK, '1fffffe0 53to76 Rx Bitmask Bits 53-76', { le: true, hexBytes: 4 })],
];
const transmit = bitFields(
  'wlan.ht.mcsset.',
  `1 txsetdefined Tx Supported MCS Set | Defined | Not defined
2 txrxmcsnotequal Tx and Rx MCS Set | Not Equal | Equal
c txmaxss Maximum Number of Tx Spatial Streams Supported
10 txunequalmod Unequal Modulation | ${SUPPORT}`,
  { hexBytes: 2 },
);
for (const field of Object.values(transmit)) field.inBits(16);

export const htFields: Readonly<Record<string, Field>> = {
  ...f,
  ...wordFields(words),
  ...Object.assign({}, ...masks.map(([, fields]) => fields)),
  ...transmit,
};

export function emitHtCapabilities(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < CAPABILITIES) return;
  emitWord(words.capabilities, at, out);
  emitWord(words.ampdu, at + 2, out);
  emitMcsSet(b, at + 3, 'MCS Set', out);
  emitWord(words.extended, at + 19, out);
  emitWord(words.beamforming, at + 21, out);
  emitWord(words.antennaSelection, at + 25, out);
}

export function emitHtOperation(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < OPERATION) return;
  out.add(f.primaryChannel, at, 1);
  emitWord(words.channel, at + 1, out);
  emitWord(words.protection, at + 2, out);
  emitWord(words.beacons, at + 4, out);
  emitMcsSet(b, at + 6, 'Basic MCS Set', out);
}

/** §9.4.2.55.4: 16 bytes. */
function emitMcsSet(b: Uint8Array, at: number, title: string, out: Sink): void {
  out.open(f.mcsSet, at, 16);
  out.note(`: ${title}`);
  out.open(f.mcsMask, at, 10);
  out.note(`: ${streamsText(u32le(b, at))}`);
  for (const [offset, fields] of masks)
    for (const field of Object.values(fields)) out.add(field, at + offset, 4);
  out.close();
  out.add(f.highestRate, at + 10, 2);
  for (const field of Object.values(transmit)) out.add(field, at + 12, 1);
  out.close();
}

/** Each stream has a byte of the mask. */
function streamsText(mask: number): string {
  if (mask === 0) return 'Reserved:8';
  const streams = 4 - (Math.clz32(mask) >>> 3);
  return `${streams} spatial stream${streams === 1 ? '' : 's'}`;
}
