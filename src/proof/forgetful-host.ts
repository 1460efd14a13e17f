/**
 * A host that was started with a descriptor nobody closed, as a process of its own: what a process was started with it has
 * for good. Usage: forgetful-host.ts LIFTED PYTHON; prints what came out of the sandbox, as base64.
 */
import { protections } from '../sandbox/index.ts';
import { Attempt } from './attempt.ts';
import { roomyLimits, roomyScratchBytes } from './roomy-limits.ts';
import { Setting } from './setting.ts';
import { Stage } from './stage.ts';

const [lifted = '', python = ''] = process.argv.slice(2);
const setting = await Setting.open({ python, required: [] });
await using stage = await Stage.set();
await using attempt = await Attempt.make({
  setting,
  program: 'files.read_inherited',
  input: {},
  way: { kind: 'glass', lifted: protections.filter((name) => name === lifted) },
  folder: stage.folder,
  mark: stage.nonce,
  limits: roomyLimits,
  scratchBytes: roomyScratchBytes,
  require: [],
  timeoutMs: 15_000,
});
process.stdout.write(attempt.transcript.content().toString('base64'));
