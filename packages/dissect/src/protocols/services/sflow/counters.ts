// sFlow counter records (sFlow Version 5, §5.4, and the MIB structures it uses): sequences of integers.
import { type Field, uint, uint64 } from '../../../core/field.ts';

type Row = readonly [name: string, title: string, size?: 8];
/** A field and its width in bytes. */
export type Counter = readonly [Field, number];

const counters = (prefix: string, rows: readonly Row[]): Counter[] =>
  rows.map(([name, title, size]) =>
    size === 8 ? [uint64(prefix + name, title), 8] : [uint(prefix + name, title), 4],
  );

/** Ethernet interface counters, RFC 3635. */
export const ethernet = counters('sflow_245.', [
  ['dot3StatsAlignmentErrors', 'Alignment Errors'],
  ['dot3StatsFCSErrors', 'FCS Errors'],
  ['dot3StatsSingleCollisionFrames', 'Single Collision Frames'],
  ['dot3StatsMultipleCollisionFrames', 'Multiple Collision Frames'],
  ['dot3StatsSQETestErrors', 'SQE Test Errors'],
  ['dot3StatsDeferredTransmissions', 'Deferred Transmissions'],
  ['dot3StatsLateCollisions', 'Late Collisions'],
  ['dot3StatsExcessiveCollisions', 'Excessive Collisions'],
  ['dot3StatsInternalMacTransmitErrors', 'Internal Mac Transmit Errors'],
  ['dot3StatsCarrierSenseErrors', 'Carrier Sense Errors'],
  ['dot3StatsFrameTooLongs', 'Frame Too Longs'],
  ['dot3StatsInternalMacReceiveErrors', 'Internal Mac Receive Errors'],
  ['dot3StatsSymbolErrors', 'Symbol Errors'],
]);
/** Token Ring counters, RFC 1748. */
export const tokenRing = counters('sflow_245.', [
  ['dot5StatsLineErrors', 'Line Errors'],
  ['dot5StatsBurstErrors', 'Burst Errors'],
  ['dot5StatsACErrors', 'AC Errors'],
  ['dot5StatsAbortTransErrors', 'Abort Trans Errors'],
  ['dot5StatsInternalErrors', 'Internal Errors'],
  ['dot5StatsLostFrameErrors', 'Lost Frame Errors'],
  ['dot5StatsReceiveCongestions', 'Receive Congestions'],
  ['dot5StatsFrameCopiedErrors', 'Frame Copied Errors'],
  ['dot5StatsTokenErrors', 'Token Errors'],
  ['dot5StatsSoftErrors', 'Soft Errors'],
  ['dot5StatsHardErrors', 'Hard Errors'],
  ['dot5StatsSignalLoss', 'Signal Loss'],
  ['dot5StatsTransmitBeacons', 'Transmit Beacons'],
  ['dot5StatsRecoveries', 'Recoveries'],
  ['dot5StatsLobeWires', 'Lobe Wires'],
  ['dot5StatsRemoves', 'Removes'],
  ['dot5StatsSingles', 'Singles'],
  ['dot5StatsFreqErrors', 'Freq Errors'],
]);
/** 100BASE-VG counters, RFC 2020. */
export const anyLan = counters('sflow_245.', [
  ['dot12InHighPriorityFrames', 'In High Priority Frames'],
  ['dot12InHighPriorityOctets', 'In High Priority Octets', 8],
  ['dot12InNormPriorityFrames', 'In Normal Priority Frames'],
  ['dot12InNormPriorityOctets', 'In Normal Priority Octets', 8],
  ['dot12InIPMErrors', 'In IPM Errors'],
  ['dot12InOversizeFrameErrors', 'In Oversize Frame Errors'],
  ['dot12InDataErrors', 'In Data Errors'],
  ['dot12InNullAddressedFrames', 'In Null Addressed Frames'],
  ['dot12OutHighPriorityFrames', 'Out High Priority Frames'],
  ['dot12OutHighPriorityOctets', 'Out High Priority Octets', 8],
  ['dot12TransitionIntoTrainings', 'Transition Into Trainings'],
  ['dot12HCInHighPriorityOctets', 'HC In High Priority Octets', 8],
  ['dot12HCInNormPriorityOctets', 'HC In Normal Priority Octets', 8],
  ['dot12HCOutHighPriorityOctets', 'HC Out High Priority Octets', 8],
]);
export const vlan = counters('sflow_245.', [
  ['vlan_id', 'VLAN ID'],
  ['octets', 'Octets', 8],
  ['ucastPkts', 'Unicast Packets'],
  ['multicastPkts', 'Multicast Packets'],
  ['broadcastPkts', 'Broadcast Packets'],
  ['discards', 'Discards'],
]);
/** IEEE 802.11's dot11CountersTable. */
export const wireless = counters('sflow_5.', [
  ['dot11TransmittedFragmentCount', 'Transmitted Fragment Count'],
  ['dot11MulticastTransmittedFrameCount', 'Multicast Transmitted Frame Count'],
  ['dot11FailedCount', 'Failed Count'],
  ['dot11RetryCount', 'Retry Count'],
  ['dot11MultipleRetryCount', 'Multiple Retry Count'],
  ['dot11FrameDuplicateCount', 'Frame Duplicate Count'],
  ['dot11RTSSuccessCount', 'RTS Success Count'],
  ['dot11RTSFailureCount', 'Failure Count'],
  ['dot11ACKFailureCount', 'ACK Failure Count'],
  ['dot11ReceivedFragmentCount', 'Received Fragment Count'],
  ['dot11MulticastReceivedFrameCount', 'Multicast Received Frame Count'],
  ['dot11FCSErrorCount', 'FCS Error Count'],
  ['dot11TransmittedFrameCount', 'Transmitted Frame Count'],
  ['dot11WEPUndecryptableCount', 'WEP Undecryptable Count'],
  ['dot11QoSDiscardedFragmentCount', 'QoS Discarded Fragment Count'],
  ['dot11AssociatedStationCount', 'Associated Station Count'],
  ['dot11QoSCFPollsReceivedCount', 'QoS CF Polls Received Count'],
  ['dot11QoSCFPollsUnusedCount', 'QoS CF Polls Unused Count'],
  ['dot11QoSCFPollsUnusableCount', 'QoS CF Polls Unusable Count'],
  ['dot11QoSCFPollsLostCount', 'QoS CF Polls Lost Count'],
]);
export const processor = counters('sflow_5.', [
  ['cpu_5s', '5s CPU Load (100 = 1%)'],
  ['cpu_1m', '1m CPU Load (100 = 1%)'],
  ['cpu_5m', '5m CPU Load (100 = 1%)'],
  ['total_memory', 'Total Memory', 8],
  ['free_memory', 'Free Memory', 8],
]);
export const radio = counters('sflow_5.', [
  ['elapsed_time', 'Elapsed Time (ms)'],
  ['on_channel_time', 'On Channel (ms)'],
  ['channel_busy_time', 'On Channel Busy (ms)'],
]);
/** IEEE 802.3ad's dot3adAggPortStatsTable. */
export const aggregation = counters('sflow.', [
  ['lag_port.lacpdus.rx', 'LACPDUs Rx'],
  ['lag_port.marker_pdus.rx', 'Marker PDUs Rx'],
  ['lag_port.marker_response_pdus.rx', 'Marker Response PDUs Rx'],
  ['lag_port.unknown.rx', 'Unknown Rx'],
  ['lag_port.illegal.rx', 'Illegal Rx'],
  ['lag_port.lacpdus.tx', 'LACPDUs Tx'],
  ['lag_port.marker_pdus.tx', 'Marker PDUs Tx'],
  ['lag_port.marker_response_pdus.tx', 'Marker Response PDUs Tx'],
]);
