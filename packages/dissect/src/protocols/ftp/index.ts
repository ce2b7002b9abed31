// File Transfer Protocol.
import { ftp } from './ftp.ts';
import { ftpData } from './ftp-data.ts';

export const ftpProtocols = [ftp, ftpData];
