import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import { makeWheel, recordLine } from '../../../../test/support/wheels.ts';
import { defaultArchiveLimits } from '../archive/index.ts';
import { parseWheelName } from '../wheel-name.ts';
import type { AnnouncedWheel } from './announced-wheel.ts';
import type { Announcement } from './announcement.ts';
import { type AnnouncementVerdict, judgeAnnouncement } from './judge-announcement.ts';

const info = 'acme-1.0.dist-info';
const name = parseWheelName('acme-1.0-py3-none-any.whl')!;
const metadata = makeWheel({ name: 'acme' }).metadata;
const wheelFile = 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
const files: Readonly<Record<string, string>> = {
  'acme/__init__.py': 'x = 1\n',
  'acme-1.0.data/scripts/tool': '#!python\n',
  'acme-1.0.data/headers/acme.h': '',
  [`${info}/METADATA`]: metadata.toString(),
  [`${info}/WHEEL`]: wheelFile,
};

function announce(contents = files): Announcement {
  const lines = Object.entries(contents).map(([path, content]) => recordLine(path, content));
  const all = { ...contents, [`${info}/RECORD`]: '' };
  return {
    files: Object.entries(all).map(([path, content]) => ({ path, sizeBytes: content.length, isExecutable: false })),
    recordText: `${lines.join('')}${info}/RECORD,,\n`,
    metadata: metadata.toString('base64'),
    wheelFile,
  };
}

function judge(announcement: Announcement, packedBytes = 10_000): AnnouncementVerdict {
  return judgeAnnouncement({ name, announcement, packedBytes, limits: defaultArchiveLimits });
}

function accept(announcement: Announcement): AnnouncedWheel {
  const verdict = judge(announcement);
  assert.ok(verdict.ok, JSON.stringify(verdict));
  return verdict.wheel;
}

function refuse(announcement: Announcement, rule: string, message: RegExp): void {
  const verdict = judge(announcement);
  assert.ok(!verdict.ok);
  assert.equal(verdict.problems[0]?.rule, rule, JSON.stringify(verdict));
  assert.match(verdict.problems[0].message, message);
}

describe('judgeAnnouncement()', () => {
  it('tells where each file will lie and what it must be, RECORD and its signatures left out', () => {
    const signed = announce();
    signed.files.splice(1, 0, { path: `${info}/RECORD.jws`, sizeBytes: 1, isExecutable: false });
    const wheel = accept(signed);
    assert.deepEqual([wheel.name, wheel.version, wheel.distInfo], ['acme', '1.0', info]);
    assert.deepEqual(
      wheel.files.map(({ index, landing }) => [index, landing.scheme, landing.path]),
      [
        [0, 'packages', 'acme/__init__.py'],
        [2, 'scripts', 'tool'],
        [3, 'headers', 'acme.h'],
        [4, 'packages', `${info}/METADATA`],
        [5, 'packages', `${info}/WHEEL`],
      ],
    );
    const value = createHash('sha256').update('x = 1\n').digest('base64url');
    assert.deepEqual(wheel.files[0]?.digest, { algorithm: 'sha256', value });
  });

  it('refuses names that lead elsewhere, whoever let them through', () => {
    for (const path of [
      '../evil',
      '/etc/evil',
      'acme/../../evil',
      'a\\b',
      'a/./b',
      'a\0b',
      'a//b',
      'a/',
      ' a',
      'C:a',
    ]) {
      refuse(announce({ ...files, [path]: 'x' }), 'archive.name', /./);
    }
  });

  it('refuses names that are one name somewhere, in the wheel or where they land', () => {
    refuse(announce({ ...files, 'Acme/__init__.py': '' }), 'archive.duplicate', /differ in letters/);
    refuse(announce({ ...files, acme: '' }), 'archive.duplicate', /file and a folder/);
    refuse(announce({ ...files, 'acme-1.0.data/purelib/acme/__init__.py': 'x' }), 'wheel.target', /written over/);
    refuse(announce({ ...files, 'acme-1.0.data/purelib/acme': 'x' }), 'archive.duplicate', /file and a folder/);
    refuse(
      announce({ ...files, 'acme-1.0.data/purelib/acm\u00e9': '', 'acme-1.0.data/platlib/acme\u0301': '' }),
      'archive.duplicate',
      /differ in letters/,
    );
  });

  it('refuses what RECORD tells otherwise', () => {
    const { recordText } = announce();
    const other = (text: string): Announcement => ({ ...announce(), recordText: text });
    refuse(other(recordText.replace(/^acme\/__init__.*\n/, '')), 'wheel.record', /RECORD does not list it/);
    refuse(other(`${recordLine('acme/lost.py', '')}${recordText}`), 'wheel.record', /does not hold it/);
    refuse(other(recordText.replace(/,6\n/, ',7\n')), 'wheel.record', /another size/);
    refuse(other(recordText.replace(/(__init__.py),[^,]*/, '$1,')), 'wheel.record', /no digest/);
    refuse(other('no record'), 'wheel.record', /three fields/);
  });

  it('refuses texts that are not those of the files', () => {
    const changed = metadata.toString().replace('made by a test', 'made by another');
    refuse({ ...announce(), metadata: Buffer.from(changed).toString('base64') }, 'wheel.record', /METADATA is not the/);
    refuse({ ...announce(), metadata: '' }, 'wheel.record', /METADATA is not the/);
    refuse({ ...announce(), wheelFile: `${wheelFile}Tag: py2-none-any\n` }, 'wheel.record', /WHEEL is not the/);
    refuse({ ...announce(), entryPoints: '[console_scripts]\na = b:c\n' }, 'wheel.record', /entry_points/);
  });

  it('refuses what the wheel is not', () => {
    refuse(announce({ ...files, 'other-1.0.dist-info/METADATA': '' }), 'wheel.folder', /several/);
    refuse({ ...announce(), folders: ['other-1.0.dist-info'] }, 'wheel.folder', /several/);
    refuse({ ...announce(), folders: ['numpy-9.egg-info'] }, 'wheel.target', /seem installed/);
    refuse(announce({ ...files, 'acme-1.0.data/scripts/python': '' }), 'wheel.script', /place of python/);
    refuse(announce({ ...files, 'acme-1.0.data/stdlib/os.py': '' }), 'wheel.folder', /without a place/);
  });

  it('refuses more than is let in', () => {
    const [first] = announce().files;
    assert.ok(first);
    const large = (sizeBytes: number): Announcement => ({ ...announce(), files: [{ ...first, sizeBytes }] });
    refuse(large(2 ** 40), 'archive.size', /are let in/);
    refuse(large(2 ** 30), 'archive.size', /times its size/);
    const many = Array.from({ length: 200_001 }, (_, index) => ({ ...first, path: `${index}` }));
    refuse({ ...announce(), files: many }, 'archive.size', /200001 files/);
  });
});
