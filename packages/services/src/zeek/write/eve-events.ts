// What EVE JSON says of each of Zeek's logs (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html).
import { isIP } from 'node:net';
import { icmpAnswer } from '../conn/icmp.ts';
import { modbus, mqttConnect, mqttPublish, mqttSubscribe } from './eve-devices.ts';
import { type Columns, type EveEvent, list, number, one, text } from './eve-values.ts';
import { dceRpc, rdp, smbFile, smbMapping } from './eve-windows.ts';

/** Names of Suricata for services of Zeek; the others are called the same. */
const APP_PROTOCOLS: Readonly<Record<string, string>> = {
  ...{ ssl: 'tls', krb: 'krb5', dce_rpc: 'dcerpc', postgresql: 'pgsql', dnp3_tcp: 'dnp3' },
  ...{ ftp_data: 'ftp-data' },
};
/** By `conn_state` of TCP; others were closed or reset. */
const TCP_STATES: Readonly<Record<string, string>> = {
  ...{
    S0: 'new',
    SH: 'new',
    OTH: 'new',
    SHR: 'new',
    S1: 'established',
    S2: 'established',
    S3: 'established',
  },
};
const SEVERITIES: Readonly<Record<string, number>> = { critical: 1, high: 1, medium: 2, low: 3, info: 4 };
const FIRST_SIGNATURE = 9_000_000;
const SIGNATURES = 1_000_000;

/** 9999-12-31T23:59:59: the form has four digits for the year, but a capture may say any time. */
const LAST_S = 253_402_300_799;

/** `2009-11-24T21:27:09.534255+0000`. */
export function eveTime(seconds: number): string {
  const micros = Math.round(Math.min(Math.max(seconds, 0), LAST_S) * 1e6);
  const millis = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
  return `${millis}${String(micros % 1000).padStart(3, '0')}+0000`;
}

/** By path of the log. */
export const eveEvents: Readonly<Record<string, (value: Columns, row: unknown) => EveEvent[]>> = {
  conn: (value) => [
    { type: 'flow', time: number(value('ts')) + number(value('duration')), body: flow(value) },
  ],
  dce_rpc: dceRpc,
  dhcp: (value) => [one('dhcp', value, { dhcp: dhcp(value) })],
  dns,
  files: fileinfo,
  ftp: (value) => [one('ftp', value, { ftp: ftp(value) })],
  http: (value) => [one('http', value, { http: http(value) })],
  kerberos: (value) => [one('krb5', value, { krb5: kerberos(value) })],
  modbus,
  mqtt_connect: mqttConnect,
  mqtt_publish: mqttPublish,
  mqtt_subscribe: mqttSubscribe,
  notice: (value) => [{ type: 'alert', time: number(value('ts')), body: alert(value) }],
  quic: (value) => [one('quic', value, { quic: { version: value('version'), sni: value('server_name') } })],
  rdp,
  rfb: (value) => [one('rfb', value, { rfb: rfb(value) })],
  sip: (value) => [one('sip', value, { sip: sip(value) })],
  smb_files: smbFile,
  smb_mapping: smbMapping,
  smtp: (value) => [one('smtp', value, { smtp: smtp(value), email: email(value) })],
  ssh: (value) => [one('ssh', value, { ssh: ssh(value) })],
  ssl: (value) => [one('tls', value, { tls: tls(value) })],
  weird: (value) => [one('anomaly', value, { anomaly: anomaly(value) })],
};

function flow(value: Columns): Record<string, unknown> {
  const start = number(value('ts'));
  const end = start + number(value('duration'));
  const state = text(value('conn_state'));
  const isTcp = value('proto') === 'tcp';
  const isAnswered = number(value('resp_pkts')) > 0;
  const [service] = text(value('service')).split(',');
  return {
    ...(value('proto') === 'icmp' && icmp(value, isAnswered)),
    app_proto: service === '' ? undefined : (APP_PROTOCOLS[service!] ?? service),
    flow: {
      pkts_toserver: value('orig_pkts'),
      pkts_toclient: value('resp_pkts'),
      bytes_toserver: value('orig_ip_bytes'),
      bytes_toclient: value('resp_ip_bytes'),
      start: eveTime(start),
      end: eveTime(end),
      age: Math.floor(end - start),
      state: isTcp ? (TCP_STATES[state] ?? 'closed') : isAnswered ? 'established' : 'new',
      reason: 'timeout',
      alerted: false,
    },
  };
}

const ICMPV6 = 58;

/** In place of ports the log has the type, and that of the answer; or the code, of a message that is never answered. */
function icmp(value: Columns, isAnswered: boolean): Record<string, unknown> {
  const [type, other] = [number(value('id.orig_p')), number(value('id.resp_p'))];
  if (icmpAnswer(type, value('ip_proto') === ICMPV6) === undefined)
    return { icmp_type: type, icmp_code: other };
  const response = { response_icmp_type: other, response_icmp_code: 0 };
  return { icmp_type: type, icmp_code: 0, ...(isAnswered && response) };
}

/** A question and its answer are events of their own, in version 2 of their form. */
function dns(value: Columns): EveEvent[] {
  const common = { version: 2, id: value('trans_id'), rrname: value('query'), rrtype: value('qtype_name') };
  const time = number(value('ts'));
  const opcode = value('opcode');
  const query = { ...common, type: 'query', tx_id: 0, opcode };
  const asked: EveEvent = { type: 'dns', time, body: { dns: query } };
  if (value('rcode') == null) return [asked];
  const flags = { qr: true, aa: value('AA'), tc: value('TC'), rd: value('RD'), ra: value('RA') };
  const dnsAnswer = {
    ...common,
    type: 'answer',
    ...Object.fromEntries(Object.entries(flags).filter(([, isSet]) => isSet === true)),
    opcode,
    rcode: value('rcode_name'),
    answers: answersOf(value),
  };
  const answered = time + number(value('rtt'));
  const answer: EveEvent = { type: 'dns', time: answered, isFromServer: true, body: { dns: dnsAnswer } };
  // There is no time between them where the question was not seen.
  return value('rtt') == null ? [answer] : [asked, answer];
}

/** The log has their data and times to live; the name of each is that of the question, or of the alias before it. */
function answersOf(value: Columns): object[] {
  const asked = text(value('qtype_name'));
  const ttls = list(value('TTLs'));
  let name = text(value('query'));
  return list(value('answers')).map((answer, i) => {
    const data = text(answer);
    const address = isIP(data);
    const isAlias = address === 0 && (asked === 'A' || asked === 'AAAA');
    const type = address === 4 ? 'A' : address === 6 ? 'AAAA' : isAlias ? 'CNAME' : asked;
    const entry = { rrname: name, rrtype: type, ttl: ttls[i], rdata: data.replace(/^TXT \d+ /, '') };
    if (isAlias) name = data;
    return entry;
  });
}

/** Certificates are part of TLS there, no files. */
function fileinfo(value: Columns): EveEvent[] {
  const source = text(value('source')).toLowerCase();
  if (source === 'ssl' || source === 'krb') return [];
  const hasGaps = number(value('missing_bytes')) > 0;
  const body = {
    app_proto: APP_PROTOCOLS[source] ?? source,
    fileinfo: {
      filename: value('filename') ?? '',
      mimetype: value('mime_type'),
      gaps: hasGaps,
      state: hasGaps ? 'TRUNCATED' : 'CLOSED',
      md5: value('md5'),
      sha1: value('sha1'),
      sha256: value('sha256'),
      stored: false,
      size: value('seen_bytes'),
      tx_id: 0,
    },
  };
  return [{ type: 'fileinfo', time: number(value('ts')), isFromServer: value('is_orig') === false, body }];
}

function http(value: Columns): object {
  const host = text(value('host'));
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  const [contentType] = list(value('resp_mime_types'));
  const version = value('version');
  return {
    hostname: host === '' ? undefined : host.replace(/:\d+$/, ''),
    http_port: port === undefined ? undefined : Number(port),
    url: value('uri'),
    http_user_agent: value('user_agent'),
    http_content_type: contentType,
    http_refer: value('referrer'),
    http_method: value('method'),
    protocol: version == null ? undefined : `HTTP/${version}`,
    status: value('status_code'),
    length: value('response_body_len'),
  };
}

/** The distinguished names stand as OpenSSL's first form has them: `C=US, O=Example`. */
function tls(value: Columns): object {
  const version = /^(TLS|DTLS|SSL)v(\d)(\d)$/.exec(text(value('version')));
  const reversed = (name: string): string | undefined => {
    const dn = value(name);
    return dn == null
      ? undefined
      : text(dn)
          .split(/(?<!\\),/)
          .reverse()
          .join(', ');
  };
  const hash = (name: string) => (value(name) == null ? undefined : { hash: value(name) });
  return {
    subject: reversed('subject'),
    issuerdn: reversed('issuer'),
    session_resumed: value('resumed') === true ? true : undefined,
    sni: value('server_name'),
    version: version === null ? value('version') : `${version[1]} ${version[2]}.${version[3]}`,
    alpn: value('next_protocol'),
    ja3: hash('ja3'),
    ja3s: hash('ja3s'),
    ja4: value('ja4'),
  };
}

function ssh(value: Columns): object {
  const side = (banner: string, hash: string, algorithms: string) => {
    const [, version, software] = /^SSH-([^-]+)-(.*)$/.exec(text(value(banner))) ?? [];
    const hassh = value(hash) == null ? undefined : { hash: value(hash), string: value(algorithms) };
    return { proto_version: version, software_version: software, hassh };
  };
  return {
    client: side('client', 'hassh', 'hasshAlgorithms'),
    server: side('server', 'hasshServer', 'hasshServerAlgorithms'),
  };
}

function smtp(value: Columns): object {
  const path = (address: unknown): string => `<${address}>`;
  const from = value('mailfrom');
  return {
    helo: value('helo'),
    mail_from: from == null ? undefined : path(from),
    rcpt_to: value('rcptto') == null ? undefined : list(value('rcptto')).map(path),
  };
}

/** The header of the message; absent where none was sent. */
function email(value: Columns): object | undefined {
  const all = (name: string) => (value(name) == null ? undefined : list(value(name)));
  const email = {
    from: value('from') ?? undefined,
    to: all('to'),
    cc: all('cc'),
    date: value('date') ?? undefined,
    subject: value('subject') ?? undefined,
    message_id: value('msg_id') ?? undefined,
    x_mailer: value('user_agent') ?? undefined,
    x_originating_ip: value('x_originating_ip') ?? undefined,
  };
  const isSent = Object.values(email).some((each) => each !== undefined);
  return isSent ? { status: 'PARSE_DONE', ...email } : undefined;
}

function ftp(value: Columns): object {
  const code = value('reply_code');
  const isPassive = value('data_channel.passive');
  return {
    command: value('command'),
    command_data: value('arg'),
    completion_code: code == null ? undefined : [String(code)],
    reply: value('reply_msg') == null ? undefined : [value('reply_msg')],
    dynamic_port: value('data_channel.resp_p'),
    mode: isPassive == null ? undefined : isPassive ? 'passive' : 'active',
    reply_received: code == null ? 'no' : 'yes',
  };
}

const WEAK = /^(des|rc4)/;

function kerberos(value: Columns): object {
  const [, client, realm] = /^(.*)\/([^/]*)$/.exec(text(value('client'))) ?? [];
  const isFailed = value('success') === false;
  const request = text(value('request_type'));
  const cipher = value('cipher');
  // Of an answer alone the log does not tell which request it is to.
  const message = request === '' ? undefined : `KRB_${request}_${value('success') === true ? 'REP' : 'REQ'}`;
  return {
    msg_type: isFailed ? 'KRB_ERROR' : message,
    failed_request: isFailed && request !== '' ? `KRB_${request}_REQ` : undefined,
    error_code: value('error_msg'),
    cname: client === '' ? undefined : client,
    realm,
    sname: value('service'),
    encryption: cipher,
    weak_encryption: cipher == null ? undefined : WEAK.test(text(cipher)),
  };
}

function sip(value: Columns): object {
  const [method, uri, code] = [value('method'), value('uri'), value('status_code')];
  return {
    method,
    uri,
    version: 'SIP/2.0',
    request_line: method == null ? undefined : `${method} ${uri} SIP/2.0`,
    code: code == null ? undefined : String(code),
    reason: value('status_msg'),
    response_line: code == null ? undefined : `SIP/2.0 ${code} ${value('status_msg')}`,
  };
}

function rfb(value: Columns): object {
  const version = (side: string) => ({
    major: value(`${side}_major_version`),
    minor: value(`${side}_minor_version`),
  });
  const isGranted = value('auth');
  return {
    server_protocol_version: version('server'),
    client_protocol_version: version('client'),
    authentication: {
      security_type: value('authentication_method'),
      security_result: isGranted == null ? undefined : isGranted ? 'OK' : 'FAIL',
    },
    screen_shared: value('share_flag'),
    framebuffer: { width: value('width'), height: value('height'), name: value('desktop_name') },
  };
}

function dhcp(value: Columns): object {
  const last = text(list(value('msg_types')).at(-1));
  return {
    type: ['OFFER', 'ACK', 'NAK'].includes(last) ? 'reply' : 'request',
    client_mac: value('mac'),
    client_ip: value('client_addr'),
    assigned_ip: value('assigned_addr'),
    requested_ip: value('requested_addr'),
    dhcp_type: last.toLowerCase(),
    hostname: value('host_name'),
    lease_time: value('lease_time'),
  };
}

function anomaly(value: Columns): object {
  const isOfStream = value('source') === 'TCP';
  return {
    type: isOfStream ? 'stream' : 'applayer',
    event: isOfStream ? `stream.${value('name')}` : value('name'),
    layer: isOfStream ? undefined : 'proto_parser',
  };
}

/** Rules have no numbers here: theirs is of the range for one's own, the same each time. */
function alert(value: Columns): Record<string, unknown> {
  const note = text(value('note'));
  const [severity = '', technique] = text(value('sub')).split(', ');
  return {
    src_ip: value('src'),
    dest_ip: value('dst'),
    dest_port: value('p'),
    alert: {
      action: 'allowed',
      gid: 1,
      signature_id: FIRST_SIGNATURE + (numberOf(note) % SIGNATURES),
      rev: 1,
      signature: text(value('msg')),
      category: note.replace(/^Eyrie::/, '').replaceAll('_', ' '),
      severity: SEVERITIES[severity] ?? 3,
      metadata: technique === undefined ? undefined : { mitre_technique: [technique] },
    },
  };
}

/** FNV-1a, 32 bits. */
function numberOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
