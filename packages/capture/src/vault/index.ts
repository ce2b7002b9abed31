// Encrypted captures on disk: keys, reading and writing.
export { ambientKey, makeKeyFile, readKeyFile, VaultKey } from './key.ts';
export { decrypted, EndsEarly, openPlain, type PlainFile } from './read.ts';
export { isVault, Sealer } from './records.ts';
export { encrypting } from './write.ts';
