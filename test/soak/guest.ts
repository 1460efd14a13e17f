/** Proves the sandbox on unified cgroup v2, in a guest with systemd: as root, then as an ordinary user. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const script = join(import.meta.dirname, '../../scripts/guest.ts');
const ends = [[], ['--ordinary-user']].map((options) => {
  console.log(`guest.ts ${options.join(' ')}`);
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...options], {
    stdio: 'inherit',
  }).status;
});
process.exitCode = ends.every((code) => code === 0) ? 0 : 1;
