import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryUpstream, type MemoryProject } from '../../../test/gate/memory-upstream.ts';
import { noon, policyOf } from '../../../test/policy/good-facts.ts';
import type { KeptInspection } from './inspections.ts';
import type { Grounds } from './grounds.ts';
import { type JudgedPage, judgePage } from './judge-page.ts';

const wheel = (version: string): string => `acme-${version}-py3-none-any.whl`;

async function judgeProject(
  project: MemoryProject,
  { policy = '', ...more }: Omit<Partial<Grounds>, 'policy'> & { policy?: string } = {},
): Promise<JudgedPage> {
  const page = await new MemoryUpstream('/nowhere', { acme: project }).findPage('acme');
  assert.ok(page !== undefined);
  const advisories = { asOf: noon.toISOString(), find: () => [] };
  return judgePage(page, { policy: policyOf(policy), policyHash: 'hash', advisories, now: noon, ...more });
}

function verdictsOf({ files }: JudgedPage): Record<string, string> {
  return Object.fromEntries(
    files.map(({ file, verdict, reasons }) => [file.filename, [verdict, ...reasons.map(({ rule }) => rule)].join(' ')]),
  );
}

test('each file of a page is judged by what the page tells of it', async () => {
  const judged = await judgeProject(
    {
      files: [
        { filename: wheel('1.0') },
        { filename: wheel('1.1'), yanked: true },
        { filename: wheel('1.2'), uploadTime: '2026-06-14T12:00:00Z' },
        { filename: wheel('1.3'), uploadTime: undefined },
        { filename: wheel('1.4'), sha256: undefined },
        { filename: wheel('1.5b1') },
        { filename: wheel('2.0') },
        { filename: 'acme-2.0.tar.gz' },
        { filename: 'acme-2.0.exe' },
        { filename: 'acme-extra-2.0.tar.gz' },
      ],
    },
    { policy: 'packages: {prereleases: ask, deny: ["acme>=2"]}' },
  );
  assert.deepEqual(verdictsOf(judged), {
    [wheel('1.0')]: 'allow',
    [wheel('1.1')]: 'deny packages.yanked',
    [wheel('1.2')]: 'ask packages.releaseAge',
    [wheel('1.3')]: 'ask packages.missing.uploadTime',
    [wheel('1.4')]: 'deny packages.missing.hash',
    [wheel('1.5b1')]: 'ask packages.prereleases',
    [wheel('2.0')]: 'deny packages.deny[0]',
    'acme-2.0.tar.gz': 'deny packages.deny[0] packages.sourceDistributions',
    'acme-2.0.exe': 'deny gate.filename',
    'acme-extra-2.0.tar.gz': 'deny gate.filename',
  });
});

test('what only the file itself tells does not hide it', async () => {
  const policy = 'packages: {licences: {default: deny}, missing: {size: deny}}';
  const judged = await judgeProject({ files: [{ filename: wheel('1.0'), sizeBytes: undefined }] }, { policy });
  assert.deepEqual(verdictsOf(judged), { [wheel('1.0')]: 'allow' });
});

test('what was found in a wheel that was opened before does', async () => {
  const base = { verdict: 'sound', installedBytes: 1, hasNativeCode: false, metadataSha256: '' } as const;
  const found = (inspection: KeptInspection): { peekInspection: () => KeptInspection } => ({
    peekInspection: () => inspection,
  });
  const project = { files: [{ filename: wheel('1.0') }] };
  const judge = async (inspection: KeptInspection): Promise<Record<string, string>> =>
    verdictsOf(await judgeProject(project, found(inspection)));
  const licence = { expression: 'MIT', source: 'License' };
  assert.deepEqual(await judge({ ...base, startupFiles: [], licence }), { [wheel('1.0')]: 'allow' });
  assert.deepEqual(await judge({ ...base, startupFiles: [] }), { [wheel('1.0')]: 'ask packages.missing.licence' });
  assert.deepEqual(await judge({ ...base, startupFiles: ['a.pth'], licence }), {
    [wheel('1.0')]: 'ask packages.inspection.startupFiles',
  });
  assert.deepEqual(await judge({ verdict: 'refused', problems: [{ rule: 'archive.form', message: 'no ZIP' }] }), {
    [wheel('1.0')]: 'deny archive.form',
  });
});

test('advisories hide the versions that they affect, and missing data what the policy says', async () => {
  const advisory = { id: 'CVE-2026-1', aliases: [], severity: 'high' as const, withdrawn: false };
  const advisories = {
    asOf: noon.toISOString(),
    find: (name: string, version: string) => (name === 'acme' && version === '1.0' ? [advisory] : []),
  };
  const project = { files: [{ filename: wheel('1.0') }, { filename: wheel('1.1') }] };
  assert.deepEqual(verdictsOf(await judgeProject(project, { advisories })), {
    [wheel('1.0')]: 'deny packages.advisories.high',
    [wheel('1.1')]: 'allow',
  });
  const old = { ...advisories, asOf: '2026-01-01T00:00:00Z' };
  assert.deepEqual(verdictsOf(await judgeProject(project, { advisories: old })), {
    [wheel('1.0')]: 'deny packages.missing.advisories packages.advisories.high',
    [wheel('1.1')]: 'ask packages.missing.advisories',
  });
});

test('a quarantined project has no file that is let through', async () => {
  const judged = await judgeProject({ status: 'quarantined', files: [{ filename: wheel('1.0') }] });
  assert.deepEqual(verdictsOf(judged), { [wheel('1.0')]: 'deny packages.status.quarantined' });
});

test('files that no rule tells apart share a verdict, but not with one that a waiver names', async () => {
  const [one, two] = ['acme-1.0-cp312-none-any.whl', 'acme-1.0-cp313-none-any.whl'];
  const project = {
    files: [{ filename: one }, { filename: two }, { filename: 'acme-1.0-cp314-none-any.whl', yanked: true }],
  };
  const verdicts = async (policy: string): Promise<string[]> =>
    Object.values(verdictsOf(await judgeProject(project, { policy })));
  assert.deepEqual(await verdicts(''), ['allow', 'allow', 'deny packages.yanked']);
  const page = await new MemoryUpstream('/nowhere', { acme: project }).findPage('acme');
  const waiver = `waivers: [{package: acme, sha256: ${page?.files[1]?.sha256}, owner: me, reason: known, expires: 2026-12-31}]`;
  assert.deepEqual(await verdicts(`packages: {deny: [acme]}\n${waiver}`), [
    'deny packages.deny[0]',
    'allow',
    'deny packages.deny[0] packages.yanked',
  ]);
});

test('a page holds until something on it grows old enough, or too old', async () => {
  const advisories = { asOf: '2026-06-10T00:00:00.000Z', find: () => [] };
  const validUntil = async (uploadTime: string, policy = ''): Promise<string> => {
    const judged = await judgeProject({ files: [{ filename: wheel('1.0'), uploadTime }] }, { advisories, policy });
    return new Date(judged.validUntilMs).toISOString();
  };
  assert.equal(await validUntil('2026-01-01T00:00:00Z'), '2026-06-17T00:00:00.001Z', 'the advisory data');
  assert.equal(await validUntil('2026-06-09T00:00:00Z'), '2026-06-16T00:00:00.000Z', 'the release');
  assert.equal(await validUntil('2026-06-15T13:00:00Z'), '2026-06-15T13:00:00.000Z', 'a release of the future');
  const waiver = 'waivers: [{package: acme, version: "==1.0", owner: me, reason: known, expires: 2026-06-15}]';
  assert.equal(await validUntil('2026-01-01T00:00:00Z', waiver), '2026-06-16T00:00:00.000Z', 'the waiver');
  const due = Date.parse('2026-06-15T12:30:00Z');
  const project = { files: [{ filename: wheel('1.0') }] };
  const judged = await judgeProject(project, { inspectionDueMs: () => due });
  assert.equal(judged.validUntilMs, due, 'a wheel that is to be looked at again');
});

test('a page of thousands of files leaves the event loop to others', async () => {
  const files = Array.from({ length: 6000 }, (_, minor) => ({ filename: wheel(`1.${minor}`), yanked: true }));
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const judged = await judgeProject({ files });
  isDone = true;
  assert.equal(judged.files.length, 6000);
  assert.ok(turns > 1, `${turns} turns`);
});

test('a project whose name is easily taken for another is asked for where nobody knows who needs it', async () => {
  const project = { files: [{ filename: wheel('1.0') }] };
  const findLookalike = (name: string) => ({ of: `${name}-famous`, why: 'it is near' });
  assert.deepEqual(verdictsOf(await judgeProject(project, { findLookalike })), {
    [wheel('1.0')]: 'ask packages.lookalikes',
  });
  assert.deepEqual(verdictsOf(await judgeProject(project)), { [wheel('1.0')]: 'allow' });
});
