// Interfaces and operations in dce_rpc.log: those of which defenders ask, by the names of Microsoft's Open Specifications.

export interface RpcInterface {
  readonly name: string;
  /** In order from 0; `-` is reserved, or not used on the wire. */
  readonly operations: readonly string[];
}

/** The names are taken apart when the first of them is asked for: few captures have more than two interfaces. */
function described(name: string, names = ''): RpcInterface {
  let operations: readonly string[] | undefined;
  return {
    name,
    get operations() {
      operations ??= names.split(/\s+/).filter((each) => each !== '');
      return operations;
    },
  };
}

/** What operations inherit from IUnknown ([MS-DCOM] §3.1.1.5.8). */
const UNKNOWN = 'QueryInterface AddRef Release';

/** By UUID. */
export const rpcInterfaces: Readonly<Record<string, RpcInterface>> = {
  // [C706] §3.2.1
  'e1af8308-5d1f-11c9-91a4-08002b14a0fa': described(
    'epmapper',
    'ept_insert ept_delete ept_lookup ept_map ept_lookup_handle_free ept_inq_object ept_mgmt_delete',
  ),
  // [MS-SAMR] §3.1.5
  '12345778-1234-abcd-ef00-0123456789ac': described(
    'samr',
    `SamrConnect SamrCloseHandle SamrSetSecurityObject SamrQuerySecurityObject SamrShutdownSamServer
    SamrLookupDomainInSamServer SamrEnumerateDomainsInSamServer SamrOpenDomain SamrQueryInformationDomain
    SamrSetInformationDomain SamrCreateGroupInDomain SamrEnumerateGroupsInDomain SamrCreateUserInDomain
    SamrEnumerateUsersInDomain SamrCreateAliasInDomain SamrEnumerateAliasesInDomain SamrGetAliasMembership
    SamrLookupNamesInDomain SamrLookupIdsInDomain SamrOpenGroup SamrQueryInformationGroup SamrSetInformationGroup
    SamrAddMemberToGroup SamrDeleteGroup SamrRemoveMemberFromGroup SamrGetMembersInGroup
    SamrSetMemberAttributesOfGroup SamrOpenAlias SamrQueryInformationAlias SamrSetInformationAlias SamrDeleteAlias
    SamrAddMemberToAlias SamrRemoveMemberFromAlias SamrGetMembersInAlias SamrOpenUser SamrDeleteUser
    SamrQueryInformationUser SamrSetInformationUser SamrChangePasswordUser SamrGetGroupsForUser
    SamrQueryDisplayInformation SamrGetDisplayEnumerationIndex SamrTestPrivateFunctionsDomain
    SamrTestPrivateFunctionsUser SamrGetUserDomainPasswordInformation SamrRemoveMemberFromForeignDomain
    SamrQueryInformationDomain2 SamrQueryInformationUser2 SamrQueryDisplayInformation2
    SamrGetDisplayEnumerationIndex2 SamrCreateUser2InDomain SamrQueryDisplayInformation3
    SamrAddMultipleMembersToAlias SamrRemoveMultipleMembersFromAlias SamrOemChangePasswordUser2
    SamrUnicodeChangePasswordUser2 SamrGetDomainPasswordInformation SamrConnect2 SamrSetInformationUser2
    SamrSetBootKeyInformation SamrGetBootKeyInformation SamrConnect3 SamrConnect4
    SamrUnicodeChangePasswordUser3 SamrConnect5 SamrRidToSid SamrSetDSRMPassword SamrValidatePassword`,
  ),
  // [MS-LSAD] §3.1.4, [MS-LSAT] §3.1.4
  '12345778-1234-abcd-ef00-0123456789ab': described(
    'lsarpc',
    `LsarClose LsarDelete LsarEnumeratePrivileges LsarQuerySecurityObject LsarSetSecurityObject
    LsarChangePassword LsarOpenPolicy LsarQueryInformationPolicy LsarSetInformationPolicy LsarClearAuditLog
    LsarCreateAccount LsarEnumerateAccounts LsarCreateTrustedDomain LsarEnumerateTrustedDomains LsarLookupNames
    LsarLookupSids LsarCreateSecret LsarOpenAccount LsarEnumeratePrivilegesAccount LsarAddPrivilegesToAccount
    LsarRemovePrivilegesFromAccount LsarGetQuotasForAccount LsarSetQuotasForAccount LsarGetSystemAccessAccount
    LsarSetSystemAccessAccount LsarOpenTrustedDomain LsarQueryInfoTrustedDomain LsarSetInformationTrustedDomain
    LsarOpenSecret LsarSetSecret LsarQuerySecret LsarLookupPrivilegeValue LsarLookupPrivilegeName
    LsarLookupPrivilegeDisplayName LsarDeleteObject LsarEnumerateAccountsWithUserRight
    LsarEnumerateAccountRights LsarAddAccountRights LsarRemoveAccountRights LsarQueryTrustedDomainInfo
    LsarSetTrustedDomainInfo LsarDeleteTrustedDomain LsarStorePrivateData LsarRetrievePrivateData
    LsarOpenPolicy2 LsarGetUserName LsarQueryInformationPolicy2 LsarSetInformationPolicy2
    LsarQueryTrustedDomainInfoByName LsarSetTrustedDomainInfoByName LsarEnumerateTrustedDomainsEx
    LsarCreateTrustedDomainEx LsarSetPolicyReplicationHandle LsarQueryDomainInformationPolicy
    LsarSetDomainInformationPolicy LsarOpenTrustedDomainByName LsarTestCall LsarLookupSids2 LsarLookupNames2
    LsarCreateTrustedDomainEx2 CredrWrite CredrRead CredrEnumerate CredrWriteDomainCredentials
    CredrReadDomainCredentials CredrDelete CredrGetTargetInfo CredrProfileLoaded LsarLookupNames3
    CredrGetSessionTypes LsarRegisterAuditEvent LsarGenAuditEvent LsarUnregisterAuditEvent
    LsarQueryForestTrustInformation LsarSetForestTrustInformation CredrRename LsarLookupSids3 LsarLookupNames4`,
  ),
  // [MS-NRPC] §3.5.4
  '12345678-1234-abcd-ef00-01234567cffb': described(
    'netlogon',
    `NetrLogonUasLogon NetrLogonUasLogoff NetrLogonSamLogon NetrLogonSamLogoff NetrServerReqChallenge
    NetrServerAuthenticate NetrServerPasswordSet NetrDatabaseDeltas NetrDatabaseSync NetrAccountDeltas
    NetrAccountSync NetrGetDCName NetrLogonControl NetrGetAnyDCName NetrLogonControl2 NetrServerAuthenticate2
    NetrDatabaseSync2 NetrDatabaseRedo NetrLogonControl2Ex NetrEnumerateTrustedDomains DsrGetDcName
    NetrLogonGetCapabilities NetrLogonSetServiceBits NetrLogonGetTrustRid NetrLogonComputeServerDigest
    NetrLogonComputeClientDigest NetrServerAuthenticate3 DsrGetDcNameEx DsrGetSiteName NetrLogonGetDomainInfo
    NetrServerPasswordSet2 NetrServerPasswordGet NetrLogonSendToSam DsrAddressToSiteNamesW DsrGetDcNameEx2
    NetrLogonGetTimeServiceParentDomain NetrEnumerateTrustedDomainsEx DsrAddressToSiteNamesExW
    DsrGetDcSiteCoverageW NetrLogonSamLogonEx DsrEnumerateDomainTrusts DsrDeregisterDnsHostRecords
    NetrServerTrustPasswordsGet DsrGetForestTrustInformation NetrGetForestTrustInformation
    NetrLogonSamLogonWithFlags NetrServerGetTrustInfo`,
  ),
  // [MS-DRSR] §4.1
  'e3514235-4b06-11d1-ab04-00c04fc2dcd2': described(
    'drsuapi',
    `DRSBind DRSUnbind DRSReplicaSync DRSGetNCChanges DRSUpdateRefs DRSReplicaAdd DRSReplicaDel
    DRSReplicaModify DRSVerifyNames DRSGetMemberships DRSInterDomainMove DRSGetNT4ChangeLog DRSCrackNames
    DRSWriteSPN DRSRemoveDsServer DRSRemoveDsDomain DRSDomainControllerInfo DRSAddEntry DRSExecuteKCC
    DRSGetReplInfo DRSAddSidHistory DRSGetMemberships2 DRSReplicaVerifyObjects DRSGetObjectExistence
    DRSQuerySitesByCost DRSInitDemotion DRSReplicaDemotion DRSFinishDemotion DRSAddCloneDC`,
  ),
  // [MS-SCMR] §3.1.4
  '367abb81-9844-35f1-ad32-98f038001003': described(
    'svcctl',
    `CloseServiceHandle ControlService DeleteService LockServiceDatabase QueryServiceObjectSecurity
    SetServiceObjectSecurity QueryServiceStatus SetServiceStatus UnlockServiceDatabase NotifyBootConfigStatus
    ScSetServiceBitsW ChangeServiceConfigW CreateServiceW EnumDependentServicesW EnumServicesStatusW
    OpenSCManagerW OpenServiceW QueryServiceConfigW QueryServiceLockStatusW StartServiceW
    GetServiceDisplayNameW GetServiceKeyNameW ScSetServiceBitsA ChangeServiceConfigA CreateServiceA
    EnumDependentServicesA EnumServicesStatusA OpenSCManagerA OpenServiceA QueryServiceConfigA
    QueryServiceLockStatusA StartServiceA GetServiceDisplayNameA GetServiceKeyNameA ScGetCurrentGroupStateW
    EnumServiceGroupW ChangeServiceConfig2A ChangeServiceConfig2W QueryServiceConfig2A QueryServiceConfig2W
    QueryServiceStatusEx EnumServicesStatusExA EnumServicesStatusExW ScSendTSMessage CreateServiceWOW64A
    CreateServiceWOW64W ScQueryServiceTagInfo NotifyServiceStatusChange GetNotifyResults
    CloseNotifyHandle ControlServiceExA ControlServiceExW`,
  ),
  // [MS-TSCH] §3.2.5
  '86d35949-83c9-4044-b424-db363231fd0c': described(
    'ITaskSchedulerService',
    `SchRpcHighestVersion SchRpcRegisterTask SchRpcRetrieveTask SchRpcCreateFolder SchRpcSetSecurity
    SchRpcGetSecurity SchRpcEnumFolder SchRpcEnumTasks SchRpcEnumInstances SchRpcGetInstanceInfo
    SchRpcStopInstance SchRpcStop SchRpcRun SchRpcDelete SchRpcRename SchRpcScheduledRuntimes
    SchRpcGetLastRunInfo SchRpcGetTaskInfo SchRpcGetNumberOfMissedRuns SchRpcEnableTask`,
  ),
  '1ff70682-0a51-30e8-076d-740be8cee98b': described(
    'atsvc',
    'NetrJobAdd NetrJobDel NetrJobEnum NetrJobGetInfo',
  ),
  '378e52b0-c0a9-11cf-822d-00aa0051e40f': described(
    'sasec',
    'SASetAccountInformation SASetNSAccountInformation SAGetNSAccountInformation SAGetAccountInformation',
  ),
  // [MS-SRVS] §3.1.4
  '4b324fc8-1670-01d3-1278-5a47bf6ee188': described(
    'srvsvc',
    `NetrCharDevEnum NetrCharDevGetInfo NetrCharDevControl NetrCharDevQEnum NetrCharDevQGetInfo
    NetrCharDevQSetInfo NetrCharDevQPurge NetrCharDevQPurgeSelf NetrConnectionEnum NetrFileEnum
    NetrFileGetInfo NetrFileClose NetrSessionEnum NetrSessionDel NetrShareAdd NetrShareEnum NetrShareGetInfo
    NetrShareSetInfo NetrShareDel NetrShareDelSticky NetrShareCheck NetrServerGetInfo NetrServerSetInfo
    NetrServerDiskEnum NetrServerStatisticsGet NetrServerTransportAdd NetrServerTransportEnum
    NetrServerTransportDel NetrRemoteTOD NetrServerSetServiceBits NetprPathType NetprPathCanonicalize
    NetprPathCompare NetprNameValidate NetprNameCanonicalize NetprNameCompare NetrShareEnumSticky
    NetrShareDelStart NetrShareDelCommit NetrpGetFileSecurity NetrpSetFileSecurity NetrServerTransportAddEx
    NetrServerSetServiceBitsEx NetrDfsGetVersion NetrDfsCreateLocalPartition NetrDfsDeleteLocalPartition
    NetrDfsSetLocalVolumeState NetrDfsSetServerInfo NetrDfsCreateExitPoint NetrDfsDeleteExitPoint
    NetrDfsModifyPrefix NetrDfsFixLocalVolume NetrDfsManagerReportSiteInfo NetrServerTransportDelEx
    NetrServerAliasAdd NetrServerAliasEnum NetrServerAliasDel NetrShareDelEx`,
  ),
  // [MS-WKST] §3.2.4
  '6bffd098-a112-3610-9833-46c3f87e345a': described(
    'wkssvc',
    `NetrWkstaGetInfo NetrWkstaSetInfo NetrWkstaUserEnum NetrWkstaUserGetInfo NetrWkstaUserSetInfo
    NetrWkstaTransportEnum NetrWkstaTransportAdd NetrWkstaTransportDel NetrUseAdd NetrUseGetInfo NetrUseDel
    NetrUseEnum NetrMessageBufferSend NetrWorkstationStatisticsGet NetrLogonDomainNameAdd
    NetrLogonDomainNameDel NetrJoinDomain NetrUnjoinDomain NetrRenameMachineInDomain NetrValidateName
    NetrGetJoinInformation NetrGetJoinableOUs NetrJoinDomain2 NetrUnjoinDomain2 NetrRenameMachineInDomain2
    NetrValidateName2 NetrGetJoinableOUs2 NetrAddAlternateComputerName NetrRemoveAlternateComputerName
    NetrSetPrimaryComputerName NetrEnumerateComputerNames`,
  ),
  // [MS-RRP] §3.1.5
  '338cd001-2244-31f1-aaaa-900038001003': described(
    'winreg',
    `OpenClassesRoot OpenCurrentUser OpenLocalMachine OpenPerformanceData OpenUsers BaseRegCloseKey
    BaseRegCreateKey BaseRegDeleteKey BaseRegDeleteValue BaseRegEnumKey BaseRegEnumValue BaseRegFlushKey
    BaseRegGetKeySecurity BaseRegLoadKey BaseRegNotifyChangeKeyValue BaseRegOpenKey BaseRegQueryInfoKey
    BaseRegQueryValue BaseRegReplaceKey BaseRegRestoreKey BaseRegSaveKey BaseRegSetKeySecurity
    BaseRegSetValue BaseRegUnLoadKey BaseInitiateSystemShutdown BaseAbortSystemShutdown BaseRegGetVersion
    OpenCurrentConfig OpenDynData BaseRegQueryMultipleValues BaseInitiateSystemShutdownEx BaseRegSaveKeyEx
    OpenPerformanceText OpenPerformanceNlsText BaseRegQueryMultipleValues2 BaseRegDeleteKeyEx`,
  ),
  // [MS-EFSR] §3.1.4, over either of two pipes
  'c681d488-d850-11d0-8c52-00c04fd90f7e': described('efsrpc', efsOperations()),
  'df1941c5-fe89-4e79-bf10-463657acf44d': described('efsrpc', efsOperations()),
  // [MS-DCOM] §3.1.2.5
  '99fcfec4-5260-101b-bbcb-00aa0021347a': described(
    'IObjectExporter',
    'ResolveOxid SimplePing ComplexPing ServerAlive ResolveOxid2 ServerAlive2',
  ),
  '4d9f4ab8-7d1c-11cf-861e-0020af6e7c57': described('IActivation', 'RemoteActivation'),
  '000001a0-0000-0000-c000-000000000046': described(
    'IRemoteSCMActivator',
    '- - - RemoteGetClassObject RemoteCreateInstance',
  ),
  '00000131-0000-0000-c000-000000000046': described(
    'IRemUnknown',
    `${UNKNOWN} RemQueryInterface RemAddRef RemRelease`,
  ),
  '00000143-0000-0000-c000-000000000046': described(
    'IRemUnknown2',
    `${UNKNOWN} RemQueryInterface RemAddRef RemRelease RemQueryInterface2`,
  ),
  // [MS-WMI] §3.1.4
  '9556dc99-828c-11cf-a37e-00aa003240c7': described(
    'IWbemServices',
    `${UNKNOWN} OpenNamespace CancelAsyncCall QueryObjectSink GetObject GetObjectAsync PutClass PutClassAsync
    DeleteClass DeleteClassAsync CreateClassEnum CreateClassEnumAsync PutInstance PutInstanceAsync
    DeleteInstance DeleteInstanceAsync CreateInstanceEnum CreateInstanceEnumAsync ExecQuery ExecQueryAsync
    ExecNotificationQuery ExecNotificationQueryAsync ExecMethod ExecMethodAsync`,
  ),
  'f309ad18-d86a-11d0-a075-00c04fb68820': described(
    'IWbemLevel1Login',
    `${UNKNOWN} EstablishPosition RequestChallenge WBEMLogin NTLMLogin`,
  ),
  // [MS-OXNSPI] §3.1.4, [MS-OXCRPC] §3.1.4 and its forerunners
  'f5cc5a18-4264-101a-8c59-08002b2f8426': described(
    'nspi',
    `NspiBind NspiUnbind NspiUpdateStat NspiQueryRows NspiSeekEntries NspiGetMatches NspiResortRestriction
    NspiDNToEph NspiGetPropList NspiGetProps NspiCompareDNTs NspiModProps NspiGetHierarchyInfo
    NspiGetTemplateInfo NspiModLinkAtt NspiDeleteEntries NspiQueryColumns NspiGetNamesFromIDs
    NspiGetIDsFromNames NspiResolveNames NspiResolveNamesW`,
  ),
  'a4f1db00-ca47-1067-b31f-00dd010662da': described(
    'exchange_mapi',
    `EcDoConnect EcDoDisconnect EcDoRpc EcGetMoreRpc EcRRegisterPushNotification EcRUnregisterPushNotification
    EcDummyRpc EcRGetDCName EcRNetGetDCName EcDoRpcExt EcDoConnectEx EcDoRpcExt2 EcUnknown0xC EcUnknown0xD
    EcDoAsyncConnectEx`,
  ),
  '1544f5e0-613c-11d1-93df-00c04fd7bd09': described('exchange_rfr', 'RfrGetNewDSA RfrGetFQDNFromLegacyDN'),
  // Known by name only here; operations are called as in Wireshark.
  '12345678-1234-abcd-ef00-0123456789ab': described('spoolss'),
  '76f03f96-cdfd-44fc-a22c-64950a001209': described('IRemoteWinspool'),
  'f5cc59b4-4264-101a-8c59-08002b2f8426': described('FrsRpc'),
  '4fc742e0-4a10-11cf-8273-00aa004ae673': described('netdfs'),
  '82273fdc-e32a-18c3-3f78-827929dc23ea': described('eventlog'),
  '50abc2a4-574d-40b3-9d66-ee4fd5fba076': described('dnsserver'),
  '3919286a-b10c-11d0-9ba8-00c04fd92ef5': described('dssetup'),
  '894de0c0-0d55-11d3-a322-00c04fa321a1': described('InitShutdown'),
  '8d9f4e40-a03d-11ce-8f69-08003e30051b': described('pnp'),
  '6bffd098-a112-3610-9833-012892020162': described('browser'),
  'afa8bd80-7d8a-11c9-bef4-08002b102989': described('mgmt'),
  '3dde7c30-165d-11d1-ab8f-00805f14db40': described('BackupKey', 'bkrp_BackupKey'),
};

function efsOperations(): string {
  return `EfsRpcOpenFileRaw EfsRpcReadFileRaw EfsRpcWriteFileRaw EfsRpcCloseRaw EfsRpcEncryptFileSrv
    EfsRpcDecryptFileSrv EfsRpcQueryUsersOnFile EfsRpcQueryRecoveryAgents EfsRpcRemoveUsersFromFile
    EfsRpcAddUsersToFile - EfsRpcNotSupported EfsRpcFileKeyInfo EfsRpcDuplicateEncryptionInfoFile -
    EfsRpcAddUsersToFileEx EfsRpcFileKeyInfoEx - EfsRpcGetEncryptedFileMetadata
    EfsRpcSetEncryptedFileMetadata EfsRpcFlushEfsCache EfsRpcEncryptFileExSrv EfsRpcQueryProtectors`;
}

/** Operations that are frequent and of little interest, which are not logged; by interface. */
export const dullOperations: Readonly<Record<string, readonly string[]>> = {
  winreg: [
    ...['BaseRegCloseKey', 'BaseRegGetVersion', 'BaseRegOpenKey', 'BaseRegQueryValue', 'BaseRegDeleteKeyEx'],
    ...['OpenLocalMachine', 'BaseRegEnumKey', 'OpenClassesRoot'],
  ],
  spoolss: ['OpenPrinter', 'ClosePrinter'],
  wkssvc: ['NetrWkstaGetInfo'],
};
