/**
 * Runs Belljar in a container of a real engine of Docker's: under default flags it must fail closed and name the flags that
 * help, with exactly these it must work, and without any one of them it must not.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { Engine } from '../container/engine.ts';
import { flagsOf, readDoctor } from '../container/doctor-report.ts';
import { prepareParts } from '../container/parts.ts';

await using engine = await Engine.start(await prepareParts(join(import.meta.dirname, '../../.cache/container')));
const runCode = ['./belljar', 'run', '-'];
const code = 'print(6 * 7)';
const asUser = ['--user', '1000:1000'];

const plain = readDoctor(await engine.run([], ['./belljar', 'doctor', '--json']));
assert.equal(plain.isUsable, false);
const flags = flagsOf(plain.remedy);
console.log(`root, default flags: ${plain.why}\n  ${plain.remedy}`);

const refused = await engine.run([], runCode, code);
assert.equal(refused.code, 125, refused.stderr);
assert.equal(refused.stdout, '');
assert.ok(refused.stderr.includes(flags.flat().join(' ')), refused.stderr);
console.log('root, default flags: the run fails closed, and names the same flags');

const given = readDoctor(await engine.run(flags.flat(), ['./belljar', 'doctor', '--json']));
assert.ok(given.isUsable, JSON.stringify(given));
const ran = await engine.run(flags.flat(), runCode, code);
assert.deepEqual([ran.code, ran.stdout], [0, '42\n'], ran.stderr);
console.log(`root, ${flags.flat().join(' ')}: works`);

for (const flag of flags) {
  const without = flags.filter((other) => other !== flag).flat();
  const result = await engine.run(without, runCode, code);
  assert.deepEqual([result.code, result.stdout], [125, ''], `it works without ${flag.join(' ')}`);
  const { remedy } = readDoctor(await engine.run(without, ['./belljar', 'doctor', '--json']));
  assert.deepEqual(flagsOf(remedy), [flag]);
  console.log(`root, without ${flag.join(' ')}: fails closed, and names just that`);
}

const user = readDoctor(await engine.run(asUser, ['./belljar', 'doctor', '--json']));
const userFlags = flagsOf(user.remedy);
console.log(`user, default flags: ${user.why}\n  ${user.remedy}`);
const userGiven = readDoctor(await engine.run([...asUser, ...userFlags.flat()], ['./belljar', 'doctor', '--json']));
assert.ok(userGiven.isBackendAvailable, JSON.stringify(userGiven));
assert.match(userGiven.why, /memory-limit/);
console.log('user, with the flags named: the namespaces work, and limits still ask for delegation');
console.log('container: as told');
