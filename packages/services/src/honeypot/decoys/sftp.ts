// SFTP over the simulated files (draft-ietf-secsh-filexfer-02): enough to browse and to upload.
import ssh2 from 'ssh2';
import type { Files } from '../shell/files.ts';
import { resolvePath } from '../shell/files.ts';
import type { Visit } from '../visit.ts';
import { OPEN_BYTES_MAX, OpenFiles } from './sftp-handles.ts';

const { STATUS_CODE } = ssh2.utils.sftp;
/** Bytes of a read, as in OpenSSH's server. */
const READ_BYTES_MAX = 261_120;
/** Bytes sent in total, over all sessions of a connection: the library buffers what a client does not read. */
const GIVEN_BYTES_MAX = 2 * OPEN_BYTES_MAX;

/** Bytes sent so far by all sessions of a connection. */
export interface GivenBytes {
  bytes: number;
}

export function serveSftp(
  visit: Visit,
  sftp: ssh2.SFTPWrapper,
  files: Files,
  given: GivenBytes = { bytes: 0 },
): void {
  const open = new OpenFiles((growth) => visit.hold(growth));
  sftp.on('REALPATH', (id, path) => {
    const full = absolute(path);
    sftp.name(id, [{ filename: full, longname: full, attrs: {} as ssh2.Attributes }]);
  });
  serveStat(visit, sftp, files);
  serveFolders(sftp, files, open);
  serveFiles(visit, sftp, files, open, given);
  for (const kind of ['SETSTAT', 'FSETSTAT', 'MKDIR', 'REMOVE', 'RMDIR', 'RENAME'] as const) {
    sftp.on(kind, (id: number) => sftp.status(id, STATUS_CODE.OK));
  }
}

function absolute(path: string): string {
  return resolvePath('/root', path, '/root');
}

function serveStat(visit: Visit, sftp: ssh2.SFTPWrapper, files: Files): void {
  const stat = (id: number, path: string) => {
    const full = absolute(path);
    const isFolder = files.isFolder(full);
    if (!isFolder && files.read(full) === null) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    const time = visit.persona.bootedAt;
    sftp.attrs(id, {
      mode: isFolder ? 0o40755 : 0o100644,
      uid: 0,
      gid: 0,
      size: files.size(full),
      atime: time,
      mtime: time,
    });
  };
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
}

function serveFolders(sftp: ssh2.SFTPWrapper, files: Files, open: OpenFiles): void {
  sftp.on('OPENDIR', (id, path) => {
    const full = absolute(path);
    if (files.isFolder(full)) giveHandle(sftp, id, open.add(full, Buffer.alloc(0), false));
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  });
  sftp.on('READDIR', (id, name) => {
    const handle = open.get(name);
    if (handle === undefined || handle.isListed) return sftp.status(id, STATUS_CODE.EOF);
    handle.isListed = true;
    const names = files
      .list(handle.path)
      .map((filename) => ({ filename, longname: filename, attrs: {} as ssh2.Attributes }));
    sftp.name(id, names);
  });
}

function serveFiles(
  visit: Visit,
  sftp: ssh2.SFTPWrapper,
  files: Files,
  open: OpenFiles,
  given: GivenBytes,
): void {
  sftp.on('OPEN', (id, path, flags) => {
    const full = absolute(path);
    const isWritten = (flags & 2) !== 0;
    const text = files.read(full);
    if (!isWritten && text === null) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    const content = isWritten ? Buffer.alloc(0) : Buffer.from(text!, 'latin1');
    giveHandle(sftp, id, open.add(full, content, isWritten));
  });
  sftp.on('READ', (id, name, offset, length) => {
    const handle = open.get(name);
    if (handle === undefined) return sftp.status(id, STATUS_CODE.FAILURE);
    const bytes = handle.content.subarray(offset, offset + Math.min(length, READ_BYTES_MAX));
    if (bytes.length === 0) return sftp.status(id, STATUS_CODE.EOF);
    given.bytes += bytes.length;
    if (given.bytes > GIVEN_BYTES_MAX) visit.socket.destroy();
    else sftp.data(id, bytes);
  });
  sftp.on('WRITE', (id, name, offset, data) =>
    sftp.status(id, open.write(name, offset, data) ? STATUS_CODE.OK : STATUS_CODE.FAILURE),
  );
  sftp.on('CLOSE', (id, name) => {
    const handle = open.close(name);
    if (handle?.isWritten === true) files.write(handle.path, handle.content.toString('latin1'));
    sftp.status(id, STATUS_CODE.OK);
  });
}

/** @param name null: no room for another handle */
function giveHandle(sftp: ssh2.SFTPWrapper, id: number, name: Buffer | null): void {
  if (name === null) sftp.status(id, STATUS_CODE.FAILURE);
  else sftp.handle(id, name);
}
