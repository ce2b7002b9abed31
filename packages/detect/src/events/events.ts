// What rules look at: plain objects that whoever reads packets makes of them. Nothing here knows how a packet looks.

interface Seen {
  /** Seconds since 1970. */
  readonly time: number;
  /** Number of the packet in its capture; 0 when there is none. */
  readonly frame: number;
}

/** Of a conversation between two ends; the client began it. */
interface Conversation extends Seen {
  /** Number of the conversation, as in `tcp.stream`; -1 when there is none. */
  readonly stream: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/**
 * A step in the life of a TCP connection, each at most once, in this order: asked for (SYN), then either refused (RST),
 * or answered (SYN and ACK), then completed by the client (ACK), or dropped by it (RST). In captures of one direction
 * some are missing.
 */
export interface ConnectionEvent extends Conversation {
  readonly kind: 'connection';
  readonly step: 'asked' | 'refused' | 'answered' | 'completed' | 'dropped';
}

/**
 * A TCP segment to a port nobody spoke with, whose flags no program sends by itself; RST alone; or `ack`, an empty one with
 * ACK, FIN and ACK, or SYN and ACK that was answered with RST.
 */
export interface ProbeEvent extends Conversation {
  readonly kind: 'probe';
  readonly flags: 'null' | 'fin' | 'xmas' | 'syn-fin' | 'rst' | 'ack';
}

/** The first datagram of a UDP conversation, whose sender counts as the client, or the first that answers it. */
export interface DatagramEvent extends Conversation {
  readonly kind: 'datagram';
  readonly step: 'asked' | 'answered';
  /** Of the payload. */
  readonly bytes: number;
}

/** What a busy UDP conversation carried within one second; quiet ones are not told of. */
export interface VolumeEvent extends Conversation {
  readonly kind: 'volume';
  readonly packetsToServer: number;
  readonly packetsToClient: number;
}

/** A conversation that is over: structurally what the dissector's flow records are. */
export interface FlowEvent {
  readonly kind: 'flow';
  readonly flow: FlowRecord;
}

export interface FlowRecord {
  readonly stream: number;
  readonly transport: string;
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly toServer: { readonly packets: number; readonly bytes: number };
  readonly toClient: { readonly packets: number; readonly bytes: number };
  readonly applications: readonly string[];
  readonly serverName: string | null;
  readonly tcp: { readonly state: string } | null;
}

/** ICMP or ICMPv6. */
export interface IcmpEvent extends Seen {
  readonly kind: 'icmp';
  readonly source: string;
  readonly destination: string;
  readonly message: 'echo' | 'reply' | 'port-unreachable' | 'unreachable' | 'other';
  /** Of an echo or reply; 0 else. */
  readonly ident: number;
  readonly sequence: number;
  /** Bytes after the header, and a hash of them. */
  readonly bytes: number;
  readonly hash: number;
  /** The data are an IP packet. */
  readonly holdsPacket: boolean;
  /** Of what an error quotes: the packet's source, destination and destination port. */
  readonly quoted: { readonly source: string; readonly destination: string; readonly port: number } | null;
}

/** A packet of IP that carries neither TCP nor UDP, the first of its fragments. */
export interface ProtocolEvent extends Seen {
  readonly kind: 'protocol';
  readonly source: string;
  readonly destination: string;
  /** Of IANA. */
  readonly number: number;
}

/** A server answers whoever asks to register or to call. */
export interface SipEvent extends Conversation {
  readonly kind: 'sip';
  /** The extension that is meant. */
  readonly user: string;
  readonly isSuccess: boolean;
  /** The request came with a password, by its digest. */
  readonly hadPassword: boolean;
}

export interface ArpEvent extends Seen {
  readonly kind: 'arp';
  readonly isRequest: boolean;
  /** Of the frame. */
  readonly frameSource: string;
  readonly frameDestination: string;
  readonly senderMac: string;
  readonly senderAddress: string;
  readonly targetMac: string;
  readonly targetAddress: string;
}

/** An address sends from another MAC than its packets came from before. */
export interface MovedEvent extends Seen {
  readonly kind: 'moved';
  readonly address: string;
  readonly from: string;
  readonly to: string;
}

export interface DhcpEvent extends Seen {
  readonly kind: 'dhcp';
  /** DHCP message type (RFC 2132 §9.6). */
  readonly type: number;
  readonly transaction: number;
  readonly clientMac: string;
  /** Of the frame, so of the relay where there is one. */
  readonly frameSource: string;
  readonly source: string;
  /** Of an offer or acknowledgement; '' when not told. */
  readonly serverId: string;
  readonly routers: string;
  readonly dnsServers: string;
}

/** A MAC sends for the first time. */
export interface StationEvent extends Seen {
  readonly kind: 'station';
  readonly mac: string;
}

/** ICMP redirect (RFC 792): `destination` is to send by way of `gateway`. */
export interface RedirectEvent extends Seen {
  readonly kind: 'redirect';
  readonly source: string;
  readonly destination: string;
  readonly gateway: string;
  /** Of the frame; '' without one. */
  readonly mac: string;
}

/** IPv6 neighbour discovery (RFC 4861 §4.3, §4.4). */
export interface NeighbourEvent extends Seen {
  readonly kind: 'neighbour';
  readonly step: 'solicited' | 'advertised';
  /** `::` asks whether `target` is taken. */
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  /** That the sender names, else that of the frame. */
  readonly mac: string;
  /** Of the frame; '' without one. */
  readonly frameSource: string;
  /** Flags of an advertisement. */
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
}

export interface RouterEvent extends Seen {
  readonly kind: 'router';
  readonly source: string;
  readonly mac: string;
  readonly lifetimeS: number;
  /** Preference (RFC 4191 §2.1): 1 high, 0 medium, -1 low. */
  readonly preference: number;
  readonly prefixes: readonly string[];
}

export interface DnsEvent extends Conversation {
  readonly kind: 'dns';
  readonly id: number;
  readonly isResponse: boolean;
  readonly name: string;
  readonly type: number;
  /** Of a response. */
  readonly code: number;
  /** IPv4 and IPv6 addresses of a response, sorted. */
  readonly addresses: readonly string[];
  /** Of the whole message. */
  readonly bytes: number;
}

export interface HttpEvent extends Conversation {
  readonly kind: 'http';
  readonly step: 'request' | 'response';
  readonly method: string;
  readonly host: string;
  readonly uri: string;
  readonly userAgent: string;
  /** Header lines that attacks hide in, and the start of a form. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Of a response, else 0. */
  readonly status: number;
}

/** Somebody tried to log in, as far as it can be seen. */
export interface LoginEvent extends Conversation {
  readonly kind: 'login';
  /** `FTP`, `SSH` … */
  readonly protocol: string;
  /** '' when it cannot be seen. */
  readonly user: string;
  readonly isSuccess: boolean;
  /** A hash of the password, so that the same one tried again is known; 0 when it cannot be seen. */
  readonly guess: number;
  /** Judged by the sizes of encrypted messages. */
  readonly isInferred: boolean;
}

/** A community of SNMP was named, by who asks or by who answers. */
export interface CommunityEvent extends Conversation {
  readonly kind: 'community';
  /** A hash of it. */
  readonly guess: number;
  readonly isAnswer: boolean;
}

/** Name or password crossed the wire in clear; the password itself is not handed on. */
export interface ClearTextEvent extends Conversation {
  readonly kind: 'cleartext';
  readonly protocol: string;
  readonly user: string;
}

export interface TlsEvent extends Conversation {
  readonly kind: 'tls';
  readonly step: 'hello' | 'certificate' | 'heartbeat';
  readonly serverName: string;
  /** Of the server's hello: negotiated version (0x0303) and cipher suite. */
  readonly version: number;
  readonly suite: number;
  /** Of the server's own certificate: seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Of a heartbeat: bytes it claims to hold beyond those it has. */
  readonly overreach: number;
}

/** A single packet that no program sends by itself. */
export interface SuspectEvent extends Conversation {
  readonly kind: 'suspect';
  /**
   * From an address and port to the same; a request that asks a time server for its list of clients; a proof of a
   * password, to a domain controller, that is made of zeros.
   */
  readonly what: 'same-ends' | 'ntp-monlist' | 'zero-credential';
}

/** A peer of the mesh asked something. */
export interface QueryEvent extends Seen {
  readonly kind: 'query';
  readonly peer: string;
}

/** Somebody tried to join the mesh. */
export interface JoinEvent extends Seen {
  readonly kind: 'join';
  readonly address: string;
  readonly isSuccess: boolean;
}

/** Somebody made a connection to a peer of the mesh, and it became no link. */
export interface KnockEvent extends Seen {
  readonly kind: 'knock';
  readonly address: string;
  /** The peer that was tried. */
  readonly door: string;
}

/** A host or peer behaved unusually in an interval, by what was learnt. */
export interface UnusualEvent extends Seen {
  readonly kind: 'unusual';
  readonly who: string;
  readonly subject: 'host' | 'peer';
  readonly score: number;
  readonly limit: number;
  readonly causes: readonly { readonly feature: string; readonly share: number }[];
}

export type DetectEvent =
  | ConnectionEvent
  | ProbeEvent
  | DatagramEvent
  | VolumeEvent
  | FlowEvent
  | IcmpEvent
  | ProtocolEvent
  | SipEvent
  | ArpEvent
  | MovedEvent
  | DhcpEvent
  | NeighbourEvent
  | RedirectEvent
  | StationEvent
  | RouterEvent
  | DnsEvent
  | HttpEvent
  | LoginEvent
  | CommunityEvent
  | ClearTextEvent
  | TlsEvent
  | SuspectEvent
  | QueryEvent
  | UnusualEvent
  | JoinEvent
  | KnockEvent;

export type EventKind = DetectEvent['kind'];
export type EventOf<K extends EventKind> = Extract<DetectEvent, { readonly kind: K }>;
