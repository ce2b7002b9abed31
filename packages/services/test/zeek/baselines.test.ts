// Against logs that Zeek itself wrote of the same captures, from its own tests: equal row by row, but for times of day and ids.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { Dissector, newFrame, objectKinds } from '@eyrie/dissect';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';
import { rowsOfZeek, zeekLogsOf } from '../../../../test/support/zeek.ts';

const SAME: readonly (readonly [capture: string, ...logs: string[]])[] = [
  ['communityid_sctp.pcap', 'core.unknown-ip-protocol.conn.log'],
  [
    'dhcp_dhcp.pcap',
    'scripts.base.protocols.dhcp.dhcp-all-msg-types.conn.log',
    'scripts.base.protocols.dhcp.dhcp-all-msg-types.dhcp.log',
  ],
  ['dce-rpc_mapi.pcap', 'scripts.base.protocols.dce-rpc.mapi.ntlm.log'],
  ['dnp3_dnp3.pcap', 'scripts.base.protocols.dnp3.events.dnp3.log'],
  ['dnssec_rrsig.pcap', 'scripts.base.protocols.dns.rrsig.dns.log'],
  [
    'ftp_ipv6.pcap',
    'scripts.base.protocols.ftp.ftp-ipv6.conn.log',
    'scripts.base.protocols.ftp.ftp-ipv6.ftp.log',
  ],
  ['krb_kinit.pcap', 'scripts.base.protocols.krb.kinit.kerberos.log'],
  ['mixed-vlan-mpls.pcap', 'core.vlan-mpls.conn.log'],
  [
    'mqtt.pcap',
    'scripts.base.protocols.mqtt.mqtt.mqtt_connect.log',
    'scripts.base.protocols.mqtt.mqtt.mqtt_publish.log',
    'scripts.base.protocols.mqtt.mqtt.mqtt_subscribe.log',
  ],
  ['nflog-http.pcap', 'core.nflog.http.log'],
  ['ntp_NTP_sync.pcap', 'scripts.base.protocols.ntp.ntp3.ntp.log'],
  ['pcapng-multi-interface.pcapng', 'core.pcapng-pktsrc.conn.log'],
  [
    'ldap_aduser1.pcap',
    'scripts.base.protocols.ldap.aduser1.krb.ldap.log',
    // The same but for the filter, whose operands Zeek pairs: (&(&(a)(b))(c)).
    'scripts.base.protocols.ldap.aduser1.krb.ldap_search.log',
  ],
  [
    'quic_firefox-102.13.0esr-blog-cloudflare-com.pcap',
    'scripts.base.protocols.quic.firefox.quic.log',
    'scripts.base.protocols.quic.firefox.ssl.log',
  ],
  [
    'quic_quicv2-http3-443.pcap',
    'scripts.base.protocols.quic.quicv2-http3-443.quic.log',
    'scripts.base.protocols.quic.quicv2-http3-443.ssl.log',
  ],
  ['rdp_rdp-to-ssl.pcap', 'scripts.base.protocols.rdp.rdp-to-ssl.rdp.log'],
  ['rfb_vnc-mac-to-linux.pcap', 'scripts.base.protocols.rfb.vnc-mac-to-linux.rfb.log'],
  ['radiotap.pcap', 'core.radiotap.conn.log'],
  ['sip_wireshark.pcap', 'scripts.base.protocols.sip.wireshark.sip.log'],
  ['tcp_retransmit-fast009.pcap', 'core.tcp.rxmit-history.conn-1.log'],
  ['tls_dtls1_2.pcap', 'scripts.base.protocols.ssl.dtls.x5091_2.log'],
  ['tunnels_geneve.pcap', 'core.tunnels.geneve.conn.log', 'core.tunnels.geneve.tunnel.log'],
  ['tunnels_gre-within-gre.pcap', 'core.tunnels.gre-in-gre.conn.log'],
  [
    'tunnels_vxlan-encapsulated-http.pcap',
    'core.tunnels.analyzer-confirmation.conn.log',
    'core.tunnels.analyzer-confirmation.http.log',
  ],
  ['vntag.pcap', 'core.vntag.conn.log'],
];

/** Times of day, random ids, what the dissector does not open (see kerberos.ts), and LDAP filters. */
const HIDDEN = /^(ts|uid|uids|.*fuids?|tunnel_parents|server_cert_subject|filter)$/;

for (const [capture, ...logs] of SAME)
  test(`${capture} as Zeek logs it`, { skip: requireCaptures() }, async () => {
    const folder = capturesFolder() ?? '';
    const file = `zeek__${capture}`;
    const ours = await zeekLogsOf(join(folder, file));
    for (const name of logs) {
      const theirs = rowsOfZeek(readFileSync(join(folder, 'expected', `${file}.${name}`), 'utf8'))!;
      const fields = theirs.fields.filter((field) => !HIDDEN.test(field));
      const shown = (rows: readonly Record<string, string>[]): string[] =>
        rows.map((row) => fields.map((field) => `${field}=${row[field]}`).join(' ')).sort();
      assert.deepEqual(shown(ours.get(theirs.path)?.rows ?? []), shown(theirs.rows));
    }
  });

test('every file of an SMB 3 share that Zeek logs is logged', { skip: requireCaptures() }, async () => {
  const folder = capturesFolder() ?? '';
  const file = 'zeek__smb_smb3_multichannel.pcap';
  const expected = `${file}.scripts.base.protocols.smb.smb3-multichannel.smb_files.log`;
  const theirs = rowsOfZeek(readFileSync(join(folder, 'expected', expected), 'utf8'))!;
  const shown = (rows: readonly Record<string, string>[]): string[] =>
    rows.map((row) =>
      ['id.orig_p', 'action', 'path', 'name', 'size', 'prev_name'].map((name) => row[name]).join(' '),
    );
  const left = shown((await zeekLogsOf(join(folder, file))).get('smb_files')!.rows);
  for (const row of shown(theirs.rows)) {
    assert.ok(left.includes(row), row);
    left.splice(left.indexOf(row), 1);
  }
  // Zeek leaves out one opening, of which the capture has the request and the response.
  assert.equal(left.length, 1);
});

test('files read and written over SMB stand in files.log as Zeek has them', {
  skip: requireCaptures(),
}, async () => {
  const folder = capturesFolder() ?? '';
  const file = 'zeek__smb_smb2readwrite.pcap';
  const expected = `${file}.scripts.base.protocols.smb.smb2-read-write.files.log`;
  const theirs = rowsOfZeek(readFileSync(join(folder, 'expected', expected), 'utf8'))!;
  // That run of Zeek computed no hashes.
  const fields = theirs.fields.filter(
    (name) => !HIDDEN.test(name) && !/^(analyzers|md5|sha1|sha256)$/.test(name),
  );
  const shown = (rows: readonly Record<string, string>[]): string[] =>
    rows.map((row) => fields.map((field) => `${field}=${row[field]}`).join(' ')).sort();
  assert.deepEqual(shown((await zeekLogsOf(join(folder, file))).get('files')!.rows), shown(theirs.rows));
});

for (const [kind, source, capture] of [
  ['smb', 'SMB', 'suricata__smb2-01_smb2-peter.pcap'],
  ['ftp-data', 'FTP_DATA', 'zeek__ftp_ipv6.pcap'],
  ['ftp-data', 'FTP_DATA', 'suricata__output-eve-ftp-data_input.pcap'],
] as const)
  test(`${capture}: hashes of files are those of the exported objects`, {
    skip: requireCaptures(),
  }, async () => {
    const path = join(capturesFolder() ?? '', capture);
    const exported = new Set<string>();
    const objects = objectKinds[kind](({ data }) => exported.add(hash('sha256', data)));
    const input = await openCapture(path);
    const dissector = new Dissector();
    const frame = newFrame();
    for await (const reader of input.chunks())
      while (reader.next(frame)) objects.add(dissector.dissect(frame));
    objects.finish();
    const rows = (await zeekLogsOf(path)).get('files')!.rows.filter((row) => row.source === source);
    const hashes = new Set(rows.map(({ sha256 }) => sha256!));
    assert.ok(exported.size > 0);
    for (const each of exported) assert.ok(hashes.has(each), `${each} of ${[...hashes].join()}`);
    const [row] = (await zeekLogsOf(path)).get('ftp')?.rows.filter(({ command }) => command === 'RETR') ?? [];
    if (row !== undefined) assert.ok(rows.some(({ fuid }) => fuid === row.fuid));
  });

test('an attack on Netlogon stands in dce_rpc.log, call by call', { skip: requireCaptures() }, async () => {
  const logs = await zeekLogsOf(join(capturesFolder() ?? '', 'suricata__dcerpc_zerologon_input.pcap'));
  const { rows } = logs.get('dce_rpc')!;
  const calls = rows.filter(({ endpoint }) => endpoint === 'netlogon').map(({ operation }) => operation);
  assert.deepEqual(
    new Set(calls.slice(0, 8)),
    new Set(['NetrServerReqChallenge', 'NetrServerAuthenticate3']),
  );
  assert.ok(rows.every(({ rtt }) => Number(rtt) > 0));
  assert.ok(logs.get('ntlm')!.rows.every(({ server_nb_computer_name: name }) => name === 'BAS-AD-01'));
});
