// Fields of sFlow datagrams and samples.
import { bytes, ipv4, ipv6, uint } from '../../../core/field.ts';

export const FLOW = 1;
export const COUNTERS = 2;
export const EXPANDED_FLOW = 3;
export const EXPANDED_COUNTERS = 4;
/** Flow record with the first bytes of a packet. */
export const RAW_HEADER = 1;

export const sampleNames: Record<number, string> = {
  [FLOW]: 'Flow sample',
  [COUNTERS]: 'Counters sample',
  [EXPANDED_FLOW]: 'Expanded flow sample',
  [EXPANDED_COUNTERS]: 'Expanded counters sample',
  7: 'Lag Port stats',
};

export const flowNames: Record<number, string> = {
  [RAW_HEADER]: 'Raw packet header',
  2: 'Ethernet frame data',
  3: 'IPv4 data',
  4: 'IPv6 data',
  1001: 'Extended switch data',
  1002: 'Extended router data',
  1003: 'Extended gateway data',
  1004: 'Extended user data',
  1005: 'Extended URL data',
  1006: 'Extended MPLS data',
  1007: 'Extended NAT data',
  1008: 'Extended MPLS tunnel data',
  1009: 'Extended MPLS VC data',
  1010: 'Extended MPLS FEC data',
  1011: 'Extended MPLS LVP FEC data',
  1012: 'Extended VLAN tunnel',
  1013: 'Extended 802.11 payload',
  1014: 'Extended 802.11 RX',
  1015: 'Extended 802.11 TX',
  1016: 'Extended 802.11 aggregation',
};

export const counterNames: Record<number, string> = {
  1: 'Generic interface counters',
  2: 'Ethernet interface counters',
  3: 'Token ring counters',
  4: '100 Base VG interface counters',
  5: 'VLAN counters',
  6: 'IEEE 802.11 counters',
  7: 'LAG counters',
  1001: 'Processor information',
  1002: 'Radio utilization',
};

const headerProtocols: Record<number, string> = {
  1: 'Ethernet',
  2: 'Token Bus',
  3: 'Token Ring',
  4: 'FDDI',
  5: 'Frame Relay',
  6: 'X.25',
  7: 'PPP',
  8: 'SMDS',
  9: 'ATM AAL5',
  10: 'ATM AAL5-IP (e.g., Cisco AAL5 mux)',
  11: 'IPv4',
  12: 'IPv6',
  13: 'MPLS',
  14: 'PPP over SONET/SDH (RFC 1662, 2615)',
  15: '802.11 MAC',
  16: '802.11n Aggregated MPDU',
  17: 'A-MSDU Subframe',
};

const suites: Record<number, string> = {
  0: 'Use group cipher suite',
  1: 'WEP-40',
  2: 'TKIP',
  4: 'CCMP',
  5: 'WEP-104',
};

export const sampleFields = {
  version: uint('sflow_245.version', 'Datagram version').at(0, 4),
  agentType: uint('sflow_245.agenttype', 'Agent address type').at(4, 4).named({ 1: 'IPv4', 2: 'IPv6' }),
  agent: ipv4('sflow_245.agent', 'Agent address'),
  agent6: ipv6('sflow_245.agent.v6', 'Agent address'),
  subAgent: uint('sflow_245.sub_agent_id', 'Sub-agent ID'),
  sequence: uint('sflow_245.sequence_number', 'Sequence number'),
  uptime: uint('sflow_245.sysuptime', 'SysUptime'),
  samples: uint('sflow_245.numsamples', 'NumSamples'),
  enterprise: uint('sflow.enterprise', 'Enterprise').mask(0xfffff000).named({ 0: 'standard sFlow' }),
  enterpriseLength: uint('sflow.enterprise.length', 'Length'),
  enterpriseData: bytes('sflow.enterprise.data', 'Data'),
  sampleType: uint('sflow_245.sampletype', 'sFlow sample type').mask(0xfff).named(sampleNames),
  sampleLength: uint('sflow_5.sample_length', 'Sample length (byte)'),
  flowSequence: uint('sflow.flow_sample.sequence_number', 'Sequence number'),
  flowClass: uint('sflow.flow_sample.source_id_class', 'Source ID class').mask(0xff000000),
  flowIndex: uint('sflow.flow_sample.index', 'Index').mask(0xffffff),
  flowIdType: uint('sflow.flow_sample.source_id_type', 'Source ID type'),
  flowIdIndex: uint('sflow.flow_sample.source_id_index', 'Source ID index'),
  rate: uint('sflow.flow_sample.sampling_rate', 'Sampling rate'),
  pool: uint('sflow.flow_sample.sample_pool', 'Sample pool'),
  drops: uint('sflow.flow_sample.dropped_packets', 'Dropped packets'),
  input: uint('sflow.flow_sample.input_interface', 'Input interface (ifIndex)'),
  inputFormat: uint('sflow.flow_sample.input_interface_format', 'Input interface format'),
  inputValue: uint('sflow.flow_sample.input_interface_value', 'Input interface value'),
  output: uint('sflow.flow_sample.output_interface', 'Output interface'),
  outputFormat: uint('sflow.flow_sample.output_interface_format', 'Output interface format').mask(0xc0000000),
  outputExpandedFormat: uint('sflow.flow_sample.output_interface.format', 'Output interface format').mask(
    0x7fffffff,
  ),
  outputValue: uint('sflow.flow_sample.output_interface_value', 'Output interface value').mask(0x3fffffff),
  flowRecords: uint('sflow.flow_sample.flow_record', 'Flow record'),
  counterSequence: uint('sflow.counters_sample.sequence_number', 'Sequence number'),
  counterClass: uint('sflow.counters_sample.source_id_class', 'Source ID class').mask(0xff000000),
  counterIndex: uint('sflow.counters_sample.index', 'Index').mask(0xffffff),
  counterIdType: uint('sflow.counters_sample.source_id_type', 'Source ID type').mask(0xff000000),
  counterIdIndex: uint('sflow.counters_sample.source_id_index', 'Source ID index').mask(0xffffff),
  counterRecords: uint('sflow.counters_sample.counters_records', 'Counters records'),
  flowFormat: uint('sflow_245.flow_record_format', 'Format').named(flowNames),
  counterFormat: uint('sflow_245.counters_record_format', 'Format').mask(0xfff).named(counterNames).special(),
  recordLength: uint('sflow_5.flow_data_length', 'Flow data length (byte)'),
  headerProtocol: uint('sflow_245.header_protocol', 'Header protocol').named(headerProtocols),
  frameLength: uint('sflow_245.header.frame_length', 'Frame Length'),
  stripped: uint('sflow_245.header.payload_stripped', 'Payload stripped'),
  sampledLength: uint('sflow_245.header.sampled_header_length', 'Sampled header length'),
  header: bytes('sflow_245.header', 'Header of sampled packet'),
  asEntries: uint('sflow_245.dstASentries', 'AS Destinations'),
  asType: uint('sflow.as_type', 'AS Type').named({ 1: 'AS Set', 2: 'AS Sequence' }),
  destinationAs: uint('sflow_245.dstAS', 'AS Destination'),
  communities: uint('sflow_245.communityEntries', 'Gateway Communities'),
  localPreference: uint('sflow_245.localpref', 'localpref'),
  suiteOui: uint('sflow_5.extended_80211.oui', 'OUI').hex(3),
  suite: uint('sflow_5.extended_80211.suite_type', 'Suite Type').named(suites),
  payloadLength: uint('sflow_5.extended_80211.payload_length', 'Payload Length'),
  payload: bytes('sflow_5.extended_80211.payload', 'Payload'),
};
