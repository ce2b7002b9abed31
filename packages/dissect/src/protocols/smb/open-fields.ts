// Fields of open and create requests, shared by SMB1 and SMB2 ([MS-SMB2] §2.2.13), with their bits as Wireshark words them.
import { uint } from '../../core/field.ts';
import { bitFields } from '../bits.ts';
import type { Part } from '../parts.ts';

/** Bits of an access mask ([MS-SMB2] §2.2.13.1). */
const accessBits = bitFields(
  'smb.access.',
  `1 read Read | READ access | NO read access
2 write Write | WRITE access | NO write access
4 append Append | APPEND access | NO append access
8 read_ea Read EA | READ EXTENDED ATTRIBUTES access | NO read extended attributes access
10 write_ea Write EA | WRITE EXTENDED ATTRIBUTES access | NO write extended attributes access
20 execute Execute | EXECUTE access | NO execute access
40 delete_child Delete Child | DELETE CHILD access | NO delete child access
80 read_attributes Read Attributes | READ ATTRIBUTES access | NO read attributes access
100 write_attributes Write Attributes | WRITE ATTRIBUTES access | NO write attributes access
10000 delete Delete | DELETE access | NO delete access
20000 read_control Read Control | READ ACCESS to owner, group and ACL of the SID | Read access is NOT granted to owner, group and ACL of the SID
40000 write_dac Write DAC | OWNER may WRITE the DAC | Owner may NOT write to the DAC
80000 write_owner Write Owner | Can WRITE OWNER (take ownership) | Can NOT write owner (take ownership)
100000 synchronize Synchronize | Can wait on handle to SYNCHRONIZE on completion of I/O | Can NOT wait on handle to synchronize on completion of I/O
1000000 system_security System Security | SYSTEM SECURITY is set | System security is NOT set
2000000 maximum_allowed Maximum Allowed | MAXIMUM ALLOWED is set | Maximum allowed is NOT set
10000000 generic_all Generic All | GENERIC ALL is set | Generic all is NOT set
20000000 generic_execute Generic Execute | GENERIC EXECUTE is set | Generic execute is NOT set
40000000 generic_write Generic Write | GENERIC WRITE is set | Generic write is NOT set
80000000 generic_read Generic Read | GENERIC READ is set | Generic read is NOT set`,
  { le: true },
);

const shareBits = bitFields(
  'smb.share.access.',
  `1 read Read | Object can be shared for READ | Object can NOT be shared for read
2 write Write | Object can be shared for WRITE | Object can NOT be shared for write
4 delete Delete | Object can be shared for DELETE | Object can NOT be shared for delete`,
  { le: true },
);

const optionBits = bitFields(
  'smb.nt.create_options.',
  `1 directory Directory | File being created/opened must be a directory | File being created/opened must not be a directory
2 write_through Write Through | Writes should flush buffered data before completing | Writes need not flush buffered data before completing
4 sequential_only Sequential Only | The file will only be accessed sequentially | The file might not only be accessed sequentially
8 intermediate_buffering Intermediate Buffering | NO intermediate buffering is allowed | Intermediate buffering is allowed
10 sync_io_alert Sync I/O Alert | All operations SYNCHRONOUS, waits subject to termination from alert | Operations NOT necessarily synchronous
20 sync_io_nonalert Sync I/O Nonalert | All operations SYNCHRONOUS, waits not subject to alert | Operations NOT necessarily synchronous
40 non_directory Non-Directory | File being created/opened must not be a directory | File being created/opened must be a directory
80 create_tree_connection Create Tree Connection | Create Tree Connections is SET | Create Tree Connections is NOT set
100 complete_if_oplocked Complete If Oplocked | Complete if oplocked is SET | Complete if oplocked is NOT set
200 no_ea_knowledge No EA Knowledge | The client does not understand extended attributes | The client understands extended attributes
400 eight_dot_three_only 8.3 Only | The client understands only 8.3 file names | The client understands long file names
800 random_access Random Access | The file will be accessed randomly | The file will not be accessed randomly
1000 delete_on_close Delete On Close | The file should be deleted when it is closed | The file should not be deleted when it is closed
2000 open_by_fileid Open By FileID | OpenByFileID bit is SET | OpenByFileID is NOT set
4000 backup_intent Backup Intent | This is a create with BACKUP INTENT | This is a normal create
8000 no_compression No Compression | Open/Create with NO Compression | Compression is allowed for Open/Create
100000 reserve_opfilter Reserve Opfilter | Reserve Opfilter is SET | Reserve Opfilter is NOT set
200000 open_reparse_point Open Reparse Point | Open a Reparse Point | Normal open
400000 open_no_recall Open No Recall | Open No Recall is SET | Open no recall is NOT set
800000 open_for_free_space_query Open For Free Space query | This is an OPEN FOR FREE SPACE QUERY | This is NOT an open for free space query`,
  { le: true },
);

const accessMask = uint('smb.access_mask', 'Access Mask').hex(4).le();
const shareAccess = uint('smb.share_access', 'Share Access').hex(4).le().summed();
const createOptions = uint('smb.create_options', 'Create Options').hex(4).le();

export const openFields = {
  accessMask,
  shareAccess,
  createOptions,
  ...accessBits,
  ...shareBits,
  ...optionBits,
};

export const ACCESS: Part = [accessMask, 4, Object.values(accessBits)];
export const SHARE_ACCESS: Part = [shareAccess, 4, Object.values(shareBits)];
export const CREATE_OPTIONS: Part = [createOptions, 4, Object.values(optionBits)];
