// Encrypted captures on disk: keys, reading and writing.
export { DamagedError, type PlainFile } from './file.ts';
export { ambientKey, makeKeyFile, readKeyFile, VaultKey } from './key.ts';
export { decrypted, EndsEarly, openPlain } from './read.ts';
export { isVault, RECORD_PLAIN_MAX, Sealer } from './records.ts';
export { encrypting } from './write.ts';
