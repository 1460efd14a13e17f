import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, type Prerequisite } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { BelljarError } from '../../errors.ts';
import { readConfiguredIndexes, trustAsConfigured } from './configured-indexes.ts';
import { spawnSync } from 'node:child_process';

const pip: Prerequisite = { what: 'pip', holds: spawnSync('python3', ['-m', 'pip', '--version']).status === 0 };
const bare = (folder: string): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: folder });

describe('readConfiguredIndexes()', () => {
  it('takes what the environment says, where there is no pip, too', async () => {
    const none = { BELLJAR_PYTHON: '/nonexistent' };
    const urlOf = async (env: NodeJS.ProcessEnv) => (await readConfiguredIndexes({ ...none, ...env }))[0]?.url;
    assert.equal(await urlOf({ PIP_INDEX_URL: 'https://a.test/simple' }), 'https://a.test/simple');
    assert.equal(await urlOf({ UV_DEFAULT_INDEX: 'mine=https://b.test/simple' }), 'https://b.test/simple');
    assert.equal(await urlOf({ UV_INDEX_URL: 'https://c.test/x=https:' }), 'https://c.test/x=https:');
  });

  it('passes over what is set to nothing', async () => {
    const env = { PIP_INDEX_URL: '', UV_DEFAULT_INDEX: 'https://b.test/simple', UV_INDEX_URL: 'https://c.test/' };
    assert.equal((await readConfiguredIndexes(env))[0]?.url, 'https://b.test/simple');
    assert.equal((await readConfiguredIndexes({ ...env, UV_DEFAULT_INDEX: '' }))[0]?.url, 'https://c.test/');
  });

  it('adds Belljar’s own indexes, never pip’s extra ones', async () => {
    const env = { PIP_INDEX_URL: 'https://a.test/', PIP_EXTRA_INDEX_URL: 'https://evil.test/', PIP_CERT: '/certs.pem' };
    const extra = [{ name: 'acme', url: 'https://acme.test/', only: ['acme-*'] }];
    assert.deepEqual(await readConfiguredIndexes(env, { extra }), [
      { name: 'default', url: 'https://a.test/', certificates: '/certs.pem' },
      { name: 'acme', url: 'https://acme.test/', only: ['acme-*'], certificates: '/certs.pem' },
    ]);
  });

  it('asks pip for its configuration, else for what it carries', needs(pip), async (context) => {
    const folder = await temporaryFolder(context);
    const PIP_CONFIG_FILE = join(folder, 'pip.conf');
    await writeFile(PIP_CONFIG_FILE, '[global]\nindex-url = https://configured.test/simple\ncert = /x.pem\n');
    const [index] = await readConfiguredIndexes({ ...bare(folder), PIP_CONFIG_FILE });
    assert.deepEqual(index, { name: 'default', url: 'https://configured.test/simple', certificates: '/x.pem' });
    const [carried] = await readConfiguredIndexes({ ...bare(folder), PIP_CONFIG_FILE: '/dev/null' });
    assert.match(carried?.url ?? '', /^https:\/\//);
  });

  it('says so where there is nothing to ask, without what a broken one printed', async (context) => {
    const folder = await temporaryFolder(context);
    const python = join(folder, 'python');
    await writeFile(python, '#!/bin/sh\necho https://me:s3cret@a.test/ >&2\necho "{}"\n');
    await chmod(python, 0o755);
    for (const named of [python, '/nonexistent', '/bin/false']) {
      await assert.rejects(readConfiguredIndexes(bare(folder), { python: named }), (error) => {
        assert.ok(error instanceof BelljarError && error.code === 'INDEX_UNAVAILABLE');
        return !JSON.stringify(error).includes('s3cret') && !String(error.cause).includes('s3cret');
      });
    }
    await assert.rejects(readConfiguredIndexes({ PIP_INDEX_URL: 'not an address' }), /is not one of http/);
  });
});

describe('trustAsConfigured()', () => {
  const named = [
    { name: 'own', url: 'https://own.test/', certificates: '/own.pem' },
    { name: 'other', url: 'https://other.test/' },
  ];

  it('gives those that bring no certificates what the machine is configured to trust', async () => {
    const trusting = await trustAsConfigured(named, { PIP_CERT: '/certs.pem' });
    assert.deepEqual(
      trusting.map(({ certificates }) => certificates),
      ['/own.pem', '/certs.pem'],
    );
  });

  it('asks nobody where no index speaks TLS, and takes a pip that is not there for one that says nothing', async () => {
    const plain = [{ name: 'plain', url: 'http://127.0.0.1:1/' }];
    assert.deepEqual(await trustAsConfigured(plain, { PIP_CERT: '/certs.pem' }), plain);
    assert.deepEqual(await trustAsConfigured(named, {}, { python: '/nonexistent' }), named);
  });

  it('trusts what pip is configured with although the environment names the index', needs(pip), async (context) => {
    const folder = await temporaryFolder(context);
    const PIP_CONFIG_FILE = join(folder, 'pip.conf');
    await writeFile(PIP_CONFIG_FILE, '[global]\ncert = /x.pem\n');
    const env = { ...bare(folder), PIP_CONFIG_FILE, PIP_INDEX_URL: 'https://a.test/' };
    assert.equal((await readConfiguredIndexes(env))[0]?.certificates, '/x.pem');
  });
});
