import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import { needs, python } from './prerequisite.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { makeSdist, makeWheel } from './wheels.ts';

const check = `
import sys, zipfile, tarfile, hashlib, base64, csv, io
wheel = zipfile.ZipFile(sys.argv[1])
assert wheel.testzip() is None
record = next(n for n in wheel.namelist() if n.endswith(".dist-info/RECORD"))
rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
assert {row[0] for row in rows} == set(wheel.namelist()), rows
for path, digest, size in rows:
    if path == record: continue
    data = wheel.read(path)
    want = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    assert digest == "sha256=" + want and int(size) == len(data), path
print(",".join(sorted(wheel.namelist())))
print(",".join(sorted(tarfile.open(sys.argv[2]).getnames())))
`;

it('makeWheel() and makeSdist() write what Python reads', needs(python), async (context) => {
  const folder = await temporaryFolder(context);
  const wheel = makeWheel({ name: 'Some.Name', version: '1.2', files: { 'some/a, b.py': 'x = 1\n', 'c.py': '' } });
  const sdist = makeSdist({ name: 'Some.Name', version: '1.2' });
  assert.equal(wheel.filename, 'some_name-1.2-py3-none-any.whl');
  assert.equal(sdist.filename, 'some_name-1.2.tar.gz');
  const paths = [wheel, sdist].map((file) => {
    writeFileSync(join(folder, file.filename), file.bytes);
    return join(folder, file.filename);
  });
  const [inWheel, inSdist] = execFileSync('python3', ['-c', check, ...paths], { encoding: 'utf8' }).split('\n');
  assert.equal(
    inWheel,
    'c.py,some/a, b.py,some_name-1.2.dist-info/METADATA,some_name-1.2.dist-info/RECORD,some_name-1.2.dist-info/WHEEL',
  );
  assert.match(inSdist!, /some_name-1\.2\/PKG-INFO/);
});

it('makeWheel() lies where it is told to', () => {
  const honest = makeWheel({ name: 'a' });
  const lying = makeWheel({
    name: 'a',
    metadata: 'Name: b\n',
    record: undefined,
    change: (entries) => [...entries, { path: '../out', content: 'x', mode: 0o120777 }],
  });
  assert.ok(honest.bytes.includes('a-1.0.dist-info/RECORD'));
  assert.ok(!lying.bytes.includes('a-1.0.dist-info/RECORD'));
  assert.ok(lying.bytes.includes('../out'));
  assert.equal(String(lying.metadata), 'Name: b\n');
});
