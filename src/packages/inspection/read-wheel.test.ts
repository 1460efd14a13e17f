import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { makeWheel, recordLine, type WheelDescription } from '../../../test/support/wheels.ts';
import { BytesInMemory, defaultArchiveLimits, ReadAhead } from './archive/index.ts';
import type { WheelProblem } from './problem.ts';
import { readWheel } from './read-wheel.ts';
import { type WheelReading, wheelReadingSchema } from './wheel-reading.ts';

const honest: WheelDescription = { name: 'acme', files: { 'acme/__init__.py': 'x = 1\n', 'acme/data.txt': 'data' } };
const info = 'acme-1.0.dist-info';

function read(wheel: Partial<WheelDescription>): Promise<WheelReading> {
  const { bytes } = makeWheel({ ...honest, ...wheel });
  return readWheel(new ReadAhead(new BytesInMemory(bytes)), defaultArchiveLimits);
}

async function refuses(rule: WheelProblem['rule'], message: RegExp, wheel: Partial<WheelDescription>): Promise<void> {
  const { problems } = await read(wheel);
  const first = problems[0] ?? { rule: 'none', message: '' };
  assert.equal(first.rule, rule, JSON.stringify(problems));
  assert.match(first.message, message);
}

describe('readWheel()', () => {
  it('tells the files of an honest wheel and what tells of it', async () => {
    const reading = await read({ entryPoints: '[console_scripts]\nacme = acme:main\n' });
    assert.deepEqual(reading.problems, []);
    assert.equal(reading.distInfo, info);
    assert.match(Buffer.from(reading.metadata, 'base64').toString(), /^Name: acme$/m);
    assert.match(reading.wheelFile, /^Tag: py3-none-any$/m);
    assert.match(reading.entryPoints ?? '', /acme:main/);
    assert.deepEqual(reading.files[1], { path: 'acme/data.txt', sizeBytes: 4, isNative: false, isExecutable: false });
    wheelReadingSchema.parse(reading);
  });

  it('finds compiled code by what it begins with', async () => {
    const elf = Buffer.from('\x7fELF.....', 'latin1');
    const { files } = await read({
      files: { 'acme/a.txt': elf, 'acme/b.so': 'x', 'acme/c.py': '', 'acme/d.txt': 'MZ' },
    });
    assert.deepEqual(
      files.filter(({ isNative }) => isNative).map(({ path }) => path),
      ['acme/a.txt', 'acme/b.so'],
    );
  });

  it('takes folders, and signatures that RECORD does not list', async () => {
    const { problems } = await read({
      change: (entries) => [
        { path: 'acme/', method: 'stored', mode: 0o040755 },
        ...entries,
        { path: `${info}/RECORD.jws`, content: '{}' },
      ],
    });
    assert.deepEqual(problems, []);
  });

  it('refuses a wheel without RECORD, WHEEL or one .dist-info folder', async () => {
    await refuses('wheel.record', /has no RECORD/, { record: undefined });
    await refuses('wheel.file', /has no WHEEL/, { wheel: undefined });
    await refuses('wheel.folder', /has no .dist-info/, { distInfo: 'acme.info' });
    await refuses('wheel.folder', /has several: acme-1.0.dist-info, requests-9.dist-info/, {
      files: { 'requests-9.dist-info/METADATA': 'Name: requests\n' },
    });
    assert.equal((await read({ metadata: undefined })).metadata, '');
  });

  it('refuses a file that RECORD does not list, or lists without a digest', async () => {
    await refuses('wheel.record', /acme\/evil.py is in the wheel, and RECORD does not/, {
      change: (entries) => [...entries, { path: 'acme/evil.py', content: 'evil' }],
    });
    await refuses('wheel.record', /acme\/data.txt has no digest/, {
      record: (correct) => correct.replace(/(acme\/data.txt),.*/, '$1,,'),
    });
  });

  it('refuses a file that RECORD lists and the wheel lacks', async () => {
    await refuses('wheel.record', /acme\/lost.py is in RECORD/, {
      record: (correct) => recordLine('acme/lost.py', '') + correct,
    });
    await refuses('wheel.record', /\.\.\/\.\.\/etc\/passwd is in RECORD/, {
      record: (correct) => recordLine('../../etc/passwd', '') + correct,
    });
  });

  it('refuses a file that is another than RECORD describes', async () => {
    const swap = (content: string): Partial<WheelDescription> => ({
      change: (entries) => entries.map((entry) => (entry.path === 'acme/data.txt' ? { ...entry, content } : entry)),
    });
    await refuses('wheel.record', /data.txt has another size/, swap('longer data'));
    await refuses('wheel.record', /data.txt is not the file that RECORD describes/, swap('DATA'));
    assert.deepEqual((await read(swap('data'))).problems, []);
  });

  it('refuses what cannot be read as text, and what is wrong with the archive', async () => {
    await refuses('wheel.record', /not written in UTF-8/, {
      change: (entries) =>
        entries.map((entry) => (entry.path.endsWith('RECORD') ? { ...entry, content: Buffer.from([0xff]) } : entry)),
    });
    await refuses('archive.name', /leads out/, { files: { '../evil.py': '' } });
    await refuses('archive.content', /checksum/, {
      change: (entries) => entries.map((entry, index) => (index === 0 ? { ...entry, claims: { crc: 1 } } : entry)),
    });
  });

  it('says no more than a bounded number of problems', async () => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`acme/${index}.py`, '']));
    const { problems } = await read({ files, record: `${info}/RECORD,,\n` });
    assert.equal(problems.length, 50);
  });
});
