import { talk } from './conversation.ts';
import { bytesOf, testCases } from './support.ts';

const TCP = 'eth:ethertype:ip:tcp';

const ftp = talk(21, [
  ['<', '220 ftp\r\n'],
  ['>', 'PASV\r\n'],
  ['<', '227 Entering Passive Mode (10,0,0,2,200,10)\r\n'],
  ['>', 'RETR a.txt\r\n'],
  ['>', 'PORT 10,0,0,1,200,20\r\n'],
  ['>', 'STOR b.bin\r\n'],
  ['<', '229 Entering Extended Passive Mode (|||51211|)\r\n'],
]);
const passive = talk(200 * 256 + 10, [['<', 'hello\n']], 40001);
const active = talk(200 * 256 + 20, [['>', bytesOf('0001020304')]], 20);
const extended = talk(51211, [['<', 'text']], 40002);

testCases('FTP', [
  [
    ftp[0]!,
    `${TCP}:ftp`,
    'FTP',
    'Response: 220 ftp',
    { 'ftp.response.code': '220', 'ftp.response.arg': 'ftp' },
  ],
  [ftp[1]!, `${TCP}:ftp`, 'FTP', 'Request: PASV', { 'ftp.request.command': 'PASV' }],
  [
    ftp[2]!,
    `${TCP}:ftp`,
    'FTP',
    'Response: 227 Entering Passive Mode (10,0,0,2,200,10)',
    { 'ftp.passive.ip': '10.0.0.2', 'ftp.passive.port': '51210' },
  ],
  [ftp[3]!, `${TCP}:ftp`, 'FTP', 'Request: RETR a.txt', { 'ftp.request.arg': 'a.txt' }],
  [
    passive[0]!,
    `${TCP}:ftp-data:data-text-lines`,
    'FTP-DATA',
    'FTP Data: 6 bytes (PASV) (RETR a.txt)',
    { 'ftp-data.setup-frame': '3', 'ftp-data.command': 'RETR a.txt' },
  ],
  [
    ftp[4]!,
    `${TCP}:ftp`,
    'FTP',
    'Request: PORT 10,0,0,1,200,20',
    { 'ftp.active.cip': '10.0.0.1', 'ftp.active.port': '51220' },
  ],
  [ftp[5]!, `${TCP}:ftp`, 'FTP', 'Request: STOR b.bin'],
  [active[0]!, `${TCP}:ftp-data`, 'FTP-DATA', 'FTP Data: 5 bytes'],
  [
    ftp[6]!,
    `${TCP}:ftp`,
    'FTP',
    'Response: 229 Entering Extended Passive Mode (|||51211|)',
    { 'ftp.epsv.port': '51211' },
  ],
  [extended[0]!, `${TCP}:ftp-data:data-text-lines`, 'FTP-DATA', 'FTP Data: 4 bytes (EPASV)'],
]);

const telnet = talk(23, [
  ['<', bytesOf('fffd18fffd20')],
  ['>', bytesOf('fffa1f00500018fff0')],
  ['<', 'login: '],
]);
testCases('Telnet', [
  [
    telnet[0]!,
    `${TCP}:telnet`,
    'TELNET',
    'Telnet Data ...',
    { 'telnet.cmd': '253,253', 'telnet.subcmd': '24,32' },
  ],
  [
    telnet[1]!,
    `${TCP}:telnet`,
    'TELNET',
    'Telnet Data ...',
    { 'telnet.naws_subopt.width': '80', 'telnet.naws_subopt.height': '24' },
  ],
  [telnet[2]!, `${TCP}:telnet`, 'TELNET', 'Telnet Data ...', { 'telnet.data': 'login: ' }],
]);

const irc = talk(6667, [
  ['>', 'NICK me\r\nUSER me 0 * :my name\r\n'],
  ['<', ':srv 001 me :Welcome\r\nPING :x\r\n'],
]);
testCases('IRC', [
  [
    irc[0]!,
    `${TCP}:irc`,
    'IRC',
    'Request (NICK) (USER)',
    {
      'irc.request.command': 'NICK,USER',
      'irc.request.command_parameter': 'me,me,0,*',
      'irc.request.trailer': 'my name',
    },
  ],
  [
    irc[1]!,
    `${TCP}:irc`,
    'IRC',
    'Response (001) (PING)',
    { 'irc.response.num_command': '1', 'irc.response.prefix': 'srv' },
  ],
]);

const xmpp = talk(5222, [
  ['>', "<iq type='get' id='1'><query xmlns='jabber:iq:auth'/></iq>"],
  ['>', ' '],
  ['>', '<message to="b'],
  ['>', '"><body>x</body></message>'],
]);
testCases('XMPP', [
  [
    xmpp[0]!,
    `${TCP}:xmpp:xml`,
    'XMPP/XML',
    'IQ(get) QUERY ',
    { 'xml.tag': "<iq type='get' id='1'>,<query xmlns='jabber:iq:auth'/>" },
  ],
  [xmpp[1]!, `${TCP}:xmpp`, 'XMPP', 'Whitespace Keepalive'],
  [
    xmpp[2]!,
    TCP,
    'TCP',
    '40000 → 5222 [PSH, ACK] Seq=60 Ack=1 Win=8192 Len=14 [TCP segment of a reassembled PDU]',
  ],
  [xmpp[3]!, `${TCP}:xmpp:xml`, 'XMPP/XML', 'MESSAGE > b '],
]);

const whois = talk(43, [['>', 'example.com\r\n']]);
const gopher = talk(70, [
  ['>', '/x\r\n'],
  ['<', '1Dir\t/d\th\t70\r\n.\r\n'],
]);
testCases('WHOIS and Gopher', [
  [whois[0]!, `${TCP}:whois`, 'WHOIS', 'Query: example.com'],
  [gopher[0]!, `${TCP}:gopher`, 'Gopher', 'Request: /x'],
  [gopher[1]!, `${TCP}:gopher`, 'Gopher', 'Response: [Directory list]'],
]);

const greeting = talk(2121, [['<', '220 ProFTPD FTP Server ready\r\n']]);
const mail = talk(2525, [['<', '220 mail.example ESMTP Postfix\r\n']]);
testCases('Servers that greet by name, on other ports', [
  [greeting[0]!, `${TCP}:ftp`, 'FTP', 'Response: 220 ProFTPD FTP Server ready'],
  [mail[0]!, `${TCP}:smtp`, 'SMTP', 'S: 220 mail.example ESMTP Postfix'],
]);
