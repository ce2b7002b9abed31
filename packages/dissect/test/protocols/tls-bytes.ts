// TLS messages in hexadecimal, for the tests of what carries them.

/** Text as hexadecimal. */
export const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

const uint = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0');

/** Hexadecimal with its length before it in `bytes` bytes. */
export function vector(bytes: number, hex: string): string {
  const clean = hex.replace(/\s+/g, '');
  return uint(clean.length / 2, bytes) + clean;
}

export const record = (type: number, hex: string, version = 0x0303): string =>
  uint(type, 1) + uint(version, 2) + vector(2, hex);

export const message = (type: number, hex: string): string => uint(type, 1) + vector(3, hex);

export const extension = (type: number, hex: string): string => uint(type, 2) + vector(2, hex);

export const serverName = (name: string): string => extension(0, vector(2, `00${vector(2, hexOf(name))}`));

export const alpn = (...names: string[]): string =>
  extension(16, vector(2, names.map((name) => vector(1, hexOf(name))).join('')));

export const RANDOM = '1122334455667788'.repeat(4);

interface Hello {
  readonly version?: string;
  readonly suites: string;
  readonly extensions: string;
  readonly session?: string;
}

/** A ClientHello's message. */
export function clientHello({ version = '0303', suites, extensions, session = '' }: Hello): string {
  const tail = extensions === '' ? '' : vector(2, extensions);
  return message(1, version + RANDOM + vector(1, session) + vector(2, suites) + vector(1, '00') + tail);
}

/** A ServerHello's message; `suites` is the one chosen. */
export function serverHello({ version = '0303', suites, extensions, session = '' }: Hello): string {
  const tail = extensions === '' ? '' : vector(2, extensions);
  return message(2, `${version}${RANDOM}${vector(1, session)}${suites}00${tail}`);
}

/** A hello of TLS 1.3 for www.example.org, as a client without GREASE sends it. */
export const HELLO_13 = clientHello({
  suites: '130113021303',
  extensions:
    serverName('www.example.org') +
    alpn('h2', 'http/1.1') +
    extension(43, '0403040303') +
    extension(10, '0004001d0017') +
    extension(13, '000404030804') +
    extension(51, `0024001d0020${'05'.repeat(32)}`),
});

export const SERVER_HELLO_13 = serverHello({
  suites: '1301',
  extensions: extension(43, '0304') + extension(51, `001d0020${'09'.repeat(32)}`),
});

/** An Ed25519 certificate for www.example.org, made for these tests, with the extensions a server's has. */
export const CERTIFICATE =
  '308201df30820191a00302010202051234567890300506032b65703039310b30090603550406130244453110300e060355040a0c0745' +
  '78616d706c653118301606035504030c0f7777772e6578616d706c652e6f7267301e170d3236313132313132353830375a170d333631' +
  '3131383132353830375a3039310b30090603550406130244453110300e060355040a0c074578616d706c653118301606035504030c0f' +
  '7777772e6578616d706c652e6f7267302a300506032b6570032100f4e765f0b8b0aa1d25257e6a106ab849ec78bc36cf4539c966840b' +
  '24fdddd7f0a381b93081b6300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a0608' +
  '2b06010505070301302d0603551d1104263024820f7777772e6578616d706c652e6f7267820b6578616d706c652e6f72678704c00002' +
  '01303306082b0601050507010104273025302306082b060105050730018617687474703a2f2f6f6373702e6578616d706c652e6f7267' +
  '301d0603551d0e041604146082e140dac7e1d8ca3918691310033c77c021d4300506032b65700341008ff43fd73c5b272a69dbce31e0' +
  '75f9b37063a64461e580ea2ad3b146cee9e77f735252253cfbf54cee14f9870eae35c0426dbdc410635e8f8149b0acbee2c406';

export const SERVER_HELLO_12 = serverHello({ suites: 'c02f', extensions: extension(0, '') });

/** What an OCSP responder says of it: good, until a week later; with the certificate of the responder. */
export const OCSP_RESPONSE =
  '3082030e0a0100a08203073082030306092b0601050507300101048202f4308202f03081b8a13b3039310b3009060355040613024445' +
  '3110300e060355040a0c074578616d706c653118301606035504030c0f7777772e6578616d706c652e6f7267180f3230323631313231' +
  '3132353830375a30683066303e300906052b0e03021a050004143c70fac2f1dbdfc50f11909ea74b440e958dcf2a04146082e140dac7' +
  'e1d8ca3918691310033c77c021d4020512345678908000180f32303236313132313132353830375aa011180f32303236313132383132' +
  '353830375a300506032b65700341000a2c0b888152c3a921f16038adb1b088bf27ee46611d68064ae8dd9cf9cbd6249c9e1fd7284099' +
  '5ae72ddbb13acf116e67e6dc026044a30f751d4f9dc01e430ca08201e7308201e3' +
  CERTIFICATE;
