import { messageOf, systemCodeOf } from './errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, and no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not (permission denied)',
  EPERM: 'this user may not (permission denied)',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EBADF: 'it is not open',
  EMFILE: 'too many files are open',
};

/** What the system says of a file, in words that need no manual; the message of any other error as it is. */
export function plainReason(error: unknown): string {
  return REASONS[systemCodeOf(error) ?? ''] ?? messageOf(error);
}
