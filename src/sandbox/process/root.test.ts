import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeRoot, findProgramMounts } from './root.ts';

describe('describeRoot()', () => {
  const args = describeRoot({
    mounts: [{ kind: 'scratch', at: '/work-here', maxBytes: 4096 }],
    parts: [{ hostPath: '/opt/python/lib', at: '/opt/python/lib' }, { hide: '/opt/python/lib/site-packages' }],
    system: '/prepared',
    lifted: new Set(),
  });

  it('makes the root and /dev read-only after everything that is mounted below them', () => {
    assert.deepEqual(args.slice(-2), ['--remount-ro', '/']);
    const dev = args.lastIndexOf('/dev');
    assert.equal(args[dev - 1], '--remount-ro');
    assert.ok(args.indexOf('/dev/shm') < dev);
  });

  it('bounds whatever can be written', () => {
    for (const [index, word] of args.entries()) {
      if (word !== '--tmpfs') continue;
      const isBounded = args[index - 2] === '--size';
      const isReadOnly = args.some(
        (next, at) => at > index && next === '--remount-ro' && args[at + 1] === args[index + 1],
      );
      assert.ok(isBounded || isReadOnly, `${args[index + 1]} is neither bounded nor read-only`);
    }
  });

  it('opens the folders on the way to a mount to every uid', () => {
    const at = args.indexOf('/opt/python');
    assert.deepEqual(args.slice(at - 3, at), ['--perms', '0755', '--dir']);
  });

  it('covers a hidden folder after its surroundings are mounted', () => {
    assert.ok(args.indexOf('/opt/python/lib/site-packages') > args.indexOf('/opt/python/lib'));
  });

  it('shows no home, no /etc, no programs and no /var of the host', () => {
    const sources = args.flatMap((word, index) => (/^--(ro-)?bind(-try)?$/.test(word) ? [args[index + 1]] : []));
    assert.deepEqual(
      sources.filter((path) => /^\/(home|root|var|etc|usr$|usr\/(bin|sbin|local)|$)/.test(path ?? '')),
      [],
    );
  });

  it('finds the programs over which a part is mounted', () => {
    const parts = ['/usr/bin/python3.12', '/usr/bin/deep/er', '/opt/bin/python3'].map((at) => ({ hostPath: at, at }));
    assert.deepEqual(findProgramMounts([...parts, { hide: '/usr/bin/x' }]), ['python3.12']);
  });
});
