// Every option of every service, in one schema: the types, the checks, the help and the reference page come from here.
import { type Static, Type } from '@sinclair/typebox';
import { host, option, port } from './option.ts';

const closed = { additionalProperties: false };

/** Where services reach each other. */
function next(what: string, standard: string) {
  return option.text({
    what: `address of the ${what}`,
    default: standard,
    pattern: '^https?://',
    tradeOff: 'packets go there as they are: beyond this machine use https, or a tunnel',
  });
}

const encoding = option.text({
  what: 'compression of what is sent on: none, gzip or zstd',
  default: 'none',
  oneOf: ['none', 'gzip', 'zstd'],
  tradeOff: 'zstd takes a third of the bytes and some processor time: worth it between machines, not on one',
});

const flush = option.whole({
  what: 'longest time that a packet waits for its batch to fill',
  default: 200,
  unit: 'ms',
  ...{ minimum: 10, maximum: 60_000 },
  tradeOff: 'less shows packets sooner, in smaller batches, which cost more each',
});

export const ConfigSchema = Type.Object(
  {
    capture: Type.Object(
      {
        parser: next('parser', 'http://127.0.0.1:5001'),
        encoding,
        tool: option.text({
          what: 'program that captures: tcpdump, dumpcap, or whichever is there',
          default: 'auto',
          oneOf: ['auto', 'tcpdump', 'dumpcap'],
          tradeOff: 'tcpdump reports what the kernel dropped while it runs, dumpcap at the end',
        }),
        filter: option.text({
          what: 'BPF capture filter; empty: every packet',
          default: '',
          tradeOff: 'what it leaves out costs nothing, and is never seen',
        }),
        snap_length: option.whole({
          what: 'bytes kept of each packet',
          default: 262_144,
          unit: 'bytes',
          ...{ minimum: 16, maximum: 262_144 },
          tradeOff: '128 keeps headers only: a tenth of the disk, but no names, no streams, no files',
        }),
        buffer_kib: option.whole({
          what: "the kernel's buffer, which holds packets while we are busy",
          default: 32_768,
          unit: 'KiB',
          ...{ minimum: 64, maximum: 4_194_304 },
          tradeOff: 'more survives longer bursts; it is memory of the kernel, taken at once',
        }),
        promiscuous: option.yesNo({
          what: 'packets for other hosts too',
          default: true,
          tradeOff: 'without it only traffic of this host is seen',
        }),
        ring: option.text({
          what: 'bytes of live packets kept on disk: files x size',
          default: '20x100MB',
          pattern: '^\\d+x\\d+(\\.\\d+)?[kMG]B?$',
          tradeOff: 'more keeps details longer, and lets the store be away longer; the oldest go first',
        }),
        ring_age: option.whole({
          what: 'live packets older than this are removed; 0: only when there is no room',
          default: 0,
          unit: 's',
          ...{ minimum: 0, maximum: 315_360_000 },
          tradeOff: 'less for privacy, more for looking back',
        }),
        ring_folder: option.text({
          what: 'folder of the ring; empty: eyrie/ring in the XDG state home',
          default: '',
          tradeOff: 'a disk of its own keeps a busy capture from filling others',
        }),
        key: option.text({
          what: 'file of the key that the ring and uploads are encrypted with on disk; empty: they are not',
          default: '',
          tradeOff:
            'without the key the packets are lost; it costs about a second of processor time a gigabyte',
        }),
        flush_ms: flush,
        batch_packets: option.whole({
          what: 'packets sent together',
          default: 8192,
          unit: 'packets',
          ...{ minimum: 1, maximum: 65_536 },
          tradeOff: 'more costs less a packet; less loses less time when a batch must be sent again',
        }),
      },
      closed,
    ),
    parser: Type.Object(
      {
        host: host('the parser'),
        port: port('the parser', 5001),
        rules: option.yesNo({
          what: 'intrusion rules look at the packets (docs/reference/findings.md)',
          default: true,
          tradeOff:
            'without them packets are parsed twice as fast, and scans, floods and attacks stay unseen',
        }),
        keylog: option.text({
          what: 'file of TLS secrets, as SSLKEYLOGFILE makes it, that eyrie up and import open TLS and QUIC with; it may grow; empty: none',
          default: '',
          tradeOff:
            'decrypted payloads are stored, shown and exported; anyone with the file can decrypt the captured sessions',
        }),
        persistor: next('persistor', 'http://127.0.0.1:5002'),
        encoding,
        refused_folder: option.text({
          what: 'folder of batches that the store refuses for good, 1,000, 256 MiB and 7 days at most; empty: eyrie/refused in the XDG state home',
          default: '',
          tradeOff: 'they can be looked into and sent again; what does not fit is only counted',
        }),
      },
      closed,
    ),
    persistor: Type.Object({ host: host('the persistor'), port: port('the persistor', 5002) }, closed),
    analyzer: Type.Object({ host: host('the analyzer'), port: port('the analyzer', 5003) }, closed),
    ui: Type.Object({ host: host('the page'), port: port('the page', 5000) }, closed),
    store: Type.Object(
      {
        url: option.text({
          what: 'where packets are kept: duckdb:PATH or postgres://…; empty: eyrie/eyrie.duckdb in the XDG data home',
          default: '',
          tradeOff:
            'DuckDB needs nothing and is the faster on one machine; PostgreSQL serves many programs at once',
        }),
        pseudonym_key: option.text({
          what: 'file of a key (eyrie privacy key) that IP addresses are stored under, as pseudonyms that keep prefixes; empty: as they are',
          default: '',
          tradeOff:
            'the store no longer identifies hosts, and leaves out conversations, names and findings, which would; the bytes in ring and uploads still do',
        }),
        keep_age: option.text({
          what: 'packets older than this, counted from the newest, are deleted while eyrie up or the persistor runs: 90s, 12h, 30d; 0: none',
          default: '0',
          pattern: '^(0|\\d+[smhd])$',
          tradeOff: 'less for privacy, more for looking back; an old capture beside a new one goes at once',
        }),
        keep_packets: option.whole({
          what: 'packets kept while eyrie up or the persistor runs, the newest; 0: all',
          default: 0,
          unit: 'packets',
          ...{ minimum: 0, maximum: 1e12 },
          tradeOff: 'answers stay fast over some hundred million',
        }),
        keep_bytes: option.text({
          what: 'size of the store while eyrie up or the persistor runs, beyond which the oldest packets go: 500MB, 50GB; 0: no limit',
          default: '50GB',
          pattern: '^(0|\\d+(\\.\\d+)?[kMGT]?B?)$',
          tradeOff:
            'a packet takes about 26 bytes in DuckDB and 150 in PostgreSQL; a full disk stops everything',
        }),
        memory: option.text({
          what: "memory that DuckDB uses in eyrie up, the persistor and the analyzer: 500MB, 4GB; 0: half of the machine's, 2 GiB at most",
          default: '0',
          pattern: '^(0|\\d+(\\.\\d+)?[MG]B?)$',
          tradeOff:
            'more keeps more of a large store at hand; less, but not below 128MB, leaves more to others, and some questions to the disk',
        }),
      },
      closed,
    ),
    logs: Type.Object(
      {
        folder: option.text({
          what: "folder of Zeek's logs of live traffic, one within it for each interface; empty: none are written",
          default: '',
          tradeOff:
            "what reads them needs no store; they cost two thirds of the parser's time again, and room",
        }),
        format: option.text({
          what: "tsv, Zeek's tab-separated form with a header; json, a line of JSON for each row; eve, Suricata's eve.json",
          default: 'tsv',
          oneOf: ['tsv', 'json', 'eve'],
          tradeOff: 'zeek-cut and RITA read the first two, jq and most shippers JSON; TSV is half as long',
        }),
        rotate: option.text({
          what: 'a file is put aside after so long, as conn.2026-11-22-08-00-00.log: 10m, 1h, 1d; 0s: only when eyrie starts again',
          default: '1h',
          pattern: '^\\d+[smhd]$',
          tradeOff: 'what reads whole files sees them sooner; there are more of them',
        }),
        keep: option.text({
          what: 'files that were put aside are deleted after so long: 12h, 30d; 0: never',
          default: '7d',
          pattern: '^(0|\\d+[smhd])$',
          tradeOff: 'less for privacy and the disk, more for looking back',
        }),
      },
      closed,
    ),
    findings: Type.Object(
      {
        silence: option.text({
          what: 'findings that are neither stored nor reported, as: rule == port-scan && source == 10.0.0.5 || severity <= low',
          default: '',
          tradeOff: 'what is silenced leaves no trace; it holds for packets from now on',
        }),
        tell: option.text({
          what: 'lowest severity of findings that are reported as they occur: in the log, findings.log beside it, to syslog and webhook',
          default: 'medium',
          oneOf: ['info', 'low', 'medium', 'high', 'critical'],
          tradeOff: 'all are stored and on the page; a pager wants high, a collector of logs low',
        }),
        syslog: option.text({
          what: 'HOST:PORT of a syslog server that they are sent to, by UDP; empty: none',
          default: '',
          tradeOff: 'UDP is unreliable, and not encrypted',
        }),
        webhook: option.text({
          what: 'address that they are posted to, as JSON in the field names of ECS, once a second at most; empty: none',
          default: '',
          tradeOff: 'the receiver learns who attacked whom; https keeps others out',
        }),
      },
      closed,
    ),
    mqtt: Type.Object(
      {
        on: option.yesNo({
          what: 'a peer offers the mesh over MQTT as soon as it runs (docs/mqtt.md)',
          default: false,
          tradeOff: 'subscribers see who is in the mesh and what comes into the inbox of this peer',
        }),
        url: option.text({
          what: 'a broker outside: mqtt://HOST, mqtts://HOST:8883, wss://HOST/mqtt; empty: one of its own',
          default: '',
          tradeOff:
            'an outside broker reads all that is not sealed; mqtts at least keeps others on the way out',
        }),
        ca: option.text({
          what: 'file of the certificates (PEM) that the outside broker is trusted by; empty: the usual ones',
          default: '',
          tradeOff: 'a broker with a certificate of its own making needs it',
        }),
        host: option.text({
          what: 'address that its own broker listens on',
          default: '127.0.0.1',
          tradeOff:
            'on loopback any user of this machine may connect without TLS; elsewhere TLS and a certificate of the mesh are needed',
        }),
        port: option.whole({
          what: 'port of its own broker; 0: 1883 on loopback, 8883 elsewhere',
          default: 0,
          ...{ minimum: 0, maximum: 65_535 },
          tradeOff: 'programs look for MQTT at the usual ports',
        }),
        orders: option.yesNo({
          what: 'what is published to inbox/PEER and broadcast is sent on',
          default: true,
          tradeOff: 'of several peers at one outside broker only one should: else each sends it',
        }),
        discovery: option.text({
          what: 'prefix of Home Assistant, which then finds all sensors by itself; empty: none',
          default: 'homeassistant',
          tradeOff: 'some twenty retained topics a peer',
        }),
        seal_for: option.text({
          what: 'peer that texts of messages are sealed for before they are published; empty: as they are',
          default: '',
          tradeOff: 'only that peer can read them (eyrie decrypt), not the broker',
        }),
      },
      closed,
    ),
    peer: Type.Object(
      {
        interval_ms: option.whole({
          what: 'how often a peer measures its host and reports it',
          default: 10_000,
          unit: 'ms',
          ...{ minimum: 250, maximum: 3_600_000 },
          tradeOff:
            'less shows changes sooner and costs every peer above it a message; one look takes a few ms',
        }),
        share_talkers: option.yesNo({
          what: 'eyrie up reports to the mesh which names and addresses have the most traffic here, as the store has them',
          default: false,
          tradeOff:
            'every peer of the mesh sees with whom the network of this machine talks; with [store] pseudonym_key addresses are pseudonyms, and names are not reported',
        }),
      },
      closed,
    ),
    path: Type.Object(
      {
        interface: option.text({
          what: 'interface that a peer watches, for eyrie path; empty: none',
          default: '',
          tradeOff:
            'hashes of the last packets are kept in memory, 3 MB at most, and sent to other peers; it needs the right to capture',
        }),
      },
      closed,
    ),
    clock: Type.Object(
      {
        servers: option.text({
          what: 'time servers that the first peer of the mesh follows: HOST or HOST:PORT, with spaces between, each with key NUMBER or nts behind it if it is authenticated; empty: its own clock',
          default: '',
          tradeOff:
            'three or more show which of them lies; without any, peers agree on a time that may not be that of the world',
        }),
        keys: option.text({
          what: 'file of symmetric keys, as the keyfile of chrony: "NUMBER TYPE HEX:…" a line',
          default: '',
          tradeOff: 'a server with a key proves its time without NTS; the same key must be kept at both ends',
        }),
        nts: option.yesNo({
          what: 'all time servers without a key are authenticated by NTS (RFC 8915); the port is that of the key server',
          default: false,
          tradeOff:
            'without it an attacker on the path to a server can shift the time; not every server offers it',
        }),
      },
      closed,
    ),
    log: Type.Object(
      {
        level: option.text({
          what: 'lowest level of lines that are shown',
          default: 'info',
          oneOf: ['debug', 'info', 'warn', 'error'],
          tradeOff: 'debug has a line a batch',
        }),
        folder: option.text({
          what: 'folder of <service>.log, JSON lines; empty: no files',
          default: 'logs',
          tradeOff: 'what is not kept cannot be looked at later',
        }),
        file_bytes: option.whole({
          what: 'a log longer than this is renamed to .1, .1 to .2 …',
          default: 10_000_000,
          unit: 'bytes',
          ...{ minimum: 10_000, maximum: 10_000_000_000 },
          tradeOff: 'more looks back further',
        }),
        files: option.whole({
          what: 'older logs kept',
          default: 5,
          unit: 'files',
          ...{ minimum: 1, maximum: 1000 },
          tradeOff: 'more looks back further',
        }),
      },
      closed,
    ),
  },
  closed,
);

export type Config = Static<typeof ConfigSchema>;
export type Section = keyof Config;
