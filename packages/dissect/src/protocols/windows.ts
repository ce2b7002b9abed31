// Registration of the protocols of Windows networks, and of authentication protocols.
import { gssapi } from './auth/gssapi.ts';
import { krb5Token } from './auth/krb5-token.ts';
import { negoex } from './auth/negoex.ts';
import { ntlmssp } from './auth/ntlmssp.ts';
import { spnego } from './auth/spnego.ts';
import { dcerpc } from './dcerpc/connection.ts';
import { dcerpcDatagram } from './dcerpc/datagram.ts';
import { interfaces } from './dcerpc/interfaces.ts';
import { onAuthentication } from './http/authentication.ts';
import { kerberos, kerberosStream } from './kerberos/kerberos.ts';
import { kpasswd } from './kerberos/kpasswd.ts';
import { cms, pkinit } from './kerberos/pkinit.ts';
import { cldap, ldap } from './ldap/ldap.ts';
import { rpcPrograms } from './rpc/programs.ts';
import { rpc, rpcStream } from './rpc/rpc.ts';
import { nbss } from './smb/nbss.ts';
import { smb } from './smb/smb1.ts';
import { lanman, smbPipe } from './smb/smb1-pipe.ts';
import { smb2 } from './smb/smb2.ts';

onAuthentication('ntlm', ntlmssp);
onAuthentication('negotiate', gssapi);

export const windowsProtocols = [
  nbss,
  smb2,
  smb,
  smbPipe,
  lanman,
  dcerpc,
  dcerpcDatagram,
  ...interfaces,
  gssapi,
  spnego,
  krb5Token,
  negoex,
  ntlmssp,
  kerberos,
  kerberosStream,
  kpasswd,
  cms,
  pkinit,
  ldap,
  cldap,
  rpc,
  rpcStream,
  ...rpcPrograms,
];
