import { type AnsweredPlan, Belljar, type PlanRequest } from '../belljar.ts';
import { writePylock } from '../packages/index.ts';
import { localActor } from './actor.ts';
import {
  type Command,
  type Invocation,
  isFlagSet,
  listOption,
  type OptionValues,
  printJson,
  stringOption,
} from './command.ts';
import { formatPlan } from './plan-table.ts';
import { planWithProgress } from './plan-progress.ts';
import { toVisible } from './terminal-text.ts';
import { writeWholeFile } from './whole-file.ts';
import { readWish, type WishFromSources } from './wish-file.ts';

export const planCommand: Command = {
  positionals: Infinity,
  help: `
belljar plan REQUIREMENT… [OPTION…]
belljar plan -r FILE [OPTION…]
belljar plan -w NAME [OPTION…]
belljar plan --base NAME [OPTION…]

Finds the newest versions that the policy allows, of all that is needed, and says of each whether it may come in, why, and
what would pass instead. Nothing is installed, and nothing is built unless --build-sources says so.

  -r, --requirements FILE  a requirements file, pyproject.toml, pylock.toml, or a script with a “# /// script” block; may
                           be given more than once
  --extra NAME             of a pyproject.toml also these optional dependencies; may be given more than once
  --group NAME             likewise this dependency group
  -w, --workspace NAME     what the workspace declares with these in it, and what would change; alone, what it declares
  --base NAME              with the packages of this preset; of a workspace, instead of those that it stands on
  --target-python VERSION  the Python to plan for, as 3.12 (default: the one that code runs with, or the nearest that a file's
                           requires-python takes)
  --platform NAME          the platform to plan for, as uv names it (default: this machine)
  --upgrade                look for newer versions, although the same was planned before
  --build-sources          where the policy lets sources in: build those, behind glass, that do not say what they need
  --lock FILE              write what was found as pylock.toml (PEP 751), unless it is denied
  --ask WHY                where an approver has to answer first: ask, and say what it is wanted for
  --python PYTHON          the CPython that code runs with: 3.12, or a path (default: the workspace's, else BELLJAR_PYTHON, else
                           the machine's python3)
  --policy FILE            the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID               who asks, for the policy and the record (default: your user name)
  --role ROLE              in which role (default: owner)
  --json                   one document

Exit code: 0 all of it is allowed or an approver agreed to it, 76 an approver has to answer first, 77 denied, or there is no
solution (a name that nobody has, too), 65 the wish cannot be read, 66 a file cannot be read, 69 the index cannot be asked,
70 the resolver failed, 73 the lock cannot be written, 78 the policy or the settings are not valid, 2 wrong usage, 130
interrupted.

Example:
  belljar plan 'pandas>=2' matplotlib
`,
  options: {
    requirements: { type: 'string', short: 'r', multiple: true },
    extra: { type: 'string', multiple: true },
    group: { type: 'string', multiple: true },
    workspace: { type: 'string', short: 'w' },
    base: { type: 'string' },
    'target-python': { type: 'string' },
    platform: { type: 'string' },
    upgrade: { type: 'boolean' },
    'build-sources': { type: 'boolean' },
    lock: { type: 'string' },
    ask: { type: 'string' },
    python: { type: 'string' },
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
  },
  run: plan,
};

const exitCodes = { allow: 0, ask: 76, deny: 77 } as const;

async function plan(invocation: Invocation): Promise<number> {
  const { values, io, positionals } = invocation;
  const sources = {
    texts: positionals,
    files: listOption(values, 'requirements'),
    extras: listOption(values, 'extra'),
    groups: listOption(values, 'group'),
  };
  const isNamed = stringOption(values, 'workspace') !== undefined || stringOption(values, 'base') !== undefined;
  const isDeclared = isNamed && positionals.length + sources.files.length === 0;
  const wish = isDeclared ? { requirements: [], pythonNeeds: [] } : await readWish(sources);
  const found = await makePlan(invocation, wish);
  const file = stringOption(values, 'lock');
  if (file !== undefined) await writeLock(io, file, found);
  if (isFlagSet(values, 'json')) printJson(io, found);
  else io.stdout.write(formatPlan(found, { isTerminal: io.stdout.isTTY === true, columns: io.stdout.columns }));
  return found.approval?.state === 'approved' ? 0 : exitCodes[found.verdict];
}

/** Whoever finds a lock takes it for one that may be installed. */
async function writeLock({ stderr }: Invocation['io'], file: string, { lock, verdict }: AnsweredPlan): Promise<void> {
  if (lock === undefined || verdict === 'deny') {
    stderr.write(`belljar: no lock was written to ${toVisible(file)}: the plan is denied\n`);
    return;
  }
  await writeWholeFile(file, async (write) => write(writePylock(lock)));
}

async function makePlan(invocation: Invocation, wish: WishFromSources): Promise<AnsweredPlan> {
  const { values, io, signal } = invocation;
  const [workspace, python, base] = ['workspace', 'python', 'base'].map((name) => stringOption(values, name));
  const options = { env: io.env, policyFile: stringOption(values, 'policy'), signal };
  // That of a workspace is the workspace's to choose.
  await using belljar = await Belljar.open({ ...options, python: workspace === undefined ? python : undefined });
  const asker = { ...localActor(values), workspace };
  const standing =
    workspace === undefined && base !== undefined ? await standOnBase(belljar, wish, { base, python }) : wish;
  const request = {
    ...{ ...standing, ...asker },
    target: readTarget(values),
    upgrade: isFlagSet(values, 'upgrade'),
    mayBuild: isFlagSet(values, 'build-sources'),
  };
  const found = await planWithProgress(belljar, invocation, { ...request, footing: { python, base } });
  const because = stringOption(values, 'ask');
  if (because === undefined || found.verdict !== 'ask' || found.approval?.state === 'approved') return found;
  return { ...found, approval: await belljar.packages.approvals.ask({ plan: found, ...asker, because }) };
}

/** A wish of no workspace, as it would be in one that stands on a base. */
async function standOnBase(
  { workspaces }: Belljar,
  wish: WishFromSources,
  asked: { readonly base: string; readonly python: string | undefined },
): Promise<WishFromSources & Pick<PlanRequest, 'python'>> {
  const { base, python: own } = asked;
  const found = await workspaces.findFooting(own === undefined ? { base } : { base, python: own });
  const requirements = [...(found.base?.requirements ?? []), ...wish.requirements];
  return { ...wish, requirements, python: found.python };
}

function readTarget(values: OptionValues): { pythonVersion?: string; platform?: string } {
  const [pythonVersion, platform] = [stringOption(values, 'target-python'), stringOption(values, 'platform')];
  return { ...(pythonVersion === undefined ? {} : { pythonVersion }), ...(platform === undefined ? {} : { platform }) };
}
