// Checks that the library's AES-SIV is the cipher that NTS needs, and is called correctly.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aessiv } from '@noble/ciphers/aes.js';
import { decrypt } from '../src/nts/protect.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Project Wycheproof, aead_aes_siv_cmac_test, cases 1 to 11: key, nonce, associated data, message, ciphertext, tag. */
const vectors = [
  '99b62bd5afbe3fb015bde93f0abf483957a1c3eb3ca59cb50b39f7f8a9cc51be 9a59fce26df0005e07538656 - 42baae5978feaf5c368d14e0 e1ecc93df9106e6bd3007a9d a0af48acda004da55c4203c232a31891',
  '59d4eafb4de0cfc7d3db99a8f54b15d7b39f0acc8da69763b019c1699f87674a 2fcb1b38a99e71b84740ad9b - 549b365af913f3b081131ccb6b825588 99173bb7c4f057f6ca21f9068ef07267 08717b9bee161f051538947c400de4be',
  '422add37849d6e4c3dfd8020dc6a07e8a249788f3d6a83b9cb4d802362c97542 1e7e67be948de7352ffdb727 - d7f5e611dd3a2750fb843fc1b6b93087310dc87d 5dd65bbf40e9c27b2cff4eb9bfd237177b582f74 066aa1cd1bf0d6610c77449c3a0831f6',
  'cb5575f5c7c45c91cf320b139fb594237560d0a3e6f865a67d4f633f2c08f016 1a6518f02ede1da6809266d9 89cce9fb47441d07e0245a66fe8b778b 623b7850c321e2cf0c6fbcc8dfd1aff2 fd36ffae57f6c269b710560cda8cbf49 417fbdd7ceb644b75fc380a1839b6de0',
  '3937986af86dafc1ba0c4672d8abc46c207062682d9c264ab06d6c5807205130 8df4b15a888c33286a7b7651 ba446f6f9a0ced22450feb10737d9007fd69abc19b1d4d9049a5551e86ec2b37 dc9e9eaf11e314182df6a4eba17aec9c ae71cbaddffb2706f8d578d689c2d397 8e1a29829340a2aeb42f437264fcb165',
  '223e1e414bcb7a1f245d5a5ad126bb6a562801ac348830c08162b30f832675a1 c1c144cbd70cb75b30f93ea2 178f628340b7caae59deacd18c36f07a5cb12745461af74c98b138fa076d7983772d62a0d41165f675e7da7ff34951b1 176e93baecafa0faff5bf76884c64b08 8d53c0cfb8187fa264a595ab6e6e30d4 c61cb7d0b37f039540e73bf1da9e8c0c',
  'eb2278745939dacc07a157425b147c8e6036c47f56d182e7221f7645903d5b3d 19476b0f523b8e4066c79466 f5 24150140e7c72d755c2d1a5d c7259a9da07588dd00cf6fed 41b3ed98b1f61840df01826375fc792e',
  '98b0ef850079a88323464a347c185ec8c5cb8ff217f16d5af272b0ea1bdc0778 cc834980651485dd5ffa29a5 8bd9 78de9e007702c0bb499473a8 5a37311ea6cc232978099dfb af67f4c40eda80dfc0d16a72c3e9dd90',
  '85f35b6282cff440bc1020c8136ff27031110fa63ec16f1e825118b006b91257 58dbd4ad2c4ad35dd906e9ce a506e1a5c69093f9 fdc85b94a4b2a6b759b1a0da 18b5b0f5f5b971714904de51 9a5869c6d8af48b345880ab04b471c56',
  '999bfbb9484de85194bff71b76007ef127424df6cebfd0cbe9e712a58e48afa5 418e9dc91817e81a83e0a68b 320fdb766aca712a31821ef17e84 25a2f7d1f52e22f8f87f702d 2bb700ec64c366a352f13b58 c0a5fcdabb2464821cd7a6a50dc26335',
  'e4997298921cfe1d63db8fb55ad16b7546b15d38a6961a966e0e36fe448cc14c 25c30ac4fc0f6a97f54d7b81 020115631d81368d9061d07adcfd7a 6c9c2910d53e5670b01c8bba b52ba198987e5bd5768d83d0 0bea32f986c82da79e40d8dee8278454',
].map((line) => line.split(' ').map((part) => hex(part === '-' ? '' : part)));

describe('AES-SIV-CMAC-256', () => {
  test('encryption and decryption agree with the vectors of Project Wycheproof', () => {
    for (const [key, nonce, associated, message, ciphertext, tag] of vectors) {
      const sealed = Buffer.concat([tag!, ciphertext!]);
      assert.equal(hexOf(aessiv(key!, associated!, nonce!).encrypt(message!)), hexOf(sealed));
      assert.equal(hexOf(decrypt(key!, associated!, nonce!, sealed)!), hexOf(message!));
    }
  });

  test('any flipped bit makes decryption fail', () => {
    for (const [key, nonce, associated, , ciphertext, tag] of vectors) {
      const sealed = new Uint8Array([...tag!, ...ciphertext!]);
      for (let i = 0; i < sealed.length; i++) {
        const other = sealed.slice();
        other[i]! ^= 1 << (i % 8);
        assert.equal(decrypt(key!, associated!, nonce!, other), null);
      }
      assert.equal(decrypt(key!, nonce!, associated!, sealed), null);
    }
  });
});
