// Flags of SMB1 messages ([MS-CIFS] §2.2.3.1, §2.2.4), as Wireshark words them.
import { bitFields } from '../bits.ts';

const LE = { le: true };

export const flagBits = bitFields(
  'smb.flags.',
  `80 response Request/Response | Message is a response to the client/redirector | Message is a request to the server
40 notify Notify | Notify client on all modifications | Notify client only on open
20 oplock Oplocks | OpLock requested/granted | OpLock not requested/granted
10 canon Canonicalized Pathnames | Pathnames are canonicalized | Pathnames are not canonicalized
8 caseless Case Sensitivity | Path names are caseless | Path names are case sensitive
2 receive_buffer Receive Buffer Posted | Receive buffer has been posted | Receive buffer has not been posted
1 lock Lock and Read | Lock&Read, Write&Unlock are supported | Lock&Read, Write&Unlock are not supported`,
);

export const flag2Bits = bitFields(
  'smb.flags2.',
  `8000 string Unicode Strings | Strings are Unicode | Strings are ASCII
4000 nt_error Error Code Type | Error codes are NT error codes | Error codes are DOS error codes
2000 roe Execute-only Reads | Permit reads if execute-only | Don't permit reads if execute-only
1000 dfs Dfs | Resolve pathnames with Dfs | Don't resolve pathnames with Dfs
800 esn Extended Security Negotiation | Extended security negotiation is supported | Extended security negotiation is not supported
400 reparse_path Reparse Path | The request uses a @GMT reparse path | The request does not use a @GMT reparse path
40 long_names_used Long Names Used | Path names in request are long file names | Path names in request are not long file names
10 sec_sig_required Security Signatures Required | Security signatures are required | Security signatures are not required
8 compressed Compressed | Compression is requested | Compression is not requested
4 sec_sig Security Signatures | Security signatures are supported | Security signatures are not supported
2 ea Extended Attributes | Extended attributes are supported | Extended attributes are not supported
1 long_names_allowed Long Names Allowed | Long file names are allowed in the response | Long file names are not allowed in the response`,
  LE,
);

/** [MS-FSCC] §2.6 */
export const attributeBits = bitFields(
  'smb.file_attribute.',
  `1 read_only Read Only | READ ONLY | NOT read only
2 hidden Hidden | HIDDEN | NOT hidden
4 system System | SYSTEM file/dir | NOT a system file/dir
8 volume Volume ID | VOLUME ID | NOT a volume ID
10 directory Directory | DIRECTORY | NOT a directory
20 archive Archive | Modified since last ARCHIVE | Has NOT been modified since last archive
40 device Device | A DEVICE | NOT a device
80 normal Normal | An ordinary file/dir | Has some attribute set
100 temporary Temporary | A TEMPORARY file | NOT a temporary file
200 sparse Sparse | A SPARSE file | NOT a sparse file
400 reparse Reparse Point | Has an associated REPARSE POINT | Does NOT have an associated reparse point
800 compressed Compressed | COMPRESSED | Uncompressed
1000 offline Offline | OFFLINE | Online
2000 not_content_indexed Content Indexed | CONTENT INDEXED | NOT content indexed
4000 encrypted Encrypted | This is an ENCRYPTED file | This is NOT an encrypted file`,
  LE,
);

export const securityModeBits = bitFields(
  'smb.sm.',
  `1 mode Mode | USER security mode | SHARE security mode
2 password Password | ENCRYPTED password. Use challenge/response | PLAINTEXT password
4 signatures Signatures | Security signatures ENABLED | Security signatures NOT enabled
8 sig_required Sig Req | Security signatures REQUIRED | Security signatures NOT required`,
);

export const capabilityBits = bitFields(
  'smb.server_cap.',
  `1 raw_mode Raw Mode | Read Raw and Write Raw are supported | Read Raw and Write Raw are not supported
2 mpx_mode MPX Mode | Read Mpx and Write Mpx are supported | Read Mpx and Write Mpx are not supported
4 unicode Unicode | Unicode strings are supported | Unicode strings are not supported
8 large_files Large Files | Large files are supported | Large files are not supported
10 nt_smbs NT SMBs | NT SMBs are supported | NT SMBs are not supported
20 rpc_remote_apis RPC Remote APIs | RPC remote APIs are supported | RPC remote APIs are not supported
40 nt_status NT Status Codes | NT status codes are supported | NT status codes are not supported
80 level_2_oplocks Level 2 Oplocks | Level 2 oplocks are supported | Level 2 oplocks are not supported
100 lock_and_read Lock and Read | Lock and Read is supported | Lock and Read is not supported
200 nt_find NT Find | NT Find is supported | NT Find is not supported
1000 dfs Dfs | Dfs is supported | Dfs is not supported
2000 infolevel_passthru Infolevel Passthru | NT information level request passthrough is supported | NT information level request passthrough is not supported
4000 large_readx Large ReadX | Large Read andX is supported | Large Read andX is not supported
8000 large_writex Large WriteX | Large Write andX is supported | Large Write andX is not supported
10000 lwio LWIO | LWIO ioctl/fsctl is supported | LWIO ioctl/fsctl is not supported
800000 unix UNIX | UNIX extensions are supported | UNIX extensions are not supported
2000000 compressed_data Compressed Data | Compressed data transfer is supported | Compressed data transfer is not supported
20000000 dynamic_reauth Dynamic Reauth | Dynamic Reauth is supported | Dynamic Reauth is not supported
80000000 extended_security Extended Security | Extended security exchanges are supported | Extended security exchanges are not supported`,
  LE,
);

export const createBits = bitFields(
  'smb.nt.create.',
  `2 oplock Exclusive Oplock | Requesting OPLOCK | Does NOT request oplock
4 batch_oplock Batch Oplock | Requesting BATCH OPLOCK | Does NOT request batch oplock
8 dir Create Directory | Target of open MUST be a DIRECTORY | Target of open can be a file
10 ext Extended Response | Extended responses required | Extended responses NOT required`,
  LE,
);

export const contextBits = bitFields(
  'smb.security.flags.',
  `1 context_tracking Context Tracking | Security tracking mode is DYNAMIC | Security tracking mode is STATIC
2 effective_only Effective Only | ONLY ENABLED aspects of the client's security context are available | ALL aspects of the client's security context are available`,
);

export const transactionBits = bitFields(
  'smb.transaction.flags.',
  `2 owt One Way Transaction | One Way Transaction (NO RESPONSE) | Two way transaction
1 dtid Disconnect TID | Also DISCONNECT TID | Do NOT disconnect TID`,
  LE,
);

export const connectBits = bitFields(
  'smb.connect.flags.',
  `1 dtid Disconnect TID | DISCONNECT TID | Do NOT disconnect TID
4 extendedsig Extended Signature | Extended Signature | NOT Extended Signature
8 extendedresp Extended Response | Extended Response | NOT Extended Response`,
  LE,
);

export const guestBit = bitFields(
  'smb.setup.action.',
  '1 guest Guest | Logged in as GUEST | Not logged in as GUEST',
  LE,
);
