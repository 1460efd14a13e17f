import { Belljar, type ChangeOptions, type ChangeResult, type WorkspacePackages } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { checkWorkspaceName } from '../workspace-name.ts';
import { localActor } from './actor.ts';
import {
  type CommandOptions,
  type Invocation,
  isFlagSet,
  type OptionValues,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { confirmPlan } from './confirm-plan.ts';
import { countSteps } from './plan-progress.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

export const changeOptions: CommandOptions = {
  workspace: { type: 'string', short: 'w' },
  yes: { type: 'boolean' },
  'build-sources': { type: 'boolean' },
  python: { type: 'string' },
  base: { type: 'string' },
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

export const changeHelp = `  -w, --workspace NAME     which workspace
  --yes                    agree to what the policy allows, without being asked
  --build-sources          where the policy lets sources in: build those, behind glass, that do not say what they need
  --python PYTHON          the CPython that it has from now on: 3.12, a path that “env pythons” lists, or “default”
  --base NAME              the preset of the settings that it stands on from now on; “none” for none, or “default”
  --policy FILE            the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID               who asks, for the policy and the record (default: your user name)
  --role ROLE              in which role (default: owner)
  --json                   one document

Exit code: 0 done, or nothing was to be done, 76 an approver or you have to agree first, 77 denied, 65 the wish cannot be
read, or nobody has what it asks for, 69 the index cannot be asked; whatever fails leaves the workspace as it was.
`;

export type Change = (packages: WorkspacePackages, options: ChangeOptions) => Promise<ChangeResult>;

export interface Aim {
  /** What the yes is for. */
  readonly what: string;
  /** The one that -w names where left out. */
  readonly workspace?: string | undefined;
}

/** Changes what a workspace declares: the plan is shown and agreed to before anything comes in. */
export async function changePackages(
  invocation: Invocation,
  { what, workspace = requireWorkspace(invocation.values) }: Aim,
  change: Change,
): Promise<number> {
  const { io, values, signal } = invocation;
  const [policyFile, python, base] = ['policy', 'python', 'base'].map((name) => stringOption(values, name));
  await using belljar = await Belljar.open({ env: io.env, policyFile, signal });
  const planning = startProgress(io, 'planning');
  const building = startProgress(io, 'building');
  try {
    const { packages } = belljar.workspaces.use(workspace, localActor(values));
    const result = await change(packages, {
      signal,
      ...{ python, base },
      mayBuild: isFlagSet(values, 'build-sources'),
      onPlanning: (state) => planning.update(...countSteps(state)),
      onProgress: ({ done, total }) => building.update(done, total),
      review: async (plan) => {
        planning.end();
        if (plan.changes?.length === 0 && plan.verdict === 'allow') return true;
        await confirmPlan(belljar.packages.approvals, invocation, { plan, what, workspace });
        return true;
      },
    });
    building.end();
    if (isFlagSet(values, 'json')) printJson(io, result);
    else for (const line of describeResult(workspace, result)) printLine(io, toVisible(line));
    return 0;
  } finally {
    planning.end();
    building.end();
  }
}

export function openFor({ io, values, signal }: Invocation): Promise<Belljar> {
  const options = { policyFile: stringOption(values, 'policy'), python: stringOption(values, 'python') };
  return Belljar.open({ env: io.env, ...options, signal });
}

/** The name that `-w` gives. @throws USAGE */
export function requireWorkspace(values: OptionValues): string {
  const workspace = stringOption(values, 'workspace');
  if (workspace !== undefined) return checkWorkspaceName(workspace);
  throw new BelljarError('USAGE', 'name the workspace with -w');
}

export function describeResult(workspace: string, { declaration, isChanged, plan }: ChangeResult): string[] {
  if (!isChanged && declaration === undefined) return [`${workspace}: declares nothing, so nothing is to be done`];
  if (!isChanged) return [`${workspace}: nothing to be done`];
  const changes = (plan?.changes ?? []).map(({ name, kind, from, to }) => {
    return `  ${kind.padEnd(10)}  ${name} ${[from, to].filter((each) => each !== undefined).join(' → ')}`;
  });
  const { number, requirements, environment } = declaration ?? { number: 0, requirements: [], environment: null };
  const declared = requirements.length === 0 ? 'nothing' : requirements.join(', ');
  const key = environment === null ? 'no environment' : `environment ${environment.slice(0, 16)}`;
  return [`${workspace}: state ${number} declares ${declared}; ${key}`, ...changes];
}
