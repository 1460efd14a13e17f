/** Two cells in one session, with what the second shows and what it raises. */
import { openBelljar } from 'belljar';

await using belljar = await openBelljar();
const workspace = belljar.workspaces.use('example-cells', { actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
await using session = await workspace.openSession();

await session.run('numbers = [1, 2, 3]').result;

for await (const event of session.run('print("of", len(numbers))\nsum(numbers)')) {
  if (event.type === 'stream') process[event.name].write(event.text);
  if (event.type === 'execute_result') process.stdout.write(`sum: ${String(event.data['text/plain'])}\n`);
}

const { outcome, error } = await session.evaluate('numbers[7]');
process.stdout.write(`${outcome.status}: ${error?.name}, ${error?.value}\n`);

const scaled = await session.call('[n * factor for n in numbers]', { factor: 10 });
process.stdout.write(`called: ${JSON.stringify(scaled)}\n`);
