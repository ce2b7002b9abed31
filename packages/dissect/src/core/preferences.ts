// What a user may set about how packets are read, by Wireshark's names of its preferences.

export interface Preferences {
  /** Checksums are verified. Off by default: captures on the sending host are full of sums the card was to fill in. */
  readonly 'ip.check_checksum': boolean;
  readonly 'tcp.check_checksum': boolean;
  readonly 'udp.check_checksum': boolean;
  /** tcp.seq and tcp.ack count from the beginning of the conversation. */
  readonly 'tcp.relative_sequence_numbers': boolean;
  /** Retransmissions, lost segments and the like are looked for. */
  readonly 'tcp.analyze_sequence_numbers': boolean;
  /** Messages that span segments are put together before they are read. */
  readonly 'tcp.desegment_tcp_streams': boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  'ip.check_checksum': false,
  'tcp.check_checksum': false,
  'udp.check_checksum': false,
  'tcp.relative_sequence_numbers': true,
  'tcp.analyze_sequence_numbers': true,
  'tcp.desegment_tcp_streams': true,
};
