// Flags of SMB2 messages, as Wireshark names them ([MS-SMB2] §2.2.9 to §2.2.37).
import { bitFields } from '../bits.ts';

const LE = { le: true };

/** [MS-FSCC] §2.6 */
export const attributeBits = bitFields(
  'smb2.file_attribute.',
  `1 read_only Read Only | Yes | No
2 hidden Hidden | Yes | No
4 system System | Yes | No
10 directory Directory | Yes | No
20 archive Requires archived | Yes | No
80 normal Normal | Yes | No
100 temporary Temporary | Yes | No
200 sparse Sparse | Yes | No
400 reparse Reparse Point | Has an associated REPARSE POINT | Does NOT have an associated reparse point
800 compressed Compressed | COMPRESSED | Uncompressed
1000 offline Offline | OFFLINE | Online
2000 not_content_indexed Not Content Indexed | Is not indexed by the content indexing service | Is indexed by the content indexing service
4000 encrypted Encrypted | Yes | No
8000 integrity_stream Integrity Stream | Has Integrity Support | Does NOT have Integrity Support
20000 no_scrub_data No Scrub Data | Is excluded from the data integrity scan | Is not excluded from the data integrity scan`,
  LE,
);

/** §2.2.9, §2.2.10 */
export const treeBits = bitFields(
  'smb2.tc.',
  `1 cluster_reconnect Cluster Reconnect | Set | Not set
2 redirect_to_owner Redirect To Owner | Set | Not set
4 extension_present Extension Present | Set | Not set`,
  LE,
);
export const shareBits = bitFields(
  'smb2.share_flags.',
  `1 dfs DFS
2 dfs_root DFS root
100 restrict_exclusive_opens Restrict exclusive opens
200 force_shared_delete Force shared delete
400 allow_namespace_caching Allow namespace caching
800 access_based_dir_enum Access based directory enum
1000 force_levelii_oplock Force level II oplock
2000 enable_hash_v1 Enable hash V1
4000 enable_hash_v2 Enable hash V2
8000 encrypt_data Encrypted data required
40000 identity_remoting Identity Remoting
100000 compress_data Compressed IO`,
  LE,
);
export const shareCapabilityBits = bitFields(
  'smb2.share_caps.',
  `8 dfs DFS
10 continuous_availability CONTINUOUS AVAILABILITY
20 scaleout SCALEOUT
40 cluster CLUSTER
80 assymetric ASSYMETRIC
100 redirect_to_owner REDIRECT_TO_OWNER`,
  LE,
);

export const replyBits = bitFields('smb2.create.rep_flags.', '1 reparse_point ReparsePoint');

/** §2.2.19, §2.2.21, §2.2.26.1, §2.2.33 */
export const readBits = bitFields(
  'smb2.read_flags.',
  `1 unbuffered Unbuffered | Client is asking for UNBUFFERED read | Client is NOT asking for UNBUFFERED read
2 compressed Compressed | Client is asking for COMPRESSED data | Client is NOT asking for COMPRESSED data`,
);
export const writeBits = bitFields(
  'smb2.write.flags.',
  `1 write_through Write through | Client is asking for WRITE_THROUGH | Client is NOT asking for WRITE_THROUGH
2 unbuffered Unbuffered | Client is asking for UNBUFFERED write | Client is NOT asking for UNBUFFERED write`,
  LE,
);
export const lockBits = bitFields(
  'smb2.lock_flags.',
  `1 shared Shared
2 exclusive Exclusive
4 unlock Unlock
10 fail_immediately Fail Immediately`,
  LE,
);
export const findBits = bitFields(
  'smb2.find.',
  `1 restart_scans Restart Scans
2 single_entry Single Entry
4 index_specified Index Specified
10 reopen Reopen`,
);

/** §2.2.13.2.8, §2.2.13.2.10 */
export const leaseStateBits = bitFields(
  'smb2.lease.lease_state.',
  `1 read_caching Read Caching
2 handle_caching Handle Caching
4 write_caching Write Caching`,
  LE,
);
export const leaseFlagBits = bitFields(
  'smb2.lease.lease_state.',
  `1 break_ack_required Break Ack Required
2 break_in_progress Break In Progress
4 parent_lease_key_set Parent Lease Key Set`,
  LE,
);

/** §2.2.37 */
export const securityBits = bitFields(
  'smb2.getsetinfo_additional_secinfo.',
  `1 owner Owner | Requesting OWNER security information | NOT requesting owner security information
2 group Group | Requesting GROUP security information | NOT requesting group security information
4 dacl DACL | Requesting DACL security information | NOT requesting DACL security information
8 sacl SACL | Requesting SACL security information | NOT requesting SACL security information
10 label Integrity label | Requesting integrity label security information | NOT requesting integrity label security information
20 attribute Resource attribute | Requesting resource attribute security information | NOT requesting resource attribute security information
40 scope Central access policy | Requesting central access policy security information | NOT requesting central access policy security information
10000 backup Backup operation | Requesting backup operation security information | NOT requesting backup operation security information`,
  LE,
);
