// The fields of SMB2 and 3 ([MS-SMB2] §2.2). All numbers are little-endian.
import { bool, bytes, type Field, none, seconds, text, time, uint, uint64 } from '../../core/field.ts';
import { timeText } from '../../core/format.ts';
import { TRUE_FALSE } from '../bits.ts';
import { ntStatusName } from '../names/nt-status.ts';
import { openFields } from './open-fields.ts';
import * as bits from './smb2-bits.ts';
import {
  actionNames,
  cachingNames,
  channelNames,
  cipherNames,
  classNames,
  commandName,
  compressionNames,
  contextNames,
  dialectNames,
  dispositionNames,
  fileLevelName,
  findNames,
  fsLevelName,
  impersonationNames,
  ioctlAccessNames,
  ioctlDeviceName,
  ioctlMethodNames,
  ioctlName,
  notifyName,
  oplockNames,
  securityLevelNames,
  shareTypeNames,
  signingNames,
} from './smb2-names.ts';

/** A time of which 0 means that there is none ([MS-DTYP] §2.3.3). */
function fileTime(name: string, title: string): Field {
  return time(name, title).shownAs(
    (value) => `${title}: ${value === 0n ? 'No time specified (0)' : timeText(value as bigint)}`,
  );
}

/** Heads of the entries of a directory, and of what GetInfo and SetInfo carry of a file, by level. */
const directoryInfo = (name: string, title: string): Field => none(`smb2.find.${name}_directory_info`, title);
const directoryInfos = {
  fileDirectory: directoryInfo('file', 'FileDirectoryInfo'),
  fullDirectory: directoryInfo('full', 'FullDirectoryInfo'),
  bothDirectory: directoryInfo('both', 'FileBothDirectoryInfo'),
  idBothDirectory: directoryInfo('id_both', 'FileIdBothDirectoryInfo'),
};
const fileInfo = (name: string): Field =>
  none(`smb2.file_${name}_info`, `SMB2_FILE_${name.toUpperCase()}_INFO`);
const fileInfos = {
  basicInfo: fileInfo('basic'),
  standardInfo: fileInfo('standard'),
  internalInfo: fileInfo('internal'),
  eaInfo: fileInfo('ea'),
  renameInfo: fileInfo('rename'),
  dispositionInfo: fileInfo('disposition'),
  allInfo: fileInfo('all'),
  allocationInfo: fileInfo('allocation'),
  endOfFileInfo: fileInfo('endoffile'),
  networkOpenInfo: fileInfo('network_open'),
};

export const f = {
  // Header (§2.2.1).
  protocolId: uint('smb2.protocol_id', 'ProtocolId').hex(4).le(),
  headerLength: uint('smb2.header_len', 'Header Length').le(),
  creditCharge: uint('smb2.credit.charge', 'Credit Charge').le(),
  status: uint('smb2.nt_status', 'NT Status').hex(4).le().named(ntStatusName),
  channelSequence: uint('smb2.channel_sequence', 'Channel Sequence').le(),
  reserved: bytes('smb2.reserved', 'Reserved'),
  cmd: uint('smb2.cmd', 'Command').le().named(commandName),
  creditsRequested: uint('smb2.credits.requested', 'Credits requested').le(),
  creditsGranted: uint('smb2.credits.granted', 'Credits granted').le(),
  flags: uint('smb2.flags', 'Flags').hex(4).le().summed(),
  flagResponse: bool('smb2.flags.response', 'Response')
    .mask(0x1)
    .le()
    .named({ 1: 'This is a RESPONSE', 0: 'This is a REQUEST' }),
  flagAsync: bool('smb2.flags.async', 'Async command')
    .mask(0x2)
    .le()
    .named({ 1: 'This is an ASYNC command', 0: 'This is a SYNC command' }),
  flagChained: bool('smb2.flags.chained', 'Chained')
    .mask(0x4)
    .le()
    .named({ 1: 'This pdu is a CHAINED command', 0: 'This pdu is NOT a chained command' }),
  flagSignature: bool('smb2.flags.signature', 'Signing')
    .mask(0x8)
    .le()
    .named({ 1: 'This pdu is SIGNED', 0: 'This pdu is NOT signed' }),
  flagPriority: bool('smb2.flags.priority_mask', 'Priority')
    .mask(0x70)
    .le()
    .named({ 1: 'This pdu contains a PRIORITY', 0: 'This pdu does NOT contain a PRIORITY' }),
  flagDfs: bool('smb2.flags.dfs', 'DFS operation')
    .mask(0x10000000)
    .le()
    .named({ 1: 'This is a DFS OPERATION', 0: 'This is a normal operation' }),
  flagReplay: bool('smb2.flags.replay', 'Replay operation')
    .mask(0x20000000)
    .le()
    .named({ 1: 'This is a REPLAY OPERATION', 0: 'This is NOT a replay operation' }),
  next: uint('smb2.chain_offset', 'Chain Offset').hex(4).le(),
  messageId: uint64('smb2.msg_id', 'Message ID').le(),
  processId: uint('smb2.pid', 'Process Id').hex(4).le(),
  asyncId: uint64('smb2.aid', 'Async Id').hex(8).le(),
  treeId: uint('smb2.tid', 'Tree Id').hex(4).le(),
  tree: text('smb2.tree', 'Tree'),
  shareType: uint('smb2.share_type', 'Share Type').hex(1).named(shareTypeNames),
  treeFrame: uint('smb2.tcon_frame', 'Connected in Frame'),
  sessionFrame: uint('smb2.auth_frame', 'Authenticated in Frame'),
  sessionId: uint64('smb2.sesid', 'Session Id').hex(8).le(),
  account: text('smb2.acct', 'Account'),
  domain: text('smb2.domain', 'Domain'),
  host: text('smb2.host', 'Host'),
  signature: bytes('smb2.signature', 'Signature'),
  responseTo: uint('smb2.response_to', 'Response to'),
  responseIn: uint('smb2.response_in', 'Response in'),
  responseTime: seconds('smb2.time', 'Time from request'),
  // Common to bodies.
  size: uint('smb2.buffer_code', 'StructureSize').hex(2).le(),
  sizeFixed: uint('smb2.buffer_code.length', 'Fixed Part Length').mask(0xfffe).le(),
  sizeDynamic: bool('smb2.buffer_code.dynamic', 'Dynamic Part').mask(0x1).le().named(TRUE_FALSE),
  blobOffset: uint('smb2.olb.offset', 'Blob Offset').hex(4).le(),
  blobLength: uint('smb2.olb.length', 'Blob Length').le(),
  fid: text('smb2.fid', 'File Id'),
  openFrame: uint('dcerpc.nt.open_frame', 'Frame handle opened'),
  closeFrame: uint('dcerpc.nt.close_frame', 'Frame handle closed'),
  unknown: bytes('smb2.unknown', 'Unknown'),
  errorContexts: uint('smb2.error.context_count', 'Error Context Count'),
  errorReserved: uint('smb2.error.reserved', 'Reserved').hex(1),
  errorBytes: uint('smb2.error.byte_count', 'Byte Count').le(),
  errorData: bytes('smb2.error.data', 'Error Data'),
  // Negotiate (§2.2.3, §2.2.4).
  dialectCount: uint('smb2.dialect_count', 'Dialect count').le(),
  dialect: uint('smb2.dialect', 'Dialect').hex(2).le().named(dialectNames),
  securityMode: uint('smb2.sec_mode', 'Security mode').hex(1).summed(),
  signingEnabled: bool('smb2.sec_mode.sign_enabled', 'Signing enabled').mask(0x1).named(TRUE_FALSE),
  signingRequired: bool('smb2.sec_mode.sign_required', 'Signing required').mask(0x2).named(TRUE_FALSE),
  capabilities: uint('smb2.capabilities', 'Capabilities').hex(4).le().summed(),
  capDfs: bool('smb2.capabilities.dfs', 'DFS')
    .mask(0x1)
    .le()
    .named({ 1: 'This host supports DFS', 0: 'This host does NOT support DFS' }),
  capLeasing: bool('smb2.capabilities.leasing', 'LEASING')
    .mask(0x2)
    .le()
    .named({ 1: 'This host supports LEASING', 0: 'This host does NOT support LEASING' }),
  capLargeMtu: bool('smb2.capabilities.large_mtu', 'LARGE MTU')
    .mask(0x4)
    .le()
    .named({ 1: 'This host supports LARGE_MTU', 0: 'This host does NOT support LARGE_MTU' }),
  capMultiChannel: bool('smb2.capabilities.multi_channel', 'MULTI CHANNEL')
    .mask(0x8)
    .le()
    .named({ 1: 'This host supports MULTI CHANNEL', 0: 'This host does NOT support MULTI CHANNEL' }),
  capPersistent: bool('smb2.capabilities.persistent_handles', 'PERSISTENT HANDLES').mask(0x10).le().named({
    1: 'This host supports PERSISTENT HANDLES',
    0: 'This host does NOT support PERSISTENT HANDLES',
  }),
  capDirectory: bool('smb2.capabilities.directory_leasing', 'DIRECTORY LEASING')
    .mask(0x20)
    .le()
    .named({ 1: 'This host supports DIRECTORY LEASING', 0: 'This host does NOT support DIRECTORY LEASING' }),
  capEncryption: bool('smb2.capabilities.encryption', 'ENCRYPTION')
    .mask(0x40)
    .le()
    .named({ 1: 'This host supports ENCRYPTION', 0: 'This host does NOT support ENCRYPTION' }),
  clientGuid: text('smb2.client_guid', 'Client Guid'),
  serverGuid: text('smb2.server_guid', 'Server Guid'),
  bootTime: fileTime('smb2.boot_time', 'Boot Time'),
  currentTime: fileTime('smb2.current_time', 'Current Time'),
  contextOffset: uint('smb2.negotiate_context.offset', 'NegotiateContextOffset').hex(4).le(),
  contextCount: uint('smb2.negotiate_context.count', 'NegotiateContextCount').le(),
  contextType: uint('smb2.negotiate_context.type', 'Type').hex(2).le().named(contextNames),
  contextLength: uint('smb2.negotiate_context.data_length', 'DataLength').le(),
  hashCount: uint('smb2.negotiate_context.hash_alg_count', 'HashAlgorithmCount').le(),
  hash: uint('smb2.negotiate_context.hash_algorithm', 'HashAlgorithm').hex(2).le().named({ 1: 'SHA-512' }),
  saltLength: uint('smb2.negotiate_context.salt_length', 'SaltLength').le(),
  salt: bytes('smb2.negotiate_context.salt', 'Salt'),
  cipherCount: uint('smb2.negotiate_context.cipher_count', 'CipherCount').le(),
  cipher: uint('smb2.negotiate_context.cipher_id', 'CipherId').hex(2).le().named(cipherNames),
  compressionCount: uint('smb2.negotiate_context.comp_alg_count', 'CompressionAlgorithmCount').le(),
  compressionFlags: uint('smb2.negotiate_context.comp_alg_flags', 'Flags').hex(4).le(),
  compressionChained: bool('smb2.negotiate_context.comp_alg_flags.chained', 'Chained')
    .mask(0x1)
    .le()
    .named(TRUE_FALSE),
  compression: uint('smb2.negotiate_context.comp_alg_id', 'CompressionAlgorithmId')
    .hex(2)
    .le()
    .named(compressionNames),
  signingCount: uint('smb2.negotiate_context.signing_alg_count', 'SigningAlgorithmCount').le(),
  signing: uint('smb2.negotiate_context.signing_id', 'SigningAlgorithmId').hex(2).le().named(signingNames),
  netname: text('smb2.negotiate_context.netname', 'Netname'),
  maxTransaction: uint('smb2.max_trans_size', 'Max Transaction Size').le(),
  maxRead: uint('smb2.max_read_size', 'Max Read Size').le(),
  maxWrite: uint('smb2.max_write_size', 'Max Write Size').le(),
  blob: bytes('smb2.security_blob', 'Security Blob'),
  // Session setup and logoff (§2.2.5 to §2.2.8).
  setupFlags: uint('smb2.ses_req_flags', 'Flags'),
  setupBinding: bool('smb2.ses_req_flags.session_binding', 'Session Binding Request')
    .mask(0x1)
    .named(TRUE_FALSE),
  channel: uint('smb2.channel', 'Channel').hex(4).le().named(channelNames),
  previousSession: uint64('smb2.previous_sesid', 'Previous Session Id').hex(8).le(),
  sessionFlags: uint('smb2.session_flags', 'Session Flags').hex(2).le(),
  sessionGuest: bool('smb2.ses_flags.guest', 'Guest').mask(0x1).le().named(TRUE_FALSE),
  sessionNull: bool('smb2.ses_flags.null', 'Null').mask(0x2).le().named(TRUE_FALSE),
  sessionEncrypt: bool('smb2.ses_flags.encrypt', 'Encrypt').mask(0x4).le().named(TRUE_FALSE),
  // Tree connect (§2.2.9, §2.2.10).
  treeFlags: uint('smb2.tc.flags', 'Flags').hex(2).le(),
  ...bits.treeBits,
  treeReserved: uint('smb2.tc.reserved', 'Reserved').mask(0xfff8).hex(2).le(),
  shareFlags: uint('smb2.share_flags', 'Share flags').hex(4).le(),
  ...bits.shareBits,
  shareCaching: uint('smb2.share.caching', 'Caching policy').hex(4).le().named(cachingNames),
  shareCapabilities: uint('smb2.share_caps', 'Share Capabilities').hex(4).le().summed(),
  ...bits.shareCapabilityBits,
  ...openFields,
  // Create (§2.2.13, §2.2.14) and close.
  oplock: uint('smb2.create.oplock', 'Oplock').hex(1).named(oplockNames),
  impersonation: uint('smb2.impersonation.level', 'Impersonation level').le().named(impersonationNames),
  createFlags: uint64('smb2.create_flags', 'Create Flags').hex(8).le(),
  attributes: uint('smb2.file_attribute', 'File Attributes').hex(4).le(),
  ...bits.attributeBits,
  disposition: uint('smb2.create.disposition', 'Disposition').le().named(dispositionNames),
  filename: text('smb2.filename', 'Filename').plain(),
  filenameLength: uint('smb2.filename.len', 'Filename Length').le(),
  createAction: uint('smb2.create.action', 'Create Action').le().named(actionNames),
  replyFlags: uint('smb2.create.rep_flags', 'Response Flags').hex(1),
  ...bits.replyBits,
  created: fileTime('smb2.create.time', 'Create'),
  accessed: fileTime('smb2.last_access.time', 'Last Access'),
  written: fileTime('smb2.last_write.time', 'Last Write'),
  changed: fileTime('smb2.last_change.time', 'Last Change'),
  allocation: uint64('smb2.allocation_size', 'Allocation Size').le(),
  endOfFile: uint64('smb2.eof', 'End Of File').le(),
  extraInfo: none('smb2.create.extrainfo', 'ExtraInfo'),
  chainOffset: uint('smb2.create.chain_offset', 'Chain Offset').hex(4).le(),
  chainData: none('smb2.create.chain_data', 'Data'),
  tag: text('smb2.tag', 'Tag'),
  closeFlags: uint('smb2.close.flags', 'Close Flags').hex(2).le(),
  closeQuery: bool('smb2.close.pq_attrib', 'PostQuery Attrib').mask(0x1).le().named(TRUE_FALSE),
  // Read, write, lock (§2.2.19 to §2.2.26).
  padding: uint('smb2.read_padding', 'Padding').hex(1),
  readFlags: uint('smb2.read_flags', 'Flags').hex(1),
  ...bits.readBits,
  readLength: uint('smb2.read_length', 'Read Length').le(),
  fileOffset: uint64('smb2.file_offset', 'File Offset').le(),
  minimumCount: uint('smb2.min_count', 'Min Count').le(),
  dataChannel: uint('smb2.channel', 'Channel').hex(4).le().named(channelNames),
  remaining: uint('smb2.remaining_bytes', 'Remaining Bytes').le(),
  channelOffset: uint('smb2.channel_info_offset', 'Channel Info Offset').le(),
  channelLength: uint('smb2.channel_info_length', 'Channel Info Length').le(),
  readRemaining: uint('smb2.read_remaining', 'Read Remaining').le(),
  readData: bytes('smb2.read_data', 'Read Data'),
  dataOffset: uint('smb2.data_offset', 'Data Offset').hex(2).le(),
  writeLength: uint('smb2.write_length', 'Write Length').le(),
  writeFlags: uint('smb2.write.flags', 'Write Flags').hex(4).le(),
  ...bits.writeBits,
  channelBlob: none('smb2.channel_info_blob', 'Channel Info Blob'),
  writeData: bytes('smb2.write_data', 'Write Data'),
  writeCount: uint('smb2.write.count', 'Write Count').le(),
  writeRemaining: uint('smb2.write.remaining', 'Write Remaining').le(),
  lockCount: uint('smb2.lock_count', 'Lock Count').le(),
  lockInfo: none('smb2.lock_info', 'Lock Info'),
  lockLength: uint64('smb2.lock_length', 'Length').le(),
  lockFlags: uint('smb2.lock_flags', 'Flags').hex(4).le(),
  ...bits.lockBits,
  // Ioctl (§2.2.31).
  ioctl: uint('smb2.ioctl.function', 'Function').hex(4).le().named(ioctlName),
  ioctlDevice: uint('smb2.ioctl.function.device', 'Device')
    .hex(4)
    .mask(0xffff0000)
    .le()
    .named(ioctlDeviceName),
  ioctlAccess: uint('smb2.ioctl.function.access', 'Access').hex(4).mask(0xc000).le().named(ioctlAccessNames),
  ioctlNumber: uint('smb2.ioctl.function.function', 'Function').hex(4).mask(0x3ffc).le(),
  ioctlMethod: uint('smb2.ioctl.function.method', 'Method').hex(4).mask(0x3).le().named(ioctlMethodNames),
  ioctlMaxIn: uint('smb2.max_ioctl_in_size', 'Max Ioctl In Size').le(),
  ioctlMaxOut: uint('smb2.max_ioctl_out_size', 'Max Ioctl Out Size').le(),
  ioctlFlags: uint('smb2.ioctl.flags', 'Flags').hex(4).le(),
  ioctlIsFsctl: bool('smb2.ioctl.is_fsctl', 'Is FSCTL').mask(0x1).le().named(TRUE_FALSE),
  ioctlIn: none('smb2.ioctl.in', 'In Data'),
  ioctlOut: none('smb2.ioctl.out', 'Out Data'),
  // Find, notify, information (§2.2.33 to §2.2.40).
  findLevel: uint('smb2.find.infolevel', 'Info Level').le().named(findNames),
  findFlags: uint('smb2.find.flags', 'Find Flags').hex(1),
  ...bits.findBits,
  fileIndex: uint('smb2.file_index', 'File Index').hex(4).le(),
  pattern: text('smb2.find.pattern', 'Search Pattern').plain(),
  findBlob: bytes('smb2.find.info_blob', 'Info'),
  ...directoryInfos,
  ...fileInfos,
  outputLength: uint('smb2.output_buffer_len', 'Output Buffer Length').le(),
  nextOffset: uint('smb2.next_offset', 'Next Offset').le(),
  eaSize: uint('smb2.ea_size', 'EA Size').le(),
  shortNameLength: uint('smb2.short_name_len', 'Short Name Length'),
  shortName: text('smb2.shortname', 'Short Name'),
  fileId: uint64('smb2.file_id', 'File Id').hex(8).le(),
  notifyFlags: uint('smb2.notify.flags', 'Notify Flags').hex(2).le(),
  notifyTree: bool('smb2.notify.watch_tree', 'Watch Tree').mask(0x1).le().named(TRUE_FALSE),
  notifyAction: uint('smb2.notify.action', 'Action').hex(4).le().named(notifyName),
  class: uint('smb2.class', 'Class').hex(1).named(classNames),
  fileLevel: uint('smb2.file_info.infolevel', 'InfoLevel').hex(1).named(fileLevelName),
  fsLevel: uint('smb2.fs_info.infolevel', 'InfoLevel').hex(1).named(fsLevelName),
  securityLevel: uint('smb2.sec_info.infolevel', 'InfoLevel').hex(1).named(securityLevelNames),
  level: uint('smb2.infolevel', 'InfoLevel').hex(1),
  maxResponse: uint('smb2.max_response_size', 'Max Response Size').le(),
  inputOffset: uint('smb2.getinfo_input_offset', 'Getinfo Input Offset').hex(2).le(),
  inputSize: uint('smb2.getinfo_input_size', 'Getinfo Input Size').le(),
  additional: uint('smb2.getsetinfo_additional', 'Additional Info').hex(4).le(),
  additionalSecurity: uint('smb2.getsetinfo_additionals', 'Additional Info').hex(4).le(),
  ...bits.securityBits,
  infoFlags: uint('smb2.getinfo_flags', 'Flags').hex(4).le(),
  setSize: uint('smb2.setinfo_size', 'Setinfo Size').le(),
  setOffset: uint('smb2.setinfo_offset', 'Setinfo Offset').hex(2).le(),
  setReserved: uint('smb2.setinfo_reserved', 'Reserved').le(),
  deleteOnClose: bool('smb2.disposition.delete_on_close', 'Delete on close')
    .mask(0x1)
    .named({ 1: 'DELETE this file when closed', 0: 'Normal access, do not delete on close' }),
  replaceIf: bool('smb2.rename.replace_if', 'Replace If')
    .mask(0xff)
    .named({ 1: 'Replace the target if it exists', 0: 'Fail if the target exists' }),
  links: uint('smb2.nlinks', 'Number of Links').le(),
  deletePending: uint('smb2.delete_pending', 'Delete Pending'),
  isDirectory: uint('smb2.is_directory', 'Is Directory'),
  leaseKey: text('smb2.lease.lease_key', 'Lease Key'),
  leaseState: uint('smb2.lease.lease_state', 'Lease State').hex(4).le().summed(),
  ...bits.leaseStateBits,
  leaseFlags: uint('smb2.lease.lease_flags', 'Lease Flags').hex(4).le().summed(),
  ...bits.leaseFlagBits,
  leaseDuration: uint64('smb2.lease.lease_duration', 'Lease Duration').hex(8).le(),
  leaseParent: text('smb2.lease.parent_lease_key', 'Parent Lease Key'),
  leaseEpoch: uint('smb2.lease.lease_oplock', 'Lease Epoch').hex(2).le(),
  leaseReserved: uint('smb2.lease.lease_reserved', 'Lease Reserved').hex(2).le(),
  maximalStatus: uint('smb2.mxac_status', 'Query Status').hex(4).le().named(ntStatusName),
  maximalTime: time('smb2.mxac_timestamp', 'Timestamp'),
  diskFile: bytes('smb2.qfid_fid', 'Opaque File ID'),
  durableTimeout: uint('smb2.dh2x.timeout', 'Timeout').le(),
  durableFlags: uint('smb2.dh2x.flags', 'Flags').hex(4).le(),
  durablePersistent: bool('smb2.dh2x.flags.persistent_handle', 'Persistent Handle')
    .mask(0x2)
    .le()
    .named(TRUE_FALSE),
  durableReserved: uint64('smb2.dh2x.reserved', 'Reserved').hex(8).le(),
  durableGuid: text('smb2.dh2x.create_guid', 'Create Guid'),
  // Transform headers (§2.2.41, §2.2.42).
  transformSignature: bytes('smb2.header.transform.signature', 'Signature'),
  transformNonce: bytes('smb2.header.transform.nonce', 'Nonce'),
  transformSize: uint('smb2.header.transform.msg_size', 'Message size').le(),
  transformReserved: bytes('smb2.header.transform.reserved', 'Reserved'),
  transformFlags: uint('smb2.header.transform.flags', 'Flags').hex(2).le(),
  transformEncrypted: bool('smb2.header.transform.flags.encrypted', 'Encrypted')
    .mask(0x1)
    .le()
    .named(TRUE_FALSE),
  transformData: bytes('smb2.header.transform.enc_data', 'Data'),
  originalSize: uint('smb2.header.comp_transform.original_size', 'OriginalSize').le(),
  compressionUsed: uint('smb2.header.comp_transform.comp_alg', 'CompressionAlgorithm').hex(2).le(),
  compressedFlags: uint('smb2.header.comp_transform.flags', 'Flags').hex(2).le(),
  compressedOffset: uint('smb2.header.comp_transform.offset', 'Offset').hex(4).le(),
  compressedData: bytes('smb2.header.comp_transform.data', 'CompressedData'),
};
