// Fields of open and create requests, shared by SMB1 and SMB2 ([MS-SMB2] §2.2.13).
import { uint } from '../../core/field.ts';

export const openFields = {
  accessMask: uint('smb.access_mask', 'Access Mask').hex(4).le(),
  shareAccess: uint('smb.share_access', 'Share Access').hex(4).le(),
  createOptions: uint('smb.create_options', 'Create Options').hex(4).le(),
};
