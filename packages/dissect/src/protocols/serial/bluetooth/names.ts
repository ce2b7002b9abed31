// Names of Bluetooth commands, events and messages (Bluetooth Core Specification 5.3: volume 4 part E §7, volume 3
// parts A, F and H, volume 6 part B §2.4).
import { runs } from '../../names/runs.ts';

/** HCI commands by opcode. */
export const commandNames = runs(`
  0: No~Operation 401: Inquiry Inquiry~Cancel Periodic~Inquiry~Mode Exit~Periodic~Inquiry~Mode
  Create~Connection Disconnect Add~SCO~Connection Create~Connection~Cancel Accept~Connection~Request
  Reject~Connection~Request Link~Key~Request~Reply Link~Key~Request~Negative~Reply PIN~Code~Request~Reply
  PIN~Code~Request~Negative~Reply Change~Connection~Packet~Type 411: Authentication~Requested 413:
  Set~Connection~Encryption 415: Change~Connection~Link~Key 417: Master~Link~Key 419: Remote~Name~Request
  Remote~Name~Request~Cancel Read~Remote~Supported~Features Read~Remote~Extended~Features
  Read~Remote~Version~Information 41f: Read~Clock~offset Read~LMP~Handle 428: Setup~Synchronous~Connection
  Accept~Synchronous~Connection~Request Reject~Synchronous~Connection~Request IO~Capability~Request~Reply
  User~Confirmation~Request~Reply User~Confirmation~Request~Negative~Reply User~Passkey~Request~Reply
  User~Passkey~Request~Negative~Reply Remote~OOB~Data~Request~Reply 433: Remote~OOB~Data~Request~Negative~Reply
  IO~Capability~Request~Negative~Reply Create~Physical~Link Accept~Physical~Link Disconnect~Physical~Link
  Create~Logical~Link Accept~Logical~Link Disconnect~Logical~Link Logical~Link~Cancel Flow~Spec~Modify
  Enhanced~Setup~Synchronous~Connection Enhanced~Accept~Synchronous~Connection~Request Truncated~Page
  Truncated~Page~Cancel Set~Connectionless~Slave~Broadcast Set~Connectionless~Slave~Broadcast~Receive
  Start~Synchronization~Train Receive~Synchronization~Train Remote~OOB~Extended~Data~Request~Reply 801:
  Hold~Mode 803: Sniff~Mode Exit~Sniff~Mode Park~Mode Exit~Park~Mode QoS~Setup 809: Role~Discovery 80b:
  Switch~Role Read~Link~Policy~Settings Write~Link~Policy~Settings Read~Default~Link~Policy~Settings
  Write~Default~Link~Policy~Settings Flow~Specification Sniff~Subrating c01: Set~Event~Mask c03: Reset c05:
  Set~Event~Filter c08: Flush Read~PIN~Type Write~PIN~Type Create~New~Unit~Key c0d: Read~Stored~Link~Key c11:
  Write~Stored~Link~Key Delete~Stored~Link~Key Change~Local~Name Read~Local~Name Read~Connection~Accept~Timeout
  Write~Connection~Accept~Timeout Read~Page~Timeout Write~Page~Timeout Read~Scan~Enable Write~Scan~Enable
  Read~Page~Scan~Activity Write~Page~Scan~Activity Read~Inquiry~Scan~Activity Write~Inquiry~Scan~Activity
  Read~Authentication~Enable Write~Authentication~Enable Read~Encryption~Mode Write~Encryption~Mode
  Read~Class~of~Device Write~Class~of~Device Read~Voice~Setting Write~Voice~Setting
  Read~Automatic~Flush~Timeout Write~Automatic~Flush~Timeout Read~Num~Broadcast~Retransmissions
  Write~Num~Broadcast~Retransmissions Read~Hold~Mode~Activity Write~Hold~Mode~Activity Read~Tx~Power~Level
  Read~SCO~Flow~Control~Enable Write~SCO~Flow~Control~Enable c31: Set~Host~Controller~To~Host~Flow~Control c33:
  Host~Buffer~Size c35: Host~Number~of~Completed~Packets Read~Link~Supervision~Timeout
  Write~Link~Supervision~Timeout Read~Number~of~Supported~IAC Read~Current~IAC~LAP Write~Current~IAC~LAP
  Read~Page~Scan~Period~Mode Write~Page~Scan~Period~Mode Read~Page~Scan~Mode Write~Page~Scan~Mode
  Set~AFH~Host~Channel~Classification c42: Read~Inquiry~Scan~Type Write~Inquiry~Scan~Type Read~Inquiry~Mode
  Write~Inquiry~Mode Read~Page~Scan~Type Write~Page~Scan~Type Read~AFH~Channel~Assessment~Mode
  Write~AFH~Channel~Assessment~Mode c51: Read~Extended~Inquiry~Response Write~Extended~Inquiry~Response
  Refresh~Encryption~Key c55: Read~Simple~Pairing~Mode Write~Simple~Pairing~Mode Read~Local~OOB~Data
  Read~Inquiry~Response~Tx~Power~Level Write~Inquiry~Tx~Power~Level Read~Default~Erroneous~Data~Reporting
  Write~Default~Erroneous~Data~Reporting c5f: Enhanced~Flush Send~Keypress~Notification
  Read~Logical~Link~Accept~Timeout Write~Logical~Link~Accept~Timeout Set~Event~Mask~Page~2 Read~Location~Data
  Write~Location~Data Read~Flow~Control~Mode Write~Flow~Control~Mode Read~Enhanced~Transmit~Power~Level
  Read~Best~Effort~Flush~Timeout Write~Best~Effort~Flush~Timeout Short~Range~Mode Read~LE~Host~Supported
  Write~LE~Host~Supported Set~MWS~Channel~Parameters Set~External~Frame~Configuration Set~MWS~Signaling
  Set~MWS~Transport~Layer Set~MWS~Scan~Frequency~Table Set~MWS~Pattern~Configuration Set~Reserved~LT_ADDR
  Delete~Reserved~LT_ADDR Set~Connectionless~Slave~Broadcast~Data Read~Synchronization~Train~Parameters
  Write~Synchronization~Train~Parameters Read~Secure~Connections~Host~Support
  Write~Secure~Connections~Host~Support Read~Authenticated~Payload~Timeout Write~Authenticated~Payload~Timeout
  Read~Local~OOB~Extended~Data Read~Extended~Page~Timeout Write~Extended~Page~Timeout
  Read~Extended~Inquiry~Length Write~Extended~Inquiry~Length 1001: Read~Local~Version~Information
  Read~Local~Supported~Commands Read~Local~Supported~Features Read~Local~Extended~Features Read~Buffer~Size
  1007: Read~Country~Code 1009: Read~BD~ADDR Read~Data~Block~Size Read~Local~Supported~Codecs
  Read~Local~Simple~Pairing~Options 1401: Read~Failed~Contact~Counter Reset~Failed~Contact~Counter
  Read~Link~Quality 1405: Read~RSSI Read~AFH~Channel~Map Read~Clock Read~Encryption~Key~Size
  Read~Local~AMP~Info Read~Local~AMP~Assoc Write~Remote~AMP~Assoc Get~MWS~Transport~Layer~Configuration
  Set~Triggered~Clock~Capture 1801: Read~Loopback~Mode Write~Loopback~Mode Enable~Device~Under~Test~Mode
  Write~Simple~Pairing~Debug~Mode 1807: Enable~AMP~Receiver~Reports AMP~Test~End AMP~Test
  Write~Secure~Connections~Test~Mode 2001: LE~Set~Event~Mask LE~Read~Buffer~Size~[v1]
  LE~Read~Local~Supported~Features 2005: LE~Set~Random~Address LE~Set~Advertising~Parameters
  LE~Read~Advertising~Channel~Tx~Power LE~Set~Advertising~Data LE~Set~Scan~Response~Data
  LE~Set~Advertise~Enable LE~Set~Scan~Parameters LE~Set~Scan~Enable LE~Create~Connection
  LE~Create~Connection~Cancel LE~Read~White~List~Size LE~Clear~White~List LE~Add~Device~To~White~List
  LE~Remove~Device~From~White~List LE~Connection~Update LE~Set~Host~Channel~Classification LE~Read~Channel~Map
  LE~Read~Remote~Features LE~Encrypt LE~Rand LE~Start~Encryption LE~Long~Term~Key~Request~Reply
  LE~Long~Term~Key~Request~Negative~Reply LE~Read~Supported~States LE~Receiver~Test~[v1]
  LE~Transmitter~Test~[v1] LE~Test~End LE~Remote~Connection~Parameter~Request~Reply
  LE~Remote~Connection~Parameter~Request~Negative~Reply LE~Set~Data~Length
  LE~Read~Suggested~Default~Data~Length LE~Write~Suggested~Default~Data~Length LE~Read~Local~P-256~Public~Key
  LE~Generate~DHKey~[v1] LE~Add~Device~to~Resolving~List LE~Remove~Device~From~Resolving~List
  LE~Clear~Resolving~List LE~Read~Resolving~List~Size LE~Read~Peer~Resolvable~Address
  LE~Read~Local~Resolvable~Address LE~Set~Address~Resolution~Enable LE~Set~Resolvable~Private~Address~Timeout
  LE~Read~Maximum~Data~Length LE~Read~PHY LE~Set~Default~PHY LE~Set~PHY LE~Receiver~Test~[v2]
  LE~Transmitter~Test~[v2] LE~Set~Advertising~Set~Random~Address LE~Set~Extended~Advertising~Parameters
  LE~Set~Extended~Advertising~Data LE~Set~Extended~Scan~Response~Data LE~Set~Extended~Advertising~Enable
  LE~Read~Maximum~Advertising~Data~Length LE~Read~Number~of~Supported~Advertising~Sets
  LE~Remove~Advertising~Set LE~Clear~Advertising~Sets LE~Set~Periodic~Advertising~Parameters
  LE~Set~Periodic~Advertising~Data LE~Set~Periodic~Advertising~Enable LE~Set~Extended~Scan~Parameters
  LE~Set~Extended~Scan~Enable LE~Extended~Create~Connection LE~Periodic~Advertising~Create~Sync
  LE~Periodic~Advertising~Create~Sync~Cancel LE~Periodic~Advertising~Terminate~Sync
  LE~Add~Device~To~Periodic~Advertiser~List LE~Remove~Device~From~Periodic~Advertiser~List
  LE~Clear~Periodic~Advertiser~List LE~Read~Periodic~Advertiser~List~Size LE~Read~Transmit~Power
  LE~Read~RF~Path~Compensation LE~Write~RF~Path~Compensation LE~Set~Privacy~Mode LE~Receiver~Test~[v3]
  LE~Transmitter~Test~[v3] LE~Set~Connectionless~CTE~Transmit~Parameters
  LE~Set~Connectionless~CTE~Transmit~Enable LE~Set~Connectionless~IQ~Sampling~Enable
  LE~Set~Connection~CTE~Receive~Parameters LE~Set~Connection~CTE~Transmit~Parameters
  LE~Connection~CTE~Request~Enable LE~Connection~CTE~Response~Enable LE~Read~Antenna~Information
  LE~Set~Periodic~Advertising~Receive~Enable LE~Periodic~Advertising~Sync~Transfer
  LE~Periodic~Advertising~Set~Info~Transfer LE~Set~Periodic~Advertising~Sync~Transfer~Parameters
  LE~Set~Default~Periodic~Advertising~Sync~Transfer~Parameters LE~Generate~DHKey~[v2]
  LE~Modify~Sleep~Clock~Accuracy LE~Read~Buffer~Size~[v2] LE~Read~ISO~Tx~Sync LE~Set~CIG~Parameters
  LE~Set~CIG~Parameters~Test LE~Create~CIS LE~Remove~CIG LE~Accept~CIS~Request LE~Reject~CIS~Request
  LE~Create~BIG LE~Create~BIG~Test LE~Terminate~BIG LE~BIG~Create~Sync LE~BIG~Terminate~Sync
  LE~Request~Peer~SCA LE~Setup~ISO~Data~Path LE~Remove~ISO~Data~Path LE~ISO~Transmit~Test LE~ISO~Receive~Test
  LE~ISO~Read~Test~Counters LE~ISO~Test~End LE~Set~Host~Feature LE~Read~ISO~Link~Quality
  LE~Enhanced~Read~Transmit~Power~Level LE~Read~Remote~Transmit~Power~Level
  LE~Set~Path~Loss~Reporting~Parameters LE~Set~Path~Loss~Reporting~Enable
  LE~Set~Transmit~Power~Reporting~Enable LE~Transmitter~Test~[v4] LE~Set~Data~Related~Address~Changes
  LE~Set~Default~Subrate LE~Subrate~Request
`);

export const eventNames = runs(`
  1: Inquiry~Complete Inquiry~Result Connect~Complete Connect~Request Disconnect~Complete
  Authentication~Complete Remote~Name~Request~Complete Encryption~Change Change~Connection~Link~Key~Complete
  Master~Link~Key~Complete Read~Remote~Supported~Features Read~Remote~Version~Information~Complete
  QoS~Setup~Complete Command~Complete Command~Status Hardware~Error Flush~Occurred Role~Change
  Number~of~Completed~Packets Mode~Change Return~Link~Keys PIN~Code~Request Link~Key~Request
  Link~Key~Notification Loopback~Command Data~Buffer~Overflow Max~Slots~Change Read~Clock~Offset~Complete
  Connection~Packet~Type~Changed QoS~Violation Page~Scan~Mode~Change Page~Scan~Repetition~Mode~Change
  Flow~Specification~Complete Inquiry~Result~With~RSSI Read~Remote~Extended~Features~Complete 2c:
  Synchronous~Connection~Complete Synchronous~Connection~Changed Sniff~Subrating Extended~Inquiry~Result
  Encryption~Key~Refresh~Complete IO~Capability~Request IO~Capability~Response User~Confirmation~Request
  User~Passkey~Request Remote~OOB~Data~Request Simple~Pairing~Complete 38: Link~Supervision~Timeout~Changed
  Enhanced~Flush~Complete 3b: User~Passkey~Notification Keypress~Notification
  Remote~Host~Supported~Features~Notification LE~Meta 40: Physical~Link~Complete Channel~Selected
  Disconnect~Physical~Link~Complete Physical~Link~Loss~Early~Warning Physical~Link~Recovery
  Logical~Link~Complete Disconnect~Logical~Link~Complete Flow~Spec~Modify~Complete
  Number~Of~Completed~Data~Blocks AMP~Start~Test AMP~Test~End AMP~Receiver~Report
  Short~Range~Mode~Change~Complete AMP~Status~Change Triggered~Clock~Capture Synchronization~Train~Complete
  Synchronization~Train~Received Connectionless~Slave~Broadcast~Receive Connectionless~Slave~Broadcast~Timeout
  Truncated~Page~Complete Slave~Page~Response~Timeout Connectionless~Slave~Broadcast~Channel~Map~Change
  Inquiry~Response~Notification Authenticated~Payload~Timeout~Expired SAM~Status~Change ff: Vendor-Specific
`);

/** Subevents of the LE Meta event. */
export const metaNames = runs(`
  1: LE~Connection~Complete LE~Advertising~Report LE~Connection~Update~Complete
  LE~Read~Remote~Features~Complete LE~Long~Term~Key~Request LE~Remote~Connection~Parameter~Request
  LE~Data~Length~Change LE~Read~Local~P-256~Public~Key~Complete LE~Generate~DHKey~Complete
  LE~Enhanced~Connection~Complete LE~Direct~Advertising~Report LE~PHY~Update~Complete
  LE~Extended~Advertising~Report LE~Periodic~Advertising~Sync~Established LE~Periodic~Advertising~Report
  LE~Periodic~Advertising~Sync~Lost LE~Scan~Timeout LE~Advertising~Set~Terminated LE~Scan~Request~Received
  LE~Channel~Selection~Algorithm LE~Connectionless~IQ~Report LE~Connection~IQ~Report LE~CTE~Request~Failed
  LE~Periodic~Advertising~Sync~Transfer~Received LE~CIS~Established LE~CIS~Request LE~Create~BIG~Complete
  LE~Terminate~BIG~Complete LE~BIG~Sync~Established LE~BIG~Sync~Lost LE~Request~Peer~SCA~Complete
  LE~Path~Loss~Threshold LE~Transmit~Power~Reporting LE~BIGInfo~Advertising~Report LE~Subrate~Change
`);

export const attributeNames = runs(`
  1: Error~Response Exchange~MTU~Request Exchange~MTU~Response Find~Information~Request
  Find~Information~Response Find~By~Type~Value~Request Find~By~Type~Value~Response Read~By~Type~Request
  Read~By~Type~Response Read~Request Read~Response Read~Blob~Request Read~Blob~Response Read~Multiple~Request
  Read~Multiple~Response Read~By~Group~Type~Request Read~By~Group~Type~Response Write~Request Write~Response
  16: Prepare~Write~Request Prepare~Write~Response Execute~Write~Request Execute~Write~Response 1b:
  Handle~Value~Notification 1d: Handle~Value~Indication Handle~Value~Confirmation 52: Write~Command d2:
  Signed~Write~Command
`);

export const securityNames = runs(`
  1: Pairing~Request Pairing~Response Pairing~Confirm Pairing~Random Pairing~Failed Encryption~Information
  Master~Identification Identity~Information Identity~Address~Information Signing~Information Security~Request
  Pairing~Public~Key Pairing~DHKey~Check Pairing~Keypress~Notification
`);

/** L2CAP signalling commands. */
export const signalNames = runs(`
  1: Command~Reject Connection~Request Connection~Response Configure~Request Configure~Response
  Disconnection~Request Disconnection~Response Echo~Request Echo~Response Information~Request
  Information~Response Create~Channel~Request Create~Channel~Response Move~Channel~Request
  Move~Channel~Response Move~Channel~Confirmation Move~Channel~Confirmation~Response
  Connection~Parameter~Update~Request Connection~Parameter~Update~Response LE~Credit~Based~Connection~Request
  LE~Credit~Based~Connection~Response LE~Flow~Control~Credit
`);

/** Link layer control PDUs. */
export const controlNames = runs(`
  0: LL_CONNECTION_UPDATE_IND LL_CHANNEL_MAP_IND LL_TERMINATE_IND LL_ENC_REQ LL_ENC_RSP LL_START_ENC_REQ
  LL_START_ENC_RSP LL_UNKNOWN_RSP LL_FEATURE_REQ LL_FEATURE_RSP LL_PAUSE_ENC_REQ LL_PAUSE_ENC_RSP
  LL_VERSION_IND LL_REJECT_IND LL_SLAVE_FEATURE_REQ LL_CONNECTION_PARAM_REQ LL_CONNECTION_PARAM_RSP
  LL_REJECT_EXT_IND LL_PING_REQ LL_PING_RSP LL_LENGTH_REQ LL_LENGTH_RSP LL_PHY_REQ LL_PHY_RSP LL_PHY_UPDATE_IND
  LL_MIN_USED_CHANNELS_IND LL_CTE_REQ LL_CTE_RSP LL_PERIODIC_SYNC_IND LL_CLOCK_ACCURACY_REQ
  LL_CLOCK_ACCURACY_RSP LL_CIS_REQ LL_CIS_RSP LL_CIS_IND LL_CIS_TERMINATE_IND LL_POWER_CONTROL_REQ
  LL_POWER_CONTROL_RSP LL_POWER_CHANGE_IND
`);

export const avdtpNames = runs(`
  1: Discover GetCapabilities SetConfiguration GetConfiguration Reconfigure Open Start Close Suspend Abort
  SecurityControl GetAllCapabilities DelayReport
`);

export const sdpNames = runs(`
  1: Error~Response Service~Search~Request Service~Search~Response Service~Attribute~Request
  Service~Attribute~Response Service~Search~Attribute~Request Service~Search~Attribute~Response
`);
