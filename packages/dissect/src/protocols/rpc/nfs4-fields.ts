// Fields of NFS version 4 and its minor versions (RFC 7530, RFC 8881, RFC 7862, RFC 8276).
import { bool, bytes, text, uint, uint64 } from '../../core/field.ts';
import { runs } from '../names/runs.ts';
import { flavorNames } from './fields.ts';

export const operationName =
  runs(`3: ACCESS CLOSE COMMIT CREATE DELEGPURGE DELEGRETURN GETATTR GETFH LINK LOCK LOCKT LOCKU LOOKUP LOOKUPP
NVERIFY OPEN OPENATTR OPEN_CONFIRM OPEN_DOWNGRADE PUTFH PUTPUBFH PUTROOTFH READ READDIR READLINK REMOVE
RENAME RENEW RESTOREFH SAVEFH SECINFO SETATTR SETCLIENTID SETCLIENTID_CONFIRM VERIFY WRITE
RELEASE_LOCKOWNER BACKCHANNEL_CTL BIND_CONN_TO_SESSION EXCHANGE_ID CREATE_SESSION DESTROY_SESSION
FREE_STATEID GET_DIR_DELEGATION GETDEVINFO GETDEVLIST LAYOUTCOMMIT LAYOUTGET LAYOUTRETURN SECINFO_NO_NAME
SEQUENCE SET_SSV TEST_STATEID WANT_DELEG DESTROY_CLIENTID RECLAIM_COMPLETE ALLOCATE COPY COPY_NOTIFY
DEALLOCATE IO_ADVISE LAYOUTERROR LAYOUTSTATS OFFLOAD_CANCEL OFFLOAD_STATUS READ_PLUS SEEK WRITE_SAME CLONE
GETXATTR SETXATTR LISTXATTRS REMOVEXATTR 273c: ILLEGAL`);
export const callbackName =
  runs(`3: CB_GETATTR CB_RECALL CB_LAYOUTRECALL CB_NOTIFY CB_PUSH_DELEG CB_RECALL_ANY CB_RECALLABLE_OBJ_AVAIL
CB_RECALL_SLOT CB_SEQUENCE CB_WANTS_CANCELLED CB_NOTIFY_LOCK CB_NOTIFY_DEVICEID CB_OFFLOAD 273c:
CB_ILLEGAL`);
const attributeName =
  runs(`0: Supported_Attrs Type FH_Expire_Type Change Size Link_Support Symlink_Support Named_Attr FSID
Unique_Handles Lease_Time RDAttr_Error ACL ACLSupport Archive CanSetTime Case_Insensitive Case_Preserving
Chown_Restricted Filehandle FileId Files_Avail Files_Free Files_Total FS_Locations Hidden Homogeneous
MaxFileSize MaxLink MaxName MaxRead MaxWrite MimeType Mode No_Trunc NumLinks Owner Owner_Group
Quota_Avail_Hard Quota_Avail_Soft Quota_Used RawDev Space_Avail Space_Free Space_Total Space_Used System
Time_Access Time_Access_Set Time_Backup Time_Create Time_Delta Time_Metadata Time_Modify Time_Modify_Set
Mounted_on_FileId Dir_Notif_Delay 3a: DACL SACL Change_Policy FS_Status FS_Layout_Type Layout_hint
Layout_type Layout_blksize Layout_alignment FS_Locations_info MDS_Threshold Retention_Get Retention_Set
RetentEvt_Get RetentEvt_Set Retention_Hold Mode_Set_Masked Suppattr_ExclCreat FS_Charset_Cap
Clone_Block_Size Space_Freed Change_Attr_Type Security_Label Mode_Umask Xattr_Support Offline
Time_Deleg_Access Time_Deleg_Modify`);

/** Bits of the flags that SEQUENCE answers with, and of those of EXCHANGE_ID. */
export const sequenceBits = [
  bool('nfs.sequence.flags.cb_path_down', 'SEQ4_STATUS_CB_PATH_DOWN').mask(0x1),
  bool('nfs.sequence.flags.cb_gss_contexts_expiring', 'SEQ4_STATUS_CB_GSS_CONTEXTS_EXPIRING').mask(0x2),
  bool('nfs.sequence.flags.cb_gss_contexts_expired', 'SEQ4_STATUS_CB_GSS_CONTEXTS_EXPIRED').mask(0x4),
  bool('nfs.sequence.flags.expired_all_state_revoked', 'SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED').mask(0x8),
  bool('nfs.sequence.flags.expired_some_state_revoked', 'SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED').mask(0x10),
  bool('nfs.sequence.flags.admin_state_revoked', 'SEQ4_STATUS_ADMIN_STATE_REVOKED').mask(0x20),
  bool('nfs.sequence.flags.recallable_state_revoked', 'SEQ4_STATUS_RECALLABLE_STATE_REVOKED').mask(0x40),
  bool('nfs.sequence.flags.lease_moved', 'SEQ4_STATUS_LEASE_MOVED').mask(0x80),
  bool('nfs.sequence.flags.restart_reclaim_needed', 'SEQ4_STATUS_RESTART_RECLAIM_NEEDED').mask(0x100),
  bool('nfs.sequence.flags.cb_path_down_session', 'SEQ4_STATUS_CB_PATH_DOWN_SESSION').mask(0x200),
  bool('nfs.sequence.flags.backchannel_fault', 'SEQ4_STATUS_BACKCHANNEL_FAULT').mask(0x400),
  bool('nfs.sequence.flags.devid_changed', 'SEQ4_STATUS_DEVID_CHANGED').mask(0x800),
  bool('nfs.sequence.flags.devid_deleted', 'SEQ4_STATUS_DEVID_DELETED').mask(0x1000),
];
export const exchangeBits = [
  bool('nfs.exchange_id.flags.moved_refer', 'EXCHGID4_FLAG_SUPP_MOVED_REFER').mask(0x1),
  bool('nfs.exchange_id.flags.moved_migr', 'EXCHGID4_FLAG_SUPP_MOVED_MIGR').mask(0x2),
  bool('nfs.exchange_id.flags.bind_princ', 'EXCHGID4_FLAG_BIND_PRINC_STATEID').mask(0x100),
  bool('nfs.exchange_id.flags.non_pnfs', 'EXCHGID4_FLAG_USE_NON_PNFS').mask(0x10000),
  bool('nfs.exchange_id.flags.pnfs_mds', 'EXCHGID4_FLAG_USE_PNFS_MDS').mask(0x20000),
  bool('nfs.exchange_id.flags.pnfs_ds', 'EXCHGID4_FLAG_USE_PNFS_DS').mask(0x40000),
  bool('nfs.exchange_id.flags.confirmed_rec_a', 'EXCHGID4_FLAG_UPD_CONFIRMED_REC_A').mask(0x40000000),
  bool('nfs.exchange_id.flags.confirmed_r', 'EXCHGID4_FLAG_CONFIRMED_R').mask(0x80000000),
];

export const nfs4Fields = {
  status: uint('nfs.nfsstat4', 'Status').named(
    runs(
      `0: =NFS4_OK PERM NOENT 5: IO NXIO d: ACCESS 11: EXIST XDEV - NOTDIR ISDIR INVAL 1b: FBIG NOSPC 1e:
ROFS MLINK 3f: NAMETOOLONG 42: NOTEMPTY 45: DQUOT STALE 2711: BADHANDLE 2713: BAD_COOKIE NOTSUPP TOOSMALL
SERVERFAULT BADTYPE DELAY SAME DENIED EXPIRED LOCKED GRACE FHEXPIRED SHARE_DENIED WRONGSEC CLID_INUSE
RESOURCE MOVED NOFILEHANDLE MINOR_VERS_MISMATCH STALE_CLIENTID STALE_STATEID OLD_STATEID BAD_STATEID
BAD_SEQID NOT_SAME LOCK_RANGE SYMLINK READDIR_NOSPC LEASE_MOVED ATTRNOTSUPP NO_GRACE RECLAIM_BAD
RECLAIM_CONFLICT BADXDR LOCKS_HELD OPENMODE BADOWNER BADCHAR BADNAME BAD_RANGE LOCK_NOTSUPP OP_ILLEGAL
DEADLOCK FILE_OPEN ADMIN_REVOKED CB_PATH_DOWN BADIOMODE BADLAYOUT BAD_SESSION_DIGEST BADSESSION BADSLOT
COMPLETE_ALREADY CONN_NOT_BOUND_TO_SESSION DELEG_ALREADY_WANTED BACK_CHAN_BUSY LAYOUTTRYLATER
LAYOUTUNAVAILABLE NOMATCHING_LAYOUT RECALLCONFLICT UNKNOWN_LAYOUTTYPE SEQ_MISORDERED SEQUENCE_POS
REQ_TOO_BIG REP_TOO_BIG REP_TOO_BIG_TO_CACHE RETRY_UNCACHED_REP UNSAFE_COMPOUND TOO_MANY_OPS
OP_NOT_IN_SESSION HASH_ALG_UNSUPP CONN_BINDING_NOT_ENFORCED CLIENTID_BUSY PNFS_IO_HOLE SEQ_FALSE_RETRY
BAD_HIGH_SLOT DEADSESSION ENCR_ALG_UNSUPP PNFS_NO_LAYOUT NOT_ONLY_OP WRONG_CRED WRONG_TYPE
DIRDELEG_UNAVAIL REJECT_DELEG RETURNCONFLICT DELEG_REVOKED PARTNER_NOTSUPP PARTNER_NO_AUTH UNION_NOTSUPP
OFFLOAD_DENIED WRONG_LFS BADLABEL OFFLOAD_NO_REQS NOXATTR XATTR2BIG`,
      'NFS4ERR_',
    ),
  ),
  opcode: uint('nfs.opcode', 'Opcode').named(operationName),
  mainOpcode: uint('nfs.main_opcode', 'Main Opcode').named(operationName),
  cbOperation: uint('nfs.cb.operation', 'Opcode').named(callbackName),
  tag: text('nfs.tag', 'Tag'),
  opsCount: uint('nfs.ops.count', 'Operations'),
  minorVersion: uint('nfs.minorversion', 'minorversion'),
  callbackIdent: uint('nfs.callback.ident', 'callback_ident').hex(4),
  component: text('nfs.pathname.component', 'Name'),
  linktext: text('nfs.symlink.linktext', 'Link Contents'),
  entryName: text('nfs.entry_name', 'Name'),
  clientid: uint64('nfs.clientid', 'clientid').hex(8),
  seqid: uint('nfs.seqid', 'seqid').hex(4),
  lockSeqid: uint('nfs.lock_seqid', 'lock_seqid').hex(4),
  stateid: bytes('nfs.stateid', 'StateID'),
  stateidHash: uint('nfs.stateid.hash', 'StateID Hash').hex(2),
  stateidSeqid: uint('nfs.stateid.seqid', 'StateID seqid'),
  stateidOther: bytes('nfs.stateid.other', 'StateID Other'),
  stateidOtherHash: uint('nfs.stateid.other_hash', 'StateID Other hash').hex(4),
  offset: uint64('nfs.offset4', 'offset'),
  length: uint64('nfs.length4', 'length'),
  count: uint('nfs.count4', 'count'),
  eof: uint('nfs.eof', 'eof'),
  readLength: uint('nfs.read.data_length', 'Read length'),
  writeLength: uint('nfs.write.data_length', 'Write length'),
  stable: uint('nfs.stable_how4', 'stable_how4').named({ 0: 'UNSTABLE4', 1: 'DATA_SYNC4', 2: 'FILE_SYNC4' }),
  verifier: uint64('nfs.verifier4', 'verifier').hex(8),
  cookie: uint64('nfs.cookie4', 'cookie'),
  cookieVerifier: uint64('nfs.cookie_verf4', 'cookie_verf'),
  dircount: uint('nfs.dircount', 'dircount'),
  maxcount: uint('nfs.maxcount', 'maxcount'),
  valueFollows: bool('nfs.value_follows', 'Value Follows'),
  dirEof: bool('nfs.dirlist4.eof', 'EOF'),
  claimType: uint('nfs.open.claim_type', 'Claim Type').named({
    0: 'CLAIM_NULL',
    1: 'CLAIM_PREVIOUS',
    2: 'CLAIM_DELEGATE_CUR',
    3: 'CLAIM_DELEGATE_PREV',
    4: 'CLAIM_FH',
    5: 'CLAIM_DELEG_CUR_FH',
    6: 'CLAIM_DELEG_CUR_PREV_FH',
  }),
  openType: uint('nfs.open.opentype', 'Open Type').named({ 0: 'OPEN4_NOCREATE', 1: 'OPEN4_CREATE' }),
  createMode: uint('nfs.createmode4', 'Create Mode').named({
    0: 'UNCHECKED4',
    1: 'GUARDED4',
    2: 'EXCLUSIVE4',
    3: 'EXCLUSIVE4_1',
  }),
  shareAccess: uint('nfs.open4.share_access', 'share_access').named({
    0: 'OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE',
    1: 'OPEN4_SHARE_ACCESS_READ',
    2: 'OPEN4_SHARE_ACCESS_WRITE',
    3: 'OPEN4_SHARE_ACCESS_BOTH',
    256: 'OPEN4_SHARE_ACCESS_WANT_READ_DELEG',
    512: 'OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG',
    768: 'OPEN4_SHARE_ACCESS_WANT_ANY_DELEG',
    1024: 'OPEN4_SHARE_ACCESS_WANT_NO_DELEG',
    1280: 'OPEN4_SHARE_ACCESS_WANT_CANCEL',
    65536: 'OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL',
    131072: 'OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED',
    1048576: 'OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS',
  }),
  shareDeny: uint('nfs.open4.share_deny', 'share_deny').named({
    0: 'OPEN4_SHARE_DENY_NONE',
    1: 'OPEN4_SHARE_DENY_READ',
    2: 'OPEN4_SHARE_DENY_WRITE',
    3: 'OPEN4_SHARE_DENY_BOTH',
  }),
  openOwner: bytes('nfs.open_owner4', 'owner'),
  lockOwner: bytes('nfs.lock_owner4', 'owner'),
  lockType: uint('nfs.locktype4', 'locktype').named({
    1: 'READ_LT',
    2: 'WRITE_LT',
    3: 'READW_LT',
    4: 'WRITEW_LT',
    5: 'RELEASE_STATE',
  }),
  newLockOwner: bool('nfs.lock.locker.new_lock_owner', 'new lock owner?'),
  lockReclaim: bool('nfs.lock.reclaim', 'reclaim?'),
  delegation: uint('nfs.open.delegation_type', 'Delegation Type').named({
    0: 'OPEN_DELEGATE_NONE',
    1: 'OPEN_DELEGATE_READ',
    2: 'OPEN_DELEGATE_WRITE',
    3: 'OPEN_DELEGATE_NONE_EXT',
    4: 'OPEN_DELEGATE_READ_ATTRS_DELEG',
    5: 'OPEN_DELEGATE_WRITE_ATTRS_DELEG',
  }),
  whyNone: uint('nfs.open.why_no_delegation', 'why no delegation').named({
    0: 'WND4_NOT_WANTED',
    1: 'WND4_CONTENTION',
    2: 'WND4_RESOURCE',
    3: 'WND4_NOT_SUPP_FTYPE',
    4: 'WND4_WRITE_DELEG_NOT_SUPP_FTYPE',
    5: 'WND4_NOT_SUPP_UPGRADE',
    6: 'WND4_NOT_SUPP_DOWNGRADE',
    7: 'WND4_CANCELLED',
    8: 'WND4_IS_DIR',
  }),
  recall: bool('nfs.recall', 'Recall'),
  limitBy: uint('nfs.open.limit_by', 'Space Limit').named({ 1: 'NFS_LIMIT_SIZE', 2: 'NFS_LIMIT_BLOCKS' }),
  limitSize: uint64('nfs.filesize', 'filesize'),
  numBlocks: uint('nfs.num_blocks', 'num_blocks'),
  bytesPerBlock: uint('nfs.bytes_per_block', 'bytes_per_block'),
  delegateType: uint('nfs.delegate_type', 'delegate_type'),
  rflags: uint('nfs.open_rflags', 'result flags').hex(4),
  rflagConfirm: bool('nfs.open_rflags.confirm', 'confirm').mask(0x2),
  rflagPosix: bool('nfs.open_rflags.locktype_posix', 'locktype posix').mask(0x4),
  rflagPreserve: bool('nfs.open_rflags.preserve_unlinked', 'preserve unlinked').mask(0x8),
  rflagNotify: bool('nfs.open_rflags.may_notify_lock', 'may notify lock').mask(0x20),
  ftype: uint('nfs.nfs_ftype4', 'ftype4').named({
    1: 'NF4REG',
    2: 'NF4DIR',
    3: 'NF4BLK',
    4: 'NF4CHR',
    5: 'NF4LNK',
    6: 'NF4SOCK',
    7: 'NF4FIFO',
    8: 'NF4ATTRDIR',
    9: 'NF4NAMEDATTR',
  }),
  atomic: bool('nfs.change_info.atomic', 'Atomic'),
  before: uint64('nfs.changeid4.before', 'changeid (before)'),
  after: uint64('nfs.changeid4.after', 'changeid (after)'),
  changeid: uint64('nfs.changeid4', 'changeid'),
  createDir: bool('nfs.openattr4.createdir', 'attribute dir create'),
  secinfoStyle: uint('nfs.secinfo.style', 'Secinfo Style').named({
    0: 'SECINFO_STYLE4_CURRENT_FH',
    1: 'SECINFO_STYLE4_PARENT',
  }),
  secinfoFlavor: uint('nfs.secinfo.flavor', 'flavor').named(flavorNames),
  gssOid: bytes('nfs.secinfo.flavor_info.rpcsec_gss_info.oid', 'oid'),
  gssQop: uint('nfs.secinfo.flavor_info.rpcsec_gss_info.qop', 'qop'),
  gssService: uint('nfs.secinfo.rpcsec_gss_info.service', 'service'),
  clientIdName: bytes('nfs.nfs_client_id4.id', 'id'),
  cbProgram: uint('nfs.cb_program', 'cb_program').hex(4),
  netid: text('nfs.r_netid', 'r_netid'),
  addr: text('nfs.r_addr', 'r_addr'),
  attrMask: uint('nfs.attr_mask', 'Attr mask').hex(4),
  attr: uint('nfs.attr', 'reqd_attr').named(attributeName),
  aceType: uint('nfs.acetype4', 'acetype').named({
    0: 'Access_Allowed',
    1: 'access_denied',
    2: 'system_audit',
    3: 'system_alarm',
  }),
  aceFlags: uint('nfs.aceflags4', 'ACE flags').hex(4),
  aceMask: uint('nfs.acemask4', 'ACE mask').hex(4),
  who: text('nfs.who', 'Who'),
  numAces: uint('nfs.num_aces', 'ACE count'),
  owner: text('nfs.fattr4_owner', 'fattr4_owner'),
  ownerGroup: text('nfs.fattr4_owner_group', 'fattr4_owner_group'),
  linkSupport: bool('nfs.fattr4_link_support', 'fattr4_link_support'),
  symlinkSupport: bool('nfs.fattr4_symlink_support', 'fattr4_symlink_support'),
  namedAttr: bool('nfs.fattr4_named_attr', 'fattr4_named_attr'),
  uniqueHandles: bool('nfs.fattr4_unique_handles', 'fattr4_unique_handles'),
  caseInsensitive: bool('nfs.fattr4_case_insensitive', 'fattr4_case_insensitive'),
  casePreserving: bool('nfs.fattr4_case_preserving', 'fattr4_case_preserving'),
  chownRestricted: bool('nfs.fattr4_chown_restricted', 'fattr4_chown_restricted'),
  canSetTime: bool('nfs.fattr4_cansettime', 'fattr4_cansettime'),
  archive: bool('nfs.fattr4_archive', 'fattr4_archive'),
  hidden: bool('nfs.fattr4_hidden', 'fattr4_hidden'),
  homogeneous: bool('nfs.fattr4_homogeneous', 'fattr4_homogeneous'),
  system: bool('nfs.fattr4_system', 'fattr4_system'),
  noTrunc: bool('nfs.fattr4_no_trunc', 'fattr4_no_trunc'),
  mimetype: text('nfs.fattr4_mimetype', 'fattr4_mimetype'),
  expireType: uint('nfs.fattr4_fh_expire_type', 'fattr4_fh_expire_type').hex(4),
  leaseTime: uint('nfs.fattr4.lease_time', 'lease_time'),
  aclSupport: uint('nfs.fattr4.aclsupport', 'aclsupport'),
  fileSize: uint64('nfs.fattr4.size', 'size'),
  fileid: uint64('nfs.fattr4.fileid', 'fileid'),
  mountedOn: uint64('nfs.fattr4.mounted_on_fileid', 'fileid').hex(8),
  filesAvail: uint64('nfs.fattr4.files_avail', 'files_avail'),
  filesFree: uint64('nfs.fattr4.files_free', 'files_free'),
  filesTotal: uint64('nfs.fattr4.files_total', 'files_total'),
  maxFileSize: uint64('nfs.fattr4.maxfilesize', 'maxfilesize'),
  maxLink: uint('nfs.fattr4.maxlink', 'maxlink'),
  maxName: uint('nfs.fattr4.maxname', 'maxname'),
  maxRead: uint64('nfs.fattr4.maxread', 'maxread'),
  maxWrite: uint64('nfs.fattr4.maxwrite', 'maxwrite'),
  numLinks: uint('nfs.fattr4.numlinks', 'numlinks'),
  quotaHard: uint64('nfs.fattr4.quota_hard', 'quota_hard'),
  quotaSoft: uint64('nfs.fattr4.quota_soft', 'quota_soft'),
  quotaUsed: uint64('nfs.fattr4.quota_used', 'quota_used'),
  spaceAvail: uint64('nfs.fattr4.space_avail', 'space_avail'),
  spaceFree: uint64('nfs.fattr4.space_free', 'space_free'),
  spaceTotal: uint64('nfs.fattr4.space_total', 'space_total'),
  spaceUsed: uint64('nfs.fattr4.space_used', 'space_used'),
  layoutBlksize: uint('nfs.fattr4.layout_blksize', 'blksize'),
  cloneBlockSize: uint('nfs.fattr4.clone_block_size', 'clone block size'),
  charsetCap: uint('nfs.fattr4.fs_charset_cap', 'fs_charset_cap').hex(4),
  xattrSupport: bool('nfs.fattr4_xattr_support', 'fattr4_xattr_support'),
  fsidMajor: uint64('nfs.fsid4.major', 'fsid4.major'),
  fsidMinor: uint64('nfs.fsid4.minor', 'fsid4.minor'),
  timeSeconds: uint64('nfs.nfstime4.seconds', 'seconds'),
  timeNseconds: uint('nfs.nfstime4.nseconds', 'nseconds'),
  setTime: uint('nfs.set_it', 'set_it').named({ 0: 'SET_TO_SERVER_TIME4', 1: 'SET_TO_CLIENT_TIME4' }),
  sessionId: bytes('nfs.session_id4', 'sessionid'),
  slotid: uint('nfs.slotid', 'slot id'),
  highSlotid: uint('nfs.high_slotid', 'high slot id'),
  targetHighSlotid: uint('nfs.target_high_slotid', 'target high slot id'),
  cacheThis: bool('nfs.cachethis4', 'cache this?'),
  sequenceFlags: uint('nfs.sequence.flags', 'status flags').hex(4),
  callFlags: uint('nfs.exchange_id.call_flags', 'flags').hex(4),
  replyFlags: uint('nfs.exchange_id.reply_flags', 'flags').hex(4),
  stateProtect: uint('nfs.exchange_id.state_protect', 'eia_state_protect').named({
    0: 'SP4_NONE',
    1: 'SP4_MACH_CRED',
    2: 'SP4_SSV',
  }),
  scope: bytes('nfs.scope', 'server scope'),
  minorId: uint64('nfs.minorid4', 'minor ID'),
  majorId: bytes('nfs.majorid4', 'major ID'),
  niiDomain: text('nfs.nii_domain4', 'Implementor DNS domain name(nii_domain)'),
  niiName: text('nfs.nii_name4', 'Implementation product name(nii_name)'),
  sessionFlags: uint('nfs.create_session_flags', 'csa_flags').hex(4),
  sessionPersist: bool('nfs.create_session.flags.persist', 'CREATE_SESSION4_FLAG_PERSIST').mask(0x1),
  sessionBack: bool('nfs.create_session.flags.conn_back_chan', 'CREATE_SESSION4_FLAG_CONN_BACK_CHAN').mask(
    0x2,
  ),
  sessionRdma: bool('nfs.create_session.flags.conn_rdma', 'CREATE_SESSION4_FLAG_CONN_RDMA').mask(0x4),
  padSize: uint('nfs.padsize4', 'hdr pad size'),
  maxReqSize: uint('nfs.maxreqsize4', 'max req size'),
  maxRespSize: uint('nfs.maxrespsize4', 'max resp size'),
  maxRespCached: uint('nfs.maxrespsizecached4', 'max resp size cached'),
  maxOps: uint('nfs.maxops4', 'max ops'),
  maxReqs: uint('nfs.maxreqs4', 'max reqs'),
  rdmaAttrs: uint('nfs.rdmachanattrs4', 'RDMA chan attrs'),
  flavor: uint('nfs.flavor4', 'flavor').named(flavorNames),
  stamp: uint('nfs.stamp4', 'stamp'),
  machine: text('nfs.machinename4', 'machine name'),
  uid: uint('nfs.uid4', 'uid'),
  gid: uint('nfs.gid4', 'gid'),
  service: uint('nfs.service4', 'gid'),
  bindDir: uint('nfs.bctsa_dir', 'bctsa_dir')
    .hex(4)
    .named({ 1: 'CDFC4_FORE', 2: 'CDFC4_BACK', 3: 'CDFC4_FORE_OR_BOTH', 7: 'CDFC4_BACK_OR_BOTH' }),
  bindRdma: bool('nfs.bctsa_use_conn_in_rdma_mode', 'bctsa_use_conn_in_rdma_mode'),
  boundDir: uint('nfs.bctsr_dir', 'bctsr_dir')
    .hex(4)
    .named({ 1: 'CDFS4_FORE', 2: 'CDFS4_BACK', 3: 'CDFS4_BOTH' }),
  boundRdma: bool('nfs.bctsr_use_conn_in_rdma_mode', 'bctsr_use_conn_in_rdma_mode'),
  reclaimOneFs: bool('nfs.reclaim_one_fs4', 'reclaim one fs?'),
  layoutAvail: bool('nfs.layoutavail', 'layout available?'),
  layoutType: uint('nfs.layouttype', 'layout type').named({
    1: 'LAYOUT4_NFSV4_1_FILES',
    2: 'LAYOUT4_OSD2_OBJECTS',
    3: 'LAYOUT4_BLOCK_VOLUME',
    4: 'LAYOUT4_FLEX_FILES',
    5: 'LAYOUT4_SCSI',
  }),
  iomode: uint('nfs.iomode', 'IO mode').named({ 1: 'IOMODE_READ', 2: 'IOMODE_RW', 3: 'IOMODE_ANY' }),
  minLength: uint64('nfs.minlength4', 'min length'),
  returnType: uint('nfs.returntype', 'return type').named({
    1: 'RETURN_FILE',
    2: 'RETURN_FSID',
    3: 'RETURN_ALL',
  }),
  layoutReclaim: bool('nfs.reclaim4', 'reclaim'),
  newOffset: bool('nfs.newoffset', 'new offset?'),
  newTime: bool('nfs.newtime', 'new time?'),
  newSize: bool('nfs.newsize', 'new size?'),
  layoutUpdate: bytes('nfs.layoutupdate', 'layout update'),
  layout: bytes('nfs.layout', 'layout'),
  deviceId: bytes('nfs.deviceid', 'device ID'),
  returnOnClose: bool('nfs.retclose4', 'return on close?'),
  lrsPresent: bool('nfs.lrs_present', 'StateID present?'),
  truncate: bool('nfs.truncate', 'Truncate?'),
  recallType: uint('nfs.recalltype', 'recall type'),
  changed: bool('nfs.clorachanged', 'Clora changed'),
  consecutive: bool('nfs.consecutive', 'copy consecutively?'),
  synchronous: bool('nfs.synchronous', 'copy synchronous?'),
  callbackIds: uint('nfs.callback_ids', 'Callback StateIds'),
  xattrKey: text('nfs.xattr.key', 'Name'),
  xattrOptions: uint('nfs.setxattr.options', 'setxattr options'),
};
