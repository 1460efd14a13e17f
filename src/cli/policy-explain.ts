import { BelljarError } from '../errors.ts';
import {
  type Facts,
  factsSchema,
  judge,
  type Judgement,
  normalizeName,
  parseRequirement,
  type Requirement,
} from '../policy/index.ts';
import { localActor } from './actor.ts';
import { type Command, type Invocation, isFlagSet, printJson, stringOption } from './command.ts';
import { readAt } from './moment.ts';
import { readNamedFile } from './named-file.ts';
import { formatJudgement } from './policy-explanation.ts';
import { requireNamedPolicy } from './policy-source.ts';
import { toVisible } from './terminal-text.ts';

export const policyExplainCommand: Command = {
  positionals: Infinity,
  help: `
belljar policy explain REQUIREMENT… [OPTION…]

Says what the policy decides on packages, with every rule that has a say. Requirements are names with extras and versions:
no address, path, marker or option. Without facts it judges by name and version, and names every fact that is missing;
nothing is fetched.

  --actor ID      who asks (default: your user name)
  --role ROLE     operator, owner, collaborator, viewer or anonymous (default: owner)
  --facts FILE    what is known of the packages, as JSON
  --at TIME       judge as at this time: 2027-03-31, 2027-03-31T08:00 (UTC unless it ends in an offset), 7d (ago)
  --policy FILE   the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --json          one document

Exit code: 0 whatever the verdict, 2 a requirement or the facts are not valid, 78 the policy is not valid.

Example:
  belljar policy explain 'pandas>=2' --role collaborator --policy examples/belljar.policy.yaml
`,
  options: {
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
    facts: { type: 'string' },
    at: { type: 'string' },
  },
  run: explain,
};

async function explain(invocation: Invocation): Promise<number> {
  const { io, values, positionals } = invocation;
  const factsFile = stringOption(values, 'facts');
  if (positionals.length === 0 && factsFile === undefined) {
    throw new BelljarError('USAGE', 'name a requirement to explain, such as “pandas>=2”');
  }
  const requirements = positionals.map(readRequirement);
  const { actor, role } = localActor(values);
  const now = readAt(values);
  const facts = factsFile === undefined ? { packages: [] } : await readFacts(factsFile, requirements);
  const { name, policy, hash } = await requireNamedPolicy(invocation);
  const judgement: Judgement = judge({ policy, actor, role, wish: { requirements }, facts, now });
  if (isFlagSet(values, 'json')) {
    const at = now.toISOString();
    printJson(io, { policy: { source: name, hash }, actor, role, at, requirements, ...judgement });
  } else io.stdout.write(formatJudgement(judgement, { source: name, isTerminal: io.stdout.isTTY === true }));
  return 0;
}

function readRequirement(text: string): Requirement {
  const reading = parseRequirement(text);
  if (reading.ok) return reading.requirement;
  throw new BelljarError('USAGE', reading.message, { hint: 'Write a name with versions, such as “pandas>=2,<3”.' });
}

async function readFacts(file: string, requirements: readonly Requirement[]): Promise<Facts> {
  const parsed = factsSchema.safeParse(parseJson(await readNamedFile(file), file));
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, maxProblems).map(formatIssue);
    const more = parsed.error.issues.length - problems.length;
    const lines = [...problems, ...(more > 0 ? [`and ${more} more problems`] : [])].map((line) => `  ${line}`);
    throw new BelljarError('USAGE', `${toVisible(file)} does not have the form of facts:\n${lines.join('\n')}`, {
      hint: 'docs/policy.md shows the form.',
      details: { problems },
    });
  }
  const names = new Set(requirements.map(({ name }) => name));
  const packages = parsed.data.packages.map((each) =>
    names.has(normalizeName(each.name)) ? { ...each, requested: true } : each,
  );
  return { ...parsed.data, packages };
}

const maxProblems = 50;

function formatIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  return toVisible(`${path.join('.')}: ${message}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BelljarError('USAGE', `${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
