import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * The user's folder: `HOME`, unless it is empty or relative, as a service manager may leave it. Keys would then land in
 * whatever folder the program was started in; so the system's list of users is asked instead.
 */
export function homeFolder(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}
