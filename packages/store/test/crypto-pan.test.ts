import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CryptoPan } from '../src/privacy/crypto-pan.ts';

/** Key and addresses of the sample that comes with the authors' implementation. */
const KEY = Uint8Array.of(
  ...[21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16],
  ...[216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2],
);
const PUBLISHED: readonly (readonly [string, string])[] = [
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
  ['152.163.225.39', '151.140.114.167'],
  ['156.29.3.236', '147.225.12.42'],
  ['165.247.96.84', '162.9.99.234'],
  ['166.107.77.190', '160.132.178.185'],
  ['192.102.249.13', '252.138.62.131'],
  ['192.215.32.125', '252.43.47.189'],
  ['192.233.80.103', '252.25.108.8'],
  ['192.41.57.43', '252.222.221.184'],
  ['193.150.244.223', '253.169.52.216'],
  ['195.205.63.100', '255.186.223.5'],
  ['198.200.171.101', '249.199.68.213'],
  ['198.26.132.101', '249.36.123.202'],
  ['198.36.213.5', '249.7.21.132'],
  ['198.51.77.238', '249.18.186.254'],
  ['199.217.79.101', '248.38.184.213'],
  ['202.49.198.20', '245.206.7.234'],
  ['203.12.160.252', '244.248.163.4'],
  ['204.184.162.189', '243.192.77.90'],
  ['204.202.136.230', '243.178.4.198'],
  ['204.29.20.4', '243.33.20.123'],
  ['205.178.38.67', '242.108.198.51'],
  ['205.188.147.153', '242.96.16.101'],
  ['205.188.248.25', '242.96.88.27'],
  ['205.245.121.43', '242.21.121.163'],
  ['207.105.49.5', '241.118.205.138'],
];

const bytes = (address: string): Uint8Array => Uint8Array.from(address.split('.'), Number);

describe('Crypto-PAn', () => {
  it('gives the pseudonyms of the published test vectors', () => {
    const pan = new CryptoPan(KEY);
    for (const [address, pseudonym] of PUBLISHED)
      assert.equal(pan.disguise(bytes(address)).join('.'), pseudonym, address);
  });

  it('preserves the length of common prefixes, for IPv4 and IPv6', () => {
    const pan = new CryptoPan(KEY);
    for (const length of [4, 16]) {
      const address = fc.uint8Array({ minLength: length, maxLength: length });
      fc.assert(
        fc.property(address, address, fc.nat(length * 8), (a, b, shared) => {
          for (let bit = 0; bit < shared; bit++) copyBit(a, b, bit);
          assert.equal(sharedBits(pan.disguise(a), pan.disguise(b)), sharedBits(a, b));
        }),
      );
    }
  });

  it('throws RangeError for a key of another length than 32 bytes', () => {
    assert.throws(() => new CryptoPan(KEY.slice(1)), RangeError);
  });
});

function copyBit(from: Uint8Array, to: Uint8Array, bit: number): void {
  const mask = 0x80 >> (bit & 7);
  to[bit >> 3] = (to[bit >> 3]! & ~mask) | (from[bit >> 3]! & mask);
}

function sharedBits(a: Uint8Array, b: Uint8Array): number {
  let bit = 0;
  while (bit < a.length * 8 && ((a[bit >> 3]! ^ b[bit >> 3]!) & (0x80 >> (bit & 7))) === 0) bit++;
  return bit;
}
