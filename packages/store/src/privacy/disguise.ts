import { ADDRESS_BYTES, IPV4, IPV6 } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import { addressWidth } from '../write/address-text.ts';
import type { Disguise } from '../write/dictionaries.ts';
import { CryptoPan, KEY_BYTES } from './crypto-pan.ts';

/** Replaces IP addresses by pseudonyms, and Ethernet addresses, which identify a device, by zeros. @throws StoreError */
export function disguiseWith(key: Uint8Array): Disguise {
  if (key.length !== KEY_BYTES)
    throw new StoreError('ERR_STORE_QUERY', `a key for pseudonyms has ${KEY_BYTES} bytes, not ${key.length}`);
  const pan = new CryptoPan(key);
  return (kind, bytes) => {
    const made = new Uint8Array(ADDRESS_BYTES);
    if (kind === IPV4 || kind === IPV6) made.set(pan.disguise(bytes.subarray(0, addressWidth(kind))));
    return made;
  };
}
