// Dissection preferences that a user may set, under Wireshark's names.

export interface Preferences {
  /** Verify checksums. Off by default: on the sending host they are often left to the network card (checksum offload). */
  readonly 'ip.check_checksum': boolean;
  readonly 'tcp.check_checksum': boolean;
  readonly 'udp.check_checksum': boolean;
  /** tcp.seq and tcp.ack are relative to the conversation's initial sequence numbers. */
  readonly 'tcp.relative_sequence_numbers': boolean;
  /** Detect retransmissions, lost segments and the like. */
  readonly 'tcp.analyze_sequence_numbers': boolean;
  /** Reassemble messages that span segments. */
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
