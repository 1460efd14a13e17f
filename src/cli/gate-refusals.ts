import { z } from 'zod';

import { BelljarError, findHomeGates, type Refusal } from '../belljar.ts';
import { formatRefusals } from '../packages/index.ts';
import { resolveHome } from '../storage/index.ts';
import { type Command, type Invocation, isFlagSet, printJson } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const gateRefusalsCommand: Command = {
  positionals: 1,
  help: `
belljar gate refusals [URL] [--json]

Prints what the gate that is open refused of late, and why, the newest first. pip and uv show none of that.

  URL                 the address of an index that a gate gave out, for one who is not its operator
  --json              one document

Exit code: 0, also where nothing was refused; 69 where no gate is open.

Example:
  belljar gate refusals
`,
  options: {},
  run: runRefusals,
};

const refusalSchema = z.object({
  client: z.string(),
  at: z.string(),
  project: z.string(),
  version: z.string().optional(),
  filename: z.string().optional(),
  verdict: z.enum(['ask', 'deny']),
  reasons: z.array(z.object({ rule: z.string(), message: z.string() })),
});
const answerSchema = z.object({ refusals: z.array(refusalSchema) });
const answerTimeoutMs = 10_000;
type ClientRefusal = z.output<typeof refusalSchema>;

async function runRefusals(invocation: Invocation): Promise<number> {
  const { values, io, positionals, signal } = invocation;
  const [named] = positionals;
  const urls = named === undefined ? await findOwn(invocation) : [named.replace(/\/(?:simple\/?)?$/, '')];
  const refusals: ClientRefusal[] = [];
  for (const url of urls) refusals.push(...(await fetchRefusals(`${url}/refusals`, signal)));
  if (isFlagSet(values, 'json')) printJson(io, { refusals });
  else io.stdout.write(format(refusals));
  return 0;
}

async function findOwn({ io }: Invocation): Promise<string[]> {
  const gates = await findHomeGates(resolveHome(io.env));
  if (gates.length > 0) return gates.map(({ url }) => url);
  throw new BelljarError('ADDRESS_UNUSABLE', 'no gate of this home is open', {
    hint: 'Start one with belljar gate, or name the address of one.',
  });
}

/** Which address it was holds a token, so no error names it. */
async function fetchRefusals(url: string, signal: AbortSignal): Promise<ClientRefusal[]> {
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    const response = await fetch(url, { headers: { accept: 'application/json' }, signal: deadline, redirect: 'error' });
    if (!response.ok) throw new Error((await response.text()).slice(0, 300));
    return answerSchema.parse(await response.json()).refusals;
  } catch (cause) {
    signal.throwIfAborted();
    throw new BelljarError('ADDRESS_UNUSABLE', `the gate does not tell: ${(cause as Error).message}`, {
      hint: 'Check the address; the token in it may have been revoked.',
      cause,
    });
  }
}

function format(refusals: readonly ClientRefusal[]): string {
  const byClient = Map.groupBy(refusals, ({ client }) => client);
  if (byClient.size === 0) return formatRefusals([]);
  const parts = [...byClient].map(([client, own]) => {
    const text = formatRefusals(own satisfies readonly Refusal[]);
    return byClient.size === 1 ? text : `${client}:\n\n${text}`;
  });
  return parts.join('\n').split('\n').map(toVisible).join('\n');
}
