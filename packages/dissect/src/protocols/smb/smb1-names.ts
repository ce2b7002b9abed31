// Names of SMB1 codes ([MS-CIFS] §2.2), as in Wireshark.
import { runs } from '../names/runs.ts';

export const commandName = runs(
  `0: Create~Directory Delete~Directory Open Create Close Flush Delete Rename Query~Information
  Set~Information Read Write Lock~Byte~Range Unlock~Byte~Range Create~Temp Create~New Check~Directory
  Process~Exit Seek Lock~And~Read Write~And~Unlock 1a: Read~Raw Read~MPX Read~MPX~Secondary Write~Raw
  Write~MPX Write~MPX~Secondary Write~Complete Query~Server~(reserved) Set~Information2 Query~Information2
  Locking~AndX Trans Trans~Secondary IOCTL IOCTL~Secondary Copy Move Echo Write~And~Close Open~AndX
  Read~AndX Write~AndX New~File~Size~(reserved) Close~And~Tree~Disconnect Trans2 Trans2~Secondary
  Find~Close2 Find~Notify~Close 70: Tree~Connect Tree~Disconnect Negotiate~Protocol Session~Setup~AndX
  Logoff~AndX Tree~Connect~AndX 80: Query~Information~Disk Search Find Find~Unique Find~Close a0: NT~Trans
  NT~Trans~Secondary NT~Create~AndX a4: NT~Cancel NT~Rename c0: Open~Print~File Write~Print~File
  Close~Print~File Get~Print~Queue d0: Send~Single~Block~Message Send~Broadcast~Message Forward~User~Name
  Cancel~Forward Get~Machine~Name Send~Start~of~Multi-block~Message Send~End~of~Multi-block~Message
  Send~Text~of~Multi-block~Message SMBreadbulk SMBwritebulk SMBwritebulkdata fe: SMBinvalid`,
);

export const transaction2Name = runs(
  `0: OPEN2 FIND_FIRST2 FIND_NEXT2 QUERY_FS_INFO SET_FS_INFO QUERY_PATH_INFO SET_PATH_INFO QUERY_FILE_INFO
  SET_FILE_INFO FSCTL IOCTL2 FIND_NOTIFY_FIRST FIND_NOTIFY_NEXT CREATE_DIRECTORY SESSION_SETUP 10:
  GET_DFS_REFERRAL REPORT_DFS_INCONSISTENCY`,
);

export const ntFunctionNames: Readonly<Record<number, string>> = {
  1: 'NT CREATE',
  2: 'NT IOCTL',
  3: 'NT SET SECURITY DESC',
  4: 'NT NOTIFY',
  5: 'NT RENAME',
  6: 'NT QUERY SECURITY DESC',
  7: 'NT GET USER QUOTA',
  8: 'NT SET USER QUOTA',
};

export const queryLevelName = runs(
  `1: =Info~Standard =Info~Query~EA~Size =Info~Query~EAs~From~List =Info~Query~All~EAs 6:
  =Info~Is~Name~Valid 101: File~Basic~Info File~Standard~Info File~EA~Info File~Name~Info 107:
  File~All~Info File~Alt~Name~Info File~Stream~Info 10b: File~Compression~Info 200: File~Unix~Basic
  File~Unix~Link File~Unix~Hardlink 204: File~Posix~ACL File~Posix~XATTR File~Posix~Attr~Flags
  File~Posix~Permissions File~Posix~Lock 20b: File~Unix~Info2 3ec: File~Basic~Info File~Standard~Info
  File~Internal~Info File~EA~Info 3f1: File~Name~Info File~Rename~Info File~Link~Info File~Names~Info
  File~Disposition~Info File~Position~Info File~Full~EA~Info File~Mode~Info File~Alignment~Info
  File~All~Info File~Allocation~Info File~End~of~File~Info File~Alt~Name~Info File~Stream~Info
  File~Pipe~Info File~Pipe~Local~Info File~Pipe~Remote~Info File~Mailslot~Query~Info
  File~Mailslot~Set~Info File~Compression~Info File~ObjectID~Info File~Completion~Info
  File~Move~Cluster~Info File~Quota~Info File~Reparsepoint~Info File~Network~Open~Info
  File~Attribute~Tag~Info File~Tracking~Info File~Maximum~Info`,
  'Query ',
);

export const setLevelName = runs(
  `1: =Info~Standard =Info~Set~EAs 4: =Info~Query~All~EAs 101: File~Basic~Info File~Disposition~Info
  File~Allocation~Info File~End~Of~File~Info 200: File~Unix~Basic File~Unix~Link File~Unix~HardLink 204:
  File~Unix~ACL File~Unix~XATTR File~Unix~Attr~Flags 208: File~Posix~Lock File~Posix~Open
  File~Posix~Unlink File~Unix~Info2 3ec: File~Basic~Info 3f2: Rename~Information 3f5:
  Disposition~Information Position~Information 3f8: Mode~Information 3fb: Allocation~Information
  EOF~Information 3ff: File~Pipe~Information 401: File~Pipe~Remote~Information 405:
  Copy~On~Write~Information 408: OLE~Class~ID~Information 40f: Inherit~Context~Index~Information
  OLE~Information~(?)`,
  'Set ',
);

export const findLevelName = runs(
  `1: Info~Standard Info~Query~EA~Size Info~Query~EAs~From~List 101: Find~File~Directory~Info
  Find~File~Full~Directory~Info Find~File~Names~Info Find~File~Both~Directory~Info
  Find~File~Full~Directory~Info Find~File~Id~Both~Directory~Info 202: Find~File~Unix 20b:
  Find~File~Unix~Info2`,
);

export const fsLevelName = runs(
  `1: =Info~Allocation =Info~Volume 101: FS~Label~Info FS~Volume~Info FS~Size~Info FS~Device~Info
  FS~Attribute~Info 200: =Unix~Query~FS~Info 202: =Unix~Query~POSIX~whoami 301: =Mac~Query~FS~Info 3e9:
  FS~Label~Info FS~Volume~Info FS~Size~Info FS~Device~Info FS~Attribute~Info FS~Quota~Info
  Full~FS~Size~Info =Object~ID~Information`,
  'Query ',
);

/** Named pipe operations: the first set-up word of a transaction. */
export const pipeFunctionNames: Readonly<Record<number, string>> = {
  0x01: 'SetNmPHandState',
  0x11: 'RawReadNmPipe',
  0x21: 'QNmPHandState',
  0x22: 'QNmPipeInfo',
  0x23: 'PeekNamedPipe',
  0x26: 'TransactNmPipe',
  0x31: 'RawWriteNmPipe',
  0x53: 'WaitNamedPipe',
  0x54: 'CallNamedPipe',
};

/** [MS-RAP] §2.5.1 */
export const lanmanName = runs(
  `0: NetShareEnum NetShareGetInfo NetShareSetInfo NetShareAdd NetShareDel NetShareCheck NetSessionEnum
  NetSessionGetInfo NetSessionDel NetConnectionEnum NetFileEnum NetFileGetInfo NetFileClose
  NetServerGetInfo NetServerSetInfo NetServerDiskEnum NetServerAdminCommand NetAuditOpen NetAuditClear
  NetErrorLogOpen NetErrorLogClear NetCharDevEnum NetCharDevGetInfo NetCharDevControl NetCharDevQEnum
  NetCharDevQGetInfo NetCharDevQSetInfo NetCharDevQPurge NetCharDevQPurgeSelf NetMessageNameEnum
  NetMessageNameGetInfo NetMessageNameAdd NetMessageNameDel NetMessageNameFwd NetMessageNameUnFwd
  NetMessageBufferSend NetMessageFileSend NetMessageLogFileSet NetMessageLogFileGet NetServiceEnum
  NetServiceInstall NetServiceControl NetAccessEnum NetAccessGetInfo NetAccessSetInfo NetAccessAdd
  NetAccessDel NetGroupEnum NetGroupAdd NetGroupDel NetGroupAddUser NetGroupDelUser NetGroupGetUsers
  NetUserEnum NetUserAdd NetUserDel NetUserGetInfo NetUserSetInfo NetUserPasswordSet NetUserGetGroups 3e:
  NetWkstaSetUID NetWkstaGetInfo NetWkstaSetInfo NetUseEnum NetUseAdd NetUseDel NetUseGetInfo WPrintQEnum
  WPrintQGetInfo WPrintQSetInfo WPrintQAdd WPrintQDel WPrintQPause WPrintQContinue WPrintJobEnum
  WPrintJobGetInfo WPrintJobSetInfo_OLD 51: WPrintJobDel WPrintJobPause WPrintJobContinue WPrintDestEnum
  WPrintDestGetInfo WPrintDestControl NetProfileSave NetProfileLoad NetStatisticsGet NetStatisticsClear
  NetRemoteTOD WNetBiosEnum WNetBiosGetInfo NetServerEnum I_NetServerEnum NetServiceGetInfo 67:
  WPrintQPurge NetServerEnum2 NetAccessGetUserPerms NetGroupGetInfo NetGroupSetInfo NetGroupSetUsers
  NetUserSetGroups NetUserModalsGet NetUserModalsSet NetFileEnum2 NetUserAdd2 NetUserSetInfo2
  SetUserPassword I_NetServerEnum2 NetConfigGet2 NetConfigGetAll2 NetGetDCName NetHandleGetInfo
  NetHandleSetInfo NetStatisticsGet2 WBuildGetInfo NetFileGetInfo2 NetFileClose2 NetServerReqChallenge
  NetServerAuthenticate NetServerPasswordSet WNetAccountDeltas WNetAccountSync NetUserEnum2
  NetWkstaUserLogon NetWkstaUserLogoff NetLogonEnum NetErrorLogRead I_NetPathType I_NetPathCanonicalize
  I_NetPathCompare I_NetNameValidate I_NetNameCanonicalize I_NetNameCompare NetAuditRead WPrintDestAdd
  WPrintDestSetInfo WPrintDestDel NetUserValidate2 WPrintJobSetInfo TI_NetServerDiskEnum
  TI_NetServerDiskGetInfo TI_FTVerifyMirror TI_FTAbortVerify TI_FTGetInfo TI_FTSetInfo TI_FTLockDisk
  TI_FTFixError TI_FTAbortFix TI_FTDiagnoseError TI_FTGetDriveStats a0: TI_FTErrorGetInfo a3:
  NetAccessCheck NetAlertRaise NetAlertStart NetAlertStop NetAuditWrite NetIRemoteAPI NetServiceStatus
  I_NetServerRegister I_NetServerDeregister I_NetSessionEntryMake I_NetSessionEntryClear
  I_NetSessionEntryGetInfo I_NetSessionEntrySetInfo I_NetConnectionEntryMake I_NetConnectionEntryClear
  I_NetConnectionEntrySetInfo I_NetConnectionEntryGetInfo I_NetFileEntryMake I_NetFileEntryClear
  I_NetFileEntrySetInfo I_NetFileEntryGetInfo AltSrvMessageBufferSend AltSrvMessageFileSend
  wI_NetRplWkstaEnum wI_NetRplWkstaGetInfo wI_NetRplWkstaSetInfo wI_NetRplWkstaAdd wI_NetRplWkstaDel
  wI_NetRplProfileEnum wI_NetRplProfileGetInfo wI_NetRplProfileSetInfo wI_NetRplProfileAdd
  wI_NetRplProfileDel wI_NetRplProfileClone wI_NetRplBaseProfileEnum c9: WIServerSetInfo cd:
  WPrintDriverEnum WPrintQProcessorEnum WPrintPortEnum WNetWriteUpdateLog WNetAccountUpdate
  WNetAccountConfirmUpdate NetConfigSet WAccountsReplicate d6: SamOEMChangePassword NetServerEnum3 fa:
  WPrintDriverGetInfo WPrintDriverSetInfo NetAliasAdd NetAliasDel NetAliasGetInfo NetAliasSetInfo
  NetAliasEnum NetUserGetLogonAsn NetUserSetLogonAsn NetUserGetAppSel NetUserSetAppSel NetAppAdd NetAppDel
  NetAppGetInfo NetAppSetInfo NetAppEnum NetUserDCDBInit NetDASDAdd NetDASDDel NetDASDGetInfo
  NetDASDSetInfo NetDASDEnum NetDASDCheck NetDASDCtl NetUserRemoteLogonCheck NetUserPasswordSet3
  NetCreateRIPLMachine NetDeleteRIPLMachine NetGetRIPLMachineInfo NetSetRIPLMachineInfo NetEnumRIPLMachine
  I_ShareAdd I_AliasEnum NetAccessApply WPrt16Query WPrt16Set NetUserDel100 NetUserRemoteLogonCheck2 126:
  WRemoteTODSet WPrintJobMoveAll W16AppParmAdd W16AppParmDel W16AppParmGet W16AppParmSet
  W16RIPLMachineCreate W16RIPLMachineGetInfo W16RIPLMachineSetInfo W16RIPLMachineEnum
  W16RIPLMachineListParmEnum W16RIPLMachClassGetInfo W16RIPLMachClassEnum W16RIPLMachClassCreate
  W16RIPLMachClassSetInfo W16RIPLMachClassDelete W16RIPLMachClassLPEnum W16RIPLMachineDelete
  W16WSLevelGetInfo NetServerNameAdd NetServerNameDel NetServerNameEnum I_WDASDEnum I_WDASDEnumTerminate
  I_WDASDSetInfo2`,
);

export const errorClassNames: Readonly<Record<number, string>> = {
  0: 'Success',
  1: 'DOS Error',
  2: 'Server Error',
  3: 'Hardware Error',
  4: 'Command Error - Not an SMB format command',
};

/** Codes of class 1 ([MS-CIFS] §2.2.2.4). */
const dosErrors: Readonly<Record<number, string>> = {
  1: 'Invalid function (or system call)',
  2: 'File not found (pathname error)',
  3: 'Directory not found',
  4: 'Too many open files',
  5: 'Access denied',
  6: 'Invalid fid',
  8: 'Out of memory',
  12: 'Invalid open mode',
  15: 'Invalid drive',
  16: 'Attempt to delete current directory',
  17: 'Rename/move across different filesystems',
  18: 'No more files found in file search',
  31: 'General failure',
  32: 'Share mode on file conflict with open mode',
  33: 'Lock request conflicts with existing lock',
  50: 'Request unsupported, returned by Win 95',
  67: 'Requested share does not exist',
  80: 'File in operation already exists',
  87: 'Invalid parameter',
  123: 'Invalid name',
  124: 'Unknown info level',
  158: 'This region is not locked by this locking context.',
  183: 'File already exists',
  230: 'Named pipe invalid',
  231: 'All instances of pipe are busy',
  233: 'No process on other end of named pipe',
  234: 'More data to be returned',
};

export function dosErrorText(kind: number, code: number): string {
  const number = code.toString(16);
  if (kind === 1) return dosErrors[code] ?? `Unknown DOS error (${number})`;
  if (kind === 2) return `Unknown SRV error (${number})`;
  return kind === 3 ? `Unknown HRD error (${number})` : 'Unknown error class!';
}
