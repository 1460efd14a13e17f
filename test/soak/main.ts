/** npm run soak [-- NAME…]: the long kill and load runs, one after the other, each in a process of its own. */
import { runPrograms } from '../../scripts/run-programs.ts';

process.exitCode = await runPrograms(import.meta.dirname, process.argv.slice(2));
