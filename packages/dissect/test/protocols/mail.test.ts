import { talk } from './conversation.ts';
import { bytesOf, testCases } from './support.ts';

const TCP = 'eth:ethertype:ip:tcp';
const MAIL =
  'From: a@x\r\nSubject: hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="B"\r\n\r\n--B\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--B--\r\n';

const smtp = talk(25, [
  ['<', '220 mx ESMTP\r\n'],
  ['>', 'EHLO me\r\n'],
  ['<', '250-mx\r\n250-SIZE 100\r\n250 STARTTLS\r\n'],
  ['>', 'MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n'],
  ['<', '354 go\r\n'],
  ['>', MAIL.slice(0, 40)],
  ['>', `${MAIL.slice(40)}.\r\n`],
  ['<', '250 queued\r\n'],
  ['>', 'STARTTLS\r\n'],
  ['<', '220 go\r\n'],
  ['<', bytesOf('15030100020228')],
]);

testCases('SMTP', [
  [smtp[0]!, `${TCP}:smtp`, 'SMTP', 'S: 220 mx ESMTP', { 'smtp.response.code': '220' }],
  [smtp[1]!, `${TCP}:smtp`, 'SMTP', 'C: EHLO me', { 'smtp.req.command': 'EHLO', 'smtp.req.parameter': 'me' }],
  [smtp[2]!, `${TCP}:smtp`, 'SMTP', 'S: 250-mx | SIZE 100 | STARTTLS', { 'smtp.response.code': '250' }],
  [smtp[3]!, `${TCP}:smtp`, 'SMTP', 'C: MAIL FROM:<a@x> | RCPT TO:<b@y> | DATA'],
  [smtp[4]!, `${TCP}:smtp`, 'SMTP', 'S: 354 go'],
  [smtp[5]!, `${TCP}:smtp:data-text-lines`, 'SMTP', 'C: DATA fragment, 40 bytes'],
  [
    smtp[6]!,
    `${TCP}:smtp:imf:mime_multipart:data-text-lines`,
    'SMTP/IMF',
    'from: a@x, subject: hi,  (text/html)',
    { 'imf.from': 'a@x', 'imf.subject': 'hi' },
  ],
  [smtp[7]!, `${TCP}:smtp`, 'SMTP', 'S: 250 queued'],
  [smtp[8]!, `${TCP}:smtp`, 'SMTP', 'C: STARTTLS'],
  [smtp[9]!, `${TCP}:smtp`, 'SMTP', 'S: 220 go'],
  [smtp[10]!, `${TCP}:tls`, 'TLSv1', 'Alert (Level: Fatal, Description: Handshake Failure)'],
]);

const pop = talk(110, [
  ['<', '+OK ready\r\n'],
  ['>', 'RETR 1\r\n'],
  ['<', `+OK ${MAIL.length} octets\r\n`],
  ['<', MAIL.slice(0, 50)],
  ['<', `${MAIL.slice(50)}.\r\n`],
]);

testCases('POP', [
  [
    pop[0]!,
    `${TCP}:pop`,
    'POP',
    'S: +OK ready',
    { 'pop.response.indicator': '+OK', 'pop.response.description': 'ready' },
  ],
  [
    pop[1]!,
    `${TCP}:pop`,
    'POP',
    'C: RETR 1',
    { 'pop.request.command': 'RETR', 'pop.request.parameter': '1' },
  ],
  [pop[2]!, `${TCP}:pop`, 'POP', `S: +OK ${MAIL.length} octets`],
  [pop[3]!, `${TCP}:pop`, 'POP', 'S: DATA fragment, 50 bytes'],
  [
    pop[4]!,
    `${TCP}:pop:imf:mime_multipart:data-text-lines`,
    'POP/IMF',
    'from: a@x, subject: hi,  (text/html)',
  ],
]);

const imap = talk(143, [
  ['<', '* OK ready\r\n'],
  ['>', 'a2 SELECT INBOX\r\n'],
  ['<', '* 1 EXISTS\r\na2 OK done\r\n'],
  ['>', 'a3 FETCH 1 (BODY[])\r\n'],
  ['<', `* 1 FETCH (BODY[] {${MAIL.length}}\r\n${MAIL.slice(0, 60)}`],
  ['<', `${MAIL.slice(60)})\r\na3 OK\r\n`],
]);

testCases('IMAP', [
  [imap[0]!, `${TCP}:imap`, 'IMAP', 'Response: * OK ready'],
  [
    imap[1]!,
    `${TCP}:imap`,
    'IMAP',
    'Request: a2 SELECT INBOX',
    { 'imap.request_tag': 'a2', 'imap.request.command': 'SELECT', 'imap.request.folder': 'INBOX' },
  ],
  [
    imap[2]!,
    `${TCP}:imap`,
    'IMAP',
    'Response: a2 OK done',
    { 'imap.response_tag': 'a2', 'imap.response.status': 'OK' },
  ],
  [imap[3]!, `${TCP}:imap`, 'IMAP', 'Request: a3 FETCH 1 (BODY[])'],
  [
    imap[4]!,
    `${TCP}:imap`,
    'TCP',
    `143 → 40000 [PSH, ACK] Seq=37 Ack=1 Win=8192 Len=${60 + 22 + String(MAIL.length).length} [TCP segment of a reassembled PDU]`,
  ],
  [
    imap[5]!,
    `${TCP}:imap:imf:mime_multipart:data-text-lines`,
    'IMAP/IMF',
    'from: a@x, subject: hi,  (text/html)',
    { 'imf.from': 'a@x' },
  ],
]);

const nntp = talk(119, [
  ['<', '200 news\r\n'],
  ['>', 'GROUP x\r\n'],
]);
testCases('NNTP', [
  [nntp[0]!, `${TCP}:nntp`, 'NNTP', 'Response: 200 news', { 'nntp.response': '1' }],
  [nntp[1]!, `${TCP}:nntp`, 'NNTP', 'Request: GROUP x', { 'nntp.request': '1' }],
]);
