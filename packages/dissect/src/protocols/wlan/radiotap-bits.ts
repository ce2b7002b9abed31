// Flags of the radiotap header (https://www.radiotap.org/fields), as Wireshark names them.
import { bitFields } from '../bits.ts';

const LE = { le: true };

export const presentBits = bitFields(
  'radiotap.present.',
  `1 tsft TSFT | Present | Absent
2 flags Flags | Present | Absent
4 rate Rate | Present | Absent
8 channel Channel | Present | Absent
10 fhss FHSS | Present | Absent
20 dbm_antsignal dBm Antenna Signal | Present | Absent
40 dbm_antnoise dBm Antenna Noise | Present | Absent
80 lock_quality Lock Quality | Present | Absent
100 tx_attenuation TX Attenuation | Present | Absent
200 db_tx_attenuation dB TX Attenuation | Present | Absent
400 dbm_tx_power dBm TX Power | Present | Absent
800 antenna Antenna | Present | Absent
1000 db_antsignal dB Antenna Signal | Present | Absent
2000 db_antnoise dB Antenna Noise | Present | Absent
4000 rxflags RX flags | Present | Absent
8000 txflags TX flags | Present | Absent
20000 data_retries data retries | Present | Absent
40000 xchannel Channel+ | Present | Absent
80000 mcs MCS information | Present | Absent
100000 ampdu A-MPDU Status | Present | Absent
200000 vht VHT information | Present | Absent
400000 timestamp frame timestamp | Present | Absent
800000 he HE information | Present | Absent
1000000 he_mu HE-MU information | Present | Absent
4000000 0_length.psdu 0 Length PSDU | Present | Absent
8000000 l_sig L-SIG | Present | Absent
10000000 tlv TLVs | Present | Absent
20000000 rtap_ns Radiotap NS next
40000000 vendor_ns Vendor NS next
80000000 ext Ext | Present | Absent`,
  LE,
);

export const flagBits = bitFields(
  'radiotap.flags.',
  `1 cfp CFP
2 preamble Preamble | Short | Long
4 wep WEP
8 frag Fragmentation
10 fcs FCS at end
20 datapad Data Pad
40 badfcs Bad FCS
80 shortgi Short GI`,
);

export const channelBits = bitFields(
  'radiotap.channel.flags.',
  `1 700mhz 700 MHz spectrum
2 800mhz 800 MHz spectrum
4 900mhz 900 MHz spectrum
10 turbo Turbo
20 cck Complementary Code Keying (CCK)
40 ofdm Orthogonal Frequency-Division Multiplexing (OFDM)
80 2ghz 2 GHz spectrum
100 5ghz 5 GHz spectrum
200 passive Passive
400 dynamic Dynamic CCK-OFDM
800 gfsk Gaussian Frequency Shift Keying (GFSK)
1000 gsm GSM (900MHz)
2000 sturbo Static Turbo
4000 half Half Rate Channel (10MHz Channel Width)
8000 quarter Quarter Rate Channel (5MHz Channel Width)`,
  LE,
);

export const extendedChannelBits = bitFields(
  'radiotap.xchannel.flags.',
  `10 turbo Turbo
20 cck Complementary Code Keying (CCK)
40 ofdm Orthogonal Frequency-Division Multiplexing (OFDM)
80 2ghz 2 GHz spectrum
100 5ghz 5 GHz spectrum
400 dynamic Dynamic CCK-OFDM
800 gfsk Gaussian Frequency Shift Keying (GFSK)
1000 gsm GSM (900MHz)
2000 sturbo Static Turbo
4000 half Half Rate Channel (10MHz Channel Width)
8000 quarter Quarter Rate Channel (5MHz Channel Width)
10000 ht20 HT Channel (20MHz Channel Width)
20000 ht40u HT Channel (40MHz Channel Width with Extension channel above)
40000 ht40d HT Channel (40MHz Channel Width with Extension channel below)`,
  LE,
);

export const mcsKnownBits = bitFields(
  'radiotap.mcs.',
  `1 have_bw Bandwidth | Present | Absent
2 have_index MCS index | Present | Absent
4 have_gi Guard interval | Present | Absent
8 have_format Format | Present | Absent
10 have_fec FEC type | Present | Absent
20 have_stbc STBC streams | Present | Absent
40 have_ness Number of extension spatial streams | Present | Absent`,
);

export const ampduBits = bitFields(
  'radiotap.ampdu.flags.',
  `1 report_zerolen Driver reports 0-length subframes in this A-MPDU
2 is_zerolen This is a 0-length subframe
4 lastknown Last subframe of this A-MPDU is known
8 last This is the last subframe of this A-MPDU
10 delim_crc_error Delimiter CRC error on this subframe
40 eof EOF on this subframe
80 eof_known EOF of this A-MPDU is known`,
  LE,
);

export const rxBits = bitFields('radiotap.rxflags.', '2 badplcp Bad PLCP', LE);

export const txBits = bitFields(
  'radiotap.txflags.',
  `1 fail Fail
2 cts CTS
4 rts RTS/CTS
8 noack No ACK
10 noseqno Has Seqnum
20 order Order`,
  LE,
);
