// SFTP on the made-up files (draft-ietf-secsh-filexfer-02): enough to look around and to leave a file.
import ssh2 from 'ssh2';
import type { Files } from '../shell/files.ts';
import { resolvePath } from '../shell/files.ts';
import type { Visit } from '../visit.ts';

const { STATUS_CODE } = ssh2.utils.sftp;
const HANDLES_MAX = 32;
/** Of all open files together: a byte at the end of a new file makes all those before it. */
const OPEN_BYTES_MAX = 5_000_000;
/** As OpenSSH's server gives at most. */
const READ_BYTES_MAX = 261_120;
/** Given in all, read or not: the library keeps what a client does not take. */
const GIVEN_BYTES_MAX = 2 * OPEN_BYTES_MAX;

interface Handle {
  readonly path: string;
  isListed: boolean;
}

export function serveSftp(visit: Visit, sftp: ssh2.SFTPWrapper, files: Files): void {
  const handles = new Map<number, Handle & { content: Buffer; isWritten: boolean }>();
  let next = 0;
  let openBytes = 0;
  let givenBytes = 0;
  const open = (id: number, path: string, content: Buffer, isWritten: boolean) => {
    if (handles.size >= HANDLES_MAX || openBytes + content.length > OPEN_BYTES_MAX)
      return sftp.status(id, STATUS_CODE.FAILURE);
    openBytes += content.length;
    visit.hold(content.length);
    handles.set(next, { path, content, isListed: false, isWritten });
    const name = Buffer.alloc(4);
    name.writeUInt32BE(next++);
    sftp.handle(id, name);
  };
  const held = (name: Buffer) => (name.length === 4 ? handles.get(name.readUInt32BE()) : undefined);
  const absolute = (path: string) => resolvePath('/root', path, '/root');
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

  sftp.on('REALPATH', (id, path) => {
    const full = absolute(path);
    sftp.name(id, [{ filename: full, longname: full, attrs: {} as ssh2.Attributes }]);
  });
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('OPEN', (id, path, flags) => {
    const full = absolute(path);
    const isWritten = (flags & 2) !== 0;
    const text = files.read(full);
    if (!isWritten && text === null) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    open(id, full, isWritten ? Buffer.alloc(0) : Buffer.from(text!, 'latin1'), isWritten);
  });
  sftp.on('READ', (id, name, offset, length) => {
    const handle = held(name);
    if (handle === undefined) return sftp.status(id, STATUS_CODE.FAILURE);
    const bytes = handle.content.subarray(offset, offset + Math.min(length, READ_BYTES_MAX));
    if (bytes.length === 0) return sftp.status(id, STATUS_CODE.EOF);
    givenBytes += bytes.length;
    if (givenBytes > GIVEN_BYTES_MAX) visit.socket.destroy();
    else sftp.data(id, bytes);
  });
  sftp.on('WRITE', (id, name, offset, data) => {
    const handle = held(name);
    const end = offset + data.length;
    const growth = Math.max(0, end - (handle?.content.length ?? 0));
    if (handle === undefined || openBytes + growth > OPEN_BYTES_MAX)
      return sftp.status(id, STATUS_CODE.FAILURE);
    openBytes += growth;
    visit.hold(growth);
    if (growth > 0) handle.content = Buffer.concat([handle.content, Buffer.alloc(growth)]);
    data.copy(handle.content, offset);
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('CLOSE', (id, name) => {
    const handle = held(name);
    if (handle !== undefined) {
      handles.delete(name.readUInt32BE());
      openBytes -= handle.content.length;
      visit.hold(-handle.content.length);
      if (handle.isWritten) files.write(handle.path, handle.content.toString('latin1'));
    }
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('OPENDIR', (id, path) => {
    const full = absolute(path);
    if (files.isFolder(full)) open(id, full, Buffer.alloc(0), false);
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  });
  sftp.on('READDIR', (id, name) => {
    const handle = held(name);
    if (handle === undefined || handle.isListed) return sftp.status(id, STATUS_CODE.EOF);
    handle.isListed = true;
    const names = files
      .list(handle.path)
      .map((filename) => ({ filename, longname: filename, attrs: {} as ssh2.Attributes }));
    sftp.name(id, names);
  });
  for (const kind of ['SETSTAT', 'FSETSTAT', 'MKDIR', 'REMOVE', 'RMDIR', 'RENAME'] as const) {
    sftp.on(kind, (id: number) => sftp.status(id, STATUS_CODE.OK));
  }
}
