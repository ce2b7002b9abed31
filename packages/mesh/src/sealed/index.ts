export {
  DOCUMENT_BYTES_MAX,
  DocumentError,
  isDocument,
  openDocument,
  receiverOf,
  sealDocument,
} from './document.ts';
export { HpkeContext, setupReceiver, setupSender } from './hpke.ts';
export { isPassphraseSealed, openWithPassphrase, PassphraseError, sealWithPassphrase } from './passphrase.ts';
export { decapsulate, encapsulate, privateKeyFrom, type XWingPrivateKey } from './xwing.ts';
