import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type MachineFacts, readMachineFacts } from './machine-facts.ts';
import { judgeFacts, judgeFailure } from './obstacle.ts';

const all = (1n << 41n) - 1n;
/** What Docker leaves to root by default. */
const dockersDefault = 0xa80425fbn;

const machine: MachineFacts = {
  isRoot: true,
  bubblewrap: { path: '/usr/bin/bwrap', isSetuid: false },
  hasSetpriv: true,
  container: undefined,
  capabilities: all,
  isFiltered: false,
  appArmor: undefined,
  isProcMasked: false,
  areCgroupsReadOnly: false,
  sysctls: {
    'kernel.unprivileged_userns_clone': undefined,
    'user.max_user_namespaces': 96_000,
    'kernel.apparmor_restrict_unprivileged_userns': undefined,
  },
};
const user: MachineFacts = { ...machine, isRoot: false, capabilities: 0n, hasSetpriv: false };
const docker: MachineFacts = {
  ...machine,
  container: 'docker',
  capabilities: dockersDefault,
  isFiltered: true,
  isProcMasked: true,
  areCgroupsReadOnly: true,
};
const dockersUser: MachineFacts = { ...docker, isRoot: false, capabilities: 0n };

function withSysctl(name: keyof MachineFacts['sysctls'], value: number): MachineFacts {
  return { ...user, sysctls: { ...user.sysctls, [name]: value } };
}

describe('judgeFacts()', () => {
  it('finds nothing in the way of root and users on a plain machine', () => {
    assert.equal(judgeFacts(machine), undefined);
    assert.equal(judgeFacts(user), undefined);
  });

  const obstacles: readonly [string, MachineFacts, RegExp, RegExp][] = [
    ['no bubblewrap', { ...user, bubblewrap: undefined }, /bubblewrap is not installed/, /apt-get install bubblewrap/],
    ['root without setpriv', { ...machine, hasSetpriv: false }, /setpriv is not installed/, /util-linux/],
    [
      'a bubblewrap that is set-user-id root',
      { ...user, bubblewrap: { path: '/usr/bin/bwrap', isSetuid: true } },
      /set-user-id/,
      /chmod u-s \/usr\/bin\/bwrap/,
    ],
    [
      'Debian’s switch for user namespaces',
      withSysctl('kernel.unprivileged_userns_clone', 0),
      /forbids user namespaces .*unprivileged_userns_clone is 0/,
      /kernel\.unprivileged_userns_clone = 1/,
    ],
    [
      'no user namespaces at all',
      withSysctl('user.max_user_namespaces', 0),
      /user\.max_user_namespaces is 0/,
      /user\.max_user_namespaces = \d{4}/,
    ],
    [
      'a root that is none',
      { ...machine, capabilities: 0n },
      /lacks CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SETUID/,
      /Start Belljar as a root/,
    ],
  ];
  for (const [name, facts, why, remedy] of obstacles) {
    it(`tells ${name}, and the remedy`, () => {
      const obstacle = judgeFacts(facts);
      assert.match(obstacle?.why ?? '', why);
      assert.match(obstacle?.remedy ?? '', remedy);
    });
  }

  it('does not hold a user’s switches against root, nor a set-user-id bubblewrap', () => {
    const { sysctls } = withSysctl('user.max_user_namespaces', 0);
    assert.equal(judgeFacts({ ...machine, sysctls, bubblewrap: { path: '/bin/bwrap', isSetuid: true } }), undefined);
  });

  it('does not take AppArmor’s restriction for a no: bubblewrap may have a profile', () => {
    assert.equal(judgeFacts(withSysctl('kernel.apparmor_restrict_unprivileged_userns', 1)), undefined);
  });

  it('names every flag that a container of Docker’s lacks, and no other', () => {
    const flags = '--cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined';
    const cgroups = '--volume /sys/fs/cgroup:/sys/fs/cgroup:rw';
    assert.ok(judgeFacts(docker)?.remedy.endsWith(`: docker run ${flags} ${cgroups} IMAGE`));
    const confined = { ...docker, appArmor: 'docker-default (enforce)', areCgroupsReadOnly: false };
    assert.ok(judgeFacts(confined)?.remedy.endsWith(`: docker run ${flags} --security-opt apparmor=unconfined IMAGE`));
    assert.equal(judgeFacts({ ...docker, capabilities: all }), undefined);
  });
});

describe('judgeFailure()', () => {
  const refused = 'bwrap: No permissions to create new namespace';

  it('asks for an unmasked /proc where an ordinary user runs in a container', () => {
    const { why, remedy } = judgeFailure(dockersUser, refused);
    assert.match(why, /this is a container/);
    assert.match(remedy, /docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined --volume/);
    assert.doesNotMatch(remedy, /cap-add/);
    assert.match(judgeFailure({ ...dockersUser, container: 'podman' }, refused).remedy, /--security-opt unmask=ALL/);
  });

  it('names the filter where a container’s root has the rights and is refused all the same', () => {
    const { remedy } = judgeFailure(
      { ...docker, capabilities: all, areCgroupsReadOnly: false },
      'bwrap: pivot_root: Operation not permitted',
    );
    assert.equal(remedy, 'Start the container with more: docker run --security-opt seccomp=unconfined IMAGE');
  });

  it('names AppArmor where Ubuntu restricts user namespaces', () => {
    const restricted = withSysctl('kernel.apparmor_restrict_unprivileged_userns', 1);
    const { why, remedy } = judgeFailure(restricted, 'bwrap: setting up uid map: Permission denied');
    assert.match(why, /apparmor_restrict_unprivileged_userns is 1/);
    assert.match(
      remedy,
      /profile bwrap \/usr\/bin\/bwrap .*userns,.* >\/etc\/apparmor\.d\/bwrap && apparmor_parser -r/,
    );
  });

  it('tells an old bubblewrap by an option that it does not know', () => {
    assert.match(judgeFailure(user, 'bwrap: Unknown option --disable-userns').remedy, /0\.8 or newer/);
  });

  it('keeps what bubblewrap said where nothing known explains it', () => {
    const { why, remedy } = judgeFailure(machine, 'bwrap: execvp /bin/sh: No such file or directory\n');
    assert.equal(why, 'bwrap: execvp /bin/sh: No such file or directory');
    assert.match(remedy, /bwrap --ro-bind/);
  });
});

describe('readMachineFacts()', () => {
  it('reads what this process itself is given', async () => {
    const facts = await readMachineFacts();
    assert.equal(facts.isRoot, process.getuid?.() === 0);
    assert.equal(typeof facts.capabilities, 'bigint');
    const limit = facts.sysctls['user.max_user_namespaces'];
    assert.ok(limit === undefined || Number.isInteger(limit));
  });
});
