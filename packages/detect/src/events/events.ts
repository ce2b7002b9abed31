// The input of the rules: plain event objects, made from packets elsewhere, so that rules know nothing of packet formats.

interface Seen {
  /** Seconds since 1970. */
  readonly time: number;
  /** frame.number; 0 if the event has no packet. */
  readonly frame: number;
}

/** An event of a conversation; the client opened it. */
interface Conversation extends Seen {
  /** Stream number, as in `tcp.stream`; -1 if none. */
  readonly stream: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/**
 * A step in the life of a TCP connection, each at most once and in this order: asked for (SYN); refused (RST) or answered
 * (SYN-ACK); then completed by the client (ACK) or dropped by it (RST). Some are missing if only one direction was
 * captured.
 */
export interface ConnectionEvent extends Conversation {
  readonly kind: 'connection';
  readonly step: 'asked' | 'refused' | 'answered' | 'completed' | 'dropped';
}

/**
 * A TCP segment outside of any connection: with a flag combination that only scanners send; a lone RST; or `ack`, an empty
 * ACK, FIN-ACK or SYN-ACK that was answered with RST.
 */
export interface ProbeEvent extends Conversation {
  readonly kind: 'probe';
  readonly flags: 'null' | 'fin' | 'xmas' | 'syn-fin' | 'rst' | 'ack';
}

/** The first datagram of a UDP conversation, whose sender counts as the client, or the first reply to it. */
export interface DatagramEvent extends Conversation {
  readonly kind: 'datagram';
  readonly step: 'asked' | 'answered';
  /** Bytes of payload. */
  readonly bytes: number;
}

/** The volume of a busy UDP conversation within one second; there is none for quiet ones. */
export interface VolumeEvent extends Conversation {
  readonly kind: 'volume';
  readonly packetsToServer: number;
  readonly packetsToClient: number;
}

/** A finished conversation, with the structure of dissect's flow records. */
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
  /** Of an echo request or reply; else 0. */
  readonly ident: number;
  readonly sequence: number;
  /** Bytes after the header, and a hash of them. */
  readonly bytes: number;
  readonly hash: number;
  /** The data is an IP packet. */
  readonly holdsPacket: boolean;
  /** For an error: source, destination and destination port of the quoted packet. */
  readonly quoted: { readonly source: string; readonly destination: string; readonly port: number } | null;
}

/** An IP packet (or its first fragment) that carries neither TCP, UDP nor ICMP. */
export interface ProtocolEvent extends Seen {
  readonly kind: 'protocol';
  readonly source: string;
  readonly destination: string;
  /** IANA protocol number. */
  readonly number: number;
}

/** A SIP server's response to REGISTER or INVITE. */
export interface SipEvent extends Conversation {
  readonly kind: 'sip';
  /** The extension in question. */
  readonly user: string;
  readonly isSuccess: boolean;
  /** The request carried credentials (digest authentication). */
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
  readonly targetAddress: string;
}

/** An address is used with a different MAC than before. */
export interface MovedEvent extends Seen {
  readonly kind: 'moved';
  readonly address: string;
  readonly to: string;
}

export interface DhcpEvent extends Seen {
  readonly kind: 'dhcp';
  /** DHCP message type (RFC 2132 §9.6). */
  readonly type: number;
  readonly transaction: number;
  readonly clientMac: string;
  /** Source of the frame, hence the relay's if there is one. */
  readonly frameSource: string;
  readonly source: string;
  /** From an offer or acknowledgement; '' if absent. */
  readonly serverId: string;
  readonly routers: string;
  readonly dnsServers: string;
}

/** A MAC is seen for the first time. */
export interface StationEvent extends Seen {
  readonly kind: 'station';
  readonly mac: string;
}

/** ICMP redirect (RFC 792): traffic to `destination` shall go through `gateway`. */
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
  /** `::` in duplicate address detection (RFC 4862 §5.4). */
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  /** From the link-layer address option, else from the frame. */
  readonly mac: string;
  /** Of the frame; '' without one. */
  readonly frameSource: string;
  /** Flags of a neighbour advertisement. */
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
}

/** A BPDU of the spanning tree protocol with a root. */
export interface BridgeEvent extends Seen {
  readonly kind: 'bridge';
  /** Identifiers as PRIORITY/MAC, with five digits of priority: their order as text is their order. */
  readonly root: string;
  readonly bridge: string;
  /** 0 if there is one tree for all. */
  readonly vlan: number;
  /** Of the frame; '' without one. */
  readonly mac: string;
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
  /** IPv4 and IPv6 addresses in a response, sorted. */
  readonly addresses: readonly string[];
  /** Length of the whole message. */
  readonly bytes: number;
}

export interface HttpEvent extends Conversation {
  readonly kind: 'http';
  readonly step: 'request' | 'response';
  readonly method: string;
  readonly uri: string;
  readonly userAgent: string;
  /** Header fields in which attacks hide, and the start of a form body. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Status code of a response, else 0. */
  readonly status: number;
}

/** A login attempt, as far as it is visible. */
export interface LoginEvent extends Conversation {
  readonly kind: 'login';
  /** `FTP`, `SSH` … */
  readonly protocol: string;
  /** '' if not visible. */
  readonly user: string;
  readonly isSuccess: boolean;
  /** A hash of the password, to recognize the same one tried again; 0 if not visible. */
  readonly guess: number;
  /** Inferred from the sizes of encrypted messages. */
  readonly isInferred: boolean;
}

/** A Kerberos service ticket was given to the client. */
export interface TicketEvent extends Conversation {
  readonly kind: 'ticket';
  /** Components of the client's name, joined by `/`. */
  readonly user: string;
  /** Components of the service's name, joined by `/`. */
  readonly service: string;
  /** Encryption type of the ticket (RFC 3961 §8). */
  readonly encryption: number;
}

/** An SNMP community string in a request or response. */
export interface CommunityEvent extends Conversation {
  readonly kind: 'community';
  /** A hash of it. */
  readonly guess: number;
  readonly isAnswer: boolean;
}

/** User name or password in clear text; the password itself is not included. */
export interface ClearTextEvent extends Conversation {
  readonly kind: 'cleartext';
  readonly protocol: string;
  readonly user: string;
}

export interface TlsEvent extends Conversation {
  readonly kind: 'tls';
  readonly step: 'hello' | 'certificate' | 'heartbeat';
  readonly serverName: string;
  /** From the ServerHello: negotiated version (0x0303) and cipher suite. */
  readonly version: number;
  readonly suite: number;
  /** From the server's leaf certificate: seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** For a heartbeat: bytes that it claims beyond those it contains. */
  readonly overreach: number;
}

/** A single packet that is an attack or probe by itself. */
export interface SuspectEvent extends Conversation {
  readonly kind: 'suspect';
  /**
   * Same source and destination (LAND); an NTP monlist request; an all-zero credential sent to a domain controller
   * (Zerologon); EternalBlue's overflow in SMB 1; a request of the backdoor DoublePulsar, and its answer; a message of a
   * miner to its pool.
   */
  readonly what:
    | 'same-ends'
    | 'ntp-monlist'
    | 'zero-credential'
    | 'eternalblue'
    | 'doublepulsar'
    | 'doublepulsar-answer'
    | 'mining';
}

/** A query by a peer of the mesh. */
export interface QueryEvent extends Seen {
  readonly kind: 'query';
  readonly peer: string;
}

/** An attempt to join the mesh. */
export interface JoinEvent extends Seen {
  readonly kind: 'join';
  readonly address: string;
  readonly isSuccess: boolean;
}

/** A connection to a peer of the mesh that did not become a session. */
export interface RefusedEvent extends Seen {
  readonly kind: 'refused';
  readonly address: string;
  /** The peer connected to. */
  readonly by: string;
}

/** A host or peer was anomalous in an interval, by the learned baseline. */
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
  | BridgeEvent
  | RouterEvent
  | DnsEvent
  | HttpEvent
  | LoginEvent
  | TicketEvent
  | CommunityEvent
  | ClearTextEvent
  | TlsEvent
  | SuspectEvent
  | QueryEvent
  | UnusualEvent
  | JoinEvent
  | RefusedEvent;

export type EventKind = DetectEvent['kind'];
export type EventOf<K extends EventKind> = Extract<DetectEvent, { readonly kind: K }>;
