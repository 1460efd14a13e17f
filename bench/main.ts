/** npm run bench [-- NAME…]: the programs of this folder, one after the other, each in a process of its own. */
import { runPrograms } from '../scripts/run-programs.ts';

process.exitCode = await runPrograms(import.meta.dirname, process.argv.slice(2));
