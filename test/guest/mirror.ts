import { spawnSync } from 'node:child_process';

/** Where this machine gets its own packages from: no address of a mirror is written down here. */
export function findMirror(suite: string, env: NodeJS.ProcessEnv = process.env): string {
  const named = env['BELLJAR_GUEST_MIRROR'];
  if (named !== undefined && named !== '') return named;
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', targetFormat, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const mirror = pickMirror(stdout, suite);
  if (mirror === undefined) {
    throw new Error(
      `apt on this machine knows no mirror of Debian: name one that has ${suite} by BELLJAR_GUEST_MIRROR`,
    );
  }
  return mirror;
}

const targetFormat = '$(SITE) $(CODENAME) $(COMPONENT) $(ORIGIN)';

/** The suite itself, else another release of Debian: one mirror holds them all. Updates lie beside the suite. */
export function pickMirror(targets: string, suite: string): string | undefined {
  const main = targets
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, codename = '', component, origin]) => {
      return component === 'main' && origin === 'Debian' && !codename.includes('-');
    });
  return (main.find(([, codename]) => codename === suite) ?? main[0])?.[0];
}
