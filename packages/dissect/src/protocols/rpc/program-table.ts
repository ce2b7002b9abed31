// Known ONC RPC programs: number, Wireshark's names, and procedures by version, as runs (see names/runs.ts).

export interface ProgramRow {
  readonly number: number;
  readonly name: string;
  readonly column: string;
  readonly title: string;
  readonly procedures: Readonly<Record<number, string>>;
}

export const programTable: readonly ProgramRow[] = [
  {
    number: 2112,
    name: 'kadm5',
    column: 'KADM5',
    title: 'Kerberos Administration',
    procedures: {
      2: `0: NULL CREATE_PRINCIPAL DELETE_PRINCIPAL MODIFY_PRINCIPAL RENAME_PRINCIPAL GET_PRINCIPAL
        CHPASS_PRINCIPAL CHRAND_PRINCIPAL CREATE_POLICY DELETE_POLICY MODIFY_POLICY GET_POLICY GET_PRIVS
        INIT GET_PRINCS GET_POLS SETKEY_PRINCIPAL SETV4KEY_PRINCIPAL CREATE_PRINCIPAL3 CHPASS_PRINCIPAL3
        CHRAND_PRINCIPAL3 SETKEY_PRINCIPAL3`,
    },
  },
  {
    number: 100000,
    name: 'portmap',
    column: 'Portmap',
    title: 'Portmap',
    procedures: {
      1: `0: NULL SET UNSET GETPORT DUMP CALLIT`,
      2: `0: NULL SET UNSET GETPORT DUMP CALLIT`,
      3: `0: NULL SET UNSET GETADDR DUMP CALLIT GETTIME UADDR2TADDR TADDR2UADDR`,
      4: `0: NULL SET UNSET GETADDR DUMP BCAST GETTIME UADDR2TADDR TADDR2UADDR GETVERSADDR INDIRECT
        GETADDRLIST GETSTAT`,
    },
  },
  {
    number: 100001,
    name: 'rstat',
    column: 'RSTAT',
    title: 'RSTAT',
    procedures: {
      1: `0: NULL STATS HAVEDISK`,
      2: `0: NULL STATS HAVEDISK`,
      3: `0: NULL STATS HAVEDISK`,
      4: `0: NULL STATS HAVEDISK`,
    },
  },
  {
    number: 100003,
    name: 'nfs',
    column: 'NFS',
    title: 'Network File System',
    procedures: {
      2: `0: NULL GETATTR SETATTR ROOT LOOKUP READLINK READ WRITECACHE WRITE CREATE REMOVE RENAME LINK
        SYMLINK MKDIR RMDIR READDIR STATFS`,
      3: `0: NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR
        RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT`,
      4: `0: NULL COMPOUND`,
    },
  },
  {
    number: 100004,
    name: 'ypserv',
    column: 'YPSERV',
    title: 'Yellow Pages Service',
    procedures: {
      1: `0: NULL DOMAIN DOMAIN_NONACK MATCH FIRST NEXT XFR CLEAR ALL MASTER ORDER MAPLIST`,
      2: `0: NULL DOMAIN DOMAIN_NONACK MATCH FIRST NEXT XFR CLEAR ALL MASTER ORDER MAPLIST`,
    },
  },
  {
    number: 100005,
    name: 'mount',
    column: 'MOUNT',
    title: 'Mount Service',
    procedures: {
      1: `0: NULL MNT DUMP UMNT UMNTALL EXPORT EXPORTALL`,
      2: `0: NULL MNT DUMP UMNT UMNTALL EXPORT EXPORTALL PATHCONF`,
      3: `0: NULL MNT DUMP UMNT UMNTALL EXPORT`,
    },
  },
  {
    number: 100007,
    name: 'ypbind',
    column: 'YPBIND',
    title: 'Yellow Pages Bind',
    procedures: {
      1: `0: NULL DOMAIN SETDOMAIN`,
      2: `0: NULL DOMAIN SETDOMAIN`,
    },
  },
  {
    number: 100008,
    name: 'rwall',
    column: 'RWALL',
    title: 'Remote Wall protocol',
    procedures: {
      1: `2: RWALL`,
    },
  },
  {
    number: 100009,
    name: 'yppasswd',
    column: 'YPPASSWD',
    title: 'Yellow Pages Passwd',
    procedures: {
      1: `0: NULL UPDATE`,
    },
  },
  {
    number: 100011,
    name: 'rquota',
    column: 'RQUOTA',
    title: 'Remote Quota',
    procedures: {
      1: `0: NULL GETQUOTA GETACTIVEQUOTA`,
      2: `0: NULL GETQUOTA GETACTIVEQUOTA`,
    },
  },
  {
    number: 100012,
    name: 'spray',
    column: 'SPRAY',
    title: 'SPRAY',
    procedures: {
      1: `0: NULL SPRAY GET CLEAR`,
    },
  },
  {
    number: 100020,
    name: 'klm',
    column: 'KLM',
    title: 'Kernel Lock Manager',
    procedures: {
      1: `1: TEST LOCK CANCEL UNLOCK`,
    },
  },
  {
    number: 100021,
    name: 'nlm',
    column: 'NLM',
    title: 'Network Lock Manager Protocol',
    procedures: {
      1: `0: NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG
        TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES`,
      2: `0: NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG
        TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES`,
      3: `0: NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG
        TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES 14: SHARE UNSHARE NM_LOCK FREE_ALL`,
      4: `0: NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG
        TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES 14: SHARE UNSHARE NM_LOCK FREE_ALL`,
    },
  },
  {
    number: 100024,
    name: 'stat',
    column: 'STAT',
    title: 'Network Status Monitor Protocol',
    procedures: {
      1: `0: NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY`,
    },
  },
  {
    number: 100026,
    name: 'bootparams',
    column: 'BOOTPARAMS',
    title: 'Boot Parameters',
    procedures: {
      1: `0: NULL WHOAMI GETFILE`,
    },
  },
  {
    number: 100069,
    name: 'ypxfr',
    column: 'YPXFR',
    title: 'Yellow Pages Transfer',
    procedures: {
      1: `0: NULL GETMAP`,
    },
  },
  {
    number: 100227,
    name: 'nfsacl',
    column: 'NFSACL',
    title: 'NFSACL',
    procedures: {
      1: `0: NULL`,
      2: `0: NULL GETACL SETACL GETATTR ACCESS GETXATTRDIR`,
      3: `0: NULL GETACL SETACL GETXATTRDIR`,
    },
  },
  {
    number: 100231,
    name: 'nfsauth',
    column: 'NFSAUTH',
    title: 'NFSAUTH',
    procedures: {
      1: `0: NULL ACCESS`,
    },
  },
  {
    number: 100232,
    name: 'sadmind',
    column: 'SADMIND',
    title: 'SADMIND',
    procedures: {
      1: `0: NULL`,
      2: `0: NULL`,
      3: `0: NULL`,
    },
  },
  {
    number: 100300,
    name: 'nisplus',
    column: 'NIS+',
    title: 'NIS+',
    procedures: {
      3: `0: NULL LOOKUP ADD MODIFY REMOVE IBLIST IBADD IBMODIFY IBREMOVE IBFIRST IBNEXT c: FINDDIRECTORY e:
        STATUS DUMPLOG DUMP CALLBACK CPTIME CHECKPOINT PING SERVSTATE MKDIR RMDIR UPDKEYS`,
    },
  },
  {
    number: 100302,
    name: 'nispluscb',
    column: 'NIS+ CB',
    title: 'NIS+ Callback',
    procedures: {
      1: `0: NULL RECEIVE FINISH ERROR`,
    },
  },
  {
    number: 150001,
    name: 'pcnfsd',
    column: 'PCNFSD',
    title: 'PC NFS',
    procedures: {
      1: `0: NULL AUTH PR_INIT PR_START`,
      2: `0: NULL INFO PR_INIT PR_START PR_LIST PR_QUEUE PR_STATUS PR_CANCEL PR_ADMIN PR_REQUEUE PR_HOLD
        PR_RELEASE MAPID AUTH ALERT`,
    },
  },
  {
    number: 200048,
    name: 'statnotify',
    column: 'STAT-CB',
    title: 'Network Status Monitor CallBack Protocol',
    procedures: {
      1: `0: NULL MON-CALLBACK`,
    },
  },
  {
    number: 390512,
    name: 'clearcase',
    column: 'CLEARCASE',
    title: 'Clearcase NFS',
    procedures: {
      3: `0: NULL`,
    },
  },
  {
    number: 391004,
    name: 'sgimount',
    column: 'SGI MOUNT',
    title: 'SGI Mount Service',
    procedures: {
      1: `0: NULL MNT DUMP UMNT UMNTALL EXPORT EXPORTALL 63: EXPORTLIST STATVFS`,
    },
  },
  {
    number: 395183,
    name: 'vxi11_core',
    column: 'VXI-11 Core',
    title: 'VXI-11 Core Protocol',
    procedures: {
      1: `0: NULL a: CREATE_LINK DEVICE_WRITE DEVICE_READ DEVICE_READSTB DEVICE_TRIGGER DEVICE_CLEAR
        DEVICE_REMOTE DEVICE_LOCAL DEVICE_LOCK DEVICE_UNLOCK DEVICE_ENABLE_SRQ 16: DEVICE_DOCMD
        DESTROY_LINK 19: CREATE_INTR_CHAN DESTROY_INTR_CHAN`,
    },
  },
  {
    number: 395184,
    name: 'vxi11_async',
    column: 'VXI-11 Async',
    title: 'VXI-11 Asynchronous Abort',
    procedures: {
      1: `0: NULL DEVICE_ABORT`,
    },
  },
  {
    number: 395185,
    name: 'vxi11_intr',
    column: 'VXI-11 Intr',
    title: 'VXI-11 Interrupt',
    procedures: {
      1: `0: NULL 1e: DEVICE_INTR_SRQ`,
    },
  },
  {
    number: 1001911,
    name: 'fmp',
    column: 'FMP',
    title: 'File Mapping Protocol',
    procedures: {
      3: `0: NULL SessionCreate HeartBeat Mount Open Close OpenGetMap OpenAllocSpace GetMap AllocSpace Flush
        CancelReq PlugIn SessionTerminate SessionCreateEx ReportClientError Get~Attribute
        Open~Get~Attribute Flush~Get~Attribute OpenGetMapEx OpenAllocSpaceEx GetMapEx AllocSpaceEx
        FMP_FlushEx FlushGetAttrEx GetVolumeInfo`,
    },
  },
  {
    number: 1001912,
    name: 'fmp_notify',
    column: 'FMP/NOTIFY',
    title: 'File Mapping Protocol Notify',
    procedures: {
      2: `0: NULL DownGrade RevokeList RevokeAll FileSetEof RequestDone volFreeze revokeHandleList`,
    },
  },
  {
    number: 1238433,
    name: 'glusterd.mgmt',
    column: 'GlusterD Management',
    title: 'Gluster Daemon Management',
    procedures: {
      1: `0: NULL PROBE_QUERY FRIEND_ADD CLUSTER_LOCK CLUSTER_UNLOCK STAGE_OP COMMIT_OP FRIEND_REMOVE
        FRIEND_UPDATE CLI_PROBE CLI_DEPROBE CLI_LIST_FRIENDS CLI_CREATE_VOLUME CLI_GET_VOLUME
        CLI_DELETE_VOLUME CLI_START_VOLUME CLI_STOP_VOLUME CLI_RENAME_VOLUME CLI_DEFRAG_VOLUME
        CLI_DEFRAG_VOLUME CLI_ADD_BRICK CLI_REMOVE_BRICK CLI_REPLACE_BRICK CLI_LOG_FILENAME CLI_LOG_LOCATE
        CLI_LOG_ROTATE CLI_SYNC_VOLUME CLI_RESET_VOLUME CLI_FSM_LOG CLI_GSYNC_SET CLI_PROFILE_VOLUME
        BRICK_OP CLI_LOG_LEVEL CLI_STATUS_VOLUME`,
      2: `0: NULL CLUSTER_LOCK CLUSTER_UNLOCK STAGE_OP COMMIT_OP`,
      3: `0: NULL LOCK PRE_VALIDATE BRICK_OP COMMIT POST_VALIDATE UNLOCK`,
    },
  },
  {
    number: 1238437,
    name: 'glusterd.friend',
    column: 'GlusterD Friend',
    title: 'Gluster Daemon Friend Operations',
    procedures: {
      2: `0: NULL PROBE_QUERY ADD REMOVE UPDATE`,
    },
  },
  {
    number: 1238463,
    name: 'gluster.cli',
    column: 'Gluster CLI',
    title: 'Gluster CLI',
    procedures: {
      1: `0: NULL PROBE DEPROBE LIST_FRIENDS CREATE_VOLUME GET_VOLUME GET_NEXT_VOLUME DELETE_VOLUME
        START_VOLUME STOP_VOLUME RENAME_VOLUME DEFRAG_VOLUME SET_VOLUME ADD_BRICK REMOVE_BRICK
        REPLACE_BRICK LOG_FILENAME LOG_LOCATE LOG_ROTATE GETSPEC PMAP_PORTBYBRICK SYNC_VOLUME RESET_VOLUME
        FSM_LOG GSYNC_SET PROFILE_VOLUME QUOTA TOP_VOLUME GETWD LOG_LEVEL STATUS_VOLUME MOUNT UMOUNT
        HEAL_VOLUME STATEDUMP_VOLUME`,
      2: `0: NULL PROBE DEPROBE LIST_FRIENDS CREATE_VOLUME GET_VOLUME GET_NEXT_VOLUME DELETE_VOLUME
        START_VOLUME STOP_VOLUME RENAME_VOLUME DEFRAG_VOLUME SET_VOLUME ADD_BRICK REMOVE_BRICK
        REPLACE_BRICK LOG_ROTATE GETSPEC PMAP_PORTBYBRICK SYNC_VOLUME RESET_VOLUME FSM_LOG GSYNC_SET
        PROFILE_VOLUME QUOTA TOP_VOLUME GETWD STATUS_VOLUME STATUS_ALL MOUNT UMOUNT HEAL_VOLUME
        STATEDUMP_VOLUME LIST_VOLUME CLRLOCKS_VOLUME`,
    },
  },
  {
    number: 1298437,
    name: 'glusterfs',
    column: 'GlusterFS',
    title: 'GlusterFS',
    procedures: {
      310: `0: NULL STAT READLINK MKNOD MKDIR UNLINK RMDIR SYMLINK RENAME LINK TRUNCATE OPEN READ WRITE STATFS
        FLUSH FSYNC SETXATTR GETXATTR REMOVEXATTR OPENDIR FSYNCDIR ACCESS CREATE FTRUNCATE FSTAT LK LOOKUP
        READDIR INODELK FINODELK ENTRYLK FENTRYLK XATTROP FXATTROP FGETXATTR FSETXATTR RCHECKSUM SETATTR
        FSETATTR READDIRP RELEASE RELEASEDIR`,
      330: `0: NULL STAT READLINK MKNOD MKDIR UNLINK RMDIR SYMLINK RENAME LINK TRUNCATE OPEN READ WRITE STATFS
        FLUSH FSYNC SETXATTR GETXATTR REMOVEXATTR OPENDIR FSYNCDIR ACCESS CREATE FTRUNCATE FSTAT LK LOOKUP
        READDIR INODELK FINODELK ENTRYLK FENTRYLK XATTROP FXATTROP FGETXATTR FSETXATTR RCHECKSUM SETATTR
        FSETATTR READDIRP RELEASE RELEASEDIR FREMOVEXATTR FALLOCATE DISCARD ZEROFILL SEEK`,
      400: `0: NULL STAT READLINK MKNOD MKDIR UNLINK RMDIR SYMLINK RENAME LINK TRUNCATE OPEN READ WRITE STATFS
        FLUSH FSYNC SETXATTR GETXATTR REMOVEXATTR OPENDIR FSYNCDIR ACCESS CREATE FTRUNCATE FSTAT LK LOOKUP
        READDIR INODELK FINODELK ENTRYLK FENTRYLK XATTROP FXATTROP FGETXATTR FSETXATTR RCHECKSUM SETATTR
        FSETATTR READDIRP RELEASE RELEASEDIR FREMOVEXATTR FALLOCATE DISCARD ZEROFILL SEEK`,
    },
  },
  {
    number: 4867634,
    name: 'glusterd.brick',
    column: 'GlusterD Brick',
    title: 'Gluster Daemon Brick Operations',
    procedures: {
      2: `0: NULL TERMINATE XLATOR_INFO XLATOR_OP STATUS OP XLATOR_DEFRAG NODE_PROFILE NODE_STATUS`,
    },
  },
  {
    number: 14398633,
    name: 'glusterfs.hndsk',
    column: 'GlusterFS Handshake',
    title: 'GlusterFS Handshake',
    procedures: {
      1: `0: NULL SETVOLUME GETSPEC PING`,
      2: `0: NULL SETVOLUME GETSPEC PING LOCK~VERSION EVENTNOTIFY GETVOLUMEINFO`,
    },
  },
  {
    number: 34123456,
    name: 'gluster.pmap',
    column: 'Gluster Portmap',
    title: 'Gluster Portmap',
    procedures: {
      1: `0: NULL PORTBYBRICK BRICKBYPORT SIGNIN SIGNOUT SIGNUP`,
    },
  },
  {
    number: 52743234,
    name: 'glusterfs.cbk',
    column: 'GlusterFS Callback',
    title: 'GlusterFS Callback',
    procedures: {
      1: `0: NULL FETCHSPEC INO_FLUSH EVENTNOTIFY GETSNAPS CACHE_INVALIDATION`,
    },
  },
  {
    number: 123451501,
    name: 'gluster.dump',
    column: 'Gluster Dump',
    title: 'Gluster Dump',
    procedures: {
      1: `0: NULL DUMP`,
    },
  },
  {
    number: 541065268,
    name: 'teklink',
    column: 'TEKLINK',
    title: 'TEKLINK',
    procedures: {
      1: `1: TLAFrameOpen TLAFrameClose GetSoftwareVersion GetInfo VtcIdent 7: VtcOutEn VtcMap VtcOutSetup
        VtcClk VtcMode VtcRes VtcHardRes VtcSigStatAll 14: VtlZMode VtlSpinBits 41: Unknown~(65)`,
    },
  },
  {
    number: 788585389,
    name: 'hclnfsd',
    column: 'HCLNFSD',
    title: 'Hummingbird NFS Daemon',
    procedures: {
      1: `0: NULL SPOOL_INQUIRE SPOOL_FILE AUTHORIZE GRP_NAME_TO_NUMB GRP_TO_NUMBER RETURN_HOST UID_TO_NAME
        NAME_TO_UID 14: SHARE UNSHARE LOCK REMOVE UNLOCK 1e: GET_PRINTERS GET_PRINTQ CANCEL_PRJOB 69:
        ZAP_LOCKS`,
    },
  },
  {
    number: 1073741824,
    name: 'nfs.cb',
    column: 'NFS CB',
    title: 'Network File System CB',
    procedures: {
      1: `0: CB_NULL CB_COMPOUND`,
      4: `0: CB_NULL CB_COMPOUND`,
    },
  },
];
