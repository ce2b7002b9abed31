// Vectors of the specification's baseline: https://github.com/corelight/community-id-spec
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { communityId } from '../../src/flows/community-id.ts';

const ip = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number);
const ipv6 = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

test('both directions of a TCP conversation have one name', () => {
  const [a, b] = [ip('128.232.110.120'), ip('66.35.250.204')];
  assert.equal(communityId(TCP, a, b, 34855, 80), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
  assert.equal(communityId(TCP, b, a, 80, 34855), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
});

test('of one address with itself, the lower port comes first', () => {
  const a = ip('127.0.0.1');
  // Seed, addresses, protocol, a byte of padding, ports: what the specification hashes.
  const hashed = Buffer.from('0000' + '7f000001' + '7f000001' + '0600' + '0050' + '8827', 'hex');
  const expected = `1:${createHash('sha1').update(hashed).digest('base64')}`;
  assert.equal(communityId(TCP, a, a, 34855, 80), expected);
  assert.equal(communityId(TCP, a, a, 80, 34855), expected);
});

test('a seed makes another name', () => {
  const [a, b] = [ip('128.232.110.120'), ip('66.35.250.204')];
  assert.equal(communityId(TCP, a, b, 34855, 80, 1), '1:3V71V58M3Ksw/yuFALMcW0LAHvc=');
});

test('UDP', () => {
  const [a, b] = [ip('192.168.1.52'), ip('8.8.8.8')];
  assert.equal(communityId(UDP, a, b, 54585, 53), '1:d/FP5EW3wiY1vCndhwleRRKHowQ=');
  assert.equal(communityId(UDP, b, a, 53, 54585), '1:d/FP5EW3wiY1vCndhwleRRKHowQ=');
});

test('an echo request and its reply', () => {
  const [a, b] = [ip('192.168.0.89'), ip('192.168.0.1')];
  assert.equal(communityId(ICMP, a, b, 8, 0), '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=');
  assert.equal(communityId(ICMP, b, a, 0, 0), '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=');
});

test('neighbour solicitation and advertisement', () => {
  const a = ipv6('fe80000000000000020086fffe0580da');
  const b = ipv6('fe80000000000000026097fffe0769ea');
  assert.equal(communityId(ICMPV6, a, b, 135, 0), '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=');
  assert.equal(communityId(ICMPV6, b, a, 136, 0), '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=');
});
