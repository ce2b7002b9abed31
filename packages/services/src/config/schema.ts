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
    tradeOff: 'packets are sent unencrypted over http: use https, or a tunnel, beyond this machine',
  });
}

const encoding = option.text({
  what: 'compression of request bodies to the next service: none, gzip or zstd',
  default: 'none',
  oneOf: ['none', 'gzip', 'zstd'],
  tradeOff: 'zstd sends a third of the bytes and costs some CPU: worth it between machines, not within one',
});

const flush = option.whole({
  what: 'maximum time that a packet waits for its batch to fill',
  default: 200,
  unit: 'ms',
  ...{ minimum: 10, maximum: 60_000 },
  tradeOff: 'lower: packets appear sooner, in smaller batches, at more CPU per packet',
});

export const ConfigSchema = Type.Object(
  {
    capture: Type.Object(
      {
        parser: next('parser', 'http://127.0.0.1:5001'),
        encoding,
        tool: option.text({
          what: 'capture program: tcpdump, dumpcap, or auto: whichever is installed',
          default: 'auto',
          oneOf: ['auto', 'tcpdump', 'dumpcap'],
          tradeOff: 'tcpdump reports packets dropped by the kernel while it runs, dumpcap only at the end',
        }),
        filter: option.text({
          what: 'BPF capture filter; empty: every packet',
          default: '',
          tradeOff: 'packets that it excludes cost nothing, and cannot be recovered',
        }),
        snap_length: option.whole({
          what: 'bytes captured of each packet',
          default: 262_144,
          unit: 'bytes',
          ...{ minimum: 16, maximum: 262_144 },
          tradeOff: '128 captures headers only: a tenth of the disk space, but no names, streams or files',
        }),
        buffer_kib: option.whole({
          what: 'kernel buffer for packets that wait for the capture program',
          default: 32_768,
          unit: 'KiB',
          ...{ minimum: 64, maximum: 4_194_304 },
          tradeOff: 'higher: longer bursts without loss; the memory is allocated at start',
        }),
        promiscuous: option.yesNo({
          what: 'promiscuous mode: also capture packets for other hosts',
          default: true,
          tradeOff: 'false: only traffic of this host, broadcasts and multicasts',
        }),
        ring: option.text({
          what: 'ring buffer of live packets on disk: files x size',
          default: '20x100MB',
          pattern: '^\\d+x\\d+(\\.\\d+)?[kMG]B?$',
          tradeOff:
            'higher: packet bytes are available for longer, and a longer outage of the store is bridged; the oldest file is deleted first',
        }),
        ring_age: option.whole({
          what: 'maximum age of packets in the ring; 0: limited by size only',
          default: 0,
          unit: 's',
          ...{ minimum: 0, maximum: 315_360_000 },
          tradeOff: 'less for privacy, more for looking back',
        }),
        ring_folder: option.text({
          what: 'folder of the ring buffer; empty: eyrie/ring in the XDG state home',
          default: '',
          tradeOff: 'on a separate disk, a busy capture cannot fill the others',
        }),
        key: option.text({
          what: 'key file for encrypting the ring and uploads on disk; empty: no encryption',
          default: '',
          tradeOff: 'a lost key loses the packets; encryption costs about one second of CPU per gigabyte',
        }),
        flush_ms: flush,
        batch_packets: option.whole({
          what: 'maximum number of packets per batch',
          default: 8192,
          unit: 'packets',
          ...{ minimum: 1, maximum: 65_536 },
          tradeOff: 'higher: less CPU per packet; lower: less to send again after a failure',
        }),
      },
      closed,
    ),
    parser: Type.Object(
      {
        host: host('the parser'),
        port: port('the parser', 5001),
        rules: option.yesNo({
          what: 'apply the intrusion rules (docs/reference/findings.md)',
          default: true,
          tradeOff: 'false: packets are parsed twice as fast, but scans, floods and attacks are not detected',
        }),
        keylog: option.text({
          what: 'TLS key log file (SSLKEYLOGFILE) with which eyrie up and import decrypt TLS and QUIC; it may grow; empty: none',
          default: '',
          tradeOff:
            'decrypted payloads are stored, shown and exported; anyone with the file can decrypt the captured sessions',
        }),
        persistor: next('persistor', 'http://127.0.0.1:5002'),
        encoding,
        refused_folder: option.text({
          what: 'folder for batches that the store rejects permanently: at most 1,000, 256 MiB and 7 days; empty: eyrie/refused in the XDG state home',
          default: '',
          tradeOff: 'they can be inspected and sent again; beyond the limits they are only counted',
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
          what: 'store: duckdb:PATH or postgres://…; empty: eyrie/eyrie.duckdb in the XDG data home',
          default: '',
          tradeOff:
            'DuckDB needs no server and is faster on one machine; PostgreSQL serves several processes at once',
        }),
        pseudonym_key: option.text({
          what: 'key file (eyrie privacy key) for storing IP addresses as prefix-preserving pseudonyms (Crypto-PAn); empty: as they are',
          default: '',
          tradeOff:
            'the store no longer identifies hosts, and omits conversations, names and findings, which would; packet bytes in the ring and in uploads still do',
        }),
        keep_age: option.text({
          what: 'retention by age, relative to the newest packet, applied while eyrie up or the persistor runs: 90s, 12h, 30d; 0: unlimited',
          default: '0',
          pattern: '^(0|\\d+[smhd])$',
          tradeOff:
            'lower: more privacy, less history; an old capture stored beside a new one is deleted at once',
        }),
        keep_packets: option.whole({
          what: 'retention by number, newest packets first, applied while eyrie up or the persistor runs; 0: unlimited',
          default: 0,
          unit: 'packets',
          ...{ minimum: 0, maximum: 1e12 },
          tradeOff: 'queries stay fast up to some hundred million packets',
        }),
        keep_bytes: option.text({
          what: 'retention by size: the oldest packets beyond it are deleted while eyrie up or the persistor runs: 500MB, 50GB; 0: unlimited',
          default: '50GB',
          pattern: '^(0|\\d+(\\.\\d+)?[kMGT]?B?)$',
          tradeOff:
            'a packet takes about 27 bytes in DuckDB and 150 in PostgreSQL; a full disk stops storing',
        }),
        memory: option.text({
          what: "memory that DuckDB uses: 500MB, 4GB; 0: half of the machine's, 2 GiB at most, 512 MiB beside a live capture, 256 MiB in eyrie import, 128 MiB in eyrie up -i",
          default: '0',
          pattern: '^(0|\\d+(\\.\\d+)?[MG]B?)$',
          tradeOff:
            'higher: more of a large store is cached; lower, down to 128MB: more memory for other programs, some queries spill to disk, or fail over millions of addresses',
        }),
      },
      closed,
    ),
    logs: Type.Object(
      {
        folder: option.text({
          what: "folder for Zeek's logs of live traffic, with a subfolder per interface; empty: no logs",
          default: '',
          tradeOff:
            "readable without the store; they take two thirds of the parser's CPU time in addition, and disk space",
        }),
        format: option.text({
          what: "tsv: Zeek's tab-separated values with a header; json: one JSON object per line; eve: Suricata's eve.json",
          default: 'tsv',
          oneOf: ['tsv', 'json', 'eve'],
          tradeOff: 'zeek-cut and RITA read tsv and json, jq and most log shippers json; tsv is half as long',
        }),
        rotate: option.text({
          what: 'rotation interval: 10m, 1h, 1d; 0s: only when eyrie restarts. Rotated files are named like conn.2026-11-22-08-00-00.log',
          default: '1h',
          pattern: '^\\d+[smhd]$',
          tradeOff: 'lower: complete files are available sooner, but there are more of them',
        }),
        keep: option.text({
          what: 'maximum age of rotated files: 12h, 30d; 0: unlimited',
          default: '7d',
          pattern: '^(0|\\d+[smhd])$',
          tradeOff: 'lower: more privacy and disk space; higher: more history',
        }),
      },
      closed,
    ),
    findings: Type.Object(
      {
        silence: option.text({
          what: 'suppression filter for findings: rule == port-scan && source == 10.0.0.5 || severity <= low',
          default: '',
          tradeOff:
            'suppressed findings are neither stored nor reported; it does not affect findings already stored',
        }),
        tell: option.text({
          what: 'minimum severity of findings that are reported as they occur: to the log, findings.log, syslog and the webhook',
          default: 'medium',
          oneOf: ['info', 'low', 'medium', 'high', 'critical'],
          tradeOff: 'all findings are stored and shown; high suits a pager, low a log collector',
        }),
        syslog: option.text({
          what: 'HOST:PORT of a syslog server for findings (RFC 5424 over UDP); empty: none',
          default: '',
          tradeOff: 'UDP is unreliable and not encrypted',
        }),
        webhook: option.text({
          what: 'URL to which findings are posted as JSON with ECS field names, at most once a second; empty: none',
          default: '',
          tradeOff: 'the receiver learns who attacked whom; use https',
        }),
      },
      closed,
    ),
    mqtt: Type.Object(
      {
        on: option.yesNo({
          what: 'peers publish the mesh over MQTT (docs/mqtt.md)',
          default: false,
          tradeOff: 'subscribers see the members of the mesh and the messages in the inbox of this peer',
        }),
        url: option.text({
          what: 'external broker: mqtt://HOST, mqtts://HOST:8883, wss://HOST/mqtt; empty: the built-in broker',
          default: '',
          tradeOff:
            'an external broker can read all that is not sealed; mqtts at least protects it in transit',
        }),
        ca: option.text({
          what: 'file of CA certificates (PEM) to trust for the external broker; empty: the default CAs',
          default: '',
          tradeOff: 'needed for a broker with a self-signed certificate or a private CA',
        }),
        host: option.text({
          what: 'address that the built-in broker listens on',
          default: '127.0.0.1',
          tradeOff:
            'on loopback any user of this machine may connect without TLS; elsewhere TLS and a certificate of the mesh are required',
        }),
        port: option.whole({
          what: 'TCP port of the built-in broker; 0: 1883 on loopback, 8883 elsewhere',
          default: 0,
          ...{ minimum: 0, maximum: 65_535 },
          tradeOff: 'clients expect MQTT on the standard ports',
        }),
        orders: option.yesNo({
          what: 'forward messages published to inbox/PEER and broadcast into the mesh',
          default: true,
          tradeOff:
            'enable it for one peer only of several at one external broker: each forwards every message',
        }),
        discovery: option.text({
          what: 'discovery prefix of Home Assistant; empty: no discovery',
          default: 'homeassistant',
          tradeOff: 'some twenty retained topics per peer',
        }),
        seal_for: option.text({
          what: 'peer for which message texts are sealed before they are published; empty: published in plaintext',
          default: '',
          tradeOff: 'only that peer can read them (eyrie decrypt), not the broker',
        }),
      },
      closed,
    ),
    peer: Type.Object(
      {
        interval_ms: option.whole({
          what: 'interval at which a peer measures its host and reports',
          default: 10_000,
          unit: 'ms',
          ...{ minimum: 250, maximum: 3_600_000 },
          tradeOff:
            'lower: changes are visible sooner, at one message to each ancestor in the tree; a measurement takes a few ms',
        }),
        share_talkers: option.yesNo({
          what: 'eyrie up reports the top talkers of its store to the mesh, by name and address',
          default: false,
          tradeOff:
            'every peer of the mesh sees with whom hosts of this network communicate; with [store] pseudonym_key, addresses are pseudonyms and names are not reported',
        }),
      },
      closed,
    ),
    path: Type.Object(
      {
        interface: option.text({
          what: 'interface on which a peer captures for eyrie path; empty: none',
          default: '',
          tradeOff:
            'hashes of recent packets are kept in memory (at most 3 MB) and sent to other peers; requires capture privileges',
        }),
      },
      closed,
    ),
    clock: Type.Object(
      {
        servers: option.text({
          what: 'NTP servers of the first peer of the mesh: HOST or HOST:PORT, separated by spaces, each followed by key NUMBER or nts if it is authenticated; empty: its system clock',
          default: '',
          tradeOff:
            'three or more allow a falseticker to be identified; with none, peers agree on a common time that may be off UTC',
        }),
        keys: option.text({
          what: 'file of symmetric keys, in the format of chrony\'s keyfile: a line "NUMBER TYPE HEX:…" per key',
          default: '',
          tradeOff: 'authenticates a server without NTS; both ends need the same key',
        }),
        nts: option.yesNo({
          what: 'authenticate all NTP servers without a key by NTS (RFC 8915); the port is that of the NTS-KE server',
          default: false,
          tradeOff:
            'false: an attacker on the path to a server can shift the time; not every server supports NTS',
        }),
      },
      closed,
    ),
    log: Type.Object(
      {
        level: option.text({
          what: 'minimum log level',
          default: 'info',
          oneOf: ['debug', 'info', 'warn', 'error'],
          tradeOff: 'debug writes a line per batch',
        }),
        folder: option.text({
          what: 'folder for <service>.log (JSON lines); empty: no log files',
          default: 'logs',
          tradeOff: 'without log files, past events cannot be inspected',
        }),
        file_bytes: option.whole({
          what: 'maximum size of a log file; beyond it, it is rotated to .1, .1 to .2 …',
          default: 10_000_000,
          unit: 'bytes',
          ...{ minimum: 10_000, maximum: 10_000_000_000 },
          tradeOff: 'higher: more history',
        }),
        files: option.whole({
          what: 'rotated log files to keep',
          default: 5,
          unit: 'files',
          ...{ minimum: 1, maximum: 1000 },
          tradeOff: 'higher: more history',
        }),
      },
      closed,
    ),
  },
  closed,
);

export type Config = Static<typeof ConfigSchema>;
export type Section = keyof Config;
