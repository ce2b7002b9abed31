// The kinds of object that can be exported, by tshark's names (`--export-objects`).
import { DicomObjects } from './dicom.ts';
import { FtpObjects } from './ftp.ts';
import { HttpObjects } from './http.ts';
import { MailObjects } from './mail.ts';
import type { ObjectReader, OnObject } from './object.ts';
import { SmbObjects } from './smb.ts';
import { TftpObjects } from './tftp.ts';

export const objectKinds = {
  dicom: (onObject) => new DicomObjects(onObject),
  'ftp-data': (onObject) => new FtpObjects(onObject),
  http: (onObject) => new HttpObjects(onObject),
  imf: (onObject) => new MailObjects(onObject),
  smb: (onObject) => new SmbObjects(onObject),
  tftp: (onObject) => new TftpObjects(onObject),
} as const satisfies Record<string, (onObject: OnObject) => ObjectReader>;

export type ObjectKind = keyof typeof objectKinds;
