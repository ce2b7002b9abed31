// The kinds of object that can be exported, by tshark's names (`--export-objects`).
import { HttpObjects } from './http.ts';
import { MailObjects } from './mail.ts';
import type { ObjectReader, OnObject } from './object.ts';
import { TftpObjects } from './tftp.ts';

export const objectKinds = {
  http: (onObject) => new HttpObjects(onObject),
  imf: (onObject) => new MailObjects(onObject),
  tftp: (onObject) => new TftpObjects(onObject),
} as const satisfies Record<string, (onObject: OnObject) => ObjectReader>;

export type ObjectKind = keyof typeof objectKinds;
