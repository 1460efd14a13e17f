import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { quoteCommand, runtimePackages, startScript } from './parcel.ts';

describe('quoteCommand()', () => {
  it('gives the shell every word as it was', () => {
    const words = ['two words', "it's", '', '$HOME', '`id`', '"', '*', 'a\nb', '\\'];
    const { stdout } = spawnSync('sh', ['-c', `printf '%s|' ${quoteCommand(words)}`], { encoding: 'utf8' });
    assert.equal(stdout, words.map((word) => `${word}|`).join(''));
  });
});

describe('runtimePackages()', () => {
  it('takes what is not for developers, and not the project itself', () => {
    const lock = { packages: { '': {}, 'node_modules/zod': {}, 'node_modules/eslint': { dev: true } } };
    assert.deepEqual(runtimePackages(JSON.stringify(lock)), ['node_modules/zod']);
  });
});

describe('startScript()', () => {
  it('logs the ordinary user in, and nobody where root is meant', () => {
    assert.match(startScript(true), /^ {2}su -l person -c 'exec \/bin\/sh \/parcel\/inside' <\/dev\/null 2>&1$/m);
    assert.doesNotMatch(startScript(false), /su -l/);
  });

  for (const asOrdinaryUser of [false, true]) {
    it(`is a script that the shell can read (${asOrdinaryUser ? 'ordinary user' : 'root'})`, () => {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: startScript(asOrdinaryUser), encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }
});
