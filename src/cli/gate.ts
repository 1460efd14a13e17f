import { once } from 'node:events';

import { BelljarError, type HomeGate, openHomeGate } from '../belljar.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { describeOldAdvisories } from './old-advisories.ts';
import { toVisible } from './terminal-text.ts';

export const gateCommand: Command = {
  positionals: 0,
  help: `
belljar gate [--port N] [--view strict|plan] [--policy FILE] [--token TOKEN] [--json]

Serves the package index, filtered by the policy, to pip, uv, poetry and others, until Ctrl-C. What the policy denies is not
there; wheels are opened and judged before they are first given out. Why something is not there: belljar gate refusals.

  --port N            the port (default: 8461; 0 for any that is free)
  --host ADDRESS      the address (default: 127.0.0.1)
  --open-to-network   take an address that other machines can reach, too
  --name HOST         what clients call this host, where that is not its address (may be repeated)
  --view strict|plan  whether what the policy asks about is hidden (default) or shown
  --policy FILE       the policy (default: the one in force)
  --token TOKEN       the token of this run (default: BELLJAR_GATE_TOKEN, else a new one); see also belljar gate token
  --json              one document once it is open

Exit code: 0 after Ctrl-C; 69 where it cannot listen, or no index can be asked; 78 where the policy is broken.

Example:
  belljar gate --port 8461
  pip install --index-url http://127.0.0.1:8461/t/TOKEN/simple/ requests
`,
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'open-to-network': { type: 'boolean' },
    name: { type: 'string', multiple: true },
    view: { type: 'string' },
    policy: { type: 'string' },
    token: { type: 'string' },
  },
  run: runGate,
};

async function runGate(invocation: Invocation): Promise<number> {
  const { values, io, signal } = invocation;
  const names = values['name'];
  await using opened = await openHomeGate({
    env: io.env,
    policyFile: stringOption(values, 'policy'),
    host: stringOption(values, 'host'),
    port: readPort(stringOption(values, 'port')),
    isOpenToNetwork: isFlagSet(values, 'open-to-network'),
    names: Array.isArray(names) ? names.map(String) : [],
    token: stringOption(values, 'token') ?? (io.env['BELLJAR_GATE_TOKEN'] || undefined),
    view: readView(stringOption(values, 'view')),
    onNotice: (notice) => void io.stderr.write(`belljar: ${toVisible(notice)}\n`),
    signal,
  });
  const { policy, advisories } = opened;
  const old = describeOldAdvisories({ policy: policy.current.policy, asOf: advisories.current.asOf, now: new Date() });
  if (old !== undefined) io.stderr.write(`belljar: ${old}\n`);
  if (isFlagSet(values, 'json')) printJson(io, describeGate(opened));
  else printLine(io, introduce(opened));
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}

/** @throws USAGE */
export function readView(text: string | undefined): 'plan' | 'strict' | undefined {
  if (text === undefined || text === 'plan' || text === 'strict') return text;
  throw new BelljarError('USAGE', `there is no view “${text}”: write strict or plan`);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new BelljarError('USAGE', `--port must be a number from 0 to 65535, not “${text}”`);
}

function describeGate({ indexUrl, origin, policy, advisories }: HomeGate): Record<string, unknown> {
  const { source, hash } = policy.current;
  return {
    origin,
    indexUrl,
    refusalsUrl: refusalsUrl(indexUrl),
    policy: { source, hash },
    advisories: { asOf: advisories.current.asOf ?? null },
  };
}

function introduce({ indexUrl, policy, advisories }: HomeGate): string {
  const { source } = policy.current;
  return `The gate is open. Policy: ${toVisible(source)}; advisories of ${advisories.current.asOf ?? 'no day: there are none'}.

  pip      pip install --index-url ${indexUrl} …
  uv       uv pip install --default-index ${indexUrl} …
  poetry   poetry source add --priority primary belljar ${indexUrl}

What was refused, and why: ${refusalsUrl(indexUrl)}, or belljar gate refusals. Ctrl-C ends it.`;
}

function refusalsUrl(indexUrl: string): string {
  return indexUrl.replace(/simple\/$/, 'refusals');
}
