import { response, talk } from './conversation.ts';
import { bytesOf, tcpFrame, testCases } from './support.ts';
import { CERTIFICATE, message, OCSP_RESPONSE, record, SERVER_HELLO_12, vector } from './tls-bytes.ts';

const TCP = 'eth:ethertype:ip:tcp';
/** The protocols a certificate's names and extensions are listed as. */
const NAMES = ':x509sat'.repeat(3);
const EXTENSIONS = ':x509ce:x509ce:x509ce:x509ce:pkix1implicit:x509ce';

const OCSP_REQUEST =
  '3046304430423040303e300906052b0e03021a050004143c70fac2f1dbdfc50f11909ea74b440e958dcf2a04146082e140dac7e1d8ca' +
  '3918691310033c77c021d402051234567890';

/** A list of one certificate taken back, its key having been exposed. */
const REVOCATIONS =
  '308201093081bc020101300506032b65703039310b30090603550406130244453110300e060355040a0c074578616d706c6531183016' +
  '06035504030c0f7777772e6578616d706c652e6f7267170d3236313132313133303433375a170d3236313232313133303433375a3026' +
  '302402051234567890170d3236313132303030303030305a300c300a0603551d1504030a0101a02f302d301f0603551d230418301680' +
  '146082e140dac7e1d8ca3918691310033c77c021d4300a0603551d140403020107300506032b6570034100aaa78a2e960668fdaa5250' +
  '723f57f3dedac31960cccbb738faa1aa352afdd4604a687a8c04f70046b5c80a45d15b86e12a27617bbcad0a4c6e5efe8c5e3de808';

function post(type: string, body: Uint8Array): string {
  return `POST / HTTP/1.1\r\nHost: ocsp.example.org\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${String.fromCharCode(...body)}`;
}

const request = bytesOf(OCSP_REQUEST);
const ask = Uint8Array.from(post('application/ocsp-request', request), (c) => c.charCodeAt(0));
const [asked, answered] = talk(80, [
  ['>', ask],
  ['<', response('application/ocsp-response', bytesOf(OCSP_RESPONSE))],
]);
testCases('OCSP over HTTP', [
  [asked!, `${TCP}:http:ocsp`, 'OCSP', 'Request', { 'ocsp.serialNumber': '1234567890' }],
  [
    answered!,
    `${TCP}:http:ocsp:ocsp${NAMES}${NAMES}${NAMES}${EXTENSIONS}`,
    'OCSP',
    'Response',
    {
      'ocsp.responseStatus': '0',
      'ocsp.certStatus': '0',
      'ocsp.thisUpdate': 'Nov 21, 2026 12:58:07.000000000 UTC',
    },
  ],
]);

const [certificate, list] = talk(80, [
  ['<', response('application/pkix-cert', bytesOf(CERTIFICATE))],
  ['<', response('application/pkix-crl', bytesOf(REVOCATIONS))],
]);
testCases('X.509 over HTTP', [
  [
    certificate!,
    `${TCP}:http:pkix-cert${NAMES}${NAMES}${EXTENSIONS}`,
    'HTTP',
    'HTTP/1.1 200 OK  (application/pkix-cert)',
    {
      'x509ce.dNSName': 'www.example.org,example.org',
      'x509ce.IPAddress.ipv4': '192.0.2.1',
      'ber.bitstring.padding': '0,7,0',
      'x509ce.KeyPurposeId': '1.3.6.1.5.5.7.3.1',
    },
  ],
  [
    list!,
    `${TCP}:http:x509af${NAMES}:x509ce:x509ce:x509ce`,
    'PKIX-CRL',
    'Certificate Revocation List',
    { 'x509af.userCertificate': '1234567890', 'x509ce.CRLReason': '1' },
  ],
]);

const STAPLED = message(22, `01${vector(3, OCSP_RESPONSE)}`);
testCases('OCSP stapled to a TLS handshake', [
  [
    tcpFrame(443, 50000, record(22, SERVER_HELLO_12 + STAPLED + message(14, ''))),
    `${TCP}:tls:ocsp${NAMES}${NAMES}${NAMES}${EXTENSIONS}`,
    'TLSv1.2',
    'Server Hello, Certificate Status, Server Hello Done',
    { 'ocsp.certStatus': '0', 'ocsp.good_element': '1' },
  ],
]);
