import { testCases, udpFrame } from './support.ts';

testCases('syslog', [
  [
    udpFrame(
      1000,
      514,
      '3c33343e4f63742031312032323a31343a3135206d796d616368696e652073753a2027737520726f6f7427206661696c65640a',
    ),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    "AUTH.CRIT: Oct 11 22:14:15 mymachine su: 'su root' failed\\n",
    {
      'syslog.facility': '4',
      'syslog.level': '2',
      'syslog.hostname': 'mymachine',
      'syslog.procid': 'su',
      'syslog.msgid': ": 'su root' failed\n",
    },
  ],
  [
    udpFrame(1000, 514, '6e6f207072696f726974792068657265'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'no priority here',
  ],
  [
    udpFrame(1000, 514, '3c3939393e616263'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'UNKNOWN.DEBUG: abc',
    { 'syslog.facility': '124', 'syslog.level': '7' },
  ],
  [
    udpFrame(1000, 514, '3c31333e097461620163746c'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'USER.NOTICE: \\ttab\\001ctl',
    { 'syslog.facility': '1', 'syslog.level': '5' },
  ],
  [
    udpFrame(1000, 514, '3c3e78'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'KERN.EMERG: x',
    { 'syslog.facility': '0', 'syslog.level': '0' },
  ],
  [udpFrame(1000, 514, '3c31'), 'eth:ethertype:ip:udp:syslog', 'Syslog', '[Malformed Packet]'],
  [
    udpFrame(1000, 514, '3c3139313e61'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'LOCAL7.DEBUG: a',
    { 'syslog.facility': '23', 'syslog.level': '7' },
  ],
  [
    udpFrame(1000, 514, '3c3139323e61'),
    'eth:ethertype:ip:udp:syslog',
    'Syslog',
    'UNKNOWN.EMERG: a',
    { 'syslog.facility': '24', 'syslog.level': '0' },
  ],
]);
